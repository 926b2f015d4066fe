"""Whoever saw the events live and whoever reads afresh must hold the same thread."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.conversations import store
from okno.conversations.types import (
    Body,
    QuoteRef,
    SendDeletion,
    SendEdit,
    SendMessage,
    SendNote,
    SendReaction,
)
from okno.kit.errors import Invalid
from okno.kit.ids import uuid7
from tests.conversations.people import make_contact, make_operator, open_conversation, read_all
from tests.conversations.replay import Witness, told_to

TYPES = [t.__struct_config__.tag for t in Body.__args__]
Scene = Callable[[App, Actor, UUID, UUID], Awaitable[Any]]


async def _say(app: App, conversation: UUID, sender: Any, what: Any) -> Any:
    return await app.conversations.send(app.workspace_id, conversation, sender, uuid7(), what, rights="own")


async def message(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await _say(app, conversation, ("customer", contact), SendMessage(text="one more"))


async def note(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await _say(app, conversation, ("operator", actor.operator_id), SendNote(text="between us"))


async def reacted(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    for emoji, on in (("👍", True), ("❤️", True), ("👍", False)):
        await _say(app, conversation, ("operator", actor.operator_id), SendReaction(2, emoji, on))


async def edited(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await _say(app, conversation, ("customer", contact), SendEdit(2, "said better"))


async def deleted(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await reacted(app, actor, contact, conversation)
    await _say(app, conversation, ("customer", contact), SendDeletion(2))


async def opened(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await app.conversations.close(actor, conversation)
    await app.conversations.reopen(actor, conversation)


async def closed(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await app.conversations.close(actor, conversation)


async def assigned(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await app.conversations.assign(actor, conversation, actor.operator_id)
    await app.conversations.assign(actor, conversation, None)


async def labelled(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await app.conversations.set_labels(actor, conversation, ["vip", "return"])
    await app.conversations.set_labels(actor, conversation, ["return"])


async def hidden(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    """Only a customer's reading has it."""
    await note(app, actor, contact, conversation)


SCENES: dict[str, Scene] = {
    f.__name__: f for f in (message, note, reacted, edited, deleted, opened, closed, assigned, labelled, hidden)
}


@pytest.mark.parametrize("event_type", TYPES)
async def test_live_and_fresh_are_the_same(app: App, event_type: str) -> None:
    """After a reload the thread would look different from what was on the screen."""
    actor = await make_operator(app, "owner")
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact)
    await _say(app, conversation, ("customer", contact), SendMessage(text="hello"))
    witness = Witness(await read_all(app, conversation))
    assert event_type in SCENES, f"the new type {event_type} needs a scene here"
    with told_to(app, witness):
        await SCENES[event_type](app, actor, contact, conversation)
    fresh = await read_all(app, conversation)
    seen = {e.body.__struct_config__.tag for e in fresh}
    assert event_type in seen or event_type == "hidden"
    assert [witness.events[e.seq] for e in fresh] == fresh
    assert len(witness.events) == len(fresh)


async def test_a_customer_sees_places_instead_of_what_is_not_for_him(app: App) -> None:
    """A note, or a change of one, would be in the customer's browser."""
    actor = await make_operator(app, "owner")
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact)
    noted = await _say(app, conversation, ("operator", actor.operator_id), SendNote(text="secret word"))
    await _say(app, conversation, ("operator", actor.operator_id), SendEdit(noted.seq, "secret phrase"))
    await _say(app, conversation, ("operator", actor.operator_id), SendReaction(noted.seq, "👍", on=True))
    await app.conversations.set_labels(actor, conversation, ["secret label"])
    events, _, _ = await app.conversations.list_events(app.workspace_id, conversation, customer=True)
    assert [e.seq for e in events] == [1, 2, 3, 4, 5]
    assert [store.event_of(e).body.__struct_config__.tag for e in events] == ["opened", *["hidden"] * 4]
    assert b"secret" not in msgspec.json.encode(events)
    assert {(e.actor, e.actor_id, e.actor_name) for e in events[1:]} == {("system", UUID(int=0), "")}


async def test_an_operator_quotes_only_what_he_may_see(app: App) -> None:
    """By quoting number after number he would read a conversation of another team."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    outside = await make_operator(app, "operator")
    contact = await make_contact(app)
    closed_one = await open_conversation(app, contact, team)
    await _say(app, closed_one, ("customer", contact), SendMessage(text="only for the team"))
    await app.conversations.close(owner, closed_one)
    await app.database.execute(
        "UPDATE conversation SET closed_at = closed_at - interval '1000 days' WHERE id = $1", closed_one
    )
    here = await open_conversation(app, contact)

    async def quote(actor: Actor, seq: int, what: type[SendMessage | SendNote]) -> Any:
        sent = what(text="as you said", quote=QuoteRef(closed_one, seq))
        values = (app.workspace_id, here, ("operator", actor.operator_id), uuid7(), sent)
        return await app.conversations.send(*values, rights="own", reader=actor)

    for what in (SendMessage, SendNote):
        with pytest.raises(Invalid) as foreign:
            await quote(outside, 2, what)
        with pytest.raises(Invalid) as missing:
            await quote(outside, 99, what)
        assert foreign.value.problem() == missing.value.problem()
    assert await quote(owner, 2, SendMessage)
    assert len([e for e in await read_all(app, here) if "only for the team" in str(e)]) == 1
