"""Actors and conversations for tests inside the process."""

import asyncio
from typing import Any
from uuid import UUID

from okno.access.types import PERMISSIONS, Actor, NewOperator, Role
from okno.app.wiring import App
from okno.bus.api import lag_s
from okno.channels.site.api import Guest
from okno.kit.ids import uuid7


async def make_operator(app: App, role: Role = "operator", teams: frozenset[int] = frozenset()) -> Actor:
    new = NewOperator(f"{uuid7()}@example.com", "Igor", role, sorted(teams))
    operator, _ = await app.access.create_operator(app.workspace_id, new)
    return Actor(app.workspace_id, operator.id, operator.name, role, PERMISSIONS[role], teams)


async def make_contact(app: App) -> UUID:
    contact = uuid7()
    await app.database.execute(
        "INSERT INTO contact (workspace_id, id, created_at) VALUES ($1, $2, now())", app.workspace_id, contact
    )
    return contact


async def guest_of(app: App, contact: UUID) -> Guest:
    """The contact's browser, as it is let in."""
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0]
    records = await app.site.list_conversations(app.workspace_id, contact)
    return Guest(app.workspace_id, inbox, uuid7(), contact, "", False, "", records)


async def open_conversation(app: App, contact: UUID, team: int = 0) -> UUID:
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0]
    return await app.conversations.open_for_contact(
        app.workspace_id, contact, inbox_id=inbox.id, channel="site", team_id=team
    )


async def read_all(app: App, conversation: UUID, *, customer: bool = False) -> list[Any]:
    """Every event, typed, as a fresh reader gets it."""
    events, after = [], 0
    while True:
        page = await app.conversations.page_events(
            app.workspace_id, conversation, after=after, limit=100, customer=customer
        )
        events += page.events
        if not page.more_after:
            return events
        after = events[-1].seq


async def settle(app: App, handler: str) -> None:
    """Until a handler has done everything there is; rows behind a transaction that still runs are waited for."""
    while await lag_s(app.database, app.clock, handler, {"timeline"}):
        if not await app.bus.step(handler):
            await asyncio.sleep(0.01)
