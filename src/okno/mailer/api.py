"""The public door of the mailer: a letter is queued in the caller's transaction and sent by a loop, with retries.

Letters wait sealed: they carry one-time links, and a stolen table must sign nobody in.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import aiosmtplib
import msgspec
import structlog

from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import TooMany
from okno.kit.ids import uuid7
from okno.mailer import rules
from okno.mailer.types import Concerned, Letter, SmtpServer

SQL = load_queries("okno.mailer")
log = structlog.get_logger()
POLL_S = 2.0  # another process, or a retry, may have made something due

Seal = Callable[[bytes], bytes]


class Mailer:
    """Of this process. Without a server `enabled` is false: ask before `post`."""

    def __init__(
        self, database: Database, clock: Clock, server: SmtpServer | None, *, seal: Seal, unseal: Seal
    ) -> None:
        self._db = database
        self._clock = clock
        self._server = server
        self._seal = seal
        self._unseal = unseal
        self._wake = asyncio.Event()

    @property
    def enabled(self) -> bool:
        return self._server is not None

    async def measure(self) -> tuple[int, int]:
        """Letters that wait, and that were given up lately."""
        record = await self._db.fetchrow(SQL["measure_letters"])
        return (record["waiting"], record["given_up"]) if record else (0, 0)

    async def post(self, tx: Connection, letter: Letter, about: Concerned | None = None) -> None:
        """Queue it in the caller's transaction. Raises `TooMany` when LETTERS_WAITING_MAX wait already."""
        if await tx.fetchval(SQL["count_waiting"], limits.LETTERS_WAITING_MAX) >= limits.LETTERS_WAITING_MAX:
            raise TooMany("too much mail waits to be sent: is the mail server down?")
        sealed = self._seal(msgspec.json.encode(letter))
        whom = (about.workspace_id, list(about.contacts)) if about else (None, [])
        await tx.execute(SQL["insert_letter"], uuid7(), letter.about, sealed, self._clock.now(), *whom)

    async def forget_in(self, tx: Connection, workspace_id: int, contact_id: UUID) -> None:
        """Letters that wait and tell of this customer are not sent any more."""
        await tx.execute(SQL["forget_of_contact"], workspace_id, contact_id)

    def wake(self) -> None:
        """Something was committed: look at once."""
        self._wake.set()

    async def run(self) -> None:
        """Send what is due, for ever. Harmless in several processes."""
        while True:
            self._wake.clear()
            if self._server is None or not await self.step():
                try:
                    await asyncio.wait_for(self._wake.wait(), POLL_S)
                except TimeoutError:
                    continue

    async def step(self) -> int:
        """Send what is due now; how many letters were tried. A letter in work is nobody else's for LETTER_LEASE_S."""
        if self._server is None:
            return 0
        now = self._clock.now()
        await self._db.execute(SQL["forget_given_up"], now - timedelta(days=limits.LETTER_GIVEN_UP_DAYS))
        lease = now + timedelta(seconds=limits.LETTER_LEASE_S)
        due = await self._db.fetch(SQL["take_due"], now, lease, limits.LETTERS_AT_ONCE_MAX)
        await asyncio.gather(*(self._send(self._server, record) for record in due))
        return len(due)

    async def _send(self, server: SmtpServer, record: Any) -> None:
        letter = msgspec.json.decode(self._unseal(record["sealed"]), type=Letter)
        message = rules.render_message(letter, server.sender, str(record["id"]), record["created_at"])
        try:
            async with asyncio.timeout(limits.LETTER_S_MAX):
                await aiosmtplib.send(
                    message,
                    hostname=server.host,
                    port=server.port,
                    username=server.user or None,
                    password=server.password or None,
                    use_tls=server.tls,
                    start_tls=server.start_tls,
                    timeout=limits.LETTER_S_MAX,
                )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            await self._failed(record, error)
        else:
            await self._db.execute(SQL["delete_letter"], record["id"])
            log.info("letter sent", about=record["about"], id=str(record["id"]), tries=record["tries"])

    async def _failed(self, record: Any, error: Exception) -> None:
        """A refusal for good (5xx) is not tried again, except of our own login: that is put right by hand."""
        tries: int = record["tries"]
        # The server's answer may quote the address: the log gets its code only, the table both.
        code = getattr(error, "code", None)
        refused = isinstance(error, aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPDataError) and _is_final(error)
        given_up = refused or tries >= limits.LETTER_TRIES_MAX
        due = rules.next_try(tries, self._clock.now())
        text = f"{type(error).__name__}: {error}"[: limits.LETTER_ERROR_LEN]
        await self._db.execute(SQL["try_again"], record["id"], due, text, given_up)
        say = log.error if given_up else log.warning
        say(
            "letter given up" if given_up else "letter not sent, will be tried again",
            about=record["about"],
            id=str(record["id"]),
            tries=tries,
            error=type(error).__name__,
            code=code,
        )

    async def list_given_up(self) -> list[Any]:
        """The latest letters that could not be sent: id, about, tries, error, created_at. Their text is gone."""
        return list(await self._db.fetch(SQL["list_given_up"], limits.PAGE_MAX))


def _is_final(error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPDataError) -> bool:
    codes = (
        [refusal.code for refusal in error.recipients]
        if isinstance(error, aiosmtplib.SMTPRecipientsRefused)
        else [error.code]
    )
    return all(code >= 500 for code in codes)  # noqa: PLR2004 - RFC 5321: permanent


def server_of(smtp_url: str, smtp_from: str, public_url: str) -> SmtpServer | None:
    """From the settings; null when no server is set. Raises `WrongMailServer`."""
    return rules.parse_smtp_url(smtp_url, smtp_from, public_url=public_url) if smtp_url else None
