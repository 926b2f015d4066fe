"""Clocks over every order of events: what runs, what stands, and how much time was used."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from okno.routing.sla.rules import (
    Due,
    Fact,
    PolicyRow,
    Running,
    Target,
    Track,
    due_of,
    first_of,
    fold,
    policy_for,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = [
    ("message", "customer", False),
    ("message", "operator", False),
    ("message", "bot", False),
    ("note", "operator", False),
    ("held", "operator", True),
    ("held", "operator", False),
    ("assigned", "system", False),
    ("closed", "operator", False),
    ("opened", "system", False),
]


@st.composite
def timelines(draw: st.DrawFn) -> list[Fact]:
    facts = [Fact(1, NOON, "system", "opened", episode=1)]
    at, episode = NOON, 1
    for seq, (kind, actor, on) in enumerate(draw(st.lists(st.sampled_from(WORDS), max_size=25)), start=2):
        at += timedelta(seconds=draw(st.integers(0, 600)))
        episode += kind == "opened"
        facts.append(Fact(seq, at, actor, kind, on, episode))
    return facts


def test_a_customer_closed_without_an_answer_waits_on_when_it_is_opened_again() -> None:
    """The clock would begin anew, as if he had just come."""
    opened = Fact(1, NOON, "system", "opened", episode=1)
    asked, closed, again = (NOON + timedelta(seconds=n) for n in (10, 60, 70))
    told = [Fact(2, asked, "customer", "message"), Fact(3, closed, "operator", "closed")]
    back = Fact(4, again, "operator", "opened", episode=2, waiting_since=asked)
    track, clocks = fold(Track(), [], [opened, *told, back], None)
    assert track.waits
    (running,) = [one for one in clocks if one.clock == "first_answer"]
    assert (running.started_at, running.stopped_at) == (asked, None)


@settings(max_examples=150, deadline=None)
@given(timelines(), st.data())
def test_clocks_of_any_timeline(facts: list[Fact], data: st.DataObject) -> None:
    """A clock would run on after the answer, or count an hour twice when a batch is delivered again."""
    whole = fold(Track(), [], facts, None)
    cut = data.draw(st.integers(0, len(facts)))
    again = data.draw(st.integers(0, cut))
    half = fold(Track(), [], facts[:cut], None)
    assert fold(*half, facts[again:], None) == whole
    track, clocks = whole
    running = [one for one in clocks if one.stopped_at is None]
    assert len({one.clock for one in running}) == len(running)
    latest = facts[-1]
    if latest.type == "closed":
        assert not running
    if latest.type == "message" and latest.actor == "operator":
        assert {one.clock for one in running} <= {"resolution"}
    if track.held:
        assert all(one.resumed_at is None for one in running)
    elif track.waits:
        assert any(one.clock in ("first_answer", "next_answer") and one.resumed_at for one in running)
    for one in clocks:
        end = one.stopped_at or latest.at
        assert one.used_s <= (end - one.started_at).total_seconds() + 0.001


def test_a_resolution_waits_for_the_customer_and_on_hold() -> None:
    """Operators would be blamed for the days a customer takes to answer."""
    minutes = [0, 1, 11, 71, 81, 91, 101]
    words = [WORDS[8], WORDS[0], WORDS[1], WORDS[0], WORDS[4], WORDS[6], WORDS[7]]
    facts = [
        Fact(n, NOON + timedelta(minutes=m), actor, kind, on, 1)
        for n, (m, (kind, actor, on)) in enumerate(zip(minutes, words, strict=True), start=1)
    ]
    track, clocks = fold(Track(), [], facts, None)
    used = {one.clock: one.used_s / 60 for one in clocks}
    assert used == {"resolution": 31, "first_answer": 10, "next_answer": 20}
    assert not track.waits


def test_who_writes_while_it_is_closed_waits_from_the_reopening() -> None:
    """A customer whose message met the closing would wait without any clock."""
    words = [WORDS[8], WORDS[0], WORDS[1], WORDS[7], WORDS[0], WORDS[8]]
    facts = [
        Fact(n, NOON + timedelta(minutes=n), actor, kind, on, 1 + (n > 5))
        for n, (kind, actor, on) in enumerate(words, start=1)
    ]
    track, clocks = fold(Track(), [], facts, None)
    running = [(one.clock, one.episode, one.resumed_at) for one in clocks if one.stopped_at is None]
    at = NOON + timedelta(minutes=6)
    assert running == [("resolution", 2, at), ("first_answer", 2, at)]
    assert track.waits
    assert not track.answered


def test_when_a_clock_runs_out() -> None:
    """The list would show another time than the alert."""
    target = Target({"first_answer": 1000, "resolution": None}, None)
    clock = Running("first_answer", NOON, 1, 100.0, NOON + timedelta(seconds=500))
    assert due_of(clock, target) == Due(NOON + timedelta(seconds=1100), NOON + timedelta(seconds=1400))
    assert due_of(clock._replace(resumed_at=None), target) == Due(None, None)
    assert due_of(clock._replace(clock="resolution"), target) == Due(None, None)
    for used, due in ((900.0, 600), (1200.0, 300)):
        over = clock._replace(used_s=used, resumed_at=None, stopped_at=NOON + timedelta(seconds=500))
        assert due_of(over, target).due_at == NOON + timedelta(seconds=due)
    late = Due(None, NOON + timedelta(hours=2))
    assert first_of([("resolution", late), ("next_answer", Due(None, NOON)), ("promise", Due(None, None))]) == (
        "next_answer",
        Due(None, NOON),
    )
    assert first_of([("promise", Due(None, None))]) is None


def test_the_first_policy_that_fits() -> None:
    """Important customers would get everybody's time."""

    def policy(
        number: int, *, queue: int | None = None, label: str = "", priority: int = 1, on: bool = True
    ) -> PolicyRow:
        return PolicyRow(number, str(number), queue, label, priority, None, 60, None, None, on)

    policies = [
        policy(1, label="vip", on=False),
        policy(2, queue=7, label="vip"),
        policy(3, priority=4),
        policy(4, queue=7),
    ]

    def chosen(queue: int | None, labels: list[str], priority: int) -> int | None:
        found = policy_for(policies, queue_id=queue, labels=labels, priority=priority)
        return found.id if found else None

    assert chosen(7, ["vip"], 1) == 2
    assert chosen(8, ["vip"], 5) == 3
    assert chosen(7, [], 3) == 4
    assert chosen(None, [], 3) is None


def test_a_question_takes_its_clock_along_when_conversations_are_joined_and_parted() -> None:
    """A merge would count as an answer nobody gave, or the customer would begin to wait anew."""
    asked, later = NOON + timedelta(minutes=1), NOON + timedelta(minutes=5)
    opened = [Fact(1, NOON, "system", "opened", episode=1)]
    merged = Fact(3, later, "operator", "merged", on=True, into=True, was="open")
    track, clocks = fold(Track(), [], [*opened, Fact(2, asked, "customer", "message"), merged], None)
    assert not track.waits
    assert all(one.stopped_at == later for one in clocks)
    joined = Fact(2, later, "operator", "merged", on=True, was="open", waiting_since=asked)
    there, running = fold(Track(), [], [*opened, joined], None)
    assert there.waits
    first = next(one for one in running if one.clock == "first_answer")
    assert (first.started_at, first.stopped_at) == (asked, None)
    back = Fact(4, later, "operator", "merged", into=True, was="open", waiting_since=asked)
    track, clocks = fold(track, clocks, [back], None)
    assert track.waits
    assert {one.clock for one in clocks if one.stopped_at is None} == {"first_answer", "resolution"}
    assert len({(one.clock, one.started_at) for one in clocks}) == len(clocks)  # they are rows under these keys
    assert all(one.resumed_at >= one.started_at for one in clocks if one.resumed_at)
    gone = Fact(3, later, "operator", "merged", was="open")
    there, running = fold(there, running, [gone], None)
    assert not there.waits
    assert {one.clock for one in running if one.stopped_at is None} == {"resolution"}


def test_a_question_that_is_split_off_is_waited_for_elsewhere() -> None:
    """A clock would break for what somebody else answers."""
    asked, later = NOON + timedelta(minutes=1), NOON + timedelta(minutes=5)
    opened = [Fact(1, NOON, "system", "opened", episode=1)]
    off = Fact(3, later, "operator", "split")
    track, clocks = fold(Track(), [], [*opened, Fact(2, asked, "customer", "message"), off], None)
    assert not track.waits
    assert {one.clock for one in clocks if one.stopped_at is None} == {"resolution"}
    track, clocks = fold(Track(), [], [*opened, Fact(2, later, "operator", "split", waiting_since=asked)], None)
    assert track.waits
    assert next(one for one in clocks if one.clock == "first_answer").started_at == asked
