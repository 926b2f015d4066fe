"""Skills, queues, operators at their desks, offers and why somebody got a conversation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, MessageText, Name, OptionalText, Wire
from okno.routing.hours.types import SpecialDay, ZoneName

OperatorState = Literal["online", "busy", "break", "offline"]
Duty = Literal["free", "on", "off", "extra"]
"""By his shifts: `free` has none, `extra` works on outside of them because he said so."""
Mode = Literal["automatic", "offer", "pull"]
Sticky = Literal["off", "loose", "strict"]
LeaveReason = Literal["assigned", "taken", "answered", "closed", "abandoned", "moved", "bot", "merged"]
Fate = Literal["accepted", "declined", "expired", "withdrawn", "unanswered"]
AssignReason = Literal["automatic", "offer", "taken", "transfer", "sticky"]

Id = Annotated[int, Meta(ge=1, le=2**53)]
Level = Annotated[int, Meta(ge=1, le=5)]
Priority = Annotated[int, Meta(ge=1, le=5)]
Language = Annotated[str, Meta(pattern=r"^([a-z]{2,3})?$")]
Use = Annotated[int, Meta(ge=0, le=1000)]
BreakReason = Annotated[str, Meta(min_length=1, max_length=limits.BREAK_REASON_LEN_MAX, pattern=NO_NUL)]
InboxIds = Annotated[list[Id], Meta(max_length=limits.INBOXES_PER_QUEUE_MAX)]


@dataclass(frozen=True, slots=True)
class Route:
    """What a rule says of a conversation until it is resolved; null leaves it to the queue and the policies."""

    rule: str
    queue: int | None = None
    skill: int | None = None
    skill_level: int = 1
    priority: int | None = None
    policy: int | None = None


class Wish(NamedTuple):
    """What a place in the queue asks for."""

    queue: int
    skill: int | None
    skill_level: int
    priority: int


# -- settings ------------------------------------------------------------------------------------------------------


class Skill(Answer, frozen=True):
    """What some operators can do and others cannot; levels go from 1 to 5."""

    id: int
    name: str
    operators: int


class NewSkill(Wire, frozen=True):
    name: Name


class Queue(Answer, frozen=True):
    """Where conversations wait for an operator.

    `mode`: `automatic` gives them out, `offer` asks one operator after the other, `pull` lets operators take them.
    `team` null: every operator serves it. `inboxes` come here; others by their team, the rest to the default queue.
    Of one conversation `chat_use`, `call_use` and `mail_use` percent of a chat count against an operator's capacity.
    Unanswered for `answer_s` (0: never) a conversation is taken back, to its place. `sticky`: `loose` gives a customer
    the operator of the last `sticky_hours` if he is free, `strict` also waits `sticky_wait_s` for him while he is busy.
    """

    id: int
    name: str
    mode: Mode
    is_default: bool
    team: int | None
    inboxes: list[int]
    priority: int
    skill: int | None
    skill_level: int
    language: str
    accept_s: int
    answer_s: int
    sticky: Sticky
    sticky_hours: int
    sticky_wait_s: int
    chat_use: int
    call_use: int
    mail_use: int


class QueueChange(Wire, frozen=True):
    name: Name | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    team: Id | UnsetType | None = UNSET
    inboxes: InboxIds | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    skill: Id | UnsetType | None = UNSET
    skill_level: Level | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    accept_s: Annotated[int, Meta(ge=limits.ACCEPT_S_MIN, le=limits.ACCEPT_S_MAX)] | UnsetType = UNSET
    answer_s: Annotated[int, Meta(ge=0, le=limits.ANSWER_S_MAX)] | UnsetType = UNSET
    sticky: Sticky | UnsetType = UNSET
    sticky_hours: Annotated[int, Meta(ge=1, le=limits.STICKY_HOURS_MAX)] | UnsetType = UNSET
    sticky_wait_s: Annotated[int, Meta(ge=1, le=limits.STICKY_WAIT_S_MAX)] | UnsetType = UNSET
    chat_use: Use | UnsetType = UNSET
    call_use: Use | UnsetType = UNSET
    mail_use: Use | UnsetType = UNSET


class NewQueue(Wire, frozen=True):
    """What is not given here is changed afterwards."""

    name: Name
    mode: Mode = "offer"
    team: Id | None = None
    inboxes: InboxIds = []


class OperatorSkill(Wire, frozen=True):
    skill: Id
    level: Level


class Shift(Wire, frozen=True):
    """Hours of work on one weekday (0 = Monday), minutes from midnight; over 1440 they end in the next day."""

    day: Annotated[int, Meta(ge=0, le=6)]
    from_min: Annotated[int, Meta(ge=0, le=1439)]
    to_min: Annotated[int, Meta(ge=1, le=2880)]


class Seat(Answer, frozen=True):
    """What an operator can take, and how he is now. `here`: some console of his is connected.

    `load_percent` of one chat; `specialist`: gets only what asks for one of his skills, and transfers. `shifts` and
    `days` (unlike their weekday; without spans: off) are in `time_zone`; `duty_until` is when `duty` ends.
    """

    operator: UUID
    state: OperatorState
    reason: str
    since: datetime
    here: bool
    takes_chats: bool
    takes_calls: bool
    chats_max: int
    load_percent: int
    languages: list[str]
    specialist: bool
    skills: list[OperatorSkill]
    shifts: list[Shift]
    days: list[SpecialDay]
    time_zone: str
    duty: Duty
    duty_until: datetime | None


class SeatChange(Wire, frozen=True):
    """By somebody with the right to: an operator's settings, and his state."""

    state: OperatorState | UnsetType = UNSET
    chats_max: Annotated[int, Meta(ge=limits.CHATS_MIN, le=limits.CHATS_MAX)] | UnsetType = UNSET
    languages: Annotated[list[Language], Meta(max_length=limits.LANGUAGES_MAX)] | UnsetType = UNSET
    specialist: bool | UnsetType = UNSET
    skills: Annotated[list[OperatorSkill], Meta(max_length=limits.SKILLS_MAX)] | UnsetType = UNSET
    shifts: Annotated[list[Shift], Meta(max_length=limits.SHIFTS_PER_OPERATOR_MAX)] | UnsetType = UNSET
    days: Annotated[list[SpecialDay], Meta(max_length=limits.CALENDAR_DAYS_MAX)] | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET


class RoutingSettings(Answer, frozen=True):
    """`break_reasons` empty stands for the console's own words.

    Away by itself: without input for `idle_s`, after `misses_max` offers in a row that ran out; 0 means never.
    """

    break_reasons: list[str]
    idle_s: int
    misses_max: int


class RoutingSettingsChange(Wire, frozen=True):
    break_reasons: Annotated[list[BreakReason], Meta(max_length=limits.BREAK_REASONS_MAX)] | UnsetType = UNSET
    idle_s: Annotated[int, Meta(ge=0, le=limits.IDLE_S_MAX)] | UnsetType = UNSET
    misses_max: Annotated[int, Meta(ge=0, le=10)] | UnsetType = UNSET


# -- at work -------------------------------------------------------------------------------------------------------


class Why(Answer, omit_defaults=True, frozen=True):
    """Why this operator got it: facts, from which a screen makes a sentence.

    `load_before_percent` of `limit_percent`; `free` is how many fitting operators had room; `level` of `skill`;
    `rule` is the name of the rule that sent it this way.
    """

    how: AssignReason
    queue: str = ""
    waited_s: int = 0
    priority: int = 3
    load_before_percent: int = 0
    limit_percent: int = 0
    idle_s: int = 0
    free: int = 0
    skill: str = ""
    level: int = 0
    language: str = ""
    by: str = ""
    rule: str = ""


class Offer(Answer, frozen=True):
    """An operator is asked to take a conversation until `expires_at`."""

    id: UUID
    conversation: UUID
    contact: UUID
    contact_name: str
    channel: str
    preview: str
    queue: str
    waiting_since: datetime
    offered_at: datetime
    expires_at: datetime
    why: Why


class Desk(Answer, frozen=True):
    """How an operator is at work: what he says of himself, his load and what he is asked to take.

    A break whose `reason` is `idle` or `missed` began by itself. `idle_s`: after so long without input (0: never).
    """

    state: OperatorState
    reason: str
    since: datetime
    takes_chats: bool
    takes_calls: bool
    load_percent: int
    limit_percent: int
    duty: Duty
    duty_until: datetime | None
    idle_s: int
    offers: list[Offer]


class DeskChange(Wire, frozen=True):
    """One's own. `reason` is of a break; `work_on`: takes conversations outside the shift."""

    state: OperatorState | UnsetType = UNSET
    reason: Annotated[str, Meta(max_length=limits.BREAK_REASON_LEN_MAX, pattern=NO_NUL)] | UnsetType = UNSET
    takes_chats: bool | UnsetType = UNSET
    takes_calls: bool | UnsetType = UNSET
    work_on: bool | UnsetType = UNSET


class Place(Answer, frozen=True):
    """Where a conversation waits: the how manieth of its queue, and since when."""

    queue: int
    queue_name: str
    position: int
    entered_at: datetime
    skill: int | None
    language: str


class Whereabouts(Answer, frozen=True):
    """Routing's view of a conversation: where it waits, or who has it and why."""

    conversation: UUID
    place: Place | None
    operator: UUID | None
    assigned_at: datetime | None
    answer_by: datetime | None
    why: Why | None


class Line(Answer, frozen=True):
    """A queue as it is now. `free_percent` is the room of those who serve it and are there, of one chat."""

    queue: int
    name: str
    waiting: int
    oldest_at: datetime | None
    operators: int
    free_percent: int


class Transfer(Wire, frozen=True):
    """To one operator, a team, a queue or whoever has a skill: exactly one. `note` is for colleagues only."""

    operator: UUID | UnsetType = UNSET
    team: Id | UnsetType = UNSET
    queue: Id | UnsetType = UNSET
    skill: Id | UnsetType = UNSET
    note: OptionalText = ""


class Consultation(Wire, frozen=True):
    """Bring a colleague in and ask him; the customer sees none of it."""

    operator: UUID
    question: MessageText


# -- what the planner looks at -------------------------------------------------------------------------------------


class Waiting(NamedTuple):
    """A place in the queue. `refused` are operators not to be asked again before then."""

    entry_id: UUID
    conversation_id: UUID
    queue_id: int
    mode: Mode
    priority: int
    entered_at: datetime
    use_percent: int
    team_id: int = 0
    conversation_team_id: int = 0
    skill_id: int | None = None
    skill_level: int = 1
    language: str = ""
    preferred: UUID | None = None
    preferred_until: datetime | None = None
    strict: bool = False
    refused: Mapping[UUID, datetime] = {}
    rule: str = ""

    @property
    def rank(self) -> tuple[int, datetime, UUID]:
        """The order they are served in: priority, then who waits longest."""
        return (-self.priority, self.entered_at, self.entry_id)


@dataclass(slots=True)
class Candidate:
    """An operator who may be given something. `there`: connected, online and taking chats; he may still be full."""

    operator_id: UUID
    load_percent: int
    limit_percent: int
    idle_since: datetime
    there: bool = True
    teams: frozenset[int] = frozenset()
    see_all: bool = False
    skills: Mapping[int, int] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    specialist: bool = False


class Decision(NamedTuple):
    """Who gets it, or is asked to take it. `free` fitting operators had room, he among them."""

    waiting: Waiting
    operator_id: UUID
    how: AssignReason
    load_before_percent: int
    limit_percent: int
    idle_since: datetime
    free: int
    level: int
