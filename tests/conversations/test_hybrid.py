"""Whoever saw the events live and whoever reads afresh must hold the same thread."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from okno.access.types import Actor
from okno.app.wiring import App
from okno.attributes.types import NewAttribute
from okno.conversations import store
from okno.conversations.api import system_of
from okno.conversations.bodies import Carried, Greeted, HistoryCleared, Overdue, Promised, Quote
from okno.conversations.calling import CallbackAsked, CallbackEnded, CallBegan, CallEnded, CallRecorded
from okno.conversations.types import Due, QuoteRef, SendDeletion, SendEdit, SendMessage, SendNote, SendReaction
from okno.feedback.types import NewRating
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.kit.ids import uuid7
from okno.privacy.types import NewSecret
from okno.teamwork.types import NewTask, TaskChange
from tests.conversations.people import guest_of, make_contact, make_operator, open_conversation, read_all
from tests.conversations.replay import Screen, looking
from tests.conversations.vectors import TYPES

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


async def described(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    new = NewAttribute("conversation", f"k{uuid7().hex[-20:]}", "Order", "text")
    key = (await app.attributes.create_attribute(actor, new)).key
    for value in ("A-17", ""):
        await app.desk.set_attribute(actor, conversation, key, value)


async def held(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await app.conversations.hold(actor, conversation, on=True)
    await app.conversations.hold(actor, conversation, on=False)
    await app.conversations.hold(actor, conversation, on=True)


async def joined(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    colleague = await make_operator(app)
    await app.conversations.bring_in(actor, conversation, colleague.operator_id)
    await app.conversations.let_go(actor, conversation, colleague.operator_id)


async def snoozed(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await app.teamwork.snoozes.snooze(actor, conversation, None)


async def woken(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await app.teamwork.snoozes.snooze(actor, conversation, datetime.now(UTC) + timedelta(days=1))
    await app.teamwork.snoozes.wake(actor, conversation)


async def task(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    made = await app.teamwork.tasks.add(actor, NewTask(text="call back", conversation=conversation))
    await app.teamwork.tasks.change(actor, made.id, TaskChange(done=True))
    await app.teamwork.tasks.remove(actor, made.id)


async def secret_asked(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await app.privacy.vault.ask(actor, conversation, NewSecret("card", "for the refund"))


async def secret_given(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    asked = await app.privacy.vault.ask(actor, conversation, NewSecret("code_word"))
    await app.privacy.vault.give(await guest_of(app, contact), asked.id, "swordfish")


async def secret_closed(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await secret_given(app, actor, contact, conversation)
    asked = await app.privacy.vault.ask(actor, conversation, NewSecret("other"))
    await app.privacy.vault.withdraw(actor, conversation, asked.id)


async def history_cleared(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    """Operators are told; what the customer still sees is a test of its own."""
    async with app.database.transaction() as tx:
        values = (app.workspace_id, conversation, ("customer", contact), HistoryCleared(2))
        told = await app.conversations.record_in(tx, *values)
    app.conversations.announce(told)


async def erased(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    async with app.database.transaction() as tx:
        values = (app.workspace_id, conversation, ("operator", actor.operator_id))
        told = await app.conversations.erase_in(tx, *values)
    assert told
    app.conversations.announce(told)


async def overdue(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    late = Overdue("first_answer", datetime(2026, 1, 1, tzinfo=UTC), "Support")
    await app.conversations.record(system_of(app.workspace_id), conversation, late)
    due = Due("next_answer", datetime(2026, 1, 2, tzinfo=UTC), None)
    await app.conversations.show_due(app.workspace_id, {conversation: due})


async def promised(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for told in (Promised(noon, "closed"), Promised(noon + timedelta(hours=1), "queue", noon)):
        await app.conversations.record(system_of(app.workspace_id), conversation, told)


async def rated(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0]
    guest = await app.site.enter(inbox.key, None, identity=None, name="", email="", locale="")
    records = await app.conversations.list_of_contacts(app.workspace_id, [contact])
    guest = guest._replace(contact_id=contact, conversations=records)
    await app.conversations.close(actor, conversation)
    for solved in (None, True):
        await app.feedback.rate(guest, NewRating(conversation, 1, 4, solved))


async def _split_off(app: App, actor: Actor, contact: UUID, conversation: UUID) -> UUID:
    """Two messages and a note that continue in a conversation of their own."""
    await message(app, actor, contact, conversation)
    await note(app, actor, contact, conversation)
    said = [e.seq for e in await read_all(app, conversation) if e.body.__struct_config__.tag in ("message", "note")]
    return (await app.conversations.split(actor, conversation, said[-3:])).id


async def greeted(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await app.conversations.record(system_of(app.workspace_id), conversation, Greeted("Can we help?"))


async def _recorded(app: App, conversation: UUID, body: Any) -> None:
    await app.conversations.record(system_of(app.workspace_id), conversation, body)


async def callback_asked(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await _recorded(app, conversation, CallbackAsked(uuid7(), datetime(2026, 1, 1, tzinfo=UTC)))


async def callback_ended(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await _recorded(app, conversation, CallbackEnded(uuid7(), "failed"))


async def call_began(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await _recorded(app, conversation, CallBegan(uuid7(), "callback", actor.operator_id, "Igor"))


async def call_ended(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await _recorded(app, conversation, CallEnded(uuid7(), "callback", "talked", 192, actor.operator_id, "Igor"))


async def call_recorded(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await _recorded(app, conversation, CallRecorded(uuid7(), 192, kept=True))


async def merged(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    """As the one that goes on, and as the one that continues elsewhere; taken back, and again."""
    other = await _split_off(app, actor, contact, conversation)
    await app.conversations.merge(actor, conversation, other)
    await app.conversations.part(actor, conversation, other)
    await app.conversations.merge(actor, other, conversation)


async def split(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    await _split_off(app, actor, contact, conversation)


async def carried(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    """Emptied with what it repeats; how it comes into a conversation is a test of splitting."""
    said = datetime(2026, 1, 1, tzinfo=UTC)
    for seq in (2, 1):
        body = Carried(Quote(conversation, seq, "hello"), said, "customer", contact, "hello")
        await app.conversations.record(actor, conversation, body)
    await _say(app, conversation, ("customer", contact), SendDeletion(2))


async def hidden(app: App, actor: Actor, contact: UUID, conversation: UUID) -> None:
    """Only a customer's reading has it."""
    await note(app, actor, contact, conversation)


SCENES: dict[str, Scene] = {
    f.__name__: f
    for f in (
        message,
        note,
        reacted,
        edited,
        deleted,
        opened,
        closed,
        assigned,
        labelled,
        described,
        held,
        joined,
        snoozed,
        woken,
        task,
        overdue,
        promised,
        rated,
        greeted,
        *(callback_asked, callback_ended, call_began, call_ended, call_recorded),
        merged,
        split,
        carried,
        hidden,
        *(secret_asked, secret_given, secret_closed, history_cleared, erased),
    )
}


@pytest.mark.parametrize("event_type", TYPES)
async def test_live_and_fresh_are_the_same(app: App, event_type: str) -> None:
    """After a reload the thread would look different from what was on the screen, for one party or the other."""
    actor = await make_operator(app, "owner")
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact)
    await _say(app, conversation, ("customer", contact), SendMessage(text="hello"))
    noted = await _say(app, conversation, ("operator", actor.operator_id), SendNote(text="secret"))
    operator = Screen(await read_all(app, conversation), actor)
    customer = Screen(await read_all(app, conversation, customer=True))
    assert event_type in SCENES, f"the new type {event_type} needs a scene here"
    with looking(app, operator, customer):
        await SCENES[event_type](app, actor, contact, conversation)
        for change in (SendReaction(noted.seq, "👍", on=True), SendEdit(noted.seq, "secret, too")):
            with contextlib.suppress(Conflict):  # an erasure has taken the note already
                await _say(app, conversation, ("operator", actor.operator_id), change)
        with contextlib.suppress(Conflict):
            await _say(app, conversation, ("operator", actor.operator_id), SendDeletion(noted.seq))
    seen = set()
    for screen in (operator, customer):
        fresh = await read_all(app, conversation, customer=screen.customer)
        assert list(screen.events.values()) == fresh
        seen |= {e.body.__struct_config__.tag for e in fresh}
        if screen.customer:
            assert {e.actor_id for e in fresh if e.body.__struct_config__.tag == "hidden"} == {UUID(int=0)}
    assert event_type in seen


@pytest.mark.parametrize("event_type", TYPES)
async def test_the_live_list_is_the_fresh_list(app: App, event_type: str) -> None:
    """The list would show an old line, or one the operator may not see any more, until he reloads."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    inside = await make_operator(app, "operator", frozenset({team}))
    outside = await make_operator(app, "operator")
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact, team)
    await _say(app, conversation, ("customer", contact), SendMessage(text="hello"))
    screens = [Screen(actor=actor) for actor in (owner, inside, outside)]
    with looking(app, *screens):
        await SCENES[event_type](app, owner, contact, conversation)
        fresh = await app.conversations.get_row(owner, conversation)
        for screen in screens[:2]:
            while screen.rows.get(conversation) != fresh:
                screen.stirred.clear()
                await asyncio.wait_for(screen.stirred.wait(), 60)
                fresh = await app.conversations.get_row(owner, conversation)  # its language may just have been told
    assert conversation not in screens[2].rows


async def test_a_row_leaves_the_list_of_who_may_not_see_it_any_more(app: App) -> None:
    """Given to somebody and taken back, a conversation of another team would stay readable."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    guest = await make_operator(app, "operator")
    conversation = await open_conversation(app, await make_contact(app), team)
    screen = Screen(actor=guest)
    with looking(app, screen):
        await app.conversations.assign(owner, conversation, guest.operator_id)
        while conversation not in screen.rows:
            screen.stirred.clear()
            await asyncio.wait_for(screen.stirred.wait(), 60)
        await app.conversations.assign(owner, conversation, None)
        while conversation in screen.rows:  # that it is not his may have been told when it was made, too
            screen.stirred.clear()
            await asyncio.wait_for(screen.stirred.wait(), 60)
    assert conversation in screen.gone


async def test_who_is_brought_in_sees_it_until_he_leaves(app: App) -> None:
    """A colleague who is asked would not find the conversation, or keep reading it for ever."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    guest = await make_operator(app, "operator")
    conversation = await open_conversation(app, await make_contact(app), team)
    screen = Screen(actor=guest)
    before = await app.conversations.count(guest)
    with looking(app, screen):
        await app.conversations.bring_in(owner, conversation, guest.operator_id)
        while conversation not in screen.rows:
            screen.stirred.clear()
            await asyncio.wait_for(screen.stirred.wait(), 60)
        assert conversation in {row.id for row in (await app.conversations.list_rows(guest)).rows}
        assert await app.conversations.count(guest) == replace(before, all=before.all + 1)
        many = [guest, *[await make_operator(app) for _ in range(4)]]
        assert (await app.conversations.count_many(many))[guest.operator_id].all == before.all + 1
        await app.conversations.let_go(owner, conversation, guest.operator_id)
        while conversation not in screen.gone:
            screen.stirred.clear()
            await asyncio.wait_for(screen.stirred.wait(), 60)
    with pytest.raises(NotFound):
        await app.conversations.access_conversation(guest, conversation)


async def test_receipts_live_and_fresh_are_the_same(app: App) -> None:
    """The checks under a message would differ after a reload, or go back."""
    actor = await make_operator(app, "owner")
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact)
    for n in range(6):
        sender = ("customer", contact) if n % 2 else ("operator", actor.operator_id)
        await _say(app, conversation, sender, SendMessage(text=f"m{n}"))
    api, events = app.conversations, await read_all(app, conversation)
    screens = (Screen(events, actor), Screen(events))
    with looking(app, *screens):
        for seq, got in ((3, True), (2, False), (1, True), (99, True), (5, False), (4, False)):
            await api.mark_read_by_customer(app.workspace_id, conversation, seq, got=got)
            for screen in screens:
                assert screen.receipt == await api.read_receipt(app.workspace_id, conversation)
        for seq in (4, 2, 99):
            await api.mark_read(actor, conversation, seq)
            for screen in screens:
                assert screen.receipt == await api.read_receipt(app.workspace_id, conversation)
    last = events[-1].seq
    assert screens[0].receipt
    assert screens[0].receipt.customer_got_seq == screens[0].receipt.operator_read_seq == last


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
