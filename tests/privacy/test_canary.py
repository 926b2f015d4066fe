"""Secrets sent by every road there is, then looked for in everything the product has written or said: nowhere.

A code word goes into masked fields; a card number is typed in plain wherever a text is taken. The roads are read from
the API's own description and from the frames of the socket, so that a new one is walked without anybody thinking of it.
"""

import asyncio
import base64
import csv
import io
import random
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import asyncpg
import httpx
import jwt
import msgspec
import pypdf
import pytest
from aiosmtpd.controller import UnthreadedController

from okno.db.embedded import EmbeddedPostgres
from okno.kit.ids import uuid7
from okno.kit.wire import Wire as Payload
from okno.kit.wire import list_free_texts
from okno.realtime import frames
from okno.visits.types import PageView, Tracking
from tests.files.conftest import Party
from tests.notifications.conftest import PushService
from tests.support.live import OPEN, Live, Wire
from tests.support.mail import Postbox
from tests.support.openapi import Operation, Sampler, address_of, document_of, operations_of
from tests.support.process import Server, data_folder

BY_NEWS = {"public.alert", "public.task", "public.import_row", "public.person_export"}
UNASKED = {
    *("read_stream", "start_stream", "send_frame", "end_session", "end_other_sessions", "logout", "end_visitor"),
    *("erase_person", "use_link", "change_operator", "block", "delete_import", "clear_own_history", "withdraw_secret"),
    *("end_own_upload", "end_upload", "delete_export"),
}
"""They end what the others need, or take no text."""


def luhn(number: str) -> str:
    """The number with its check digit."""
    digits = [int(d) for d in reversed(number)]
    total = sum(sum(divmod(d * 2, 10)) if at % 2 == 0 else d for at, d in enumerate(digits))
    return number + str(-total % 10)


class Canary(NamedTuple):
    """What must be found nowhere: `card` as digits, `word` in plain."""

    card: str
    word: str

    @property
    def typed(self) -> str:
        """As people write it."""
        return " ".join(self.card[at : at + 4] for at in range(0, 16, 4))

    @property
    def forms(self) -> list[bytes]:
        """As it could be written down: plain, grouped, encoded for a table, a letter or an address."""
        plain = [self.card, self.typed, self.typed.replace(" ", "-"), self.typed.replace(" ", "+"), self.word]
        plain += [self.typed.replace(" ", "%20"), self.typed.replace(" ", "\\u0020")]
        found = [text.encode() for text in plain]
        found += [text.encode("utf-16-le") for text in (self.card, self.typed, self.word)]
        found += [text.encode().hex().encode() for text in (self.card, self.typed, self.word)]
        for text in (self.card, self.typed, self.word):
            for shift in range(3):  # base64 of a text that begins anywhere
                whole = base64.b64encode(b"x" * shift + text.encode())
                found.append(whole[4 if shift else 0 : len(whole) - 4])
        return found

    def hits(self, content: bytes) -> list[bytes]:
        return [form for form in self.forms if form in content]


class House(NamedTuple):
    """A real server with its folder, a mail server, a push service, and somebody signed in."""

    server: Server
    live: Live
    http: httpx.AsyncClient
    key: str
    workspace_id: int
    box: Postbox
    push: PushService
    database: str
    heard: list[bytes]

    def read_logs(self) -> bytes:
        return (self.server.data.parent / f"{self.server.data.name}.log").read_bytes()

    async def dump(self) -> dict[str, bytes]:
        """Every table of every schema as text, by its name; values of bytea are hexadecimal there."""
        connection = await asyncpg.connect(self.database)
        try:
            tables = await connection.fetch(
                "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
            )
            whole = {}
            for schema, table in tables:
                out = io.BytesIO()
                await connection.copy_from_query(f'SELECT * FROM "{schema}"."{table}"', output=out)
                whole[f"{schema}.{table}"] = out.getvalue()
            return whole
        finally:
            await connection.close()

    async def settle(self) -> None:
        """Until every handler has heard all news and every job is done."""
        connection = await asyncpg.connect(self.database)
        try:
            async with asyncio.timeout(120):
                while await connection.fetchval(
                    "SELECT EXISTS (SELECT FROM outbox o JOIN bus_cursor b ON (b.xid, b.id) < (o.xid, o.id)"
                    " WHERE o.topic = 'timeline') OR EXISTS (SELECT FROM okno_jobs.pgqueuer WHERE status <> 'failed'"
                    " AND execute_after < now())"
                ):
                    await asyncio.sleep(0.1)
        finally:
            await connection.close()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    box, push = Postbox(), PushService()
    controller = UnthreadedController(box, hostname="127.0.0.1", port=0, loop=asyncio.get_running_loop())
    mail = await controller._create_server()
    pushes = await push.start()
    environment = {
        "OKNO_SMTP_URL": f"smtp://127.0.0.1:{mail.sockets[0].getsockname()[1]}",
        "OKNO_SMTP_FROM": "help@shop.example",
        "OKNO_PUSH_HOSTS": push.host,
        "OKNO_LOG_LEVEL": "debug",
        "OKNO_FLOOD_LIMITS": "false",
    }
    with data_folder() as data:
        server = Server(data, environment=environment)
        server.start()
        try:
            link = server.first_link()
            http = httpx.AsyncClient(base_url=server.url, timeout=60)
            me = await http.post(f"/api/v1/links/{link}", json={"password": "correct horse battery", "name": "Olga"})
            assert me.status_code == 201, me.text
            http.headers["x-csrf-token"] = me.json()["csrf"]
            inbox = (await http.get("/api/v1/inboxes")).json()[0]
            url = EmbeddedPostgres(data).url
            yield House(
                *(server, Live(None, server.url, server.port), http, inbox["key"], me.json()["workspace"]["id"]),
                *(box, push, url, []),
            )
            await http.aclose()
        finally:
            for wire in OPEN:
                wire.cut()
            OPEN.clear()
            await asyncio.to_thread(server.stop)
            mail.close()
            pushes.close()
            for line in push.lines:
                line.close()


# -- the roads -----------------------------------------------------------------------------------------------------


class Party2(NamedTuple):
    """A customer with a line open, and what he is known by."""

    wire: Wire
    token: str
    conversation: str
    contact: str
    visitor: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "cookie": "", "x-csrf-token": ""}


def listen(house: House, wire: Wire) -> asyncio.Task[None]:
    """Everything a party hears is kept."""

    async def read() -> None:
        while True:
            opcode, payload = await wire.read()
            house.heard.append(payload)
            if opcode in (0, 8):
                return

    return asyncio.create_task(read())


async def until(house: House, mark: str) -> None:
    async with asyncio.timeout(60):
        while mark.encode() not in b"".join(house.heard):
            await asyncio.sleep(0.05)


async def come(house: House, text: str, **hello: Any) -> tuple[Party2, asyncio.Task[None]]:
    wire = await Wire.connect(house.live)
    wire.say(t="visitor", version=1, key=house.key, **hello)
    welcome = await wire.hear("visitor")
    sent = str(uuid7())
    wire.say(t="send", id=sent, body={"type": "message", "text": text})
    while True:
        frame = await wire.hear("events")
        if acks := [ack for ack in frame.get("acks", ()) if ack["id"] == sent]:
            break
    conversation = acks[0]["conversation"]
    row = (await house.http.get(f"/api/v1/conversations/{conversation}")).json()
    reader = listen(house, wire)
    return Party2(wire, welcome["token"], conversation, row["contact"], welcome["visitor"]), reader


async def console(house: House) -> tuple[Wire, asyncio.Task[None]]:
    """An operator's window, open at the list."""
    cookie = "; ".join(f"{name}={value}" for name, value in house.http.cookies.items())
    wire = await Wire.connect(house.live, headers=f"Cookie: {cookie}\r\n")
    wire.say(t="operator", version=1)
    await wire.hear("operator")
    wire.say(t="list")
    return wire, listen(house, wire)


def frames_of(named: dict[str, Any], text: str) -> Iterator[dict[str, Any]]:
    """Every frame a client may send, its texts filled in."""
    schema = msgspec.json.schema(frames.ClientFrames, schema_hook=lambda _: {"type": "string", "format": "uuid"})
    sampler = Sampler(schema, named, text)
    for one in schema["anyOf"]:
        members = sampler.resolve(one)["properties"]
        bodies = sampler.alternatives(members["body"]) if "body" in members else [None]
        for body in bodies:
            frame = {name: sampler.value(name, of, 1) for name, of in members.items()}
            yield frame if body is None else {**frame, "body": body}


async def by_socket(house: House, party: Party2, desk: Wire, text: str) -> set[str]:
    """Every frame from both sides; the sorts of them."""
    named = {"conversation": party.conversation, "seq": 2, "key": house.key, "version": 1, "attachments": []}
    named |= {"quote": {"conversation": party.conversation, "seq": 2}, "mentions": [], "teams": [], "seen": None}
    sorts = set()
    desk.say(t="open", conversation=party.conversation)
    for frame in frames_of(named, text):
        if frame["t"] in ("close", "visitor", "operator"):
            continue
        sorts.add(frame["t"])
        for wire in (party.wire, desk):
            wire.say(**(frame | ({"id": str(uuid7())} if "id" in frame else {})))
    wire = await Wire.connect(house.live)
    hello = {"name": text, "email": "c@example.com", "locale": text[:16], "token": party.token}
    wire.say(t="visitor", version=1, key=house.key, **hello)
    await wire.hear("visitor")
    wire.cut()
    return sorts


async def by_stream(house: House, text: str) -> None:
    """Where sockets are blocked: frames by POST."""
    hello = {"t": "visitor", "version": 1, "key": house.key, "name": text}
    headers = {"cookie": ""}
    session = (await house.http.post("/realtime/sessions", json=hello, headers=headers)).json()["session"]
    async with house.http.stream("GET", f"/realtime/sessions/{session}/stream", headers=headers) as stream:
        lines = stream.aiter_lines()
        async for line in lines:
            house.heard.append(line.encode())
            if '"t":"visitor"' in line:
                break
        frame = {"t": "send", "id": str(uuid7()), "body": {"type": "message", "text": text}}
        sent = await house.http.post(f"/realtime/sessions/{session}/frames", json=frame, headers=headers)
        assert sent.status_code == 204
        async for line in lines:
            house.heard.append(line.encode())
            if frame["id"] in line:
                break


async def by_api(house: House, named: dict[str, Any], party: Party2, text: str) -> dict[str, set[int]]:
    """Every operation with the text in every place that takes one; what each answered."""
    document = await document_of(house.live)
    sampler = Sampler(document, named, text)
    answers: dict[str, set[int]] = {}
    for operation in operations_of(document, sampler):
        if operation.name in UNASKED:
            continue
        headers = party.headers if operation.widget else {}
        for answer in await ask(house, operation, sampler, {**headers, "user-agent": f"Mozilla/5.0 ({text})"}):
            answers.setdefault(operation.name, set()).add(answer.status_code)
            assert answer.status_code < 500, (operation.name, answer.text)
            if answer.status_code < 300:
                house.heard.append(operation.name.encode() + b" " + answer.content)
    return answers


async def ask(house: House, operation: Operation, sampler: Sampler, headers: dict[str, str]) -> list[httpx.Response]:
    path, query = address_of(operation, sampler)
    for parameter in operation.parameters:
        if parameter["in"] == "query" and parameter["schema"].get("type") == "string":
            query.setdefault(parameter["name"], sampler.value(parameter["name"], parameter["schema"]))
    if any(p["name"] == "id" and p["in"] == "query" for p in operation.parameters):
        query["id"] = str(uuid7())
    bodies = operation.bodies or [None]
    return [
        await house.http.request(operation.method, path, params=query, json=body, headers=headers) for body in bodies
    ]


BEACONS: dict[str, type[Payload]] = {"page-views": PageView, "tracked": Tracking}
"""Bodies the description does not show, because they come as text."""


async def by_beacon(house: House, named: dict[str, Any], text: str) -> None:
    """What a page tells of itself, also with the number in its address."""
    for road, struct in BEACONS.items():
        schema = msgspec.json.schema(struct)
        sampler = Sampler(schema, {**named, "hidden": False, "name": text, "data": text}, text)
        body = sampler.value("", schema)
        sent = await house.http.post(f"/api/v1/widget/{house.key}/{road}", content=msgspec.json.encode(body))
        assert sent.status_code == 204, sent.text


def wires(base: type[Payload]) -> Iterator[type[Payload]]:
    for struct in base.__subclasses__():
        yield struct
        yield from wires(struct)


async def test_every_payload_is_on_a_road_that_is_walked(live: Live) -> None:
    """A new sort of payload would come in by a road no secret was ever sent by."""
    shown = {name.rsplit(".", 1)[-1].rsplit("_", 1)[-1] for name in (await document_of(live))["components"]["schemas"]}
    framed = set(msgspec.json.schema(frames.ClientFrames, schema_hook=lambda _: {"type": "string"})["$defs"])
    walked = shown | framed | {struct.__name__ for struct in BEACONS.values()}
    assert {struct.__name__ for struct in wires(Payload) if list_free_texts(struct)} - walked == set()


async def by_upload(house: House, party: Party2, text: str) -> str:
    """A file's name, from a customer; the id of the file."""
    visitor = Party(house.http, f"/api/v1/widget/{house.key}", party.headers)
    photo = await visitor.upload(b"%PDF-1.4 hello", name=f"{text}.pdf", media_type="application/pdf")
    body = {"type": "message", "text": text, "attachments": [photo]}
    sent = await house.http.post(f"/api/v1/widget/{house.key}/events?id={uuid7()}", headers=party.headers, json=body)
    assert sent.status_code == 201, sent.text
    operator = Party(house.http, "/api/v1", {})
    other = await operator.upload(b"%PDF-1.4 hello", name=f"{text}.pdf", media_type="application/pdf")
    note = {"type": "note", "text": text, "attachments": [other]}
    path = f"/api/v1/conversations/{party.conversation}/events?id={uuid7()}"
    assert (await house.http.post(path, json=note)).status_code == 201
    return photo


async def by_list(house: House, text: str) -> None:
    """A list of another system: one that runs, one that stays a draft."""
    for kind, head in (("contacts", ["name", "email", "comment"]), ("articles", ["title", "text"])):
        for starts in (True, False):
            out = io.StringIO()
            rows = [[text if name != "email" else f"{uuid7()}@example.com" for name in head] for _ in range(3)]
            rows[2] = [f"{text} 2", "no address", text][: len(head)]
            csv.writer(out).writerows([head, *rows])
            query = {"kind": kind, "name": f"{text}.csv"}
            made = await house.http.post("/api/v1/imports", params=query, content=out.getvalue().encode())
            assert made.status_code == 201, made.text
            path = f"/api/v1/imports/{made.json()['id']}"
            if not starts:
                continue
            assert (await house.http.post(f"{path}/start")).status_code == 200
            async with asyncio.timeout(60):
                while (state := (await house.http.get(path)).json())["status"] == "running":
                    await asyncio.sleep(0.1)
            assert state["status"] == "done"
            house.heard.append((await house.http.get(f"{path}/faults")).content)


async def by_token(house: House, text: str) -> None:
    """The name in a token the site's own server has signed."""
    inbox = (await house.http.get("/api/v1/inboxes")).json()[0]
    claims = {"sub": f"u{uuid7()}", "exp": int(time.time()) + 600, "jti": str(uuid7()), "name": text}
    token = jwt.encode(claims, inbox["identity_secret"], algorithm="HS256")
    wire = await Wire.connect(house.live)
    wire.say(t="visitor", version=1, key=house.key, identity=token)
    house.heard.append(msgspec.json.encode(await wire.hear("visitor")))
    wire.cut()


async def fill_in(house: House, party: Party2, canary: Canary) -> None:
    """Masked fields of every sort, filled in; one is asked for and closed."""
    for purpose, value in (("code_word", canary.word), ("other", canary.word), ("card", canary.typed)):
        path = f"/api/v1/conversations/{party.conversation}/secrets"
        asked = (await house.http.post(path, json={"purpose": purpose, "label": "field"})).json()
        road = f"/api/v1/widget/{house.key}/secrets/{asked['id']}"
        given = await house.http.post(road, headers=party.headers, json={"value": value})
        assert given.status_code == 204, given.text
        if purpose == "other":
            withdrawn = await house.http.delete(f"{path}/{asked['id']}")
            assert withdrawn.status_code == 204


async def leave_and_be_told(house: House, party: Party2, text: str) -> None:
    """He goes away; an answer reaches him as push and letter."""
    phone = house.push.phone()
    subscription = {n: getattr(phone.subscription, n) for n in ("endpoint", "p256dh", "auth", "locale")}
    road = f"/api/v1/widget/{house.key}"
    subscribed = await house.http.put(f"{road}/push", headers=party.headers, json=subscription)
    assert subscribed.status_code < 300, subscribed.text
    address = f"gone-{uuid7()}@example.com"
    reach = {"locale": "ru", "time_zone": "Europe/Moscow", "email": address}
    assert (await house.http.post(f"{road}/reach", headers=party.headers, json=reach)).status_code < 300
    notices = {"push": True, "push_after_s": 0, "email": True, "email_after_s": 0, "quiet": False}
    assert (await house.http.patch("/api/v1/notices/settings", json=notices)).status_code == 200
    path = f"/api/v1/conversations/{party.conversation}/events?id={uuid7()}"
    assert (await house.http.post(path, json={"type": "message", "text": text})).status_code == 201
    async with asyncio.timeout(90):
        while not house.push.got:
            await asyncio.sleep(0.1)
    house.heard.extend(phone.read(body) for _, _, body in house.push.got)
    copy = await house.http.post(
        f"{road}/conversations/{party.conversation}/transcript/letter", headers=party.headers, json={"format": "txt"}
    )
    assert copy.status_code == 202, copy.text
    await house.box.letter_to(address)


async def copies(house: House, party: Party2) -> list[bytes]:
    """Transcripts in every format, internal ones too, the audit log, and what search finds."""
    found = []
    for wanted in ("txt", "html", "pdf"):
        for internal in (False, True):
            path = f"/api/v1/conversations/{party.conversation}/transcript"
            answer = await house.http.get(path, params={"format": wanted, "internal": internal})
            assert answer.status_code == 200, answer.text
            found.append(answer.content)
            if wanted == "pdf":
                pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
                found.append(" ".join(" ".join(page.extract_text() for page in pages).split()).encode())
    found.append((await house.http.get("/api/v1/audit/export")).content)
    return found


def mails_of(box: Postbox) -> bytes:
    parts = [part for mail in box.got for part in mail.walk() if not part.is_multipart()]
    return b"\n".join(
        [*(mail.as_bytes() for mail in box.got), *(part.get_payload(decode=True) or b"" for part in parts)]
    )


def files_of(house: House) -> Iterator[tuple[str, bytes]]:
    """Every file of the data folder: the database's own with its log of changes, uploads, keys."""
    for path in sorted(house.server.data.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(house.server.data)), path.read_bytes()


@pytest.mark.timeout(600)
async def test_secrets_sent_by_every_road_are_written_nowhere(house: House) -> None:
    """A card number or a code word would lie in a table, a log, a letter, a copy or on somebody's screen."""
    chance = random.Random()
    canary = Canary(luhn("5559" + "".join(str(chance.randrange(10)) for _ in range(11))), f"barsuk{uuid7().hex}")
    text = f"the card {canary.typed} is mine"
    party, reader = await come(house, text, name=text, email="claimed@example.com")
    desk, watcher = await console(house)
    sorts = await by_socket(house, party, desk, text)
    assert sorts >= {"send", "typing", "whisper"}
    await by_stream(house, text)
    await by_token(house, text)
    photo = await by_upload(house, party, text)
    await fill_in(house, party, canary)
    task = await house.http.post("/api/v1/tasks", json={"text": text, "conversation": party.conversation})
    assert task.status_code == 201
    await by_list(house, text)
    quoted: Any = {"conversation": party.conversation, "seq": 2}
    named: dict[str, Any] = dict.fromkeys(("conversation_id", "conversation"), party.conversation)
    named |= dict.fromkeys(("contact_id", "contact"), party.contact)
    named |= {"key": house.key, "task_id": task.json()["id"], "seq": 2, "visitor": party.visitor, "visit": str(uuid7())}
    named |= {
        "attachments": [],
        "files": [],
        "teams": [],
        "mentions": [],
        "seen": None,
        "ids": [photo],
        "quote": quoted,
    }
    named |= {"url": f"https://shop.example/?q={canary.card}", "referrer": f"https://search.example/?q={canary.card}"}
    await by_beacon(house, named, text)
    answers = await by_api(house, named, party, text)
    done = {name for name, said in answers.items() if any(status < 300 for status in said)}
    wanted = {"send_event", "send_own_message", "save_draft", "add_task", "change_contact", "create_template"}
    wanted |= {"search", "list_conversations", "change_workspace"}
    assert wanted <= done, {name: answers.get(name) for name in wanted - done}
    assert len(done) > 60
    gone, his_reader = await come(house, text)
    await leave_and_be_told(house, gone, text)
    mark = f"mark{uuid7().hex}"
    path = f"/api/v1/conversations/{party.conversation}/events?id={uuid7()}"
    assert (await house.http.post(path, json={"type": "message", "text": mark})).status_code == 201
    await until(house, mark)
    await house.settle()
    taken = [*await copies(house, party), *await copies(house, gone)]
    found: list[tuple[str, list[bytes]]] = []
    for name, content in (await house.dump()).items():
        found.append((f"table {name}", canary.hits(content)))
    found += [("what was heard", canary.hits(piece)) for piece in house.heard]
    found += [("a copy", canary.hits(piece)) for piece in taken]
    found.append(("letters", canary.hits(mails_of(house.box))))
    for task_ in (reader, his_reader, watcher):
        task_.cancel()
    await asyncio.to_thread(house.server.stop)
    found.append(("the log", canary.hits(house.read_logs())))
    found += [(f"file {name}", canary.hits(content)) for name, content in files_of(house)]
    assert len(found) > 150
    assert [(where, hits) for where, hits in found if hits] == []
    assert b"xxx" not in text.encode()
    masked = canary.typed[-4:].encode()
    assert masked in b"".join(content for content in house.heard)


def about(operation: Operation) -> bool:
    """Whether it is about one person: said by him, to him, or kept of him."""
    named = operation.takes("conversation_id", "contact_id", "task_id") or operation.widget
    return named or any(
        isinstance(body, dict) and {"conversation", "contact"} & body.keys() for body in operation.bodies
    )


def of_him(operation: Operation) -> Operation:
    """Only with the bodies that name him, where the path does not."""
    if operation.widget or operation.takes("conversation_id", "contact_id", "task_id"):
        return operation
    return operation._replace(bodies=[body for body in operation.bodies if {"conversation", "contact"} & body.keys()])


async def kept(house: House, canary: Canary) -> dict[str, bytes]:
    """Tables that still have the words, with a row of each. Nobody can change the audit log: the guide says so."""
    found = {}
    for name, content in (await house.dump()).items():
        rows = [row for row in content.split(b"\n") if canary.hits(row)]
        if rows and name != "public.audit_entry":
            found[name] = rows[0][:600]
    return found


async def vacuum(house: House) -> set[str]:
    """What PostgreSQL does by and by: rows that are gone leave its files. The audit log's files, which keep theirs."""
    connection = await asyncpg.connect(house.database)
    try:
        await connection.execute("VACUUM FULL")
        await connection.execute("CHECKPOINT")
        paths = await connection.fetch(
            "SELECT pg_relation_filepath(c.oid) AS path FROM pg_class c WHERE c.oid = 'audit_entry'::regclass"
            " OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'audit_entry'::regclass)"
        )
        return {f"pg18/{r['path']}" for r in paths}
    finally:
        await connection.close()


@pytest.mark.timeout(600)
async def test_the_words_of_an_erased_person_are_kept_nowhere(house: House) -> None:
    """What he said, and what was said of him, would be found in a letter that waits, a draft, an alert or a file."""
    word = f"veresk{uuid7().hex}"
    canary = Canary("5559000000000000", word)
    text = f"{word} said so"
    address = f"{word}@example.com"
    party, reader = await come(house, text, name=text, email=address)
    desk, watcher = await console(house)
    await by_socket(house, party, desk, text)
    photo = await by_upload(house, party, text)
    for body in ({"text": text, "conversation": party.conversation}, {"text": text, "contact": party.contact}):
        task = await house.http.post("/api/v1/tasks", json=body)
        assert task.status_code == 201, task.text
    document = await document_of(house.live)
    named: dict[str, Any] = dict.fromkeys(("conversation_id", "conversation"), party.conversation)
    named |= dict.fromkeys(("contact_id", "contact"), party.contact)
    named |= {"key": house.key, "task_id": task.json()["id"], "seq": 2, "visitor": party.visitor, "visit": str(uuid7())}
    named |= {"attachments": [], "files": [], "teams": [], "mentions": [], "seen": None, "ids": [photo], "quote": None}
    named |= {"url": f"https://shop.example/?q={word}", "labels": ["ok"], "email": address}
    await by_beacon(house, named, text)
    sampler = Sampler(document, named, text)
    done = set()
    for operation in operations_of(document, sampler):
        if operation.name in UNASKED or operation.name == "hold_person" or not about(operation):
            continue
        headers = party.headers if operation.widget else {}
        answers = await ask(house, of_him(operation), sampler, headers)
        done |= {operation.name for answer in answers if answer.status_code < 300}
    assert len(done) > 35
    held = await house.http.put(f"/api/v1/contacts/{party.contact}/hold", json={"reason": "court"})
    assert held.status_code == 200
    assert (await house.http.post(f"/api/v1/contacts/{party.contact}/erasure")).status_code == 409
    assert (await house.http.delete(f"/api/v1/contacts/{party.contact}/hold")).status_code == 200
    for value in ({"type": "contact", "value": party.contact}, {"type": "email", "value": address}):
        blocked = await house.http.post("/api/v1/blocks", json={**value, "reason": word})
        assert blocked.status_code == 201, blocked.text
        assert (await house.http.post(f"/api/v1/blocks/{blocked.json()['id']}/lifting")).status_code < 300
    await house.settle()
    before = b"".join((await house.dump()).values())
    assert before.count(word.encode()) > 30
    erased = await house.http.post(f"/api/v1/contacts/{party.contact}/erasure")
    assert erased.status_code == 200, erased.text
    await house.settle()
    async with asyncio.timeout(60):  # other slices hear of it by news
        while left := await kept(house, canary):
            if not left.keys() <= BY_NEWS:
                break
            await asyncio.sleep(0.2)
    assert not left
    found: list[tuple[str, list[bytes]]] = []
    for path, query in (("search", {"q": word}), ("contacts", {"q": word}), ("tasks", {})):
        answer = await house.http.get(f"/api/v1/{path}", params=query)
        found.append((path, canary.hits(answer.content)))
    for wanted in ("txt", "html", "pdf"):
        path = f"/api/v1/conversations/{party.conversation}/transcript"
        answer = await house.http.get(path, params={"format": wanted, "internal": True})
        assert answer.status_code == 200, answer.text
        found.append((f"a copy as {wanted}", canary.hits(answer.content)))
    for task_ in (reader, watcher):
        task_.cancel()
    unchanged = await vacuum(house)
    await asyncio.to_thread(house.server.stop)
    found.append(("the log", canary.hits(house.read_logs())))
    found += [
        (f"file {name}", canary.hits(c))
        for name, c in files_of(house)
        if "/pg_wal/" not in name and name not in unchanged
    ]
    assert [(where, hits) for where, hits in found if hits] == []


def test_the_search_for_secrets_finds_them() -> None:
    """A canary that never sings proves nothing."""
    canary = Canary(luhn("555912345678901"), "barsuk-word")
    assert len(canary.card) == 16
    for written in (
        canary.card.encode(),
        f"x {canary.typed} y".encode(),
        base64.b64encode(f"ab the card {canary.typed}!".encode()),
        base64.b64encode(f"abc{canary.word}!".encode()),
        f"\\x{canary.typed.encode().hex()}".encode(),
        canary.word.encode("utf-16-le"),
    ):
        assert canary.hits(written), written
    assert not canary.hits(b"5559 **** 4444")
