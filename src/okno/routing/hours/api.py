"""The public door of hours: calendars, and what is open when."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
import msgspec

from okno.access.api import require
from okno.access.types import Actor, Locale
from okno.db.pool import Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.kit.wire import encode
from okno.routing.hours import rules
from okno.routing.hours.holidays import holidays_of, known_regions
from okno.routing.hours.rules import (
    Schedule,
    add_business_seconds,
    business_seconds_between,
    next_change,
    next_opening,
    open_at,
)
from okno.routing.hours.types import (
    Calendar,
    CalendarChange,
    DaySpan,
    Holiday,
    HolidayRegion,
    SpecialDay,
    WeekSpan,
)

__all__ = [
    "DEFAULT_ZONE",
    "Hours",
    "Schedule",
    "add_business_seconds",
    "business_seconds_between",
    "next_change",
    "next_opening",
    "open_at",
]

DEFAULT_ZONE = "Europe/Moscow"  # most of our companies
SQL = load_queries("okno.routing.hours")
parse_week = msgspec.json.Decoder(list[WeekSpan]).decode
parse_days = msgspec.json.Decoder(list[SpecialDay]).decode


class Hours:
    """Schedules are asked for all the time: they are kept for CALENDAR_CACHE_S, and dropped on a change made here."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock
        self._kept: dict[tuple[int, int], tuple[float, Schedule]] = {}
        self._listeners: list[Callable[[int], None]] = []

    def listen(self, listener: Callable[[int], None]) -> None:
        """Called with the workspace when one of its calendars has changed."""
        self._listeners.append(listener)

    def forget(self) -> None:
        """Another process has changed a calendar."""
        self._kept.clear()

    async def schedule(self, workspace_id: int, calendar_id: int | None) -> Schedule | None:
        """What `rules` computes with; null (always open) without a calendar, and for one that is gone."""
        if calendar_id is None:
            return None
        key = (workspace_id, calendar_id)
        now = self._clock.monotonic()
        kept = self._kept.get(key)
        if kept and now - kept[0] < limits.CALENDAR_CACHE_S:
            return kept[1]
        record = await self._db.fetchrow(SQL["find_calendar"], workspace_id, calendar_id)
        if record is None:
            return None
        schedule = await self._schedule_of(record)
        if len(self._kept) >= limits.CALENDARS_MAX:
            self._kept.clear()
        self._kept[key] = (now, schedule)
        return schedule

    async def opening(self, workspace_id: int, calendar_id: int | None) -> tuple[bool | None, datetime | None]:
        """Whether it is open now, and if not when it opens next. Without a calendar: always open (null)."""
        if calendar_id is None:
            return None, None
        schedule = await self.schedule(workspace_id, calendar_id)
        now = self._clock.now()
        if open_at(schedule, now):
            return True, None
        return False, next_opening(schedule, now)

    async def time_zone(self, workspace_id: int, calendar_id: int | None) -> str:
        """Of the calendar; Moscow's without one."""
        schedule = await self.schedule(workspace_id, calendar_id)
        return schedule.zone.key if schedule else DEFAULT_ZONE

    async def list_calendars(self, workspace_id: int) -> list[Calendar]:
        records = await self._db.fetch(SQL["list_calendars"], workspace_id, limits.CALENDARS_MAX)
        return [await self._calendar(record) for record in records]

    async def get_calendar(self, workspace_id: int, calendar_id: int) -> Calendar:
        record = await self._db.fetchrow(SQL["find_calendar"], workspace_id, calendar_id)
        if record is None:
            raise NotFound("there is no such calendar")
        return await self._calendar(record)

    async def create_calendar(self, actor: Actor, new: CalendarChange) -> Calendar:
        require(actor, "workspace")
        values = await self._checked(new)
        made = await self._db.fetchval(
            SQL["insert_calendar"], actor.workspace_id, *values, self._clock.now(), limits.CALENDARS_MAX
        )
        if made is None:
            raise Conflict(f"a workspace has at most {limits.CALENDARS_MAX} calendars")
        return await self.get_calendar(actor.workspace_id, made)

    async def change_calendar(self, actor: Actor, calendar_id: int, new: CalendarChange) -> Calendar:
        """Replace it whole; what is open follows at once here, in other processes within CALENDAR_CACHE_S."""
        require(actor, "workspace")
        values = await self._checked(new)
        if await self._db.fetchval(SQL["change_calendar"], actor.workspace_id, calendar_id, *values) is None:
            raise NotFound("there is no such calendar")
        self._kept.pop((actor.workspace_id, calendar_id), None)
        for listener in self._listeners:
            listener(actor.workspace_id)
        return await self.get_calendar(actor.workspace_id, calendar_id)

    async def delete_calendar(self, actor: Actor, calendar_id: int) -> None:
        """Raises `Conflict` while something goes by it."""
        require(actor, "workspace")
        try:
            if await self._db.fetchval(SQL["delete_calendar"], actor.workspace_id, calendar_id) is None:
                raise NotFound("there is no such calendar")
        except asyncpg.ForeignKeyViolationError:
            raise Conflict("something still goes by this calendar") from None
        self._kept.pop((actor.workspace_id, calendar_id), None)

    async def list_regions(self) -> list[HolidayRegion]:
        known = await asyncio.to_thread(known_regions)
        return [HolidayRegion(country, list(regions)) for country, regions in known.items()]

    async def list_holidays(self, place: str, year: int, locale: Locale) -> list[Holiday]:
        found = await asyncio.to_thread(holidays_of, place, year, locale)
        return [Holiday(day, name) for day, name in sorted(found.items())]

    async def _checked(self, new: CalendarChange) -> tuple[str, str, str, str, str]:
        try:
            ZoneInfo(new.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Invalid("there is no such time zone", field="time_zone") from None
        _check_spans(new.week, "week")
        for day in new.days:
            _check_spans(day.spans, "days")
        if len({day.date for day in new.days}) < len(new.days):
            raise Invalid("a day stands there twice", field="days")
        if new.holidays:
            country, _, region = new.holidays.partition("-")
            known = await asyncio.to_thread(known_regions)
            if country not in known or (region and region not in known[country]):
                raise Invalid("the holidays of this country or region are not known", field="holidays")
        days = sorted(new.days, key=lambda day: day.date)
        week = sorted(new.week, key=lambda span: (span.day, span.from_min))
        return new.name, new.time_zone, encode(week).decode(), new.holidays, encode(days).decode()

    async def _calendar(self, record: Any) -> Calendar:
        schedule = await self._schedule_of(record)
        now = self._clock.now()
        return Calendar(
            *(record["id"], record["name"], record["time_zone"], parse_week(record["week"]), record["holidays"]),
            *(parse_days(record["days"]), open_at(schedule, now), next_change(schedule, now), record["used"]),
        )

    async def _schedule_of(self, record: Any) -> Schedule:
        days: dict[date, rules.Day] = {}
        if record["holidays"]:
            year = self._clock.now().year
            for other in range(year - 1, year + 3):
                found = await asyncio.to_thread(holidays_of, record["holidays"], other, "en")
                days |= dict.fromkeys(found, ())
        days |= {day.date: _spans(day.spans) for day in parse_days(record["days"])}
        week = parse_week(record["week"])
        per_day = tuple(_spans([span for span in week if span.day == day]) for day in range(7))
        return Schedule(ZoneInfo(record["time_zone"]), per_day, days)


def _spans(spans: Sequence[WeekSpan] | Sequence[DaySpan]) -> rules.Day:
    return tuple(sorted((span.from_min, span.to_min) for span in spans))


def _check_spans(spans: Sequence[WeekSpan] | Sequence[DaySpan], field: str) -> None:
    if any(not span.from_min < span.to_min <= span.from_min + 1440 for span in spans):
        raise Invalid("opening comes before closing, a day later at most", field=field)
