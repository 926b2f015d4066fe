"""Templates: texts an operator puts into a reply."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Protocol
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.db.pool import Connection
from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, MessageText, Name, OptionalName, Wire

Scope = Literal["personal", "team", "everybody"]
Shortcut = Annotated[str, Meta(max_length=limits.SHORTCUT_LEN_MAX, pattern=r"^[^\s/\x00]*$")]
FileIds = Annotated[list[UUID], Meta(max_length=limits.TEMPLATE_FILES_MAX)]
TeamNumber = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class TemplateFile(Answer, frozen=True):
    """A file that goes with the text."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int


class Template(Answer, frozen=True):
    """`text` with its variables as they were written. `uses` counts everybody's, `own_uses` the reader's.

    `editable`: the reader may change it. `unknown` are variables that nothing fills any more, because an attribute was
    deleted.
    """

    id: UUID
    scope: Scope
    team: int | None
    folder: str
    name: str
    shortcut: str
    text: str
    files: list[TemplateFile]
    uses: int
    own_uses: int
    editable: bool
    unknown: list[str]
    changed_at: datetime


class NewTemplate(Wire, frozen=True):
    """`files` were uploaded by the same operator; `team` only with the scope `team`."""

    name: Name
    text: MessageText
    scope: Scope = "personal"
    team: TeamNumber | None = None
    folder: OptionalName = ""
    shortcut: Shortcut = ""
    files: FileIds = []


class TemplateChange(Wire, frozen=True):
    """`files` is the whole set; those that are missing are let go."""

    name: Name | UnsetType = UNSET
    text: MessageText | UnsetType = UNSET
    scope: Scope | UnsetType = UNSET
    team: TeamNumber | UnsetType | None = UNSET
    folder: OptionalName | UnsetType = UNSET
    shortcut: Shortcut | UnsetType = UNSET
    files: FileIds | UnsetType = UNSET


ArticleText = Annotated[str, Meta(min_length=1, max_length=limits.ARTICLE_LEN_MAX, pattern=NO_NUL)]


class ArticleLine(Answer, frozen=True):
    """One line of the list."""

    id: UUID
    folder: str
    title: str
    changed_at: datetime


class Article(Answer, frozen=True):
    """What the company knows on one matter, as plain text."""

    id: UUID
    folder: str
    title: str
    text: str
    changed_at: datetime


class NewArticle(Wire, frozen=True):
    title: Name
    text: ArticleText
    folder: OptionalName = ""


class ArticleChange(Wire, frozen=True):
    title: Name | UnsetType = UNSET
    text: ArticleText | UnsetType = UNSET
    folder: OptionalName | UnsetType = UNSET


class Variable(Answer, frozen=True):
    """What may stand in `{{…}}`. `label` is the name of an attribute, empty for what every company has."""

    name: str
    label: str


class Preview(Answer, frozen=True):
    """A text filled with the example values of the settings page."""

    text: str
    missing: list[str]
    unknown: list[str]


class KeptFile(Protocol):
    """What templates need to know of a file."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...


class Shelf(Protocol):
    """Files that stay, given by `files`."""

    async def keep(
        self, tx: Connection, workspace_id: int, owner_id: UUID, ids: Sequence[UUID], *, keeper_id: UUID
    ) -> None: ...
    async def forget_in(self, tx: Connection, workspace_id: int, ids: Sequence[UUID]) -> None: ...
    async def list_kept(self, workspace_id: int, ids: Sequence[UUID]) -> Sequence[KeptFile]: ...
