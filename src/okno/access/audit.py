"""Who did what, when and from where: entries are added in the transaction of what they tell of, and never changed."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from okno.access.rights import require
from okno.access.types import Actor, AuditEntry, AuditPage
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.cards import mask_cards
from okno.kit.clock import Clock
from okno.kit.errors import Malformed
from okno.kit.ids import uuid7

SQL = load_queries("okno.access")
NOBODY = UUID(int=0)
COLUMNS = ("at", "actor", "actor_name", "address", "action", "subject", "detail")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a table calculator would run a cell that begins so


class Audit:
    """The workspace's log. Readers need the right `audit`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    async def record(
        self,
        place: Connection | Database,
        actor: Actor | None,
        action: str,
        subject: str = "",
        detail: str = "",
        *,
        workspace_id: int = 0,
    ) -> None:
        """One entry, in the caller's transaction when `place` is one. Without an actor the system did it."""
        if actor is None:
            who: tuple[Any, ...] = (workspace_id, "system", NOBODY, "", "")
        else:
            sort = "api_key" if actor.api_key_id else "operator"
            who = (actor.workspace_id, sort, actor.operator_id, actor.name, actor.address)
        said = (action, subject[: limits.AUDIT_SUBJECT_LEN_MAX], mask_cards(detail)[: limits.AUDIT_DETAIL_LEN_MAX])
        await place.execute(SQL["insert_audit"], uuid7(), self._clock.now(), *who, *said)

    async def record_customer(self, tx: Connection, workspace_id: int, contact_id: UUID, action: str) -> None:
        """What a customer did himself."""
        who = (workspace_id, "customer", contact_id, "", "")
        await tx.execute(SQL["insert_audit"], uuid7(), self._clock.now(), *who, action, f"contact {contact_id}", "")

    async def list_entries(
        self,
        actor: Actor,
        *,
        operator: UUID | None = None,
        action: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        cursor: UUID | None = None,
        limit: int = limits.PAGE_DEFAULT,
    ) -> AuditPage:
        """Newest first. Raises `NotAllowed`."""
        require(actor, "audit")
        if since and until and since > until:
            raise Malformed("since is after until")
        values = (actor.workspace_id, operator, action, since, until, cursor, limit + 1)
        records = await self._db.fetch(SQL["list_audit"], *values)
        entries = [AuditEntry(*r) for r in records[:limit]]
        return AuditPage(entries, entries[-1].id if len(records) > limit else None)

    async def list_actions(self, actor: Actor) -> list[str]:
        """Actions there are entries of, for the filter."""
        require(actor, "audit")
        return [r["action"] for r in await self._db.fetch(SQL["list_audit_actions"], actor.workspace_id)]

    async def export(self, actor: Actor) -> AsyncIterator[bytes]:
        """The whole log as CSV, oldest last, in pieces. Raises `NotAllowed` before the first."""
        require(actor, "audit")
        await self.record(self._db, actor, "audit.exported")

        async def pieces() -> AsyncIterator[bytes]:
            yield b"\xef\xbb\xbf" + _row(COLUMNS)  # table calculators take it for UTF-8 then
            cursor: UUID | None = None
            while True:
                page = await self.list_entries(actor, cursor=cursor, limit=limits.PAGE_MAX)
                rows = (
                    (e.at.isoformat(), e.actor, e.actor_name, e.address, e.action, e.subject, e.detail)
                    for e in page.entries
                )
                yield b"".join(map(_row, rows))
                cursor = page.next
                if cursor is None:
                    return

        return pieces()

    async def forget(self) -> int:
        """Take away what is older than each workspace keeps it; how many."""
        return int(await self._db.fetchval(SQL["forget_audit"], self._clock.now() - timedelta(days=30)))


def _row(cells: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return text.getvalue().encode()
