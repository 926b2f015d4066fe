"""Durable delivery: visitors flat out to one operator, okno against socket.io with PostgreSQL, in alternating rounds.

One PostgreSQL for all (fsync and synchronous_commit on). Server on core 0, this client on core 1, PostgreSQL where it
likes. After each round every acknowledged id is read back from the database and from what the operator received.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from picows import WSListener, WSMsgType, ws_connect

from bench.measure import cpu_s, median, percentile, result
from okno.access.api import Access
from okno.access.keys import load_keys
from okno.access.types import PERMISSIONS, Actor, NewApiKey
from okno.db.embedded import EmbeddedPostgres
from okno.db.migrate import migrate
from okno.db.pool import Database
from okno.kit.clock import SystemClock
from okno.kit.ids import uuid7
from tests.support.process import data_folder, free_port

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
PREFILL = int(os.environ.get("BENCH_EVENTS", "1000000"))
WARM_S = 1.0
VISITORS = [int(n) for n in os.environ.get("BENCH_VISITORS", "100,1000").split(",")]
BODY = ("Hello, I have a question about order 184467: when will it be delivered? " * 2)[:110]
OKNO_MESSAGE = b'{"t":"send","id":"%b","body":{"type":"message","text":"' + BODY.encode() + b'"}}'
IDS = 200_000  # more than a round can send
NODE_PACKAGES = ("socket.io@4.8.4", "pg@8.20.0")
IDEM = "idem-fan"


class Run:
    """What the clients of one round saw."""

    def __init__(self) -> None:
        self.sent_at: dict[str, float] = {}
        self.acked: set[str] = set()
        self.seen: list[str] = []
        self.delivered: list[float] = []
        self.counting = self.stop = False
        self.paced = False
        self.idle: list[Any] = []
        self.ids: list[str] = []
        self.counted = 0

    def next_id(self) -> str:
        """Of a message that goes out now."""
        identity = self.ids.pop() if self.ids else str(uuid7())
        self.sent_at[identity] = time.monotonic()
        return identity

    def deliver(self, identity: str) -> None:
        self.seen.append(identity)
        if self.counting:
            self.counted += 1
            at = self.sent_at.get(identity)
            if at is not None:
                self.delivered.append(time.monotonic() - at)

    def ack(self, sender: Any, identity: str) -> None:
        self.acked.add(identity)
        if self.paced or self.stop:
            self.idle.append(sender)
        else:
            sender.write()


class OknoVisitor(WSListener):
    def __init__(self, run: Run, hello: dict[str, Any]) -> None:
        super().__init__()
        self.run, self.hello, self.transport = run, hello, None
        self.ready = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport
        transport.send(WSMsgType.TEXT, json.dumps(self.hello).encode())

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        text = frame.get_payload_as_bytes()
        if text.startswith(b'{"t":"events","acks"'):
            at = 0
            while (at := text.find(b'"id":"', at)) >= 0:
                self.run.ack(self, text[at + 6 : at + 42].decode())
                at += 42
        elif text.startswith(b'{"t":"snapshot"') and not self.ready.done():
            self.ready.set_result(None)
        elif text.startswith(b'{"t":"refused"'):
            raise RuntimeError(text.decode())

    def write(self) -> None:
        identity = self.run.next_id()
        self.transport.send(WSMsgType.TEXT, OKNO_MESSAGE % identity.encode())


class OknoOperator(WSListener):
    def __init__(self, run: Run, key: str, threads: list[str]) -> None:
        super().__init__()
        self.run, self.key, self.threads, self.opened = run, key, threads, 0
        self.ready = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: Any) -> None:
        transport.send(WSMsgType.TEXT, json.dumps({"t": "operator", "version": 1, "key": self.key}).encode())

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        text = frame.get_payload_as_bytes()
        if text.startswith(b'{"t":"events"'):
            at = 0
            while (at := text.find(b'"id":"', at)) >= 0:
                self.run.deliver(text[at + 6 : at + 42].decode())
                at += 42
        elif text.startswith((b'{"t":"snapshot"', b'{"t":"operator"')):
            if self.opened < len(self.threads):
                frame_out = {"t": "open", "conversation": self.threads[self.opened], "after": 0}
                transport.send(WSMsgType.TEXT, json.dumps(frame_out).encode())
                self.opened += 1
            elif not self.ready.done():
                self.ready.set_result(None)


class SocketIo(WSListener):
    """Engine.IO 4 and Socket.IO 5 over one WebSocket, as much as is needed."""

    def __init__(self, run: Run, role: str, conversation: str = "") -> None:
        super().__init__()
        self.run, self.role, self.conversation, self.transport, self.number = run, role, conversation, None, 0
        self.waiting: dict[int, str] = {}
        self.ready = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        text = frame.get_payload_as_bytes()
        if text.startswith(b"0"):
            transport.send(WSMsgType.TEXT, b'40{"role":"%b"}' % self.role.encode())
        elif text.startswith(b"40"):
            self.ready.set_result(None)
        elif text == b"2":
            transport.send(WSMsgType.TEXT, b"3")
        elif text.startswith(b"43"):
            number = int(text[2 : text.index(b"[")])
            self.run.ack(self, self.waiting.pop(number))
        elif text.startswith(b"42"):
            at = text.index(b'"client_id":"') + 13
            self.run.deliver(text[at : at + 36].decode())

    def write(self) -> None:
        identity = self.run.next_id()
        self.number += 1
        self.waiting[self.number] = identity
        body = b'{"conversation":"%b","client_id":"%b","body":"%b"}'
        message = body % (self.conversation.encode(), identity.encode(), BODY.encode())
        self.transport.send(WSMsgType.TEXT, b'42%d["message",%b]' % (self.number, message))


class Idem(SocketIo):
    """The bare limit: one INSERT ON CONFLICT a batch, no accounts, no summary, one frame a batch to the operator."""

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport
        self.ready.set_result(None)

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        text = frame.get_payload_as_bytes()
        at = 0
        while (at := text.find(b'"id":"', at)) >= 0:
            identity = text[at + 6 : at + 42].decode()
            self.run.deliver(identity) if self.role == "operator" else self.run.ack(self, identity)
            at += 42

    def write(self) -> None:
        identity = self.run.next_id()
        body = b'{"client_id":"%b","conversation":"%b","body":"%b"}'
        self.transport.send(WSMsgType.TEXT, body % (identity.encode(), self.conversation.encode(), BODY.encode()))


@asynccontextmanager
async def process(command: list[str], environment: dict[str, str], ready: str) -> AsyncIterator[int]:
    """A server on core 0, until the block ends."""
    server = await asyncio.create_subprocess_exec(
        "taskset", "-c", "0", *command, env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    try:
        while ready not in (line := (await server.stdout.readline()).decode()):
            if not line:
                raise RuntimeError(f"{command[0]} did not start")
        yield server.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.terminate()
        await server.wait()


async def load(run: Run, senders: list[Any], pids: tuple[int, int], rate: int) -> dict[str, float]:
    """Closed loop, or `rate` messages a second in all."""
    run.paced = rate > 0
    run.ids = [str(uuid7()) for _ in range(IDS)][::-1]  # the client shares a core with PostgreSQL: it works beforehand
    run.idle = list(senders)
    if not run.paced:
        for sender in senders:
            sender.write()
        run.idle = []
    begun = time.monotonic()
    before: tuple[float, float] | None = None
    counted_from = client_from = sent = 0.0
    while (now := time.monotonic()) < begun + WARM_S + SECONDS:
        if before is None and now > begun + WARM_S:
            before, counted_from, run.counting = (cpu_s(pids[0]), cpu_s(pids[1])), now, True
            client_from = time.process_time()
        if run.paced:
            due = int((now - begun) * rate)
            while sent < due and run.idle:
                run.idle.pop(0).write()
                sent += 1
        await asyncio.sleep(0.001 if run.paced else 0.02)
    assert before
    took = time.monotonic() - counted_from
    client_s = time.process_time() - client_from
    after = (cpu_s(pids[0]), cpu_s(pids[1]))
    count = run.counted
    run.counting, run.stop = False, True
    await asyncio.sleep(1.0)
    return {
        "rate": count / took,
        "server_us": (after[0] - before[0]) / max(count, 1) * 1e6,
        "postgres_us": (after[1] - before[1]) / max(count, 1) * 1e6,
        "client_us": client_s / max(count, 1) * 1e6,
        "p50_ms": percentile(run.delivered, 0.5) * 1e3,
        "p99_ms": percentile(run.delivered, 0.99) * 1e3,
    }


class Bench:
    """One PostgreSQL and the three servers over it."""

    def __init__(self, postgres: EmbeddedPostgres, home: Path, node: Path) -> None:
        self.postgres, self.home, self.node = postgres, home, node
        self.api_key = self.key = ""
        self.tokens: list[dict[str, Any]] = []

    async def prepare(self, visitors: int) -> None:
        database = await Database.connect(self.postgres.url)
        connection = await database.dedicated()
        await migrate(connection)
        access = Access(database, load_keys(self.home / "master.key"), SystemClock())
        workspace = await access.ensure_workspace("bench", "en")
        owner = Actor(workspace, uuid7(), "bench", "owner", PERMISSIONS["owner"])
        self.api_key = (await access.api_keys.create(owner, NewApiKey("bench", "owner"))).secret
        await prefill(connection, workspace)
        await connection.close()
        await database.close()

    async def okno(self, visitors: int, rate: int) -> dict[str, float]:
        port = free_port()
        environment = {"OKNO_DATA": str(self.home), "OKNO_DATABASE_URL": self.postgres.url, "OKNO_LOG_LEVEL": "warning"}
        environment["OKNO_FLOOD_LIMITS"] = "false"  # a bench writes more than any customer
        command = [sys.executable, "-m", "okno.app.command", "serve", "--port", str(port)]
        async with process(command, environment, "okno answers") as pid:
            await asyncio.sleep(0.3)
            run = Run()
            run.stop = True  # the first messages only make the conversations
            address = f"ws://127.0.0.1:{port}/realtime"
            key = await asyncpg_value(self.postgres.url, "SELECT key FROM inbox LIMIT 1")
            senders, threads = [], []
            for _ in range(visitors):
                listener = OknoVisitor(run, {"t": "visitor", "version": 1, "key": key})
                await ws_connect(lambda listener=listener: listener, address)
                listener.write()
                await listener.ready
                senders.append(listener)
            await asyncio.sleep(0.5)
            first = [UUID(i) for i in run.acked]
            rows = await asyncpg_rows(
                self.postgres.url, "SELECT DISTINCT conversation_id FROM event WHERE client_id = ANY($1)", first
            )
            threads = [str(r[0]) for r in rows]
            operator = OknoOperator(run, self.api_key, threads)
            await ws_connect(lambda: operator, address)
            await operator.ready
            run.seen.clear()
            before, run.stop = set(run.acked), False
            figures = await load(run, senders, (pid, self.postgres.pid or 0), rate)
            await self.verify(run, before, "SELECT client_id FROM event WHERE client_id = ANY($1)")
        return figures

    async def socketio(self, visitors: int, rate: int, *, group: bool = False) -> dict[str, float]:
        port = free_port()
        environment = {"NODE_PATH": str(self.node / "node_modules"), **({"GROUP": "1"} if group else {})}
        server = str(Path(__file__).with_name("socketio_server.js"))
        command = ["node", server, str(port), str(self.postgres.run), "okno"]
        async with process(command, environment, "up") as pid:
            address = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
            return await self._plain(SocketIo, pid, address, visitors, rate, "chat")

    async def idem(self, visitors: int, rate: int) -> dict[str, float]:
        port = free_port()
        command = [sys.executable, "-m", "bench.idem_server", str(port), self.postgres.url]
        async with process(command, {}, "up") as pid:
            return await self._plain(Idem, pid, f"ws://127.0.0.1:{port}", visitors, rate, "idem")

    async def _plain(self, kind: Any, pid: int, address: str, visitors: int, rate: int, table: str) -> dict[str, float]:
        run = Run()
        suffix = "/operator" if kind is Idem else ""
        operator = kind(run, "operator")
        await ws_connect(lambda: operator, address + suffix)
        await operator.ready
        senders = []
        for _ in range(visitors):
            sender = kind(run, "visitor", str(uuid7()))
            await ws_connect(lambda sender=sender: sender, address)
            await sender.ready
            senders.append(sender)
        figures = await load(run, senders, (pid, self.postgres.pid or 0), rate)
        await self.verify(run, set(), f"SELECT client_id FROM {table} WHERE client_id = ANY($1)")
        return figures

    async def verify(self, run: Run, before: set[str], sql: str) -> None:
        """Counts must be equal, or the figures are worth nothing."""
        acked = run.acked - before
        rows = await asyncpg_rows(self.postgres.url, sql, [UUID(i) for i in acked])
        seen = [i for i in run.seen if i in acked]
        if not len(acked) == len(rows) == len(seen) == len(set(seen)):
            raise RuntimeError(f"acked {len(acked)}, stored {len(rows)}, seen {len(seen)} of {len(set(seen))}")


async def asyncpg_rows(url: str, sql: str, *arguments: Any) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()


async def asyncpg_value(url: str, sql: str) -> Any:
    return (await asyncpg_rows(url, sql))[0][0]


async def prefill(connection: Any, workspace: int) -> None:
    """A million events of ten thousand conversations, and as many rows for the references."""
    await connection.execute("SET statement_timeout = 0")
    await connection.execute(
        "INSERT INTO contact (workspace_id, id, created_at) SELECT $1, gen_random_uuid(), now()"
        " FROM generate_series(1, 10000)",
        workspace,
    )
    await connection.execute(
        "INSERT INTO conversation (workspace_id, id, contact_id, inbox_id, channel, status, last_seq, last_at,"
        " created_at)"
        " SELECT workspace_id, gen_random_uuid(), id, 1, 'site', 'closed', $1, now(), now() FROM contact",
        PREFILL // 10_000,
    )
    await connection.execute(
        "INSERT INTO event (workspace_id, conversation_id, seq, client_id, actor, actor_id, type, body, created_at)"
        " SELECT c.workspace_id, c.id, n, gen_random_uuid(), 'customer', c.contact_id, 'message',"
        ' \'{"type":"message","text":"\' || repeat(\'x\', 110) || \'"}\', now()'
        " FROM conversation c, generate_series(1, $1::bigint) n",
        PREFILL // 10_000,
    )
    for table in ("chat", "idem"):
        await connection.execute(
            f"CREATE TABLE {table} (id bigint generated always as identity primary key, conversation_id uuid not null,"
            " client_id uuid not null, sender smallint not null, body text not null,"
            " created_at timestamptz not null default now(), unique (conversation_id, client_id))"
        )
        await connection.execute(
            f"INSERT INTO {table} (conversation_id, client_id, sender, body)"
            " SELECT gen_random_uuid(), gen_random_uuid(), 1, repeat('x', 110) FROM generate_series(1, $1::bigint)",
            PREFILL,
        )
    await connection.execute("VACUUM ANALYZE")


def node_packages(folder: Path) -> None:
    """The reference's packages, outside the project."""
    if not (folder / "node_modules" / "socket.io").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("the reference needs node and npm on the PATH")
        subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", *NODE_PACKAGES], cwd=folder, check=True)


def show(name: str, rounds: list[dict[str, float]]) -> dict[str, float]:
    middle = {k: median([r[k] for r in rounds]) for k in rounds[0]}
    rates = sorted(r["rate"] for r in rounds)
    cpu = (
        f"server {middle['server_us']:.0f} + PostgreSQL {middle['postgres_us']:.0f} (client {middle['client_us']:.0f})"
    )
    print(
        f"{name:14} {middle['rate']:8.0f} msg/s ({rates[0]:.0f}-{rates[-1]:.0f})  CPU us/msg {cpu}  "
        f"delivered p50 {middle['p50_ms']:.1f} p99 {middle['p99_ms']:.1f} ms",
        flush=True,
    )
    return middle


async def main() -> None:
    node = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "okno" / "bench-node"
    node_packages(node)
    os.sched_setaffinity(0, {1})
    with data_folder() as home:
        postgres = EmbeddedPostgres(home)
        postgres.start()
        os.sched_setaffinity(postgres.pid or 0, {0, 1})
        try:
            bench = Bench(postgres, home, node)
            await bench.prepare(100)
            for setting in ("fsync", "synchronous_commit"):
                print(setting, await asyncpg_value(postgres.url, f"SHOW {setting}"))
            for visitors in VISITORS:
                await compare(bench, visitors)
            await paced(bench)
        finally:
            postgres.stop()


async def compare(bench: Bench, visitors: int) -> None:
    rounds: dict[str, list[dict[str, float]]] = {"okno": [], "socket.io": [], IDEM: [], "socket.io+group": []}
    for _ in range(ROUNDS):
        rounds["okno"].append(await bench.okno(visitors, 0))
        rounds["socket.io"].append(await bench.socketio(visitors, 0))
        rounds[IDEM].append(await bench.idem(visitors, 0))
        rounds["socket.io+group"].append(await bench.socketio(visitors, 0, group=True))
    print(f"-- {visitors} visitors flat out, {ROUNDS} rounds of {SECONDS:g} s, medians (range)")
    ours, theirs, bare, _ = (show(name, figures) for name, figures in rounds.items())
    cpu = (ours["server_us"] + ours["postgres_us"]) / (theirs["server_us"] + theirs["postgres_us"])
    result(f"durable-{visitors}", ours["rate"] / theirs["rate"], "x socket.io", 3)
    result(f"durable-{visitors}-cpu", cpu, "of socket.io", 0.25, most=True)
    result(f"durable-{visitors}-bare", ours["rate"] / bare["rate"], f"of {IDEM}", 0.5)


async def paced(bench: Bench) -> None:
    print("-- 500 messages a second from 100 visitors")
    ours = show("okno", [await bench.okno(100, 500) for _ in range(ROUNDS)])
    theirs = show("socket.io", [await bench.socketio(100, 500) for _ in range(ROUNDS)])
    result("durable-p99", ours["p99_ms"], "ms", min(20.0, theirs["p99_ms"]), most=True)
