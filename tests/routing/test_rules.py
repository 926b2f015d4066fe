"""The planner by itself: every example is a reason for which somebody would wait, or be burdened, unjustly."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okno.routing import rules
from okno.routing.rules import Facts, QueueKey, plan_assignment
from okno.routing.types import Candidate, Decision, Waiting

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def uid(number: int) -> UUID:
    return UUID(int=number)


def waiting(number: int, **more: Any) -> Waiting:
    more = {
        "mode": "automatic",
        "priority": 3,
        "entered_at": NOW + timedelta(seconds=number),
        "use_percent": 100,
        **more,
    }
    return Waiting(uid(1_000 + number), uid(2_000 + number), more.pop("queue_id", 1), **more)


def seat(number: int, load: int = 0, limit: int = 500, **more: Any) -> Candidate:
    idle = more.pop("idle_s", 0)
    return Candidate(uid(number), load, limit, NOW - timedelta(seconds=idle), **more)


def plan(line: list[Waiting], seats: list[Candidate], limit: int = 1_000) -> list[tuple[int, int]]:
    return [
        (d.waiting.conversation_id.int - 2_000, d.operator_id.int)
        for d in plan_assignment(line, seats, NOW, limit=limit)
    ]


def test_priority_then_who_waits_longest() -> None:
    """A newcomer would be served before somebody who waits for an hour."""
    line = [waiting(3), waiting(1), waiting(2, priority=5)]
    assert plan(line, [seat(1, limit=200)]) == [(2, 1), (1, 1)]


def test_better_skill_then_less_load_then_longer_idle() -> None:
    """A novice would get what an expert has time for, or the same person everything."""
    seats = [seat(1, 200, skills={7: 2}), seat(2, 100, skills={7: 2}), seat(3, 400, skills={7: 5}), seat(4)]
    assert plan([waiting(1, skill_id=7), waiting(2, skill_id=7)], seats) == [(1, 3), (2, 2)]
    assert plan([waiting(1)], [seat(1, idle_s=5), seat(2, idle_s=50), seat(3, 100, idle_s=500)]) == [(1, 2)]


def test_load_is_a_share_of_what_one_can_carry() -> None:
    """Two of three would count as less than three of ten."""
    assert plan([waiting(1)], [seat(1, 200, 300), seat(2, 300, 1_000)]) == [(1, 2)]


def test_nobody_gets_what_he_cannot_serve() -> None:
    """A customer would meet somebody without the team, skill or language; a specialist would get everything."""
    line = [waiting(1, team_id=9, skill_id=7, skill_level=3, language="en")]
    able = {"teams": frozenset({9}), "skills": {7: 3}, "languages": frozenset({"en"})}
    assert plan(line, [seat(1, **able)]) == [(1, 1)]
    for lack in ({"teams": frozenset()}, {"skills": {7: 2}}, {"languages": frozenset({"ru"})}, {"there": False}):
        assert plan(line, [seat(1, **{**able, **lack})]) == []
    assert plan([waiting(1)], [seat(1, specialist=True)]) == []
    assert plan([waiting(1, conversation_team_id=4)], [seat(1), seat(2, see_all=True)]) == [(1, 2)]


def test_what_nobody_can_serve_holds_up_nobody() -> None:
    """One wish for a rare skill at the head would stop the queue."""
    assert plan([waiting(1, skill_id=7), waiting(2)], [seat(1)]) == [(2, 1)]


def test_a_call_weighs_more_than_a_chat() -> None:
    """Somebody with four chats of five would get a call beside them."""
    assert plan([waiting(1, use_percent=300), waiting(2)], [seat(1, 300)]) == [(2, 1)]


def test_self_service_is_nobodys_to_give() -> None:
    """A team that takes its conversations itself would find them handed out."""
    assert plan([waiting(1, mode="pull")], [seat(1)]) == []


def test_who_refused_is_passed_over_for_a_while() -> None:
    """The same card would come back at once, or the conversation stand still though a colleague is free."""
    refused = {uid(1): NOW + timedelta(seconds=30)}
    assert plan([waiting(1, refused=refused)], [seat(1), seat(2, 400)]) == [(1, 2)]
    assert plan([waiting(1, refused=refused), waiting(2)], [seat(1, limit=100)]) == [(2, 1)]
    assert plan([waiting(1, refused={uid(1): NOW})], [seat(1)]) == [(1, 1)]
    assert rules.next_due([waiting(1, refused=refused)], NOW) == NOW + timedelta(seconds=30)


def test_a_customer_returns_to_his_operator() -> None:
    """He would tell his story again to whoever has least to do."""
    bound = {"preferred": uid(2), "preferred_until": NOW + timedelta(seconds=60)}
    assert plan([waiting(1, **bound)], [seat(1), seat(2, 300)]) == [(1, 2)]
    assert plan([waiting(1, **bound)], [seat(1), seat(2, 300, specialist=True)]) == [(1, 2)]


@pytest.mark.parametrize(
    ("strict", "own", "expected"),
    [
        (False, {"load": 500}, 1),  # busy: loose goes on
        (True, {"load": 500}, None),  # busy: strict waits
        (True, {"load": 500, "there": False}, 1),  # away: never
        (True, None, 1),  # gone
    ],
)
def test_a_strict_bind_waits_for_the_busy_only(strict: bool, own: dict[str, Any] | None, expected: int | None) -> None:
    """A customer would wait for somebody who went home, or lose the one he knows to a colleague with less to do."""
    bound = {"preferred": uid(2), "preferred_until": NOW + timedelta(seconds=60), "strict": strict}
    seats = [seat(1)] + ([seat(2, **own)] if own else [])
    line = [waiting(1, **bound)]
    assert plan(line, seats) == ([(1, expected)] if expected else [])
    late = [waiting(1, **{**bound, "preferred_until": NOW})]
    assert plan(late, [seat(1), seat(2, 500)]) == [(1, 1)]


def test_every_decision_says_why() -> None:
    """“Why me?” would have no answer."""
    decision = plan_assignment([waiting(1)], [seat(1, 100, idle_s=40), seat(2, 300)], NOW, limit=1)[0]
    assert decision == Decision(waiting(1), uid(1), "automatic", 100, 500, NOW - timedelta(seconds=40), 2, 0)


lines = st.lists(
    st.builds(
        lambda n, priority, use, skill, mode: waiting(n, priority=priority, use_percent=use, skill_id=skill, mode=mode),
        *(st.integers(0, 500), st.integers(1, 5), st.sampled_from([30, 100, 300]), st.sampled_from([None, 7, 8])),
        st.sampled_from(["automatic", "offer", "pull"]),
    ),
    max_size=30,
    unique_by=lambda w: w.entry_id,
)
desks = st.lists(
    st.builds(
        lambda n, load, limit, skills, there: seat(n, load, limit, skills=skills, there=there, idle_s=n % 7),
        *(st.integers(1, 99), st.integers(0, 10).map(lambda x: x * 100), st.integers(2, 10).map(lambda x: x * 100)),
        *(st.dictionaries(st.sampled_from([7, 8]), st.integers(1, 5)), st.booleans()),
    ),
    max_size=8,
    unique_by=lambda c: c.operator_id,
)


@settings(max_examples=150, deadline=None)
@given(line=lines, seats=desks, limit=st.integers(1, 40))
def test_no_plan_breaks_the_promises(line: list[Waiting], seats: list[Candidate], limit: int) -> None:
    """Somebody would be above his capacity, a conversation given twice, or left although a fitting operator is free."""
    room = {c.operator_id: c.limit_percent - c.load_percent for c in seats}
    decisions = plan_assignment(line, seats, NOW, limit=limit)
    given_ids = [d.waiting.entry_id for d in decisions]
    assert len(given_ids) == len(set(given_ids)) <= limit
    for decision in decisions:
        room[decision.operator_id] -= decision.waiting.use_percent
    assert all(room[d.operator_id] >= 0 for d in decisions)
    if len(decisions) < limit:
        for left in (w for w in line if w.entry_id not in given_ids and w.mode != "pull"):
            assert not any(c.there and rules.fits(left, c) and rules.has_room(left, c) for c in seats)
    ranks = [d.waiting.rank for d in decisions]
    assert ranks == sorted(ranks)


def test_which_queue() -> None:
    """A conversation would wait where nobody looks."""
    queues = [QueueKey(1, 0, is_default=True), QueueKey(2, 9, is_default=False), QueueKey(3, 0, is_default=False)]
    by_inbox = {50: 3}
    assert rules.queue_of(queues, by_inbox, 50, 0, inbox_team_id=0) == 3
    assert rules.queue_of(queues, by_inbox, 50, 9, inbox_team_id=0) == 2, "handed to another team"
    assert rules.queue_of(queues, by_inbox, 51, 9, inbox_team_id=9) == 2
    assert rules.queue_of(queues, by_inbox, 51, 8, inbox_team_id=8) == 1
    assert rules.queue_of([], {}, 51, 0, inbox_team_id=0) is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts("open", "queue", None, NOW), None),
        (Facts("open", "operator", uid(1), NOW), "taken"),
        (Facts("open", "bot", None, NOW), "bot"),
        (Facts("open", "queue", None, None), "answered"),
        (Facts("closed", "queue", None, None), "abandoned"),
        (Facts("closed", "operator", uid(1), None, answered=True), "closed"),
    ],
)
def test_who_waits_and_why_no_more(facts: Facts, expected: str | None) -> None:
    """Reports would count an answered customer as lost, or the queue show who is served."""
    assert rules.waits(facts) == (expected is None)
    if expected:
        assert rules.leave_reason(facts) == expected


def test_the_answer_is_due_after_the_customer_asked() -> None:
    """A conversation would be taken away though the customer wrote just now."""
    later = NOW + timedelta(seconds=50)
    assert rules.answer_due_s(NOW, NOW - timedelta(hours=1), 120) == 120
    assert rules.answer_due_s(NOW, later, 120) == 170
    assert rules.answer_due_s(NOW, None, 120) is rules.answer_due_s(NOW, NOW, 0) is None


def test_equals_get_equally_much() -> None:
    """The first of the list would get everything while the others wait for work."""
    seats = [seat(n, limit=300) for n in range(1, 8)]
    given_to: list[UUID] = []
    for number in range(700):
        at = NOW + timedelta(seconds=number)
        if len(given_to) >= 10:  # the oldest is finished
            done = next(c for c in seats if c.operator_id == given_to[-10])
            done.load_percent -= 100
        decision = plan_assignment([waiting(number)], seats, at, limit=1)[0]
        given_to.append(decision.operator_id)
    counts = [given_to.count(c.operator_id) for c in seats]
    assert max(counts) - min(counts) <= 2, counts
