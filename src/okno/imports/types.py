"""Imports of lists: what is read, what becomes of it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, Wire

Kind = Literal["contacts", "templates", "articles"]
ImportStatus = Literal["draft", "running", "done", "undoing", "undone"]
Known = Literal["skip", "update"]
"""What is done with a line whose customer, template or article is here already."""

Encoding = Literal["utf-8", "utf-16", "windows-1251", "koi8-r", "cp866"]
Delimiter = Literal[",", ";", "\t", "|"]
Target = Annotated[str, Meta(max_length=60, pattern=NO_NUL)]


class ImportTarget(Answer, frozen=True):
    """What a column may be. `label` is the name of an attribute, empty for what every company has."""

    name: str
    label: str
    required: bool


class Foreseen(Answer, frozen=True):
    """What would become of the first `checked` lines."""

    checked: int
    fresh: int
    known: int
    faulty: int
    problem: str


class Import(Answer, frozen=True):
    """`columns` are the words of the first line; `sample` the lines after it, as they are read now.

    `targets` says of each column what it is, empty what is left out. `kept`: an undo left them, because somebody works
    with them already.
    """

    id: UUID
    kind: Kind
    status: ImportStatus
    name: str
    encoding: str
    delimiter: str
    header: bool
    columns: list[str]
    targets: list[str]
    possible: list[ImportTarget]
    known: Known
    sample: list[list[str]]
    foreseen: Foreseen | None
    rows: int
    done_rows: int
    created: int
    updated: int
    skipped: int
    faulty: int
    kept: int
    created_at: datetime


class ImportLine(Answer, frozen=True):
    """One import of the list."""

    id: UUID
    kind: Kind
    status: ImportStatus
    name: str
    rows: int
    done_rows: int
    created: int
    updated: int
    skipped: int
    faulty: int
    kept: int
    created_at: datetime


class ImportChange(Wire, frozen=True):
    """Read it otherwise, while it is a draft."""

    encoding: Encoding | UnsetType = UNSET
    delimiter: Delimiter | UnsetType = UNSET
    header: bool | UnsetType = UNSET
    targets: Annotated[list[Target], Meta(max_length=limits.IMPORT_COLUMNS_MAX)] | UnsetType = UNSET
    known: Known | UnsetType = UNSET


class ImportFault(Answer, frozen=True):
    """A line that was left out; `line` counts from 1 in the file."""

    line: int
    problem: str
