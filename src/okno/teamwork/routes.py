"""HTTP of working together."""

from uuid import UUID

from litestar import Router, delete, get, patch, post, put

from okno.access.types import Actor
from okno.conversations.types import ConversationRow
from okno.kit import limits
from okno.kit.openapi import SIGNED_IN, CursorQuery, PageLimit, problems
from okno.teamwork.api import Teamwork
from okno.teamwork.types import (
    NewSnooze,
    NewTask,
    NewView,
    Task,
    TaskChange,
    TaskCounters,
    TaskPage,
    TaskStatus,
    View,
    ViewChange,
)


@put(
    "/conversations/{conversation_id:uuid}/snooze",
    operation_id="snooze_conversation",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Lay aside until a time, or until the customer writes",
)
async def snooze_conversation(
    teamwork: Teamwork, actor: Actor, conversation_id: UUID, data: NewSnooze
) -> ConversationRow:
    return await teamwork.snoozes.snooze(actor, conversation_id, data.until)


@delete(
    "/conversations/{conversation_id:uuid}/snooze",
    operation_id="wake_conversation",
    status_code=200,
    responses=problems(*SIGNED_IN, 404),
    summary="Take up again",
)
async def wake_conversation(teamwork: Teamwork, actor: Actor, conversation_id: UUID) -> ConversationRow:
    return await teamwork.snoozes.wake(actor, conversation_id)


@get("/tasks", operation_id="list_tasks", responses=problems(*SIGNED_IN), summary="One's own tasks, or a colleague's")
async def list_tasks(
    teamwork: Teamwork,
    actor: Actor,
    assignee: UUID | None = None,
    status: TaskStatus = "open",
    cursor: CursorQuery = None,
    limit: PageLimit = limits.PAGE_DEFAULT,
) -> TaskPage:
    """A colleague's as far as they are of conversations within the scope, or of none."""
    return await teamwork.tasks.list_of(actor, assignee=assignee, status=status, cursor=cursor, limit=limit)


@get("/tasks/counters", operation_id="count_tasks", responses=problems(*SIGNED_IN), summary="Of one's own tasks")
async def count_tasks(teamwork: Teamwork, actor: Actor) -> TaskCounters:
    return await teamwork.tasks.count(actor)


@get(
    "/conversations/{conversation_id:uuid}/tasks",
    operation_id="list_tasks_about",
    responses=problems(*SIGNED_IN, 404),
    summary="Tasks of a conversation and its customer",
)
async def list_tasks_about(teamwork: Teamwork, actor: Actor, conversation_id: UUID) -> list[Task]:
    return await teamwork.tasks.list_about(actor, conversation_id)


@post("/tasks", operation_id="add_task", responses=problems(*SIGNED_IN, 404, 409), summary="Add a task")
async def add_task(teamwork: Teamwork, actor: Actor, data: NewTask) -> Task:
    return await teamwork.tasks.add(actor, data)


@patch(
    "/tasks/{task_id:uuid}",
    operation_id="change_task",
    responses=problems(*SIGNED_IN, 404),
    summary="Change a task, or tick it off",
)
async def change_task(teamwork: Teamwork, actor: Actor, task_id: UUID, data: TaskChange) -> Task:
    return await teamwork.tasks.change(actor, task_id, data)


@delete(
    "/tasks/{task_id:uuid}", operation_id="remove_task", responses=problems(*SIGNED_IN, 404), summary="Remove a task"
)
async def remove_task(teamwork: Teamwork, actor: Actor, task_id: UUID) -> None:
    await teamwork.tasks.remove(actor, task_id)


@get("/views", operation_id="list_views", responses=problems(*SIGNED_IN), summary="Saved lists with their counts")
async def list_views(teamwork: Teamwork, actor: Actor) -> list[View]:
    return await teamwork.views.list_of(actor)


@post("/views", operation_id="add_view", responses=problems(*SIGNED_IN, 409), summary="Save a list under a name")
async def add_view(teamwork: Teamwork, actor: Actor, data: NewView) -> View:
    return await teamwork.views.add(actor, data)


@patch(
    "/views/{view_id:uuid}", operation_id="change_view", responses=problems(*SIGNED_IN, 404), summary="Change a list"
)
async def change_view(teamwork: Teamwork, actor: Actor, view_id: UUID, data: ViewChange) -> View:
    return await teamwork.views.change(actor, view_id, data)


@delete(
    "/views/{view_id:uuid}", operation_id="remove_view", responses=problems(*SIGNED_IN, 404), summary="Delete a list"
)
async def remove_view(teamwork: Teamwork, actor: Actor, view_id: UUID) -> None:
    await teamwork.views.remove(actor, view_id)


ROUTER = Router(
    "/",
    tags=["teamwork"],
    route_handlers=[
        *(snooze_conversation, wake_conversation),
        *(list_tasks, count_tasks, list_tasks_about, add_task, change_task, remove_task),
        *(list_views, add_view, change_view, remove_view),
    ],
)
