"""Who is blocked is refused on every road; who merely shares his address is not."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from okno.app.wiring import App
from okno.contacts.blocks import Shut
from okno.contacts.types import NewBlock
from okno.kit import limits
from okno.kit.errors import Invalid, NotAllowed, TooMany
from okno.kit.ids import uuid7
from tests.conversations.people import make_operator
from tests.support.live import Live, Wire, enter, other_workspace, say, sign_in


async def refused_everywhere(live: Live, key: str, token: str, client: Any) -> None:
    wire = await Wire.connect(live)
    wire.say(t="visitor", version=1, key=key, token=token)
    _, told = await wire.closed()
    assert msgspec.json.decode(told[-1]) == {"t": "bye", "reason": "blocked"}
    headers = {"authorization": f"Bearer {token}", "cookie": "", "x-csrf-token": ""}
    base = f"/api/v1/widget/{key}"
    message = {"type": "message", "text": "let me in"}
    asked = [
        client.post(f"{base}/events?id={uuid7()}", json=message, headers=headers),
        client.get(f"{base}/conversations", headers=headers),
        client.get(f"{base}/unread", headers=headers),
        client.post(f"{base}/files", headers={**headers, "tus-resumable": "1.0.0", "upload-length": "3"}),
        client.post(f"{base}/history/clearing", headers=headers),
        client.post(f"{base}/secrets/{uuid7()}", json={"value": "x"}, headers=headers),
    ]
    for answer in await asyncio.gather(*asked):
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/blocked"), answer.url
    hello = msgspec.json.encode({"t": "visitor", "version": 1, "key": key, "token": token})
    session = (await client.post("/realtime/sessions", content=hello)).json()["session"]
    async with client.stream("GET", f"/realtime/sessions/{session}/stream") as stream:
        body = b"".join([chunk async for chunk in stream.aiter_bytes()])
    assert b'"blocked"' in body
    view = {"visitor": str(uuid7()), "visit": str(uuid7()), "url": "https://shop.example/"}
    assert (await client.post(f"{base}/page-views", json=view)).status_code == 204


@pytest.mark.parametrize("what", ["contact", "email", "device", "network"])
async def test_blocked_on_every_road_and_let_in_again(live: Live, what: str) -> None:
    """An abuser would go on by upload, by the fallback without a socket, or in the tab he has open."""
    app = live.app
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "owner")
    wire, welcome = await enter(live, inbox.key, email="Spam@Example.com")
    conversation = (await say(wire, "buy!"))["conversation"]
    contact = await app.database.fetchval("SELECT contact_id FROM conversation WHERE id = $1::uuid", conversation)
    value = {
        "contact": str(contact),
        "email": "spam@example.com",
        "device": welcome["visitor"],
        "network": "127.0.0.0/8",
    }
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    new = {"type": what, "value": value[what], "reason": "spam", "until": until}
    made = await staff.http.post("/api/v1/blocks", json=new)
    assert made.status_code == 201, made.text
    _, told = await wire.closed()
    assert b'"blocked"' in told[-1]
    await refused_everywhere(live, inbox.key, welcome["token"], staff.http)
    assert (await staff.http.post("/api/v1/blocks", json=new)).status_code == 409
    block = made.json()["id"]
    assert (await staff.http.post(f"/api/v1/blocks/{block}/lifting")).json()["active"] is False
    back, _ = await enter(live, inbox.key, token=welcome["token"])
    await say(back, "sorry")
    actions = [e["action"] for e in (await staff.http.get("/api/v1/audit")).json()["entries"]]
    assert actions[:2] == ["block.undone", "block.made"]
    back.cut()
    await staff.http.aclose()


async def test_a_block_ends_by_itself_and_calls_can_ask(app: App) -> None:
    """A term of a day would last for ever; a blocked number could still call."""
    owner = await make_operator(app, "owner")
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    number = f"+7999{uuid7().int % 10**7:07d}"
    await app.blocks.block(owner, NewBlock("phone", number, "abuse", soon))
    assert app.blocks.is_blocked(owner.workspace_id, phone=number)
    while app.blocks.is_blocked(owner.workspace_id, phone=number):
        await asyncio.sleep(0.05)
    await app.blocks.block(owner, NewBlock("phone", number, "again"))
    for wrong in (
        NewBlock("network", "0.0.0.0/0", "x"),
        NewBlock("network", "nonsense", "x"),
        NewBlock("contact", "1", "x"),
    ):
        with pytest.raises(Invalid):
            await app.blocks.block(owner, wrong)
    with pytest.raises(NotAllowed):
        await app.blocks.block(await make_operator(app), NewBlock("phone", number, "x"))


def test_networks_of_both_versions(app: App) -> None:
    """An IPv6 range, or a mapped IPv4 address, would slip through."""
    shut, now = Shut(), datetime.now(UTC)
    for value in ("10.1.0.0/16", "2001:db8::/32", "192.0.2.7/32"):
        shut.add({"type": "network", "value": value, "until": None})
    inside = ("10.1.255.3", "2001:db8:1::5", "192.0.2.7", "::ffff:10.1.2.3")
    outside = ("10.2.0.1", "2001:db9::1", "192.0.2.8", "", "unix:")
    assert all(shut.find([], None, ip, now) for ip in inside)
    assert not any(shut.find([], None, ip, now) for ip in outside)


async def test_fifty_honest_visitors_behind_one_address_beside_a_blocked_one(live: Live) -> None:
    """An office, or a mobile network, would be shut out for one person's sake."""
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "owner")
    bad, welcome = await enter(live, inbox.key)
    await say(bad, "flood")
    new = {"type": "device", "value": welcome["visitor"], "reason": "flood"}
    assert (await staff.http.post("/api/v1/blocks", json=new)).status_code == 201
    wires = [wire for wire, _ in await asyncio.gather(*(enter(live, inbox.key) for _ in range(50)))]
    for n in range(3):
        await asyncio.gather(*(say(wire, f"question {n}") for wire in wires))
    for wire in wires:
        wire.cut()
    await staff.http.aclose()


async def test_a_flood_is_held_up_for_its_writer_alone(app: App) -> None:
    """A script would fill the company's lists; or limiting it would stop its neighbours."""
    flood, writer = app.flood, uuid7()
    with pytest.raises(TooMany):
        for _ in range(limits.VISITOR_MESSAGES_BURST + 100):
            flood.take_message(1, writer)
    flood.take_message(1, uuid7())
    with pytest.raises(TooMany):
        for _ in range(limits.ADDRESS_VISITORS_BURST + 100):
            flood.take_visitor("8.8.8.8")
    for _ in range(limits.ADDRESS_VISITORS_BURST + 100):
        flood.take_visitor("10.0.0.1")
