"""Visitors and an operator talk while the processes under them are killed; then every promise is checked."""

import asyncio
import base64
import contextlib
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx

from okno.kit.ids import uuid7
from tests.support.people import Person, operator, visitor
from tests.support.process import Server
from tests.support.proxy import Proxy

VISITORS = 20
RATE_PER_S = 220
SETTLE_S = 25.0  # without any progress
QUIET_S = 2.0
UNACKED_MAX = 200
CHECK_S = 120.0  # what was said while it was killed is still being indexed
PASSWORD = "correct horse battery"
TOO_MANY = 429
UPLOAD_S_MAX = 300.0  # servers and database recover meanwhile, one after the other
FILE_SHARE = 0.002 if os.environ.get("OKNO_SOAK") else 0.006  # an address may upload 600 files an hour


@dataclass
class Report:
    """What happened; `faults` is empty when every promise was kept."""

    kills: int = 0
    before_ack: int = 0
    acked: int = 0
    stored: int = 0
    files: int = 0
    links: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        some = self.faults[:: max(len(self.faults) // 8, 1)]
        return (
            f"{self.kills} kills ({self.before_ack} between commit and ack), {self.links or 'no'} bad links, "
            f"{self.acked} acked, {self.stored} stored, {self.files} files, "
            f"{len(self.faults)} faults{': ' + '; '.join(some) if some else ''}"
        )


class Storm:
    """One server, its people, and the hand that kills."""

    def __init__(self, server: Server, seed: int, url: str = "") -> None:
        self.server = server
        self.url = url or server.url
        self.files: dict[str, tuple[Person, str, bytes]] = {}
        self.uploading: set[asyncio.Task[None]] = set()
        self.random = random.Random(seed)
        self.report = Report()
        self.twins: list[Person] = []
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
        self.key = key = (await self.http.get("/api/v1/inboxes")).json()[0]["key"]
        self.visitors = [visitor(self.url, key).start() for _ in range(VISITORS)]
        for person in self.visitors:
            await person.until(person.online.is_set)
            person.write("hello")
            await person.settled()
        cookie = f"okno_session={self.http.cookies['okno_session']}"
        self.operator = operator(self.url, cookie=cookie).start()
        await self.operator.until(self.operator.online.is_set)
        for person in self.visitors:
            self.operator.open(self.conversation(person))
        threads = {self.conversation(person) for person in self.visitors}
        await self.operator.until(lambda: threads <= self.operator.seen.keys())  # else it begins in the middle

    @staticmethod
    def _waits(person: Person) -> bool:
        return len(person.sent) - len(person.acked) > UNACKED_MAX

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
                case x if x < FILE_SHARE:
                    task = asyncio.ensure_future(self._send_file(person))
                    self.uploading.add(task)
                    task.add_done_callback(self.uploading.discard)
                case x if x < 0.92 and self._waits(person if x < 0.72 else self.operator):
                    pass  # nobody writes on and on into a line that is dead
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

    async def _send_file(self, person: Person) -> None:
        """A resumable upload that goes on after every cut, then a message with it."""
        content = self.random.randbytes(self.random.randint(1, 30_000)).hex().encode()
        base = f"/api/v1/widget/{self.key}/files"
        tus = {"tus-resumable": "1.0.0", "authorization": f"Bearer {person.hello['token']}"}
        identity = str(uuid7())
        said = {"filename": "words.txt", "filetype": "text/plain", "id": identity}
        metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())
        place, offset, last = "", 0, ""
        give_up = time.monotonic() + UPLOAD_S_MAX
        while time.monotonic() < give_up:
            try:
                if not place:
                    headers = {**tus, "upload-length": str(len(content)), "upload-metadata": metadata}
                    made = await self.http.post(base, headers=headers)
                    if made.status_code == TOO_MANY:
                        return
                    last = f"{made.status_code} {made.text}"
                    place = made.headers.get("location", "") if made.is_success else ""
                elif (known := await self.http.head(place, headers=tus)).is_success:
                    offset = int(known.headers["upload-offset"])
                    if offset == len(content):
                        break
                    half = content[offset : offset + len(content) // 2 + 1]
                    headers = {**tus, "upload-offset": str(offset), "content-type": "application/offset+octet-stream"}
                    last = (await self.http.patch(place, headers=headers, content=half)).text
                else:
                    last = f"{known.status_code} after {last}"
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
        else:
            self.report.faults.append(f"a file was never uploaded: {last[-300:]}")
            return
        file = place.rsplit("/", 1)[1]
        message = person.write("a file", attachments=[file])
        self.files[message] = (person, file, content)

    async def _check_files(self) -> None:
        """Every acked message's file can be read by both parties, byte for byte."""
        for message, (person, file, content) in list(self.files.items()):  # a late upload may still end
            if message not in person.acked:
                continue
            self.report.files += 1
            mine = {"authorization": f"Bearer {person.hello['token']}"}
            for path, headers in (
                (f"/api/v1/widget/{self.key}/files/links", mine),
                ("/api/v1/files/links", self.headers),
            ):
                asked = await self.http.post(path, json={"ids": [file]}, headers=headers, timeout=CHECK_S)
                links = asked.json()
                got = (await self.http.get(links[0]["url"], timeout=CHECK_S)).content if links else None
                if got != content:
                    self.report.faults.append(f"the file {file} of an acked message is not there by {path}")

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
                await self._kill_postgres()
                return
            case _:
                await self._kill_postgres()
                self.server.kill()
        await asyncio.to_thread(self._start)

    async def _kill_postgres(self) -> None:
        """It may be coming back from the last time, and have no process yet."""
        for _ in range(3_000):
            with contextlib.suppress(FileNotFoundError, IndexError, ProcessLookupError):
                os.kill(self.server.postgres_pid(), signal.SIGKILL)
                return
            await asyncio.sleep(0.02)
        raise AssertionError("the database does not come back")

    def _start(self) -> None:
        self.server.start()

    async def run(self, kills: int, proxy: Proxy | None = None, faults: int = 0) -> Report:
        """Talk while the processes are killed, or while `proxy` spoils the links; then settle and check."""
        await self.prepare()
        talking = asyncio.ensure_future(self.talk())
        try:
            for _ in range(kills):
                await asyncio.sleep(self.random.uniform(0.3, 1.6))
                await self.kill()
            for _ in range(faults):
                assert proxy
                await asyncio.sleep(self.random.uniform(0.3, 1.6))
                await self._spoil(proxy)
            await asyncio.sleep(1.0)
        finally:
            talking.cancel()
        if self.uploading:
            await asyncio.wait(list(self.uploading), timeout=SETTLE_S * 4)
        await asyncio.gather(*(self._settle(person) for person in self._everybody()))
        await self._quiet()
        await self.check()
        await self._check_files()
        for person in [*self._everybody(), *self.twins]:
            await person.stop()
        await self.http.aclose()
        return self.report

    async def _spoil(self, proxy: Proxy) -> None:
        """In turn: a black hole, delays, cuts in the middle of frames, and a second connection of everybody."""
        number = sum(self.report.links.values())
        fault: Any = ("black-hole", "delay", "cut", "twins")[number % 4]
        self.report.links[fault] = self.report.links.get(fault, 0) + 1
        if fault == "twins":
            self.twins += [person.twin() for person in self.random.sample(self.visitors, 3)]
            await asyncio.sleep(1.0)
            proxy.cut_all()
            return
        proxy.fault = fault
        await asyncio.sleep(self.random.uniform(0.5, 2.0))
        proxy.fault = "none"
        if fault == "black-hole" and self.random.random() < 0.5:
            proxy.cut_all()  # half of them come back by themselves, the others find out that nothing comes

    async def _settle(self, person: Person) -> None:
        """As long as there is progress: what was said in a long storm is a lot to send again."""
        while True:
            before = (len(person.acked), sum(map(len, person.seen.values())))
            with contextlib.suppress(TimeoutError):
                await person.settled(SETTLE_S)
                return
            if before == (len(person.acked), sum(map(len, person.seen.values()))):
                break
        missing = [i for i in person.sent if i not in person.acked]
        gaps = sum(1 for early in person.early.values() if early)
        self.report.faults.append(f"never settled: {len(missing)} without ack, gaps in {gaps} conversations")

    async def _quiet(self) -> None:
        """Until nobody hears anything new: what the last ones sent reaches the others after them."""
        before = -1
        while before != (heard := sum(len(seen) for person in self._everybody() for seen in person.seen.values())):
            before = heard
            await asyncio.sleep(QUIET_S)

    def _everybody(self) -> list[Person]:
        return [person for person in (*self.visitors, self.operator) if person]

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
