"""The one write path: whatever arrived while the previous commit ran is appended in one transaction; acks follow it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import asyncpg
import structlog

from okno.conversations.bodies import ActorType
from okno.db.pool import LOST, STORAGE_FULL, Connection, Database, unavailable
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Invalid, NotFound, OknoError, TooMany, Unavailable

log = structlog.get_logger()
CALL = "SELECT * FROM append_events_v1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"


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
    """Arguments of the SQL function; the place of each draft among its items; the conversations, the items.

    A draft that repeats an earlier one of the batch has that one's place.
    """

    arguments: tuple[Any, ...]
    places: list[int]
    heads: list[tuple[int, UUID]]
    items: list[Draft]
    head: list[int]
    nth: list[int]


class Head:
    """What a batch does to one conversation."""

    __slots__ = ("actor", "customer_unread", "events", "number", "preview", "unread", "waiting")

    def __init__(self, number: int) -> None:
        self.number = number
        self.events = self.unread = self.customer_unread = self.waiting = 0
        self.preview: str | None = None
        self.actor = "NULL"


def plan_batch(drafts: Sequence[Draft]) -> Plan:
    """Group by conversation; the first copy of an id wins; the order of arrival is kept within a conversation."""
    heads: dict[tuple[int, UUID], Head] = {}
    seen: dict[tuple[int, UUID, UUID], int] = {}
    places: list[int] = []
    items: list[Draft] = []
    numbers: list[int] = []
    nth: list[int] = []
    for draft in drafts:
        workspace_id, conversation_id, client_id, actor, actor_id, _, _, preview, _, _ = draft
        head = heads.get((workspace_id, conversation_id))
        if head is None:
            head = heads[workspace_id, conversation_id] = Head(len(heads) + 1)
        key = (head.number, client_id, actor_id)
        place = seen.setdefault(key, len(items))
        places.append(place)
        if place != len(items):
            continue
        head.events += 1
        items.append(draft)
        numbers.append(head.number)
        nth.append(head.events)
        if preview is not None:
            head.preview, head.actor = preview, actor
            if actor == "customer":
                head.unread += 1
                head.waiting = 1
            else:
                head.customer_unread += 1
                if actor == "operator":  # an automatic answer leaves him waiting for a person
                    head.waiting = -1
    per_head = list(heads.values())
    arguments = (
        _array([key[0] for key in heads]),
        _array([key[1] for key in heads]),
        _array([h.events for h in per_head]),
        _array([h.unread for h in per_head]),
        _array([h.customer_unread for h in per_head]),
        _array([h.waiting for h in per_head]),
        [h.preview for h in per_head],
        _array([h.actor for h in per_head]),
        _array(numbers),
        _array(nth),
        _array([d[2] for d in items]),
        _array([d[3] for d in items]),
        _array([d[4] for d in items]),
        _array([d[5] for d in items]),
        [d[6] for d in items],
    )
    return Plan(arguments, places, list(heads), items, numbers, nth)


def _array(values: Sequence[Any]) -> str:
    """An array literal of numbers, ids or words of ours: nothing in them needs quoting."""
    return "{" + ",".join(map(str, values)) + "}"


async def append(connection: Connection, drafts: Sequence[Draft], at: datetime, *, check: bool = True) -> list[Outcome]:
    """The outcome of each draft, appended in the caller's transaction or in one of its own.

    One call when nothing was stored before. Milliseconds of `at` are kept. Raises what PostgreSQL raises; then nothing
    of the batch is stored. With `check` false a draft that was stored before or has no conversation raises,
    too: quicker by a look-up, for whoever can call again.
    """
    plan = plan_batch(drafts)
    row = await connection.fetchrow(CALL, *plan.arguments, at, check)
    if row is None:
        raise Unavailable
    before, known_items, known_seqs, known_ats, missing = row
    if before is not None:
        stored: list[Outcome] = [
            Stored(before[h - 1] + n, at, fresh=True) for h, n in zip(plan.head, plan.nth, strict=True)
        ]
        return stored if len(stored) == len(drafts) else _by_place(plan.places, stored)
    outcomes: dict[int, Outcome] = {}
    for item, seq, stored_at in zip(known_items or (), known_seqs or (), known_ats or (), strict=True):
        outcomes[item - 1] = Stored(seq, stored_at, fresh=False)
    gone = set(missing or ())
    outcomes |= {i: NotFound("there is no such conversation") for i, h in enumerate(plan.head) if h in gone}
    left = [i for i in range(len(plan.items)) if i not in outcomes]
    if left:
        appended = await append(connection, [plan.items[i] for i in left], at)
        outcomes |= dict(zip(left, appended, strict=True))
    return _by_place(plan.places, outcomes)


def _by_place(places: Sequence[int], outcomes: Any) -> list[Outcome]:
    """The outcome of every draft; only the first of several copies is fresh."""
    told: set[int] = set()
    result: list[Outcome] = []
    for place in places:
        outcome = outcomes[place]
        result.append(outcome._replace(fresh=False) if isinstance(outcome, Stored) and place in told else outcome)
        told.add(place)
    return result


def millis(at: datetime) -> datetime:
    """What the wire shows is what the database holds."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


RATE_S = 0.5


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
        self._measured = (clock.monotonic(), 0)
        self._rate = 0.0

    @property
    def pending(self) -> int:
        """Drafts that wait for the next batch."""
        return len(self._pending)

    def is_rushed(self) -> bool:
        """Whether more than RUSH_EVENTS_PER_S were appended a second of late: all else then stands back."""
        since, events = self._measured
        took_s = self._clock.monotonic() - since
        if took_s >= RATE_S:
            self._rate, self._measured = (self.events - events) / took_s, (since + took_s, self.events)
        return self._rate > limits.RUSH_EVENTS_PER_S

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
        commit: asyncio.Task[list[tuple[Draft, Outcome]]] | None = None
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await asyncio.sleep(0)  # one turn of the loop: one batch takes every socket read in it
                done: list[tuple[Draft, Outcome]] = []
                while self._pending:
                    batch = self._pending[: limits.BATCH_EVENTS_MAX]
                    del self._pending[: limits.BATCH_EVENTS_MAX]
                    commit = asyncio.create_task(self._commit(batch))
                    await asyncio.sleep(0)  # the batch is on its way; PostgreSQL works while the last one is told
                    self._tell(done)
                    done = await commit
                self._tell(done)
        finally:
            if commit:
                commit.cancel()
            if self._connection:
                self._connection.terminate()
                self._connection = None

    def _tell(self, batch: list[tuple[Draft, Outcome]]) -> None:
        if not batch:
            return
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
        """The outcome of every draft. A lost server is asked again with the same batch until COMMIT_RETRY_S.

        The first try takes it that everything is new, which is nearly always so.
        """
        give_up = self._clock.monotonic() + limits.COMMIT_RETRY_S
        wait_s = 0.02
        check = False
        while True:
            try:
                connection = await self._connected()
                at = millis(self._clock.now())
                outcomes = await append(connection, batch, at, check=check)
            except LOST as error:
                check = True
                await self._drop()
                if self._clock.monotonic() > give_up:
                    log.warning("batch given up", events=len(batch), error=repr(error))
                    return [(draft, unavailable(error)) for draft in batch]
                await self._clock.sleep(wait_s)
                wait_s = min(wait_s * 2, 0.5)
            except STORAGE_FULL as error:
                log.warning("storage is full", events=len(batch), error=repr(error))
                return [(draft, unavailable(error)) for draft in batch]
            except (asyncpg.PostgresError, ValueError) as error:
                if check:
                    return await self._bisect(batch, error)
                check = True
            else:
                self.batches += 1
                self.events += len(batch)
                return list(zip(batch, outcomes, strict=True))

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
