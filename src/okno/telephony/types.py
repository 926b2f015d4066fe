"""The telephone: how it is set up, calls as operators see them, callbacks as customers ask for them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.conversations.calling import CallDirection, CallOutcome
from okno.kit import limits
from okno.kit.wire import NO_NUL, RAW, Answer, Wire

Phase = Literal["waiting", "ringing", "dialling", "talking", "ended"]
CallbackState = Literal["waiting", "calling", "done", "failed", "cancelled"]
Transport = Literal["udp", "tcp"]
Tape = Literal["off", "wanted", "on", "paused", "failed"]
TrunkState = Literal["none", "reachable", "silent"]

Host = Annotated[str, Meta(max_length=253, pattern=r"^[A-Za-z0-9.:-]*$")]
Login = Annotated[str, Meta(max_length=100, pattern=r"^[A-Za-z0-9._+@-]*$")]
TrunkPassword = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x20;]*$", extra=RAW)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
TypedNumber = Annotated[str, Meta(min_length=1, max_length=40, pattern=NO_NUL)]
Consent = Annotated[str, Meta(max_length=500, pattern=NO_NUL)]


# -- settings ------------------------------------------------------------------------------------------------------


class PhoneSettings(Answer, frozen=True):
    """The way out to the telephone network, and what may be dialled by it.

    `host` empty: there is none, operators can be rung and nobody outside. `hosts` are further addresses calls may come
    from. `countries` (ISO 3166) may be dialled, premium numbers and satellites never. A call counts `call_use` percent
    of a chat. A callback is tried `tries` times, `pause_s` apart; operators are rung `ring_s`. `stopped_at`: the bound
    of a day or a minute was reached, and nothing is dialled until somebody allows it again. `record`: what is spoken is
    recorded and kept `record_days`, with 0 as long as the conversation.
    """

    host: str
    port: int
    transport: Transport
    hosts: list[str]
    username: str
    has_password: bool
    number: str
    country: str
    countries: list[str]
    dials_per_minute: int
    dials_per_day: int
    call_use: int
    callbacks: bool
    tries: int
    pause_s: int
    ring_s: int
    consent_ru: str
    consent_en: str
    record: bool
    record_days: int
    stopped_at: datetime | None


class PhoneSettingsChange(Wire, frozen=True):
    """What is left out stays; an empty password takes it away. `resume`: outgoing calls that were stopped go on."""

    host: Host | UnsetType = UNSET
    port: Annotated[int, Meta(ge=1, le=65535)] | UnsetType = UNSET
    transport: Transport | UnsetType = UNSET
    hosts: Annotated[list[Host], Meta(max_length=20)] | UnsetType = UNSET
    username: Login | UnsetType = UNSET
    password: TrunkPassword | UnsetType = UNSET
    number: Annotated[str, Meta(max_length=40, pattern=NO_NUL)] | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    countries: Annotated[list[Country], Meta(max_length=250)] | UnsetType = UNSET
    dials_per_minute: Annotated[int, Meta(ge=1, le=limits.DIALS_PER_MINUTE)] | UnsetType = UNSET
    dials_per_day: Annotated[int, Meta(ge=1, le=limits.DIALS_PER_DAY)] | UnsetType = UNSET
    call_use: Annotated[int, Meta(ge=0, le=1000)] | UnsetType = UNSET
    callbacks: bool | UnsetType = UNSET
    tries: Annotated[int, Meta(ge=1, le=limits.CALLBACK_TRIES_MAX)] | UnsetType = UNSET
    pause_s: Annotated[int, Meta(ge=10, le=86_400)] | UnsetType = UNSET
    ring_s: Annotated[int, Meta(ge=5, le=limits.RING_S_MAX)] | UnsetType = UNSET
    consent_ru: Consent | UnsetType = UNSET
    consent_en: Consent | UnsetType = UNSET
    record: bool | UnsetType = UNSET
    record_days: Annotated[int, Meta(ge=0, le=3650)] | UnsetType = UNSET
    resume: bool = False


class PhoneHealth(Answer, frozen=True):
    """How the telephone is now. `version` empty: Asterisk is not installed; `lines`: operators that could be rung."""

    version: str
    origin: str
    running: bool
    trunk: TrunkState
    lines: int


class PhoneAccess(Answer, frozen=True):
    """What an operator's browser or softphone signs in with. `ready` false: there is no telephone here.

    `browser` and `softphone` are names of the same person; the browser speaks over `socket`, a path of this server.
    `host` and `port` are for a softphone; empty when it can be reached from this machine only.
    """

    ready: bool
    browser: str = ""
    softphone: str = ""
    password: str = ""
    socket: str = ""
    host: str = ""
    port: int = 0


# -- calls ---------------------------------------------------------------------------------------------------------


class Call(Answer, frozen=True):
    """A call as operators see it. `number` is empty where the customer's was not told, or is erased.

    `operator` is who speaks: in `dialling` he waits for the customer. `held`: the customer hears music.
    `recording` is `wanted` while it will be recorded from when both speak. `rung`: whose telephones ring.
    """

    id: UUID
    direction: CallDirection
    phase: Phase
    conversation: UUID
    contact: UUID
    contact_name: str
    number: str
    operator: UUID | None
    operator_name: str
    held: bool
    began_at: datetime
    talked_at: datetime | None
    ended_at: datetime | None
    outcome: CallOutcome | None
    recording: Tape = "off"
    rung: list[UUID] = []


class SpeakingFigures(Answer, frozen=True):
    """Seconds: speech of each side, silence, both at once; the longest without a pause; how often one broke in."""

    customer_s: float
    operator_s: float
    silence_s: float
    both_s: float
    customer_longest_s: float
    operator_longest_s: float
    silence_longest_s: float
    customer_breaks_in: int
    operator_breaks_in: int


class Recording(Answer, frozen=True):
    """The sound is at `/calls/{id}/recording/audio`: Ogg Opus, the customer left and the operator right.

    `sha256` is of it, in hex. Peaks are the loudest of equal parts of each side, 0 to 255.
    """

    call: UUID
    seconds: float
    made_at: datetime
    size_bytes: int
    sha256: str
    customer_peaks: list[int]
    operator_peaks: list[int]
    figures: SpeakingFigures


class PauseRecordingChange(Wire, frozen=True):
    """`on`: nothing is recorded until it is taken off."""

    on: bool


class NewCall(Wire, frozen=True):
    """Call the customer of a conversation: one of his numbers, or another one."""

    number: TypedNumber


class TransferCall(Wire, frozen=True):
    operator: UUID


class HoldCall(Wire, frozen=True):
    on: bool


# -- callbacks -----------------------------------------------------------------------------------------------------


class CallbackOffer(Answer, frozen=True):
    """What the widget may offer. `now` false: nobody is there to call before `opens_at`; `slots` can be chosen.

    `country` (ISO 3166) is of numbers without +, `code` what they begin with. `consent` is what the customer agrees to.
    `current` is his callback that is not over yet.
    """

    now: bool
    opens_at: datetime | None
    slots: list[datetime]
    country: str
    code: str
    consent: str
    current: "Callback | None"


class NewCallback(Wire, frozen=True):
    """`consent` must be given; `due_at` one of the offered slots, null: as soon as somebody is free."""

    number: TypedNumber
    consent: bool
    due_at: datetime | None = None
    locale: Literal["ru", "en"] = "ru"


class Callback(Answer, frozen=True):
    """`due_at` is not before; `tries` so far. The number is as the customer typed it, in its usual form."""

    id: UUID
    conversation: UUID
    number: str
    asked_at: datetime
    due_at: datetime
    slot: bool
    state: CallbackState
    tries: int
