"""System mail: what okno itself has to say to the people who work with it."""

from typing import NamedTuple

import msgspec


class Letter(msgspec.Struct, frozen=True):
    """A plain text letter to one address. `about` is for the log, which never shows address, subject or text."""

    to: str
    subject: str
    text: str
    about: str


class SmtpServer(NamedTuple):
    """Where letters go. `tls`: from the first byte; `start_tls`: true demands it, null takes it where offered."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    tls: bool
    start_tls: bool | None
