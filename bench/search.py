"""A million messages searched over HTTP, by who sees everything and by who sees 3 of 40 teams; and how far the index is
behind 500 messages a second.

Words come by Zipf's law out of 60,000, a third of the messages in English; every tenth has an order's number.
"""

import asyncio
import bisect
import itertools
import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from bench.measure import percentile, result
from bench.world import World, make_world, serving
from okno.cli.demo_texts import SHOPS
from okno.conversations.append import Draft, Writer
from okno.conversations.search.api import Search
from okno.db.embedded import EmbeddedPostgres
from okno.db.pool import Database
from okno.kit.clock import SystemClock
from okno.kit.ids import uuid7
from tests.support.process import data_folder

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "1000000"))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "200"))
EACH = 12  # messages of a conversation
WORDS = 60_000
RATE, RATE_S = 500, 20
P99_MS_MAX, LAG_S_MAX = 400.0, 2.0
SYLLABLES = {
    "ru": ("ба", "ве", "го", "ду", "жи", "за", "ки", "ло", "му", "не", "по", "ра", "си", "ту", "фа", "хо", "че", "сто"),
    "en": (
        "ba",
        "ve",
        "go",
        "du",
        "ji",
        "za",
        "ki",
        "lo",
        "mu",
        "ne",
        "po",
        "ra",
        "si",
        "tu",
        "fa",
        "ho",
        "che",
        "sto",
    ),
}


class Texts:
    """Messages as they might be; the same from run to run."""

    def __init__(self) -> None:
        self.dice = random.Random(11)
        self.words = {locale: self._vocabulary(locale) for locale in ("ru", "en")}
        self.weights = list(itertools.accumulate(1 / (n + 3) for n in range(WORDS)))

    def _vocabulary(self, locale: str) -> list[str]:
        said = " ".join(text for scene in SHOPS[locale].scenes for _, text in scene.lines)
        known = list(dict.fromkeys(w.lower() for w in said.replace("{", " ").replace("}", " ").split() if w.isalpha()))
        made: dict[str, None] = dict.fromkeys(known)
        while len(made) < WORDS:
            made["".join(self.dice.choices(SYLLABLES[locale], k=self.dice.randint(2, 5)))] = None
        return list(made)[:WORDS]

    def word(self, locale: str) -> str:
        return self.words[locale][bisect.bisect(self.weights, self.dice.random() * self.weights[-1])]

    def message(self) -> str:
        locale = "en" if self.dice.random() < 1 / 3 else "ru"
        words = [self.word(locale) for _ in range(self.dice.randint(4, 24))]
        if self.dice.random() < 0.1:
            words.append(f"№{self.dice.randint(100_000, 999_999)}")
        return " ".join(words)


def events(workspace: int, conversations: list[UUID], texts: Texts) -> Iterator[tuple[Any, ...]]:
    begin = datetime.now(UTC) - timedelta(days=365)
    step = timedelta(days=365) / MESSAGES
    for n in range(MESSAGES):
        turn, place = divmod(n, len(conversations))
        actor = "operator" if turn % 3 == 1 else "customer"
        kind = "note" if turn % 10 == 9 else "message"
        body = f'{{"type":"{kind}","text":"{texts.message()}"}}'
        yield workspace, conversations[place], turn + 1, uuid4(), actor, uuid4(), kind, body, begin + step * n


async def fill(world: World, texts: Texts) -> float:
    """Messages of every conversation, and the index of all; milliseconds of indexing a message."""
    connection = await asyncpg.connect(world.url)
    await connection.execute("SET statement_timeout = 0")
    await connection.execute("DELETE FROM event")
    conversations = [r["id"] for r in await connection.fetch("SELECT id FROM conversation ORDER BY id")]
    columns = ["workspace_id", "conversation_id", "seq", "client_id", "actor", "actor_id", "type", "body", "created_at"]
    rows = events(world.workspace, conversations, texts)
    while chunk := list(itertools.islice(rows, 50_000)):
        await connection.copy_records_to_table("event", records=chunk, columns=columns)
    await connection.execute("UPDATE conversation SET last_seq = $1", EACH + 1)
    database = await Database.connect(world.url, size=2)
    search = Search(database, SystemClock(), Nobody())
    await search.begin_rebuild(anew=True)
    begun = time.perf_counter()
    while await search.rebuild_some() is not None:
        pass
    took = time.perf_counter() - begun
    await connection.execute("VACUUM ANALYZE search_entry")
    size = await connection.fetchval("SELECT pg_total_relation_size('search_entry')")
    print(f"{MESSAGES:,} messages indexed in {took:.0f} s, {size >> 20} MiB with indexes", flush=True)
    await database.close()
    await connection.close()
    return took / MESSAGES * 1e3


class Nobody:
    def name_of(self, operator_id: UUID) -> str:
        return ""


def questions(texts: Texts) -> dict[str, list[dict[str, str]]]:
    """Sorts of questions; each asked with words of its own."""
    dice, ru, en = random.Random(5), texts.words["ru"], texts.words["en"]
    lately = (datetime.now(UTC) - timedelta(days=30)).isoformat()

    def many(make: Any) -> list[dict[str, str]]:
        return [make() for _ in range(REQUESTS)]

    def common() -> str:
        return dice.choice(ru[5:60])

    def usual() -> str:
        return dice.choice(dice.choice((ru, en))[60:3_000])

    return {
        "common word": many(lambda: {"q": f"{common()} "}),
        "word": many(lambda: {"q": f"{usual()} "}),
        "rare word": many(lambda: {"q": f"{dice.choice(ru[20_000:])} "}),
        "two words": many(lambda: {"q": f"{common()} {usual()} "}),
        "phrase": many(lambda: {"q": f'"{common()} {common()}"'}),
        "unfinished": many(lambda: {"q": usual()[:4]}),
        "end of a number": many(lambda: {"q": str(dice.randint(1_000, 9_999))}),
        "word, 30 days": many(lambda: {"q": f"{common()} ", "since": lately}),
        "word, notes": many(lambda: {"q": f"{usual()} ", "where": "notes"}),
    }


async def ask(client: httpx.AsyncClient, asked: list[dict[str, str]]) -> tuple[list[float], int]:
    """Milliseconds of each, and how many were too broad."""
    took, broad = [], 0
    for one in asked:
        begun = time.perf_counter()
        answer = await client.get("/search", params=one)
        took.append((time.perf_counter() - begun) * 1e3)
        answer.raise_for_status()
        broad += answer.json()["too_broad"]
    return took, broad


async def lag(world: World, client: httpx.AsyncClient, texts: Texts) -> float:
    """The worst the server tells of itself while another process appends."""
    database = await Database.connect(world.url, size=2)
    conversations = [r["id"] for r in await database.fetch("SELECT id FROM conversation LIMIT 2000")]
    writer = Writer(database, SystemClock())
    running = asyncio.create_task(writer.run())
    worst, begun, sent = 0.0, time.perf_counter(), 0
    while (now := time.perf_counter() - begun) < RATE_S:
        while sent < now * RATE:
            body = f'{{"type":"message","text":"{texts.message()}"}}'
            place = random.choice(conversations)
            writer.submit(Draft(world.workspace, place, uuid7(), "customer", uuid7(), "message", body, "x"))
            sent += 1
        worst = max(worst, (await client.get("/search/state")).json()["lag_s"])
        await asyncio.sleep(0.1)
    running.cancel()
    await database.close()
    print(f"{sent / RATE_S:.0f} messages a second for {RATE_S} s", flush=True)
    return worst


async def main() -> None:
    texts = Texts()
    with data_folder() as home:
        postgres = EmbeddedPostgres(home)
        postgres.start()
        try:
            world = await make_world(postgres, home, "search", MESSAGES // EACH)
            await fill(world, texts)
            asked = questions(texts)
            slowest = 0.0
            async with serving(home, world.url) as (address, _):
                for who, key in (("everything", world.owner_key), ("3 of 40 teams", world.key)):
                    headers = {"authorization": f"Bearer {key}"}
                    async with httpx.AsyncClient(base_url=f"{address}/api/v1", headers=headers, timeout=30) as client:
                        await ask(client, asked["word"][:20])
                        for name, those in asked.items():
                            took, broad = await ask(client, those)
                            shares = " / ".join(f"{percentile(took, share):.1f}" for share in (0.5, 0.95, 0.99))
                            more = f"  {broad} too broad" if broad else ""
                            print(f"{who:14} {name:16} p50 / p95 / p99 {shares} ms{more}", flush=True)
                            slowest = max(slowest, percentile(took, 0.99))
                headers = {"authorization": f"Bearer {world.owner_key}"}
                async with httpx.AsyncClient(base_url=f"{address}/api/v1", headers=headers, timeout=30) as client:
                    behind = await lag(world, client, texts)
        finally:
            postgres.stop()
    result("search", slowest, f"ms p99 of the slowest sort of question in {MESSAGES:,} messages", P99_MS_MAX, most=True)
    result("search-lag", behind, f"s at {RATE} messages a second", LAG_S_MAX, most=True)
