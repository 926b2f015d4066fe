"""What leaves okno for people: copies of dialogues."""

from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.access.types import Locale
from okno.conversations.bodies import ActorType
from okno.kit import limits
from okno.kit.wire import Answer, Wire

Format = Literal["txt", "html", "pdf"]
MEDIA_TYPES: dict[Format, str] = {
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
ZoneName = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9/_+-]*$")]
Part = Annotated[int, Meta(ge=0, le=limits.TRANSCRIPT_PARTS_MAX)]


class TranscriptSettings(Answer, frozen=True):
    """What customers may take with them; operators always may."""

    download: bool = True
    email: bool = True


class TranscriptSettingsChange(Wire, frozen=True):
    download: bool | UnsetType = UNSET
    email: bool | UnsetType = UNSET


class TranscriptOptions(Answer, frozen=True):
    """What this customer is offered. `address`: where a copy goes, with most of it hidden; empty when nowhere."""

    download: bool
    email: bool
    address: str


class TranscriptLetter(Wire, frozen=True):
    """A copy by e-mail, to an address of the customer: `identity` is its id."""

    identity: UUID
    format: Format = "pdf"
    locale: Locale | None = None
    time_zone: ZoneName = ""


class OwnTranscriptLetter(Wire, frozen=True):
    """The same for a customer: it goes to the address he is written to, and nowhere else."""

    format: Format = "pdf"
    locale: Locale = "ru"
    time_zone: ZoneName = ""


class LetterQueued(Answer, frozen=True):
    """The copy is on its way to this address, most of which is hidden."""

    address: str


# -- a transcript before it has a format ---------------------------------------------------------------------------


class Quoted(NamedTuple):
    author: str
    excerpt: str


class Enclosed(NamedTuple):
    """A file of a message. `url` is empty where the reader gets no address."""

    name: str
    size_bytes: int
    url: str


class Line(NamedTuple):
    """One entry. `shape`: what somebody wrote, a private note, or what happened; `text` of the last is a sentence."""

    at: datetime
    shape: Literal["message", "note", "mark"]
    side: ActorType
    author: str = ""
    text: str = ""
    quote: Quoted | None = None
    files: tuple[Enclosed, ...] = ()
    reactions: tuple[tuple[str, int], ...] = ()
    edited: bool = False
    deleted: bool = False


class Transcript(NamedTuple):
    """`part` of `parts`, from 1. `cut`: so many texts were left out because the part is too long.

    `internal`: with private notes; never for a customer. `links_until`: until then the addresses of
    files work; `bundled`: the files lie beside it.
    """

    title: str
    customer: str
    locale: Locale
    zone: str
    made_at: datetime
    part: int
    parts: int
    internal: bool
    lines: list[Line]
    cut: int = 0
    links_until: datetime | None = None
    bundled: bool = False


class PersonExport(Answer, frozen=True):
    """A package with everything kept of a person. `done` of `total` conversations and files are packed."""

    id: UUID
    status: Literal["waiting", "running", "ready", "failed", "deleted"]
    asked_by: str
    asked_at: datetime
    made_at: datetime | None
    done: int
    total: int
    size_bytes: int
    expires_at: datetime


class Copy(NamedTuple):
    """A transcript as a file."""

    name: str
    media_type: str
    content: bytes
