"""System mail: what okno itself has to say to the people who work with it."""

from typing import NamedTuple

import msgspec


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


class SmtpServer(NamedTuple):
    """Where letters go. `tls`: from the first byte; `start_tls`: true demands it, null takes it where offered."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    tls: bool
    start_tls: bool | None
