"""Conversations of one customer joined and parted: nobody loses sight of a message, and every figure stays true."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.contacts.types import NewMerge as NewPerson
from okno.conversations.bodies import Body, Carried, Merged, Split
from okno.conversations.types import SendDeletion, SendMessage, SendNote
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.kit.ids import uuid7
from tests.conversations.people import make_contact, make_operator, open_conversation, read_all, settle


async def say(app: App, conversation: UUID, sender: Any, text: str, *, note: bool = False) -> int:
    what = SendNote(text=text) if note else SendMessage(text=text)
    ack = await app.conversations.send(app.workspace_id, conversation, sender, uuid7(), what, rights="own")
    return ack.seq


class Scene:
    """One customer with his own conversation, who has asked two things; the owner sees all of it."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def begin(self) -> "Scene":
        self.owner = await make_operator(self.app, "owner")
        self.contact = await make_contact(self.app)
        self.main = await open_conversation(self.app, self.contact)
        self.customer = ("customer", self.contact)
        self.ours = ("operator", self.owner.operator_id)
        self.first = await say(self.app, self.main, self.customer, "where is my parcel?")
        self.second = await say(self.app, self.main, self.customer, "and the refund?")
        return self

    async def split(self, *seqs: int, actor: Actor | None = None) -> UUID:
        return (await self.app.conversations.split(actor or self.owner, self.main, seqs)).id

    async def row(self, conversation: UUID) -> Any:
        return await self.app.conversations.get_row(self.owner, conversation)

    async def bodies(self, conversation: UUID, sort: type[Body]) -> list[Any]:
        return [e.body for e in await read_all(self.app, conversation) if isinstance(e.body, sort)]


@pytest.fixture
async def scene(app: App) -> Scene:
    return await Scene(app).begin()


async def test_what_is_split_off_is_a_conversation_of_its_own(scene: Scene) -> None:
    """The second question would be answered by nobody, or by somebody who cannot."""
    other = await scene.split(scene.second)
    row, main = await scene.row(other), await scene.row(scene.main)
    assert (row.status, row.assignee, row.contact, row.preview) == (
        *("open", scene.owner.operator_id, scene.contact),
        "and the refund?",
    )
    carried = (await scene.bodies(other, Carried))[0]
    assert (carried.text, carried.quote.conversation, carried.quote.seq) == (
        "and the refund?",
        scene.main,
        scene.second,
    )
    assert (carried.by, carried.by_id) == ("customer", scene.contact)
    here, there = (await scene.bodies(scene.main, Split))[0], (await scene.bodies(other, Split))[0]
    assert (here.off, here.conversation, here.seqs) == (True, other, [scene.second])
    assert (there.off, there.conversation, there.excerpt) == (False, scene.main, "and the refund?")
    assert main.status == "open"


async def test_who_waits_after_a_split_waits_where_he_asked(scene: Scene) -> None:
    """Clocks would run for what is not asked here, and none for what is asked there."""
    asked = {e.seq: e.at for e in await read_all(scene.app, scene.main)}
    other = await scene.split(scene.second)
    assert (await scene.row(scene.main)).waiting_since == asked[scene.first]
    assert (await scene.row(other)).waiting_since == asked[scene.second]
    third = await scene.split(scene.first)
    assert (await scene.row(scene.main)).waiting_since is None
    assert (await scene.row(third)).waiting_since == asked[scene.first]


async def test_an_answered_message_that_is_split_off_waits_for_nobody(scene: Scene) -> None:
    """A conversation that was only put in order would stand in the queue as unanswered."""
    await say(scene.app, scene.main, scene.ours, "both are on their way")
    other = await scene.split(scene.first)
    assert (await scene.row(other)).waiting_since is None
    assert (await scene.row(scene.main)).waiting_since is None


async def test_only_messages_that_are_here_are_split_off(scene: Scene) -> None:
    """A message could be made to appear twice, or one of another customer be read by its number."""
    with pytest.raises(Invalid):
        await scene.split(1)  # the opening
    with pytest.raises(Invalid):
        await scene.split(99)
    await scene.split(scene.first)
    with pytest.raises(Conflict):
        await scene.split(scene.first)
    values = (scene.app.workspace_id, scene.main, scene.customer, uuid7(), SendDeletion(scene.second))
    await scene.app.conversations.send(*values, rights="own")
    with pytest.raises(Conflict):
        await scene.split(scene.second)


async def test_a_deleted_message_is_gone_where_it_was_carried_to(scene: Scene) -> None:
    """What the customer took back would still be read by the other team."""
    other = await scene.split(scene.second)
    values = (scene.app.workspace_id, scene.main, scene.customer, uuid7(), SendDeletion(scene.second))
    await scene.app.conversations.send(*values, rights="own")
    carried = (await scene.bodies(other, Carried))[0]
    assert (carried.text, carried.attachments, carried.quote.excerpt) == ("", [], "")


async def test_the_customer_goes_on_in_his_own_conversation(scene: Scene) -> None:
    """His next message would open a third conversation, or land where nobody expects it."""
    other = await scene.split(scene.second)
    assert await open_conversation(scene.app, scene.contact) == scene.main
    await scene.app.conversations.close(scene.owner, scene.main)
    assert await open_conversation(scene.app, scene.contact) == other
    await scene.app.conversations.reopen(scene.owner, scene.main)
    assert await open_conversation(scene.app, scene.contact) == scene.main


async def test_a_merged_one_continues_in_the_other(scene: Scene) -> None:
    """Two rows would stand in the lists for one matter, with one of them forgotten."""
    other = await scene.split(scene.second)
    row = await scene.app.conversations.merge(scene.owner, scene.main, other)
    gone = await scene.row(other)
    assert row.merged == [other]
    assert (gone.status, gone.merged_into, gone.waiting_since, gone.unread) == ("closed", scene.main, None, 0)
    assert [b.on for b in await scene.bodies(other, Merged)] == [True]
    for status in ("open", "closed"):
        page = await scene.app.conversations.list_rows(scene.owner, status=status, limit=100)
        assert other not in {r.id for r in page.rows}
    page = await scene.app.conversations.list_rows(scene.owner, status="closed", contact=scene.contact)
    assert other in {r.id for r in page.rows}


async def test_a_merge_taken_back_leaves_everything_as_it_was(scene: Scene) -> None:
    """A slip of the hand would cost somebody his conversation, or the customer his place in the queue."""
    other = await scene.split(scene.second)
    before = {i: await scene.row(i) for i in (scene.main, other)}
    await scene.app.conversations.merge(scene.owner, scene.main, other)
    assert (await scene.row(scene.main)).waiting_since == before[scene.main].waiting_since
    await scene.app.conversations.part(scene.owner, scene.main, other)
    for i, was in before.items():
        now = await scene.row(i)
        for name in ("status", "assignee", "team", "turn", "waiting_since", "merged", "merged_into", "episode"):
            assert getattr(now, name) == getattr(was, name), name


async def test_what_was_answered_meanwhile_waits_no_more(scene: Scene) -> None:
    """After the parting the customer would be shown as waiting for what he has got."""
    other = await scene.split(scene.second)
    await scene.app.conversations.merge(scene.owner, scene.main, other)
    await say(scene.app, scene.main, scene.ours, "the refund is on its way")
    await scene.app.conversations.part(scene.owner, scene.main, other)
    assert (await scene.row(other)).waiting_since is None
    assert (await scene.row(scene.main)).waiting_since is None


async def test_the_customers_own_one_may_be_merged_too(scene: Scene) -> None:
    """His next message would open a new conversation beside the one that goes on."""
    other = await scene.split(scene.second)
    await scene.app.conversations.merge(scene.owner, other, scene.main)
    assert await open_conversation(scene.app, scene.contact) == other
    await scene.app.conversations.part(scene.owner, other, scene.main)
    assert await open_conversation(scene.app, scene.contact) == scene.main
    assert (await scene.row(other)).status == "open"


async def test_a_chain_of_merges_is_taken_back_from_its_end(scene: Scene) -> None:
    """Messages of the first would be shown nowhere once the second was merged."""
    second, third = await scene.split(scene.second), await scene.split(scene.first)
    api = scene.app.conversations
    await api.merge(scene.owner, second, third)
    row = await api.merge(scene.owner, scene.main, second)
    assert set(row.merged) == {second, third}
    assert (await scene.row(third)).merged_into == scene.main
    with pytest.raises(Conflict):
        await api.part(scene.owner, second, third)
    await api.part(scene.owner, scene.main, second)
    assert (await scene.row(third)).merged_into == second
    assert (await scene.row(second)).merged == [third]
    await api.part(scene.owner, second, third)
    assert (await scene.row(third)).merged_into is None


async def test_nobody_joins_what_he_does_not_see(scene: Scene) -> None:
    """A merge would open the conversation of another team to whoever guesses its id."""
    team = (await scene.app.access.create_team(scene.owner, f"team {uuid7()}")).id
    outside = await make_operator(scene.app, "operator")
    hidden = await open_conversation(scene.app, await make_contact(scene.app), team)
    other = await scene.split(scene.second)
    with pytest.raises(NotFound):
        await scene.app.conversations.merge(outside, scene.main, hidden)
    with pytest.raises(NotFound):
        await scene.app.conversations.split(outside, hidden, [1])
    await scene.app.conversations.assign(scene.owner, other, None, team_id=team)
    with pytest.raises(NotFound):
        await scene.app.conversations.merge(outside, scene.main, other)
    await scene.app.conversations.merge(scene.owner, scene.main, other)
    with pytest.raises(NotFound):
        await scene.app.conversations.part(outside, scene.main, other)


async def test_only_one_customers_conversations_are_joined(scene: Scene) -> None:
    """One customer's words would be shown in another's conversation."""
    stranger = await open_conversation(scene.app, await make_contact(scene.app))
    with pytest.raises(Conflict, match="merge the customers first"):
        await scene.app.conversations.merge(scene.owner, scene.main, stranger)
    with pytest.raises(Invalid):
        await scene.app.conversations.merge(scene.owner, scene.main, scene.main)
    await scene.app.conversations.close(scene.owner, scene.main)
    other = await scene.split(scene.second)
    with pytest.raises(Conflict, match="closed"):
        await scene.app.conversations.merge(scene.owner, scene.main, other)


async def test_another_browser_of_the_person_brings_his_conversation_back(scene: Scene) -> None:
    """He would write where nobody looks, or read what only the other browser has proved to be his."""
    app = scene.app
    second = await make_contact(app)
    theirs = await open_conversation(app, second)
    await say(app, theirs, ("customer", second), "it is me again")
    await app.contacts.persons.merge(scene.owner, scene.contact, NewPerson(second))
    await app.conversations.merge(scene.owner, scene.main, theirs)
    assert await open_conversation(app, second) == theirs
    row, main = await scene.row(theirs), await scene.row(scene.main)
    assert (row.status, row.merged_into, main.merged) == ("open", None, [])


async def test_a_message_that_meets_a_merge_is_not_lost(scene: Scene) -> None:
    """Sent while the two were joined, it would stand in a conversation that is in no list."""
    other = await scene.split(scene.second)
    await scene.app.conversations.merge(scene.owner, scene.main, other)
    await say(scene.app, other, scene.customer, "are you there?")
    await scene.app.conversations.reopen_waiting(scene.app.workspace_id, [other])
    row = await scene.row(other)
    assert (row.status, row.merged_into) == ("open", None)
    assert row.waiting_since is not None


async def test_figures_count_each_question_once(scene: Scene) -> None:
    """A merge would show as a question nobody answered, a split as an answer nobody gave."""
    app = scene.app
    other = await scene.split(scene.second)
    await app.conversations.merge(scene.owner, scene.main, other)
    await say(app, scene.main, scene.ours, "here you are")
    await app.conversations.close(scene.owner, scene.main)
    await settle(app, "analytics.facts")
    sql = (
        "SELECT conversation_id, asked_at, answered_at, closed_at FROM episode_fact"
        " WHERE workspace_id = $1 AND conversation_id = ANY($2)"
    )
    facts = {r["conversation_id"]: r for r in await app.database.fetch(sql, app.workspace_id, [scene.main, other])}
    assert facts[scene.main]["answered_at"] is not None
    assert facts[other]["asked_at"] is None  # asked there, and not missed here
    assert facts[other]["closed_at"] is not None
    asked = {e.seq: e.at for e in await read_all(app, scene.main)}
    assert facts[scene.main]["asked_at"] == asked[scene.first]


async def test_the_place_in_the_queue_ends_with_the_merge(scene: Scene) -> None:
    """Somebody would be given a conversation that goes on elsewhere; the customer would count as gone."""
    app = scene.app
    other = await scene.split(scene.second)
    await app.conversations.assign(scene.owner, other, None)
    await settle(app, "routing.follow")
    sql = "SELECT leave_reason FROM queue_entry WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY joined_at"
    values = (app.workspace_id, other)
    assert [r["leave_reason"] for r in await app.database.fetch(sql, *values)] == [None]
    await app.conversations.merge(scene.owner, scene.main, other)
    await settle(app, "routing.follow")
    assert [r["leave_reason"] for r in await app.database.fetch(sql, *values)] == ["merged"]
    await app.conversations.part(scene.owner, scene.main, other)
    await settle(app, "routing.follow")
    assert [r["leave_reason"] for r in await app.database.fetch(sql, *values)] == ["merged", None]


async def test_a_conversation_laid_aside_comes_back_by_no_timer_once_it_is_merged(scene: Scene) -> None:
    """A reminder would open what goes on elsewhere."""
    app = scene.app
    other = await scene.split(scene.second)
    await app.teamwork.snoozes.snooze(scene.owner, other, app.clock.now() + timedelta(hours=1))
    await app.conversations.merge(scene.owner, scene.main, other)
    row = await scene.row(other)
    assert not row.snoozed
    await settle(app, "teamwork")
    sql = "SELECT count(*) FROM snooze WHERE workspace_id = $1 AND conversation_id = $2"
    assert await app.database.fetchval(sql, app.workspace_id, other) == 0


async def test_what_was_done_is_in_the_log(scene: Scene) -> None:
    """Nobody could tell afterwards who has put two conversations together."""
    other = await scene.split(scene.second)
    await scene.app.conversations.merge(scene.owner, scene.main, other)
    await scene.app.conversations.part(scene.owner, scene.main, other)
    sql = "SELECT action FROM audit_entry WHERE workspace_id = $1 AND actor_id = $2 AND action LIKE 'conversation.%'"
    found = await scene.app.database.fetch(sql, scene.app.workspace_id, scene.owner.operator_id)
    assert {r["action"] for r in found} == {"conversation.split", "conversation.merged", "conversation.parted"}
