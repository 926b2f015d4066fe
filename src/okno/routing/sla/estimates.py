"""When an answer will come: pure estimates from the queue, the rate it is served at and the calendar.

Waits are counted in business time. Expected: the answers that stand before one's own, and it, at the rate observed
while somebody waited. Promised: the expected wait times a factor learnt from what earlier waits came to. Of those who
waited in an open queue it is a quantile whose level broken promises raise and kept ones lower, so that KEPT_SHARE holds
in whatever times (adaptive conformal inference: Gibbs and Candès, 2021). Those who wrote while it was closed wait for
the same opening: their promises are kept or broken together, so the worst of the latest openings counts.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from okno.conversations.bodies import PromiseCause
from okno.routing.hours.api import Schedule, add_business_seconds, business_seconds_between, open_at

KEPT_SHARE = 0.95  # aimed at; waiting for the outcomes costs some
STEP = 0.02  # how far one outcome moves the level
FACTOR_FIRST = 1.6  # before there is anything to learn from
FACTOR_MAX = 6.0
OUTCOMES_MIN = 20  # before they are believed
OPENINGS_MIN, OPENINGS_KEPT = 3, 10
OPENING_SHARE = 0.88  # of an opening's customers whose waits count; the rest is bad luck
GAPS_MIN = 8
ANSWER_FIRST_S = 120.0  # an answer takes the queue so long while nothing was observed
RUSH = timedelta(minutes=15)  # after opening everybody is free: as many are answered at once as can be
SLACK_S: dict[PromiseCause, float] = {"closed": 300.0, "queue": 30.0}  # to sit down; to read
PROMISE_S_MIN = 60.0
STEPS_S = ((1_800, 60), (14_400, 300))


class Exit(NamedTuple):
    """Somebody left the queue because an operator took him."""

    entered_at: datetime
    left_at: datetime


class Outcome(NamedTuple):
    """A promise that was answered, in business seconds. `opening`: when it was open, at once or next."""

    expected_s: float
    actual_s: float
    kept: bool
    opening: datetime


class Estimate(NamedTuple):
    """`expected_s` in business seconds; the moments are null where nothing ever opens."""

    cause: PromiseCause
    ahead: int
    expected_s: float
    expected_at: datetime | None
    promised_at: datetime | None


def cause_at(schedule: Schedule | None, now: datetime) -> PromiseCause:
    return "queue" if open_at(schedule, now) else "closed"


def gap_s(before: Exit, after: Exit, schedule: Schedule | None) -> float | None:
    """Business seconds between two answers; null where they do not tell how fast answers come.

    That is when the second customer came after the first was taken: nobody was there; and in the rush of an opening.
    """
    if after.entered_at > before.left_at or not open_at(schedule, before.left_at - RUSH):
        return None
    return business_seconds_between(schedule, before.left_at, after.left_at)


def answer_s(gaps: Sequence[float]) -> float:
    """Business seconds an answer takes the whole queue, from the latest gaps."""
    if len(gaps) >= GAPS_MIN:
        return max(sum(gaps) / len(gaps), 1.0)
    return (sum(gaps) + ANSWER_FIRST_S * (GAPS_MIN - len(gaps))) / GAPS_MIN


def factor(outcomes: Sequence[Outcome], cause: PromiseCause) -> float:
    """By how much a promise exceeds what is expected; from outcomes of the same cause, the oldest first."""
    return _opening_factor(outcomes) if cause == "closed" else _queue_factor(outcomes)


def _queue_factor(outcomes: Sequence[Outcome]) -> float:
    if len(outcomes) < OUTCOMES_MIN:
        return FACTOR_FIRST
    level = KEPT_SHARE
    for one in outcomes:
        level = min(max(level + STEP * (KEPT_SHARE - one.kept), 0.5), 1.0)
    ranked = sorted(one.actual_s / one.expected_s for one in outcomes)
    place = min(math.ceil(level * (len(ranked) + 1)), len(ranked)) - 1
    return min(max(ranked[place], 1.0), FACTOR_MAX)


def _opening_factor(outcomes: Sequence[Outcome]) -> float:
    by_opening: dict[datetime, list[float]] = {}
    for one in outcomes:
        by_opening.setdefault(one.opening, []).append(one.actual_s / one.expected_s)
    if len(by_opening) < OPENINGS_MIN:
        return FACTOR_FIRST
    latest = [sorted(by_opening[one]) for one in sorted(by_opening)[-OPENINGS_KEPT:]]
    nearly_all = [ratios[math.ceil(len(ratios) * OPENING_SHARE) - 1] for ratios in latest]
    return min(max(*nearly_all, 1.0), FACTOR_MAX)


def estimate(
    schedule: Schedule | None, now: datetime, ahead: int, each_s: float, times: float, room: int = 0
) -> Estimate:
    """For somebody with `ahead` before him. `times`: `factor`; `room`: so many are taken at once when it opens."""
    cause = cause_at(schedule, now)
    at_once = room if cause == "closed" else 0
    expected_s = max(ahead + 1 - at_once, 0) * each_s + SLACK_S[cause]
    expected_at = add_business_seconds(schedule, now, expected_s)
    promised_at = add_business_seconds(schedule, now, max(expected_s * times, PROMISE_S_MIN))
    return Estimate(cause, ahead, expected_s, expected_at, promised_at)


def rounded(at: datetime, now: datetime) -> datetime:
    """A time people say: up to whole minutes, for what is far to five, for hours to a quarter."""
    ahead_s = (at - now).total_seconds()
    step = next((step for until, step in STEPS_S if ahead_s < until), 900)
    stamp = math.ceil(at.timestamp() / step) * step
    return datetime.fromtimestamp(stamp, at.tzinfo)


def next_check(made_at: datetime, promised_at: datetime, now: datetime) -> datetime | None:
    """When a promise is looked at next: after most of its time, and a last time just before the end."""
    span = promised_at - made_at
    last = promised_at - min(timedelta(seconds=30), span / 4)
    moments = (made_at + span * 0.7, made_at + span * 0.9, last)
    return min((m for m in moments if m > now), default=None)
