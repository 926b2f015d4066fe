"""The places in the queue, kept after the timeline: who waits stands in a queue, who is served has an assignment."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from okno.conversations.api import Conversations, system_of
from okno.db.pool import Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotFound
from okno.kit.ids import uuid7
from okno.kit.wire import encode
from okno.routing import rules, store
from okno.routing.store import SQL
from okno.routing.types import Queue, Why


class Changes:
    """What a page of news brings, written together: by assignment, by contact, and who begins to wait where."""

    def __init__(self) -> None:
        self.ended: list[tuple[UUID, str]] = []
        self.due: list[tuple[UUID, datetime | None]] = []
        self.bound: dict[UUID, tuple[UUID, datetime]] = {}
        self.waiting: list[tuple[Any, Queue, str]] = []


def _entry(r: Any, queue: Queue, language: str, bound: tuple[UUID, datetime] | None, now: datetime) -> tuple[Any, ...]:
    preferred, until = None, None
    if bound and queue.sticky != "off" and bound[1] > now - timedelta(hours=queue.sticky_hours):
        preferred, until = bound[0], now + timedelta(seconds=queue.sticky_wait_s)
    place = (uuid7(), r["id"], r["episode"], queue.id, r["waiting_since"], r["routed_priority"] or queue.priority)
    routed = (r["routed_skill_id"], r["routed_skill_level"])
    return (*place, *(routed if routed[0] else (queue.skill, queue.skill_level)), language, preferred, until)


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


class Lines:
    """Follows what is committed. Everything here may be done twice."""

    def __init__(self, database: Database, clock: Clock, conversations: Conversations) -> None:
        self._db = database
        self._clock = clock
        self._conversations = conversations

    async def measure(self) -> list[tuple[int, int, str, int, float]]:
        """Workspace, queue, its name, how many wait in it, and since how many seconds the oldest."""
        now = self._clock.now()
        return [
            (r["workspace_id"], r["queue_id"], r["name"], r["waiting"], _age_s(now, r["oldest_at"]))
            for r in await self._db.fetch(SQL["measure_lines"])
        ]

    async def list_queues(self, workspace_id: int) -> list[Queue]:
        """The default queue first; it is made where there is none."""
        records = await self._db.fetch(SQL["list_queues"], workspace_id, limits.QUEUES_MAX)
        if not any(r["is_default"] for r in records):
            await self._db.execute(SQL["ensure_default_queue"], workspace_id, self._clock.now())
            records = await self._db.fetch(SQL["list_queues"], workspace_id, limits.QUEUES_MAX)
        return [store.queue_of(r) for r in records]

    async def follow(self, workspace_id: int, conversation_ids: Sequence[UUID]) -> set[UUID]:
        """Write down who waits and who is served; the operators whose load has changed.

        It reads without locks: whatever changes meanwhile is news of its own, and is followed.
        """
        records = await self._db.fetch(SQL["list_facts"], workspace_id, list(conversation_ids))
        queues = {q.id: q for q in await self.list_queues(workspace_id)}
        now = self._clock.now()
        touched: set[UUID] = set()
        changes = Changes()
        for r in records:
            queue = _queue_of(r, queues)
            if await self._give_up(workspace_id, r, queue):
                continue  # it is news once more, and nobody's
            touched |= await self._follow_hands(workspace_id, r, queue, now, changes)
            await self._follow_place(workspace_id, r, queue, now, changes)
            answered = r["waiting_since"] is None and r["preview_actor"] == "operator"
            if r["held_at"] and answered and r["last_at"] > r["held_at"]:
                await self._conversations.hold(system_of(workspace_id), r["id"], on=False)
        await self._write(workspace_id, changes, now)
        if touched:
            await self._db.execute(SQL["set_idle"], workspace_id, list(touched), now)
        return touched

    async def _write(self, workspace_id: int, changes: Changes, now: datetime) -> None:
        """One statement of each sort, however many conversations there are."""
        db = self._db
        if changes.ended:
            await db.execute(SQL["end_assignments"], workspace_id, *_columns(changes.ended), now)
        if changes.due:
            await db.execute(SQL["set_answers_by"], workspace_id, *_columns(changes.due))
        if changes.bound:
            rows = [(contact, *bound) for contact, bound in changes.bound.items()]
            await db.execute(SQL["bind_contacts"], workspace_id, *_columns(rows))
        if not changes.waiting:
            return
        contacts = [r["contact_id"] for r, queue, _ in changes.waiting if queue.sticky != "off"]
        found = await db.fetch(SQL["list_bound"], workspace_id, contacts) if contacts else []
        bound = {b["contact_id"]: (b["operator_id"], b["last_at"]) for b in found}
        rows = [_entry(r, queue, spoken, bound.get(r["contact_id"]), now) for r, queue, spoken in changes.waiting]
        await db.execute(SQL["insert_entries"], workspace_id, *_columns(rows), now)

    async def _give_up(self, workspace_id: int, r: Any, queue: Queue) -> bool:
        """A customer who comes back after the closing: the router gives him to his operator, if that one is free.

        Where operators serve themselves, the conversation stays with whom it was.
        """
        back = r["assignee_id"] and r["status"] == "open" and not r["assignment_id"] and r["waiting_since"]
        if not back or queue.mode == "pull":
            return False
        if not await self._db.fetchval(SQL["was_closed"], workspace_id, r["id"], r["episode"]):
            return False
        try:
            system = system_of(workspace_id)
            await self._conversations.assign(system, r["id"], None, expected=r["assignee_id"], reason="reopened")
        except Conflict:
            return False
        return True

    async def _follow_hands(
        self, workspace_id: int, r: Any, queue: Queue, now: datetime, changes: Changes
    ) -> set[UUID]:
        served = r["assignee_id"] if r["status"] == "open" else None
        if holder := served or r["operator_id"]:
            changes.bound[r["contact_id"]] = (holder, r["last_at"])
        if served != r["operator_id"]:
            if not served:
                changes.ended.append((r["assignment_id"], "closed" if r["status"] != "open" else "returned"))
                return {r["operator_id"]}
            async with self._db.transaction() as tx:
                if r["operator_id"]:
                    await tx.fetchval(SQL["end_assignment"], workspace_id, r["id"], now, "transfer")
                await self.insert_assignment(tx, workspace_id, r, served, queue, Why("taken", queue.name), now)
            return {o for o in (served, r["operator_id"]) if o}
        if served:
            due_s = rules.answer_due_s(r["assigned_at"], r["waiting_since"], queue.answer_s)
            answer_by = r["assigned_at"] + timedelta(seconds=due_s) if due_s and not r["held_at"] else None
            if answer_by != r["answer_by"]:
                changes.due.append((r["assignment_id"], answer_by))
        return set()

    async def _follow_place(self, workspace_id: int, r: Any, queue: Queue, now: datetime, changes: Changes) -> None:
        facts = rules.Facts(
            *(r["status"], r["turn"], r["assignee_id"], r["waiting_since"]),
            answered=r["preview_actor"] != "customer",
            merged=r["merged_into"] is not None,
        )
        if not rules.waits(facts):
            if r["entry_id"]:
                reason = rules.leave_reason(facts)
                await self._db.fetchval(SQL["leave_line"], workspace_id, r["id"], now, reason, r["assignee_id"])
        elif not r["entry_id"]:
            changes.waiting.append((r, queue, queue.language or await self._spoken(self._db, workspace_id, r)))
        elif not queue.language and (spoken := await self._spoken(self._db, workspace_id, r)) != r["entry_language"]:
            await self._db.execute(SQL["set_entry_language"], workspace_id, r["entry_id"], spoken)

    async def _spoken(self, db: Database | Connection, workspace_id: int, r: Any) -> str:
        """The customer's language, when somebody here speaks it; else he waits for whoever is free."""
        language = str(r["language"])
        return language if language and await db.fetchval(SQL["is_spoken"], workspace_id, language) else ""

    async def enter(
        self,
        tx: Connection,
        workspace_id: int,
        r: Any,
        queue: Queue,
        entered_at: datetime,
        now: datetime,
        *,
        skill_id: int | None = None,
        bound: bool = True,
    ) -> UUID | None:
        """A place in the queue; null when it has one. `r` is a conversation; `bound`: its customer's operator first.

        What a rule has said of skill and priority holds, as far as `skill_id` does not say otherwise.
        """
        preferred, until = None, None
        if bound and queue.sticky != "off":
            since = now - timedelta(hours=queue.sticky_hours)
            found = await tx.fetchrow(SQL["find_bound"], workspace_id, r["contact_id"], since)
            if found:
                preferred, until = found["operator_id"], now + timedelta(seconds=queue.sticky_wait_s)
        routed = await tx.fetchrow(SQL["find_route"], workspace_id, r["id"], r["episode"])
        skill = (queue.skill, queue.skill_level) if skill_id is None else (skill_id, 1)
        if routed and routed["skill_id"] and skill_id is None:
            skill = (routed["skill_id"], routed["skill_level"])
        priority = (routed and routed["priority"]) or queue.priority
        made: UUID | None = await tx.fetchval(
            SQL["insert_entry"],
            *(workspace_id, uuid7(), r["id"], r["episode"], queue.id, entered_at, now, priority),
            *(*skill, queue.language or await self._spoken(tx, workspace_id, r), preferred, until),
        )
        return made

    async def insert_assignment(
        self, tx: Connection, workspace_id: int, r: Any, operator_id: UUID, queue: Queue, why: Why, now: datetime
    ) -> None:
        """`r` is a conversation. Whoever did not take it by himself is to answer from now on."""
        await self.insert_assignments(tx, workspace_id, [(r, operator_id, queue, why)], now)

    async def insert_assignments(
        self, tx: Connection, workspace_id: int, given: Sequence[tuple[Any, UUID, Queue, Why]], now: datetime
    ) -> None:
        """The same for many."""
        rows = []
        for r, operator_id, queue, why in given:
            since = r["waiting_since"] if why.how == "taken" else now
            due_s = rules.answer_due_s(now, since, queue.answer_s)
            answer_by = now + timedelta(seconds=due_s) if due_s else None
            told = (queue.id, why.how, store.use_of(queue, r["channel"]), encode(why).decode(), answer_by)
            rows.append((uuid7(), r["id"], r["episode"], operator_id, *told))
        *columns, answers = _columns(rows)
        await tx.execute(SQL["insert_assignments"], workspace_id, *columns, now, answers)


def _queue_of(r: Any, queues: Mapping[int, Queue]) -> Queue:
    """Where it stands or came from, else where a rule sends it, else where it belongs."""
    known = queues.get(r["queue_id"] or r["assigned_queue_id"] or r["routed_queue_id"] or 0)
    return known or belongs_to(r, queues, r["team_id"])


def belongs_to(r: Any, queues: Mapping[int, Queue], team_id: int) -> Queue:
    """The queue of a conversation by its inbox and team. Raises `NotFound` when there is not even the default one."""
    keys = [rules.QueueKey(q.id, q.team or 0, q.is_default) for q in queues.values()]
    by_inbox = {inbox: q.id for q in queues.values() for inbox in q.inboxes}
    found = rules.queue_of(keys, by_inbox, r["inbox_id"], team_id, inbox_team_id=r["inbox_team_id"])
    if found is None:
        raise NotFound("the workspace has no default queue")
    return queues[found]


def _age_s(now: datetime, at: datetime | None) -> float:
    return max((now - at).total_seconds(), 0.0) if at else 0.0
