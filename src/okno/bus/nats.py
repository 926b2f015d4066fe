"""Hints over NATS, sealed with the installation's key: the server in between reads nothing, nobody else is believed.

Publications leave in the order they were told in. While there is no connection, and for what was told just before one
was lost, the kept form goes by the outbox; nobody waits for either.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog

from okno.bus.api import SQL
from okno.bus.hints import Hints, Kept
from okno.db.pool import Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import OknoError, Unavailable

log = structlog.get_logger()
CONNECT_S_MAX = 5.0
RETRY_S = 0.25  # a server that was restarted is found again at once
PROCESS_LEN = 32
Seal = Callable[[bytes], bytes]
SCHEMES = ("nats", "tls")


class WrongNats(OknoError):
    """The address of NATS cannot be used; `detail` says why."""

    slug, title = "wrong-nats", "OKNO_NATS_URL is not right"


def parse_nats_url(text: str) -> list[str]:
    """Addresses of one server or of a cluster, with commas between. Raises `WrongNats`."""
    addresses = [part.strip() for part in text.split(",") if part.strip()]
    for address in addresses:
        try:
            parts = urlsplit(address)
            good = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good:  # without the address: there may be a password in it
            raise WrongNats("an address is nats://host:4222 or tls://user:password@host:4222, several with commas")
    return addresses


async def connect(addresses: Sequence[str], **options: Any) -> Any:
    """A client of nats-py that is closed when its connection is lost. Raises `Unavailable`."""
    from nats.aio.client import Client  # noqa: PLC0415 - one process needs none

    async def silent(_: Exception) -> None:
        """What is wrong is raised here, or closes the connection."""

    client = Client()
    told: dict[str, Any] = {"error_cb": silent, "allow_reconnect": False, "connect_timeout": 2, **options}
    try:
        async with asyncio.timeout(CONNECT_S_MAX):
            await client.connect(servers=list(addresses), **told)
    except Exception as error:
        with suppress(Exception):
            await client.close()
        raise Unavailable(f"NATS does not answer: {type(error).__name__}") from error
    return client


class NatsHints(Hints):
    """`group` names the installation; `seal` and `unseal` are of its master key."""

    shared = True

    def __init__(
        self, addresses: Sequence[str], database: Database, clock: Clock, group: str, seal: Seal, unseal: Seal
    ) -> None:
        super().__init__()
        self._addresses = addresses
        self._db = database
        self._clock = clock
        self._subject = f"okno.{group}"
        self._seal, self._unseal = seal, unseal
        self.connected = False
        self._out: deque[bytes] = deque()
        self._out_bytes = 0
        self._wake = asyncio.Event()
        self._lost = asyncio.Event()
        self._recent: deque[tuple[float, str, bytes]] = deque()
        self._owed: list[str] = []
        self._owing = asyncio.Event()
        self.dropped = self.refused = 0

    def tell(self, topic: str, payload: Any, *, kept: bytes | None = None) -> None:
        if self.connected:
            plain = b"%s%s\n%s" % (self.process.encode(), topic.encode(), payload)
            self._send(self._seal(plain))
            if kept is not None:
                self._remember(topic, kept)
        elif kept is not None:
            self._owe(topic, kept)

    def _send(self, sealed: bytes) -> None:
        if self._out_bytes + len(sealed) > limits.HINTS_PENDING_BYTES_MAX:
            self.dropped += 1  # found in the outbox by the others
            return
        self._out.append(sealed)
        self._out_bytes += len(sealed)
        self._wake.set()

    def _remember(self, topic: str, kept: bytes) -> None:
        """What may be lost with the connection, until it is known that it stood."""
        now = self._clock.monotonic()
        recent = self._recent
        while recent and now - recent[0][0] > limits.HINT_KEEP_S:
            recent.popleft()
        recent.append((now, topic, kept))

    def _owe(self, topic: str, kept: bytes) -> None:
        if len(self._owed) < limits.HINTS_OWED_MAX:
            self._owed.append(msgspec.json.encode(Kept(self.process, topic, kept.decode())).decode())
            self._owing.set()

    async def run(self) -> None:
        """Connect, carry, and connect again, for ever; what is owed goes to the outbox meanwhile."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pay())
            group.create_task(self._stay_connected())

    async def _stay_connected(self) -> None:
        told = False
        while True:
            try:
                await self._carry()
            except Unavailable as error:
                if not told:
                    log.warning("hints go by the database: slower, and nothing is lost", error=error.detail)
                told = True
            else:
                told = False
            await asyncio.sleep(RETRY_S)

    async def _carry(self) -> None:
        """One connection, until it is lost."""
        lost = self._lost = asyncio.Event()

        async def gone() -> None:
            lost.set()
            self._wake.set()

        async def heard(message: Any) -> None:
            self._take(message.data)

        async def failed(error: Exception) -> None:
            log.info("nats", error=repr(error)[:300])
            if "slow consumer" in str(error).lower():
                self._came_back()  # something was dropped before it reached us

        client = await connect(
            self._addresses,
            error_cb=failed,
            disconnected_cb=gone,
            closed_cb=gone,
            name=f"okno {self.process[:8]}",
            no_echo=True,
            ping_interval=limits.HINT_PING_S,
            max_outstanding_pings=2,
        )
        try:
            await client.subscribe(self._subject, cb=heard, pending_bytes_limit=limits.HINTS_PENDING_BYTES_MAX)
            await client.flush(2)
            self._out.clear()
            self._out_bytes = 0
            self.connected = True
            log.info("hints go by nats")
            self._came_back()
            await self._publish(client, lost)
        except Exception as error:
            raise Unavailable(f"NATS went away: {type(error).__name__}") from error
        finally:
            self._disconnected()
            with suppress(Exception):
                await client.close()

    async def _publish(self, client: Any, lost: asyncio.Event) -> None:
        while not lost.is_set():
            await self._wake.wait()
            self._wake.clear()
            while self._out and not lost.is_set():
                sealed = self._out.popleft()
                self._out_bytes -= len(sealed)
                await client.publish(self._subject, sealed)
        raise Unavailable("the connection was lost")

    def _disconnected(self) -> None:
        """What was told shortly before may not have arrived."""
        if not self.connected:
            return
        self.connected = False
        now = self._clock.monotonic()
        for at, topic, kept in self._recent:
            if now - at <= limits.HINT_KEEP_S:
                self._owe(topic, kept)
        self._recent.clear()

    async def _pay(self) -> None:
        while True:
            await self._owing.wait()
            self._owing.clear()
            owed, self._owed = self._owed, []
            try:
                await self._db.execute(SQL["keep_hints"], self._clock.now(), owed)
            except OknoError:  # the database is away, too: clients connect again then
                self._owed = owed + self._owed
                await asyncio.sleep(RETRY_S)
                self._owing.set()

    def _take(self, sealed: bytes) -> None:
        try:
            plain = self._unseal(sealed)
        except (OknoError, ValueError):
            self.refused += 1  # of another installation, or of nobody we know
            return
        head, _, payload = plain.partition(b"\n")
        self.take(head[:PROCESS_LEN].decode(), head[PROCESS_LEN:].decode(), payload)
