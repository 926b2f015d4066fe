"""The envelope handlers get."""

from typing import NamedTuple
from uuid import UUID


class TimelineSpan(NamedTuple):
    """Events `before_seq < seq <= before_seq + size` of a conversation were committed."""

    workspace_id: int
    conversation_id: UUID
    before_seq: int
    size: int


class News(NamedTuple):
    """A row of the outbox, or several in a row. `spans` for the topic `timeline`, `payload` (JSON) for the others."""

    topic: str
    payload: str
    spans: tuple[TimelineSpan, ...] = ()
