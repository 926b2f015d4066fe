"""The one write path: whatever arrived while the previous commit ran is appended in one transaction; acks follow it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import asyncpg
import structlog

from okno.conversations.types import ActorType
from okno.db.pool import LOST, STORAGE_FULL, Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Invalid, NotFound, OknoError, TooMany, Unavailable

log = structlog.get_logger()
CALL = "SELECT * FROM append_events_v1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"


class Draft(NamedTuple):
    """An event on its way in. The same (actor_id, client_id) in a conversation is the same event.

    `body` is its JSON; `preview` null leaves the list's line as it is; `origin` is told the outcome; `target` is the
    type of the event a change is about.
    """

    workspace_id: int
    conversation_id: UUID
    client_id: UUID
    actor: ActorType
    actor_id: UUID
    type: str
    body: str
    preview: str | None
    origin: Any = None
    target: str = ""


class Stored(NamedTuple):
    """Where a draft is. `fresh` is false when it had been there before this call."""

    seq: int
    at: datetime
    fresh: bool


Outcome = Stored | OknoError


class Listener(Protocol):
    """Told of every batch after its commit, in order."""

    def __call__(self, batch: Sequence[tuple[Draft, Outcome]]) -> None: ...


class Plan(NamedTuple):
    """Arguments of the SQL function, and the drafts in the order of its items."""

    heads: list[tuple[int, UUID]]
    items: list[Draft]
    arguments: tuple[list[Any], ...]


def plan_batch(drafts: Sequence[Draft]) -> Plan:
    """Group by conversation; the first copy of an id wins; the order of arrival is kept within a conversation."""
    grouped: dict[tuple[int, UUID], dict[tuple[UUID, UUID], Draft]] = {}
    for draft in drafts:
        key = (draft[0], draft[1])
        events = grouped.get(key)
        if events is None:
            grouped[key] = {(draft[4], draft[2]): draft}
        else:
            events.setdefault((draft[4], draft[2]), draft)
    heads = list(grouped)
    items: list[Draft] = []
    head: list[int] = []
    nth: list[int] = []
    counts, unread, customer_unread, previews, preview_actors, waiting = [], [], [], [], [], []
    for number, events in enumerate(grouped.values(), 1):
        from_customer = from_us = waits = 0
        preview = preview_actor = None
        for place, draft in enumerate(events.values(), 1):
            items.append(draft)
            head.append(number)
            nth.append(place)
            if draft.preview is not None:
                preview, preview_actor = draft.preview, draft.actor
                if draft.actor == "customer":
                    from_customer, waits = from_customer + 1, 1
                else:
                    from_us, waits = from_us + 1, -1
        counts.append(len(events))
        unread.append(from_customer)
        customer_unread.append(from_us)
        previews.append(preview)
        preview_actors.append(preview_actor)
        waiting.append(waits)
    _, _, client_ids, actors, actor_ids, types, bodies, _, _, _ = map(list, zip(*items, strict=True))
    workspaces, conversations = [h[0] for h in heads], [h[1] for h in heads]
    return Plan(
        heads,
        items,
        (
            workspaces,
            conversations,
            counts,
            unread,
            customer_unread,
            previews,
            preview_actors,
            waiting,
            head,
            nth,
            client_ids,
            actors,
            actor_ids,
            types,
            bodies,
        ),
    )


Key = tuple[int, UUID, UUID, UUID]


def key_of(draft: Draft) -> Key:
    """What makes a draft the same event."""
    return draft[0], draft[1], draft[4], draft[2]


async def append(connection: Connection, drafts: Sequence[Draft], at: datetime) -> dict[Key, Outcome]:
    """Append in the caller's transaction, or in one of its own. One call when nothing was stored before.

    Milliseconds of `at` are kept. Raises what PostgreSQL raises; then nothing of the batch is stored.
    """
    outcomes: dict[Key, Outcome] = {}
    left: Sequence[Draft] = drafts
    while left:
        plan = plan_batch(left)
        row = await connection.fetchrow(CALL, *plan.arguments, at)
        if row is None:
            raise Unavailable
        before, known_items, known_seqs, known_ats, missing = row
        if before is not None:
            head, nth = plan.arguments[8], plan.arguments[9]
            for draft, h, n in zip(plan.items, head, nth, strict=True):
                outcomes[draft[0], draft[1], draft[4], draft[2]] = Stored(before[h - 1] + n, at, fresh=True)
            return outcomes
        for item, seq, stored_at in zip(known_items or (), known_seqs or (), known_ats or (), strict=True):
            outcomes[key_of(plan.items[item - 1])] = Stored(seq, stored_at, fresh=False)
        gone = {plan.heads[h - 1] for h in missing or ()}
        outcomes |= {key_of(d): NotFound("there is no such conversation") for d in plan.items if d[:2] in gone}
        left = [d for d in plan.items if key_of(d) not in outcomes]
    return outcomes


def millis(at: datetime) -> datetime:
    """What the wire shows is what the database holds."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


class Waiter:
    """An origin for callers that await one draft."""

    __slots__ = ("future",)

    def __init__(self) -> None:
        self.future: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()


class Writer:
    """Group commit with one batch in flight on a connection of its own.

    Two batches in flight gain nothing and could swap messages of one conversation.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._pending: list[Draft] = []
        self._wake = asyncio.Event()
        self._connection: asyncpg.Connection[Any] | None = None
        self._listeners: list[Callable[[Sequence[tuple[Draft, Outcome]]], None]] = []
        self.batches = 0
        self.events = 0

    def listen(self, listener: Callable[[Sequence[tuple[Draft, Outcome]]], None]) -> None:
        self._listeners.append(listener)

    def submit(self, draft: Draft) -> None:
        """Take a draft into the next batch. Raises `TooMany` when the database is that far behind."""
        if len(self._pending) >= limits.BATCH_PENDING_MAX:
            raise TooMany("the server is behind; send it again in a few seconds")
        self._pending.append(draft)
        if not self._wake.is_set():
            self._wake.set()

    async def append(self, draft: Draft) -> Stored:
        """Submit and wait for the commit. Raises the refusal."""
        waiter = Waiter()
        self.submit(draft._replace(origin=waiter))
        return await waiter.future

    async def run(self) -> None:
        """The loop; supervised by the composition root."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await asyncio.sleep(0)  # one turn of the loop: one batch takes every socket read in it
                while self._pending:
                    batch = self._pending[: limits.BATCH_EVENTS_MAX]
                    del self._pending[: limits.BATCH_EVENTS_MAX]
                    self._tell(await self._commit(batch))
        finally:
            if self._connection:
                self._connection.terminate()
                self._connection = None

    def _tell(self, batch: list[tuple[Draft, Outcome]]) -> None:
        for draft, outcome in batch:
            origin = draft.origin
            if isinstance(origin, Waiter) and not origin.future.done():
                if isinstance(outcome, Stored):
                    origin.future.set_result(outcome)
                else:
                    origin.future.set_exception(outcome)
        for listener in self._listeners:
            try:
                listener(batch)
            except Exception:
                log.exception("a listener of the timeline failed")

    async def _commit(self, batch: list[Draft]) -> list[tuple[Draft, Outcome]]:
        """The outcome of every draft. A lost server is asked again with the same batch until COMMIT_RETRY_S."""
        give_up = self._clock.monotonic() + limits.COMMIT_RETRY_S
        wait_s = 0.02
        while True:
            try:
                connection = await self._connected()
                at = millis(self._clock.now())
                outcomes = await append(connection, batch, at)
            except LOST as error:
                await self._drop()
                if self._clock.monotonic() > give_up:
                    log.warning("batch given up", events=len(batch), error=repr(error))
                    return [(draft, Unavailable()) for draft in batch]
                await self._clock.sleep(wait_s)
                wait_s = min(wait_s * 2, 0.5)
            except STORAGE_FULL as error:
                log.exception("storage is full", error=repr(error))
                return [(draft, Unavailable("the disk is full; nothing was stored")) for draft in batch]
            except (asyncpg.PostgresError, ValueError) as error:
                return await self._bisect(batch, error)
            else:
                self.batches += 1
                self.events += len(batch)
                return [(draft, outcomes[draft[0], draft[1], draft[4], draft[2]]) for draft in batch]

    async def _bisect(self, batch: list[Draft], error: Exception) -> list[tuple[Draft, Outcome]]:
        """One bad draft costs only its sender an error; order within a conversation is kept."""
        if len(batch) == 1:
            log.warning("event refused", conversation=str(batch[0].conversation_id), error=repr(error))
            return [(batch[0], Invalid("the database refuses this text"))]
        middle = len(batch) // 2
        return await self._commit(batch[:middle]) + await self._commit(batch[middle:])

    async def _connected(self) -> "asyncpg.Connection[Any]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._database.dedicated()
        return self._connection

    async def _drop(self) -> None:
        if self._connection:
            self._connection.terminate()
            self._connection = None
