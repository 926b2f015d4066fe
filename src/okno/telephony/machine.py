"""What a call does next: pure, every (phase, happening) has its answer. The shell in `calls` does what is said here.

A call has one customer's leg and any number of operators'. Operators are rung together; the first who answers is who
speaks, whoever else answers later is dropped. Nothing here knows of an engine, a clock or the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, assert_never
from uuid import UUID

Direction = Literal["inbound", "callback", "outbound"]
"""`inbound`: the customer has dialled; `callback`: he asked for it, operators are rung first; `outbound`: one calls."""
Phase = Literal["waiting", "ringing", "dialling", "talking", "ended"]
"""`waiting`: the customer is on the line and nobody is rung; `ringing`: operators are; `dialling`: the customer is."""
Outcome = Literal[
    "talked", "no_operator", "busy", "no_answer", "gave_up", "operator_gone", "cancelled", "failed", "lost"
]
Cause = Literal["hung_up", "busy", "no_answer", "rejected", "unreachable", "failed"]
LegState = Literal["dialling", "up", "ended"]
Tape = Literal["off", "wanted", "on", "paused", "failed"]
"""`wanted`: it is recorded from when both speak; `failed`: the engine did not obey."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One party's line. `operator` null: the customer's. `endpoint` is the engine's name of what is dialled."""

    id: UUID
    endpoint: str
    operator: UUID | None = None
    state: LegState = "dialling"


@dataclass(frozen=True, slots=True)
class CallState:
    """`speaker` is the operator's leg that won; `held`: the customer hears music and not him."""

    id: UUID
    direction: Direction
    phase: Phase
    legs: tuple[Leg, ...] = ()
    speaker: UUID | None = None
    held: bool = False
    outcome: Outcome | None = None
    recording: Tape = "off"

    @property
    def customer(self) -> Leg | None:
        return next((leg for leg in self.legs if leg.operator is None), None)

    @property
    def operator(self) -> UUID | None:
        """Who speaks."""
        return next((leg.operator for leg in self.legs if leg.id == self.speaker), None)

    @property
    def ringing(self) -> tuple[Leg, ...]:
        """Operators' lines that are not answered yet."""
        return tuple(leg for leg in self.legs if leg.operator and leg.state == "dialling")

    @property
    def unborn(self) -> Leg | None:
        """The customer's line while it is not dialled yet: the engine knows nothing of it."""
        customer = self.customer
        return customer if self.phase == "ringing" and customer and customer.state == "dialling" else None


# -- what happens --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring these operators' lines, all at once."""

    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    leg: UUID


@dataclass(frozen=True, slots=True)
class Ended:
    leg: UUID
    cause: Cause


@dataclass(frozen=True, slots=True)
class Expired:
    """The phase has lasted as long as it may."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Somebody who may has ended it: the customer in the widget, or an operator (who speaks, or supervises)."""

    by: Literal["customer", "operator"]


@dataclass(frozen=True, slots=True)
class Hold:
    on: bool


@dataclass(frozen=True, slots=True)
class Transfer:
    """Who speaks hands the customer on: he hears music while these lines are rung."""

    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class PauseRecording:
    """While something is said that nobody else may hear; `on` false: it goes on."""

    on: bool


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """The engine does not record it, or does not stop to."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The engine has died, or does not know the call any more."""


Happening = Ring | Answered | Ended | Expired | HangUp | Hold | Transfer | PauseRecording | NotRecorded | Lost


# -- what is done about it -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dial:
    """Call this line; an answer or an end of it comes back as a happening."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class Drop:
    """Hang up this line."""

    leg: UUID


@dataclass(frozen=True, slots=True)
class Connect:
    """Both hear each other from now on."""

    customer: UUID
    operator: UUID


@dataclass(frozen=True, slots=True)
class Park:
    """The customer hears music (`on`), or who speaks again."""

    customer: UUID
    operator: UUID
    on: bool


@dataclass(frozen=True, slots=True)
class Record:
    """Of both sides of the customer's line, from now on; or it is interrupted."""

    customer: UUID
    what: Literal["begin", "pause", "resume"]


Act = Dial | Drop | Connect | Park | Record
Step = tuple[CallState, tuple[Act, ...]]


def begin_outgoing(
    call: UUID, direction: Direction, customer: Leg, operators: tuple[Leg, ...], *, record: bool = False
) -> Step:
    """Operators are rung; the customer is dialled only when one has answered."""
    state = CallState(call, direction, "ringing", (customer, *operators), recording="wanted" if record else "off")
    return state, tuple(Dial(leg) for leg in operators)


def begin_inbound(call: UUID, customer: Leg, *, record: bool = False) -> Step:
    """The customer is on the line. It is not answered yet: that costs him nothing while nobody is there."""
    tape: Tape = "wanted" if record else "off"
    return CallState(call, "inbound", "waiting", (replace(customer, state="up"),), recording=tape), ()


def step(call: CallState, happening: Happening) -> Step:  # noqa: PLR0911 - one a row of the table
    """The call after what happened, and what is to be done."""
    if call.phase == "ended":  # a line that came up too late is not left standing
        return call, (Drop(happening.leg),) if isinstance(happening, Answered) else ()
    match happening:
        case Ring(legs):
            return _ring(call, legs)
        case Answered(leg):
            return _answered(call, leg)
        case Ended(leg, cause):
            return _ended(call, leg, cause)
        case Expired():
            return _expired(call)
        case HangUp(by):
            return _finish(call, _hung_up(call, by))
        case Hold() | Transfer():
            return _move(call, happening)
        case PauseRecording() | NotRecorded():
            return _recorded(call, happening)
        case Lost():
            return _finish(call, "talked" if call.phase == "talking" else "lost")
    assert_never(happening)


def _with(call: CallState, leg: UUID, state: LegState) -> CallState:
    return replace(call, legs=tuple(replace(one, state=state) if one.id == leg else one for one in call.legs))


def _find(call: CallState, leg: UUID) -> Leg | None:
    return next((one for one in call.legs if one.id == leg), None)


def _drop_all(call: CallState) -> tuple[Act, ...]:
    """Every line that is up or may come up."""
    return tuple(Drop(leg.id) for leg in call.legs if leg.state != "ended" and leg != call.unborn)


def _hung_up(call: CallState, by: Literal["customer", "operator"]) -> Outcome:
    """Who asked to be called is called again when it was not he who ended it."""
    if call.phase == "talking":
        return "talked"
    if by == "operator" and (call.phase == "dialling" or call.direction == "callback"):
        return "operator_gone"
    return "cancelled"


def _finish(call: CallState, outcome: Outcome) -> Step:
    acts = _drop_all(call)
    legs = tuple(replace(leg, state="ended") for leg in call.legs)
    return replace(call, phase="ended", legs=legs, held=False, outcome=outcome), acts


def _ring(call: CallState, legs: tuple[Leg, ...]) -> Step:
    """A waiting customer's call is offered; in any other phase somebody has it already."""
    if call.phase != "waiting" or not legs:
        return call, ()
    return replace(call, phase="ringing", legs=(*call.legs, *legs)), tuple(Dial(leg) for leg in legs)


def _answered(call: CallState, leg_id: UUID) -> Step:  # noqa: PLR0911 - one a row of the table
    leg = _find(call, leg_id)
    if leg is None or leg.state == "ended":
        return call, (Drop(leg_id),)
    if leg.state == "up":
        return call, ()
    call = _with(call, leg_id, "up")
    if leg.operator is None:
        if call.phase != "dialling" or call.speaker is None:
            return _with(call, leg_id, "ended"), (Drop(leg_id),)
        return _connect(call, leg_id, call.speaker)
    if call.phase != "ringing":  # somebody was quicker
        return _with(call, leg_id, "ended"), (Drop(leg_id),)
    losers = tuple(Drop(other.id) for other in call.ringing)
    for other in call.ringing:
        call = _with(call, other.id, "ended")
    customer = call.customer
    assert customer is not None  # noqa: S101 - every call has one
    if customer.state == "up":
        call, acts = _connect(replace(call, speaker=leg_id), customer.id, leg_id)
        return call, (*acts, *losers)
    return replace(call, phase="dialling", speaker=leg_id), (*losers, Dial(customer))


def _connect(call: CallState, customer: UUID, operator: UUID) -> Step:
    acts: tuple[Act, ...] = (Connect(customer, operator),)
    if call.recording == "wanted":
        return replace(call, phase="talking", recording="on"), (*acts, Record(customer, "begin"))
    return replace(call, phase="talking"), acts


def _recorded(call: CallState, happening: PauseRecording | NotRecorded) -> Step:
    if isinstance(happening, NotRecorded):
        return replace(call, recording="failed"), ()
    customer, on = call.customer, happening.on
    if call.phase != "talking" or customer is None or call.recording != ("on" if on else "paused"):
        return call, ()
    return replace(call, recording="paused" if on else "on"), (Record(customer.id, "pause" if on else "resume"),)


def _ended(call: CallState, leg_id: UUID, cause: Cause) -> Step:  # noqa: PLR0911 - one a row of the table
    leg = _find(call, leg_id)
    if leg is None or leg.state == "ended":
        return call, ()
    was = call.phase
    call = _with(call, leg_id, "ended")
    if leg.operator is None:
        if was == "talking":
            return _finish(call, "talked")
        if leg.state == "up":
            return _finish(call, "gave_up")
        return _finish(call, _outcome_of(cause))
    if leg_id == call.speaker:
        return _finish(call, "talked" if was == "talking" else "operator_gone")
    if was == "ringing" and not call.ringing:
        if call.customer and call.customer.state == "up":
            return replace(call, phase="waiting"), ()
        return _finish(call, "no_operator")
    return call, ()


def _outcome_of(cause: Cause) -> Outcome:
    match cause:
        case "busy" | "rejected":
            return "busy"
        case "no_answer" | "hung_up":
            return "no_answer"
        case "unreachable" | "failed":
            return "failed"
    assert_never(cause)


def _expired(call: CallState) -> Step:
    match call.phase:
        case "ringing" if call.customer and call.customer.state == "up":
            dropped = tuple(Drop(leg.id) for leg in call.ringing)
            for leg in call.ringing:
                call = _with(call, leg.id, "ended")
            return replace(call, phase="waiting"), dropped
        case "ringing":
            return _finish(call, "no_operator")
        case "dialling":
            return _finish(call, "no_answer")
        case "waiting":
            return _finish(call, "no_operator")
        case "talking" | "ended":
            return call, ()
    assert_never(call.phase)


def _move(call: CallState, happening: Hold | Transfer) -> Step:
    customer, speaker = call.customer, call.speaker
    if call.phase != "talking" or customer is None or speaker is None:
        return call, ()
    match happening:
        case Hold(on):
            return (call, ()) if call.held == on else (replace(call, held=on), (Park(customer.id, speaker, on),))
        case Transfer(()):
            return call, ()
        case Transfer(legs):
            parked = () if call.held else (Park(customer.id, speaker, on=True),)
            call = _with(call, speaker, "ended")
            call = replace(call, phase="ringing", speaker=None, held=False, legs=(*call.legs, *legs))
            return call, (*parked, Drop(speaker), *(Dial(leg) for leg in legs))


def missed(call: CallState, standing: Mapping[UUID, bool]) -> list[Happening]:
    """What happened while nobody looked: lines that are gone, lines that were answered.

    `standing`: the lines the engine has, and whether each is up.
    """
    happenings: list[Happening] = []
    for leg in call.legs:
        if leg.state == "ended" or leg == call.unborn:
            continue
        if leg.id not in standing:
            happenings.append(Ended(leg.id, "hung_up"))
        elif leg.state == "dialling" and standing[leg.id]:
            happenings.append(Answered(leg.id))
    return happenings
