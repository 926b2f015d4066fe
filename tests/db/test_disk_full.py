"""A full disk costs nobody a message: senders are told, and all is well again when there is room.

The data folder is a small tmpfs with a filler file in it, so PostgreSQL meets the kernel's own ENOSPC.
"""

import asyncio
import base64
import json
import os
import random
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx
import pytest

from okno.kit.ids import uuid7
from tests.support.people import Person, operator, visitor
from tests.support.process import Server, data_folder

SIZE = "512m"  # the binaries' copy, an empty database and its log of changes
ROOM_BYTES = 1024 * 1024
LETTER_LEN = 8_000  # random: it cannot be compressed away
RECOVERY_S = 40.0
UNAVAILABLE = 503
FULL = "the disk is full; nothing was stored"


@pytest.fixture
def small_disk() -> Any:
    """An OKNO_DATA on a disk of its own."""
    with data_folder() as data:
        data.mkdir(mode=0o711)
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0711", "tmpfs", str(data)]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        except OSError as error:
            pytest.skip(f"no mount: {error}")
        if done.returncode:
            pytest.skip(f"mounting is not possible here: {done.stderr.strip()}")
        try:
            yield data
        finally:
            subprocess.run(["umount", "--lazy", str(data)], check=True)


def fill(data: Path, *, leave_bytes: int) -> None:
    """Leave so much room, or less where there is less already. PostgreSQL takes room meanwhile: then look again."""
    for _ in range(100):
        free = os.statvfs(data)
        size = free.f_bavail * free.f_frsize - leave_bytes
        if size <= 0:
            return
        with (data / f"filler-{uuid7()}").open("wb") as file, suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, size)
            return


def free(data: Path) -> None:
    for filler in data.glob("filler-*"):
        filler.unlink()


class Company(NamedTuple):
    server: Server
    http: httpx.AsyncClient
    visitor: Person
    operator: Person
    key: str

    @property
    def conversation(self) -> str:
        return next(iter(self.visitor.seen))

    async def ready(self) -> int:
        return (await self.http.get("/readyz")).status_code

    async def until_ready(self, status: int) -> None:
        async with asyncio.timeout(RECOVERY_S):
            while await self.ready() != status:
                await asyncio.sleep(0.1)

    def logged(self, words: str) -> list[dict[str, Any]]:
        lines = (self.server.data.parent / f"{self.server.data.name}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if words in line and line.startswith("{")]


@asynccontextmanager
async def company(data: Path) -> AsyncIterator[Company]:
    """A visitor and an operator who talk over a real `okno serve`."""
    server = Server(data).start()
    people: list[Person] = []
    try:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
            person = {"password": "correct horse battery", "name": "Anna", "email": "anna@example.com"}
            me = (await http.post(f"/api/v1/links/{server.first_link()}", json=person)).json()
            http.headers["x-csrf-token"] = me["csrf"]
            key = (await http.get("/api/v1/inboxes")).json()[0]["key"]
            people.append(visitor(server.url, key).start())
            await people[0].until(people[0].online.is_set)
            people[0].write("hello")
            await people[0].settled()
            people.append(operator(server.url, cookie=f"okno_session={http.cookies['okno_session']}").start())
            await people[1].until(people[1].online.is_set)
            people[1].open(next(iter(people[0].seen)))
            yield Company(server, http, people[0], people[1], key)
    finally:
        for one in people:
            await one.stop()
        server.stop()


def letter() -> str:
    return random.randbytes(LETTER_LEN // 2).hex()


async def write_until_refused(who: Company) -> None:
    """Both write on; the clients send again whatever was refused."""
    async with asyncio.timeout(RECOVERY_S):
        while not (who.visitor.refused and who.operator.refused):
            who.visitor.write(letter())
            who.operator.write(letter(), who.conversation)
            await asyncio.sleep(0.02)
    for frame in (who.visitor.refused[0], who.operator.refused[0]):
        assert frame["problem"]["status"] == UNAVAILABLE
        assert frame["problem"]["detail"] == FULL
        assert frame["retry"] is True


async def send_by_http(who: Company, identity: str) -> httpx.Response:
    body = {"type": "message", "text": letter()}
    return await who.http.post(f"/api/v1/conversations/{who.conversation}/events?id={identity}", json=body)


async def begin_upload(who: Company, size_bytes: int) -> tuple[str, dict[str, str]]:
    tus = {"tus-resumable": "1.0.0", "authorization": f"Bearer {who.visitor.hello['token']}"}
    said = {"filename": "words.txt", "filetype": "text/plain", "id": str(uuid7())}
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())
    headers = {**tus, "upload-length": str(size_bytes), "upload-metadata": metadata}
    made = await who.http.post(f"/api/v1/widget/{who.key}/files", headers=headers)
    assert made.is_success, made.text
    return made.headers["location"], {**tus, "upload-offset": "0", "content-type": "application/offset+octet-stream"}


def is_problem(answer: httpx.Response) -> bool:
    return answer.status_code == UNAVAILABLE and answer.headers["content-type"] == "application/problem+json"


async def check_kept(who: Company, *others: str) -> None:
    """Everything acknowledged is in the database once, under its number."""
    connection = await asyncpg.connect(f"postgresql://postgres@/okno?host={who.server.data / 'run'}")
    rows = await connection.fetch("SELECT conversation_id::text c, seq, client_id::text i FROM event")
    await connection.close()
    counted = Counter(row["i"] for row in rows)
    places = {row["i"]: (row["c"], row["seq"]) for row in rows}
    for person in (who.visitor, who.operator):
        assert person.acked.keys() == person.sent.keys()
        for identity, place in person.acked.items():
            assert (places.get(identity), counted[identity]) == (place, 1)
    for identity in others:
        assert counted[identity] == 1


async def fresh_log(who: Company) -> None:
    """A whole segment of the log of changes lies ahead: the tables find no room, and not by chance the log."""
    connection = await asyncpg.connect(f"postgresql://postgres@/okno?host={who.server.data / 'run'}")
    await connection.execute("SELECT pg_switch_wal()")
    await connection.execute("CHECKPOINT")
    await connection.close()


async def test_full_disk_refuses_and_recovers(small_disk):
    """Messages would be lost or shown as sent, or somebody would have to restart the server after making room."""
    async with company(small_disk) as who:
        content = random.randbytes(2 * ROOM_BYTES).hex().encode()
        place, headers = await begin_upload(who, len(content))
        await fresh_log(who)
        fill(small_disk, leave_bytes=ROOM_BYTES)
        await write_until_refused(who)
        fill(small_disk, leave_bytes=0)
        identity = str(uuid7())
        refused = await send_by_http(who, identity)
        assert is_problem(refused), refused.text
        assert refused.json()["detail"] == FULL
        await who.until_ready(UNAVAILABLE)
        uploaded = await who.http.patch(place, headers=headers, content=content)
        assert is_problem(uploaded), uploaded.text
        assert (await who.http.get("/api/v1/inboxes")).is_success  # what is there can be read
        free(small_disk)
        await who.until_ready(200)
        assert (await send_by_http(who, identity)).is_success
        stands = int((await who.http.head(place, headers=headers)).headers["upload-offset"])
        again = {**headers, "upload-offset": str(stands)}
        uploaded = await who.http.patch(place, headers=again, content=content[stands:])
        assert int(uploaded.headers["upload-offset"]) == len(content)
        await asyncio.gather(who.visitor.settled(), who.operator.settled())
        await check_kept(who, identity)


async def break_log(data: Path) -> None:
    """Make PostgreSQL need a new file of its log of changes, for which there is no room: it panics."""
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        connection = await asyncpg.connect(f"postgresql://postgres@/okno?host={data / 'run'}")
        for _ in range(100):
            await connection.execute("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000))")
            await connection.execute("SELECT pg_switch_wal()")


async def test_database_that_cannot_start_is_tried_again(small_disk):
    """PostgreSQL dies when its log of changes has no room, and cannot recover: okno would stay without a database, or
    burn the processor with starts."""
    async with company(small_disk) as who:
        fill(small_disk, leave_bytes=0)
        await break_log(small_disk)
        who.visitor.write("in the dark")
        who.operator.write("in the dark too", who.conversation)
        async with asyncio.timeout(RECOVERY_S):
            while len(who.logged("the embedded database died")) < 4:
                await asyncio.sleep(0.1)
                fill(small_disk, leave_bytes=0)
        assert "PANIC" in (small_disk / "postgres.log").read_text()
        assert is_problem(await who.http.get("/readyz"))
        waits = [line["wait_s"] for line in who.logged("the embedded database died")]
        assert waits[0] < waits[1] < waits[2] < waits[3]
        free(small_disk)
        await who.until_ready(200)
        await asyncio.gather(who.visitor.settled(), who.operator.settled())
        await check_kept(who)
