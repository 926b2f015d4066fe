"""The public door of search."""

import asyncio
import base64
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import asyncpg

from okno.access.types import Actor
from okno.bus import api as bus
from okno.bus.events import TimelineSpan
from okno.conversations.bodies import Message, Note
from okno.conversations.search import morphology, rules, store
from okno.conversations.search.store import SQL, Query
from okno.conversations.search.types import Filters, Place, SearchHit, SearchPage, SearchState
from okno.conversations.store import parse_body
from okno.db.pool import Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Malformed, TooMany
from okno.kit.paging import EPOCH

HANDLER = "conversations.search"
STEMS_KEPT = 50_000
FEW = 5_000  # entries with the words: fewer are gathered and sorted within a hundredth of a second
RUSH_EVENTS = 500  # of one chunk: more comes than a thousand a second
RUSH_REST = 3.0  # then it works a quarter of the time: two to three thousand a second on one core
REBUILD_PAUSE_S = 0.05  # between batches while the server serves: it takes a third of a core

refresh_in = store.refresh_in


class Names(Protocol):
    """Names of operators, kept in memory by `access`."""

    def name_of(self, operator_id: UUID) -> str: ...


async def forget(tx: Connection, workspace_id: int, conversation_ids: Sequence[UUID]) -> None:
    """In the caller's transaction: nothing of these conversations is found any more.

    Single events whose bodies were overwritten are `refresh_in`'s.
    """
    await tx.execute(SQL["lock_index"])
    await tx.execute(SQL["forget_conversations"], workspace_id, list(conversation_ids))


async def forget_demo(tx: Connection) -> None:
    """Before the example's conversations are removed."""
    await tx.execute(SQL["lock_index"])
    await tx.execute(SQL["forget_demo"])


class Search:
    """Finds messages, notes and names of files within the reader's scope; keeps the index beside the timeline."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        names: Names,
        *,
        forms: Callable[[str], Iterable[str]] = morphology.forms_of,
    ) -> None:
        self._db = database
        self._clock = clock
        self._names = names
        self._forms = forms
        self._stems: dict[str, list[str]] = {}
        self._turns = asyncio.Semaphore(limits.SEARCHES_AT_ONCE_MAX)

    # -- finding ---------------------------------------------------------------------------------------------------

    async def find(
        self, actor: Actor, text: str, by: Filters, *, cursor: str | None = None, limit: int = limits.PAGE_DEFAULT
    ) -> SearchPage:
        """One page of what the actor may see. Raises `Malformed` for a cursor, `TooMany` when others search."""
        after = parse_place(cursor) if cursor else None
        terms = rules.parse_question(text)
        words, ignored = await self._query_of(terms, files=by.where == "files")
        if not words:
            return SearchPage([], None, ignored, too_broad=False)
        try:
            async with asyncio.timeout(limits.SEARCH_WAIT_S_MAX):
                await self._turns.acquire()
        except TimeoutError:
            raise TooMany("too many searches at once; try again in a few seconds") from None
        try:
            records = await self._records(actor, words, by, after, limit + 1)
        finally:
            self._turns.release()
        if records is None:
            return SearchPage([], None, ignored, too_broad=True)
        last = records[limit - 1] if len(records) > limit else None
        digits = [w for t in terms for w in t.words if w.isdigit() and len(w) >= rules.DIGITS_MIN]
        hits = await self._hits(records[:limit], words.replace(":A", "").replace("*A", "*"), digits)
        following = place_text(Place(last["at"], last["conversation_id"], last["seq"])) if last else None
        return SearchPage(hits, following, ignored, too_broad=False)

    async def _query_of(self, terms: Sequence[rules.Term], *, files: bool) -> tuple[str, list[str]]:
        forms = await asyncio.to_thread(rules.forms_wanted, terms, self._forms)
        wanted = {form for every in forms.values() for form in every}
        if unknown := [form for form in wanted if form not in self._stems]:
            if len(self._stems) > STEMS_KEPT:
                self._stems.clear()
                unknown = list(wanted)
            found = await self._db.fetch(SQL["stem_words"], unknown)
            self._stems |= {r["word"]: r["stems"] for r in found}
        return rules.build_query(terms, forms, self._stems, files=files)

    async def _records(
        self, actor: Actor, words: str, by: Filters, after: Place | None, limit: int
    ) -> list[Any] | None:
        """Null when the time allowed did not suffice.

        Few entries are gathered, many walked; failing that, the other way, and for a busy machine the first once more.
        The planner is not asked: it takes rare words for common ones and walks for seconds.
        """
        conversations = await self._narrowed(actor, by)
        query = Query(actor, words, by, after, conversations)
        few = conversations is not None or await self._few(query)
        for gathers, limit_s in zip((few, not few, few), limits.SEARCH_TRIES_S, strict=True):
            try:
                return await self._run(query, limit, limit_s, gathers=gathers)
            except asyncpg.QueryCanceledError:
                continue
        return None

    async def _narrowed(self, actor: Actor, by: Filters) -> Sequence[UUID] | None:
        if by.contact is None:
            return [by.conversation] if by.conversation else None
        found = await self._db.fetch(SQL["list_conversations"], actor.workspace_id, by.contact)
        return [r["id"] for r in found if by.conversation in (None, r["id"])]

    async def _few(self, query: Query) -> bool:
        try:
            async with self._db.transaction() as tx:
                await _allow(tx, limits.SEARCH_TRIES_S[0], "enable_seqscan")
                return int(await tx.fetchval(query.count(FEW), *query.arguments[:2])) < FEW
        except asyncpg.QueryCanceledError:
            return False

    async def _run(self, query: Query, limit: int, limit_s: float, *, gathers: bool) -> list[Any]:
        async with self._db.transaction() as tx:
            await _allow(tx, limit_s, "enable_seqscan" if gathers else "enable_bitmapscan")
            sql = query.gather(limit) if gathers else query.walk(limit)
            return list(await tx.fetch(sql, *query.arguments))

    async def _hits(self, records: Sequence[Any], words: str, digits: Sequence[str]) -> list[SearchHit]:
        bodies = [parse_body(r["body"].encode()) for r in records]
        texts: list[tuple[int, str]] = []
        for n, body in enumerate(bodies):
            if isinstance(body, Message | Note):
                texts += [(n, body.text), *((n, file.name) for file in body.attachments)]
        marked = await self._db.fetch(SQL["mark_texts"], [rules.folded(text) for _, text in texts], words)
        pieces: list[list[str]] = [[] for _ in records]
        files: list[list[list[str]]] = [[] for _ in records]
        for (n, text), mark in zip(texts, marked, strict=True):
            found = rules.hits_of(mark["marked"], text, digits)
            if not pieces[n]:
                pieces[n] = rules.pieces_of(text, found)
            elif found:
                files[n].append(rules.pieces_of(text, found, whole=True))
        return [self._hit(r, pieces[n] or [""], files[n]) for n, r in enumerate(records)]

    def _hit(self, r: Any, pieces: list[str], files: list[list[str]]) -> SearchHit:
        name = self._names.name_of(r["actor_id"]) if r["actor"] == "operator" else ""
        return SearchHit(
            conversation=r["conversation_id"],
            seq=r["seq"],
            at=r["at"],
            type="note" if r["note"] else "message",
            actor=r["actor"],
            actor_id=r["actor_id"],
            actor_name=name,
            contact=r["contact_id"],
            contact_name=r["contact_name"],
            channel=r["channel"],
            inbox=r["inbox_id"],
            status=r["status"],
            assignee=r["assignee_id"],
            pieces=pieces,
            files=files,
        )

    async def state(self) -> SearchState:
        return await read_state(self._db, self._clock)

    # -- keeping the index -----------------------------------------------------------------------------------------

    async def index(self, spans: Sequence[TimelineSpan]) -> None:
        """Index what was appended, as it is now; again is no error.

        In a rush it falls behind rather than slow the talk.
        """
        for chunk in _chunks(spans):
            begun = self._clock.monotonic()
            async with self._db.transaction() as tx:
                await tx.execute(SQL["lock_index"])
                count = await store.put(tx, await tx.fetch(SQL["read_spans"], *map(list, zip(*chunk, strict=True))))
            if count >= RUSH_EVENTS:
                await self._clock.sleep((self._clock.monotonic() - begun) * RUSH_REST)

    async def begin_rebuild(self, *, anew: bool = False) -> None:
        """Have everything indexed again; one that is under way is gone on with unless `anew`."""
        await self._db.execute(SQL["begin_anew"], anew)

    async def rebuild_some(self) -> int | None:
        """The next stretch of the timeline; how many events, null when everything is done."""
        async with self._db.transaction() as tx:
            await tx.execute(SQL["lock_index"])
            state = await tx.fetchrow(SQL["read_state"])
            if state is None or state["done"]:
                return None
            after = (state["conversation_id"], state["workspace_id"], state["seq"])
            records = await tx.fetch(SQL["read_after"], *after, store.CHUNK_EVENTS)
            done = len(records) < store.CHUNK_EVENTS
            last = records[-1] if records else None
            here = (last["conversation_id"], last["workspace_id"], last["seq"]) if last else after
            await (tx.execute(SQL["forget_after"], *after) if done else tx.execute(SQL["forget_range"], *after, *here))
            await store.put(tx, (r for r in records if r["type"] in ("message", "note")))
            await tx.execute(SQL["move_state"], done, *here)
        return len(records)

    async def run_rebuild(self) -> None:
        """The loop of the server: goes on with what is not done, then rests."""
        while await self.rebuild_some() is not None:
            await self._clock.sleep(REBUILD_PAUSE_S)
        await asyncio.Event().wait()


async def read_state(database: Database, clock: Clock) -> SearchState:
    """For the doctor, too."""
    state = await database.fetchrow(SQL["read_state"])
    entries = int(await database.fetchval(SQL["count_entries"]))
    lag_s = await bus.lag_s(database, clock, HANDLER, {"timeline"})
    return SearchState(entries, round(lag_s, 3), bool(state and state["done"]))


async def _allow(tx: Connection, limit_s: float, without: str) -> None:
    await tx.execute(f"SET LOCAL statement_timeout = {int(limit_s * 1000)}; SET LOCAL {without} = off")


def _chunks(spans: Sequence[TimelineSpan]) -> Iterable[list[TimelineSpan]]:
    chunk: list[TimelineSpan] = []
    size = 0
    for span in spans:
        chunk.append(span)
        size += span.size
        if size >= store.CHUNK_EVENTS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def place_text(place: Place) -> str:
    """A cursor, opaque to the client."""
    micros = (place.at - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}.{place.conversation}.{place.seq}".encode()).decode().rstrip("=")


def parse_place(text: str) -> Place:
    """Raises `Malformed`."""
    try:
        micros, conversation, seq = (
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(".", 2)
        )
        place = Place(EPOCH + timedelta(microseconds=int(micros)), UUID(conversation), int(seq))
    except (ValueError, OverflowError):
        raise Malformed("the cursor is not one of ours") from None
    if not 0 <= place.seq < 2**53:
        raise Malformed("the cursor is not one of ours")
    return place


def utc(at: datetime | None) -> datetime | None:
    """Raises `Malformed` for a moment outside of the calendar."""
    if at is None:
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise Malformed("this moment is outside of the calendar") from None
