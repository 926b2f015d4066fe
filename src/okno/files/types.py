"""Uploaded files: the row, links, and what may be uploaded."""

from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from msgspec import Meta

from okno.kit import limits
from okno.kit.wire import Answer, Wire

TUS_VERSION = "1.0.0"
OCTETS = "application/octet-stream"

INLINE = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"),
        *("audio/webm", "audio/ogg", "audio/mp4", "audio/mpeg", "audio/wav", "audio/aac", "audio/flac"),
        *("video/webm", "video/mp4", "video/ogg", "video/quicktime"),
    }
)
"""What a browser shows and cannot run. A PDF is not among them: browsers refuse to show one in a sandbox."""

OFFICE = "application/vnd.openxmlformats-officedocument"
DOCUMENTS = frozenset(
    {
        *("application/pdf", "application/rtf", "application/zip", "application/gzip", "application/x-7z-compressed"),
        *("application/vnd.rar", "application/json", "text/plain", "text/csv"),
        *("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
        *(f"{OFFICE}.wordprocessingml.document", f"{OFFICE}.spreadsheetml.sheet"),
        *(f"{OFFICE}.presentationml.presentation", "application/vnd.oasis.opendocument.text"),
        *("application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.presentation"),
    }
)
ALLOWED = INLINE | DOCUMENTS
"""What a workspace without a list of its own accepts: nothing that runs, nothing whose place cannot be taken out."""


class FileRow(NamedTuple):
    """An attachment as the database has it; `size_bytes` is of what is served, `upload_bytes` of what was announced.

    `cleared`: the customer has cleared it from his sight, his links open it no more.
    """

    workspace_id: int
    id: UUID
    owner_id: UUID
    conversation_id: UUID | None
    name: str
    media_type: str
    size_bytes: int
    upload_bytes: int
    got_bytes: int
    status: str
    preview: str
    width: int
    height: int
    duration_s: float
    note: bool
    created_at: datetime
    cleared: bool

    @property
    def whole(self) -> bool:
        """Every byte has arrived; it may still have to be examined."""
        return self.got_bytes == self.upload_bytes


class KeptFile(NamedTuple):
    """A file that stays with a template."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int


class LinkQuery(Wire, frozen=True):
    ids: Annotated[list[UUID], Meta(max_length=limits.FILE_LINKS_MAX)]


class FileLink(Answer, frozen=True):
    """Relative addresses that expire after half a day or a little more; ask again then. Width and height as shown."""

    id: UUID
    url: str
    preview_url: str | None
    width: int
    height: int
