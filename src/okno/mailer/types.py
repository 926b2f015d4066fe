"""System mail: what okno itself has to say to people."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec


class Enclosure(msgspec.Struct, frozen=True):
    """A file that goes with a letter. `name` is what the reader's mail program calls it."""

    name: str
    media_type: str
    content: bytes


class Letter(msgspec.Struct, frozen=True):
    """A letter to one address. `about` is for the log, which never shows address, subject or text.

    `html` is the same for mail programs that show it; `headers` are added to those every letter has.
    """

    to: str
    subject: str
    text: str
    about: str
    html: str = ""
    headers: dict[str, str] = {}
    enclosures: list[Enclosure] = []


class Concerned(NamedTuple):
    """The customers a letter tells of: it is not sent any more when one of them is erased."""

    workspace_id: int
    contacts: Sequence[UUID]


class SmtpServer(NamedTuple):
    """Where letters go. `tls`: from the first byte; `start_tls`: true demands it, null takes it where offered."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    tls: bool
    start_tls: bool | None
