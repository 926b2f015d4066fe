"""Many operators with the same list: what a message costs then, how old their lists are, and how a sleeper catches up.

500 messages a second from 2,000 visitors, once with one operator and once with 200, each with the list and one thread
open. Then an operator's client sleeps through 10,000 changes and reads what it has missed by one query.
"""

import asyncio
import json
import os
import random
import resource
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
import httpx
from picows import WSListener, WSMsgType, ws_connect

from bench.measure import cpu_s, percentile, result
from bench.sockets import Crowd, enter, prepare
from bench.world import serving
from okno.access.keys import hash_secret
from okno.db.embedded import EmbeddedPostgres
from okno.kit.ids import uuid7
from tests.support.process import data_folder

VISITORS = int(os.environ.get("BENCH_VISITORS", "2000"))
OPERATORS = int(os.environ.get("BENCH_OPERATORS", "200"))
SLEPT_CONVERSATIONS, SLEPT_CHANGES = 3_000, 10_000
RATE = 500
SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
WATCHED = 4  # operators whose list frames are read; the others' bytes are only received
BURST = 200
P99_MS_MAX, LIST_MS_MAX, COST_MAX, CAUGHT_UP_S_MAX = 100.0, 500.0, 6.0, 2.0
PAGE = 100


class Watch:
    """When messages were sent and where they arrived."""

    def __init__(self) -> None:
        self.sent_at: dict[str, float] = {}
        self.seqs: dict[tuple[str, int], float] = {}
        self.delivered: list[float] = []
        self.listed: list[float] = []
        self.acked = self.list_bytes = 0


class Operator(WSListener):
    """A console: the list and one thread."""

    def __init__(
        self, watch: Watch, key: str, conversation: str, *, reads_list: bool, cursor: int | None = None
    ) -> None:
        super().__init__()
        self.watch, self.key, self.conversation, self.reads_list = watch, key, conversation, reads_list
        self.cursor = cursor
        self.first_rows: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.shown: dict[str, int] = {}

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport
        hello = {"t": "operator", "version": 1, "key": self.key}
        transport.send(WSMsgType.TEXT, json.dumps(hello).encode())

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        text = frame.get_payload_as_bytes()
        if text.startswith(b'{"t":"events"'):
            self._events(text)
        elif text.startswith(b'{"t":"rows"'):
            self._rows(text)
        elif text.startswith(b'{"t":"operator"'):
            for asked in ({"t": "open", "conversation": self.conversation}, {"t": "list", "cursor": self.cursor}):
                transport.send(WSMsgType.TEXT, json.dumps(asked).encode())
        elif text.startswith(b'{"t":"snapshot"') and not self.ready.done():
            self.ready.set_result(None)

    def _events(self, text: bytes) -> None:
        now, at = time.monotonic(), 0
        while (at := text.find(b'"id":"', at)) >= 0:
            sent = self.watch.sent_at.get(text[at + 6 : at + 42].decode())
            if sent is not None:
                self.watch.delivered.append(now - sent)
            at += 42

    def _rows(self, text: bytes) -> None:
        self.watch.list_bytes += len(text)
        if not self.reads_list and self.first_rows.done():
            return
        now, rows = time.monotonic(), json.loads(text)
        for row in rows["rows"] if self.reads_list else ():
            last = self.shown.get(row["id"], row["last_seq"] - 1)
            self.shown[row["id"]] = row["last_seq"]
            for seq in range(last + 1, row["last_seq"] + 1):
                acked = self.watch.seqs.get((row["id"], seq))
                if acked is not None:
                    self.watch.listed.append(now - acked)
        if not self.first_rows.done():
            self.first_rows.set_result(rows)


class Talker(WSListener):
    """A visitor who is written for; acks are noted by number."""

    def __init__(self, watch: Watch, hello: bytes) -> None:
        super().__init__()
        self.watch, self.hello = watch, hello
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport
        transport.send(WSMsgType.TEXT, self.hello)

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        text = frame.get_payload_as_bytes()
        if text.startswith(b'{"t":"events"'):
            for ack in json.loads(text).get("acks", ()):
                self.watch.acked += 1
                self.watch.seqs[ack["conversation"], ack["seq"]] = self.watch.sent_at[ack["id"]]
        elif text.startswith(b'{"t":"snapshot"') and not self.ready.done():
            self.ready.set_result(None)

    def write(self) -> None:
        identity = str(uuid7())
        self.watch.sent_at[identity] = time.monotonic()
        body = {"type": "message", "text": "Hello, when will order 184467 be delivered?"}
        frame = {"t": "send", "id": identity, "body": body}
        self.transport.send(WSMsgType.TEXT, json.dumps(frame).encode())


async def make_keys(url: str, workspace: int, count: int) -> list[str]:
    """API keys stand for operators: one row each, the same rights."""
    secrets = [f"okno_bench{n:040d}" for n in range(count)]
    connection = await asyncpg.connect(url)
    await connection.executemany(
        "INSERT INTO api_key (workspace_id, id, name, secret_hash, role, teams, created_at)"
        " VALUES ($1, $2, $3, $4, 'operator', '{}', now())",
        [(workspace, uuid7(), f"operator {n}", hash_secret(s)) for n, s in enumerate(secrets)],
    )
    await connection.close()
    return secrets


async def talk(talkers: Sequence[Talker], seconds: float) -> None:
    begun, sent = time.monotonic(), 0
    while (passed := time.monotonic() - begun) < seconds:
        while sent < passed * RATE:
            random.choice(talkers).write()
            sent += 1
        await asyncio.sleep(0.002)


async def measure(address: str, pids: tuple[int, int], crowd: Crowd, keys: list[str]) -> dict[str, float]:
    """One run with as many operators as there are keys."""
    watch = Watch()
    talkers = await enter(address, crowd.hellos[:VISITORS], lambda hello: Talker(watch, hello))
    operators = []
    for number, key in enumerate(keys):
        thread = crowd.conversations[number * VISITORS // max(len(keys), 1)]
        operator = Operator(watch, key, thread, reads_list=number < WATCHED)
        await ws_connect(lambda operator=operator: operator, address, max_frame_size=16 * 1024 * 1024)
        await asyncio.gather(operator.ready, operator.first_rows)
        operators.append(operator)
    await talk(talkers, 1.0)
    watch.delivered.clear()
    watch.listed.clear()
    before, acked = [cpu_s(pid) for pid in pids], watch.acked
    await talk(talkers, SECONDS)
    await asyncio.sleep(1.0)
    count = watch.acked - acked
    server, postgres = ((cpu_s(pid) - b) / count * 1e6 for pid, b in zip(pids, before, strict=True))
    if watch.acked != len(watch.sent_at):
        raise RuntimeError(f"{len(watch.sent_at) - watch.acked} messages were not acknowledged")
    for one in (*talkers, *operators):
        one.transport.disconnect(False)
    figures = {
        "server_us": server,
        "postgres_us": postgres,
        "p99_ms": percentile(watch.delivered, 0.99) * 1e3,
        "list_ms": percentile(watch.listed, 0.99) * 1e3,
    }
    print(
        f"{len(keys):4} operators: {count} messages, CPU us/msg server {server:.0f} + PostgreSQL {postgres:.0f}, "
        f"to the operator p99 {figures['p99_ms']:.1f} ms ({len(watch.delivered)}), in the list p99 "
        f"{figures['list_ms']:.0f} ms ({len(watch.listed)}), lists {watch.list_bytes / 1e6:.0f} MB",
        flush=True,
    )
    return figures


async def read_list(client: httpx.AsyncClient) -> dict[str, Any]:
    """Every open conversation by the REST pages."""
    rows: dict[str, Any] = {}
    cursor = None
    while True:
        page = await client.get("/conversations", params={"limit": PAGE, **({"cursor": cursor} if cursor else {})})
        page.raise_for_status()
        body = page.json()
        rows |= {row["id"]: row for row in body["rows"]}
        cursor = body["next"]
        if cursor is None:
            return rows


async def sleep_through(url: str, crowd: Crowd, key: str) -> float:
    """Seconds from the dial to the exact list, after SLEPT_CHANGES changes; compared row by row."""
    address = url.replace("http", "ws") + "/realtime"
    watch = Watch()
    talkers = await enter(address, crowd.hellos[:SLEPT_CONVERSATIONS], lambda hello: Talker(watch, hello))
    awake = Operator(watch, key, crowd.conversations[0], reads_list=True)
    await ws_connect(lambda: awake, address, max_frame_size=16 * 1024 * 1024)
    cursor = (await awake.first_rows)["cursor"]
    awake.transport.disconnect(False)
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=30) as client:
        held = await read_list(client)
        for number in range(SLEPT_CHANGES):
            talkers[number % SLEPT_CONVERSATIONS].write()
            if number % BURST == 0:
                await asyncio.sleep(0.02)
        while watch.acked < SLEPT_CHANGES:  # noqa: ASYNC110 - the talkers have no event for it
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)
        begun = time.monotonic()
        woken = Operator(watch, key, crowd.conversations[0], reads_list=False, cursor=cursor)
        await ws_connect(lambda: woken, address, max_frame_size=16 * 1024 * 1024)
        news = await woken.first_rows
        held |= {row["id"]: row for row in news["rows"]}
        took = time.monotonic() - begun
        if news.get("reset"):
            raise RuntimeError("the list was read anew instead of its changes")
        fresh = await read_list(client)
    for one in (*talkers, woken):
        one.transport.disconnect(False)
    wrong = [i for i in fresh.keys() | held.keys() if fresh.get(i) != held.get(i)]
    if wrong:
        raise RuntimeError(f"{len(wrong)} of {len(fresh)} rows differ: {held.get(wrong[0])} is {fresh.get(wrong[0])}")
    print(f"{len(news['rows'])} changed rows of {len(fresh)}, every row equal to the database's", flush=True)
    return took


async def main() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.sched_setaffinity(0, {1})
    with data_folder() as home:
        postgres = EmbeddedPostgres(home)
        postgres.start()
        os.sched_setaffinity(postgres.pid or 0, {0, 1})
        try:
            crowd = await prepare(postgres.url, home, max(VISITORS, SLEPT_CONVERSATIONS))
            keys = await make_keys(postgres.url, crowd.workspace, OPERATORS)
            async with serving(home, postgres.url) as (url, pid):
                pids = (pid, postgres.pid or 0)
                address = url.replace("http", "ws") + "/realtime"
                one = await measure(address, pids, crowd, keys[:1])
                await asyncio.sleep(2.0)
                many = await measure(address, pids, crowd, keys)
                await asyncio.sleep(2.0)
                slept = await sleep_through(url, crowd, keys[0])
        finally:
            postgres.stop()
    result("fanout", many["p99_ms"], f"ms p99 to the operator, {OPERATORS} operators", P99_MS_MAX, most=True)
    result("fanout-list", many["list_ms"], "ms old list rows, p99", LIST_MS_MAX, most=True)
    result("fanout-cpu", many["server_us"] / one["server_us"], "x one operator", COST_MAX, most=True)
    result("fanout-slept", slept, f"s to the exact list after {SLEPT_CHANGES} changes", CAUGHT_UP_S_MAX, most=True)
