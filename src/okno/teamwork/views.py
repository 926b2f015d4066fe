"""Lists under a name: what they show is the reader's own scope, whoever made them."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UnsetType

from okno.access.api import require
from okno.access.types import Actor
from okno.conversations.api import Conversations
from okno.db.pool import Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotAllowed, NotFound
from okno.kit.ids import uuid7
from okno.kit.wire import encode
from okno.teamwork import rules
from okno.teamwork.snoozes import SQL
from okno.teamwork.types import NewView, View, ViewChange, ViewFilter

parse_filter = msgspec.json.Decoder(ViewFilter).decode


class Views:
    """A person's own, and those everybody has."""

    def __init__(self, database: Database, conversations: Conversations, clock: Clock) -> None:
        self._db = database
        self._conversations = conversations
        self._clock = clock

    async def list_of(self, actor: Actor) -> list[View]:
        """One's own and the shared ones by name, each with its count."""
        limit = limits.VIEWS_MAX * 2
        records = await self._db.fetch(SQL["list_views"], actor.workspace_id, actor.operator_id, limit)
        return [await self._view(actor, r) for r in records]

    async def _view(self, actor: Actor, r: Any) -> View:
        shown = parse_filter(r["filter"].encode())
        tab, where = rules.plan_list(shown, actor.operator_id)
        count = await self._conversations.count_rows(actor, tab, shown.status, where, limits.VIEW_COUNT_MAX)
        return View(r["id"], r["name"], r["operator_id"] is not None, shown, count)

    async def add(self, actor: Actor, new: NewView) -> View:
        if actor.api_key_id:
            raise NotAllowed("an API key has no views")
        if new.shared:
            require(actor, "workspace")
        owner = None if new.shared else actor.operator_id
        if await self._db.fetchval(SQL["count_views"], actor.workspace_id, owner) >= limits.VIEWS_MAX:
            raise Conflict(f"there are {limits.VIEWS_MAX} views already: delete one first")
        view_id = uuid7()
        values = (new.name, encode(new.filter).decode(), self._clock.now())
        await self._db.execute(SQL["insert_view"], actor.workspace_id, view_id, owner, *values)
        return await self._get(actor, view_id)

    async def change(self, actor: Actor, view_id: UUID, change: ViewChange) -> View:
        await self._owned(actor, view_id)
        name = None if isinstance(change.name, UnsetType) else change.name
        shown = None if isinstance(change.filter, UnsetType) else encode(change.filter).decode()
        await self._db.execute(SQL["change_view"], actor.workspace_id, view_id, name, shown)
        return await self._get(actor, view_id)

    async def remove(self, actor: Actor, view_id: UUID) -> None:
        await self._owned(actor, view_id)
        await self._db.execute(SQL["delete_view"], actor.workspace_id, view_id)

    async def _owned(self, actor: Actor, view_id: UUID) -> None:
        r = await self._find(actor, view_id)
        if r["operator_id"] is None:
            require(actor, "workspace")

    async def _find(self, actor: Actor, view_id: UUID) -> Any:
        r = await self._db.fetchrow(SQL["find_view"], actor.workspace_id, view_id)
        if r is None or r["operator_id"] not in (None, actor.operator_id):
            raise NotFound("there is no such view")
        return r

    async def _get(self, actor: Actor, view_id: UUID) -> View:
        return await self._view(actor, await self._find(actor, view_id))
