"""The one way out to the telephone network: every number that is to be dialled is asked about here first."""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from okno.bus.api import emit
from okno.contacts.blocks import Blocks
from okno.db.pool import Database
from okno.kit.clock import Clock
from okno.kit.phone import Number
from okno.notifications.events import AlertNews
from okno.telephony import rules
from okno.telephony.events import STOPPED
from okno.telephony.store import SQL

log = structlog.get_logger()
KEPT = timedelta(days=2)


class Asker(NamedTuple):
    """For whom a number is dialled: the call it is for, of a visitor at an address; an operator's own has neither."""

    call: UUID
    conversation: UUID
    visitor: UUID | None = None
    address: str = ""


class Outside:
    """Counts and decides in one transaction: two askers at once cannot both be the last that is allowed."""

    def __init__(self, database: Database, clock: Clock, blocks: Blocks) -> None:
        self._db = database
        self._clock = clock
        self._blocks = blocks

    async def take(self, workspace_id: int, number: Number, asker: Asker) -> None:
        """It may be dialled once, and is counted. Raises `NotAllowed`, `TooMany`."""
        async with self._db.transaction() as tx:
            await tx.execute(SQL["lock_dials"], str(workspace_id))
            setting = await tx.fetchrow(SQL["find_setting"], workspace_id)
            refusal = await self._refusal(tx, workspace_id, setting, number, asker)
            if refusal is None:
                values = (asker.call, number, asker.visitor, asker.address)
                await tx.execute(SQL["insert_dial"], workspace_id, self._clock.now(), *values)
                await tx.execute(SQL["forget_dials"], self._clock.now() - KEPT)
            elif refusal in rules.CALMING and await tx.fetchval(SQL["stop_dialling"], workspace_id, self._clock.now()):
                log.error("outgoing calls are stopped: a bound was reached", workspace=workspace_id, bound=refusal)
                await emit(tx, self._clock, STOPPED, AlertNews(workspace_id, asker.conversation))
        if refusal is not None:
            log.info("a number is not dialled", workspace=workspace_id, why=refusal)
            raise rules.error_of(refusal)

    async def _refusal(
        self, tx: Any, workspace_id: int, setting: Any, number: Number, asker: Asker
    ) -> rules.Refusal | None:
        if setting is None or not setting["host"]:
            return "stopped"
        values = (number, asker.visitor, asker.address, self._clock.now())
        dialled = rules.Dialled(*(await tx.fetchrow(SQL["count_dials"], workspace_id, *values)))
        policy = rules.Policy(
            *(setting["countries"], setting["dials_per_minute"], setting["dials_per_day"]),
            stopped=setting["stopped_at"] is not None,
        )
        blocked = self._blocks.is_blocked(workspace_id, phone=number, visitor_id=asker.visitor, ip=asker.address)
        return rules.plan_dial(number, policy, dialled, blocked=blocked)
