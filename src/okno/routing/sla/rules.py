"""Pure decisions on clocks: what starts, stops and pauses them, and when they run out. No I/O, no clock, no await."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from okno.routing.hours.api import Schedule, add_business_seconds, business_seconds_between
from okno.routing.sla.types import Clock

WARN_SHARE = 0.7  # of its time a clock turns amber


class Fact(NamedTuple):
    """What a clock needs to know of an event. `on`: of `held` and `merged`; `episode`: of `opened`.

    Of `merged` and `split`: `into`, `was` and since when the customer waits after it; the latter of `opened`, too.
    """

    seq: int
    at: datetime
    actor: str
    type: str
    on: bool = False
    episode: int = 0
    into: bool = False
    was: str = ""
    waiting_since: datetime | None = None


class Track(NamedTuple):
    """Where a conversation stands. `answered` and `waits`: by and for a person, in this episode."""

    seen_seq: int = 0
    episode: int = 1
    answered: bool = False
    waits: bool = False
    held: bool = False


class Running(NamedTuple):
    """A clock: `used_s` of business time before `resumed_at`; paused while that is null; over once `stopped_at`."""

    clock: Clock
    started_at: datetime
    episode: int
    used_s: float = 0.0
    resumed_at: datetime | None = None
    stopped_at: datetime | None = None


class Target(NamedTuple):
    """What a policy asks of one conversation; null seconds: nothing."""

    seconds: Mapping[Clock, int | None]
    schedule: Schedule | None


class Due(NamedTuple):
    """When a clock turns amber and when it runs out."""

    warn_at: datetime | None
    due_at: datetime | None


def fold(
    track: Track, clocks: Sequence[Running], facts: Iterable[Fact], schedule: Schedule | None
) -> tuple[Track, list[Running]]:
    """Track and clocks after the facts; those seen before change nothing. Only people's answers stop a clock."""
    held = list(clocks)
    for fact in facts:
        if fact.seq > track.seen_seq:
            track, held = _after(track, held, fact, schedule)
            track = track._replace(seen_seq=fact.seq)
    return track, held


def _after(  # noqa: PLR0911 - one a type
    track: Track, clocks: list[Running], fact: Fact, schedule: Schedule | None
) -> tuple[Track, list[Running]]:
    match fact.type, fact.actor:
        case "opened", _:
            over = [stop(one, fact.at, schedule) for one in clocks]
            fresh = [Running("resolution", fact.at, fact.episode, 0.0, fact.at)]
            waits = track.waits or fact.waiting_since is not None  # he wrote as it was closed, or was not answered
            if waits:
                since = fact.waiting_since or fact.at
                fresh.append(Running("first_answer", since, fact.episode, 0.0, since))
            runs = {(one.clock, one.started_at) for one in fresh}
            over = [one for one in over if (one.clock, one.started_at) not in runs]
            return Track(episode=fact.episode, waits=waits), [*over, *fresh]
        case "closed", _:
            return track._replace(waits=False, held=False), [stop(one, fact.at, schedule) for one in clocks]
        case "message", "customer":
            return _asked(track, clocks, fact, schedule)
        case "message", "operator":
            paused = [
                pause(one, fact.at, schedule) if one.clock == "resolution" else stop(one, fact.at, schedule)
                for one in clocks
            ]
            return track._replace(answered=True, waits=False, held=False), paused
        case (("held" | "assigned"), _):  # who is given it has it on hold no more
            if fact.on:
                held = [one if one.clock == "promise" else pause(one, fact.at, schedule) for one in clocks]
            else:
                held = [resume(one, fact.at) if track.waits else one for one in clocks]
            return track._replace(held=fact.on), held
        case (("merged" | "split"), _):
            return _rejoined(track, clocks, fact, schedule)
    return track, clocks


def _rejoined(
    track: Track, clocks: list[Running], fact: Fact, schedule: Schedule | None
) -> tuple[Track, list[Running]]:
    """What is merged into another runs no clock; what it was asked runs on there, from when it was asked."""
    if fact.into and fact.on:
        return track._replace(waits=False, held=False), [stop(one, fact.at, schedule) for one in clocks]
    if fact.into and fact.was == "open":
        clocks = [*clocks, pause(Running("resolution", fact.at, track.episode, 0.0, fact.at), fact.at, schedule)]
    if fact.waiting_since is None:
        return track._replace(waits=False), [_unasked(one, fact.at, schedule) for one in clocks]
    if track.waits:
        return track, clocks
    track, clocks = _asked(track, clocks, fact, schedule)
    runs = {(one.clock, one.started_at) for one in clocks if one.stopped_at is None}
    return track, [one for one in clocks if one.stopped_at is None or (one.clock, one.started_at) not in runs]


def _unasked(one: Running, at: datetime, schedule: Schedule | None) -> Running:
    """Nobody waits for an answer here any more, and nobody was given one."""
    if one.clock in ("first_answer", "next_answer"):
        return stop(one, at, schedule)
    return pause(one, at, schedule) if one.clock == "resolution" else one


def _asked(track: Track, clocks: list[Running], fact: Fact, schedule: Schedule | None) -> tuple[Track, list[Running]]:
    """A message of the customer: the clock of answering begins unless one runs, that of resolving goes on."""
    wanted: Clock = "next_answer" if track.answered else "first_answer"
    open_ones = [resume(one, fact.at) if not track.held else one for one in clocks]
    if not any(one.clock == wanted and one.stopped_at is None for one in open_ones):
        since = fact.waiting_since or fact.at
        begun = Running(wanted, since, track.episode, 0.0, since)
        open_ones.append(pause(begun, fact.at, schedule) if track.held else begun)
    return track._replace(waits=True), open_ones


def stop(one: Running, at: datetime, schedule: Schedule | None) -> Running:
    return one if one.stopped_at or at < one.started_at else pause(one, at, schedule)._replace(stopped_at=at)


def pause(one: Running, at: datetime, schedule: Schedule | None) -> Running:
    if one.stopped_at or one.resumed_at is None:
        return one
    used = one.used_s + business_seconds_between(schedule, one.resumed_at, at)
    return one._replace(used_s=used, resumed_at=None)


def resume(one: Running, at: datetime) -> Running:
    return one if one.stopped_at or one.resumed_at else one._replace(resumed_at=at)


def due_of(one: Running, target: Target) -> Due:
    """Nulls for one that is paused or not asked for, and where nothing ever opens.

    Of one that is over: when it was due.
    """
    seconds = target.seconds.get(one.clock)
    since = one.stopped_at or one.resumed_at
    if since is None or seconds is None:
        return Due(None, None)
    left = seconds - one.used_s
    if one.stopped_at:
        late = timedelta(seconds=left)
        return Due(None, add_business_seconds(target.schedule, since, left) if left >= 0 else since + late)
    warn_at = add_business_seconds(target.schedule, since, left - seconds * (1 - WARN_SHARE))
    return Due(warn_at, add_business_seconds(target.schedule, since, left))


def first_of(dues: Iterable[tuple[Clock, Due]]) -> tuple[Clock, Due] | None:
    """The clock that runs out first: what the list shows."""
    asked = [(due.due_at, clock, due) for clock, due in dues if due.due_at is not None]
    return min(asked)[1:] if asked else None


class PolicyRow(NamedTuple):
    """A policy as it is matched; the calendar's schedule is looked up beside it."""

    id: int
    name: str
    queue_id: int | None
    label: str
    priority_min: int
    calendar_id: int | None
    first_answer_s: int | None
    next_answer_s: int | None
    resolution_s: int | None
    enabled: bool

    @property
    def seconds(self) -> dict[Clock, int | None]:
        return {
            "first_answer": self.first_answer_s,
            "next_answer": self.next_answer_s,
            "resolution": self.resolution_s,
        }


def policy_for(
    policies: Iterable[PolicyRow], *, queue_id: int | None, labels: Sequence[str], priority: int
) -> PolicyRow | None:
    """The first enabled policy that fits, in their order."""
    for one in policies:
        fits = (one.queue_id is None or one.queue_id == queue_id) and (not one.label or one.label in labels)
        if one.enabled and fits and priority >= one.priority_min:
            return one
    return None


def soonest(moments: Iterable[datetime | None], now: datetime, at_most: timedelta) -> float:
    """Seconds to sleep until the earliest moment, never longer than `at_most`."""
    until = min((m for m in moments if m is not None), default=now + at_most)
    return min(max((until - now).total_seconds(), 0.0), at_most.total_seconds())
