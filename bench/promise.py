"""Weeks of a support team, simulated: are promises of an answer kept, and are they worth something?

A team of six answers from 9 to 21; each has three chats at once; an answer takes half a minute of his attention, a chat
its place for nine. Customers come by a Poisson process that follows the hour, the weekday and the luck of the day. The
estimator sees what the product sees: who waits, when operators took whom, what earlier promises came to. Whoever comes
while it is closed, or would wait over five minutes, is promised an answer. A week to learn is left out of the figures.
"""

import functools
import heapq
import math
import random
import statistics
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bench.measure import result
from okno.kit import limits
from okno.routing.hours import rules as hours
from okno.routing.sla import estimates
from okno.routing.sla.estimates import Estimate, Exit, Outcome

ZONE = ZoneInfo("Europe/Moscow")
OPERATORS, SLOTS, HANDLE_S, ATTENTION_S = 6, 3, 540.0, 35.0
OPENS, CLOSES = 9, 21
PER_HOUR = [2, 1, 1, 0.5, 0.5, 1, 2, 5, 12, 22, 30, 34, 32, 28, 30, 32, 30, 28, 26, 24, 22, 16, 10, 5]
START = date(2026, 3, 2)


@dataclass(frozen=True)
class Scenario:
    name: str
    load: float
    rush: tuple[int, int, float] | None = None  # from, to, times as many
    ill: Callable[[date], int] = lambda _: 0
    holidays: frozenset[date] = frozenset()


@dataclass(eq=False)
class Customer:
    at: datetime
    estimate: Estimate | None = None
    opening: datetime | None = None
    told: datetime | None = None
    answered: datetime | None = None


@dataclass(eq=False)
class Operator:
    free_at: datetime
    slots: int = SLOTS


def two_ill(day: date) -> int:
    """From Wednesday to Friday of every second week."""
    return 2 if (day - START).days // 7 % 2 and day.weekday() in (2, 3, 4) else 0


SCENARIOS = (
    Scenario("calm", 2.0),
    Scenario("rush", 1.6, rush=(12, 15, 2.2)),
    Scenario("ill", 2.0, ill=two_ill),
    Scenario("night", 1.6, holidays=frozenset({date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 23)})),
)


@dataclass
class Team:
    """One run of a scenario."""

    scenario: Scenario
    seed: int
    weeks: int = 6
    queue: deque[Customer] = field(default_factory=deque)
    promised: list[Customer] = field(default_factory=list)
    gaps: deque[float] = field(default_factory=lambda: deque(maxlen=limits.PROMISE_EXITS))

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        closed: dict[date, hours.Day] = dict.fromkeys(self.scenario.holidays, ())
        self.schedule = hours.Schedule(ZONE, (((OPENS * 60, CLOSES * 60),),) * 7, closed)
        self.outcomes: dict[str, deque[Outcome]] = {
            cause: deque(maxlen=limits.PROMISE_OUTCOMES) for cause in ("closed", "queue")
        }
        self.events: list[tuple[datetime, int, Callable[..., None], Any]] = []
        self.operators: list[Operator] = []
        self.last: Exit | None = None
        self.open = False
        self.factors: dict[str, tuple[int, float]] = {}
        self.answers = 0

    def later(self, at: datetime, what: Callable[..., None], data: Any = None) -> None:
        heapq.heappush(self.events, (at, len(self.events) + self.chance.getrandbits(40), what, data))

    def run(self) -> list[Customer]:
        """Customers who were promised an answer after the first week."""
        start = moment(START, 0)
        end = start + timedelta(weeks=self.weeks)
        self.arrivals(start, end)
        for n in range(self.weeks * 7 + 4):
            day = START + timedelta(days=n)
            if day not in self.scenario.holidays:
                self.later(moment(day, OPENS), self.opens, day)
                self.later(moment(day, CLOSES), self.closes)
        while self.events:
            now, _, what, data = heapq.heappop(self.events)
            what(now, data)
        return [c for c in self.promised if c.answered and c.at >= start + timedelta(weeks=1)]

    def arrivals(self, start: datetime, end: datetime) -> None:
        scenario, at = self.scenario, start
        most = max(PER_HOUR) * scenario.load * (scenario.rush[2] if scenario.rush else 1) * 1.5 / 3600
        luck: dict[date, float] = {}
        while at < end:
            at += timedelta(seconds=self.chance.expovariate(most))
            local = at.astimezone(ZONE)
            rate = PER_HOUR[local.hour] * scenario.load * (0.7 if local.weekday() > 4 else 1)
            rate *= luck.setdefault(local.date(), min(self.chance.lognormvariate(0, 0.15), 1.5))
            if scenario.rush and scenario.rush[0] <= local.hour < scenario.rush[1]:
                rate *= scenario.rush[2]
            if self.chance.random() < rate / 3600 / most:
                self.later(at, self.comes, Customer(at))

    # -- what happens

    def comes(self, now: datetime, customer: Customer) -> None:
        found = self.estimate(now, len(self.queue))
        if found.promised_at and (not self.open or found.expected_s > limits.PROMISE_AFTER_S):
            by = estimates.rounded(found.promised_at, now)
            customer.estimate = found._replace(promised_at=by)
            customer.opening = hours.next_opening(self.schedule, now)
            self.promised.append(customer)
            self.check(now, customer)
        self.queue.append(customer)
        self.serve(now)

    def opens(self, now: datetime, day: date) -> None:
        self.open = True
        self.operators = [
            Operator(now + timedelta(seconds=self.chance.uniform(0, 60)))
            for _ in range(OPERATORS - self.scenario.ill(day))
        ]
        for one in self.operators:
            self.later(one.free_at, self.serve)

    def closes(self, _now: datetime, _: None) -> None:
        self.open = False

    def serve(self, now: datetime, _: None = None) -> None:
        while self.open and self.queue:
            free = [one for one in self.operators if one.slots and one.free_at <= now]
            if not free:
                return
            operator, customer = max(free, key=lambda one: one.slots), self.queue.popleft()
            left = Exit(customer.at, now)
            if self.last and (gap := estimates.gap_s(self.last, left, self.schedule)) is not None:
                self.gaps.append(gap)
            self.last = left
            attention = self.chance.lognormvariate(math.log(ATTENTION_S) - 0.125, 0.5)
            handling = max(attention, self.chance.lognormvariate(math.log(HANDLE_S) - 0.32, 0.8))
            operator.slots -= 1
            operator.free_at = now + timedelta(seconds=attention)
            self.later(operator.free_at, self.answers_one, customer)
            self.later(now + timedelta(seconds=handling), self.ends, operator)

    def answers_one(self, now: datetime, customer: Customer) -> None:
        customer.answered = now
        if (made := customer.estimate) and made.promised_at and customer.opening:
            took = hours.business_seconds_between(self.schedule, customer.at, now)
            kept = now <= made.promised_at
            self.outcomes[made.cause].append(Outcome(made.expected_s, took, kept, customer.opening))
            self.answers += 1
        self.serve(now)

    def ends(self, now: datetime, operator: Operator) -> None:
        operator.slots += 1
        self.serve(now)

    def check(self, now: datetime, customer: Customer) -> None:
        """As the product does: told when the estimate has moved past the promise, and for certain at the last look."""
        made = customer.estimate
        if customer.answered or customer.told or made is None or made.promised_at is None:
            return
        again = estimates.next_check(customer.at, made.promised_at, now)
        if now > customer.at:
            ahead = self.queue.index(customer) if customer in self.queue else 0
            expected_at = self.estimate(now, ahead).expected_at
            if again is None or expected_at is None or expected_at > made.promised_at:
                customer.told = now
                return
        if again:
            self.later(again, self.check, customer)

    # -- what the estimator is told

    def estimate(self, now: datetime, ahead: int) -> Estimate:
        cause = estimates.cause_at(self.schedule, now)
        known = self.factors.get(cause)
        if known is None or known[0] != self.answers:
            known = self.factors[cause] = (self.answers, estimates.factor(self.outcomes[cause], cause))
        each_s = estimates.answer_s(self.gaps)
        return estimates.estimate(self.schedule, now, ahead, each_s, known[1], OPERATORS * SLOTS)


def moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=ZONE).astimezone(UTC)


def figures(customers: list[Customer]) -> dict[str, float]:
    """Per cent kept, median promised to median real wait, per cent of the broken that were told before."""
    made = [(c, c.estimate.promised_at, c.answered) for c in customers if c.estimate and c.answered]
    waits = [((by - c.at).total_seconds(), (got - c.at).total_seconds()) for c, by, got in made if by]
    broken = [(c, by) for c, by, got in made if by and got > by]
    return {
        "kept": 100 * (1 - len(broken) / len(made)),
        "ratio": statistics.median(w[0] for w in waits) / statistics.median(w[1] for w in waits),
        "told": 100 * sum(1 for c, by in broken if c.told and c.told < by) / len(broken) if broken else 100.0,
        "promises": len(made),
    }


def main() -> None:
    hours.moment = functools.lru_cache(1 << 16)(hours.moment)
    for scenario in SCENARIOS:
        runs = [figures(Team(scenario, seed).run()) for seed in (1, 2)]
        kept = statistics.mean(run["kept"] for run in runs)
        print(f"{scenario.name}: {runs[0]['promises']:.0f} promises in five weeks, kept {runs[0]['kept']:.1f} %")
        print(f"{scenario.name}: {runs[1]['promises']:.0f} promises in five others, kept {runs[1]['kept']:.1f} %")
        result(f"promise_{scenario.name}_kept_min", kept, "%", 90)
        result(f"promise_{scenario.name}_kept_max", kept, "%", 97, most=True)
        ratio = max(run["ratio"] for run in runs)
        result(f"promise_{scenario.name}_promised_to_real", ratio, "times", 1.5, most=True)
        told = min(run["told"] for run in runs)
        result(f"promise_{scenario.name}_told_before_it_broke", told, "%", 100)


if __name__ == "__main__":
    main()
