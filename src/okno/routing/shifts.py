"""Who works when: shifts of a week, days that are different, and whether an operator is on duty now."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import UNSET

from okno.db.pool import Connection, Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Invalid
from okno.kit.wire import encode
from okno.routing import rules, store
from okno.routing.store import SQL
from okno.routing.types import SeatChange


class Shifts:
    """What the settings say, and the duty that follows from them; the router looks again when a duty ends."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    async def follow(self, workspace_id: int, operator_id: UUID | None = None) -> list[UUID]:
        """Write down the duties that have changed by now, or that of one operator; whose are others."""
        async with self._db.transaction() as tx:
            return await self._follow(tx, workspace_id, operator_id)

    async def _follow(self, tx: Connection, workspace_id: int, operator_id: UUID | None) -> list[UUID]:
        now = self._clock.now()
        changed = []
        for r in await tx.fetch(SQL["lock_duties"], workspace_id, operator_id, now):
            duty, until = rules.duty_at(store.schedule_of(r), r["extra_until"], now)
            await tx.execute(SQL["set_duty"], workspace_id, r["operator_id"], duty, until, now)
            if duty != r["duty"] or until != r["duty_until"]:
                changed.append(r["operator_id"])
        return changed

    async def work_on(self, workspace_id: int, operator_id: UUID, *, on: bool) -> None:
        """He takes conversations outside his shift, for EXTRA_H at most; or no more."""
        until = self._clock.now() + timedelta(hours=limits.EXTRA_H) if on else None
        async with self._db.transaction() as tx:
            await tx.execute(SQL["set_extra"], workspace_id, operator_id, until)
            await self._follow(tx, workspace_id, operator_id)

    async def change(self, tx: Connection, workspace_id: int, operator_id: UUID, change: SeatChange) -> None:
        """The part of a change that is about working hours. Raises `Invalid`."""
        if (change.shifts, change.days, change.time_zone) == (UNSET, UNSET, UNSET):
            return
        key = (workspace_id, operator_id)
        if isinstance(change.shifts, list):
            _check(change.shifts, "shifts")
            columns = [[s.day for s in change.shifts], [s.from_min for s in change.shifts]]
            await tx.execute(SQL["clear_shifts_of"], *key)
            await tx.execute(SQL["set_shifts_of"], *key, *columns, [s.to_min for s in change.shifts])
        days, zone = None, None
        if isinstance(change.days, list):
            if len({day.date for day in change.days}) < len(change.days):
                raise Invalid("a date stands there twice", field="days")
            for day in change.days:
                _check(day.spans, "days")
            days = encode(change.days).decode()
        if isinstance(change.time_zone, str):
            try:
                zone = ZoneInfo(change.time_zone).key
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise Invalid("there is no such time zone", field="time_zone") from None
        await tx.execute(SQL["set_shift_days"], *key, days, zone)
        await self._follow(tx, workspace_id, operator_id)


def _check(spans: Sequence[Any], field: str) -> None:
    if any(span.from_min >= span.to_min for span in spans):
        raise Invalid("a shift ends after it begins", field=field)
