"""What people are told of, by which ways, and what they may set about it."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.access.types import Locale
from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, Email, Url, Wire

AlertClass = Literal[
    "message",
    "queue",
    "offer",
    "missed",
    "assigned",
    "mention",
    "task",
    "snooze",
    "sla_warning",
    "sla_breach",
    "promise",
    "calls_stopped",
]
"""`message` and `queue` are kept only for operators who had no console open: the list shows them to the others."""
CLASSES: tuple[AlertClass, ...] = get_args(AlertClass)

PushKey = Annotated[str, Meta(min_length=16, max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")]
TimeZone = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$")]
Minute = Annotated[int, Meta(ge=0, le=1439)]


class PushOptions(Answer, frozen=True):
    """`key` is what `pushManager.subscribe` takes as applicationServerKey."""

    key: str


class NewPush(Wire, frozen=True):
    """What the browser answered to `subscribe`: its address at the push service, and its keys in base64url."""

    endpoint: Url
    p256dh: PushKey
    auth: PushKey
    locale: Locale = "en"


class PushEnd(Wire, frozen=True):
    endpoint: Url


# -- customers -----------------------------------------------------------------------------------------------------


class ReachChange(Wire, frozen=True):
    """What the customer's browser says; `email` is a claim until a link sent there was opened."""

    locale: Locale = "en"
    time_zone: TimeZone = ""
    email: Email | UnsetType = UNSET


class Reach(Answer, frozen=True):
    """How the customer is told: `email` masked; `letters`: mail is set up; `pushes`: so many browsers take them."""

    email: str
    letters: bool
    pushes: int
    push_key: str


class LetterToken(Wire, frozen=True):
    token: Annotated[str, Meta(min_length=20, max_length=1_000, pattern=r"^[A-Za-z0-9_-]+$")]


class LetterOpened(Answer, frozen=True):
    """`token` lets a widget with this `key` in; `conversation` is what the letter was about."""

    key: str
    token: str
    conversation: UUID


class NoticeSettings(Answer, frozen=True):
    """When customers are told of what they have not seen. Quiet hours are those of the customer's own time zone."""

    push: bool = True
    push_after_s: int = 10
    email: bool = True
    email_after_s: int = 300
    quiet: bool = True
    quiet_from_min: int = 22 * 60
    quiet_to_min: int = 8 * 60


class NoticeSettingsChange(Wire, frozen=True):
    push: bool | UnsetType = UNSET
    push_after_s: Annotated[int, Meta(ge=0, le=limits.NOTICE_AFTER_S_MAX)] | UnsetType = UNSET
    email: bool | UnsetType = UNSET
    email_after_s: Annotated[int, Meta(ge=0, le=limits.NOTICE_AFTER_S_MAX)] | UnsetType = UNSET
    quiet: bool | UnsetType = UNSET
    quiet_from_min: Minute | UnsetType = UNSET
    quiet_to_min: Minute | UnsetType = UNSET


# -- operators -----------------------------------------------------------------------------------------------------


class Alert(Answer, frozen=True):
    """One line of an operator's notifications. `name` and `text` are of the conversation as it is now.

    Both are empty when the operator may not see the conversation any more. `times`: so often since it was last read.
    """

    id: UUID
    alert_class: AlertClass
    conversation: UUID | None
    name: str
    text: str
    detail: str
    times: int
    at: datetime
    read: bool


class AlertPage(Answer, frozen=True):
    """Newest first; `next` is the cursor of the following page, null at the end."""

    alerts: list[Alert]
    unread: int
    next: str | None


class AlertsRead(Wire, frozen=True):
    """`ids` null: all of them; with `conversation`: whatever is about it."""

    ids: Annotated[list[UUID], Meta(max_length=limits.PAGE_MAX)] | None = None
    conversation: UUID | None = None


class AlertCount(Answer, frozen=True):
    unread: int


class AlertSetting(Answer, frozen=True):
    """By which ways one class reaches the operator. E-mail goes when it is still unread after a while."""

    alert_class: AlertClass
    app: bool
    push: bool
    email: bool
    sound: bool


class AlertSettings(Answer, frozen=True):
    """`quiet_until`: do not disturb until then, only the list and its count change. `letters`: mail is set up here."""

    classes: list[AlertSetting]
    quiet_until: datetime | None
    push_key: str
    browsers: int
    letters: bool


class AlertSettingChange(Wire, frozen=True):
    alert_class: AlertClass
    app: bool
    push: bool
    email: bool
    sound: bool


class AlertSettingsChange(Wire, frozen=True):
    """Classes that are not named stay as they are."""

    classes: Annotated[list[AlertSettingChange], Meta(max_length=len(CLASSES))] = []
    quiet_until: Annotated[datetime, Meta(tz=True)] | UnsetType | None = UNSET


class SelfTest(Wire, frozen=True):
    """`endpoint`: the asking browser's own, so that its push is told apart; empty when it takes none."""

    endpoint: Annotated[str, Meta(max_length=limits.URL_LEN_MAX, pattern=NO_NUL)] = ""


class SelfTestStep(Answer, frozen=True):
    """`ok` null: this way is not set up. `said` is the other side's own word."""

    way: Literal["app", "push", "email"]
    ok: bool | None
    said: str


class SelfTestResult(Answer, frozen=True):
    steps: list[SelfTestStep]
