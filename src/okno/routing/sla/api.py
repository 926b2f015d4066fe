"""The public door of the clocks of answering: policies, what runs in a conversation, how it has fared."""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from okno.access.api import require
from okno.access.types import Actor
from okno.conversations.api import Conversations
from okno.db.pool import Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.routing.sla.clocks import Clocks
from okno.routing.sla.promises import Promises
from okno.routing.sla.store import SQL
from okno.routing.sla.types import Attainment, ClockState, Policy, PolicyChange

__all__ = ["Clocks", "Promises", "Sla"]

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class Sla:
    """Policies and questions about clocks; `Clocks` runs them. `spawn` does in the background what takes long."""

    def __init__(
        self, database: Database, clock: Clock, clocks: Clocks, conversations: Conversations, spawn: Spawn
    ) -> None:
        self._db = database
        self._clock = clock
        self._clocks = clocks
        self._conversations = conversations
        self._spawn = spawn

    def on_hours_changed(self, workspace_id: int) -> None:
        self._spawn(self._clocks.refresh(workspace_id))

    async def list_policies(self, workspace_id: int) -> list[Policy]:
        """In the order they are tried."""
        counts = await self._db.fetch(SQL["count_running"], workspace_id, self._clock.now())
        counted = {r["policy_id"]: (r["running"], r["late"]) for r in counts}
        records = await self._db.fetch(SQL["list_policies"], workspace_id, limits.SLA_POLICIES_MAX)
        return [
            Policy(
                *(r["id"], r["name"], r["queue_id"], r["label"], r["priority_min"], r["calendar_id"]),
                *(r["first_answer_s"], r["next_answer_s"], r["resolution_s"], r["enabled"]),
                *counted.get(r["id"], (0, 0)),
            )
            for r in records
        ]

    async def create_policy(self, actor: Actor, new: PolicyChange) -> Policy:
        """It comes last in the order; open conversations get their clocks at once."""
        require(actor, "workspace")
        values = (*self._values(new), self._clock.now(), limits.SLA_POLICIES_MAX)
        made = await self._write("insert_policy", actor.workspace_id, *values)
        if made is None:
            raise Conflict(f"a workspace has at most {limits.SLA_POLICIES_MAX} policies")
        return await self._changed(actor.workspace_id, made)

    async def change_policy(self, actor: Actor, policy_id: int, new: PolicyChange) -> Policy:
        require(actor, "workspace")
        values = (actor.workspace_id, policy_id, *self._values(new))
        if await self._write("change_policy", *values) is None:
            raise NotFound("there is no such policy")
        return await self._changed(actor.workspace_id, policy_id)

    async def delete_policy(self, actor: Actor, policy_id: int) -> None:
        """Its clocks end without a word; the record of what they did stays."""
        require(actor, "workspace")
        if await self._db.fetchval(SQL["delete_policy"], actor.workspace_id, policy_id) is None:
            raise NotFound("there is no such policy")
        self._spawn(self._clocks.refresh(actor.workspace_id))

    async def order_policies(self, actor: Actor, policies: list[int]) -> list[Policy]:
        """Raises `Conflict` when somebody has added or removed one meanwhile."""
        require(actor, "workspace")
        present = {one.id for one in await self.list_policies(actor.workspace_id)}
        if present != set(policies) or len(policies) != len(present):
            raise Conflict("the policies are others now")
        await self._db.execute(SQL["order_policies"], actor.workspace_id, policies)
        self._spawn(self._clocks.refresh(actor.workspace_id))
        return await self.list_policies(actor.workspace_id)

    async def list_clocks(self, actor: Actor, conversation_id: UUID) -> list[ClockState]:
        """Of a conversation the actor may see, the latest first."""
        await self._conversations.access_conversation(actor, conversation_id)
        records = await self._db.fetch(SQL["list_states"], actor.workspace_id, conversation_id, limits.PAGE_MAX)
        return [ClockState(*r) for r in records]

    async def count_attained(self, workspace_id: int) -> list[Attainment]:
        """Over the last SLA_DAYS_SHOWN days."""
        now = self._clock.now()
        since = now - timedelta(days=limits.SLA_DAYS_SHOWN)
        return [Attainment(*r) for r in await self._db.fetch(SQL["count_attained"], workspace_id, since, now)]

    async def _changed(self, workspace_id: int, policy_id: int) -> Policy:
        self._spawn(self._clocks.refresh(workspace_id))
        return next(one for one in await self.list_policies(workspace_id) if one.id == policy_id)

    async def _write(self, query: str, *values: Any) -> Any:
        try:
            return await self._db.fetchval(SQL[query], *values)
        except asyncpg.ForeignKeyViolationError as error:
            calendar = "calendar" in str(error)
            field = "calendar" if calendar else "queue"
            raise Invalid(f"there is no such {field}", field=field) from None

    def _values(self, new: PolicyChange) -> tuple[Any, ...]:
        seconds = (new.first_answer_s, new.next_answer_s, new.resolution_s)
        if not any(seconds):
            raise Invalid("a policy sets at least one time", field="first_answer_s")
        label = " ".join(new.label.split())
        return (new.name, new.queue, label, new.priority_min, new.calendar, *seconds, new.enabled)
