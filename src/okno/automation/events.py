"""What automation tells itself."""

from uuid import UUID

from msgspec import Struct

AGAIN = "automation.again"


class Stretch(Struct, frozen=True):
    """Events `before_seq < seq <= before_seq + size`: their rules were not done, and are to be done again."""

    workspace_id: int
    conversation_id: UUID
    before_seq: int
    size: int
