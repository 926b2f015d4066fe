"""Pure decisions: what may be dialled, when a callback is tried again, which times are offered."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, assert_never

from okno.conversations.calling import CallOutcome
from okno.kit import limits
from okno.kit.errors import NotAllowed, OknoError, TooMany
from okno.kit.phone import Number, Sort
from okno.routing.hours.api import Schedule, open_at

SLOT = timedelta(minutes=30)
SLOT_DAYS = 3
SLOTS_MAX = 48
Refusal = Literal["stopped", "blocked", "country", "premium", "number", "visitor", "address", "minute", "day"]
CALMING: frozenset[Refusal] = frozenset({"minute", "day"})
"""Bounds of a whole company: reached, they are an alarm."""


class Dialled(NamedTuple):
    """How often was dialled: this number today, for this visitor and address within the hour, in all."""

    number_day: int
    visitor_hour: int
    address_hour: int
    minute: int
    day: int


class Policy(NamedTuple):
    """What a workspace allows."""

    countries: Collection[str]
    per_minute: int
    per_day: int
    stopped: bool


def plan_dial(number: Number, policy: Policy, dialled: Dialled, *, blocked: bool) -> Refusal | None:
    """Why this number is not dialled now; null: it is. Every way out to the telephone network asks this first."""
    reasons: tuple[tuple[bool, Refusal], ...] = (
        (policy.stopped, "stopped"),
        (blocked, "blocked"),
        (number.sort is Sort.PREMIUM, "premium"),
        (not number.country or number.country not in policy.countries, "country"),  # satellites belong to none
        (dialled.number_day >= limits.DIALS_PER_NUMBER_DAY, "number"),
        (dialled.visitor_hour >= limits.DIALS_PER_VISITOR_HOUR, "visitor"),
        (dialled.address_hour >= limits.DIALS_PER_ADDRESS_HOUR, "address"),
        (dialled.minute >= policy.per_minute, "minute"),
        (dialled.day >= policy.per_day, "day"),
    )
    return next((refusal for holds, refusal in reasons if holds), None)


def error_of(refusal: Refusal) -> OknoError:
    """A sentence for who asked; nothing in it tells a thief how near he was."""
    match refusal:
        case "country":
            return NotAllowed("numbers of this country are not called from here")
        case "premium":
            return NotAllowed("paid numbers are not called")
        case "number" | "visitor" | "address":
            return TooMany("this was tried too often: try again later")
        case "stopped" | "blocked" | "minute" | "day":
            return NotAllowed("calls are not available just now")
    assert_never(refusal)


class Retry(NamedTuple):
    """`at` null: no more."""

    at: datetime | None
    outcome: Literal["done", "failed", "cancelled"]


def plan_retry(outcome: CallOutcome, tries: int, tries_max: int, pause_s: int, now: datetime) -> Retry:
    """What becomes of a callback whose call ended. `tries` counts this one."""
    match outcome:
        case "talked":
            return Retry(None, "done")
        case "cancelled" | "gave_up":
            return Retry(None, "cancelled")
        case "no_operator" | "busy" | "no_answer" | "operator_gone" | "failed" | "lost":
            again = now + timedelta(seconds=pause_s) if tries < tries_max else None
            return Retry(again, "failed")
    assert_never(outcome)


def list_slots(schedule: Schedule | None, now: datetime) -> list[datetime]:
    """Times a customer may choose: half hours of the days ahead that are open. The first is at least a slot away."""
    return list(_slots(schedule, now))[:SLOTS_MAX]


def _slots(schedule: Schedule | None, now: datetime) -> Iterator[datetime]:
    step = SLOT.total_seconds()
    at = datetime.fromtimestamp((now.timestamp() // step + 2) * step, tz=now.tzinfo)
    while at < now + timedelta(days=SLOT_DAYS):
        if open_at(schedule, at):
            yield at
        at += SLOT


def code_of(country: str) -> str:
    """What numbers of a country begin with: +7."""
    import phonenumbers  # noqa: PLC0415 - as in `kit.phone`

    code = phonenumbers.country_code_for_region(country)
    return f"+{code}" if code else ""
