"""Snoozes and tasks: what operators put off, and what they have promised one another to do."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, Wire

TaskText = Annotated[str, Meta(min_length=1, max_length=limits.TASK_TEXT_LEN_MAX, pattern=NO_NUL)]
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
