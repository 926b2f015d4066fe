"""Promises of an answer: made from the queue, kept watch over, and told to the customer before they break."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from okno.bus.api import emit
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations, system_of
from okno.conversations.bodies import PromiseCause, Promised
from okno.db.pool import Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.kit.ids import uuid7
from okno.kit.wire import utc_text
from okno.routing.hours.api import Hours, Schedule, business_seconds_between, next_opening
from okno.routing.sla import estimates
from okno.routing.sla.clocks import Clocks
from okno.routing.sla.estimates import Estimate, Exit, Outcome
from okno.routing.sla.events import AT_RISK, SlaNews
from okno.routing.sla.store import SQL
from okno.routing.sla.types import LeftContact, Promise, PromiseFigures, Wait
from okno.visits.types import Inbox

NO_QUEUE = {"id": 0, "priority": 3, "team_id": 0}
"""Of a workspace so new that nobody has waited in it."""
CAUSES: tuple[PromiseCause, ...] = ("closed", "queue")


class Visitor(Protocol):
    """A visitor who was let in, as channels know him."""

    @property
    def workspace_id(self) -> int: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def contact_id(self) -> UUID | None: ...
    @property
    def current(self) -> Any: ...


class Figures(NamedTuple):
    """What was observed of a queue."""

    each_s: float
    factors: dict[PromiseCause, float]
    room: int


class Promises:
    """Figures of a queue are kept for PROMISE_CACHE_S; each process watches all promises, one takes each check."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        hours: Hours,
        contacts: Contacts,
        conversations: Conversations,
        clocks: Clocks,
    ) -> None:
        self._db = database
        self._clock = clock
        self._hours = hours
        self._contacts = contacts
        self._conversations = conversations
        self._clocks = clocks
        self._kept: dict[tuple[int, int, int | None], tuple[float, Figures]] = {}
        self._wake = asyncio.Event()

    # -- what one would wait ---------------------------------------------------------------------------------------

    async def wait_of(self, workspace_id: int, inbox: Inbox, *, letters: bool) -> Wait:
        """What somebody who comes now is told: whether to leave a message, and until when the answer comes."""
        queue, schedule, figures = await self._queue(workspace_id, inbox)
        ahead = await self._db.fetchval(SQL["count_waiting"], workspace_id, queue["id"], queue["priority"])
        found = self._estimate(schedule, ahead, figures)
        opens_at = next_opening(schedule, self._clock.now()) if found.cause == "closed" else None
        offer = found.cause == "closed" or found.expected_s > limits.PROMISE_AFTER_S
        by = estimates.rounded(found.promised_at, self._clock.now()) if offer and found.promised_at else None
        return Wait(found.cause == "closed", opens_at, ahead, round(found.expected_s), by, letters)

    def _estimate(self, schedule: Schedule | None, ahead: int, figures: Figures) -> Estimate:
        now = self._clock.now()
        cause = estimates.cause_at(schedule, now)
        return estimates.estimate(schedule, now, ahead, figures.each_s, figures.factors[cause], figures.room)

    async def _queue(self, workspace_id: int, inbox: Inbox) -> tuple[Any, Schedule | None, Figures]:
        found = await self._db.fetchrow(SQL["find_queue"], workspace_id, inbox.id, inbox.team or 0)
        queue = found or NO_QUEUE
        schedule = await self._hours.schedule(workspace_id, inbox.calendar)
        figures = await self._figures(workspace_id, queue["id"], queue["team_id"], inbox.calendar, schedule)
        return queue, schedule, figures

    async def _figures(
        self, workspace_id: int, queue_id: int, team_id: int, calendar_id: int | None, schedule: Schedule | None
    ) -> Figures:
        key = (workspace_id, queue_id, calendar_id)
        at = self._clock.monotonic()
        kept = self._kept.get(key)
        if kept and at - kept[0] < limits.PROMISE_CACHE_S:
            return kept[1]
        exits = await self._db.fetch(SQL["list_exits"], workspace_id, queue_id, limits.PROMISE_EXITS)
        outcomes = {
            cause: await self._db.fetch(SQL["list_outcomes"], workspace_id, queue_id, cause, limits.PROMISE_OUTCOMES)
            for cause in CAUSES
        }
        since = self._clock.now() - timedelta(days=limits.PROMISE_ROOM_DAYS)
        room = await self._db.fetchval(SQL["read_room"], workspace_id, since, team_id)
        figures = await asyncio.to_thread(_observe, exits, outcomes, schedule, room)
        if len(self._kept) > limits.CALENDARS_MAX:
            self._kept.clear()
        self._kept[key] = (at, figures)
        return figures

    # -- making ----------------------------------------------------------------------------------------------------

    async def make(self, visitor: Visitor, left: LeftContact) -> Promise:
        """Promise the visitor, whose message is there, an answer; asked again he is told the same.

        Raises `Conflict` where nobody is promised anything: no message yet, or somebody answers soon.
        """
        current = visitor.current
        if visitor.contact_id is None or current is None or current["status"] != "open":
            raise Conflict("write a message first")
        workspace_id, conversation_id = visitor.workspace_id, current["id"]
        await self._claim(visitor, visitor.contact_id, left)
        known = await self._db.fetchrow(SQL["find_promise"], workspace_id, conversation_id)
        if known:
            return Promise(conversation_id, known["moved_to"] or known["promised_at"], known["cause"])
        waiting = await self._db.fetchrow(SQL["find_waiting"], workspace_id, conversation_id)
        if waiting is None or waiting["waiting_since"] is None:
            raise Conflict("it was answered already")
        queue, schedule, figures = await self._queue(workspace_id, visitor.inbox)
        found = self._estimate(schedule, waiting["ahead"], figures)
        if found.promised_at is None or (found.cause == "queue" and found.expected_s <= limits.PROMISE_AFTER_S):
            raise Conflict("there is nothing to promise: somebody answers soon, or nobody ever")
        await self._clocks.follow(workspace_id, [conversation_id], begin=True)
        return await self._record(workspace_id, conversation_id, queue["id"], visitor.inbox.calendar, schedule, found)

    async def _claim(self, visitor: Visitor, contact_id: UUID, left: LeftContact) -> None:
        if left.name or left.email:
            await self._contacts.claim(visitor.workspace_id, contact_id, name=left.name, email=left.email)
        if left.phone:
            await self._contacts.claim_phone(visitor.workspace_id, contact_id, left.phone)

    async def _record(
        self,
        workspace_id: int,
        conversation_id: UUID,
        queue_id: int,
        calendar_id: int | None,
        schedule: Schedule | None,
        found: Estimate,
    ) -> Promise:
        now = self._clock.now()
        if found.promised_at is None:
            raise Invalid("nothing ever opens")
        by = estimates.rounded(found.promised_at, now)
        opening = next_opening(schedule, now) or now

        async def keep(tx: Connection, locked: Any) -> None:
            check_at = estimates.next_check(now, by, now)
            values = (queue_id, calendar_id, found.cause, now, opening, found.ahead, found.expected_s, by, check_at)
            if await tx.fetchval(SQL["insert_promise"], workspace_id, uuid7(), conversation_id, *values) is None:
                raise Conflict("an answer was promised already")
            warn_at = now + (by - now) * 0.7
            await tx.execute(
                SQL["start_promise_clock"], workspace_id, conversation_id, now, locked["episode"], by, warn_at
            )

        body = Promised(by, found.cause)
        await self._conversations.record(system_of(workspace_id), conversation_id, body, beside=keep)
        await self._clocks.follow(workspace_id, [conversation_id])
        self._wake.set()
        return Promise(conversation_id, by, found.cause)

    # -- keeping watch ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """The loop; one in each process."""
        while True:
            self._wake.clear()
            while await self.check():
                pass
            earliest = await self._db.fetchval(SQL["earliest_check"])
            wait_s = (earliest - self._clock.now()).total_seconds() if earliest else limits.SLA_LOOK_S
            try:
                await asyncio.wait_for(self._wake.wait(), min(max(wait_s, 0.0), limits.SLA_LOOK_S))
            except TimeoutError:
                continue

    async def check(self) -> bool:
        """Look at the promises whose time it is; whether there may be more."""
        now = self._clock.now()
        records = await self._db.fetch(SQL["list_checks"], now, limits.SLA_FIRE_MAX)
        for r in records:
            await self._check(r, now)
        return len(records) >= limits.SLA_FIRE_MAX

    async def _check(self, r: Any, now: datetime) -> None:
        """Good as it is, or the customer is told when the answer will come instead."""
        waiting = await self._db.fetchrow(SQL["find_waiting"], r["workspace_id"], r["conversation_id"])
        again = estimates.next_check(r["made_at"], r["promised_at"], now)
        schedule = await self._hours.schedule(r["workspace_id"], r["calendar_id"])
        figures = await self._figures(r["workspace_id"], r["queue_id"], 0, r["calendar_id"], schedule)
        found = self._estimate(schedule, waiting["ahead"] if waiting else 0, figures)
        in_time = found.expected_at is not None and found.expected_at <= r["promised_at"]
        if waiting is None or (again is not None and in_time):
            await self._db.fetchval(SQL["put_check"], r["workspace_id"], r["id"], r["check_at"], again)
            return
        later = max(found.promised_at or now, r["promised_at"] + timedelta(seconds=estimates.PROMISE_S_MIN))
        by = estimates.rounded(later, now)

        async def move(tx: Connection, locked: Any) -> None:
            key = (r["workspace_id"], r["id"], r["check_at"])
            if await tx.fetchval(SQL["move_promise"], *key, now, by) is None:
                raise Conflict("it was answered, or another process was quicker")
            news = SlaNews(
                *(r["workspace_id"], r["conversation_id"], locked["assignee_id"], "promise"),
                utc_text(r["promised_at"]),
            )
            await emit(tx, self._clock, AT_RISK, news)

        body = Promised(by, found.cause, r["promised_at"])
        try:
            await self._conversations.record(system_of(r["workspace_id"]), r["conversation_id"], body, beside=move)
        except Conflict:
            return
        except NotFound:
            await self._db.fetchval(SQL["put_check"], r["workspace_id"], r["id"], r["check_at"], None)

    # -- figures ---------------------------------------------------------------------------------------------------

    async def count(self, workspace_id: int) -> PromiseFigures:
        """How promises of the last SLA_DAYS_SHOWN days have fared."""
        now = self._clock.now()
        since = now - timedelta(days=limits.SLA_DAYS_SHOWN)
        record = await self._db.fetchrow(SQL["count_promises"], workspace_id, since, now)
        return PromiseFigures(*(record or (0, 0, 0, 0, 0.0, 0.0)))

    async def places(self, workspace_id: int) -> dict[UUID, tuple[int, int]]:
        """Place in the queue from 1, and seconds one is expected to wait; of those who wait, as far as PLACES_MAX."""
        line: dict[int, int] = {}
        found: dict[UUID, tuple[int, int]] = {}
        for r in await self._db.fetch(SQL["list_line"], workspace_id, limits.PLACES_MAX):
            place = line[r["queue_id"]] = line.get(r["queue_id"], 0) + 1
            figures = await self._figures(workspace_id, r["queue_id"], 0, None, None)
            found[r["conversation_id"]] = (place, round(place * figures.each_s))
        return found


def _observe(
    exits: Sequence[Any], outcomes: Mapping[PromiseCause, Sequence[Any]], schedule: Schedule | None, room: int
) -> Figures:
    """In a thread: some hundred questions to a calendar. Records come the latest first."""
    left = [Exit(r["joined_at"], r["left_at"]) for r in reversed(exits)]
    found = (estimates.gap_s(a, b, schedule) for a, b in pairwise(left))
    factors = {}
    for cause, records in outcomes.items():
        history = [
            Outcome(
                r["expected_s"],
                business_seconds_between(schedule, r["made_at"], r["answered_at"]),
                r["answered_at"] <= r["promised_at"],
                r["opening"],
            )
            for r in reversed(records)
        ]
        factors[cause] = estimates.factor(history, cause)
    return Figures(estimates.answer_s([gap for gap in found if gap is not None]), factors, room)
