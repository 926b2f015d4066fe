"""What belongs to another team is seen by nobody else, on any surface; a right that is taken away ends at once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest

from okno.access.types import PERMISSIONS, NewApiKey, NewCustomRole, OperatorChange
from okno.app.wiring import App
from okno.conversations.search.api import HANDLER as SEARCH
from okno.kit.ids import uuid7
from okno.privacy.types import NewSecret
from tests.conversations.people import settle
from tests.files.conftest import Party, png
from tests.support.live import Live, Staff, Wire, enter, other_workspace, say, sign_in
from tests.support.openapi import Operation, Sampler, address_of, document_of, operations_of

WORD = "xylophoneword"
NOTE = "zeppelinnote"
FILE = "quarzfile"
TASK = "wombattask"
DRAFT = "yttriumdraft"
FIELD = "krypton-field"
WORDS = (WORD, NOTE, FILE, TASK, DRAFT, FIELD)
UNASKED = {"read_stream", "start_stream", "send_frame", "end_session", "end_other_sessions", "logout", "end_visitor"}
"""Streams are read by the tests below; these end the sessions of whoever asks."""
OF_ONESELF = {"read_alerts"}
"""They name a conversation and touch nothing but what the reader was told already."""
EVERY_RIGHT_BUT_SCOPE = sorted(PERMISSIONS["admin"] - {"see_all", "privacy", "operators", "api_keys", "workspace"})


class House(NamedTuple):
    """Two teams; a conversation of the second with everything, and people who must not see it."""

    live: Live
    workspace_id: int
    owner: Staff
    team: int
    other: int
    named: dict[str, Any]
    conversation: str
    own: str
    actors: dict[str, httpx.AsyncClient]
    staff: dict[str, Staff]
    key: str
    visitor: dict[str, str]


async def make_team(live: Live, workspace_id: int, name: str) -> int:
    sql = "INSERT INTO team (workspace_id, name) VALUES ($1, $2) RETURNING id"
    return await live.app.database.fetchval(sql, workspace_id, name)


@pytest.fixture
async def house(live: Live) -> AsyncIterator[House]:
    app = live.app
    workspace_id, inbox = await other_workspace(live)
    owner = await sign_in(live, workspace_id, "owner", name="Olga")
    team, other = [await make_team(live, workspace_id, name) for name in ("ours", "theirs")]
    wire, welcome = await enter(live, inbox.key, name="Anna", email=f"{uuid7()}@example.com")
    conversation = (await say(wire, f"{WORD} one"))["conversation"]
    await move(app, conversation, other)
    visitor = {"authorization": f"Bearer {welcome['token']}", "cookie": "", "x-csrf-token": ""}
    party = Party(owner.http, f"/api/v1/widget/{inbox.key}", visitor)
    photo = await party.upload(png(), name=f"{FILE}.png")
    body = {"type": "message", "text": f"{WORD} two", "attachments": [photo]}
    sent = await owner.http.post(f"/api/v1/widget/{inbox.key}/events?id={uuid7()}", headers=visitor, json=body)
    assert sent.status_code == 201
    path = f"/api/v1/conversations/{conversation}"
    assert (
        await owner.http.post(f"{path}/events?id={uuid7()}", json={"type": "note", "text": NOTE})
    ).status_code == 201
    assert (await owner.http.put(f"{path}/draft", json={"text": DRAFT})).status_code < 300
    task = await owner.http.post("/api/v1/tasks", json={"text": TASK, "conversation": conversation})
    secret = await app.privacy.vault.ask(owner.actor, UUID(conversation), NewSecret("other", FIELD))
    row = (await owner.http.get(path)).json()
    named: dict[str, Any] = {
        "conversation_id": conversation,
        "conversation": conversation,
        "contact_id": row["contact"],
        "contact": row["contact"],
        "task_id": task.json()["id"],
        "secret_id": str(secret.id),
        "file_id": photo,
        "ids": [photo],
        "key": inbox.key,
        "operator_id": str(owner.actor.operator_id),
        "q": WORD,
        "operator": str(owner.actor.operator_id),
        "inbox_id": inbox.id,
        "internal": True,
        "format": "txt",
    }
    field = {"subject": "conversation", "key": "field", "name": "Field", "type": "text", "choices": [], "place": 1}
    made = await owner.http.post("/api/v1/attributes", json=field)
    assert made.status_code < 300, made.text
    foreign, stranger = await enter(live, inbox.key, name="Boris")
    own = (await say(foreign, "mine"))["conversation"]
    await move(app, own, team)
    await settle(app, SEARCH)
    async with asyncio.timeout(60):
        while WORD not in (await owner.http.get("/api/v1/search", params={"q": WORD})).text:
            await asyncio.sleep(0.1)
    staff = {role: await sign_in(live, workspace_id, role, frozenset({team})) for role in ("operator", "supervisor")}
    for name, rights in (("every right but the scope", EVERY_RIGHT_BUT_SCOPE), ("cards only", ["contacts"])):
        role = await app.access.roles.create(owner.actor, NewCustomRole(name, "operator", rights))
        staff[name] = await sign_in(live, workspace_id, "operator", frozenset({team}))
        change = OperatorChange(custom_role=role.id)
        await app.access.change_operator(owner.actor, staff[name].actor.operator_id, change)
    actors = {name: one.http for name, one in staff.items()}
    key = await app.access.api_keys.create(owner.actor, NewApiKey("program", "operator", [team]))
    actors["api key"] = httpx.AsyncClient(
        base_url=live.url, headers={"authorization": f"Bearer {key.secret}"}, timeout=30
    )
    token = {"authorization": f"Bearer {stranger['token']}"}
    actors["another visitor"] = httpx.AsyncClient(base_url=live.url, headers=token, timeout=30)
    yield House(*(live, workspace_id, owner, team, other, named, conversation, own, actors, staff, inbox.key, visitor))
    for http in [owner.http, *actors.values()]:
        await http.aclose()
    wire.cut()
    foreign.cut()


async def move(app: App, conversation: str, team: int) -> None:
    await app.database.execute("UPDATE conversation SET team_id = $2 WHERE id = $1", UUID(conversation), team)


async def ask(http: httpx.AsyncClient, operation: Operation, sampler: Sampler) -> list[httpx.Response]:
    path, query = address_of(operation, sampler)
    if "id" not in query and any(p["name"] == "id" and p["in"] == "query" for p in operation.parameters):
        query["id"] = str(uuid7())
    bodies = operation.bodies or [None]
    return [await http.request(operation.method, path, params=query, json=body) for body in bodies]


def of_conversation(operation: Operation, own: str) -> Operation | None:
    """The operation as one on the conversation: by its path, or with the bodies that name it; else null.

    Where the path names it, another one in the body is the reader's own.
    """
    if operation.takes("conversation_id", "secret_id", "task_id"):
        bodies = [
            {**b, "conversation": own} if isinstance(b, dict) and "conversation" in b else b for b in operation.bodies
        ]
        return operation._replace(bodies=bodies)
    bodies = [body for body in operation.bodies if isinstance(body, dict) and "conversation" in body]
    return operation._replace(bodies=bodies) if bodies else None


async def state_of(house: House) -> Any:
    """What must be the same after everybody has tried everything."""
    sql = "SELECT last_seq, status, assignee_id, team_id, labels, held_at, snoozed FROM conversation WHERE id = $1"
    row = await house.live.app.database.fetchrow(sql, UUID(house.conversation))
    tasks = await house.live.app.database.fetch(
        "SELECT * FROM task WHERE conversation_id = $1", UUID(house.conversation)
    )
    secret = await house.live.app.database.fetchval(
        "SELECT closed_at FROM secret WHERE id = $1", UUID(house.named["secret_id"])
    )
    return [tuple(row), [tuple(r) for r in tasks], secret]


async def test_no_operation_shows_or_changes_what_is_another_teams(house: House) -> None:
    """One of a hundred operations would forget the scope, and a colleague of another team read along."""
    document = await document_of(house.live)
    sampler = Sampler(document, house.named)
    before = await state_of(house)
    asked, leaks, wrong = 0, [], []
    refused: dict[str, set[int]] = {}
    for name, http in house.actors.items():
        for operation in operations_of(document, sampler):
            if operation.name in UNASKED or operation.widget != (name == "another visitor"):
                continue
            theirs = of_conversation(operation, house.own)
            for answer in await ask(http, theirs or operation, sampler):
                asked += 1
                leaks += [
                    f"{name}: {operation.name}: {w}" for w in WORDS if w in answer.text or w.encode() in answer.content
                ]
                if answer.status_code >= 500:
                    wrong.append(f"{name}: {operation.name}: {answer.status_code} {answer.text[:200]}")
                if theirs:
                    refused.setdefault(operation.name, set()).add(answer.status_code)
                    if operation.name not in OF_ONESELF and answer.status_code not in (400, 403, 404, 409, 422, 429):
                        wrong.append(f"{name}: {operation.name}: {answer.status_code} {answer.text[:200]}")
    assert not leaks, "\n".join(leaks)
    assert not wrong, "\n".join(wrong)
    assert await state_of(house) == before
    assert asked > 600
    assert len(refused) > 35
    unproved = {name for name, said in refused.items() if not said & {403, 404}}
    assert unproved <= OF_ONESELF, f"the generated request is not right: {unproved}"


async def test_the_same_operations_show_it_to_who_may_see_it(house: House) -> None:
    """The test above would pass with operations that answer nobody."""
    document = await document_of(house.live)
    sampler = Sampler(document, {name: value for name, value in house.named.items() if name != "operator"})
    reached, shown = set(), set()
    for operation in operations_of(document, sampler):
        if operation.widget or operation.method != "GET" or operation.name in UNASKED:
            continue
        for answer in await ask(house.owner.http, operation, sampler):
            if answer.status_code < 300:
                reached.add(operation.name)
            shown |= {operation.name for word in WORDS if word in answer.text}
    wanted = {"list_conversations", "list_events", "get_draft", "search", "save_transcript", "list_tasks"}
    assert wanted - shown <= {"get_draft", "list_tasks"} & (wanted - reached), (wanted - shown, sorted(reached))
    assert len(reached) > 30


async def test_lists_counters_and_suggestions_know_nothing_of_it(house: House) -> None:
    """It would be counted, suggested or found by a word of it."""
    for name, http in house.actors.items():
        if name in ("another visitor", "cards only"):
            continue
        for tab in ("mine", "waiting", "all", "snoozed", "due"):
            rows = (await http.get("/api/v1/conversations", params={"tab": tab})).json()["rows"]
            assert house.conversation not in [row["id"] for row in rows]
        whole = (await http.get("/api/v1/conversations", params={"contact": house.named["contact"]})).json()["rows"]
        assert whole == []
        counters = (await http.get("/api/v1/conversations/counters")).json()
        assert counters["all"] == 1
        found = await http.get("/api/v1/search", params={"q": WORD})
        assert WORD not in found.text
        assert house.conversation not in found.text
        links = await http.post("/api/v1/files/links", json={"ids": house.named["ids"]})
        assert (links.status_code, links.json()) == (200, [])
        assert WORD not in (await http.get("/api/v1/alerts")).text


async def hears_nothing(wire: Wire, house: House, mark: str) -> None:
    """Everything up to the mark, which this reader sees; of the other conversation nothing is in it."""
    told = []
    while True:
        opcode, payload = await wire.read()
        assert opcode not in (0, 8), payload
        told.append(payload)
        if mark.encode() in payload:
            break
    everything = b"\n".join(told)
    assert not [word for word in WORDS if word.encode() in everything]


async def test_a_socket_hears_nothing_of_it_whatever_it_asks(house: House) -> None:
    """Subscribing, resuming, repairing or looking would let somebody hear what he may not read."""
    live = house.live
    wires = {}
    for name, staff in house.staff.items():
        wire = wires[name] = await Wire.connect(live, headers=f"Cookie: {staff.cookie}\r\n")
        wire.say(t="operator", version=1)
        await wire.hear("operator")
        for frame in (
            {"t": "open", "conversation": house.conversation},
            {"t": "open", "conversation": house.conversation, "after": 0},
            {"t": "repair", "conversation": house.conversation, "after": 0, "until": 5},
            {"t": "read", "conversation": house.conversation, "seq": 1},
            {"t": "look", "conversation": house.conversation},
            {"t": "watch", "conversation": house.conversation},
            {"t": "whisper", "conversation": house.conversation, "id": str(uuid7()), "text": "psst"},
            {
                "t": "send",
                "id": str(uuid7()),
                "conversation": house.conversation,
                "body": {"type": "note", "text": "x"},
            },
        ):
            wire.say(**frame)
            refused = await wire.hear("refused")
            assert refused["problem"]["status"] in (403, 404), (name, frame, refused)
        wire.say(t="typing", conversation=house.conversation, on=True)
        wire.say(t="list", cursor=0)
        if name != "cards only":
            await wire.hear("rows")
    path = f"/api/v1/conversations/{house.conversation}/events?id={uuid7()}"
    assert (await house.owner.http.post(path, json={"type": "message", "text": f"{WORD} three"})).status_code == 201
    quiet = f"mark{uuid7().hex}"
    own = f"/api/v1/conversations/{house.own}/events?id={uuid7()}"
    for name, wire in wires.items():
        if name == "cards only":
            continue
        wire.say(t="open", conversation=house.own)
        await wire.hear("snapshot")
    assert (await house.owner.http.post(own, json={"type": "message", "text": quiet})).status_code == 201
    for name, wire in wires.items():
        if name != "cards only":
            await hears_nothing(wire, house, quiet)
        wire.cut()


class Ear:
    """Hears by socket or by event stream; what came is kept."""

    def __init__(self) -> None:
        self.text = ""
        self.ended = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.close: Callable[[], Any] = bool

    async def until(self, word: str) -> None:
        async with asyncio.timeout(20):
            while word not in self.text:
                await asyncio.sleep(0.01)


async def listen(road: str, live: Live, staff: Staff, conversation: str) -> Ear:
    """Signed in, with the list and the thread open."""
    ear = Ear()
    frames = [{"t": "list"}, {"t": "open", "conversation": conversation}]
    if road == "socket":
        wire = await Wire.connect(live, headers=f"Cookie: {staff.cookie}\r\n")
        wire.say(t="operator", version=1)
        await wire.hear("operator")
        for frame in frames:
            wire.say(**frame)

        async def read() -> None:
            while True:
                opcode, payload = await wire.read()
                if opcode in (0, 8):
                    break
                ear.text += payload.decode()
            ear.ended.set()
            wire.cut()

        ear.task, ear.close = asyncio.create_task(read()), wire.cut
        return ear
    http = httpx.AsyncClient(base_url=live.url, headers=dict(staff.http.headers), timeout=60)
    started = await http.post("/realtime/sessions", content=json.dumps({"t": "operator", "version": 1}))
    session = started.json()["session"]

    async def stream() -> None:
        try:
            async with http.stream("GET", f"/realtime/sessions/{session}/stream") as answer:
                async for line in answer.aiter_lines():
                    ear.text += line
        except httpx.RemoteProtocolError:  # ended in the middle of a chunk
            pass
        finally:
            ear.ended.set()
            await http.aclose()

    ear.task = asyncio.create_task(stream())
    await ear.until('"t":"operator"')
    for frame in frames:
        sent = await http.post(f"/realtime/sessions/{session}/frames", content=json.dumps(frame))
        assert sent.status_code == 204
    return ear


async def lose(house: House, how: str, staff: Staff) -> None:
    access, owner = house.live.app.access, house.owner.actor
    operator = staff.actor.operator_id
    match how:
        case "team":
            await access.change_operator(owner, operator, OperatorChange(teams=[]))
        case "role":
            role = await access.roles.create(owner, NewCustomRole(f"cards {uuid7()}"[:40], "operator", ["contacts"]))
            await access.change_operator(owner, operator, OperatorChange(custom_role=role.id))
        case "scope":
            await access.change_operator(owner, operator, OperatorChange(role="operator"))
        case "disabled":
            await access.change_operator(owner, operator, OperatorChange(disabled=True))
        case "conversation":
            path = f"/api/v1/conversations/{house.conversation}/transfer"
            moved = await house.owner.http.post(path, json={"team": house.team, "note": "yours"})
            assert moved.status_code == 200, moved.text


@pytest.mark.parametrize("road", ["socket", "stream"])
@pytest.mark.parametrize("how", ["team", "role", "scope", "disabled", "conversation"])
async def test_a_right_that_is_taken_away_ends_what_is_open_within_a_second(house: House, road: str, how: str) -> None:
    """Who was moved, degraded or dismissed would read on until he closes his browser."""
    role, teams = ("admin", frozenset()) if how == "scope" else ("operator", frozenset({house.other}))
    staff = await sign_in(house.live, house.workspace_id, role, teams)
    ear = await listen(road, house.live, staff, house.conversation)
    await ear.until('"t":"snapshot"')
    await ear.until(WORD)
    heard = len(ear.text)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await lose(house, how, staff)
    if how == "conversation":
        await ear.until("with another team now")
    else:
        await asyncio.wait_for(ear.ended.wait(), 20)
    took_s = loop.time() - began
    assert took_s < 1.0
    path = f"/api/v1/conversations/{house.conversation}/events?id={uuid7()}"
    assert (await house.owner.http.post(path, json={"type": "message", "text": f"{WORD} late"})).status_code == 201
    answer = await staff.http.get(f"/api/v1/conversations/{house.conversation}/events")
    assert answer.status_code in (401, 403, 404)
    assert f"{WORD} late" not in ear.text[heard:]
    assert ear.task
    ear.task.cancel()
    await asyncio.gather(ear.task, return_exceptions=True)
    ear.close()
    await staff.http.aclose()
