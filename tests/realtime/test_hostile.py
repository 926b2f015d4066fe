"""Whatever a client sends, it is refused clearly, nobody else notices, and nothing is kept for it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import jwt
import msgspec
import pytest

from okno.conversations.types import SendMessage, SendNote
from okno.kit import limits
from okno.kit.ids import uuid7
from okno.realtime.session import Connection
from tests.conversations.people import make_contact, make_operator, open_conversation
from tests.support.live import BINARY, CLOSE, PING, Live, Staff, Wire, enter, other_workspace, say, sign_in

DEEP = b"[" * 20_000 + b"]" * 20_000


async def key_of(live: Live) -> str:
    return (await live.app.visits.list_inboxes(live.app.workspace_id))[0].key


@pytest.fixture
async def neighbour(live: Live) -> AsyncIterator[tuple[Wire, str]]:
    """Another customer who talks meanwhile: in the end his line is still good."""
    key = await key_of(live)
    wire, _ = await enter(live, key)
    await say(wire, "before")
    yield wire, key
    await say(wire, "after")
    wire.cut()


MALFORMED = {
    "nothing": b"",
    "no JSON": b"hello",
    "half": b'{"t":"ping"',
    "broken UTF-8": b'{"t":"send","id":"' + b"\xff\xfe" * 9 + b'"}',
    "half a surrogate": b'{"t":"typing","conversation":"%s","on":true,"draft":"\\ud800"}' % str(uuid7()).encode(),
    "NUL in a text": msgspec.json.encode(
        {"t": "send", "id": str(uuid7()), "body": {"type": "message", "text": "a\0b"}}
    ),
    "deep": DEEP,
    "deep inside": b'{"t":"ping","n":' + DEEP + b"}",
    "a list": b"[]",
    "unknown frame": b'{"t":"admin"}',
    "unknown field": b'{"t":"ping","n":1,"root":true}',
    "number too large": b'{"t":"ping","n":1e400}',
    "no uuid": b'{"t":"send","id":"x","body":{"type":"message","text":"a"}}',
    "text too long": msgspec.json.encode(
        {"t": "send", "id": str(uuid7()), "body": {"type": "message", "text": "a" * 10_001}}
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_frame_is_refused_and_the_talk_goes_on(
    live: Live, neighbour: tuple[Wire, str], name: str
) -> None:
    """One wrong frame would end the conversation, or the server."""
    wire, _ = await enter(live, neighbour[1])
    wire.frame(MALFORMED[name])
    refused = await wire.hear("refused")
    assert 400 <= refused["problem"]["status"] < 500
    await say(wire, "I am still here")
    wire.cut()
    before = await Wire.connect(live)  # as the first frame it ends the line
    before.frame(MALFORMED[name])
    code, told = await before.closed()
    assert code == 1008
    assert b'"t":"refused"' in told[-1]


async def test_frames_of_another_sort_end_the_line_with_a_reason(live: Live, neighbour: tuple[Wire, str]) -> None:
    """Binary frames, fragments and giants would be kept in memory without bound."""
    for opcode, fin, code in ((BINARY, True, 1003), (1, False, 1003), (0, True, 1003)):
        wire, _ = await enter(live, neighbour[1])
        wire.frame(b'{"t":"ping"}', opcode, fin=fin)
        assert (await wire.closed())[0] == code
    wire, _ = await enter(live, neighbour[1])
    wire.frame(b" " * (limits.FRAME_BYTES_MAX + 1))
    assert (await wire.closed())[0] in (1009, 0)
    announced, _ = await enter(live, neighbour[1])
    announced.frame(b"x", size=2**40)  # a terabyte is announced
    assert (await announced.closed())[0] in (1009, 0)
    wire, _ = await enter(live, neighbour[1])
    wire.frame(b"x" * 126, PING)  # a control frame has at most 125 bytes
    wire.say(t="ping", n=1)
    while (await wire.read())[0] not in (0, CLOSE, 1):
        pass


async def test_another_protocol_version_is_told(live: Live, neighbour: tuple[Wire, str]) -> None:
    """An old widget would go on connecting for ever without knowing why."""
    wire = await Wire.connect(live)
    wire.say(t="visitor", version=99, key=neighbour[1])
    code, told = await wire.closed()
    assert code == 4002
    assert b'"version"' in told[-1]


@pytest.mark.parametrize("first", ["ping", "send", "unknown key", "operator without a cookie", "forged key"])
async def test_without_a_right_hello_nobody_gets_in(live: Live, neighbour: tuple[Wire, str], first: str) -> None:
    """A frame before the hello, or a hello of nobody, would act for somebody."""
    wire = await Wire.connect(live)
    frames: dict[str, dict[str, Any]] = {
        "ping": {"t": "ping", "n": 1},
        "send": {"t": "send", "id": str(uuid7()), "body": {"type": "message", "text": "x"}},
        "unknown key": {"t": "visitor", "version": 1, "key": "nosuchkey"},
        "operator without a cookie": {"t": "operator", "version": 1},
        "forged key": {"t": "operator", "version": 1, "key": "okno_" + "A" * 43},
    }
    wire.say(**frames[first])
    code, told = await wire.closed()
    assert code == 1008
    assert b'"t":"refused"' in told[-1]


async def test_a_foreign_page_gets_no_cookie_of_an_operator(live: Live) -> None:
    """Any site an operator opens could read and write in his name."""
    staff = await sign_in(live, live.app.workspace_id)
    wire = await Wire.connect(live, headers=f"Cookie: {staff.cookie}\r\nOrigin: https://evil.example\r\n")
    wire.say(t="operator", version=1)
    assert (await wire.closed())[0] == 1008
    async with httpx.AsyncClient(base_url=live.url) as http:
        headers = {"cookie": staff.cookie, "origin": "https://evil.example"}
        hello = b'{"t":"operator","version":1}'
        session = (await http.post("/realtime/sessions", content=hello, headers=headers)).json()["session"]
        stream = (await http.get(f"/realtime/sessions/{session}/stream")).text
        assert "not-signed-in" in stream
        assert '"t":"operator"' not in stream
        answer = await http.post("/api/v1/teams", json={"name": "x"}, headers={"cookie": staff.cookie})
        assert answer.status_code == 403
    await staff.http.aclose()


async def test_the_silent_and_the_half_open_are_let_go(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines without a hello, or of phones that left the network, would pile up until nobody can connect."""
    mute = await Wire.connect(live)
    gone, _ = await enter(live, await key_of(live))
    monkeypatch.setattr(limits, "HELLO_TIMEOUT_S", 0.0)
    monkeypatch.setattr(limits, "SOCKET_SILENCE_S_MAX", 0.0)
    code, _ = await mute.closed()
    assert code == 1008
    code, told = await gone.closed()
    assert code == 4000
    assert b'"resume"' in told[-1]


async def test_a_flood_of_frames_is_cut_and_one_of_messages_is_told_to_slow_down(
    live: Live, neighbour: tuple[Wire, str]
) -> None:
    """One visitor's script would take the server from everybody."""
    wire, _ = await enter(live, neighbour[1])
    await say(wire, "hello")
    payload = b"nonsense"
    for _ in range(limits.SOCKET_FRAMES_PER_S_MAX * 6):
        wire.frame(payload)
    code, _ = await wire.closed()
    assert code in (4002, 0)
    wire, _ = await enter(live, neighbour[1])
    first = await say(wire, "hello")
    ids = [str(uuid7()) for _ in range(limits.SOCKET_FRAMES_PER_S_MAX * 4)]
    for identity in ids:
        wire.say(t="send", id=identity, body={"type": "message", "text": "m"})
    acked, later = set(), set()
    while len(acked) + len(later) < len(ids):
        opcode, told = await wire.read()
        assert opcode != CLOSE, told
        frame = msgspec.json.decode(told)
        acked |= {a["id"] for a in frame.get("acks", ())}
        if frame["t"] == "refused":
            assert frame["retry"], frame
            assert frame["problem"]["status"] == 429
            later.add(frame["id"])
    assert not acked & later
    stored = await live.app.database.fetch(
        "SELECT client_id::text FROM event WHERE conversation_id = $1 AND type = 'message'", UUID(first["conversation"])
    )
    assert {r["client_id"] for r in stored} == {*acked, first["id"]}
    wire.cut()


async def test_a_reader_that_does_not_read_is_cut_and_its_queue_never_grows(live: Live) -> None:
    """Everything said in a busy thread would be kept in memory for every sleeping tab."""
    app = live.app
    key = await key_of(live)
    before = set(app.realtime.sessions)
    wire, _ = await enter(live, key)
    ack = await say(wire, "hello")
    (session,) = set(app.realtime.sessions) - before
    carrier = session.carrier
    owner = await make_operator(app, "owner")
    transport = carrier.transport.underlying_transport
    wire.writer.transport.pause_reading()
    most = 0
    for n in range(400):
        if session.carrier is None:
            break
        text = SendMessage(text=f"{n} " + "x" * 9_900)
        conversation = UUID(ack["conversation"])
        sends = [
            app.conversations.send(
                app.workspace_id, conversation, ("operator", owner.operator_id), uuid7(), text, rights="own"
            )
            for _ in range(8)
        ]
        await asyncio.gather(*sends)
        most = max(most, transport.get_write_buffer_size())
    assert session.carrier is None, "the slow reader is still being written to"
    assert most < limits.SOCKET_QUEUE_BYTES_MAX * 2
    wire.writer.transport.resume_reading()
    wire.cut()
    again, _ = await enter(live, key)  # the server is well
    again.cut()


async def test_a_stream_that_is_not_read_is_bounded_too(live: Live) -> None:
    """The fallback would have the hole the socket has not."""
    app = live.app
    session = app.streams.start(None, msgspec.json.encode({"t": "visitor", "version": 1, "key": await key_of(live)}))
    carrier = app.streams.get(session)
    connection = carrier.connection
    assert isinstance(connection, Connection)
    for _ in range(100):
        connection.send(b"x" * 100_000)
    assert connection.carrier is None
    assert sum(len(f) for f in carrier.frames._queue if f) <= limits.SOCKET_QUEUE_BYTES_MAX


@pytest.mark.parametrize("name", MALFORMED)
async def test_the_event_stream_refuses_the_same(live: Live, neighbour: tuple[Wire, str], name: str) -> None:
    """What the socket refuses would come in by POST."""
    async with httpx.AsyncClient(base_url=live.url, timeout=30) as http:
        hello = msgspec.json.encode({"t": "visitor", "version": 1, "key": neighbour[1]})
        session = (await http.post("/realtime/sessions", content=hello)).json()["session"]
        answer = await http.post(f"/realtime/sessions/{session}/frames", content=MALFORMED[name])
        assert answer.status_code < 500
        await http.post(f"/realtime/sessions/{session}/frames", content=b'{"t":"ping","n":3}')
        giant = await http.post(
            f"/realtime/sessions/{session}/frames",
            content=b'{"t":"ping"}' + b" " * limits.FRAME_BYTES_MAX,
        )
        assert giant.status_code == 413
        assert (await http.post("/realtime/sessions/" + "A" * 43 + "/frames", content=b"{}")).status_code == 404
        async with http.stream("GET", f"/realtime/sessions/{session}/stream") as stream:
            refused = False
            async for line in stream.aiter_lines():
                refused |= '"refused"' in line
                if '"t":"pong"' in line:
                    break
        assert refused


BODIES = {
    "nothing": (b"", 400),
    "broken UTF-8": (b'{"email":"\xff\xff","password":"x"}', 400),
    "half a surrogate": (b'{"email":"\\ud800@x.de","password":"x"}', 400),
    "deep": (DEEP, 400),
    "NUL": (b'{"email":"a\\u0000@b.de","password":"x"}', 422),
    "a list": (b"[]", 422),
    "unknown field": (b'{"email":"a@b.de","password":"x","role":"owner"}', 422),
    "giant": (b'{"email":"' + b"a" * (limits.REQUEST_BYTES_MAX + 1) + b'"}', 413),
}


@pytest.mark.parametrize("name", BODIES)
async def test_hostile_bodies_are_refused_by_http(live: Live, name: str) -> None:
    """A request would end in a stack trace, or be taken for something else."""
    body, _ = BODIES[name]
    async with httpx.AsyncClient(base_url=live.url, timeout=30) as http:
        answer = await http.post("/api/v1/session", content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Basic YTpi",
        "Bearer okno_" + "A" * 43,
        "Bearer v1.1." + "0" * 32 + ".AAAA",
        "Bearer " + jwt.encode({"sub": "1", "exp": int(time.time()) + 99, "jti": "1"}, "", algorithm="none"),
        "Bearer é",
        "Bearer " + "x" * 6_000,
    ],
)
async def test_forged_authorizations_are_refused_everywhere(live: Live, authorization: str) -> None:
    """A forged key or token would read what it names."""
    async with httpx.AsyncClient(base_url=live.url, headers={"authorization": authorization.encode()}) as http:
        key = await key_of(live)
        for path in ("/api/v1/conversations", "/api/v1/inboxes", f"/api/v1/widget/{key}/conversations"):
            answer = await http.get(path)
            assert answer.status_code in (400, 401), path
            assert answer.headers["content-type"] == "application/problem+json"


class Company:
    """Another workspace with everything that has an id."""

    def __init__(self, live: Live, staff: Staff, ids: dict[str, str], secrets: list[str]) -> None:
        self.live, self.staff, self.ids, self.secrets = live, staff, ids, secrets


@pytest.fixture(scope="module")
async def company(live: Live) -> AsyncIterator[Company]:
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "owner", name="Foreign Owner Name")
    wire, _ = await enter(live, inbox.key)
    ack = await say(wire, "foreign words")
    team = (await staff.http.post("/api/v1/teams", json={"name": "Foreign Team"})).json()["id"]
    key = (await staff.http.post("/api/v1/api-keys", json={"name": "Foreign Key"})).json()["key"]["id"]
    row = (await staff.http.get(f"/api/v1/conversations/{ack['conversation']}")).json()
    await staff.http.put(f"/api/v1/conversations/{row['id']}/labels", json={"labels": ["foreign label"]})
    ids = {
        "conversation_id": row["id"],
        "contact_id": row["contact"],
        "operator_id": str(staff.actor.operator_id),
        "inbox_id": str(inbox.id),
        "team_id": str(team),
        "key_id": key,
        "key": inbox.key,
        "identity_id": str(uuid7()),
        "file_id": str(uuid7()),
    }
    secrets = [
        "foreign words",
        "Foreign Owner Name",
        "Foreign Team",
        "Foreign Key",
        "foreign label",
        inbox.identity_secret,
    ]
    yield Company(live, staff, ids, secrets)
    wire.cut()
    await staff.http.aclose()


async def snapshot(company: Company) -> list[str]:
    database, workspace = company.live.app.database, company.staff.actor.workspace_id
    found = []
    for table in ("conversation", "event", "contact", "identity", "inbox", "operator", "team", "api_key", "draft"):
        if table == "api_key":
            sql = "SELECT id::text || name AS t FROM api_key WHERE workspace_id = $1 ORDER BY 1"
        else:
            sql = f"SELECT r::text AS t FROM {table} r WHERE workspace_id = $1 ORDER BY 1"
        found += [r["t"] for r in await database.fetch(sql, workspace)]
    return found


async def test_another_workspaces_ids_open_and_change_nothing_over_http(live: Live, company: Company) -> None:
    """The owner of one company would read or change another's by its ids."""
    staff = await sign_in(live, live.app.workspace_id, "owner")
    mine = await open_conversation(live.app, await make_contact(live.app))
    before = await snapshot(company)
    document = (await staff.http.get("/openapi.json")).json()
    bodies: list[Any] = [
        *({"operator": company.ids["operator_id"]}, {"seq": 1}, {"text": "x"}, {"labels": ["x"]}, {"name": "x"}),
        *(
            {"type": "message", "text": "x"},
            {"type": "edited", "seq": 2, "text": "x"},
            {"type": "email", "address": "a@b.de"},
        ),
        *(
            {"role": "operator", "teams": [int(company.ids["team_id"])]},
            {"team": int(company.ids["team_id"])},
            {"disabled": True},
        ),
        {"email": f"{uuid7()}@b.de", "name": "x", "teams": [int(company.ids["team_id"])]},
        {"name": "x", "role": "owner", "teams": [int(company.ids["team_id"])]},
        {"files": [company.ids["file_id"]]},
        {},
    ]
    asked = 0
    for path, methods in document["paths"].items():
        if not path.startswith("/api/v1/") or path.startswith("/api/v1/widget"):
            continue
        names = re.findall(r"{(\w+)}", path)
        if not names or any(n not in company.ids for n in names):
            continue
        address = re.sub(r"{(\w+)}", lambda m: company.ids[m[1]], path)
        for method in methods:
            for body in [None] if method in ("get", "delete", "head") else bodies:
                answer = await staff.http.request(
                    method, address, params={"id": str(uuid7())} if path.endswith("/events") else None, json=body
                )
                asked += 1
                assert answer.status_code < 500, f"{method} {address}: {answer.text}"
                if answer.is_success:
                    assert answer.content in (b"", b"[]"), f"{method} {address} {body}: {answer.text}"
                assert not [s for s in company.secrets if s in answer.text], f"{method} {address} told a secret"
    assert asked > 20
    for body in (
        b for b in bodies if "disabled" not in b and b.get("role") != "operator"
    ):  # foreign ids inside one's own
        for method, path in (
            ("post", f"/api/v1/conversations/{mine}/assignment"),
            ("post", "/api/v1/operators"),
            ("post", "/api/v1/api-keys"),
            ("patch", f"/api/v1/operators/{staff.actor.operator_id}"),
        ):
            answer = await staff.http.request(method, path, json=body)
            assert answer.status_code < 500
            assert not [s for s in company.secrets if s in answer.text], f"{method} {path} {body}"
    wrong = await staff.http.post(
        f"/api/v1/conversations/{mine}/assignment", json={"operator": company.ids["operator_id"]}
    )
    assert wrong.status_code == 422
    for path in (
        "conversations",
        f"conversations?contact={company.ids['contact_id']}",
        "contacts?q=f",
        "labels",
        "teams",
        "operators",
        "inboxes",
    ):
        text = (await staff.http.get(f"/api/v1/{path}")).text
        assert not [s for s in company.secrets if s in text], path
    assert await snapshot(company) == before
    await staff.http.aclose()


async def test_another_workspaces_ids_open_and_change_nothing_over_the_socket(live: Live, company: Company) -> None:
    """The same by the road of the live connection."""
    staff = await sign_in(live, live.app.workspace_id, "owner")
    before = await snapshot(company)
    foreign = company.ids["conversation_id"]
    operator = await Wire.connect(live, headers=f"Cookie: {staff.cookie}\r\n")
    operator.say(t="operator", version=1)
    await operator.hear("operator")
    operator.say(t="list")
    visitor, welcome = await enter(live, await key_of(live))
    heard = []
    for wire in (operator, visitor):
        wire.say(t="open", conversation=foreign)
        wire.say(t="repair", conversation=foreign, after=0, until=9)
        wire.say(t="read", conversation=foreign, seq=1)
        wire.say(t="typing", conversation=foreign, on=True)
        for body in (
            {"type": "message", "text": "x"},
            {"type": "edited", "seq": 2, "text": "x"},
            {"type": "deleted", "seq": 2},
        ):
            wire.say(t="send", id=str(uuid7()), conversation=foreign, body=body)
        await company.staff.http.post(
            f"/api/v1/conversations/{foreign}/events",
            params={"id": str(uuid7())},
            json={"type": "note", "text": "foreign words"},
        )
        identity = str(uuid7())
        wire.say(t="send", id=identity, conversation=str(uuid7()), body={"type": "deleted", "seq": 1})
        while not heard or identity.encode() not in heard[-1]:
            opcode, payload = await wire.read()
            assert opcode != CLOSE
            heard.append(payload)
    text = b"\n".join(heard).decode()
    assert not [s for s in company.secrets if s in text]
    crossed = await Wire.connect(live)  # a token of here with a key of there
    crossed.say(t="visitor", version=1, key=company.ids["key"], token=welcome["token"])
    assert (await crossed.closed())[0] == 1008
    after = [t for t in await snapshot(company) if "foreign words" not in t]
    assert len(after) == len([t for t in before if "foreign words" not in t])
    operator.cut()
    visitor.cut()
    await staff.http.aclose()


async def test_a_note_never_reaches_the_customer_by_a_quote(live: Live) -> None:
    """An operator who quotes a private note in his answer would send it to the customer."""
    app = live.app
    owner = await make_operator(app, "owner")
    conversation = await open_conversation(app, await make_contact(app))
    sender: Any = ("operator", owner.operator_id)
    note = await app.conversations.send(
        app.workspace_id, conversation, sender, uuid7(), SendNote(text="between us"), rights="own"
    )
    staff = await sign_in(live, app.workspace_id, "owner")
    quoting = {"text": "see above", "quote": {"conversation": str(conversation), "seq": note.seq}}
    path = f"/api/v1/conversations/{conversation}/events"
    answer = await staff.http.post(path, params={"id": str(uuid7())}, json={"type": "message", **quoting})
    assert answer.status_code == 422, answer.text
    answer = await staff.http.post(path, params={"id": str(uuid7())}, json={"type": "note", **quoting})
    assert answer.status_code == 201
    await staff.http.aclose()


async def test_a_long_outbox_comes_through_behind_slow_work(live: Live) -> None:
    """After an outage a client sends all it holds at once: closed for that, it would come back with all of it again."""
    staff = await sign_in(live, live.app.workspace_id, "owner")
    conversation = str(await open_conversation(live.app, await make_contact(live.app)))
    wire = await Wire.connect(live, headers=f"Cookie: {staff.cookie}\r\n")
    wire.say(t="operator", version=1)
    await wire.hear("operator")
    wire.say(t="open", conversation=conversation)
    left = {str(uuid7()) for _ in range(limits.SEND_PENDING_PER_SOCKET_MAX * 2)}
    for identity in left:
        wire.say(t="send", id=identity, conversation=conversation, body={"type": "message", "text": "held"})
    while left:
        opcode, told = await wire.read()
        assert opcode not in (0, CLOSE), told
        frame = msgspec.json.decode(told)
        left -= {ack["id"] for ack in frame.get("acks", ())}
        if frame["t"] == "refused":
            assert frame["retry"], frame
            body = {"type": "message", "text": "held"}
            wire.say(t="send", id=frame["id"], conversation=conversation, body=body)
    wire.cut()
    await staff.http.aclose()
