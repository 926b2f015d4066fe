"""News of the site channel."""

from typing import Protocol
from uuid import UUID


class BrowserListener(Protocol):
    """Told after the commit who sits at a browser now; `contact_id` null: nobody, its session was ended."""

    def __call__(self, workspace_id: int, visitor_id: UUID, contact_id: UUID | None) -> None: ...
