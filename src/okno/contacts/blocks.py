"""Who is not let in: people, addresses, networks and browsers. Kept in memory: a hello costs no query for it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

import structlog

from okno.access.api import Access, require
from okno.access.types import Actor
from okno.contacts import rules
from okno.contacts.types import Block, NewBlock
from okno.db.pool import Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Blocked, Conflict, Invalid, NotFound
from okno.kit.ids import uuid7

SQL = load_queries("okno.contacts")
LOOK_S = 1.0  # so late another process learns of a block
PREFIX_MIN = {4: 8, 6: 19}  # the largest networks a provider has; a shorter one is a slip of the hand
Until = datetime | None
log = structlog.get_logger()


class Shut:
    """The active blocks of one workspace, by what they are looked up by."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], Until] = {}
        self.contacts: dict[UUID, Until] = {}
        self.networks: dict[tuple[int, int], dict[int, Until]] = defaultdict(dict)

    def add(self, record: Any) -> None:
        if record["type"] == "network":
            network = ip_network(record["value"])
            self.networks[network.version, network.prefixlen][int(network.network_address)] = record["until"]
        else:
            self.values[record["type"], record["value"]] = record["until"]

    def find(self, values: Sequence[tuple[str, str]], contact_id: UUID | None, ip: str, now: datetime) -> bool:
        found = [self.values[value] for value in values if value in self.values]
        if contact_id is not None and contact_id in self.contacts:
            found.append(self.contacts[contact_id])
        if ip and self.networks:
            found += self._of_address(ip)
        return any(until is None or until > now for until in found)

    def _of_address(self, ip: str) -> list[Until]:
        try:
            address: Any = ip_address(ip)
        except ValueError:
            return []
        address = getattr(address, "ipv4_mapped", None) or address
        number, bits = int(address), address.max_prefixlen
        found = []
        for (version, prefix), networks in self.networks.items():
            if version == address.version:
                base = number >> (bits - prefix) << (bits - prefix)
                if base in networks:
                    found.append(networks[base])
        return found


class Blocks:
    """The workspace's blocklist. `is_blocked` is the one door: chat asks it, calls will."""

    def __init__(self, database: Database, clock: Clock, access: Access) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self._shut: dict[int, Shut] = {}
        self._version: Any = None
        self._listeners: list[Callable[[], None]] = []
        self.country_of: rules.CountryOf = rules.nowhere

    def listen(self, listener: Callable[[], None]) -> None:
        """Told when somebody new is blocked: whoever is inside already has to go."""
        self._listeners.append(listener)

    def is_blocked(
        self,
        workspace_id: int,
        *,
        contact_id: UUID | None = None,
        visitor_id: UUID | None = None,
        email: str = "",
        phone: str = "",
        ip: str = "",
    ) -> bool:
        """Whether any of these is blocked now. Nothing is looked up: give what is known."""
        shut = self._shut.get(workspace_id)
        if shut is None:
            return False
        values = [("contact", str(contact_id)), ("device", str(visitor_id))]
        if email:
            values.append(("email", email.strip().lower()))
        if phone:
            values.append(("phone", phone))
        return shut.find(values, contact_id, ip, self._clock.now())

    def check(self, workspace_id: int, **known: Any) -> None:
        """Raises `Blocked`."""
        if self._shut and self.is_blocked(workspace_id, **known):
            raise Blocked

    async def block(self, actor: Actor, new: NewBlock) -> Block:
        """Raises `Conflict` when it is blocked already, `Invalid` for a value that is no such thing."""
        require(actor, "block")
        value = await self._value(actor, new)
        now = self._clock.now()
        if new.until is not None and (new.until.tzinfo is None or new.until <= now):
            raise Invalid("the end lies in the past or has no time zone", field="until")
        if await self._db.fetchval(SQL["count_blocks"], actor.workspace_id) >= limits.BLOCKS_MAX:
            raise Conflict(f"there are {limits.BLOCKS_MAX} blocks already: undo some")
        block_id = uuid7()
        who = (actor.operator_id, actor.name, now, new.until)
        async with self._db.transaction() as tx:
            await tx.execute(SQL["lift_ended"], actor.workspace_id, now)
            made = await tx.fetchval(
                SQL["insert_block"], actor.workspace_id, block_id, new.type, value, new.reason, *who
            )
            if made is None:
                raise Conflict("it is blocked already")
            term = new.until.isoformat() if new.until else "for ever"
            await self._access.audit.record(tx, actor, "block.made", f"{new.type} {value}", f"{term}: {new.reason}")
        await self.refresh()
        return await self._get(actor, block_id)

    async def _value(self, actor: Actor, new: NewBlock) -> str:
        try:
            match new.type:
                case "contact":
                    found = await self._db.fetchrow(SQL["find_contact"], actor.workspace_id, UUID(new.value))
                    if found is None:
                        raise Invalid("there is no such customer", field="value")
                    return str(UUID(new.value))
                case "device":
                    return str(UUID(new.value))
                case "network":
                    network = ip_network(new.value.strip(), strict=False)
                    if network.prefixlen < PREFIX_MIN[network.version]:
                        raise Invalid("this network is half the world: give a smaller one", field="value")
                    return str(network)
                case "email" | "phone":
                    address = await rules.normal_for(self.country_of, actor.workspace_id, new.type, new.value)
                    return address.lower() if new.type == "email" else address
        except ValueError:
            raise Invalid("this is no address, network or id", field="value") from None

    async def lift(self, actor: Actor, block_id: UUID) -> Block:
        """Undo; again is no error. Raises `NotFound`."""
        require(actor, "block")
        block = await self._get(actor, block_id)
        async with self._db.transaction() as tx:
            values = (actor.workspace_id, block_id, self._clock.now(), actor.name)
            if await tx.fetchval(SQL["lift_block"], *values):
                await self._access.audit.record(tx, actor, "block.undone", f"{block.type} {block.value}")
        await self.refresh()
        return await self._get(actor, block_id)

    async def list_blocks(self, actor: Actor) -> list[Block]:
        """Active ones first, then the latest undone and ended."""
        require(actor, "block")
        return await self._list(actor.workspace_id, None)

    async def _list(self, workspace_id: int, block_id: UUID | None) -> list[Block]:
        values = (workspace_id, block_id, self._clock.now(), limits.BLOCKS_MAX)
        return [Block(*r) for r in await self._db.fetch(SQL["list_blocks"], *values)]

    async def _get(self, actor: Actor, block_id: UUID) -> Block:
        found = await self._list(actor.workspace_id, block_id)
        if not found:
            raise NotFound("there is no such block")
        return found[0]

    # -- what is in memory -----------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Read what is active; contacts behind blocked addresses, too."""
        version = await self._db.fetchval(SQL["blocks_version"])
        shut: dict[int, Shut] = defaultdict(Shut)
        for record in await self._db.fetch(SQL["list_active_blocks"], self._clock.now()):
            shut[record["workspace_id"]].add(record)
        for record in await self._db.fetch(SQL["list_blocked_contacts"], self._clock.now()):
            shut[record["workspace_id"]].contacts[record["contact_id"]] = record["until"]
        self._version, self._shut = version, dict(shut)
        for listener in self._listeners:
            listener()

    async def run(self) -> None:
        """Another process may have blocked somebody."""
        while True:
            if await self._db.fetchval(SQL["blocks_version"]) != self._version:
                await self.refresh()
            await asyncio.sleep(LOOK_S)
