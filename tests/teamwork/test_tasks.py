"""Tasks: whose they are, when they are due, and what the conversation is told of them."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from okno.app.wiring import App
from okno.conversations.bodies import TaskNoted
from okno.kit.errors import Invalid, NotFound
from okno.kit.ids import uuid7
from okno.teamwork.events import TASK_DUE, TaskDue
from okno.teamwork.types import NewTask, TaskChange
from tests.conversations.people import make_contact, make_operator, open_conversation, read_all


def later(**by: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(**by)


async def test_a_task_of_a_conversation_is_told_in_its_timeline(app: App) -> None:
    """A colleague who reads the conversation would promise the same again, or think nobody has."""
    actor, colleague = await make_operator(app), await make_operator(app)
    conversation = await open_conversation(app, await make_contact(app))
    tasks = app.teamwork.tasks
    made = await tasks.add(actor, NewTask("Call back", conversation, None, colleague.operator_id, later(hours=1)))
    await tasks.change(colleague, made.id, TaskChange(due_at=later(hours=2)))
    await tasks.change(colleague, made.id, TaskChange(done=True))
    await tasks.change(colleague, made.id, TaskChange(done=True))
    await tasks.change(actor, made.id, TaskChange(done=False))
    await tasks.remove(actor, made.id)
    told = [e.body for e in await read_all(app, conversation) if isinstance(e.body, TaskNoted)]
    assert [one.change for one in told] == ["added", "changed", "done", "undone", "removed"]
    with pytest.raises(NotFound):
        await tasks.get(actor, made.id)


async def test_the_list_goes_by_due_time_and_is_paged(app: App) -> None:
    """What is due today would be below what is due next year; the second page would repeat the first."""
    actor = await make_operator(app)
    tasks = app.teamwork.tasks
    for n, due in enumerate((None, later(days=2), later(hours=-1), None, later(days=1))):
        await tasks.add(actor, NewTask(f"task {n}", due_at=due))
    texts, cursor = [], None
    while True:
        page = await tasks.list_of(actor, assignee=None, status="open", cursor=cursor, limit=2)
        texts += [one.text for one in page.tasks]
        cursor = page.next
        if cursor is None:
            break
    assert texts == ["task 2", "task 4", "task 1", "task 0", "task 3"]
    counted = await tasks.count(actor)
    assert (counted.open, counted.due) == (5, 1)
    first = (await tasks.list_of(actor, assignee=None, status="open", cursor=None, limit=1)).tasks[0]
    await tasks.change(actor, first.id, TaskChange(done=True))
    done = await tasks.list_of(actor, assignee=None, status="done", cursor=None, limit=10)
    assert [one.id for one in done.tasks] == [first.id]


async def test_its_assignee_is_told_once_when_it_is_due_and_again_for_another_time(app: App) -> None:
    """A promise would be forgotten, or its keeper would be told every few seconds."""
    actor = await make_operator(app)
    tasks = app.teamwork.tasks

    async def told() -> int:
        rows = await app.database.fetch("SELECT payload FROM outbox WHERE topic = $1", TASK_DUE)
        news = [msgspec.json.decode(r["payload"], type=TaskDue) for r in rows]
        return len([one for one in news if one.task == made.id and one.operator == actor.operator_id])

    made = await tasks.add(actor, NewTask("Ring", due_at=later(seconds=0)))
    async with asyncio.timeout(60):
        while not await told():
            await asyncio.sleep(0.02)
    await tasks.fire(later(seconds=5))
    assert await told() == 1
    await tasks.change(actor, made.id, TaskChange(due_at=later(days=1)))
    await tasks.fire(later(days=2))
    assert await told() == 2


async def test_a_task_shows_nothing_of_a_conversation_one_may_not_see(app: App) -> None:
    """By tasks an operator would read of another team's customers."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    outside, asked = await make_operator(app), await make_operator(app)
    conversation = await open_conversation(app, await make_contact(app), team)
    made = await app.teamwork.tasks.add(owner, NewTask("Secret", conversation, None, asked.operator_id))
    with pytest.raises(NotFound):
        await app.teamwork.tasks.get(outside, made.id)
    page = await app.teamwork.tasks.list_of(outside, assignee=asked.operator_id, status="open", cursor=None, limit=10)
    assert page.tasks == []
    his = await app.teamwork.tasks.get(asked, made.id)
    assert his.conversation is None, "the task is his, the conversation is not"
    assert (await app.teamwork.tasks.change(asked, made.id, TaskChange(done=True))).done_at
    with pytest.raises(NotFound):
        await app.teamwork.tasks.add(outside, NewTask("Spy", conversation))
    with pytest.raises(NotFound):
        await app.teamwork.tasks.list_about(outside, conversation)
    with pytest.raises(Invalid):
        await app.teamwork.tasks.add(owner, NewTask("For nobody", assignee=uuid7()))
