"""Pure decisions of working together."""

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from msgspec import UNSET

from okno.teamwork.types import TaskChange


class TaskPlan(NamedTuple):
    """A task after a change; `told` names what happened in one word, empty when nothing did."""

    text: str
    assignee: UUID
    due_at: datetime | None
    done_at: datetime | None
    told: Literal["", "changed", "done", "undone"]

    @property
    def values(self) -> tuple[str, UUID, datetime | None, datetime | None]:
        return self.text, self.assignee, self.due_at, self.done_at


def plan_task(held: Any, change: TaskChange, now: datetime) -> TaskPlan:
    """`held` has text, assignee_id, due_at and done_at."""
    text = held["text"] if change.text is UNSET else change.text
    assignee = held["assignee_id"] if change.assignee is UNSET else change.assignee
    due_at = held["due_at"] if change.due_at is UNSET else change.due_at
    done_at: datetime | None = held["done_at"]
    told: Literal["", "changed", "done", "undone"] = ""
    if (text, assignee, due_at) != (held["text"], held["assignee_id"], held["due_at"]):
        told = "changed"
    if change.done is True and done_at is None:
        done_at, told = now, "done"
    elif change.done is False and done_at is not None:
        done_at, told = None, "undone"
    return TaskPlan(text, assignee, due_at, done_at, told)
