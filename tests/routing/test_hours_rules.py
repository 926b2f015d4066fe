"""Business time against an oracle that looks at the zone's clock minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okno.routing.hours.rules import (
    Day,
    Schedule,
    add_business_seconds,
    business_seconds_between,
    moment,
    next_change,
    next_opening,
    open_at,
    openings,
)

MINUTE = timedelta(minutes=1)
# Both changes of the clock, north and south, half an hour, a whole day that never was, midnight that never was.
MOMENTS = [
    ("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 16, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 3, 28, 22, tzinfo=UTC)),
    ("Europe/Moscow", datetime(2026, 12, 31, 21, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 6, 1, tzinfo=UTC)),
]


def span(quarters: tuple[int, int]) -> tuple[int, int]:
    begin, size = quarters
    return begin * 15, begin * 15 + size * 15


spans = st.lists(st.tuples(st.integers(0, 95), st.integers(1, 96)).map(span), max_size=3).map(tuple)
weeks = st.one_of(
    st.just(((),) * 7),
    st.just((((0, 1440),),) * 7),
    st.lists(spans, min_size=7, max_size=7).map(tuple),
    st.lists(
        st.sampled_from([(), ((540, 1080),), ((540, 780), (840, 1080)), ((1320, 1800),)]), min_size=7, max_size=7
    ).map(tuple),
)


@cache
def walls_of(zone: ZoneInfo, middle: datetime) -> list[datetime]:
    begin = middle - timedelta(days=6)
    return [(begin + n * MINUTE).astimezone(zone).replace(tzinfo=None) for n in range(11 * 1440)]


class Oracle:
    """Minutes from two days before until five after, each open or not, by the clock on the wall alone."""

    def __init__(self, schedule: Schedule, middle: datetime) -> None:
        self.begin = middle - timedelta(days=2)
        walls = walls_of(schedule.zone, middle)
        self.minutes = [False] * len(walls)
        day = walls[0].date() - timedelta(days=3)
        while day <= walls[-1].date():
            for from_min, to_min in schedule.days.get(day, schedule.week[day.weekday()]):
                midnight = datetime.combine(day, time())
                first, last = midnight + from_min * MINUTE, midnight + to_min * MINUTE
                lit = ended = False
                for i, wall in enumerate(walls):
                    lit = lit or wall >= first
                    ended = ended or wall >= last
                    if ended:
                        break
                    if lit:
                        self.minutes[i] = True
            day += timedelta(days=1)
        self.minutes = self.minutes[4 * 1440 :]

    def at(self, n: int) -> datetime:
        return self.begin + n * MINUTE


@st.composite
def cases(draw: st.DrawFn) -> tuple[Schedule, Oracle]:
    zone, middle = draw(st.sampled_from(MOMENTS))
    first = middle.date() - timedelta(days=2)
    days: dict[date, Day] = {
        first + timedelta(days=n): chosen
        for n, chosen in draw(st.dictionaries(st.integers(0, 5), spans, max_size=2)).items()
    }
    schedule = Schedule(ZoneInfo(zone), draw(weeks), days)
    return schedule, Oracle(schedule, middle)


@settings(max_examples=25, deadline=None)
@given(cases(), st.data())
def test_every_answer_is_that_of_the_clock_on_the_wall(case: tuple[Schedule, Oracle], data: st.DataObject) -> None:
    """Shops would open an hour early after a change of the clock, and promises would lie for a day a year."""
    schedule, oracle = case
    size = len(oracle.minutes)
    for n in data.draw(st.lists(st.integers(0, size - 1), min_size=8, max_size=8)):
        at = oracle.at(n)
        assert open_at(schedule, at) == oracle.minutes[n], at
        opens = next((m for m in range(n, size) if oracle.minutes[m]), None)
        if opens is not None:
            assert next_opening(schedule, at) == oracle.at(opens)
        changes = next((m for m in range(n, size) if oracle.minutes[m] != oracle.minutes[n]), None)
        if changes is not None:
            assert next_change(schedule, at) == oracle.at(changes)
    a, b = sorted(data.draw(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))))
    worked = sum(oracle.minutes[a:b]) * 60
    assert business_seconds_between(schedule, oracle.at(a), oracle.at(b)) == worked
    wanted = data.draw(st.integers(1, 3_000))
    passed = 0
    for m in range(a, size):
        passed += oracle.minutes[m]
        if passed == wanted:
            assert add_business_seconds(schedule, oracle.at(a), wanted * 60) == oracle.at(m + 1)
            break


@settings(max_examples=30, deadline=None)
@given(cases(), st.integers(0, 86_400), st.floats(0.5, 500_000))
def test_adding_and_measuring_agree(case: tuple[Schedule, Oracle], offset: int, seconds: float) -> None:
    """A clock that was stopped and goes on would gain or lose time."""
    schedule, oracle = case
    at = oracle.begin + timedelta(seconds=offset)
    until = add_business_seconds(schedule, at, seconds)
    if until is not None:
        assert business_seconds_between(schedule, at, until) == pytest.approx(seconds, abs=0.001)
        half = at + (until - at) / 2
        both = business_seconds_between(schedule, at, half) + business_seconds_between(schedule, half, until)
        assert both == pytest.approx(seconds, abs=0.001)
    whole = list(openings(schedule, at))
    assert all(one.begins < one.ends for one in whole)
    assert all(one.ends <= other.begins for one, other in pairwise(whole))


def test_empty_and_endless_calendars() -> None:
    """A company that has closed for good would hang the server, one that never closes would be told a closing time."""
    zone = ZoneInfo("Europe/Moscow")
    at = datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)
    closed, always = Schedule(zone, ((),) * 7, {}), Schedule(zone, (((0, 1440),),) * 7, {})
    assert not open_at(closed, at)
    assert next_opening(closed, at) is None
    assert next_change(closed, at) is None
    assert add_business_seconds(closed, at, 1) is None
    assert add_business_seconds(closed, at, 0) == at
    assert business_seconds_between(closed, at, at + timedelta(days=30)) == 0
    for endless in (always, None):
        assert open_at(endless, at)
        assert next_opening(endless, at) == at
        assert next_change(endless, at) is None
        assert add_business_seconds(endless, at, 7 * 86_400.0) == at + timedelta(days=7)
        assert business_seconds_between(endless, at, at + timedelta(days=30)) == 30 * 86_400
    once = Schedule(zone, ((),) * 7, {date(2027, 5, 1): ((600, 660),)})
    assert next_opening(once, at) == datetime(2027, 5, 1, 7, tzinfo=UTC)


def test_the_hour_that_is_left_out_and_the_one_that_comes_twice() -> None:
    """Night shifts would be an hour short or long on the night of the change."""
    berlin = ZoneInfo("Europe/Berlin")
    assert moment(date(2026, 3, 29), 150, berlin) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    nights = Schedule(berlin, (((1320, 1800),),) * 7, {})
    for day, hours in ((28, 7), (27, 8)):
        begins = datetime(2026, 3, day, 21, tzinfo=UTC)
        assert business_seconds_between(nights, begins, begins + timedelta(hours=10)) == hours * 3600
    begins = datetime(2026, 10, 24, 20, tzinfo=UTC)
    assert business_seconds_between(nights, begins, begins + timedelta(hours=11)) == 9 * 3600
