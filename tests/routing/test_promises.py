"""Leaving a message out of hours: what is promised, to whom, and what is told before it breaks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from okno.conversations.bodies import Promised
from okno.routing.sla.api import Promises
from tests.routing.test_hours import At
from tests.routing.test_sla import Company
from tests.support.live import Live, enter, other_workspace, say, sign_in


@pytest.fixture
async def shop(live: Live) -> AsyncIterator[tuple[Company, str]]:
    """A company whose widget opens the day after tomorrow."""
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "admin")
    async with staff.http as http:
        day = (datetime.now(UTC).weekday() + 2) % 7
        week = [{"day": day, "from_min": 540, "to_min": 1080}]
        made = await http.post("/api/v1/calendars", json={"name": "H", "time_zone": "UTC", "week": week})
        await http.patch(f"/api/v1/inboxes/{inbox.id}", json={"calendar": made.json()["id"]})
        yield Company(live, staff, inbox.id), inbox.key


async def visitor(live: Live, key: str) -> tuple[Any, httpx.AsyncClient]:
    wire, welcome = await enter(live, key)
    headers = {"authorization": f"Bearer {welcome['token']}"}
    return wire, httpx.AsyncClient(base_url=f"{live.url}/api/v1/widget/{key}", headers=headers, timeout=30)


def promises_of(company: Company, clock: At) -> Promises:
    app = company.live.app
    return Promises(app.database, clock, app.hours, app.contacts, app.conversations, app.clocks)


async def test_a_message_left_out_of_hours(shop: tuple[Company, str]) -> None:
    """Whoever comes at night would wait before an empty window, and nobody would know until when to answer."""
    company, key = shop
    wire, http = await visitor(company.live, key)
    async with http:
        told = (await http.get("/wait")).json()
        assert told["closed"]
        by = datetime.fromisoformat(told["answer_by"])
        opens = datetime.fromisoformat(told["opens_at"])
        assert opens < by < opens + timedelta(hours=2)
        assert (await http.post("/promise", json={})).status_code == 409, "there is no message yet"
        ack = await say(wire, "the parcel is lost")
        left = {"name": "Olga", "email": "olga@example.com", "phone": "+7 900 123-45-67"}
        made = await http.post("/promise", json=left)
        assert made.status_code == 200, made.text
        promise = made.json()
        assert promise["conversation"] == ack["conversation"]
        assert opens < datetime.fromisoformat(promise["answer_by"]) < opens + timedelta(hours=2)
        assert (await http.post("/promise", json={})).json() == promise, "asked again it is the same"
        shown = (await http.get(f"/conversations/{ack['conversation']}/events")).json()["events"]
        assert [e["body"]["answer_by"] for e in shown if e["body"]["type"] == "promised"] == [promise["answer_by"]]
    wire.cut()
    conversation = UUID(ack["conversation"])
    row = await company.conversations.get_row(company.actor, conversation)
    assert row.contact_name == "Olga"
    assert await company.due(conversation) == ("promise", datetime.fromisoformat(promise["answer_by"]))
    contact = (await company.staff.http.get(f"/api/v1/contacts/{row.contact}")).json()
    assert {(i["type"], i["address"], i["verified"]) for i in contact["identities"]} == {
        ("email", "olga@example.com", False),
        ("phone", "+79001234567", False),
    }
    await company.policy(first_answer_s=60)
    await company.live.app.clocks.refresh(company.actor.workspace_id)
    assert (await company.due(conversation) or ("",))[0] == "first_answer", (
        "a policy that comes later holds for it, too"
    )
    await company.answer(conversation)
    assert await company.due(conversation) is None
    figures = (await company.staff.http.get("/api/v1/sla/promises")).json()
    assert (figures["kept"], figures["broken"], figures["running"]) == (1, 0, 0)


async def test_a_closing_that_is_taken_back_ends_no_promise(shop: tuple[Company, str]) -> None:
    """One wrong key, and the customer is in no list of those who wait; what he was promised is forgotten."""
    company, key = shop
    wire, http = await visitor(company.live, key)
    async with http:
        conversation = UUID((await say(wire, "the parcel is lost"))["conversation"])
        by = datetime.fromisoformat((await http.post("/promise", json={})).json()["answer_by"])
    wire.cut()
    before = await company.conversations.get_row(company.actor, conversation)
    await company.conversations.close(company.actor, conversation)
    assert await company.due(conversation) is None
    after = await company.conversations.reopen(company.actor, conversation)
    assert after.waiting_since == before.waiting_since
    assert await company.due(conversation) == ("promise", by)
    assert (await company.staff.http.get("/api/v1/sla/promises")).json()["running"] == 1
    await company.answer(conversation)
    assert await company.due(conversation) is None
    await company.conversations.close(company.actor, conversation)
    answered = await company.conversations.reopen(company.actor, conversation)
    assert answered.waiting_since is None
    assert (await company.staff.http.get("/api/v1/sla/promises")).json()["kept"] == 1


async def test_who_will_wait_longer_is_told_before(shop: tuple[Company, str]) -> None:
    """A promise would break without a word, or the customer would be told of it by every process."""
    company, key = shop
    wire, http = await visitor(company.live, key)
    async with http:
        ack = await say(wire, "anybody?")
        left = {"name": "Olga", "email": "", "phone": ""}  # who leaves fields empty is promised the same
        by = datetime.fromisoformat((await http.post("/promise", json=left)).json()["answer_by"])
    wire.cut()
    clock = At(by - timedelta(hours=8))
    processes = [promises_of(company, clock) for _ in range(3)]

    async def check() -> list[Promised]:
        await asyncio.gather(*(one.check() for one in processes))
        conversation = UUID(ack["conversation"])
        page = await company.conversations.page_events(company.actor.workspace_id, conversation, customer=True)
        return [e.body for e in page.events if isinstance(e.body, Promised)]

    assert len(await check()) == 1, "there is time enough"
    assert len(await check()) == 1
    clock.time = by - timedelta(seconds=20)
    told = await check()
    assert len(told) == 2
    assert told[1].was == by
    assert told[1].answer_by > by
    assert await check() == told
    records = await company.live.app.database.fetch("SELECT payload FROM outbox WHERE topic = 'promise.at_risk'")
    news = [n for r in records if (n := msgspec.json.decode(r["payload"]))["conversation"] == ack["conversation"]]
    assert len(news) == 1


async def test_the_place_in_the_queue_is_told_as_it_changes(live: Live) -> None:
    """Who waits would not know whether minutes or hours are left."""
    workspace_id, inbox = await other_workspace(live)
    queue = await live.app.database.fetchval(
        "INSERT INTO queue (workspace_id, name, is_default, created_at) VALUES ($1, 'all', true, now())"
        " ON CONFLICT (workspace_id) WHERE is_default DO UPDATE SET mode = 'pull' RETURNING id",
        workspace_id,
    )
    assert queue
    wires, tokens = [], []
    for _ in range(2):
        wire, welcome = await enter(live, inbox.key)
        ack = await say(wire, "hello")
        tokens.append(welcome["token"])
        wires.append((wire, ack["conversation"]))
        while await live.app.database.fetchval(
            "SELECT count(*) FROM queue_entry WHERE workspace_id = $1", workspace_id
        ) < len(wires):
            await asyncio.sleep(0.05)
    first, second = (wire for wire, _ in wires)
    assert (await first.hear("place"))["place"] == 1
    assert (await second.hear("place"))["place"] == 2
    tab, _ = await enter(live, inbox.key, token=tokens[1])
    assert (await tab.hear("place"))["place"] == 2  # of the same customer, opened later
    tab.cut()
    staff = await sign_in(live, workspace_id, "admin")
    async with staff.http:
        await live.app.conversations.assign(staff.actor, UUID(wires[0][1]), staff.actor.operator_id)
    assert (await first.hear("place"))["place"] == 0
    assert (await second.hear("place"))["place"] == 1
    first.cut()
    second.cut()


async def test_while_somebody_is_there_nothing_is_promised(live: Live) -> None:
    """Customers whose answer comes in a minute would be sent away."""
    _, inbox = await other_workspace(live)
    wire, http = await visitor(live, inbox.key)
    async with http:
        told = (await http.get("/wait")).json()
        assert (told["closed"], told["opens_at"], told["answer_by"]) == (False, None, None)
        await say(wire, "hello")
        assert (await http.post("/promise", json={})).status_code == 409
        assert (await http.post("/promise", json={"phone": "call me"})).status_code == 422
    wire.cut()
