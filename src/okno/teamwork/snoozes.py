"""Conversations laid aside until a time, or until the customer writes."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from okno.access.types import Actor
from okno.bus.api import emit
from okno.conversations.api import Conversations
from okno.conversations.bodies import Body, Snoozed, Woken
from okno.conversations.types import ConversationRow
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid
from okno.teamwork.events import SNOOZE_ENDED, SnoozeEnded

SQL = load_queries("okno.teamwork")
Cause = Literal["time", "customer", "operator"]


class Snoozes:
    """The row of a snooze is its timer; whether a conversation is laid aside, its summary row tells."""

    def __init__(self, database: Database, conversations: Conversations, clock: Clock) -> None:
        self._db = database
        self._conversations = conversations
        self._clock = clock
        self.changed: Callable[[], None] = lambda: None

    async def snooze(self, actor: Actor, conversation_id: UUID, until: datetime | None) -> ConversationRow:
        """Lay aside, or for another time. Raises `Invalid` for a time past or too far, `Conflict` when closed."""
        now = self._clock.now()
        if until is not None and not now < until <= now + timedelta(days=limits.SNOOZE_DAYS_MAX):
            raise Invalid(f"a time within the next {limits.SNOOZE_DAYS_MAX} days", field="until")

        async def work(tx: Connection, locked: Any) -> Body:
            if locked["status"] != "open":
                raise Conflict("it is closed: there is nothing to put off")
            key = (actor.workspace_id, conversation_id)
            await tx.execute(SQL["set_snooze"], *key, actor.operator_id, until, locked["last_seq"], now)
            await self._conversations.snooze_in(tx, locked, on=True, until=until)
            return Snoozed(until)

        row = await self._conversations.act(actor, conversation_id, work)
        self.changed()
        return row

    async def wake(self, actor: Actor, conversation_id: UUID) -> ConversationRow:
        """Take it up again; no error when it is not laid aside."""

        async def work(tx: Connection, locked: Any) -> Body | None:
            await tx.execute(SQL["delete_snooze"], actor.workspace_id, conversation_id)
            if not locked["snoozed"]:
                return None
            await self._conversations.snooze_in(tx, locked, on=False, until=None)
            return Woken("operator")

        return await self._conversations.act(actor, conversation_id, work)

    async def next_due(self) -> datetime | None:
        due: datetime | None = await self._db.fetchval(SQL["next_snooze"])
        return due

    async def fire(self, now: datetime) -> int:
        """Bring back those whose time has come."""
        due = await self._db.fetch(SQL["list_due_snoozes"], now, limits.TIMERS_AT_ONCE_MAX)
        for r in due:
            await self._end(r["workspace_id"], r["conversation_id"], "time", now)
        return len(due)

    async def on_timeline(self, workspace_id: int, conversation_ids: Sequence[UUID]) -> None:
        """Bring back those whose customers have written, and forget timers of those that were closed meanwhile."""
        for r in await self._db.fetch(SQL["list_ended_snoozes"], workspace_id, list(conversation_ids)):
            await self._end(workspace_id, r["conversation_id"], "customer", None)

    async def _end(self, workspace_id: int, conversation_id: UUID, cause: Cause, now: datetime | None) -> None:
        async def work(tx: Connection, locked: Any) -> Body | None:
            snooze = await tx.fetchrow(SQL["end_snooze"], workspace_id, conversation_id, now)
            if snooze is None or not locked["snoozed"]:  # put off once more, or closed, or somebody was quicker
                return None
            await self._conversations.snooze_in(tx, locked, on=False, until=None)
            operator = locked["assignee_id"] or snooze["operator_id"]
            name = await tx.fetchval(SQL["contact_name"], workspace_id, locked["contact_id"])
            news = SnoozeEnded(workspace_id, conversation_id, operator, cause, name or "")
            await emit(tx, self._clock, SNOOZE_ENDED, news)
            return Woken(cause)

        if not await self._conversations.act_as_system(workspace_id, conversation_id, work):
            await self._db.fetchrow(
                SQL["end_snooze"], workspace_id, conversation_id, now
            )  # of what is not there any more
