"""Nobody gets another customer's history, name or photo by saying who he is; only a proof does it."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import msgspec
import pytest

from okno.kit.ids import uuid7
from okno.visits.types import Inbox
from tests.files.conftest import TUS, Party, png
from tests.support.live import CLOSE, Live, Staff, Wire, enter, say, sign_in

SECRETS = ("Vera Holmogorova", "vera.holmogorova@example.com", "+79161234567", "my parcel is lost", "Olga Answers")


@dataclass
class Victim:
    """A customer with a name, addresses, a history and an operator who answered."""

    live: Live
    inbox: Inbox
    operator: Staff
    sub: str
    token: str
    identity: str
    contact: str
    conversation: str
    visitor: str
    file: str

    def proof(self, **more: Any) -> str:
        return proof(self.inbox, self.sub, name=SECRETS[0], **more)


def proof(inbox: Inbox, sub: str, *, lives_s: int = 600, **claims: Any) -> str:
    """What the site's own server signs."""
    claims = {"sub": sub, "exp": int(time.time()) + lives_s, "jti": str(uuid7()), **claims}
    return jwt.encode(claims, inbox.identity_secret, algorithm="HS256")


@pytest.fixture
async def victim(live: Live) -> AsyncIterator[Victim]:
    app = live.app
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0]
    operator = await sign_in(live, app.workspace_id, "owner", name=SECRETS[4])
    await operator.http.patch("/api/v1/profile", json={"photo": "/photos/olga-portrait.webp"})
    sub = f"customer-{uuid7()}"
    identity = proof(inbox, sub, name=SECRETS[0])
    wire, welcome = await enter(live, inbox.key, identity=identity)
    ack = await say(wire, SECRETS[3])
    contact = (await operator.http.get(f"/api/v1/conversations/{ack['conversation']}")).json()["contact"]
    for name, address in (("email", SECRETS[1]), ("phone", SECRETS[2])):
        answer = await operator.http.post(
            f"/api/v1/contacts/{contact}/identities", json={"type": name, "address": address}
        )
        assert answer.status_code == 201, answer.text
    path = f"/api/v1/conversations/{ack['conversation']}"
    await operator.http.post(f"{path}/assignment", json={"operator": str(operator.actor.operator_id)})
    await operator.http.post(
        f"{path}/events", params={"id": str(uuid7())}, json={"type": "message", "text": "Olga Answers: found"}
    )
    file = await Party(operator.http, "/api/v1", {}).upload(png(), "passport.png")
    await operator.http.post(
        f"{path}/events", params={"id": str(uuid7())}, json={"type": "message", "attachments": [file]}
    )
    yield Victim(
        *(live, inbox, operator, sub, welcome["token"], identity, contact, ack["conversation"], welcome["visitor"]),
        file,
    )
    wire.cut()
    await operator.http.aclose()


def assert_nothing_of(victim: Victim, heard: bytes) -> None:
    marks = [
        *SECRETS,
        "olga-portrait",
        "passport.png",
        victim.file,
        victim.contact,
        victim.conversation,
        str(victim.operator.actor.operator_id),
    ]
    found = [mark for mark in marks if mark.encode() in heard]
    assert found == []


async def over_socket(victim: Victim, hello: dict[str, Any]) -> bytes:
    """Everything a stranger's socket hears who says hello so, then asks for the conversation in every way."""
    wire = await Wire.connect(victim.live)
    wire.say(t="visitor", version=1, key=victim.inbox.key, **hello)
    thread = victim.conversation
    wire.say(t="open", conversation=thread)
    wire.say(t="open", conversation=thread, after=0)
    wire.say(t="repair", conversation=thread, after=0, until=100)
    wire.say(t="read", conversation=thread, seq=1)
    wire.say(t="typing", conversation=thread, on=True, draft="who is there?")
    for body in (
        {"type": "message", "text": "let me in"},
        {"type": "edited", "seq": 2, "text": "mine now"},
        {"type": "deleted", "seq": 2},
        {"type": "reacted", "seq": 2, "emoji": "👍", "on": True},
        {"type": "message", "text": "as you said", "quote": {"conversation": thread, "seq": 2}},
    ):
        wire.say(t="send", id=str(uuid7()), conversation=thread, body=body)
    await victim.operator.http.post(
        f"/api/v1/conversations/{thread}/events",
        params={"id": str(uuid7())},
        json={"type": "message", "text": "Olga Answers: one more thing"},
    )
    wire.say(t="ping", n=77)
    heard = []
    while True:
        opcode, payload = await wire.read()
        if opcode in (0, CLOSE) or payload == b'{"t":"pong","n":77}':
            break
        heard.append(payload.replace(thread.encode(), b"") if b'"t":"refused"' in payload else payload)
    # What was asked before the pong is answered in order, so one more round trip sees the rest.
    wire.say(t="open", conversation=str(uuid7()))
    while opcode not in (0, CLOSE):
        opcode, payload = await wire.read()
        heard.append(payload)
        if b'"t":"refused"' in payload and b"no such conversation" in payload and b'"id"' not in payload:
            break
    wire.cut()
    return b"\n".join(heard)


async def over_stream(victim: Victim, hello: dict[str, Any]) -> bytes:
    """The same by event stream and POST."""
    heard = b""
    async with httpx.AsyncClient(base_url=victim.live.url, timeout=30) as http:
        body = msgspec.json.encode({"t": "visitor", "version": 1, "key": victim.inbox.key, **hello})
        session = (await http.post("/realtime/sessions", content=body)).json()["session"]
        async with http.stream("GET", f"/realtime/sessions/{session}/stream") as stream:
            for frame in (
                {"t": "open", "conversation": victim.conversation},
                {"t": "repair", "conversation": victim.conversation, "after": 0, "until": 50},
                {"t": "ping", "n": 78},
            ):
                await http.post(f"/realtime/sessions/{session}/frames", content=msgspec.json.encode(frame))
            async for line in stream.aiter_lines():
                heard += line.encode()
                if '"t":"pong"' in line or '"refused"' in line:
                    break
    return heard


async def over_rest(victim: Victim, token: str) -> bytes:
    """Every address of the widget, with a stranger's token."""
    base = f"/api/v1/widget/{victim.inbox.key}"
    heard = b""
    async with httpx.AsyncClient(
        base_url=victim.live.url, timeout=30, headers={"authorization": f"Bearer {token}"}
    ) as http:
        document = (await http.get("/openapi.json")).json()
        for path, methods in document["paths"].items():
            if not path.startswith("/api/v1/widget/"):
                continue
            address = path.replace("{key}", victim.inbox.key).replace("{conversation_id}", victim.conversation)
            if "{" in address:
                address = address[: address.index("{")] + str(uuid7())
            for method in methods:
                if method in ("get", "head"):
                    answer = await http.request(method, address, params={"after": 0} if "events" in path else {})
                    heard += answer.content + str(answer.headers).encode()
        asked = await http.post(f"{base}/files/links", json={"ids": [victim.file]})
        heard += asked.content
        for method in ("head", "patch", "delete"):
            there = await http.request(method, f"{base}/files/{victim.file}", headers={**TUS, "upload-offset": "0"})
            assert there.status_code in (401, 404, 415), there.text
        assert (await http.get(f"{base}/unread")).json() in ({"unread": 0}, *_refusals(401)), "the badge told something"
    return heard


def _refusals(*statuses: int) -> list[Any]:
    class Refusal(dict):
        def __eq__(self, other: object) -> bool:
            return isinstance(other, dict) and other.get("status") in statuses

        __hash__ = None

    return [Refusal()]


@pytest.mark.parametrize("claim", ["name and e-mail", "phone as name", "e-mail in other letters"])
async def test_a_claimed_address_opens_nothing(victim: Victim, claim: str) -> None:
    """Typing somebody's e-mail into the widget would show his conversations."""
    hello = {
        "name and e-mail": {"name": SECRETS[0][:4], "email": SECRETS[1]},
        "phone as name": {"name": SECRETS[2][1:]},
        "e-mail in other letters": {"email": SECRETS[1].upper()},
    }[claim]
    assert_nothing_of(victim, await over_socket(victim, hello))
    assert_nothing_of(victim, await over_stream(victim, hello))
    wire, welcome = await enter(victim.live, victim.inbox.key, **hello)
    ack = await say(wire, "it is me")
    assert ack["conversation"] != victim.conversation
    assert not welcome["verified"]
    assert_nothing_of(victim, await over_rest(victim, welcome["token"]))
    wire.cut()


async def test_an_expired_a_replayed_or_a_forged_proof_is_refused(victim: Victim) -> None:
    """A token left in a log or a history would open a customer's conversations for ever."""
    exp = int(time.time()) + 600
    claims = {"sub": victim.sub, "exp": exp, "jti": str(uuid7())}
    none = jwt.encode(claims, "", algorithm="none")
    bad = {
        "expired": victim.proof(lives_s=-5),
        "replayed": victim.identity,
        "of another secret": jwt.encode(claims, "another secret of thirty-two bytes", algorithm="HS256"),
        "unsigned": none,
        "unsigned with a signature": none + "AAAA",
        "of another algorithm": jwt.encode(claims, victim.inbox.identity_secret.ljust(64), algorithm="HS512"),
        "too long-lived": victim.proof(lives_s=86_400),
        "without jti": jwt.encode({"sub": victim.sub, "exp": exp}, victim.inbox.identity_secret, algorithm="HS256"),
        "with exp as text": victim.proof(exp="tomorrow"),
        "with exp as NaN": victim.proof(exp=float("inf")),
        "garbage": "....",
    }
    for name, token in bad.items():
        heard = await over_socket(victim, {"identity": token})
        assert_nothing_of(victim, heard)
        assert b"not-signed-in" in heard, name
        assert_nothing_of(victim, await over_stream(victim, {"identity": token}))


async def test_a_forged_visitor_token_is_refused(victim: Victim) -> None:
    """Anybody could be any browser."""
    text, _, signature = victim.token.rpartition(".")
    for token in (
        f"{text}.{signature[::-1]}",
        f"{text}.",
        text.replace(victim.visitor, str(uuid7())) + "." + signature,
        victim.token.replace("v1.", "v1.9"),
        "x",
        "é.ü.ß",
    ):
        heard = await over_socket(victim, {"token": token})
        assert_nothing_of(victim, heard)
        assert b"not-signed-in" in heard
        assert_nothing_of(victim, await over_rest(victim, token.encode("ascii", "replace").decode()))


async def test_the_id_of_page_views_opens_nothing(victim: Victim) -> None:
    """The visitor's id travels with every page view; whoever saw it would be that customer."""
    assert_nothing_of(victim, await over_socket(victim, {"visitor": victim.visitor}))


async def test_after_logout_the_next_person_at_the_computer_sees_nothing(victim: Victim) -> None:
    """An open tab, a kept token, the proof of before: each would show the former customer's history."""
    wire, welcome = await enter(victim.live, victim.inbox.key, token=victim.token)
    assert welcome["conversation"] == victim.conversation
    await wire.hear("snapshot")
    async with httpx.AsyncClient(base_url=victim.live.url) as http:
        headers = {"authorization": f"Bearer {victim.token}"}
        answer = await http.post(f"/api/v1/widget/{victim.inbox.key}/logout", headers=headers)
        assert answer.status_code == 204
    code, told = await wire.closed()  # the tab that was left open
    assert code == 4001
    assert b"signed-out" in told[-1]
    for hello in ({"token": victim.token}, {"identity": victim.identity}, {"visitor": victim.visitor}):
        assert_nothing_of(victim, await over_socket(victim, hello))
        assert_nothing_of(victim, await over_stream(victim, hello))
    assert_nothing_of(victim, await over_rest(victim, victim.token))


async def test_a_proof_on_a_second_device_brings_the_history(victim: Victim) -> None:
    """A customer who signs in on his phone would begin anew."""
    wire, welcome = await enter(victim.live, victim.inbox.key, identity=victim.proof())
    assert welcome["verified"]
    assert welcome["contact"] == victim.contact
    snapshot = await wire.hear("snapshot")
    assert any(e["body"].get("text") == SECRETS[3] for e in snapshot["events"])
    wire.cut()


@pytest.mark.parametrize("change", ["another case", "another person", "same browser"])
async def test_two_people_never_become_one(victim: Victim, change: str) -> None:
    """Ids that differ in the case of a letter, or a shared computer, would join two customers silently."""
    if change == "another case":
        hello = {"identity": proof(victim.inbox, victim.sub.upper(), name="Somebody")}
    elif change == "another person":
        hello = {"identity": proof(victim.inbox, f"other-{uuid7()}", email=SECRETS[1])}
    else:
        hello = {"token": victim.token, "identity": proof(victim.inbox, f"other-{uuid7()}")}
    heard = await over_socket(victim, hello)
    assert b'"verified":true' in heard
    assert_nothing_of(victim, heard)
    wire, welcome = await enter(victim.live, victim.inbox.key, identity=victim.proof())
    assert welcome["contact"] == victim.contact  # and he himself is still there
    wire.cut()


async def test_an_open_tab_follows_the_person_who_signs_in(victim: Victim) -> None:
    """Two tabs of one browser: one of the former customer, one of the next; the former must hear nothing more."""
    wire, _ = await enter(victim.live, victim.inbox.key, token=victim.token)
    await wire.hear("snapshot")
    other = {"token": victim.token, "identity": proof(victim.inbox, f"other-{uuid7()}")}
    second, _ = await enter(victim.live, victim.inbox.key, **other)
    code, _ = await wire.closed()
    assert code in (4000, 4001)
    second.cut()
