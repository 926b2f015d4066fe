"""Tasks with an assignee and a due time; what happens to one of a conversation is told in its timeline."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UnsetType

from okno.access.types import Actor
from okno.bus.api import emit
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations, may_see
from okno.conversations.bodies import Body, TaskNoted
from okno.db.pool import Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.kit.ids import uuid7
from okno.kit.paging import cursor_of, parse_cursor
from okno.teamwork import rules
from okno.teamwork.events import TASK_DUE, TaskDue
from okno.teamwork.snoozes import SQL
from okno.teamwork.types import NewTask, Task, TaskChange, TaskCounters, TaskPage, TaskStatus

LAST = datetime(9999, 12, 31, tzinfo=UTC)  # of those without a time in a cursor; the database's infinity comes after it


class Names(Protocol):
    def name_of(self, operator_id: UUID) -> str: ...
    def works_here(self, workspace_id: int, operator_id: UUID) -> bool: ...


class Tasks:
    """A task is seen by its assignee and author, and by whoever sees its conversation; of none, by everybody."""

    def __init__(
        self, database: Database, conversations: Conversations, contacts: Contacts, clock: Clock, names: Names
    ) -> None:
        self._db = database
        self._conversations = conversations
        self._contacts = contacts
        self._clock = clock
        self._names = names
        self.changed: Callable[[], None] = lambda: None

    async def forget(self, workspace_id: int, contact_id: UUID, conversation_ids: Sequence[UUID]) -> None:
        """Words of tasks about an erased person."""
        await self._db.execute(SQL["forget_person"], workspace_id, contact_id, list(conversation_ids))

    async def add(self, actor: Actor, new: NewTask) -> Task:
        """Raises `NotFound` for a conversation or customer that is not there, `Invalid` for an assignee."""
        assignee = new.assignee or actor.operator_id
        self._check_assignee(actor, assignee)
        if (await self.count(actor, assignee)).open >= limits.TASKS_OPEN_MAX:
            raise Conflict(f"{self._names.name_of(assignee)} has {limits.TASKS_OPEN_MAX} open tasks already")
        task_id, now = uuid7(), self._clock.now()
        contact = new.contact
        if contact and not new.conversation:
            await self._contacts.get_contact(actor.workspace_id, contact)
        values = (new.text, assignee, actor.operator_id, new.due_at, now)

        async def work(tx: Connection, locked: Any) -> Body:
            key = (actor.workspace_id, task_id, locked["id"], locked["contact_id"])
            await tx.execute(SQL["insert_task"], *key, *values)
            return TaskNoted(task_id, "added", new.text, self._names.name_of(assignee), new.due_at)

        if new.conversation:
            await self._conversations.act(actor, new.conversation, work)
        else:
            await self._db.execute(SQL["insert_task"], actor.workspace_id, task_id, None, contact, *values)
        self.changed()
        return await self.get(actor, task_id)

    async def get(self, actor: Actor, task_id: UUID) -> Task:
        r = await self._db.fetchrow(SQL["find_task"], actor.workspace_id, task_id)
        if r is None or not _may_see_task(actor, r):
            raise NotFound("there is no such task")
        return _task(actor, r)

    async def change(self, actor: Actor, task_id: UUID, change: TaskChange) -> Task:
        await self.get(actor, task_id)
        if not isinstance(change.assignee, UnsetType):
            self._check_assignee(actor, change.assignee)
        async with self._db.transaction() as tx:
            r = await tx.fetchrow(SQL["lock_task"], actor.workspace_id, task_id)
            if r is None:
                raise NotFound("there is no such task")
            plan = rules.plan_task(r, change, self._clock.now())
            await tx.execute(SQL["set_task"], actor.workspace_id, task_id, *plan.values)
        self.changed()
        if plan.told and r["conversation_id"]:
            told = TaskNoted(task_id, plan.told, plan.text, self._names.name_of(plan.assignee), plan.due_at)
            await self._tell(actor, r["conversation_id"], told)
        return await self.get(actor, task_id)

    async def remove(self, actor: Actor, task_id: UUID) -> None:
        task = await self.get(actor, task_id)
        await self._db.execute(SQL["delete_task"], actor.workspace_id, task_id)
        if task.conversation:
            name = self._names.name_of(task.assignee)
            await self._tell(actor, task.conversation, TaskNoted(task_id, "removed", task.text, name, task.due_at))

    async def _tell(self, actor: Actor, conversation_id: UUID, told: TaskNoted) -> None:
        with contextlib.suppress(NotFound):  # an assignee outside of the conversation's team: his own list has it
            await self._conversations.record(actor, conversation_id, told)

    def _check_assignee(self, actor: Actor, assignee: UUID) -> None:
        if not self._names.works_here(actor.workspace_id, assignee):
            raise Invalid("there is no such operator", field="assignee")

    async def list_of(
        self, actor: Actor, *, assignee: UUID | None, status: TaskStatus, cursor: str | None, limit: int
    ) -> TaskPage:
        """The tasks of an operator, oneself unless named; a colleague's as far as they are within the scope."""
        at, after = parse_cursor(cursor) if cursor else (None, None)
        sql = SQL["list_open_tasks" if status == "open" else "list_done_tasks"]
        values = (actor.workspace_id, assignee or actor.operator_id, at, after, limit + 1)
        records = await self._db.fetch(sql, *values)
        page = records[:limit]
        key = "due_at" if status == "open" else "done_at"
        more = cursor_of(page[-1][key] or LAST, page[-1]["id"]) if len(records) > limit else None
        return TaskPage([_task(actor, r) for r in page if _may_see_task(actor, r)], more)

    async def list_about(self, actor: Actor, conversation_id: UUID) -> list[Task]:
        """Of a conversation and its customer: open ones first."""
        record = await self._conversations.access_conversation(actor, conversation_id)
        values = (actor.workspace_id, conversation_id, record["contact_id"], limits.PAGE_MAX)
        records = await self._db.fetch(SQL["list_tasks_about"], *values)
        return [_task(actor, r) for r in records if _may_see_task(actor, r)]

    async def count(self, actor: Actor, assignee: UUID | None = None) -> TaskCounters:
        values = (actor.workspace_id, assignee or actor.operator_id, self._clock.now())
        r = await self._db.fetchrow(SQL["count_tasks"], *values)
        return TaskCounters(r["open"], r["due"]) if r else TaskCounters(0, 0)

    async def next_due(self) -> datetime | None:
        due: datetime | None = await self._db.fetchval(SQL["next_task"])
        return due

    async def fire(self, now: datetime) -> int:
        """Leave the news of those whose time has come."""
        async with self._db.transaction() as tx:
            due = await tx.fetch(SQL["take_due_tasks"], now, limits.TIMERS_AT_ONCE_MAX)
            for r in due:
                news = TaskDue(r["workspace_id"], r["conversation_id"], r["assignee_id"], r["id"], r["text"])
                await emit(tx, self._clock, TASK_DUE, news)
        return len(due)


def _may_see_task(actor: Actor, r: Any) -> bool:
    if actor.operator_id in (r["assignee_id"], r["author_id"]):
        return True
    return r["conversation_id"] is None or _sees(actor, r)


def _sees(actor: Actor, r: Any) -> bool:
    """Its conversation; one that is not there any more nobody does."""
    return r["team_id"] is not None and may_see(actor, r["team_id"], r["holder_id"], r["participants"])


def _task(actor: Actor, r: Any) -> Task:
    seen = r["conversation_id"] and _sees(actor, r)
    return Task(
        *(r["id"], r["text"], r["conversation_id"] if seen else None, r["contact_id"], r["contact_name"]),
        *(r["assignee_id"], r["author_id"], r["due_at"], r["done_at"], r["created_at"]),
    )
