"""What access tells the slices above it, inside this process, and its news on the bus."""

from typing import Final, Protocol
from uuid import UUID

import msgspec

RESET_ASKED: Final = "access.reset_asked"


class ResetAsked(msgspec.Struct, frozen=True):
    """Somebody wants a new password for whoever signs in with `email`, if anybody does."""

    email: str


class AccessListener(Protocol):
    """Rights of an operator have changed or ended: whoever holds them in memory asks again."""

    def on_rights_changed(self, workspace_id: int, operator_id: UUID) -> None: ...
