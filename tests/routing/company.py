"""A company of its own with queues, operators at their desks and customers who write."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from okno.access.types import PERMISSIONS, Actor, NewOperator, Role
from okno.app.wiring import App
from okno.conversations.types import SendMessage
from okno.kit.ids import uuid7
from okno.routing.types import QueueChange, SeatChange


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 30.0) -> Any:
    """What the condition gives once it is true."""
    end = asyncio.get_running_loop().time() + seconds
    while not (found := await condition()):
        assert asyncio.get_running_loop().time() < end, "it did not come true"
        await asyncio.sleep(0.02)
    return found


class Company:
    def __init__(self, app: App, workspace_id: int) -> None:
        self.app, self.workspace_id = app, workspace_id
        self.inbox_id = 0
        self.owner: Actor

    @classmethod
    async def found(cls, app: App, mode: str = "automatic", **queue: Any) -> "Company":
        sql = "INSERT INTO workspace (name, locale, created_at) VALUES ($1, 'en', now()) RETURNING id"
        self = cls(app, await app.database.fetchval(sql, f"company {uuid7()}"))
        self.inbox_id = (await app.visits.create_inbox(self.workspace_id, "Site")).id
        self.owner = await self.operator("owner", here=False)
        default = (await app.routing.list_queues(self.workspace_id))[0]
        self.queue_id = default.id
        await app.routing.change_queue(self.owner, default.id, QueueChange(mode=mode, **queue))
        return self

    async def operator(
        self, role: Role = "operator", *, here: bool = True, teams: tuple[int, ...] = (), **seat: Any
    ) -> Actor:
        new = NewOperator(f"{uuid7()}@example.com", f"Igor {uuid7().hex[-4:]}", role, list(teams))
        made, _ = await self.app.access.create_operator(self.workspace_id, new)
        actor = Actor(self.workspace_id, made.id, made.name, role, PERMISSIONS[role], frozenset(teams))
        if seat:
            await self.app.routing.change_seat(self.owner, made.id, SeatChange(**seat))
        if here:
            await self.sit_down(actor)
        return actor

    async def sit_down(self, actor: Actor) -> None:
        self.app.routing.desks.came(self.workspace_id, actor.operator_id)

        async def here() -> bool:
            return (await self.app.routing.get_seat(self.workspace_id, actor.operator_id)).here

        await until(here)

    async def stand_up(self, actor: Actor) -> None:
        """His console is gone, and the time one waits for it is over."""
        self.app.routing.desks.went(self.workspace_id, actor.operator_id)
        await self.app.database.execute(
            "UPDATE operator_state SET connected_until = now() WHERE operator_id = $1", actor.operator_id
        )
        self.app.routing.router.stir(self.workspace_id)

    async def customer(self) -> UUID:
        contact = uuid7()
        sql = "INSERT INTO contact (workspace_id, id, name, created_at) VALUES ($1, $2, 'Anna', now())"
        await self.app.database.execute(sql, self.workspace_id, contact)
        return contact

    async def write(self, contact: UUID | None = None, text: str = "hello", team: int = 0) -> UUID:
        """A customer's message; the conversation."""
        contact = contact or await self.customer()
        conversation = await self.app.conversations.open_for_contact(
            self.workspace_id, contact, inbox_id=self.inbox_id, channel="site", team_id=team
        )
        await self.say(conversation, ("customer", contact), text)
        return conversation

    async def say(self, conversation: UUID, sender: Any, text: str = "hello") -> None:
        sent = SendMessage(text=text)
        await self.app.conversations.send(self.workspace_id, conversation, sender, uuid7(), sent, rights="own")

    async def answer(self, actor: Actor, conversation: UUID) -> None:
        await self.say(conversation, ("operator", actor.operator_id), "at once")

    async def row(self, conversation: UUID) -> Any:
        return await self.app.conversations.get_row(self.owner, conversation)

    async def holder(self, conversation: UUID, not_: UUID | None = None) -> UUID:
        """Who has it, as soon as somebody has (another one than `not_`)."""

        async def held() -> UUID | None:
            assignee = (await self.row(conversation)).assignee
            return assignee if assignee != not_ else None

        return await until(held)

    async def whereabouts(self, conversation: UUID) -> Any:
        return await self.app.routing.get_whereabouts(self.owner, conversation)

    async def place(self, conversation: UUID) -> Any:
        async def place() -> Any:
            return (await self.whereabouts(conversation)).place

        return await until(place)

    async def offer(self, actor: Actor) -> Any:
        """What he is asked to take, as soon as he is."""

        async def offered() -> Any:
            return next(iter((await self.app.routing.desks.get_desk(actor)).offers), None)

        return await until(offered)

    async def load(self, actor: Actor) -> int:
        return (await self.app.routing.desks.get_desk(actor)).load_percent

    async def facts(self, sql: str, *arguments: Any) -> list[Any]:
        return [tuple(r) for r in await self.app.database.fetch(sql, *arguments)]
