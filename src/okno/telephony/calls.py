"""Calls that live: each has one task and one mailbox; `machine` decides, here it is done and written down.

One process has them, the holder of the lease `telephony`. The engine's news, commands of people and time itself come
into the mailbox one after the other, so two answers in the same instant have one winner. A call outlives this process:
its successor compares the database with the engine and goes on, or ends what cannot go on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, assert_never
from uuid import UUID

import asyncpg
import structlog

from okno.bus.hints import Hints
from okno.conversations.api import Conversations, system_of
from okno.conversations.calling import CallBegan, CallDirection, CallEnded
from okno.db.pool import Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import OknoError, Unavailable
from okno.kit.ids import uuid7
from okno.kit.phone import show_number
from okno.kit.tasks import Tasks
from okno.kit.wire import encode
from okno.routing.api import Desks
from okno.telephony import store
from okno.telephony.engine import Arrival, CallEngine, EngineFailed, Line
from okno.telephony.events import CallListener
from okno.telephony.live import ORDER, ORDERS, About, Live, Order, lasts_s, parse_order, seconds_between, show_caller
from okno.telephony.machine import (
    Act,
    Answered,
    CallState,
    Cause,
    Connect,
    Dial,
    Drop,
    Ended,
    Expired,
    Happening,
    Leg,
    Lost,
    NotRecorded,
    Park,
    Record,
    Ring,
    Transfer,
    begin_inbound,
    begin_outgoing,
    missed,
    step,
)
from okno.telephony.recordings import Recordings
from okno.telephony.store import SQL
from okno.telephony.types import Call

log = structlog.get_logger()
FAULTS = (OknoError, asyncpg.PostgresError, OSError)
"""What the database and the slices below may answer; a call goes on all the same."""
KEEP_AGAIN_S = 1.0
WAIT_LOOK_S = 1.0  # somebody may be free now for whoever waits on the line


class Names(Protocol):
    def name_of(self, operator_id: UUID) -> str: ...


Finished = Callable[[Live], Awaitable[None]]
Arrived = Callable[[Arrival], Awaitable[None]]
Free = Callable[[Live], Awaitable[Sequence[Line]]]


class Calls:
    """Begins calls, carries them through, and tells of them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tasks: Tasks,
        hints: Hints,
        conversations: Conversations,
        desks: Desks,
        names: Names,
        recordings: Recordings,
    ) -> None:
        self._db = database
        self._clock = clock
        self._tasks = tasks
        self._hints = hints
        self._conversations = conversations
        self._desks = desks
        self._names = names
        self._recordings = recordings
        self._live: dict[UUID, Live] = {}
        self._of_leg: dict[UUID, UUID] = {}
        self._listeners: list[CallListener] = []
        self._engine: CallEngine | None = None
        self._recovered = asyncio.Event()
        self.on_finished: Finished = _nothing
        """Told when a call has ended, before anybody else hears of it."""
        self.on_arrival: Arrived = _nothing
        """Told of everybody who dials one of our numbers."""
        self.find_free: Free = _nobody
        """Asked whom to ring for a customer who waits on the line."""
        hints.hear(ORDER, self._hear)

    def listen(self, listener: CallListener) -> None:
        self._listeners.append(listener)

    def use(self, engine: CallEngine | None) -> None:
        """This process carries calls from now on, or no more."""
        self._engine = engine
        self._recovered.clear()
        if engine is None:
            for live in self.live:  # whoever carries them now begins where the database stands
                if live.task:
                    live.task.cancel()
            self._live.clear()
            self._of_leg.clear()
        else:
            engine.listen(self)

    @property
    def engine(self) -> CallEngine:
        """Raises `EngineFailed` while there is none, or it has just come and its calls are not known yet."""
        if self._engine is None or not self._engine.is_there() or not self._recovered.is_set():
            raise EngineFailed("the telephone is not there just now")
        return self._engine

    @property
    def live(self) -> Sequence[Live]:
        return list(self._live.values())

    def find(self, call_id: UUID) -> Call | None:
        """As it is now; null when it does not live here."""
        live = self._live.get(call_id)
        return self.view(live) if live else None

    # -- beginning -------------------------------------------------------------------------------------------------

    async def begin(self, call: UUID, about: About, direction: CallDirection, lines: Sequence[Line]) -> bool:
        """Ring these operators, then the customer. Returns at once; raises `EngineFailed`.

        False when the callback it is for was taken back meanwhile.
        """
        engine = self.engine
        customer = Leg(uuid7(), engine.outside(about.workspace_id, about.number))
        operators = tuple(Leg(uuid7(), line.endpoint, line.operator) for line in lines[: limits.CALL_LEGS_MAX])
        state, acts = begin_outgoing(call, direction, customer, operators, record=about.record)
        live = Live(about, state, self._clock.now(), phase_since=self._clock.monotonic())
        if not await self._insert(live):
            return False
        self._adopt(live)
        live.task = self._tasks.spawn(self._run(live, acts), name="call")
        return True

    async def begin_inbound(self, about: About, leg: UUID) -> None:
        """Somebody is on the line; operators are rung as soon as one is free."""
        state, acts = begin_inbound(uuid7(), Leg(leg, ""), record=about.record)
        live = Live(about, state, self._clock.now(), phase_since=self._clock.monotonic())
        self._adopt(live)  # before anything is awaited: he may hang up meanwhile
        await self._insert(live)
        live.task = self._tasks.spawn(self._run(live, acts), name="call")

    async def _insert(self, live: Live) -> bool:
        about, state = live.about, live.state
        async with self._db.transaction() as tx:
            inserted = await tx.fetchval(
                SQL["insert_call"],
                *(about.workspace_id, state.id, state.direction, state.phase, about.conversation_id, about.contact_id),
                *(about.callback_id, about.number, live.began_at, state.recording),
            )
            if inserted is not None:
                await store.save_legs(tx, about.workspace_id, state)
        return inserted is not None

    def _adopt(self, live: Live) -> None:
        self._live[live.state.id] = live
        self._of_leg |= {leg.id: live.state.id for leg in live.state.legs}

    def order(self, call_id: UUID, order: Order) -> bool:
        """What somebody wants of a call, wherever it lives; false when it cannot be handed on now."""
        if self._carry_out(call_id, order):
            return True
        if self._hints.shared:
            self._hints.tell(ORDER, encode((call_id, order)))
        return self._hints.shared

    def _hear(self, _: str, payload: bytes) -> None:
        self._carry_out(*parse_order(payload))

    def transfer(self, call_id: UUID, lines: Sequence[Line]) -> bool:
        """To whoever of these answers first; false when the call does not live here."""
        live = self._live.get(call_id)
        return live is not None and self._put(call_id, Transfer(self._legs(live, lines)))

    def _carry_out(self, call_id: UUID, order: Order) -> bool:
        return self._put(call_id, ORDERS[order])

    def _put(self, call_id: UUID, happening: Happening) -> bool:
        """Into the call's mailbox; false when it is not here."""
        live = self._live.get(call_id)
        if live is not None:
            live.mailbox.put_nowait(happening)
        return live is not None

    # -- the engine's news -----------------------------------------------------------------------------------------

    def on_answered(self, leg: UUID) -> None:
        if not self._to_leg(leg, Answered(leg)):
            self._tasks.spawn(self._sweep([leg]), name="orphan leg")

    def on_ended(self, leg: UUID, cause: Cause) -> None:
        self._to_leg(leg, Ended(leg, cause))

    def _to_leg(self, leg: UUID, happening: Happening) -> bool:
        call = self._of_leg.get(leg)
        return call is not None and self._put(call, happening)

    def on_arrived(self, arrival: Arrival) -> None:
        self._tasks.spawn(self._arrive(arrival), name="arrival")

    async def _arrive(self, arrival: Arrival) -> None:
        try:
            await self.on_arrival(arrival)
        finally:
            if arrival.leg not in self._of_leg:  # nobody wants it
                await self._sweep([arrival.leg])

    def on_connected(self) -> None:
        self._tasks.spawn(self._recover(), name="calls compared")

    def on_lost(self) -> None:
        for live in self.live:
            live.mailbox.put_nowait(Lost())

    async def _sweep(self, legs: Iterable[UUID]) -> None:
        if self._engine is None:
            return
        for leg in legs:
            try:
                await self._engine.drop(leg)
            except EngineFailed as error:
                log.warning("a leg was not dropped", leg=str(leg), error=error.detail)

    async def _recover(self) -> None:
        """What the database says lives is compared with what does: calls go on, or end; legs of nobody are hung up."""
        engine = self._engine
        if engine is None:
            return
        standing = await engine.list_live()
        records = await self._db.fetch(SQL["list_live"], None)
        legs: dict[UUID, list[Any]] = {}
        for leg in await self._db.fetch(SQL["list_legs"], [r["id"] for r in records]):
            legs.setdefault(leg["call_id"], []).append(leg)
        for r in records:
            live = await self._read(r, legs.get(r["id"], []))
            if r["id"] not in self._live:
                self._adopt(live)
                live.task = self._tasks.spawn(self._run(live, ()), name="call")
        known = set(self._of_leg)
        await self._sweep(leg for leg in standing if leg not in known)
        for live in self.live:
            for happening in missed(live.state, standing):
                live.mailbox.put_nowait(happening)
        for r in records:
            if r["taken_back"]:
                self._carry_out(r["id"], "cancel")
        await self._desks.end_calls_but([live.state.id for live in self.live if live.state.operator])
        self._recovered.set()
        log.info("calls compared with the engine", calls=len(records), legs=len(standing))

    async def _read(self, r: Any, legs: Sequence[Any]) -> Live:
        key = (r["workspace_id"], r["conversation_id"], r["contact_id"])
        about = await store.about_of(self._db, *key, r["number"], r["callback_id"])
        state = store.state_of(r, list(legs))
        return Live(about, state, r["began_at"], r["talked_at"], phase_since=self._clock.monotonic())

    # -- one call --------------------------------------------------------------------------------------------------

    async def _run(self, live: Live, acts: Sequence[Act]) -> None:
        """Until it has ended."""
        try:
            self._tell(live, live.state)
            await self._do(live, acts)
            while live.state.phase != "ended":
                await self._take(live, await self._next(live))
        finally:
            if self._live.get(live.state.id) is live:  # else whoever carries it now has it there
                del self._live[live.state.id]
                for leg in live.state.legs:
                    self._of_leg.pop(leg.id, None)

    async def _next(self, live: Live) -> Happening:
        """What happens next: something told, a phase that has lasted long enough, or somebody who is free now."""
        while True:
            left = lasts_s(live) - (self._clock.monotonic() - live.phase_since)
            waits = live.state.phase == "waiting"
            try:
                async with asyncio.timeout(max(min(left, WAIT_LOOK_S) if waits else left, 0.0)):
                    return await live.mailbox.get()
            except TimeoutError:
                if left <= WAIT_LOOK_S or not waits:
                    live.phase_since = self._clock.monotonic()
                    return Expired()
            try:
                lines = await self.find_free(live)
            except FAULTS as error:
                log.warning("nobody could be looked for", call=str(live.state.id), error=repr(error)[:300])
                lines = ()
            if lines:
                await self._let_hear(live, music=False)
                return Ring(self._legs(live, lines))
            await self._let_hear(live, music=True)

    def _legs(self, live: Live, lines: Sequence[Line]) -> tuple[Leg, ...]:
        legs = tuple(Leg(uuid7(), line.endpoint, line.operator) for line in lines[: limits.CALL_LEGS_MAX])
        self._of_leg |= {leg.id: live.state.id for leg in legs}
        return legs

    async def _let_hear(self, live: Live, *, music: bool) -> None:
        """A caller hears that it rings; while nobody is free he is answered and hears music, and goes on hearing it."""
        customer = live.state.customer
        if live.music or customer is None or self._engine is None:
            return
        live.music = music
        try:
            await (self._engine.play_wait if music else self._engine.ring)(customer.id)
        except EngineFailed as error:
            log.info("who waits hears nothing", call=str(live.state.id), error=error.detail)

    async def _take(self, live: Live, happening: Happening) -> None:
        before = live.state
        state, acts = step(before, happening)
        winner = state.speaker if state.speaker != before.speaker else None
        if winner and not await self._claim(live.about, state):
            state, acts = step(before, Ended(winner, "busy"))
            acts = (Drop(winner), *acts)
        live.state = state
        if live.state == before and not acts:
            return
        now = self._clock.now()
        if live.state.phase != before.phase:
            live.phase_since = self._clock.monotonic()
            if live.state.phase == "talking":
                live.talked_at = live.talked_at or now
                live.music = True  # he is answered: from now on he hears music, whatever is rung
            elif live.state.phase == "ended":
                live.ended_at = now
        self._tell(live, before)
        if before.operator and not state.operator:
            await self._let_go(live)
        await self._do(live, acts)
        while True:
            try:
                await self._keep(live, before)
            except FAULTS as error:
                log.warning("a call was not written down", call=str(live.state.id), error=repr(error)[:300])
                away = not isinstance(error, OknoError) or isinstance(error, Unavailable)
                if away and live.state.phase == "ended":  # nobody waits for it any more: as long as it takes
                    await self._clock.sleep(KEEP_AGAIN_S)
                    continue
            return

    async def _do(self, live: Live, acts: Sequence[Act]) -> None:
        """Lines that are to stop ringing stop first and together."""
        drops = [act for act in acts if isinstance(act, Drop)]
        others = [act for act in acts if not isinstance(act, Drop)]
        await asyncio.gather(*(self._act(live, act) for act in drops))
        if others and all(isinstance(act, Dial) for act in others):
            await asyncio.gather(*(self._act(live, act) for act in others))
            return
        for act in others:
            await self._act(live, act)

    async def _act(self, live: Live, act: Act) -> None:
        """What the engine refuses is the end of that line."""
        engine = self._engine
        if engine is None:
            return  # whoever carries calls now finds this one
        try:
            await _ask(engine, live, act)
        except EngineFailed as error:
            log.warning("the engine refused", call=str(live.state.id), act=type(act).__name__, error=error.detail)
            match act:
                case Dial(leg):
                    live.mailbox.put_nowait(Ended(leg.id, "unreachable"))
                case Connect(customer, _):
                    await self._sweep([customer])  # he would stand alone on a line
                    live.mailbox.put_nowait(Ended(customer, "failed"))
                case Record():
                    live.mailbox.put_nowait(NotRecorded())

    async def _keep(self, live: Live, before: CallState) -> None:
        """Into the database, the timeline and the operator's desk."""
        about, state = live.about, live.state
        if state.operator and not before.operator:
            await self._won(live, state.operator)
        async with self._db.transaction() as tx:
            await store.save(tx, about.workspace_id, state, (live.talked_at, live.ended_at))
            if state.phase == "ended" and state.recording in ("on", "paused", "failed"):
                place = (about.conversation_id, about.contact_id)
                failed = state.recording == "failed"
                await self._recordings.keep_in(tx, about.workspace_id, state.id, place, failed=failed)
        if state.phase == "ended":
            await self._desks.end_call(about.workspace_id, state.id)
            if self._engine:
                await self._engine.forget(state.id)
            await self.on_finished(live)
            talk_s = seconds_between(live.talked_at, live.ended_at)
            name = self._names.name_of(state.operator) if state.operator else ""
            if state.outcome != "talked" and (state.direction == "inbound" or live.talked_at):
                await self.let_wait(about.workspace_id, about.conversation_id)
            body = CallEnded(state.id, state.direction, state.outcome or "lost", talk_s, state.operator, name)
            await self._conversations.record(system_of(about.workspace_id), about.conversation_id, body)

    async def let_wait(self, workspace_id: int, conversation_id: UUID) -> None:
        """Whoever called in vain, or could not be reached, waits for an answer."""
        actor = system_of(workspace_id)
        try:
            await self._conversations.assign(actor, conversation_id, None, waits=True, reason="missed")
        except OknoError as error:
            log.info("the conversation does not wait", conversation=str(conversation_id), why=error.detail)

    async def _let_go(self, live: Live) -> None:
        """He has handed it on, and can take another call."""
        try:
            await self._desks.end_call(live.about.workspace_id, live.state.id)
        except FAULTS as error:
            log.warning("who handed a call on counts as speaking", call=str(live.state.id), error=repr(error)[:300])

    async def _claim(self, about: About, state: CallState) -> bool:
        """Whether who took it may speak: false when another call has him already. Before the customer is dialled."""
        assert state.operator is not None  # noqa: S101 - `speaker` is an operator's
        try:
            return await self._desks.begin_call(about.workspace_id, state.id, state.operator, about.use_percent)
        except FAULTS as error:
            log.warning("it is not known who speaks", call=str(state.id), error=repr(error)[:300])
            return True

    async def _won(self, live: Live, operator: UUID) -> None:
        """He has the conversation from now on, and no other call rings him."""
        about, state = live.about, live.state
        rung = [leg.id for other in self.live for leg in other.state.ringing if leg.operator == operator]
        await self._sweep(leg for leg in rung if self._of_leg.get(leg) != state.id)
        body = CallBegan(state.id, state.direction, operator, self._names.name_of(operator))
        actor = system_of(about.workspace_id)
        await self._conversations.record(actor, about.conversation_id, body)
        try:
            await self._conversations.assign(actor, about.conversation_id, operator, reason="call")
        except OknoError as error:  # it was resolved or joined meanwhile: they speak all the same
            log.info("the conversation stays where it is", call=str(state.id), why=error.detail)

    def _tell(self, live: Live, before: CallState) -> None:
        told = {leg.operator for state in (before, live.state) for leg in state.legs if leg.operator}
        call = self.view(live)
        for listener in self._listeners:
            listener.on_call(live.about.workspace_id, told, call)

    def view(self, live: Live) -> Call:
        about, state = live.about, live.state
        name = self._names.name_of(state.operator) if state.operator else ""
        return Call(
            *(state.id, state.direction, state.phase, about.conversation_id, about.contact_id, about.contact_name),
            *(show_number(about.number) if about.number else "", state.operator, name, state.held),
            *(live.began_at, live.talked_at, live.ended_at),
            *(state.outcome, state.recording, [leg.operator for leg in state.ringing if leg.operator]),
        )


async def _ask(engine: CallEngine, live: Live, act: Act) -> None:
    """Raises `EngineFailed`."""
    call = live.state.id
    match act:
        case Dial(leg):
            shown = live.about.shown if leg.operator is None else show_caller(live.about)
            ring_s = live.about.ring_s if leg.operator else limits.DIAL_S
            await engine.dial(call, leg.id, leg.endpoint, shown=shown, ring_s=ring_s)
        case Drop(leg_id):
            await engine.drop(leg_id)
        case Connect(customer, operator):
            await engine.connect(call, customer, operator)
        case Park(customer, _, on):
            await engine.park(call, customer, on=on)
        case Record(customer, what):
            await engine.record(call, customer, what)
        case _:
            assert_never(act)


async def _nothing(_: Live | Arrival) -> None:
    """Nobody listens."""


async def _nobody(_: Live) -> Sequence[Line]:
    return ()
