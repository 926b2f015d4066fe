"""Operators at their desks: whose consoles are connected, what they say of themselves, and what they are told."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from okno.access.types import Actor
from okno.bus.hints import Hints
from okno.db.pool import Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import NotAllowed
from okno.kit.wire import encode
from okno.routing import store
from okno.routing.events import DeskListener
from okno.routing.shifts import Shifts
from okno.routing.store import SQL
from okno.routing.types import Desk, DeskChange, Offer

Key = tuple[int, UUID]
LOOK_S = 1.0  # for offers another process has made
TELL_S = 0.1  # loads of many change together
DESKS = "desks"
parse_desks = msgspec.json.Decoder(tuple[int, list[UUID]]).decode


class Desks:
    """Of this process: the connected ones. The database knows those of all processes."""

    def __init__(self, database: Database, clock: Clock, hints: Hints) -> None:
        self._db = database
        self._clock = clock
        self._hints = hints
        hints.hear(DESKS, self._hear)
        self.shifts = Shifts(database, clock)
        self._here: Counter[Key] = Counter()
        self._arrived: set[Key] = set()
        self._stale: set[Key] = set()
        self._told: dict[Key, Desk] = {}
        self._wake = asyncio.Event()
        self._listeners: list[DeskListener] = []
        self._stirs: list[Callable[[int], None]] = []

    def listen(self, listener: DeskListener) -> None:
        self._listeners.append(listener)

    def on_change(self, stir: Callable[[int], None]) -> None:
        """Called when somebody may take more, or no more."""
        self._stirs.append(stir)

    # -- connections: told by realtime -----------------------------------------------------------------------------

    def came(self, workspace_id: int, operator_id: UUID) -> None:
        """A console of his is connected."""
        key = (workspace_id, operator_id)
        self._here[key] += 1
        self._told.pop(key, None)  # the new one knows nothing yet
        self._arrived.add(key)
        self._wake.set()

    def went(self, workspace_id: int, operator_id: UUID) -> None:
        """One is gone. He keeps his seat for SEAT_HOLD_S: a reload is no absence."""
        key = (workspace_id, operator_id)
        self._here[key] -= 1
        if self._here[key] <= 0:
            del self._here[key]
            self._told.pop(key, None)

    async def _sit_down(self, keys: Iterable[Key]) -> None:
        now = self._clock.now()
        grouped: dict[int, list[UUID]] = defaultdict(list)
        for workspace_id, operator_id in keys:
            grouped[workspace_id].append(operator_id)
            await self._db.execute(SQL["ensure_state"], workspace_id, operator_id, now)
        await self._beat(keys)
        for workspace_id, operators in grouped.items():
            await self.record(workspace_id, operators)
            self._stir(workspace_id)

    async def _beat(self, keys: Iterable[Key]) -> None:
        held = list(keys)
        until = self._clock.now() + timedelta(seconds=limits.SEAT_HOLD_S)
        if held:
            await self._db.execute(SQL["beat"], [k[0] for k in held], [k[1] for k in held], until)

    async def record(self, workspace_id: int, operators: list[UUID] | None) -> None:
        """Write down the states in force where they have changed; null: of everybody."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await tx.execute(SQL["record_intervals"], workspace_id, operators, now)
            await tx.execute(SQL["begin_intervals"], workspace_id, operators, now)

    async def run_beats(self) -> None:
        """Say whose consoles are here. Where a process dies, its operators are away after SEAT_HOLD_S."""
        while True:
            await self._beat(list(self._here))
            await self._clock.sleep(limits.SEAT_BEAT_S)

    # -- states ----------------------------------------------------------------------------------------------------

    async def change(self, actor: Actor, change: DeskChange) -> Desk:
        """One's own. A break has a reason, the other states none. Raises `NotAllowed` for an API key."""
        if actor.api_key_id:
            raise NotAllowed("an API key has no desk")
        state, reason = _given(change.state), _given(change.reason)
        if state is not None and state != "break":
            reason = ""
        if isinstance(change.work_on, bool):
            await self._db.execute(SQL["ensure_state"], actor.workspace_id, actor.operator_id, self._clock.now())
            await self.shifts.work_on(actor.workspace_id, actor.operator_id, on=change.work_on)
        values = (state, reason, _given(change.takes_chats), _given(change.takes_calls))
        await self.set_state(actor.workspace_id, actor.operator_id, *values)
        return await self.get_desk(actor)

    async def set_state(self, workspace_id: int, operator_id: UUID, *values: Any) -> None:
        """`values`: state, reason, takes_chats, takes_calls; null leaves one as it is."""
        now = self._clock.now()
        await self._db.execute(SQL["ensure_state"], workspace_id, operator_id, now)
        await self._db.execute(SQL["change_state"], workspace_id, operator_id, *values, now)
        await self.record(workspace_id, [operator_id])
        self.tell(workspace_id, [operator_id])
        self._stir(workspace_id)

    async def get_desk(self, actor: Actor) -> Desk:
        key = (actor.workspace_id, actor.operator_id)
        if actor.api_key_id:
            raise NotAllowed("an API key has no desk")
        await self._db.execute(SQL["ensure_state"], *key, self._clock.now())
        return (await self._read([key]))[key]

    async def _read(self, keys: list[Key]) -> dict[Key, Desk]:
        columns = ([k[0] for k in keys], [k[1] for k in keys])
        offers: dict[Key, list[Offer]] = defaultdict(list)
        for r in await self._db.fetch(SQL["list_offers"], *columns):
            offers[r["workspace_id"], r["operator_id"]].append(store.offer_of(r))
        since = self._clock.now() - timedelta(hours=limits.LOAD_IDLE_H)
        records = await self._db.fetch(SQL["list_desks"], *columns, since, limits.IDLE_S)
        return {(key := (r["workspace_id"], r["operator_id"])): store.desk_of(r, offers.get(key, [])) for r in records}

    # -- on the telephone ------------------------------------------------------------------------------------------

    async def list_ready_for_calls(self, workspace_id: int) -> list[UUID]:
        """Who is here, takes calls and speaks with nobody; longest idle first."""
        values = (workspace_id, self._clock.now(), limits.CALL_LEGS_MAX)
        return [r["operator_id"] for r in await self._db.fetch(SQL["list_ready_for_calls"], *values)]

    async def begin_call(self, workspace_id: int, call_id: UUID, operator_id: UUID, use_percent: int) -> bool:
        """He speaks now, which counts against what he can take; false when he speaks in another call."""
        values = (workspace_id, call_id, operator_id, use_percent, self._clock.now())
        begun = await self._db.fetchval(SQL["begin_call"], *values)
        self.tell(workspace_id, [operator_id])
        return begun is not None

    async def end_call(self, workspace_id: int, call_id: UUID) -> None:
        """He has room again."""
        ended = [r["operator_id"] for r in await self._db.fetch(SQL["end_call"], workspace_id, call_id)]
        if ended:
            self.tell(workspace_id, ended)
            self._stir(workspace_id)

    async def end_calls_but(self, live: Sequence[UUID]) -> None:
        """After a crash: only these calls live."""
        for r in await self._db.fetch(SQL["end_calls_but"], list(live)):
            self.tell(r["workspace_id"], [r["operator_id"]])
            self._stir(r["workspace_id"])

    def _stir(self, workspace_id: int) -> None:
        for stir in self._stirs:
            stir(workspace_id)

    # -- telling ---------------------------------------------------------------------------------------------------

    def tell(self, workspace_id: int, operators: Iterable[UUID]) -> None:
        """Their desks may have changed; they are told wherever they are connected."""
        told = set(operators)
        self._tell_here(workspace_id, told)
        if self._hints.shared and told:
            self._hints.tell(DESKS, encode((workspace_id, list(told))))

    def _tell_here(self, workspace_id: int, operators: Iterable[UUID]) -> None:
        self._stale |= {key for o in operators if (key := (workspace_id, o)) in self._here}
        if self._stale:
            self._wake.set()

    def _hear(self, _: str, payload: bytes) -> None:
        self._tell_here(*parse_desks(payload))

    async def run_desks(self) -> None:
        """New arrivals sit down, changed desks are told; once a second a look for offers made elsewhere."""
        while True:
            try:
                await asyncio.wait_for(self._wake.wait(), LOOK_S)
            except TimeoutError:
                await self._look()
            self._wake.clear()
            arrived, self._arrived = self._arrived, set()
            if arrived:
                await self._sit_down(sorted(arrived))
            stale, self._stale = (self._stale | arrived) & self._here.keys(), set()
            if not stale:
                continue
            for key, desk in (await self._read(sorted(stale))).items():
                if self._told.get(key) != desk and key in self._here:
                    self._told[key] = desk
                    for listener in self._listeners:
                        listener.on_desk(*key, desk)
            await self._clock.sleep(TELL_S)

    async def _look(self) -> None:
        keys = list(self._here)
        if not keys:
            return
        found: dict[Key, set[UUID]] = defaultdict(set)
        for r in await self._db.fetch(SQL["list_offer_ids"], [k[0] for k in keys], [k[1] for k in keys]):
            found[r["workspace_id"], r["operator_id"]].add(r["id"])
        told = {key: {o.id for o in desk.offers} for key, desk in self._told.items()}
        self._stale |= {key for key in keys if found.get(key, set()) != told.get(key, set())}


def _given(value: Any) -> Any:
    return None if value is UNSET else value
