"""News of teamwork on the bus."""

from uuid import UUID

import msgspec

SNOOZE_ENDED = "snooze.ended"
TASK_DUE = "task.due"
MENTION = "mention"


class SnoozeEnded(msgspec.Struct, frozen=True):
    """A conversation that was laid aside is back. `operator`: whose it is, else who had laid it aside."""

    workspace_id: int
    conversation: UUID
    operator: UUID | None
    cause: str
    contact_name: str = ""


class TaskDue(msgspec.Struct, frozen=True):
    """The time of a task has come; told once for every time it is given."""

    workspace_id: int
    conversation: UUID | None
    operator: UUID
    task: UUID
    text: str


class Mention(msgspec.Struct, frozen=True):
    """Somebody was named in a note. Its words are not repeated here: they may be erased."""

    workspace_id: int
    conversation: UUID
    operator: UUID
    seq: int
    by: str
