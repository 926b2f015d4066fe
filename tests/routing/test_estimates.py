"""Promises of an answer as pure arithmetic: never too early for the calendar, learnt from what was kept."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from okno.routing.hours.rules import Schedule, open_at
from okno.routing.sla.estimates import (
    ANSWER_FIRST_S,
    FACTOR_FIRST,
    Exit,
    Outcome,
    answer_s,
    estimate,
    factor,
    gap_s,
    next_check,
    rounded,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OFFICE = Schedule(ZoneInfo("UTC"), (((540, 1080),),) * 5 + ((), ()), {})


@given(st.integers(0, 330 * 86_400), st.integers(0, 300), st.floats(1, 600), st.floats(1, 6))
def test_a_promise_ends_while_somebody_is_there(after_s: int, ahead: int, each_s: float, times: float) -> None:
    """Customers would be promised an answer on Sunday night, or before those who came first."""
    now = NOON + timedelta(seconds=after_s)
    found = estimate(OFFICE, now, ahead, each_s, times, room=10)
    later = estimate(OFFICE, now, ahead + 1, each_s, times, room=10)
    assert found.expected_at is not None
    assert found.promised_at is not None
    assert later.promised_at is not None
    assert now < found.promised_at <= later.promised_at
    assert open_at(OFFICE, found.promised_at - timedelta(microseconds=1))
    assert found.cause == ("queue" if open_at(OFFICE, now) else "closed")
    said = rounded(found.promised_at, now)
    assert timedelta(0) <= said - found.promised_at < timedelta(minutes=15)
    assert said.second == 0
    assert estimate(Schedule(ZoneInfo("UTC"), ((),) * 7, {}), now, ahead, each_s, times).promised_at is None


def test_only_gaps_with_somebody_waiting_tell_the_rate() -> None:
    """After a quiet evening the queue would seem slow, in the rush of the morning quick."""
    monday = datetime(2026, 3, 2, tzinfo=UTC)

    def exit_at(entered: int, left: int) -> Exit:
        return Exit(monday + timedelta(minutes=entered), monday + timedelta(minutes=left))

    assert gap_s(exit_at(600, 610), exit_at(605, 613), OFFICE) == 180
    assert gap_s(exit_at(600, 610), exit_at(611, 613), OFFICE) is None, "nobody waited"
    assert gap_s(exit_at(100, 541), exit_at(101, 542), OFFICE) is None, "everybody was free"
    assert gap_s(exit_at(1060, 1078), exit_at(1070, 1440 + 542), OFFICE) == 240, "the night does not count"
    assert answer_s([]) == ANSWER_FIRST_S
    assert answer_s([30.0] * 20) == 30


def test_the_factor_follows_what_was_kept() -> None:
    """Promises would stay too bold after two operators fell ill, or too shy for ever after one bad day."""
    chance = random.Random(5)
    assert factor([], "queue") == factor([], "closed") == FACTOR_FIRST
    outcomes: list[Outcome] = []
    kept = 0
    for n in range(1_500):
        slow = 1.5 if 500 < n < 1_000 else 1.0
        times = factor(outcomes[-400:], "queue")
        actual = 100 * slow * chance.lognormvariate(0, 0.25)
        outcomes.append(Outcome(100, actual, actual <= 100 * times, NOON))
        kept += n >= 100 and actual <= 100 * times
    assert 0.9 < kept / 1_400 < 0.98
    nights = [
        Outcome(100, 100 * ratio, True, NOON + timedelta(days=day))
        for day, ratio in enumerate([0.8, 1.4, 0.9])
        for _ in range(10)
    ]
    assert factor(nights[:20], "closed") == FACTOR_FIRST
    assert factor(nights, "closed") == 1.4


def test_a_promise_is_looked_at_before_it_ends() -> None:
    """The customer would learn of the delay after it happened."""
    for minutes in (1, 5, 600):
        until = NOON + timedelta(minutes=minutes)
        looks, at = [], NOON
        while (look := next_check(NOON, until, at)) is not None:
            looks.append(look)
            at = look
        assert len(looks) in (2, 3)
        assert looks == sorted(looks)
        assert looks[-1] < until
