"""One-time links: an invitation, a forgotten password, the first owner; by mail where this installation sends any."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from okno.access import letters
from okno.access.events import RESET_ASKED, ResetAsked
from okno.access.keys import hash_secret, new_secret
from okno.access.types import Link, Workspace
from okno.bus.api import emit
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import NotFound, TooMany
from okno.mailer.api import Mailer
from okno.mailer.types import Letter

SQL = load_queries("okno.access")


class Links:
    """Each works once within LINK_HOURS; a new one of an operator ends his earlier ones."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        public_url: str,
        mailer: Mailer | None,
        workspace: Callable[[int], Awaitable[Workspace]],
    ) -> None:
        self._db = database
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._mailer = mailer if mailer and mailer.enabled else None
        self._workspace = workspace

    @property
    def sends_mail(self) -> bool:
        return self._mailer is not None

    def url(self, secret: str) -> str:
        """Where a one-time link is opened."""
        return f"{self._public_url}/link/{secret}"

    async def create(self, workspace_id: int, operator_id: UUID, purpose: str) -> str:
        """The secret of a link that works once within LINK_HOURS; earlier links of the operator end."""
        async with self._db.transaction() as tx:
            return await self.create_in(tx, workspace_id, operator_id, purpose)

    async def create_in(self, tx: Connection, workspace_id: int, operator_id: UUID, purpose: str) -> str:
        secret = new_secret()
        until = self._clock.now() + timedelta(hours=limits.LINK_HOURS)
        await tx.execute(SQL["delete_links"], workspace_id, operator_id)
        await tx.execute(SQL["insert_link"], hash_secret(secret), workspace_id, operator_id, purpose, until)
        return secret

    async def ask_reset(self, email: str, address: str) -> bool:
        """Have a link mailed to whoever signs in with `email`; false when this installation sends no mail.

        The same work is done here whether somebody does or not: a handler looks, after the answer has gone.
        Raises `TooMany`.
        """
        if self._mailer is None:
            return False
        now = self._clock.now()
        since = now - timedelta(seconds=limits.LOGIN_WINDOW_S)
        keys = (f"reset:{email.lower()}", f"reset ip:{address}")
        for key, bound in zip(keys, (limits.RESETS_PER_MAILBOX_MAX, limits.RESETS_PER_ADDRESS_MAX), strict=True):
            if await self._db.fetchval(SQL["count_failures"], key, since) >= bound:
                raise TooMany("a link was asked for several times already; look into your mail, or try again later")
        async with self._db.transaction() as tx:
            for key in keys:
                await tx.execute(SQL["insert_failure"], key, now)
            await emit(tx, self._clock, RESET_ASKED, ResetAsked(email))
        return True

    async def mail_reset(self, email: str) -> bool:
        """Make the link and queue its letter in one transaction; whether there is somebody to write to."""
        r = await self._db.fetchrow(SQL["find_by_email"], email)
        if r is None or r["disabled_at"] or self._mailer is None:
            return False
        workspace = await self._workspace(r["workspace_id"])
        async with self._db.transaction() as tx:
            secret = await self.create_in(tx, r["workspace_id"], r["id"], "reset")
            await self.mail_in(tx, letters.Reset(r["email"], r["name"], workspace.name, r["locale"]), secret)
        return True

    async def mail_in(self, tx: Connection, cause: letters.Reset | letters.Invitation, secret: str) -> None:
        if self._mailer:
            subject, text = letters.render_letter(cause, self.url(secret))
            await self._mailer.post(tx, Letter(cause.to, subject, text, type(cause).__name__.lower()))
            self._mailer.wake()

    async def get(self, secret: str) -> Link:
        r = await self._db.fetchrow(SQL["find_link"], hash_secret(secret), self._clock.now())
        if r is None:
            raise NotFound("this link was used already or is too old; ask for another one")
        return Link(r["purpose"], r["email"], r["name"])

    async def create_for(self, email: str) -> str:
        """The secret of a link for whoever signs in with this e-mail. Raises `NotFound`."""
        r = await self._db.fetchrow(SQL["find_by_email"], email)
        if r is None:
            raise NotFound("nobody signs in with this e-mail")
        return await self.create(r["workspace_id"], r["id"], "reset")
