"""Visitors and an operator talk while the processes under them are killed; then every promise is checked."""

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx

from tests.support.people import Person, operator, visitor
from tests.support.process import Server

VISITORS = 20
RATE_PER_S = 220
SETTLE_S = 25.0
PASSWORD = "correct horse battery"


@dataclass
class Report:
    """What happened; `faults` is empty when every promise was kept."""

    kills: int = 0
    before_ack: int = 0
    acked: int = 0
    stored: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills ({self.before_ack} between commit and ack), {self.acked} acked, {self.stored} stored, "
            f"{len(self.faults)} faults{': ' + self.faults[0] if self.faults else ''}"
        )


class Storm:
    """One server, its people, and the hand that kills."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server = server
        self.random = random.Random(seed)
        self.report = Report()
        self.visitors: list[Person] = []
        self.operator: Person | None = None
        self.http = httpx.AsyncClient(base_url=server.url, timeout=5)
        self.headers: dict[str, str] = {}

    async def prepare(self) -> None:
        link = self.server.first_link()
        person = {"password": PASSWORD, "name": "Anna", "email": "anna@example.com"}
        me = (await self.http.post(f"/api/v1/links/{link}", json=person)).json()
        self.me = me["operator"]["id"]
        self.headers = {"x-csrf-token": me["csrf"]}
        key = (await self.http.get("/api/v1/inboxes")).json()[0]["key"]
        self.visitors = [visitor(self.server.url, key).start() for _ in range(VISITORS)]
        for person in self.visitors:
            await person.until(person.online.is_set)
            person.write("hello")
            await person.settled()
        cookie = f"okno_session={self.http.cookies['okno_session']}"
        self.operator = operator(self.server.url, cookie=cookie).start()
        await self.operator.until(self.operator.online.is_set)
        for person in self.visitors:
            self.operator.open(self.conversation(person))

    @staticmethod
    def conversation(person: Person) -> str:
        return next(iter(person.seen))

    async def talk(self) -> None:
        """Messages both ways, edits, reactions, and now and then an assignment or a closing."""
        assert self.operator
        while True:
            person = self.random.choice(self.visitors)
            conversation = self.conversation(person)
            match self.random.random():
                case x if x < 0.72:
                    person.write(f"question {self.random.random()}")
                case x if x < 0.92:
                    self.operator.write(f"answer {self.random.random()}", conversation)
                case x if x < 0.96:
                    mine = [e for e in person.seen[conversation][-30:] if e.get("own")]
                    if mine:
                        body = {"type": "edited", "seq": mine[0]["seq"], "text": f"edited {self.random.random()}"}
                        person.act(conversation, body)
                case x if x < 0.98:
                    body = {"type": "reacted", "seq": 2, "emoji": "👍", "on": self.random.random() < 0.5}
                    self.operator.act(conversation, body)
                case _:
                    asyncio.ensure_future(self._command(conversation))
            await asyncio.sleep(1 / RATE_PER_S)

    async def _command(self, conversation: str) -> None:
        path, body = self.random.choice(
            [("assignment", {"operator": self.me}), ("assignment", {"operator": None}), ("closing", None)]
        )
        with contextlib.suppress(httpx.HTTPError):
            await self.http.post(f"/api/v1/conversations/{conversation}/{path}", json=body, headers=self.headers)

    async def kill(self) -> None:
        """In turn: between commit and ack, the server at any moment, PostgreSQL under it, both."""
        process = self.server.process
        assert process
        self.report.kills += 1
        turn = self.report.kills % 5
        match turn:
            case 1 | 3:
                process.send_signal(signal.SIGUSR1)
                for _ in range(200):
                    if process.poll() is not None:
                        self.report.before_ack += 1
                        break
                    await asyncio.sleep(0.01)
                self.server.kill()
            case 2:
                self.server.kill()
            case 4:
                os.kill(self.server.postgres_pid(), signal.SIGKILL)
                return
            case _:
                os.kill(self.server.postgres_pid(), signal.SIGKILL)
                self.server.kill()
        await asyncio.to_thread(self._start)

    def _start(self) -> None:
        self.server.start()

    async def run(self, kills: int) -> Report:
        await self.prepare()
        talking = asyncio.ensure_future(self.talk())
        try:
            for _ in range(kills):
                await asyncio.sleep(self.random.uniform(0.3, 1.6))
                await self.kill()
            await asyncio.sleep(1.0)
        finally:
            talking.cancel()
        everybody = [*self.visitors, self.operator]
        await asyncio.gather(*(self._settle(person) for person in everybody if person))
        await asyncio.sleep(1.0)
        await self.check()
        for person in everybody:
            assert person
            await person.stop()
        await self.http.aclose()
        return self.report

    async def _settle(self, person: Person) -> None:
        try:
            await person.settled(SETTLE_S)
        except TimeoutError:
            missing = [i for i in person.sent if i not in person.acked]
            gaps = sum(1 for early in person.early.values() if early)
            self.report.faults.append(f"never settled: {len(missing)} without ack, gaps in {gaps} conversations")

    async def check(self) -> None:
        """Every acked id is in the database once, under its number, and on the other party's screen once, in order."""
        assert self.operator
        faults = self.report.faults
        connection = await asyncpg.connect(f"postgresql://postgres@/okno?host={self.server.data / 'run'}")
        rows = await connection.fetch("SELECT conversation_id::text c, seq, client_id::text i FROM event ORDER BY 1, 2")
        await connection.close()
        self.report.stored = len(rows)
        places: dict[str, list[tuple[str, int]]] = {}
        numbers: dict[str, list[int]] = {}
        for row in rows:
            places.setdefault(row["i"], []).append((row["c"], row["seq"]))
            numbers.setdefault(row["c"], []).append(row["seq"])
        for conversation, seqs in numbers.items():
            if seqs != list(range(1, len(seqs) + 1)):
                faults.append(f"seq of {conversation} is not dense")
        for person in (*self.visitors, self.operator):
            self.report.acked += len(person.acked)
            for identity, place in person.acked.items():
                if places.get(identity) != [place]:
                    faults.append(f"acked {identity} as {place}, stored {places.get(identity)}")
        for person in self.visitors:
            conversation = self.conversation(person)
            self._check_screen(faults, "operator", self.operator, conversation, set(person.acked), numbers)
            theirs = {i for i, (c, _) in self.operator.acked.items() if c == conversation}
            self._check_screen(faults, "visitor", person, conversation, theirs, numbers)

    @staticmethod
    def _check_screen(
        faults: list[str], who: str, reader: Person, conversation: str, ids: set[str], numbers: dict[str, Any]
    ) -> None:
        seen = reader.seen.get(conversation, [])
        counted = Counter(e["id"] for e in seen)
        if missing := [i for i in ids if counted[i] != 1]:
            faults.append(f"{who} saw {missing[0]} {counted[missing[0]]} times")
        seqs = [e["seq"] for e in seen]
        if seqs != list(range(seqs[0], seqs[0] + len(seqs))) if seqs else bool(ids):
            faults.append(f"{who} saw {conversation} out of order or with gaps")
        if seqs and numbers[conversation][-1] != seqs[-1]:
            faults.append(f"{who} has {seqs[-1]} of {numbers[conversation][-1]} events of {conversation}")
