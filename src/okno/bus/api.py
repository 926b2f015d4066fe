"""News between slices, at least once: emitted in the emitter's transaction, read from the outbox by handlers.

A handler sees rows in the order of `(xid, id)` and only below the oldest running transaction, so nothing that commits
late is overtaken. Its cursor moves in its own transaction. What fails HANDLER_TRIES_MAX times is parked, never lost.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import structlog

from okno.bus.events import News, TimelineSpan
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import NotFound
from okno.kit.tasks import Tasks

SQL = load_queries("okno.bus")
PAUSE_S = 0.25  # a handler looks at most four times a second: its cursor is a commit of its own
POLL_S = 1.0  # when nobody wakes us: another process may have written
RETRY_S = 0.2  # doubling: about 13 s over all tries
HOUSEKEEPING_S = 600.0
REPLAY_S = 2.0
log = structlog.get_logger()

Handler = Callable[[News], Awaitable[None]]


async def emit(connection: Connection, clock: Clock, topic: str, payload: Any) -> None:
    """Leave news in the caller's transaction; it is read after the commit, or never if there is none."""
    await connection.execute(SQL["emit"], clock.now(), topic, msgspec.json.encode(payload).decode())


async def lag_s(database: Database, clock: Clock, handler: str, topics: set[str]) -> float:
    """Age of the oldest news a handler has not done yet; 0 when it has done all."""
    at = await database.fetchval(SQL["oldest_unhandled"], handler, list(topics))
    return max((clock.now() - at).total_seconds(), 0.0) if at else 0.0


class Bus:
    """Runs the handlers of this process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock
        self._handlers: dict[str, tuple[frozenset[str], Handler]] = {}
        self._wakes: dict[str, asyncio.Event] = {}

    def handle(self, name: str, topics: set[str], handler: Handler) -> None:
        """Register before `start`. The name is the cursor's: it must not change between versions."""
        self._handlers[name] = (frozenset(topics), handler)
        self._wakes[name] = asyncio.Event()

    def wake(self, topic: str) -> None:
        """News of the topic was committed; its handlers look at once instead of at the next poll."""
        for name, (topics, _) in self._handlers.items():
            if topic in topics:
                self._wakes[name].set()

    async def start(self, tasks: Tasks) -> None:
        for name in self._handlers:
            await self._db.execute(SQL["ensure_cursor"], name)
            tasks.loop(partial(self._run, name), name=f"bus {name}")
        tasks.loop(self._tidy, name="bus housekeeping")
        tasks.loop(self._replay_asked, name="bus replay")

    async def _run(self, name: str) -> None:
        wake = self._wakes[name]
        while True:
            wake.clear()
            rows = await self.step(name)
            if rows >= limits.OUTBOX_READ_MAX:
                continue
            if rows:
                await self._clock.sleep(PAUSE_S)
            else:
                try:
                    await asyncio.wait_for(wake.wait(), POLL_S)
                except TimeoutError:
                    continue

    async def step(self, name: str) -> int:
        """Read and handle one page; how many rows there were."""
        topics, handler = self._handlers[name]
        async with self._db.transaction() as tx:
            cursor = await tx.fetchrow(SQL["lock_cursor"], name)
            if cursor is None:
                raise NotFound(f"the bus has no cursor for {name}")
            after = (cursor["xid"], cursor["id"])
            rows = await tx.fetch(SQL["read_outbox"], *after, limits.OUTBOX_READ_MAX, list(topics))
            for news in _merged([_news(row) for row in rows if row["topic"] in topics]):
                await self._handle(tx, name, handler, news)
            if rows:
                await tx.execute(SQL["move_cursor"], name, rows[-1]["xid"], rows[-1]["id"])
        return len(rows)

    async def _handle(self, tx: Connection, name: str, handler: Handler, news: News) -> None:
        wait_s = RETRY_S
        for attempt in range(1, limits.HANDLER_TRIES_MAX + 1):
            try:
                await handler(news)
            except Exception as error:
                if attempt == limits.HANDLER_TRIES_MAX:
                    log.exception("event parked", handler=name, topic=news.topic)
                    payload = msgspec.json.encode(news).decode()
                    await tx.execute(SQL["park"], name, news.topic, payload, repr(error)[:2000], self._clock.now())
                    return
                await self._clock.sleep(wait_s)
                wait_s *= 2
            else:
                return

    async def _tidy(self) -> None:
        await self._db.execute(SQL["forget"], self._clock.now() - timedelta(hours=limits.OUTBOX_KEEP_HOURS))
        await asyncio.sleep(HOUSEKEEPING_S)

    async def list_parked(self) -> list[Any]:
        return list(await self._db.fetch(SQL["list_parked"]))

    async def request_replay(self, parked_id: int | None) -> int:
        """Have one, or all, handled again by whichever process serves; how many. Raises `NotFound`."""
        count = int(await self._db.fetchval(SQL["request_replay"], parked_id))
        if parked_id is not None and not count:
            raise NotFound("there is no such parked event")
        return count

    async def _replay_asked(self) -> None:
        for row in await self._db.fetch(SQL["list_asked"]):
            try:
                await self.replay(row["id"])
            except Exception as error:
                log.exception("event parked again", id=row["id"])
                await self._db.execute(SQL["park_again"], row["id"], repr(error)[:2000], self._clock.now())
        await asyncio.sleep(REPLAY_S)

    async def replay(self, parked_id: int) -> None:
        """Handle a parked event again; it stays parked if it fails again. Raises `NotFound`."""
        async with self._db.transaction() as tx:
            row = await tx.fetchrow(SQL["take_parked"], parked_id)
            if row is None or row["handler"] not in self._handlers:
                raise NotFound("there is no such parked event, or nobody handles it any more")
            await self._handlers[row["handler"]][1](msgspec.json.decode(row["payload"], type=News))


def _merged(page: list[News]) -> list[News]:
    """Timeline batches that follow one another are handled as one, in their order."""
    merged: list[News] = []
    for topic, group in itertools.groupby(page, key=lambda news: news.topic if news.spans else None):
        if topic is None:
            merged.extend(group)
        else:
            merged.append(News(topic, "", tuple(span for news in group for span in news.spans)))
    return merged


def _news(row: Any) -> News:
    if row["workspace_ids"] is None:
        return News(row["topic"], row["payload"])
    columns = (row["workspace_ids"], row["conversation_ids"], row["before_seqs"], row["event_counts"])
    return News(row["topic"], row["payload"], tuple(TimelineSpan(*span) for span in zip(*columns, strict=True)))
