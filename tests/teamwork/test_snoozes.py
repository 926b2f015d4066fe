"""A conversation that is laid aside comes back: by its time, by the customer, by hand, and after a restart."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.conversations.bodies import Woken
from okno.conversations.types import SendMessage
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.kit.ids import uuid7
from okno.teamwork.events import SNOOZE_ENDED, SnoozeEnded
from okno.teamwork.timers import Timers
from tests.conversations.people import make_contact, make_operator, open_conversation, read_all


def later(**by: float) -> datetime:
    return datetime.now(UTC) + timedelta(**by)


async def say(app: App, conversation: UUID, sender: tuple[Any, UUID], text: str = "hello") -> None:
    await app.conversations.send(app.workspace_id, conversation, sender, uuid7(), SendMessage(text=text), rights="own")


async def back(app: App, actor: Actor, conversation: UUID) -> str:
    """Wait until it is in the lists again; what brought it back."""
    async with asyncio.timeout(60):
        while (await app.conversations.get_row(actor, conversation)).snoozed:
            await asyncio.sleep(0.02)
    (woken,) = [e.body for e in await read_all(app, conversation) if isinstance(e.body, Woken)][-1:]
    return woken.cause


async def listed(app: App, actor: Actor, tab: Any) -> set[UUID]:
    """Over all pages: other tests leave conversations, too."""
    found: set[UUID] = set()
    page = await app.conversations.list_rows(actor, tab=tab, limit=100)
    found |= {row.id for row in page.rows}
    while page.next:
        page = await app.conversations.list_rows(actor, tab=tab, limit=100, cursor=page.next)
        found |= {row.id for row in page.rows}
    return found


async def news_of(app: App, conversation: UUID) -> list[SnoozeEnded]:
    rows = await app.database.fetch("SELECT payload FROM outbox WHERE topic = $1", SNOOZE_ENDED)
    ours = [r["payload"] for r in rows if str(conversation) in r["payload"]]
    news = [msgspec.json.decode(payload, type=SnoozeEnded) for payload in ours]
    return [one for one in news if one.conversation == conversation]


@pytest.mark.parametrize("role", ["owner", "operator"])
async def test_it_leaves_every_list_and_is_in_its_own(app: App, role: Any) -> None:
    """What was put off would still stand in the way, or would be found nowhere."""
    actor = await make_operator(app, role)
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact)
    await say(app, conversation, ("customer", contact))
    before = await app.conversations.count(actor)
    await app.teamwork.snoozes.snooze(actor, conversation, later(days=1))
    assert conversation not in await listed(app, actor, "all") | await listed(app, actor, "waiting")
    assert conversation in await listed(app, actor, "snoozed")
    after = await app.conversations.count(actor)
    assert (after.waiting, after.all, after.snoozed) == (before.waiting - 1, before.all - 1, before.snoozed + 1)
    many = await app.conversations.count_many([actor] + [await make_operator(app) for _ in range(5)])
    assert many[actor.operator_id] == after
    row = await app.teamwork.snoozes.wake(actor, conversation)
    assert not row.snoozed
    assert await app.conversations.count(actor) == before
    assert conversation in await listed(app, actor, "waiting")


async def test_its_time_brings_it_back_and_the_operator_is_told(app: App) -> None:
    """An operator who relied on being reminded would forget the customer."""
    actor = await make_operator(app)
    conversation = await open_conversation(app, await make_contact(app))
    await app.conversations.assign(actor, conversation, actor.operator_id)
    await app.teamwork.snoozes.snooze(actor, conversation, later(milliseconds=300))
    assert await back(app, actor, conversation) == "time"
    assert conversation in await listed(app, actor, "mine")
    (news,) = await news_of(app, conversation)
    assert (news.operator, news.cause) == (actor.operator_id, "time")


async def test_the_customer_brings_it_back_whatever_its_time(app: App) -> None:
    """A customer would write into the dark until tomorrow."""
    actor = await make_operator(app)
    for until in (None, later(days=3)):
        contact = await make_contact(app)
        conversation = await open_conversation(app, contact)
        await say(app, conversation, ("customer", contact))
        await app.teamwork.snoozes.snooze(actor, conversation, until)
        await say(app, conversation, ("operator", actor.operator_id), "we shall see")
        assert (await app.conversations.get_row(actor, conversation)).snoozed
        await say(app, conversation, ("customer", contact), "and now?")
        assert await back(app, actor, conversation) == "customer"
        assert [one.operator for one in await news_of(app, conversation)] == [actor.operator_id]


async def test_it_comes_back_after_a_restart(app: App) -> None:
    """A timer in memory would be lost with the process that held it."""
    actor = await make_operator(app)
    conversation = await open_conversation(app, await make_contact(app))
    await app.teamwork.snoozes.snooze(actor, conversation, later(days=1))
    await app.database.execute("UPDATE snooze SET until_at = now() WHERE conversation_id = $1", conversation)
    successor = asyncio.create_task(Timers(app.clock, [app.teamwork.snoozes]).run())
    try:
        assert await back(app, actor, conversation) == "time"
    finally:
        successor.cancel()


async def test_put_off_once_more_and_closed(app: App) -> None:
    """The first time would ring although it was moved, or a closed conversation would come back."""
    actor = await make_operator(app)
    conversation = await open_conversation(app, await make_contact(app))
    await app.teamwork.snoozes.snooze(actor, conversation, later(hours=1))
    await app.teamwork.snoozes.snooze(actor, conversation, later(days=2))
    await app.teamwork.snoozes.fire(later(hours=3))
    assert (await app.conversations.get_row(actor, conversation)).snoozed
    row = await app.conversations.close(actor, conversation)
    assert not row.snoozed
    await app.teamwork.snoozes.fire(later(days=3))
    assert not [e for e in await read_all(app, conversation) if isinstance(e.body, Woken)]
    with pytest.raises(Conflict):
        await app.teamwork.snoozes.snooze(actor, conversation, None)


async def test_what_is_refused(app: App) -> None:
    """A conversation would vanish for years, or somebody else's would."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    conversation = await open_conversation(app, await make_contact(app), team)
    for until in (later(seconds=-1), later(days=400)):
        with pytest.raises(Invalid):
            await app.teamwork.snoozes.snooze(owner, conversation, until)
    outside = await make_operator(app)
    with pytest.raises(NotFound):
        await app.teamwork.snoozes.snooze(outside, conversation, None)
    with pytest.raises(NotFound):
        await app.teamwork.snoozes.wake(outside, conversation)
