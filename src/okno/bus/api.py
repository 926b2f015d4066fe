"""News between slices, at least once: emitted in the emitter's transaction, read from the outbox by handlers.

A handler sees rows in the order of `(xid, id)` and only below the oldest running transaction, so nothing that commits
late is overtaken. While a handler works no transaction of the bus is open: one that waits would hold up the news of all
others. Its cursor is moved by comparing, so that who lost his turn moves nothing. What fails HANDLER_TRIES_MAX times is
parked, never lost.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
import structlog

from okno.bus.events import News, TimelineSpan
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotFound
from okno.kit.tasks import Tasks

SQL = load_queries("okno.bus")
PAUSE_S = 0.25  # a handler looks at most four times a second, and rests as long as it worked: people come first
RUSH_TICK_S = 2.0  # in a rush all look together, at these ticks, and do one page each: what is left is done after it
PAGES_KEPT = 4  # of the outbox, for handlers that are equally far
SPAN_EVENTS_MAX = 1_000  # as large as a batch can be
POLL_S = 1.0  # when nobody wakes us: another process may have written
RETRY_S = 0.2  # doubling: about 13 s over all tries
HOUSEKEEPING_S = 600.0
REPLAY_S = 2.0
log = structlog.get_logger()

Handler = Callable[[News], Awaitable[None]]


class Group(NamedTuple):
    """Rows of the outbox and what they say together."""

    news: News
    rows: Sequence[Any]


class Page(NamedTuple):
    """All rows after a cursor, up to a bound, and the groups of those that were asked for."""

    rows: Sequence[Any]
    groups: Sequence[Group]


class Measured(NamedTuple):
    """Seconds each handler is behind, what it could not handle, and jobs by status."""

    lags_s: dict[str, float]
    parked: dict[str, int]
    jobs: dict[str, int]


async def emit(connection: Connection, clock: Clock, topic: str, payload: Any) -> None:
    """Leave news in the caller's transaction; it is read after the commit, or never if there is none."""
    await connection.execute(SQL["emit"], clock.now(), topic, msgspec.json.encode(payload).decode())


async def emit_many(connection: Connection, clock: Clock, topic: str, payloads: Sequence[Any]) -> None:
    """The same for several pieces of news of a topic, by one statement."""
    texts = [msgspec.json.encode(payload).decode() for payload in payloads]
    await connection.execute(SQL["emit_many"], clock.now(), topic, texts)


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
        self._stepping: dict[str, asyncio.Lock] = {}
        self._pages: dict[tuple[tuple[int, int], frozenset[str]], Page] = {}
        self._turns = Turns(database)
        self.rushed: Callable[[], bool] = lambda: False
        """Whether so much is being said that handlers stand back."""

    def handle(self, name: str, topics: set[str], handler: Handler) -> None:
        """Register before `start`. The name is the cursor's: it must not change between versions."""
        self._handlers[name] = (frozenset(topics), handler)
        self._wakes[name] = asyncio.Event()
        self._stepping[name] = asyncio.Lock()

    def wake(self, topic: str) -> None:
        """News of the topic was committed; its handlers look at once instead of at the next poll."""
        for name, (topics, _) in self._handlers.items():
            if topic in topics:
                self._wakes[name].set()

    async def start(self, tasks: Tasks) -> None:
        for name in self._handlers:
            await self._db.execute(SQL["ensure_cursor"], name)
            tasks.loop(partial(self._run, name), name=f"bus {name}")
        tasks.loop(self._until_stopped, name="bus turns")
        tasks.loop(self._tidy, name="bus housekeeping")
        tasks.loop(self._replay_asked, name="bus replay")

    async def close(self) -> None:
        """Leave the handlers to another process. It has stopped by then."""
        await self._turns.give_up()

    async def _until_stopped(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def _run(self, name: str) -> None:
        wake = self._wakes[name]
        while True:
            if not await self._turns.hold(name):
                await self._clock.sleep(POLL_S)
                continue
            wake.clear()
            begun = self._clock.monotonic()
            rows = await self.step(name)
            if rows:
                await self._clock.sleep(self._rest_s(begun, full=rows >= limits.OUTBOX_READ_MAX))
            else:
                try:
                    await asyncio.wait_for(wake.wait(), POLL_S)
                except TimeoutError:
                    continue

    def _rest_s(self, begun: float, *, full: bool) -> float:
        now = self._clock.monotonic()
        rest_s = now - begun if full else max(PAUSE_S, now - begun)
        return max(rest_s, RUSH_TICK_S - now % RUSH_TICK_S) if self.rushed() else rest_s

    async def step(self, name: str) -> int:
        """Read and handle one page; how many rows there were."""
        async with self._stepping[name]:
            return await self._step(name, *self._handlers[name])

    async def _step(self, name: str, topics: frozenset[str], handler: Handler) -> int:
        cursor = await self._db.fetchrow(SQL["read_cursor"], name)
        if cursor is None:
            raise NotFound(f"the bus has no cursor for {name}")
        here = (cursor["xid"], cursor["id"])
        rows, groups = await self._page(here, topics)
        for group in groups:
            if failed := await self._handle(handler, group):
                here = await self._park(name, here, failed, group.rows[-1])
        if rows:
            await self._turns.move(name, here, rows[-1])
        return len(rows)

    async def _page(self, here: tuple[int, int], topics: frozenset[str]) -> Page:
        """What comes after a cursor. Handlers of the same topics that are equally far share one reading of it."""
        page = self._pages.get((here, topics))
        if page is None:
            rows = await self._db.fetch(SQL["read_outbox"], *here, limits.OUTBOX_READ_MAX, list(topics))
            page = Page(rows, _grouped([row for row in rows if row["topic"] in topics]))
            if rows:
                self._pages[here, topics] = page
                while len(self._pages) > PAGES_KEPT:
                    del self._pages[next(iter(self._pages))]
        return page

    async def _handle(self, handler: Handler, group: Group) -> list[tuple[News, Exception]]:
        """What could not be handled after all tries. Of several rows in a row only those that fail by themselves."""
        wait_s, error = RETRY_S, None
        for _ in range(limits.HANDLER_TRIES_MAX):
            if not (error := await _failure(handler, group.news)):
                return []
            await self._clock.sleep(wait_s)
            wait_s *= 2
        if len(group.rows) == 1 and error:
            return [(group.news, error)]
        alone = [(news, await _failure(handler, news)) for row in group.rows for news in [_merged([row])]]
        return [(news, error) for news, error in alone if error]

    async def _park(
        self, name: str, here: tuple[int, int], failed: Sequence[tuple[News, Exception]], last: Any
    ) -> tuple[int, int]:
        """Put them aside and go past them, in one transaction; the cursor's new place."""
        async with self._db.transaction() as tx:
            for news, error in failed:
                log.error("event parked", handler=name, topic=news.topic, exc_info=error)
                payload = msgspec.json.encode(news).decode()
                await tx.execute(SQL["park"], name, news.topic, payload, repr(error)[:2000], self._clock.now())
            return await _move(tx, name, here, last)

    async def _tidy(self) -> None:
        await self._db.execute(SQL["forget"], self._clock.now() - timedelta(hours=limits.OUTBOX_KEEP_HOURS))
        await asyncio.sleep(HOUSEKEEPING_S)

    async def measure(self) -> Measured:
        """For whoever watches the server."""
        names = list(self._handlers)
        topics = [",".join(sorted(self._handlers[name][0])) for name in names]
        now = self._clock.now()
        lags = await self._db.fetch(SQL["list_lags"], names, topics)
        parked = await self._db.fetch(SQL["count_parked"])
        jobs = await self._db.fetch(SQL["count_jobs"])
        return Measured(
            {r["handler"]: max((now - r["at"]).total_seconds(), 0.0) if r["at"] else 0.0 for r in lags},
            dict.fromkeys(names, 0) | {r["handler"]: r["parked"] for r in parked},
            {r["status"]: r["jobs"] for r in jobs},
        )

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


class Turns:
    """Which handlers are this process's to run, and how far they are: a connection that does nothing else.

    A session lock for each handler: a process that dies gives its handlers up with its connection, another takes them
    at its next poll. Cursors are not waited for until they are on the disk: what a crash takes back is handled again.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._connection: asyncpg.Connection[Any] | None = None
        self._held: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    async def hold(self, name: str) -> bool:
        async with self._one_at_a_time:
            connection = await self._connected()
            if name not in self._held and await connection.fetchval(SQL["try_turn"], name):
                self._held.add(name)
            return name in self._held

    async def move(self, name: str, here: tuple[int, int], last: Any) -> None:
        async with self._one_at_a_time:
            await _move(await self._connected(), name, here, last)

    async def give_up(self) -> None:
        async with self._one_at_a_time:
            if self._connection is not None:
                await self._connection.close()

    async def _connected(self) -> "asyncpg.Connection[Any]":
        if self._connection is None or self._connection.is_closed():
            self._held.clear()
            self._connection = await self._db.dedicated()
            await self._connection.execute("SET synchronous_commit = off")
        return self._connection


async def _move(
    connection: "asyncpg.Connection[Any] | Connection", name: str, here: tuple[int, int], last: Any
) -> tuple[int, int]:
    there = (last["xid"], last["id"])
    if not await connection.fetchval(SQL["move_cursor"], name, *there, *here):
        raise Conflict(f"another process has moved the cursor of {name}")
    return there


def _grouped(rows: Sequence[Any]) -> list[Group]:
    """Timeline batches that follow one another are handled as one, in their order; everything else singly."""
    groups: list[list[Any]] = []
    for topic, group in itertools.groupby(rows, key=lambda row: row["topic"] if row["workspace_ids"] else None):
        together = list(group)
        groups += [together] if topic else [[row] for row in together]
    return [Group(_merged(group), group) for group in groups]


def _merged(rows: Sequence[Any]) -> News:
    first = rows[0]
    if first["workspace_ids"] is None:
        return News(first["topic"], first["payload"])
    columns = ("workspace_ids", "conversation_ids", "before_seqs", "event_counts")
    return News(
        first["topic"], "", joined(span for row in rows for span in zip(*(row[c] for c in columns), strict=True))
    )


def joined(spans: Iterable[tuple[int, UUID, int, int]]) -> tuple[TimelineSpan, ...]:
    """Stretches of one conversation that follow one another as one, of SPAN_EVENTS_MAX events at most.

    A busy thread is looked up once, not a hundred times. Conversations come in the order of their first stretch.
    """
    found: dict[tuple[int, UUID], list[list[int]]] = {}
    for workspace_id, conversation_id, before_seq, size in spans:
        stretches = found.setdefault((workspace_id, conversation_id), [])
        if stretches and sum(stretches[-1]) == before_seq and stretches[-1][1] + size <= SPAN_EVENTS_MAX:
            stretches[-1][1] += size
        else:
            stretches.append([before_seq, size])
    return tuple(TimelineSpan(*key, *stretch) for key, stretches in found.items() for stretch in stretches)


async def _failure(handler: Handler, news: News) -> Exception | None:
    try:
        await handler(news)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
        return error
    return None
