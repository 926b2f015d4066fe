"""`okno serve --processes 2`: one port, one database, a NATS server of its own; whoever dies, work goes on."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from okno.kit import limits
from tests.chaos.storm import Storm
from tests.support.people import Person, operator, visitor
from tests.support.process import Server, data_folder

PASSWORD = "correct horse battery"
TWO = {"OKNO_PROCESSES": "2", "OKNO_FLOOD_LIMITS": "false"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with data_folder() as data:
        server = Server(data, environment=TWO).start()
        try:
            yield server
        finally:
            server.stop()


def children(server: Server) -> dict[str, int]:
    """Process ids by their number."""
    assert server.process
    found = {}
    for line in Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split():
        environment = Path(f"/proc/{line}/environ").read_bytes().split(b"\0")
        for item in environment:
            if item.startswith(b"OKNO_PROCESS="):
                found[item.partition(b"=")[2].decode()] = int(line)
    return found


async def signed_in(server: Server) -> tuple[httpx.AsyncClient, str]:
    http = httpx.AsyncClient(base_url=server.url, timeout=10)
    if server.link is None:
        server.link = server.first_link()
        person = {"password": PASSWORD, "name": "Anna", "email": "anna@example.com"}
        me = (await http.post(f"/api/v1/links/{server.link}", json=person)).json()
    else:
        me = (await http.post("/api/v1/session", json={"email": "anna@example.com", "password": PASSWORD})).json()
    http.headers["x-csrf-token"] = me["csrf"]
    return http, f"okno_session={http.cookies['okno_session']}"


async def test_everybody_talks_whichever_process_the_kernel_gave_him(server: Server) -> None:
    """Half of the customers would be invisible to half of the operators."""
    http, cookie = await signed_in(server)
    for _ in range(5):
        assert (await http.get("/readyz")).json() == {"status": "ok", "hints": "nats"}
    key = (await http.get("/api/v1/inboxes")).json()[0]["key"]
    people = [visitor(server.url, key).start() for _ in range(8)]
    staff = [operator(server.url, cookie=cookie).start() for _ in range(4)]
    try:
        for person in people:
            await person.until(person.online.is_set)
            person.write("hello")
            await person.settled()
        assert len(children(server)) == 2
        for one in staff:
            await one.until(one.online.is_set)
            for person in people:
                one.open(Storm.conversation(person))
        for one in staff:
            await one.until(lambda one=one: len(one.seen) == len(people))
        for number, person in enumerate(people):
            staff[number % len(staff)].write(f"answer {number}", Storm.conversation(person))
            await person.until(lambda person=person, number=number: told(person, f"answer {number}"))
            for one in staff:
                await one.until(lambda one=one, person=person, n=number: f"answer {n}" in texts(one, person))
    finally:
        await asyncio.gather(*(one.stop() for one in (*people, *staff)))
        await http.aclose()


def told(person: Person, text: str) -> bool:
    return text in texts(person, person)


def texts(reader: Person, person: Person) -> list[str]:
    return [e["body"].get("text", "") for e in reader.seen.get(Storm.conversation(person), [])]


async def test_an_event_stream_works_whichever_process_its_requests_meet(server: Server) -> None:
    """Behind a proxy that blocks sockets every second frame would be refused: its session is another process's."""
    http, _ = await signed_in(server)
    key = (await http.get("/api/v1/inboxes")).json()[0]["key"]
    hello = msgspec.json.encode({"t": "visitor", "version": 1, "key": key})
    for number in range(4):
        async with httpx.AsyncClient(base_url=server.url, timeout=10) as one:
            session = (await one.post("/realtime/sessions", content=hello)).json()["session"]
        async with (
            httpx.AsyncClient(base_url=server.url, timeout=10) as one,
            one.stream("GET", f"/realtime/sessions/{session}/stream") as stream,
        ):
            lines = stream.aiter_lines()
            await heard(lines, '"t":"visitor"')
            identity = f"01932a5e-0000-7000-8000-00000000000{number}"
            frame = {"t": "send", "id": identity, "body": {"type": "message", "text": f"by stream {number}"}}
            async with httpx.AsyncClient(base_url=server.url, timeout=10) as other:
                path = f"/realtime/sessions/{session}/frames"
                assert (await other.post(path, content=msgspec.json.encode(frame))).status_code == 204
            await heard(lines, '"acks"')
    async with httpx.AsyncClient(base_url=server.url, timeout=10) as one:
        for strange in ("1-" + "x" * 40, "9-" + "x" * 40, "x" * 40):
            assert (await one.get(f"/realtime/sessions/{strange}/stream")).status_code in (200, 404)
            assert (await one.post(f"/realtime/sessions/{strange}/frames", content=b"{}")).status_code == 404
    await http.aclose()


async def heard(lines: object, wanted: str) -> None:
    async with asyncio.timeout(10):
        async for line in lines:
            if wanted in line:
                return
    pytest.fail(f"the stream ended before {wanted}")


async def test_a_killed_process_is_replaced_and_its_planner_too(server: Server) -> None:
    """Customers would wait for a planner that is dead, and the port would be half deaf for ever."""
    http, cookie = await signed_in(server)
    queue = (await http.get("/api/v1/queues")).json()[0]
    assert (await http.patch(f"/api/v1/queues/{queue['id']}", json={"mode": "automatic"})).is_success
    key = (await http.get("/api/v1/inboxes")).json()[0]["key"]
    anna = operator(server.url, cookie=cookie).start()
    person = visitor(server.url, key).start()
    try:
        await anna.until(anna.online.is_set)
        for number in ("1", "2"):
            victim = children(server)[number]
            os.kill(victim, signal.SIGKILL)
            begun = time.monotonic()
            person.write(f"is anybody there? {number}")
            await person.settled()
            settled_s = time.monotonic() - begun
            conversation = Storm.conversation(person)

            async def assigned(conversation: str = conversation) -> bool:
                try:
                    return bool((await http.get(f"/api/v1/conversations/{conversation}")).json()["assignee"])
                except httpx.HTTPError:
                    return False

            while not await assigned():
                assert time.monotonic() - begun < 20
                await asyncio.sleep(0.05)
            print(f"\nstored {settled_s:.2f}, assigned {time.monotonic() - begun:.2f} s after the kill")
            while children(server).get(number, victim) == victim:
                assert time.monotonic() - begun < 30
                await asyncio.sleep(0.05)
            await http.post(f"/api/v1/conversations/{conversation}/closing")
            while not await ready_everywhere(server):
                assert time.monotonic() - begun < 40
                await asyncio.sleep(0.1)
    finally:
        await asyncio.gather(anna.stop(), person.stop())
        await http.aclose()
    assert limits.LEASE_S + limits.LEASE_RENEW_S < 3


async def ready_everywhere(server: Server) -> bool:
    """Each is asked by the door the others use."""
    found = children(server)
    if len(found) != 2:
        return False
    environment = Path(f"/proc/{found['1']}/environ").read_bytes().split(b"\0")
    doors = next(item for item in environment if item.startswith(b"OKNO_PROCESS_DOORS=")).partition(b"=")[2].decode()
    try:
        async with httpx.AsyncClient(timeout=5) as one:
            told = [(await one.get(f"http://127.0.0.1:{door}/readyz")).json() for door in doors.split(",")]
    except httpx.HTTPError:
        return False
    return all(one.get("hints") == "nats" for one in told)


async def test_a_taken_port_is_refused_with_a_sentence(server: Server) -> None:
    """Two installations would share the customers of one port without a word."""
    with data_folder() as data:
        other = Server(data, environment=TWO)
        other.port = server.port
        with pytest.raises(RuntimeError, match="choose another one by OKNO_PORT"):
            await asyncio.to_thread(other.start)
