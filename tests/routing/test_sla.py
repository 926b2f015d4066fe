"""Clocks on the real timeline: what the list shows, what fires, and who may set it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import pytest

from okno.access.types import Actor
from okno.conversations.api import Conversations
from okno.conversations.bodies import Overdue
from okno.conversations.types import SendMessage
from okno.kit.ids import uuid7
from okno.routing.sla.api import Clocks
from tests.routing.test_hours import At
from tests.support.live import Live, Staff, other_workspace, sign_in

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Company(NamedTuple):
    """A workspace of its own, with an administrator."""

    live: Live
    staff: Staff
    inbox: int

    @property
    def conversations(self) -> Conversations:
        return self.live.app.conversations

    @property
    def actor(self) -> Actor:
        return self.staff.actor

    async def write(self, conversation: UUID | None = None) -> UUID:
        """A customer's message, in a new conversation where none is given."""
        workspace, contact = self.actor.workspace_id, uuid7()
        if conversation is None:
            await self.live.app.database.execute(
                "INSERT INTO contact (workspace_id, id, created_at) VALUES ($1, $2, now())", workspace, contact
            )
            conversation = await self.conversations.open_for_contact(
                workspace, contact, inbox_id=self.inbox, channel="site", team_id=0
            )
        sender = ("customer", contact)
        await self.conversations.send(workspace, conversation, sender, uuid7(), SendMessage("help"), rights="own")
        return conversation

    async def answer(self, conversation: UUID) -> None:
        sender = ("operator", self.actor.operator_id)
        workspace = self.actor.workspace_id
        await self.conversations.send(workspace, conversation, sender, uuid7(), SendMessage("here"), rights="own")

    async def due(self, conversation: UUID) -> tuple[str, datetime] | None:
        """What the list shows once the clocks have seen everything."""
        await self.live.app.clocks.follow(self.actor.workspace_id, [conversation])
        row = await self.conversations.get_row(self.actor, conversation)
        return (row.due.clock, row.due.at) if row.due else None

    async def policy(self, **more: Any) -> dict[str, Any]:
        body = {"name": "Support", "first_answer_s": 3600, "next_answer_s": 600, "resolution_s": 86_400, **more}
        answer = await self.staff.http.post("/api/v1/sla/policies", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def told(self, conversation: UUID) -> list[str]:
        records = await self.live.app.database.fetch(
            "SELECT topic, payload FROM outbox WHERE topic LIKE 'sla.%' ORDER BY id"
        )
        return [r["topic"] for r in records if msgspec.json.decode(r["payload"])["conversation"] == str(conversation)]


@pytest.fixture
async def company(live: Live) -> AsyncIterator[Company]:
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "admin")
    async with staff.http:
        yield Company(live, staff, inbox.id)


async def test_the_list_shows_what_runs_out_first(company: Company) -> None:
    """Operators would answer who wrote last instead of who must be answered first."""
    quiet = await company.write()
    assert await company.due(quiet) is None, "without a policy no clock runs"
    await company.policy()
    first = await company.write()
    since = (await company.conversations.get_row(company.actor, first)).waiting_since
    assert since is not None
    assert await company.due(first) == ("first_answer", since + timedelta(hours=1))
    await company.answer(first)
    assert await company.due(first) is None, "it is the customer's turn"
    await company.write(first)
    clock, _ = await company.due(first) or ("", None)
    assert clock == "next_answer"
    while (await company.due(quiet) or ("", None))[0] != "first_answer":
        await asyncio.sleep(0.05)  # what was open when the policy came gets its clocks behind the answer
    rows = (await company.staff.http.get("/api/v1/conversations?tab=due")).json()["rows"]
    assert [row["id"] for row in rows] == [str(first), str(quiet)]
    await company.conversations.hold(company.actor, first, on=True)
    assert await company.due(first) is None
    await company.conversations.hold(company.actor, first, on=False)
    assert (await company.due(first) or ("", None))[0] == "next_answer"
    await company.conversations.close(company.actor, first)
    assert await company.due(first) is None
    states = (await company.staff.http.get(f"/api/v1/conversations/{first}/clocks")).json()
    assert {s["clock"] for s in states} == {"first_answer", "next_answer", "resolution"}
    assert all(s["stopped_at"] and not s["breached_at"] for s in states)
    met = {a["clock"]: (a["met"], a["late"]) for a in (await company.staff.http.get("/api/v1/sla/attainment")).json()}
    assert met["next_answer"] == (1, 0)


async def test_what_runs_out_is_told_once_whoever_looks(company: Company) -> None:
    """After a restart clocks would be forgotten; with two processes every alert would come twice."""
    await company.policy()
    conversation = await company.write()
    _, due_at = await company.due(conversation) or ("", LONG_AGO)
    app = company.live.app
    clock = At(due_at - timedelta(minutes=5))
    processes = [Clocks(app.database, clock, app.hours, app.conversations) for _ in range(3)]

    async def fire() -> None:
        await asyncio.gather(*(one.fire() for one in processes))

    await fire()
    await fire()
    assert await company.told(conversation) == ["sla.warning"]
    clock.time = due_at + timedelta(seconds=1)
    await fire()
    await fire()
    assert await company.told(conversation) == ["sla.warning", "sla.breached"]
    events = (await company.conversations.page_events(company.actor.workspace_id, conversation)).events
    late = [e.body for e in events if isinstance(e.body, Overdue)]
    assert late == [Overdue("first_answer", due_at, "Support")]
    shown = (await company.conversations.page_events(company.actor.workspace_id, conversation, customer=True)).events
    assert not [e for e in shown if isinstance(e.body, Overdue)], "customers are not told"
    await company.answer(conversation)
    assert await company.due(conversation) is None


async def test_an_answer_in_time_is_never_late(company: Company) -> None:
    """An alert would come for what was answered long ago."""
    await company.policy()
    conversation = await company.write()
    _, due_at = await company.due(conversation) or ("", LONG_AGO)
    await company.answer(conversation)
    await company.due(conversation)
    app = company.live.app
    await Clocks(app.database, At(due_at + timedelta(days=2)), app.hours, app.conversations).fire()
    assert await company.told(conversation) == []


async def test_policies_by_label_and_hours(company: Company) -> None:
    """A label or new hours would change nothing for who waits already."""
    await company.policy(name="All", first_answer_s=7200)
    vip = await company.policy(name="Vip", label="vip", first_answer_s=60)
    order = [vip["id"], *[p["id"] for p in (await company.staff.http.get("/api/v1/sla/policies")).json()][:1]]
    ordered = await company.staff.http.put("/api/v1/sla/policies", json={"policies": order})
    assert [p["name"] for p in ordered.json()] == ["Vip", "All"]
    conversation = await company.write()
    row = await company.conversations.get_row(company.actor, conversation)
    assert row.waiting_since is not None
    assert await company.due(conversation) == ("first_answer", row.waiting_since + timedelta(hours=2))
    await company.conversations.set_labels(company.actor, conversation, ["vip"])
    assert await company.due(conversation) == ("first_answer", row.waiting_since + timedelta(minutes=1))
    week = [{"day": day, "from_min": 0, "to_min": 1440} for day in range(7)]
    body = {"name": "H", "time_zone": "UTC", "week": week}
    made = (await company.staff.http.post("/api/v1/calendars", json=body)).json()
    path = f"/api/v1/sla/policies/{vip['id']}"
    change = {"name": "Vip", "label": "vip", "first_answer_s": 60, "calendar": made["id"]}
    assert (await company.staff.http.put(path, json=change)).status_code == 200
    await company.live.app.clocks.refresh(company.actor.workspace_id)
    assert (await company.due(conversation) or ("", None))[0] == "first_answer"
    await company.staff.http.put(f"/api/v1/calendars/{made['id']}", json={**body, "week": []})
    await company.live.app.clocks.refresh(company.actor.workspace_id)
    assert await company.due(conversation) is None, "closed for good: nothing is due"
    assert (await company.staff.http.delete(f"/api/v1/calendars/{made['id']}")).status_code == 409
    assert (await company.staff.http.delete(path)).status_code == 204
    await company.live.app.clocks.refresh(company.actor.workspace_id)
    assert await company.due(conversation) == ("first_answer", row.waiting_since + timedelta(hours=2))


async def test_who_may_set_policies(company: Company) -> None:
    """Anybody could grant himself more time, or see clocks of conversations of others."""
    policy = await company.policy()
    http = company.staff.http
    for wrong in ({"first_answer_s": None}, {"first_answer_s": 1}, {"queue": 2**40}, {"calendar": 2**40}):
        body = {"name": "x", "first_answer_s": 60, **wrong}
        assert (await http.post("/api/v1/sla/policies", json=body)).status_code == 422, wrong
    assert (await http.put("/api/v1/sla/policies", json={"policies": []})).status_code == 409
    operator = await sign_in(company.live, company.actor.workspace_id)
    elsewhere, _ = await other_workspace(company.live)
    stranger = await sign_in(company.live, elsewhere, "admin")
    conversation = await company.write()
    path = f"/api/v1/sla/policies/{policy['id']}"
    async with operator.http, stranger.http:
        assert (await operator.http.delete(path)).status_code == 403
        assert (await stranger.http.delete(path)).status_code == 404
        assert (await stranger.http.get("/api/v1/sla/policies")).json() == []
        assert (await stranger.http.get(f"/api/v1/conversations/{conversation}/clocks")).status_code == 404
