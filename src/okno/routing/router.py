"""The router: gives out and takes back what waits. One process at a time does it, under a lease."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import structlog

from okno.bus.api import emit, emit_many
from okno.bus.hints import Hints
from okno.conversations.api import Conversations, system_of
from okno.db.pool import Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound, OknoError, Unavailable
from okno.kit.ids import uuid7
from okno.kit.wire import encode, utc_text
from okno.routing import rules, store
from okno.routing.desks import Desks
from okno.routing.events import ASSIGNED, AWAY, MISSED, OFFERED, RoutingNews
from okno.routing.line import Lines
from okno.routing.store import SQL
from okno.routing.types import Decision, Queue, Waiting, Why

log = structlog.get_logger()
LOOK_S = 1.0  # another process may have changed something and cannot wake us
CARRY_OUT_AT_ONCE = 6  # of the pool's ten connections: commits go to the disk together
NTH_MAX = 2 * limits.DECISIONS_AT_ONCE_MAX
PERCENT = 100
STIR = "stir"


class Made(NamedTuple):
    """A decision with what it is stored with."""

    decision: Decision
    queue: Queue
    why: Why


def _made(decision: Decision, queue: Queue, skills: Mapping[int, str], now: datetime) -> Made:
    waiting = decision.waiting
    why = Why(
        decision.how,
        queue.name,
        max(int((now - waiting.entered_at).total_seconds()), 0),
        waiting.priority,
        decision.load_before_percent,
        decision.limit_percent,
        max(int((now - decision.idle_since).total_seconds()), 0),
        decision.free,
        skills.get(waiting.skill_id or 0, ""),
        decision.level,
        waiting.language,
        rule=waiting.rule,
    )
    return Made(decision, queue, why)


class Router:
    """Plans whenever something has changed or a time has come."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        conversations: Conversations,
        lines: Lines,
        desks: Desks,
        hints: Hints,
    ) -> None:
        self._db = database
        self._clock = clock
        self._conversations = conversations
        self._lines = lines
        self._desks = desks
        self._hints = hints
        self._leads = False
        self._wake = asyncio.Event()
        self._stirred: set[int] = set()
        hints.hear(STIR, lambda _, payload: self._stir_here(int(payload)))

    def stir(self, workspace_id: int) -> None:
        """Something has changed: somebody waits, is free, came or went. Whichever process plans hears of it."""
        self._stir_here(workspace_id)
        if self._hints.shared and not self._leads:
            self._hints.tell(STIR, b"%d" % workspace_id)

    def _stir_here(self, workspace_id: int) -> None:
        self._stirred.add(workspace_id)
        self._wake.set()

    async def run(self) -> None:
        """While the lease is held."""
        self._leads = True
        try:
            await self._plan_all()
        finally:
            self._leads = False

    async def _plan_all(self) -> None:
        for workspace_id in await self._list_workspaces():
            waiting = await self._db.fetch(SQL["list_unqueued"], workspace_id)
            await self._lines.follow(workspace_id, [r["id"] for r in waiting])
        wait_s = 0.0
        while True:
            try:
                await asyncio.wait_for(self._wake.wait(), wait_s)
            except TimeoutError:
                self._stirred |= set(await self._list_workspaces())
            self._wake.clear()
            stirred, self._stirred = self._stirred, set()
            due: list[datetime] = []
            for workspace_id in sorted(stirred):
                at = await self.step(workspace_id)
                due += [at] if at else []
            wait_s = min([LOOK_S, *((at - self._clock.now()).total_seconds() for at in due)])
            wait_s = max(wait_s, 0.0)

    async def _list_workspaces(self) -> list[int]:
        return [r["workspace_id"] for r in await self._db.fetch(SQL["list_workspaces"])]

    async def step(self, workspace_id: int) -> datetime | None:
        """Everything that is due now, until there is nothing left to give; when time alone brings something new."""
        while True:
            now = self._clock.now()
            work = await self._db.fetchrow(SQL["find_work"], workspace_id)
            assert work is not None  # noqa: S101 - it is one row of subqueries
            if work["connected_until"] and work["connected_until"] <= now:
                await self._desks.record(workspace_id, None)
            if work["duty_until"] and work["duty_until"] <= now:
                self._desks.tell(workspace_id, await self._desks.shifts.follow(workspace_id))
            if work["expires_at"]:
                await self._end_offers(workspace_id, now)
            if work["routed"] or work["answer_by"]:
                await self._take_back(workspace_id, now)
            times = [work[name] for name in ("expires_at", "answer_by", "connected_until", "duty_until") if work[name]]
            more = False
            if work["waiting"]:
                more, next_due = await self._plan(workspace_id, now)
                times += [next_due] if next_due else []
            if not more:
                return min((at for at in times if at > now), default=None)

    # -- giving out ------------------------------------------------------------------------------------------------

    async def _plan(self, workspace_id: int, now: datetime) -> tuple[bool, datetime | None]:
        """Plan once and carry it out; whether there may be more to give, and when time alone changes the plan."""
        since = now - timedelta(hours=limits.LOAD_IDLE_H)
        candidates = [
            store.candidate_of(r) for r in await self._db.fetch(SQL["list_candidates"], workspace_id, now, since)
        ]
        if not any(c.load_percent < c.limit_percent for c in candidates):
            return False, None
        queues = {q.id: q for q in await self._lines.list_queues(workspace_id)}
        line = await self._read_line(workspace_id, queues, [c.operator_id for c in candidates], now)
        decisions = rules.plan_assignment(line, candidates, now, limit=limits.DECISIONS_AT_ONCE_MAX)
        skills = {r["id"]: r["name"] for r in await self._skills(workspace_id, decisions)}
        made = [_made(d, queues[d.waiting.queue_id], skills, now) for d in decisions]
        limited = asyncio.Semaphore(CARRY_OUT_AT_ONCE)

        async def offer(one: Made) -> bool:
            async with limited:
                return await self._carry_out(workspace_id, one, now)

        done = await asyncio.gather(*(offer(one) for one in made if one.decision.how == "offer"))
        done.append(await self._give(workspace_id, [one for one in made if one.decision.how != "offer"]))
        self._desks.tell(workspace_id, {d.operator_id for d in decisions})
        return any(done) and len(decisions) == limits.DECISIONS_AT_ONCE_MAX, rules.next_due(line, now)

    async def _skills(self, workspace_id: int, decisions: list[Decision]) -> list[Any]:
        if all(d.waiting.skill_id is None for d in decisions):
            return []
        return list(await self._db.fetch(SQL["list_skills"], workspace_id, limits.SKILLS_MAX))

    async def _read_line(
        self, workspace_id: int, queues: dict[int, Queue], there: list[UUID], now: datetime
    ) -> list[Waiting]:
        records = await self._db.fetch(SQL["list_line"], workspace_id, there, NTH_MAX, limits.LINE_READ_MAX)
        again = timedelta(seconds=limits.OFFER_AGAIN_S)
        refused: dict[UUID, dict[UUID, datetime]] = {}
        ids = [r["id"] for r in records]
        for r in await self._db.fetch(SQL["list_refusals"], workspace_id, ids, now - again) if ids else ():
            refused.setdefault(r["entry_id"], {})[r["operator_id"]] = r["ended_at"] + again
        return [
            store.waiting_of(r, queues[r["queue_id"]], refused.get(r["id"], {}))
            for r in records
            if r["queue_id"] in queues
        ]

    async def _give(self, workspace_id: int, made: Sequence[Made]) -> bool:
        """Assign all that still wait to those who still have room, in one transaction; whether there were any.

        The rest has changed meanwhile: that is news of its own. One the database refuses costs only itself.
        """
        by_id = {one.decision.waiting.conversation_id: one for one in made}
        given = {i: (one.decision.operator_id, one.why.how) for i, one in by_id.items()}
        if not given:
            return False

        async def beside(tx: Connection, free: Mapping[UUID, Any]) -> list[UUID]:
            return await self._claim_all(tx, workspace_id, [one for i, one in by_id.items() if i in free], free)

        try:
            assigned = set(await self._conversations.give_out(workspace_id, given, beside))
        except (asyncpg.PostgresError, OknoError) as error:
            if len(made) == 1 or isinstance(error, Unavailable):
                raise
            middle = len(made) // 2
            halves = [await self._give(workspace_id, half) for half in (made[:middle], made[middle:])]
            return any(halves)
        if missed := [i for i in given if i not in assigned]:
            log.info("not assigned", conversations=len(missed))
            await self._lines.follow(workspace_id, missed)
        return bool(assigned)

    async def _claim_all(
        self, tx: Connection, workspace_id: int, made: Sequence[Made], free: Mapping[UUID, Any]
    ) -> list[UUID]:
        """Nobody is carried above his capacity, though another router had just lost its lease."""
        now = self._clock.now()
        operators = sorted({one.decision.operator_id for one in made})
        await tx.execute(SQL["lock_seats"], workspace_id, operators)
        since = now - timedelta(hours=limits.LOAD_IDLE_H)
        rooms = {r["operator_id"]: r["room"] for r in await tx.fetch(SQL["list_rooms"], workspace_id, operators, since)}
        fitting: list[Made] = []
        for one in made:
            use = one.decision.waiting.use_percent
            if rooms.get(one.decision.operator_id, 0) >= use:
                rooms[one.decision.operator_id] -= use
                fitting.append(one)
        waiting = [one.decision.waiting for one in fitting]
        columns = ([w.conversation_id for w in waiting], [w.entry_id for w in waiting])
        takers = [one.decision.operator_id for one in fitting]
        names = {
            r["conversation_id"]: r["contact_name"]
            for r in await tx.fetch(SQL["leave_line_given"], workspace_id, *columns, takers, now)
        }
        chosen = [one for one in fitting if one.decision.waiting.conversation_id in names]
        if not chosen:
            return []
        ids = [one.decision.waiting.conversation_id for one in chosen]
        takers = [one.decision.operator_id for one in chosen]
        rows = [(free[i], o, one.queue, one.why) for i, o, one in zip(ids, takers, chosen, strict=True)]
        await self._lines.insert_assignments(tx, workspace_id, rows, now)
        await tx.execute(SQL["set_idle"], workspace_id, sorted(set(takers)), now)
        told = [
            RoutingNews(workspace_id, i, o, names[i] or "", one.queue.name)
            for i, o, one in zip(ids, takers, chosen, strict=True)
        ]
        await emit_many(tx, self._clock, ASSIGNED, told)
        return ids

    async def _carry_out(self, workspace_id: int, made: Made, now: datetime) -> bool:
        waiting = made.decision.waiting
        try:
            await self._offer(workspace_id, made.decision, made.queue, made.why, now)
        except (Conflict, NotFound, Invalid) as error:  # it has changed meanwhile, and that is news of its own
            log.info("not offered", conversation=str(waiting.conversation_id), why=error.detail)
            await self._lines.follow(workspace_id, [waiting.conversation_id])
            return False
        return True

    async def _offer(self, workspace_id: int, decision: Decision, queue: Queue, why: Why, now: datetime) -> None:
        waiting, until = decision.waiting, now + timedelta(seconds=queue.accept_s)
        async with self._db.transaction() as tx:
            await self._claim(tx, workspace_id, decision)
            await tx.execute(
                SQL["insert_offer"],
                *(workspace_id, uuid7(), waiting.conversation_id, waiting.entry_id, decision.operator_id),
                *(waiting.use_percent, encode(why).decode(), now, until, None, None),
            )
            news = await self._news(tx, workspace_id, waiting.conversation_id, decision.operator_id, queue.name)
            news.until = utc_text(until)
            await emit(tx, self._clock, OFFERED, news)

    async def _claim(self, tx: Connection, workspace_id: int, decision: Decision) -> None:
        """Nobody is carried above his capacity, though another router had just lost its lease. Raises `Conflict`."""
        await tx.fetchval(SQL["lock_seat"], workspace_id, decision.operator_id)
        since = self._clock.now() - timedelta(hours=limits.LOAD_IDLE_H)
        room = await tx.fetchval(SQL["find_room"], workspace_id, decision.operator_id, since)
        if room is None or room < decision.waiting.use_percent:
            raise Conflict("there is no room any more")

    async def _news(
        self, tx: Connection, workspace_id: int, conversation_id: UUID, operator_id: UUID, queue: str
    ) -> RoutingNews:
        name = await tx.fetchval(SQL["find_contact_name"], workspace_id, conversation_id)
        return RoutingNews(workspace_id, conversation_id, operator_id, name or "", queue)

    # -- taking back -----------------------------------------------------------------------------------------------

    async def _end_offers(self, workspace_id: int, now: datetime) -> None:
        """Offers run out, and those of operators who went away are withdrawn; the places are kept."""
        async with self._db.transaction() as tx:
            gone = await tx.fetch(SQL["withdraw_offers"], workspace_id, now)
            expired = await tx.fetch(SQL["expire_offers"], workspace_id, now)
            for r in expired:
                told = (workspace_id, r["conversation_id"], r["operator_id"], r["contact_name"], r["queue"], "offer")
                await emit(tx, self._clock, MISSED, RoutingNews(*told))
        self._desks.tell(workspace_id, {r["operator_id"] for r in (*gone, *expired)})
        if expired:
            await self._send_away(workspace_id, expired)

    async def _send_away(self, workspace_id: int, expired: list[Any]) -> None:
        """Who lets one offer after the other run out is not there: others are asked, supervisors are told."""
        settings = await self._db.fetchrow(SQL["find_settings"], workspace_id)
        in_row = settings["misses_max"] if settings else limits.MISSES_MAX
        last = {r["operator_id"]: r for r in expired}
        for one in await self._db.fetch(SQL["list_missing"], workspace_id, list(last), in_row):
            operator_id = one["operator_id"]
            await self._desks.set_state(workspace_id, operator_id, "break", "missed", None, None)
            r = last[operator_id]
            told = RoutingNews(workspace_id, r["conversation_id"], None, r["contact_name"], r["queue"], "offer")
            told.by = r["operator_name"]
            async with self._db.transaction() as tx:
                await emit(tx, self._clock, AWAY, told)

    async def _take_back(self, workspace_id: int, now: datetime) -> None:
        """Unanswered conversations, and those of operators whose consoles are gone, return to their places."""
        records = await self._db.fetch(SQL["list_overdue"], workspace_id, now)
        queues = {q.id: q for q in await self._lines.list_queues(workspace_id)} if records else {}
        for r in records:
            try:
                await self._return(workspace_id, r, queues[r["queue_id"]])
            except (Conflict, NotFound):
                await self._lines.follow(workspace_id, [r["conversation_id"]])
        self._desks.tell(workspace_id, {r["operator_id"] for r in records})

    async def _return(self, workspace_id: int, overdue: Any, queue: Queue) -> None:
        operator_id = overdue["operator_id"]
        cause = "answer" if overdue["unanswered"] else "shift" if overdue["off"] else "away"

        async def beside(tx: Connection, locked: Any) -> None:
            now = self._clock.now()
            if locked["status"] != "open" or locked["waiting_since"] is None or locked["held_at"]:
                raise Conflict("it was answered")
            await tx.fetchval(SQL["end_assignment"], workspace_id, locked["id"], now, "missed")
            last = await tx.fetchrow(SQL["find_last_entry"], workspace_id, locked["id"], locked["episode"])
            place = rules.kept_place(locked["waiting_since"], last["entered_at"], last["left_at"]) if last else None
            place = place or locked["waiting_since"]
            entry = await self._lines.enter(tx, workspace_id, locked, queue, place, now, bound=cause == "away")
            if entry and cause == "answer":
                refusal = (locked["id"], entry, operator_id, 0, encode(Why("automatic")).decode(), now, now)
                await tx.execute(SQL["insert_offer"], workspace_id, uuid7(), *refusal, now, "unanswered")
            told = (workspace_id, locked["id"], operator_id, overdue["contact_name"], queue.name, cause)
            await emit(tx, self._clock, MISSED, RoutingNews(*told))

        await self._conversations.assign(
            *(system_of(workspace_id), overdue["conversation_id"], None),
            expected=operator_id,
            reason="missed" if cause == "answer" else cause,
            beside=beside,
        )
