"""The public door of telephony: calls, callbacks, and how the telephone is set up and feels."""

import asyncio
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import structlog

from okno.access.api import Access, require
from okno.access.keys import Keys
from okno.access.types import Actor
from okno.bus.hints import Hints
from okno.bus.leases import Lease
from okno.channels.site.api import Guest, Site
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations
from okno.db.pool import Connection, Database
from okno.files.api import Files
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotAllowed, NotFound, OknoError, Unavailable
from okno.kit.ids import uuid7
from okno.kit.phone import parse_number
from okno.kit.tasks import Tasks
from okno.kit.wire import encode
from okno.routing.api import Routing
from okno.routing.hours.api import Hours
from okno.telephony import store
from okno.telephony.asterisk.adapter import AsteriskEngine
from okno.telephony.asterisk.config import BROWSER, SOFTPHONE, endpoint
from okno.telephony.asterisk.install import Asterisk, find_asterisk
from okno.telephony.asterisk.server import AsteriskServer, known_ports
from okno.telephony.callbacks import Callbacks
from okno.telephony.calls import Calls
from okno.telephony.engine import EngineFailed
from okno.telephony.events import CallListener, Recorded
from okno.telephony.inbound import Inbound
from okno.telephony.live import Order
from okno.telephony.outside import Asker, Outside
from okno.telephony.recordings import RECORD, UNRECORD, Recordings, recorded_in
from okno.telephony.setup import Setup
from okno.telephony.store import SQL
from okno.telephony.types import (
    Call,
    CallbackOffer,
    PhoneAccess,
    PhoneHealth,
    PhoneSettings,
    PhoneSettingsChange,
    Recording,
    TrunkState,
)

__all__ = [
    "RECORD",
    "UNRECORD",
    "Asterisk",
    "CallbackOffer",
    "Guest",
    "PhonePlace",
    "Recordings",
    "Setup",
    "Telephony",
    "find_asterisk",
    "recorded_in",
]

log = structlog.get_logger()
SOCKET = "/telephony/socket"
LOOK_S = 10.0  # for an Asterisk that was installed meanwhile, and for people who came or went
SOON_S = 0.3
RELOADED = {"pjsip.conf": "res_pjsip", "extensions.conf": "pbx_config", "rtp.conf": "res_rtp_asterisk"}
STIR, CHANGED, WISH = "telephony.stir", "telephony.changed", "telephony.wish"
TRANSFER = "telephony.transfer"


class Wish(msgspec.Struct, array_like=True, frozen=True):
    """An operator calls a customer: for the process where calls live."""

    workspace_id: int
    operator: UUID
    conversation: UUID
    contact: UUID
    number: str


parse_transfer = msgspec.json.Decoder(tuple[int, UUID, UUID]).decode
parse_wish = msgspec.json.Decoder(Wish).decode


class PhonePlace(NamedTuple):
    """Where the telephone of this installation is. Without a `home` there is none.

    `sip_host` and `sip_port` are for softphones and providers (0: a free one, on the loopback), `public` the address
    they reach it by where that is another one.
    """

    home: Path | None = None
    sip_host: str = "127.0.0.1"
    sip_port: int = 0
    public: str = ""


class Telephony:
    """One process carries calls, under a lease; the others hand commands on to it."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        clock: Clock,
        tasks: Tasks,
        hints: Hints,
        access: Access,
        contacts: Contacts,
        site: Site,
        conversations: Conversations,
        hours: Hours,
        routing: Routing,
        *,
        files: Files,
        place: PhonePlace,
    ) -> None:
        self._db = database
        self._keys = keys
        self._clock = clock
        self._tasks = tasks
        self._hints = hints
        self._access = access
        self._conversations = conversations
        self._desks = routing.desks
        self._place = place
        self.setup = Setup(database, keys)
        self.recordings = Recordings(database, keys, clock, files, place.home and recorded_in(place.home))
        self.outside = Outside(database, clock, site.blocks)
        self._calls = Calls(*(database, clock, tasks, hints, conversations, routing.desks, access, self.recordings))
        self.callbacks = Callbacks(
            *(database, clock, contacts, site, conversations, hours, routing.desks, self.outside, self._calls)
        )
        self.inbound = Inbound(database, clock, contacts, site, conversations, routing.desks, self._calls)
        self._lease = Lease(database, clock, tasks, "telephony")
        self._server: AsteriskServer | None = None
        self._engine: AsteriskEngine | None = None
        self._changed = asyncio.Event()
        self._closing = False
        routing.desks.on_change(self._stir)
        hints.hear(WISH, self._hear_wish)
        hints.hear(TRANSFER, self._hear_transfer)
        hints.hear(STIR, lambda *_: self.callbacks.stir())
        hints.hear(CHANGED, lambda *_: self._changed.set())

    def listen(self, listener: CallListener) -> None:
        self._calls.listen(listener)

    # -- running ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        if self._place.home is not None:
            self._tasks.loop(self._run, name="telephony")

    async def _run(self) -> None:
        await self._lease.run(self._carry)

    async def _carry(self) -> None:
        """While the lease is held: keep Asterisk, its configuration, the connection to it and the callbacks."""
        home = self._place.home
        assert home is not None  # noqa: S101 - `start` looked
        while (asterisk := await asyncio.to_thread(find_asterisk, home)) is None:
            await self._clock.sleep(LOOK_S)
        server = AsteriskServer(
            *(home, asterisk, self._keys.sign("ari", "password")),
            sip_host=self._place.sip_host,
            sip_port=self._place.sip_port,
            public=self._place.public,
        )
        engine = AsteriskEngine(self._tasks, server)
        self._server, self._engine = server, engine
        self._calls.use(engine)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_configured(server, engine))
                group.create_task(self._keep_connected(server, engine))
                group.create_task(self.callbacks.run())
        finally:
            self._calls.use(None)
            self._server = self._engine = None

    async def _keep_configured(self, server: AsteriskServer, engine: AsteriskEngine) -> None:
        """Whoever may be rung has an endpoint; a change of the provider's is in force at once."""
        unread: set[str] = set()
        while True:
            self._changed.clear()
            unread |= await self._configure(server) & RELOADED.keys()
            if not self._closing:
                await server.ensure()
            for name in sorted(unread):
                try:
                    await engine.reload(RELOADED[name])
                except EngineFailed as error:  # it is about to start, and may have read the former one already
                    log.debug("a file is read later", file=name, why=error.detail)
                    break
                unread.discard(name)
            try:
                async with asyncio.timeout(SOON_S if unread else LOOK_S):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _configure(self, server: AsteriskServer) -> set[str]:
        phones, trunks = await self.setup.list_phones(), await self.setup.list_trunks()
        return await asyncio.to_thread(server.write, phones, trunks)

    async def _keep_connected(self, server: AsteriskServer, engine: AsteriskEngine) -> None:
        while True:
            try:
                await engine.run(lambda: server.pid is not None)
            except EngineFailed as error:
                log.debug("no connection to Asterisk yet", why=error.detail)
            self._changed.set()  # it is started again if it died
            await self._clock.sleep(SOON_S)

    async def stop(self) -> None:
        """This process ends in an orderly way: so does Asterisk, unless somebody speaks."""
        server, self._closing = self._server, True
        if server is not None and not any(one.state.phase == "talking" for one in self._calls.live):
            await server.stop()

    def _stir(self, _: int) -> None:
        self.callbacks.stir()
        if self._hints.shared and self._engine is None:
            self._hints.tell(STIR, b"{}")

    # -- settings --------------------------------------------------------------------------------------------------

    async def get_settings(self, actor: Actor) -> PhoneSettings:
        require(actor, "workspace")
        return await self.setup.get(actor.workspace_id)

    async def change_settings(self, actor: Actor, change: PhoneSettingsChange) -> PhoneSettings:
        """In force within a second. Raises `Invalid`."""
        async with self._db.transaction() as tx:
            changed = await self.setup.change(tx, actor, change)
        self._changed.set()
        self._hints.tell(CHANGED, b"{}")
        self.callbacks.stir()
        return changed

    async def get_health(self, actor: Actor) -> PhoneHealth:
        """As this installation's Asterisk says now."""
        require(actor, "workspace")
        home = self._place.home
        asterisk = await asyncio.to_thread(find_asterisk, home) if home else None
        version, origin = (asterisk.version, asterisk.origin) if asterisk else ("", "")
        settings = await self.setup.get(actor.workspace_id)
        state: TrunkState = "silent" if settings.host else "none"
        engine, lines = self._engine, 0
        running = engine is not None and engine.is_there()
        if engine is not None and running:
            ready = await self._desks.list_ready_for_calls(actor.workspace_id)
            lines = len({line.operator for line in await engine.list_lines(actor.workspace_id, ready)})
            if settings.host and await engine.reaches_outside(actor.workspace_id):
                state = "reachable"
        return PhoneHealth(version, origin, running, state, lines)

    async def get_access(self, actor: Actor) -> PhoneAccess:
        """One's own telephone. Raises `NotAllowed` for an API key."""
        if actor.api_key_id:
            raise NotAllowed("an API key has no telephone")
        home = self._place.home
        if home is None or await asyncio.to_thread(find_asterisk, home) is None:
            return PhoneAccess(ready=False)
        operator, workspace_id = actor.operator_id.hex, actor.workspace_id
        names = (endpoint(BROWSER, workspace_id, operator), endpoint(SOFTPHONE, workspace_id, operator))
        password = self.setup.phone_password(workspace_id, operator)
        alone = self._place.sip_host == "127.0.0.1"
        host = "" if alone else self._place.public or self._place.sip_host
        return PhoneAccess(True, *names, password, SOCKET, host, 0 if alone else self._place.sip_port)

    def socket_address(self) -> str | None:
        """Where the browsers' SIP goes on this machine; null while Asterisk is not there."""
        ports = known_ports(self._place.home) if self._place.home else None
        return f"ws://127.0.0.1:{ports.http}/ws" if ports else None

    # -- calls -----------------------------------------------------------------------------------------------------

    async def call_customer(self, actor: Actor, conversation_id: UUID, typed: str) -> None:
        """His own telephone rings; when he takes it, the customer is dialled. Raises `Conflict`, `Invalid`."""
        if actor.api_key_id:
            raise NotAllowed("an API key has no telephone")
        record = await self._conversations.access_conversation(actor, conversation_id)
        settings = await self.setup.get(actor.workspace_id)
        number = parse_number(typed, settings.country)
        wish = Wish(actor.workspace_id, actor.operator_id, conversation_id, record["contact_id"], str(number))
        if self._engine is None and self._hints.shared:
            self._hints.tell(WISH, encode(wish))
        else:
            await self._call(wish)

    async def _call(self, wish: Wish) -> None:
        """Where calls live."""
        lines = await self._calls.engine.list_lines(wish.workspace_id, [wish.operator])
        if not lines:
            raise Conflict("your telephone is not connected: take calls in the browser, or sign in with a softphone")
        number = parse_number(wish.number)
        call_id = uuid7()
        await self.outside.take(wish.workspace_id, number, Asker(call_id, wish.conversation))
        about = await store.about_of(self._db, wish.workspace_id, wish.conversation, wish.contact, wish.number)
        await self._calls.begin(call_id, about, "outbound", lines)

    def _hear_wish(self, _: str, payload: bytes) -> None:
        if self._engine is not None:
            self._tasks.spawn(_told(self._call(parse_wish(payload))), name="a call")

    async def get_call(self, actor: Actor, call_id: UUID) -> Call:
        """Raises `NotFound` also for a call of a conversation he may not see."""
        record = await self._db.fetchrow(SQL["find_call"], actor.workspace_id, call_id)
        if record is None:
            raise NotFound("there is no such call")
        await self._conversations.access_conversation(actor, record["conversation_id"])
        return self._calls.find(call_id) or self._call_of(record)  # the database is a moment behind what people see

    def _call_of(self, record: Any, rung: Sequence[UUID] = ()) -> Call:
        name = self._access.name_of(record["operator_id"]) if record["operator_id"] else ""
        return store.call_of(record, name, rung)

    async def list_calls(self, actor: Actor, conversation_id: UUID) -> list[Call]:
        """Of a conversation, the latest first."""
        await self._conversations.access_conversation(actor, conversation_id)
        values = (actor.workspace_id, conversation_id, limits.CALLS_LISTED_MAX)
        return [self._call_of(record) for record in await self._db.fetch(SQL["list_calls"], *values)]

    async def list_own(self, actor: Actor) -> list[Call]:
        """Calls that ring him, and the one he speaks in: for a console that was just opened."""
        records = await self._db.fetch(SQL["list_live"], actor.workspace_id)
        legs = await self._db.fetch(SQL["list_legs"], [r["id"] for r in records])
        mine = {leg["call_id"] for leg in legs if leg["operator_id"] == actor.operator_id and leg["state"] != "ended"}
        rung = {
            leg["call_id"] for leg in legs if leg["state"] == "dialling" and leg["operator_id"] == actor.operator_id
        }
        return [
            self._call_of(record, [actor.operator_id] if record["id"] in rung else ())
            for record in records
            if record["id"] in mine
        ]

    async def hang_up(self, actor: Actor, call_id: UUID) -> None:
        await self._order(actor, call_id, "hang_up")

    async def hold(self, actor: Actor, call_id: UUID, *, on: bool) -> None:
        await self._order(actor, call_id, "hold" if on else "unhold")

    async def list_ready(self, actor: Actor) -> list[UUID]:
        return await self._desks.list_ready_for_calls(actor.workspace_id)

    async def transfer(self, actor: Actor, call_id: UUID, operator: UUID) -> None:
        """To a colleague; the customer hears music meanwhile, and goes to whoever is free when he does not answer.

        Raises `Conflict` when it is over, nobody speaks in it, or the colleague takes no calls now.
        """
        call = await self._own_call(actor, call_id)
        if call.phase != "talking":
            raise Conflict("only a call that is spoken in can be handed on")
        if operator == call.operator or operator not in await self._desks.list_ready_for_calls(actor.workspace_id):
            raise Conflict("this colleague takes no calls just now")
        if self._engine is None and self._hints.shared:
            self._hints.tell(TRANSFER, encode((actor.workspace_id, call_id, operator)))
        else:
            await self._transfer(actor.workspace_id, call_id, operator)

    async def _transfer(self, workspace_id: int, call_id: UUID, operator: UUID) -> None:
        lines = await self._calls.engine.list_lines(workspace_id, [operator])
        if not lines:
            raise Conflict("this colleague's telephone is not connected")
        self._calls.transfer(call_id, lines)

    def _hear_transfer(self, _: str, payload: bytes) -> None:
        if self._engine is not None:
            self._tasks.spawn(_told(self._transfer(*parse_transfer(payload))), name="a transfer")

    async def pause_recording(self, actor: Actor, call_id: UUID, *, on: bool) -> None:
        await self._order(actor, call_id, "pause" if on else "resume")

    async def get_recording(self, actor: Actor, call_id: UUID) -> Recording:
        """Of a call in a conversation he may see. Raises `NotFound`."""
        await self.get_call(actor, call_id)
        return await self.recordings.get(actor.workspace_id, call_id)

    async def tell_recorded(self, news: Recorded) -> None:
        await self.recordings.tell(self._conversations, news)

    async def _order(self, actor: Actor, call_id: UUID, order: Order) -> None:
        """Of who speaks, or supervises. Raises `Conflict`, `NotAllowed`, `NotFound`."""
        await self._own_call(actor, call_id)
        if not self._calls.order(call_id, order):
            raise Unavailable("the telephone is not there just now")

    async def _own_call(self, actor: Actor, call_id: UUID) -> Call:
        call = await self.get_call(actor, call_id)
        if call.ended_at is not None:
            raise Conflict("this call is over")
        if actor.operator_id != call.operator and "supervise" not in actor.permissions:
            legs = await self._db.fetch(SQL["list_legs"], [call_id])
            if call.direction != "outbound" or all(leg["operator_id"] != actor.operator_id for leg in legs):
                raise NotAllowed("somebody else speaks in this call")
        return call

    # -- people ----------------------------------------------------------------------------------------------------

    async def forget_in(
        self, tx: Connection, workspace_id: int, contact_id: UUID, conversation_ids: Sequence[UUID]
    ) -> None:
        """A person was erased: his numbers are gone, that there were calls stays."""
        for name in ("erase_dials", "erase_calls", "erase_callbacks", "erase_legs"):
            await tx.execute(SQL[name], workspace_id, contact_id, list(conversation_ids))
        await self.recordings.forget_in(tx, workspace_id, contact_id, list(conversation_ids))

    async def forget(self, workspace_id: int, contact_id: UUID, conversation_ids: Sequence[UUID]) -> None:
        async with self._db.transaction() as tx:
            await self.forget_in(tx, workspace_id, contact_id, conversation_ids)


async def _told(work: Awaitable[None]) -> None:
    """What another process has asked for; nobody there waits for the answer."""
    try:
        await work
    except OknoError as error:
        log.info("a wish from another process was not carried out", why=error.detail)
