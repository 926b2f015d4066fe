"""The pure table of calls: every phase meets every happening, and what must never be is looked for."""

from dataclasses import replace
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okno.telephony.machine import (
    Act,
    Answered,
    CallState,
    Connect,
    Dial,
    Drop,
    Ended,
    Expired,
    HangUp,
    Happening,
    Hold,
    Leg,
    Lost,
    NotRecorded,
    Park,
    PauseRecording,
    Record,
    Ring,
    Transfer,
    begin_inbound,
    begin_outgoing,
    missed,
    step,
)

CALL, CUSTOMER = uuid4(), uuid4()
LINES = [uuid4() for _ in range(3)]
PEOPLE = [uuid4() for _ in range(3)]


def operators() -> tuple[Leg, ...]:
    return tuple(Leg(line, f"o{n}", PEOPLE[n]) for n, line in enumerate(LINES))


def callback(*, record: bool = False) -> CallState:
    return begin_outgoing(CALL, "callback", Leg(CUSTOMER, "+79161234567"), operators(), record=record)[0]


def inbound(*, record: bool = False) -> CallState:
    return begin_inbound(CALL, Leg(CUSTOMER, "+79161234567"), record=record)[0]


def after(call: CallState, *happenings: Happening) -> tuple[CallState, list[Act]]:
    acts: list[Act] = []
    for happening in happenings:
        call, done = step(call, happening)
        acts += done
    return call, acts


def test_the_customer_is_dialled_only_when_an_operator_has_answered():
    call, acts = begin_outgoing(CALL, "callback", Leg(CUSTOMER, "+7"), operators())
    assert [act.leg.id for act in acts if isinstance(act, Dial)] == LINES
    call, acts = step(call, Answered(LINES[1]))
    assert acts == (Drop(LINES[0]), Drop(LINES[2]), Dial(Leg(CUSTOMER, "+7")))
    assert (call.phase, call.operator) == ("dialling", PEOPLE[1])


def test_whoever_answers_second_is_dropped_and_nobody_is_dialled_twice():
    call, acts = after(callback(), Answered(LINES[1]), Answered(LINES[0]), Answered(LINES[1]))
    assert call.operator == PEOPLE[1]
    assert sum(isinstance(act, Dial) for act in acts) == 1
    assert acts.count(Drop(LINES[0])) >= 1


def test_both_are_connected_when_the_customer_answers():
    call, acts = after(callback(), Answered(LINES[0]), Answered(CUSTOMER))
    assert call.phase == "talking"
    assert acts[-1] == Connect(CUSTOMER, LINES[0])


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("busy", "busy"),
        ("rejected", "busy"),
        ("no_answer", "no_answer"),
        ("unreachable", "failed"),
        ("failed", "failed"),
    ],
)
def test_a_customer_who_cannot_be_reached_frees_the_operator(cause, outcome):
    call, acts = after(callback(), Answered(LINES[0]), Ended(CUSTOMER, cause))
    assert (call.phase, call.outcome) == ("ended", outcome)
    assert acts[-1] == Drop(LINES[0])


def test_nobody_answering_ends_a_callback_without_dialling_the_customer():
    call, acts = after(callback(), Ended(LINES[0], "rejected"), Ended(LINES[1], "no_answer"), Ended(LINES[2], "failed"))
    assert (call.phase, call.outcome) == ("ended", "no_operator")
    assert acts == []


def test_a_caller_waits_on_when_nobody_took_him_and_is_rung_for_again():
    call, acts = after(inbound(), Ring(operators()), Expired())
    assert call.phase == "waiting"
    assert [act for act in acts if isinstance(act, Drop)] == [Drop(line) for line in LINES]
    again = tuple(replace(leg, id=uuid4()) for leg in operators())
    call, _ = after(call, Ring(again), Answered(again[2].id))
    assert (call.phase, call.operator) == ("talking", PEOPLE[2])


def test_a_caller_who_gives_up_stops_the_ringing():
    call, acts = after(inbound(), Ring(operators()), Ended(CUSTOMER, "hung_up"))
    assert (call.phase, call.outcome) == ("ended", "gave_up")
    assert {act.leg for act in acts if isinstance(act, Drop)} == set(LINES)


def test_an_operator_who_hangs_up_before_the_customer_answered_has_not_cancelled_for_him():
    """The customer would wait for a call that nobody owes him any more."""
    dialling = after(callback(), Answered(LINES[0]))[0]
    assert step(dialling, HangUp("operator"))[0].outcome == "operator_gone"
    assert step(dialling, HangUp("customer"))[0].outcome == "cancelled"
    assert step(callback(), HangUp("operator"))[0].outcome == "operator_gone"


@pytest.mark.parametrize(
    ("call", "standing", "happenings"),
    [
        (callback(), dict.fromkeys(LINES, False), []),  # the customer's line is not there yet: nothing is missed
        (callback(), {LINES[0]: True, LINES[1]: False}, [Answered(LINES[0]), Ended(LINES[2], "hung_up")]),
        (after(callback(), Answered(LINES[0]))[0], {LINES[0]: True}, [Ended(CUSTOMER, "hung_up")]),
        (inbound(), {}, [Ended(CUSTOMER, "hung_up")]),
    ],
)
def test_what_happened_while_nobody_looked(call, standing, happenings):
    assert missed(call, standing) == happenings


def test_hold_is_one_act_each_way():
    call, _ = after(callback(), Answered(LINES[0]), Answered(CUSTOMER))
    call, acts = after(call, Hold(on=True), Hold(on=True), Hold(on=False))
    assert acts == [Park(CUSTOMER, LINES[0], on=True), Park(CUSTOMER, LINES[0], on=False)]
    assert not call.held


@pytest.mark.parametrize("begun", [callback(record=True), after(inbound(record=True), Ring(operators()))[0]])
def test_it_is_recorded_from_when_both_speak_and_not_while_it_is_interrupted(begun):
    """Music and ringing would be kept; or the number of a card."""
    call, acts = after(begun, Answered(LINES[0]), Answered(CUSTOMER))
    assert acts[-1] == Record(CUSTOMER, "begin") or acts[1] == Record(CUSTOMER, "begin")
    assert call.recording == "on"
    call, acts = after(call, PauseRecording(on=True), PauseRecording(on=True), PauseRecording(on=False))
    assert acts == [Record(CUSTOMER, "pause"), Record(CUSTOMER, "resume")]
    assert after(call, NotRecorded())[0].recording == "failed"
    assert after(callback(), Answered(LINES[0]), Answered(CUSTOMER))[0].recording == "off"


OTHER = Leg(uuid4(), "o9", uuid4())


@pytest.mark.parametrize("begun", [callback(record=True), after(inbound(record=True), Ring(operators()))[0]])
def test_a_customer_who_is_handed_on_hears_music_until_the_colleague_answers(begun):
    """He would hear nothing, or be dialled once more."""
    talking, _ = after(begun, Answered(LINES[0]), Answered(CUSTOMER))
    call, acts = after(talking, Transfer((OTHER,)))
    assert acts == [Park(CUSTOMER, LINES[0], on=True), Drop(LINES[0]), Dial(OTHER)]
    assert (call.phase, call.operator) == ("ringing", None)
    taken, acts = after(call, Ended(LINES[0], "hung_up"), Answered(OTHER.id))
    assert (taken.phase, taken.operator, acts) == ("talking", OTHER.operator, [Connect(CUSTOMER, OTHER.id)])
    assert after(taken, Ended(CUSTOMER, "hung_up"))[0].outcome == "talked"
    alone, _ = after(call, Ended(OTHER.id, "no_answer"))
    assert (alone.phase, alone.outcome) == ("waiting", None), "he who was handed on was cut off"
    assert after(call, Ended(CUSTOMER, "hung_up"))[0].outcome == "gave_up"


def test_a_line_that_comes_up_after_the_end_is_dropped():
    call, _ = after(callback(), HangUp("customer"))
    assert (call.phase, call.outcome) == ("ended", "cancelled")
    assert step(call, Answered(LINES[2]))[1] == (Drop(LINES[2]),)


PHASES = {
    "waiting": [inbound()],
    "ringing": [callback(), after(inbound(), Ring(operators()))[0]],
    "dialling": [after(callback(), Answered(LINES[0]))[0]],
    "talking": [
        after(callback(), Answered(LINES[0]), Answered(CUSTOMER))[0],
        after(inbound(record=True), Ring(operators()), Answered(LINES[1]))[0],
    ],
    "ended": [after(callback(), HangUp("customer"))[0]],
}
CAUSES = ("hung_up", "busy", "no_answer", "rejected", "unreachable", "failed")
LEGS = [CUSTOMER, *LINES, uuid4()]
HAPPENINGS: list[Happening] = [
    Ring(tuple(Leg(UUID(int=n + 1), f"x{n}", PEOPLE[n]) for n in range(2))),
    Ring(()),
    *(Answered(leg) for leg in LEGS),
    *(Ended(leg, cause) for leg, cause in product(LEGS, CAUSES)),
    *(Expired(), HangUp("customer"), HangUp("operator"), Hold(on=True), Hold(on=False), Lost()),
    Transfer((Leg(UUID(int=9), "y", PEOPLE[2]),)),
    Transfer(()),
    *(PauseRecording(on=True), PauseRecording(on=False), NotRecorded()),
]


def holds(before: CallState, call: CallState, acts: tuple[Act, ...]) -> None:
    """What is true of every call after every step."""
    up = [leg for leg in call.legs if leg.operator and leg.state == "up"]
    assert len(up) <= 1, "two operators speak"
    assert (call.phase == "ended") == (call.outcome is not None)
    if call.phase == "ended":
        assert all(leg.state == "ended" for leg in call.legs)
        dropped = {act.leg for act in acts if isinstance(act, Drop)}
        left = {leg.id for leg in before.legs if leg.state != "ended" and leg != before.unborn}
        ended = left - dropped if before.phase != "ended" else set()
        assert len(ended) <= 1, "a line is left standing"  # the one whose end was told
    if call.phase == "talking":
        assert call.customer is not None
        assert call.customer.state == "up"
        assert call.operator is not None
    if before.phase == "ended":
        assert call == before
    if before.speaker and call.phase not in ("ended", "ringing"):  # handed on: nobody speaks until it is taken
        assert call.speaker == before.speaker, "somebody else took a call that had its operator"
    customers = [act for act in acts if isinstance(act, Dial) and act.leg.operator is None]
    if customers:
        assert before.phase == "ringing"
        assert call.phase == "dialling"


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_meets_every_happening(phase):
    """The whole table: nothing is undefined, nothing breaks what holds."""
    for call, happening in product(PHASES[phase], HAPPENINGS):
        holds(call, *step(call, happening))


@settings(max_examples=300, deadline=None)
@given(st.booleans(), st.lists(st.sampled_from(HAPPENINGS), max_size=12))
def test_no_order_of_happenings_breaks_a_call(caller, happenings):
    """Duplicates, late answers and lost ends in any order."""
    call = inbound() if caller else callback()
    dialled = 0
    for happening in happenings:
        before = call
        call, acts = step(call, happening)
        holds(before, call, acts)
        dialled += sum(isinstance(act, Dial) and act.leg.operator is None for act in acts)
    assert dialled <= 1, "the customer was dialled twice"
