"""Visitors' browsers, what they look at, and the widget they see."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType, field

from okno.kit import limits
from okno.kit.cards import mask_fields
from okno.kit.wire import NO_NUL, Answer, Name, Url, Wire

Text200 = Annotated[str, Meta(max_length=200, pattern=NO_NUL)]
Color = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")]
Domain = Annotated[str, Meta(max_length=255, pattern=r"^[a-z0-9*.:-]+$")]


class WidgetTexts(Answer, frozen=True):
    """Empty texts stand for the product's own, in the visitor's language."""

    title: str = ""
    greeting: str = ""
    offline: str = ""


class TextsChange(Wire, frozen=True):
    title: Text200 = ""
    greeting: Annotated[str, Meta(max_length=500, pattern=NO_NUL)] = ""
    offline: Annotated[str, Meta(max_length=500, pattern=NO_NUL)] = ""


Patterns = Annotated[list[Text200], Meta(max_length=limits.CONDITIONS_MAX)]
Visited = Annotated[int, Meta(ge=1, le=limits.VISITS_COUNTED_MAX)]
GreetingText = Annotated[str, Meta(max_length=limits.GREETING_LEN_MAX, pattern=NO_NUL)]


class When(Wire, frozen=True):
    """Whom a greeting or a rule of the widget concerns: all conditions hold, of a list any; empty: whoever it is.

    `pages`: addresses after the host, `*` for any part. `sources`: parts of the referrer's address or of utm.
    `visits`: which visit of this browser. `known`: he has written before, or the site has said who he is.
    """

    pages: Patterns = []
    sources: Patterns = []
    visits_min: Visited = 1
    visits_max: Visited | None = None
    languages: Annotated[list[Literal["ru", "en"]], Meta(max_length=2)] = []
    devices: Annotated[list[Literal["phone", "computer"]], Meta(max_length=2)] = []
    hours: Literal["", "open", "closed"] = ""
    known: Literal["", "known", "unknown"] = ""


class Greeting(Wire, frozen=True):
    """Words the widget says first.

    Once `after_s` on the page have gone, so much of it is scrolled, and, with `exit`, he is about to leave. An empty
    text of a language stands for the other one's. `often`: once a visit, a day, or ever.
    """

    id: UUID
    name: Annotated[str, Meta(min_length=1, max_length=limits.NAME_LEN_MAX, pattern=NO_NUL)]
    when: When = field(default_factory=When)
    on: bool = True
    after_s: Annotated[int, Meta(ge=0, le=limits.GREETING_AFTER_S_MAX)] = 0
    scroll_percent: Annotated[int, Meta(ge=0, le=100)] = 0
    exit: bool = False
    often: Literal["visit", "day", "once"] = "visit"
    text_ru: GreetingText = ""
    text_en: GreetingText = ""


class FormField(Wire, frozen=True):
    """What is asked: `name`, `email`, `phone`, `topic`, or an attribute: `contact:plan`, `conversation:order`."""

    field: Annotated[str, Meta(pattern=r"^(name|email|phone|topic|(contact|conversation):[a-z][a-z0-9_]{0,39})$")]
    required: bool = False
    label_ru: Annotated[str, Meta(max_length=80, pattern=NO_NUL)] = ""
    label_en: Annotated[str, Meta(max_length=80, pattern=NO_NUL)] = ""


class Topic(Wire, frozen=True):
    """What it is about: becomes a label of the conversation, and leads to `queue` where there is one."""

    ru: Annotated[str, Meta(min_length=1, max_length=limits.LABEL_LEN_MAX, pattern=NO_NUL)]
    en: Annotated[str, Meta(max_length=limits.LABEL_LEN_MAX, pattern=NO_NUL)] = ""
    queue: Annotated[int, Meta(ge=1, le=2**53)] | None = None


ConsentText = Annotated[str, Meta(max_length=limits.CONSENT_LEN_MAX, pattern=NO_NUL)]


class Form(Wire, frozen=True):
    """What is asked of somebody unknown before he writes. A rule of the widget may turn it on or off on some pages.

    With a text of consent nothing is sent without it; what was agreed to is kept with its words and `consent_version`.
    """

    on: bool = False
    fields: Annotated[list[FormField], Meta(max_length=limits.FORM_FIELDS_MAX)] = []
    topics: Annotated[list[Topic], Meta(max_length=limits.TOPICS_MAX)] = []
    consent_ru: ConsentText = ""
    consent_en: ConsentText = ""
    consent_version: Annotated[str, Meta(max_length=40, pattern=NO_NUL)] = ""


class ShownField(Answer, frozen=True):
    """A field as the widget draws it. `type` and `choices` are the attribute's; `type` is `text` for the others."""

    field: str
    required: bool
    label_ru: str
    label_en: str
    type: str
    choices: list[str]


class ShownForm(Answer, frozen=True):
    """`topics` are named by their place in the list."""

    on: bool
    fields: list[ShownField]
    topics_ru: list[str]
    topics_en: list[str]
    consent_ru: str
    consent_en: str
    consent_version: str


class WidgetRule(Wire, frozen=True):
    """What the widget is where `when` holds; of several rules the first. Without any it is as the inbox says.

    `hidden`: not there. `button`: there, and says nothing first. `texts`: with these texts, where not empty.
    `form`: whether something is asked before a chat; empty: as the form says.
    """

    id: UUID
    name: Annotated[str, Meta(min_length=1, max_length=limits.NAME_LEN_MAX, pattern=NO_NUL)]
    show: Literal["hidden", "button", "texts"]
    when: When = field(default_factory=When)
    on: bool = True
    texts_ru: TextsChange = TextsChange()
    texts_en: TextsChange = TextsChange()
    form: Literal["", "on", "off"] = ""


class WidgetConfig(Answer, frozen=True):
    """What the loader fetches: public, cacheable. `open` is null without a calendar (always open).

    `callbacks`: a customer may leave his number to be called. `look` is CSS: the colour, and of letters on it.
    """

    key: str
    side: Literal["left", "right"]
    look: str
    texts_ru: WidgetTexts
    texts_en: WidgetTexts
    pages_hidden: list[str]
    open: bool | None
    opens_at: datetime | None
    identify: bool
    panel: str
    idle: str
    greetings: list[Greeting]
    rules: list[WidgetRule]
    form: ShownForm | None
    callbacks: bool = False


class Inbox(Answer, frozen=True):
    """One configured channel account; here: a site's widget. `identity_secret` signs customer tokens (HS256).

    `calendar` holds the hours of the chat; those of callbacks and calls are apart. Null: always open.
    """

    id: int
    channel: str
    name: str
    key: str
    team: int | None
    side: Literal["left", "right"]
    accent: str
    texts_ru: WidgetTexts
    texts_en: WidgetTexts
    domains: list[str]
    pages_hidden: list[str]
    calendar: int | None
    callback_calendar: int | None
    calls_calendar: int | None
    draft_preview: bool
    identity_secret: str
    snippet: str
    greetings: list[Greeting]
    rules: list[WidgetRule]
    form: Form


class NewInbox(Wire, frozen=True):
    """A site with a widget of its own; everything else is changed afterwards."""

    name: Name


class InboxChange(Wire, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=limits.NAME_LEN_MAX, pattern=NO_NUL)] | UnsetType = UNSET
    team: int | UnsetType | None = UNSET
    side: Literal["left", "right"] | UnsetType = UNSET
    accent: Color | UnsetType = UNSET
    texts_ru: TextsChange | UnsetType = UNSET
    texts_en: TextsChange | UnsetType = UNSET
    domains: Annotated[list[Domain], Meta(max_length=50)] | UnsetType = UNSET
    pages_hidden: Annotated[list[Text200], Meta(max_length=50)] | UnsetType = UNSET
    calendar: int | UnsetType | None = UNSET
    callback_calendar: int | UnsetType | None = UNSET
    calls_calendar: int | UnsetType | None = UNSET
    draft_preview: bool | UnsetType = UNSET
    greetings: Annotated[list[Greeting], Meta(max_length=limits.GREETINGS_MAX)] | UnsetType = UNSET
    rules: Annotated[list[WidgetRule], Meta(max_length=limits.WIDGET_RULES_MAX)] | UnsetType = UNSET
    form: Form | UnsetType = UNSET


class PageView(Wire, frozen=True):
    """One beacon. `visitor` is made by the browser and kept in the host page's own storage."""

    visitor: UUID
    visit: UUID
    url: Url
    title: Text200 = ""
    referrer: Url = ""
    search: Text200 = ""
    utm: Text200 = ""
    hidden: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        mask_fields(self, ("url", "referrer"))  # what was looked for is in the address, too


class Tracking(Wire, frozen=True):
    """An event the site reports of a visit. `data` is JSON as text."""

    visitor: UUID
    visit: UUID
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL)]
    data: Annotated[str, Meta(max_length=1_500, pattern=NO_NUL)] = ""


class Tracked(Answer, frozen=True):
    """What the site reported: a basket, an order, a search that found nothing."""

    name: str
    data: str
    at: datetime


class SeenPage(Answer, frozen=True):
    url: str
    title: str
    at: datetime
    search: str


class Visit(Answer, frozen=True):
    """One session on the site. `live` while its page is open; `place` from a local database where there is one."""

    id: UUID
    started_at: datetime
    seen_at: datetime
    live: bool
    source: str
    ip: str
    place: str
    device: str
    pages: list[SeenPage]
    tracked: list[Tracked]
