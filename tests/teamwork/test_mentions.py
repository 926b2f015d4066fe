"""Colleagues and teams named in notes: told once, and let in as far as they are named."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.conversations.bodies import Note
from okno.conversations.types import SendNote
from okno.kit.errors import NotFound
from okno.kit.ids import uuid7
from okno.teamwork.events import MENTION, Mention
from tests.conversations.people import make_contact, make_operator, open_conversation, read_all


async def note(app: App, actor: Actor, conversation: UUID, what: SendNote, identity: UUID | None = None) -> Any:
    sender = ("operator", actor.operator_id)
    return await app.conversations.send(
        app.workspace_id, conversation, sender, identity or uuid7(), what, rights="own", reader=actor
    )


async def told(app: App, conversation: UUID, people: set[UUID]) -> list[Mention]:
    """Wait until exactly these have been told; each once."""
    async with asyncio.timeout(60):
        while True:
            rows = await app.database.fetch("SELECT payload FROM outbox WHERE topic = $1", MENTION)
            ours = [r["payload"] for r in rows if str(conversation) in r["payload"]]
            mine = [msgspec.json.decode(payload, type=Mention) for payload in ours]
            assert {one.operator for one in mine} <= people
            if sorted(one.operator for one in mine) == sorted(people):
                return mine
            await asyncio.sleep(0.05)


async def test_who_is_named_is_told_and_sees_the_conversation(app: App) -> None:
    """A colleague would be called to a conversation that answers "not found", or would never hear of it."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    named, bystander = await make_operator(app), await make_operator(app)
    conversation = await open_conversation(app, await make_contact(app), team)
    identity = uuid7()
    what = SendNote(text="@Igor, look here", mentions=[named.operator_id, uuid7()])
    sent = await note(app, owner, conversation, what, identity)
    await note(app, owner, conversation, what, identity)  # sent again after a cut
    (news,) = await told(app, conversation, {named.operator_id})
    assert (news.seq, news.by) == (sent.seq, owner.name)
    assert (await app.conversations.get_row(named, conversation)).id == conversation
    with pytest.raises(NotFound):
        await app.conversations.get_row(bystander, conversation)
    (kept,) = [e.body for e in await read_all(app, conversation) if isinstance(e.body, Note)]
    assert kept.mentions == [named.operator_id], "who does not work here is not kept"


async def test_a_team_is_named_as_a_whole_and_handling_it_again_tells_nobody_twice(app: App) -> None:
    """One of the team would not be told; or everybody would be told again after a restart."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    members = [await make_operator(app, "operator", frozenset({team})) for _ in range(2)]
    conversation = await open_conversation(app, await make_contact(app))
    await note(app, members[0], conversation, SendNote(text="@team", teams=[team]))
    await told(app, conversation, {members[1].operator_id})
    sql = "SELECT payload FROM outbox WHERE topic = 'note.mentions' ORDER BY id DESC LIMIT 1"
    await app.teamwork.mentions.on_note(await app.database.fetchval(sql))
    await told(app, conversation, {members[1].operator_id})
    assert (await app.conversations.get_row(owner, conversation)).participants == []
