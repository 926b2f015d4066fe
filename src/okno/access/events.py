"""What access tells the slices above it, inside this process."""

from typing import Protocol
from uuid import UUID


class AccessListener(Protocol):
    """Rights of an operator have changed or ended: whoever holds them in memory asks again."""

    def on_rights_changed(self, workspace_id: int, operator_id: UUID) -> None: ...
