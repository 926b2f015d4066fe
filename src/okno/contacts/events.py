"""What contacts tell the slices above them, inside this process."""

from collections.abc import Awaitable
from typing import Protocol
from uuid import UUID


class ContactListener(Protocol):
    """A contact's name or proof has changed."""

    def __call__(self, workspace_id: int, contact_id: UUID) -> Awaitable[None]: ...
