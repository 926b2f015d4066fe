"""Pure decisions of working together."""

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from msgspec import UNSET

from okno.conversations.types import ListWhere, Tab
from okno.teamwork.types import TaskChange, ViewFilter


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


def plan_list(shown: ViewFilter, reader: UUID) -> tuple[Tab, ListWhere]:
    """The list a filter means for its reader."""
    where = ListWhere(
        assignee=reader if shown.mine else shown.assignee,
        unassigned=shown.unassigned,
        inbox=shown.inbox,
        team=shown.team,
        labels=tuple(shown.labels),
        waiting=shown.waiting,
        unread=shown.unread,
    )
    return ("snoozed" if shown.snoozed else "all"), where
