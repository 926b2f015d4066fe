"""Calendars: when a company answers, by week, holidays and single days."""

import datetime as dt
from typing import Annotated

from msgspec import Meta

from okno.kit import limits
from okno.kit.wire import Answer, Name, OptionalName, Wire

Minute = Annotated[int, Meta(ge=0, le=1439)]
EndMinute = Annotated[int, Meta(ge=1, le=2880)]
ZoneName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")]
HolidaysOf = Annotated[str, Meta(max_length=12, pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,8})?)?$")]


class WeekSpan(Wire, frozen=True):
    """Open on one weekday (0 = Monday), in minutes after its midnight; over 1440 the span ends in the next day."""

    day: Annotated[int, Meta(ge=0, le=6)]
    from_min: Minute
    to_min: EndMinute


class DaySpan(Wire, frozen=True):
    """The same for a single day."""

    from_min: Minute
    to_min: EndMinute


class SpecialDay(Wire, frozen=True):
    """A day that is unlike its weekday, and goes before a public holiday; without spans it is closed."""

    date: dt.date
    name: OptionalName = ""
    spans: Annotated[list[DaySpan], Meta(max_length=limits.CALENDAR_SPANS_MAX)] = []


class CalendarChange(Wire, frozen=True):
    """The whole calendar. `holidays`: closed on the public holidays of a country, or of a region as `DE-BY`."""

    name: Name
    time_zone: ZoneName
    week: Annotated[list[WeekSpan], Meta(max_length=limits.CALENDAR_SPANS_MAX)]
    holidays: HolidaysOf = ""
    days: Annotated[list[SpecialDay], Meta(max_length=limits.CALENDAR_DAYS_MAX)] = []


class Calendar(Answer, frozen=True):
    """`open` now; `changes_at` is when that ends, null when it never does. `used`: by how many inboxes and policies."""

    id: int
    name: str
    time_zone: str
    week: list[WeekSpan]
    holidays: str
    days: list[SpecialDay]
    open: bool
    changes_at: dt.datetime | None
    used: int


class Holiday(Answer, frozen=True):
    """A public holiday; days in a row are days of their own."""

    date: dt.date
    name: str


class HolidayRegion(Answer, frozen=True):
    """A country (ISO 3166) whose holidays are known, with its regions where they differ."""

    country: str
    regions: list[str]
