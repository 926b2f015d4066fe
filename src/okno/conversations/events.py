"""What the timeline tells the slices above it, inside this process and after the commit."""

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

import msgspec

from okno.conversations.append import Draft, Outcome, Stored
from okno.conversations.types import Receipt

__all__ = [
    "NOTE_MENTIONS",
    "PERSON_ERASED",
    "Draft",
    "NoteMentions",
    "Outcome",
    "PersonErased",
    "Stored",
    "TimelineListener",
]

PERSON_ERASED: Final = "person.erased"


class PersonErased(msgspec.Struct, frozen=True):
    """News on the bus: whoever keeps words of this contact or of these conversations forgets them.

    `contact` is `NOBODY` where a rule has erased conversations and their customer stays.
    """

    workspace_id: int
    contact: UUID
    conversations: list[UUID]


NOTE_MENTIONS = "note.mentions"


class NoteMentions(msgspec.Struct, frozen=True):
    """News on the bus: a note asks operators and teams to look."""

    workspace_id: int
    conversation: UUID
    seq: int
    author: UUID
    operators: list[UUID]
    teams: list[int]


class TimelineListener(Protocol):
    """Implemented by realtime. Calls come in the order of commits and must not block."""

    def on_batch(self, batch: Sequence[tuple[Draft, Outcome]]) -> None: ...

    def on_row_changed(self, workspace_id: int, conversation_id: UUID, *, scope: bool) -> None:
        """The summary row has changed; `scope`: perhaps also who may see it."""
        ...

    def on_receipt(self, workspace_id: int, receipt: Receipt) -> None: ...

    def on_erased(self, workspace_id: int, holders: Sequence[UUID], draft: Draft, stored: Stored) -> None:
        """The deletion `draft` has emptied quotes in `holders`, other conversations of the contact."""
        ...

    def on_conversation(
        self, workspace_id: int, contact_id: UUID, conversation_id: UUID, *, is_open: bool, apart: bool = False
    ) -> None:
        """A contact's conversation was opened, reopened or closed; `apart`: it stands beside the customer's own."""
        ...
