"""A deleted message leaves its text nowhere: not in earlier edits, not in quotes, not on a screen that is open."""

import asyncio
from typing import Any
from uuid import UUID

from okno.app.wiring import App
from okno.conversations.types import Event, QuoteRef, SendDeletion, SendEdit, SendMessage, SendNote
from okno.kit.ids import uuid7
from tests.conversations.people import make_contact, make_operator, open_conversation, read_all
from tests.conversations.replay import Screen, looking


async def say(app: App, conversation: UUID, sender: Any, what: Any) -> int:
    return (await app.conversations.send(app.workspace_id, conversation, sender, uuid7(), what, rights="own")).seq


async def stored_texts(app: App, contact: UUID) -> str:
    rows = await app.database.fetch(
        "SELECT e.body, c.preview FROM event e JOIN conversation c ON c.id = e.conversation_id"
        " AND c.workspace_id = e.workspace_id WHERE c.workspace_id = $1 AND c.contact_id = $2",
        *(app.workspace_id, contact),
    )
    return "\n".join(f"{r['body']} {r['preview']}" for r in rows)


def quote_of(event: Event) -> Any:
    return event.body.quote


async def test_deletion_erases_every_copy(app: App) -> None:
    """A card number sent by mistake would stay readable in a quote, in an edit, in another conversation."""
    owner = await make_operator(app, "owner")
    contact = await make_contact(app)
    customer, operator = ("customer", contact), ("operator", owner.operator_id)
    old = await open_conversation(app, contact)
    target = await say(app, old, customer, SendMessage(text="card 4111 first"))
    await say(app, old, customer, SendEdit(target, "card 4111 again"))
    ref = QuoteRef(old, target)
    quoted = await say(app, old, operator, SendMessage(text='about "quote":{"seq":2}', quote=ref))
    noted = await say(app, old, operator, SendNote(text="look", quote=ref))
    other = await say(app, old, customer, SendMessage(text="harmless"))
    kept = await say(app, old, operator, SendMessage(text="yes", quote=QuoteRef(old, other)))
    await app.conversations.close(owner, old)
    await app.database.execute(
        "UPDATE conversation SET closed_at = closed_at - interval '1000 days' WHERE id = $1", old
    )
    new = await open_conversation(app, contact)
    assert new != old
    across = await say(app, new, customer, SendMessage(text="as I said", quote=ref))
    here, there = Screen(await read_all(app, old), owner), Screen(await read_all(app, new, customer=True))
    with looking(app, here, there):
        await say(app, old, customer, SendDeletion(target))
    texts = await stored_texts(app, contact)
    assert "4111" not in texts
    events = {e.seq: e for e in await read_all(app, old)}
    for seq in (quoted, noted):
        assert (quote_of(events[seq]).seq, quote_of(events[seq]).excerpt) == (target, "")
    assert quote_of(events[kept]).excerpt == "harmless"
    fresh = await read_all(app, new)
    assert quote_of(fresh[across - 1]).excerpt == ""
    assert list(here.events.values()) == list(events.values())
    assert list(there.events.values()) == fresh


async def test_a_screen_with_only_the_quote_is_told(app: App) -> None:
    """A colleague who has just the newer conversation open would go on reading the erased text."""
    owner = await make_operator(app, "owner")
    contact = await make_contact(app)
    old = await open_conversation(app, contact)
    target = await say(app, old, ("customer", contact), SendMessage(text="secret"))
    await app.conversations.close(owner, old)
    await app.database.execute(
        "UPDATE conversation SET closed_at = closed_at - interval '1000 days' WHERE id = $1", old
    )
    new = await open_conversation(app, contact)
    await say(app, new, ("customer", contact), SendMessage(text="as I said", quote=QuoteRef(old, target)))
    customer, colleague = Screen(await read_all(app, new, customer=True)), Screen(await read_all(app, new), owner)
    with looking(app, customer, colleague):
        await say(app, old, ("customer", contact), SendDeletion(target))
    for screen in (customer, colleague):
        assert list(screen.events.values()) == await read_all(app, new)
        assert "secret" not in str(screen.events)


async def test_a_quote_never_outruns_the_deletion(app: App) -> None:
    """A quote written while the message is being deleted would keep the text for good."""
    contact = await make_contact(app)
    customer = ("customer", contact)
    conversation = await open_conversation(app, contact)
    for n in range(12):
        target = await say(app, conversation, customer, SendMessage(text=f"secret {n}"))
        ref = QuoteRef(conversation, target)
        await asyncio.gather(
            *(say(app, conversation, customer, SendMessage(text="q", quote=ref)) for _ in range(4)),
            say(app, conversation, customer, SendDeletion(target)),
            *(say(app, conversation, customer, SendMessage(text="q", quote=ref)) for _ in range(4)),
        )
        assert "secret" not in await stored_texts(app, contact)


async def test_deletions_edits_and_quotes_across_conversations_do_not_block_each_other(app: App) -> None:
    """Two people taking back messages at once would wait for each other until one is refused."""
    owner = await make_operator(app, "owner")
    contact = await make_contact(app)
    customer = ("customer", contact)
    old = await open_conversation(app, contact)
    first = [await say(app, old, customer, SendMessage(text=f"old {n}")) for n in range(6)]
    await app.conversations.close(owner, old)
    await app.database.execute(
        "UPDATE conversation SET closed_at = closed_at - interval '1000 days' WHERE id = $1", old
    )
    new = await open_conversation(app, contact)
    second = [
        await say(app, new, customer, SendMessage(text=f"new {n}", quote=QuoteRef(old, first[n]))) for n in range(6)
    ]
    await asyncio.gather(
        *(say(app, old, customer, SendDeletion(seq)) for seq in first),
        *(say(app, new, customer, SendEdit(seq, "changed")) for seq in second),
        *(say(app, old, customer, SendMessage(text="back", quote=QuoteRef(new, seq))) for seq in second),
    )
    texts = await stored_texts(app, contact)
    assert "old " not in texts
    assert texts.count('"text":"changed"') == 12  # the messages and their edits
