"""Pure arithmetic of business time: no I/O, no clock, no await.

A span of a day is open from the first moment the zone's clock shows its beginning until the first moment it shows its
end. So a beginning that a change to summer time leaves out is the moment of the change, and an hour that comes twice
belongs to a span that goes over it, both times. Without a schedule (null) it is always open.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from okno.kit import limits

Day = tuple[tuple[int, int], ...]
"""Spans (from, to) in minutes after midnight; `to` may lie in the next day (over 1440)."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is open when: seven weekdays from Monday, and days that are different (holidays have no spans)."""

    zone: ZoneInfo
    week: tuple[Day, ...]
    days: Mapping[date, Day]


class Opening(NamedTuple):
    """Open for `begins <= moment < ends`, in UTC."""

    begins: datetime
    ends: datetime


def moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) at which the zone's clock shows the day's midnight plus `minutes`, or later."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == wall:
        return early
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC) - timedelta(seconds=1)
    while early - before > timedelta(seconds=1):  # the clock never shows it: the moment of the change
        middle = before + timedelta(seconds=(early - before) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            early = middle
        else:
            before = middle
    return early


def openings(schedule: Schedule, after: datetime) -> Iterator[Opening]:
    """Openings that end after `after`, in order, not overlapping, for CALENDAR_DAYS_AHEAD; neighbours may touch."""
    first = after.astimezone(schedule.zone).date() - timedelta(days=2)
    covered: datetime | None = None
    for ahead in range(limits.CALENDAR_DAYS_AHEAD + 2):
        day = first + timedelta(days=ahead)
        for from_min, to_min in sorted(schedule.days.get(day, schedule.week[day.weekday()])):
            begins = moment(day, from_min, schedule.zone)
            ends = moment(day, to_min, schedule.zone)
            if ends > max(begins, covered or after):
                yield Opening(max(begins, covered) if covered else begins, ends)
                covered = ends


def open_at(schedule: Schedule | None, at: datetime) -> bool:
    if schedule is None:
        return True
    first = next(openings(schedule, at), None)
    return first is not None and first.begins <= at


def next_opening(schedule: Schedule | None, at: datetime) -> datetime | None:
    """`at` itself while open; null when nothing opens within CALENDAR_DAYS_AHEAD."""
    if schedule is None:
        return at
    first = next(openings(schedule, at), None)
    return max(first.begins, at) if first else None


def next_change(schedule: Schedule | None, at: datetime) -> datetime | None:
    """When it closes if it is open, else when it opens; null when it never does."""
    if schedule is None:
        return None
    ends: datetime | None = None
    for opening in openings(schedule, at):
        if ends is None:
            if opening.begins > at:
                return opening.begins
        elif opening.begins > ends:
            return ends
        ends = opening.ends
        if ends - at > timedelta(days=limits.CALENDAR_DAYS_OPEN):
            return None
    return ends


def add_business_seconds(schedule: Schedule | None, at: datetime, seconds: float) -> datetime | None:
    """The earliest moment by which so many open seconds have passed; null when they never do."""
    if schedule is None or seconds <= 0:
        return at + timedelta(seconds=max(seconds, 0))
    left = timedelta(seconds=seconds)
    for opening in openings(schedule, at):
        begins = max(opening.begins, at)
        if opening.ends - begins >= left:
            return begins + left
        left -= opening.ends - begins
    return None


def business_seconds_between(schedule: Schedule | None, begin: datetime, end: datetime) -> float:
    """Open seconds in `begin <= moment < end`; never negative."""
    if schedule is None or end <= begin:
        return max((end - begin).total_seconds(), 0.0)
    total = timedelta()
    for opening in openings(schedule, begin):
        if opening.begins >= end:
            break
        total += min(opening.ends, end) - max(opening.begins, begin)
    return total.total_seconds()
