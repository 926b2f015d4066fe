"""Policies of answering, and the clocks they run."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from okno.conversations.bodies import PromiseCause
from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, Name, OptionalName, Wire

Clock = Literal["first_answer", "next_answer", "resolution", "promise"]
Id = Annotated[int, Meta(ge=1, le=2**53)]
Seconds = Annotated[int, Meta(ge=limits.SLA_S_MIN, le=limits.SLA_S_MAX)]
OptionalEmail = Annotated[
    str, Meta(max_length=limits.EMAIL_LEN_MAX, pattern=r"^([^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+)?$")
]
Priority = Annotated[int, Meta(ge=1, le=5)]
LabelText = Annotated[str, Meta(max_length=limits.LABEL_LEN_MAX, pattern=NO_NUL)]


class PolicyChange(Wire, frozen=True):
    """The whole policy. It holds where all it names fits: `queue`, `label` (empty: any), at least `priority_min`.

    Seconds of business time by `calendar` (null: around the clock); null: this clock is not run.
    """

    name: Name
    queue: Id | None = None
    label: LabelText = ""
    priority_min: Priority = 1
    calendar: Id | None = None
    first_answer_s: Seconds | None = None
    next_answer_s: Seconds | None = None
    resolution_s: Seconds | None = None
    enabled: bool = True


class PolicyOrder(Wire, frozen=True):
    """Ids of all policies: the first one that fits a conversation is its policy."""

    policies: Annotated[list[Id], Meta(max_length=limits.SLA_POLICIES_MAX)]


class Policy(Answer, frozen=True):
    """`running`: clocks it runs now; `late`: those of them that have run out."""

    id: int
    name: str
    queue: int | None
    label: str
    priority_min: int
    calendar: int | None
    first_answer_s: int | None
    next_answer_s: int | None
    resolution_s: int | None
    enabled: bool
    running: int
    late: int


class ClockState(Answer, frozen=True):
    """A clock of a conversation. `due_at` null: paused, or without a target."""

    clock: Clock
    policy: str
    started_at: dt.datetime
    stopped_at: dt.datetime | None
    due_at: dt.datetime | None
    warn_at: dt.datetime | None
    breached_at: dt.datetime | None


class Attainment(Answer, frozen=True):
    """How one sort of clock has fared: `met` in time, `late` after it or still running out of time."""

    clock: Clock
    met: int
    late: int


class Wait(Answer, frozen=True):
    """What somebody who comes now is told. `ahead` wait already; `expected_s` is time in which it is open.

    `answer_by` set: he is offered to leave a message, and is promised an answer by then. `letters`: it can come by
    e-mail, too.
    """

    closed: bool
    opens_at: dt.datetime | None
    ahead: int
    expected_s: int
    answer_by: dt.datetime | None
    letters: bool = False


class LeftContact(Wire, frozen=True):
    """How the visitor can be reached when he has left; shown to operators as claims."""

    name: OptionalName = ""
    email: OptionalEmail = ""
    phone: Annotated[str, Meta(max_length=32, pattern=r"^(\+?[0-9][0-9 ()-]{4,30})?$")] = ""


class Promise(Answer, frozen=True):
    conversation: UUID
    answer_by: dt.datetime
    cause: PromiseCause


class PromiseFigures(Answer, frozen=True):
    """Promises of 30 days. `told`: broken ones whose customers were told before; medians of answered ones."""

    kept: int
    broken: int
    told: int
    running: int
    promised_s: float
    waited_s: float
