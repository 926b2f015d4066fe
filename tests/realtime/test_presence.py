"""Colleagues at one conversation know of each other, and nobody answers past what he has not seen."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from okno.conversations.types import SendMessage
from okno.kit.ids import uuid7
from tests.conversations.people import make_contact, open_conversation, read_all
from tests.support.live import Live, Staff, Wire, sign_in


async def console(live: Live, staff: Staff) -> Wire:
    """A console with its list; what it is told first is still to be heard."""
    wire = await Wire.connect(live, headers=f"Cookie: {staff.cookie}\r\n")
    wire.say(t="operator", version=1)
    await wire.hear("operator")
    wire.say(t="list", cursor=None)
    return wire


@pytest.fixture
async def people(live: Live) -> AsyncIterator[list[Staff]]:
    """Anna and Boris, operators without a team."""
    people = [await sign_in(live, live.app.workspace_id, name=name) for name in ("Anna", "Boris")]
    yield people
    for one in people:
        await one.http.aclose()


async def look(wire: Wire, conversation: UUID) -> None:
    wire.say(t="open", conversation=str(conversation), after=None)
    await wire.hear("snapshot")
    wire.say(t="look", conversation=str(conversation))


async def here(wire: Wire, conversation: UUID, looking: set[UUID], writing: set[UUID] = frozenset()) -> None:
    """Wait until exactly these are said to be there."""
    wanted = ({str(i) for i in looking}, {str(i) for i in writing})
    while True:
        for one in (await wire.hear("presence"))["here"]:
            if one["conversation"] == str(conversation) and (set(one["looking"]), set(one["writing"])) == wanted:
                return


async def test_colleagues_see_who_looks_and_who_writes(live: Live, people: list[Staff]) -> None:
    """Two operators would read and answer the same customer, each thinking he is alone."""
    anna, boris = people
    conversation = await open_conversation(live.app, await make_contact(live.app))
    hers, his = await console(live, anna), await console(live, boris)
    ids = (anna.actor.operator_id, boris.actor.operator_id)
    await look(hers, conversation)
    await here(his, conversation, {ids[0]})
    await look(his, conversation)
    await here(hers, conversation, set(ids))
    his.say(t="typing", conversation=str(conversation), on=True)
    await here(hers, conversation, set(ids), {ids[1]})
    late = await console(live, anna)
    await here(late, conversation, set(ids), {ids[1]})
    his.say(t="typing", conversation=str(conversation), on=False)
    await here(hers, conversation, set(ids))
    his.cut()
    await here(hers, conversation, {ids[0]})
    hers.say(t="look", conversation=None)
    await here(late, conversation, set())


async def test_who_gives_no_sign_has_put_the_pen_down(live: Live, people: list[Staff]) -> None:
    """A colleague whose line froze would be said to write for ever, and the customer would not be answered."""
    anna, boris = people
    conversation = await open_conversation(live.app, await make_contact(live.app))
    hers, his = await console(live, anna), await console(live, boris)
    await look(his, conversation)
    his.say(t="typing", conversation=str(conversation), on=True)
    await here(hers, conversation, {boris.actor.operator_id}, {boris.actor.operator_id})
    place = live.app.hub.presences._places[live.app.workspace_id, conversation]
    place.writing[boris.actor.operator_id] -= 3600
    live.app.hub.presences._stir.set()
    await here(hers, conversation, {boris.actor.operator_id})


async def test_presence_stays_within_the_scope(live: Live) -> None:
    """Who works with another team's customers would be told to everybody."""
    owner = await sign_in(live, live.app.workspace_id, "owner")
    team = (await live.app.access.create_team(owner.actor, f"team {uuid7()}")).id
    outside = await sign_in(live, live.app.workspace_id)
    for one in (owner, outside):
        await one.http.aclose()
    secret = await open_conversation(live.app, await make_contact(live.app), team)
    public = await open_conversation(live.app, await make_contact(live.app))
    theirs, his = await console(live, owner), await console(live, outside)
    his.say(t="look", conversation=str(secret))
    assert (await his.hear("refused"))["problem"]["status"] == 404
    await look(theirs, secret)
    await here(theirs, secret, {owner.actor.operator_id})
    theirs.say(t="look", conversation=str(public))
    told = (await his.hear("presence"))["here"]
    assert {one["conversation"] for one in told} == {str(public)}


async def _say(live: Live, who: Staff, conversation: UUID, identity: UUID, seen: int | None) -> Any:
    body = {"type": "message", "text": f"from {who.actor.name}", "seen": seen}
    path = f"/api/v1/conversations/{conversation}/events"
    return await who.http.post(path, params={"id": str(identity)}, json=body)


async def test_a_reply_past_somebody_elses_message_is_refused(live: Live, people: list[Staff]) -> None:
    """The customer would get two answers to one question, or one to a question he has taken back."""
    anna, boris = people
    contact = await make_contact(live.app)
    conversation = await open_conversation(live.app, contact)
    workspace_id = live.app.workspace_id
    asked = await live.app.conversations.send(
        workspace_id, conversation, ("customer", contact), uuid7(), SendMessage(text="?"), rights="own"
    )
    first, second = uuid7(), uuid7()
    assert (await _say(live, anna, conversation, first, asked.seq)).status_code == 201
    refused = await _say(live, boris, conversation, second, asked.seq)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/stale")
    assert "Anna" in refused.json()["detail"]
    assert (await _say(live, anna, conversation, uuid7(), asked.seq)).status_code == 201, "one's own are no news"
    assert (await _say(live, anna, conversation, first, asked.seq)).status_code == 201, "sent again it is the same"
    wire = await console(live, boris)
    await look(wire, conversation)
    sent = {"type": "message", "text": "by socket", "seen": asked.seq}
    wire.say(t="send", id=str(second), conversation=str(conversation), body=sent)
    assert (await wire.hear("refused"))["problem"]["type"] == "/problems/stale"
    wire.say(t="send", id=str(second), conversation=str(conversation), body={**sent, "seen": None})
    assert (await wire.hear("events"))["acks"][0]["id"] == str(second)
    texts = [e.body.text for e in await read_all(live.app, conversation) if hasattr(e.body, "text")]
    assert texts == ["?", "from Anna", "from Anna", "by socket"]
