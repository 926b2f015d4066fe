"""Snoozes and tasks: what operators put off, and what they have promised one another to do."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.conversations.bodies import Status
from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, Label, Name, Wire

TaskText = Annotated[str, Meta(min_length=1, max_length=limits.TASK_TEXT_LEN_MAX, pattern=NO_NUL)]
Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]
When = Annotated[datetime, Meta(tz=True)]
TaskStatus = Literal["open", "done"]


class NewSnooze(Wire, frozen=True):
    """`until` null: until the customer writes, who brings it back in any case."""

    until: When | None = None


class Task(Answer, frozen=True):
    """Something to do, of a conversation, of a customer, or of neither.

    `conversation` is null where the reader may not see it; `contact_name` tells whom it is about.
    """

    id: UUID
    text: str
    conversation: UUID | None
    contact: UUID | None
    contact_name: str
    assignee: UUID
    author: UUID
    due_at: datetime | None
    done_at: datetime | None
    created_at: datetime


class TaskPage(Answer, frozen=True):
    """Open ones by their due time, those without one last; done ones latest first."""

    tasks: list[Task]
    next: str | None


class TaskCounters(Answer, frozen=True):
    """Of one's own open tasks: how many, and how many are due by now."""

    open: int
    due: int


class NewTask(Wire, frozen=True):
    """`assignee` missing: oneself."""

    text: TaskText
    conversation: UUID | None = None
    contact: UUID | None = None
    assignee: UUID | None = None
    due_at: When | None = None


class TaskChange(Wire, frozen=True):
    text: TaskText | UnsetType = UNSET
    assignee: UUID | UnsetType = UNSET
    due_at: When | UnsetType | None = UNSET
    done: bool | UnsetType = UNSET


class ViewFilter(Wire, frozen=True):
    """What a list shows. `mine`: of whoever reads it; `unassigned`: of nobody; else `assignee`, null anybody's.

    A conversation has all of `labels`. `team` 0 is no team.
    """

    status: Status = "open"
    snoozed: bool = False
    assignee: UUID | None = None
    mine: bool = False
    unassigned: bool = False
    inbox: Number | None = None
    team: Number | None = None
    labels: Annotated[list[Label], Meta(max_length=limits.LABELS_PER_CONVERSATION_MAX)] = []
    waiting: bool = False
    unread: bool = False


class View(Answer, frozen=True):
    """A list under a name. `count` is exact up to VIEW_COUNT_MAX; `own`: nobody else has it."""

    id: UUID
    name: str
    own: bool
    filter: ViewFilter
    count: int


class NewView(Wire, frozen=True):
    """`shared`: everybody has it, each within his own scope. That takes the right `workspace`."""

    name: Name
    filter: ViewFilter
    shared: bool = False


class ViewChange(Wire, frozen=True):
    name: Name | UnsetType = UNSET
    filter: ViewFilter | UnsetType = UNSET
