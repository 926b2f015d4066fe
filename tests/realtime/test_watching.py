"""A supervisor sees what an operator is typing, and is heard by nobody else."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from okno.kit.ids import uuid7
from tests.conversations.people import make_contact, open_conversation
from tests.realtime.test_presence import console
from tests.support.live import Live, Staff, Wire, sign_in


@pytest.fixture
async def people(live: Live) -> AsyncIterator[list[Staff]]:
    """Olga, a supervisor; Igor and Boris, operators."""
    roles = (("Olga", "supervisor"), ("Igor", "operator"), ("Boris", "operator"))
    people = [await sign_in(live, live.app.workspace_id, role, name=name) for name, role in roles]
    yield people
    for one in people:
        await one.http.aclose()


async def opened(live: Live, staff: Staff, conversation: UUID) -> Wire:
    wire = await console(live, staff)
    wire.say(t="open", conversation=str(conversation), after=None)
    await wire.hear("snapshot")
    return wire


async def test_a_draft_is_seen_by_who_watches_and_by_nobody_else(live: Live, people: list[Staff]) -> None:
    """Half-written words would reach colleagues or the customer, or the supervisor would see nothing."""
    igor = people[1]
    app = live.app
    conversation = await open_conversation(app, await make_contact(app))
    await app.conversations.assign(igor.actor, conversation, igor.actor.operator_id)
    hers, his, other = [await opened(live, one, conversation) for one in people]
    typed = {"t": "typing", "conversation": str(conversation), "on": True, "draft": "Добрый"}
    his.say(**typed)
    assert "draft" not in await hers.hear("typing")
    hers.say(t="watch", conversation=str(conversation))
    told = await his.hear("watched")
    assert (told["on"], told["names"]) == (True, ["Olga"])
    his.say(**typed)
    assert (await hers.hear("typing"))["draft"] == "Добрый"
    for _ in range(2):
        assert "draft" not in await other.hear("typing")
    other.say(t="watch", conversation=str(conversation))
    assert (await other.hear("refused"))["problem"]["status"] == 403
    hers.say(t="watch", conversation=None)
    assert not (await his.hear("watched"))["on"]
    await app.analytics.set_watched_shown(app.workspace_id, shown=False)
    hers.say(t="watch", conversation=str(conversation))
    told = await his.hear("watched")
    assert (told["on"], told.get("names", [])) == (True, [])
    await app.analytics.set_watched_shown(app.workspace_id, shown=True)
    hers.cut()
    assert not (await his.hear("watched"))["on"]


async def test_the_watch_follows_the_conversation(live: Live, people: list[Staff]) -> None:
    """After a transfer the former operator's drafts would still be wanted, and the new one's not."""
    _, igor, boris = people
    app = live.app
    conversation = await open_conversation(app, await make_contact(app))
    await app.conversations.assign(igor.actor, conversation, igor.actor.operator_id)
    hers, his, other = [await opened(live, one, conversation) for one in people]
    hers.say(t="watch", conversation=str(conversation))
    assert (await his.hear("watched"))["on"]
    await app.conversations.assign(igor.actor, conversation, boris.actor.operator_id)
    assert not (await his.hear("watched"))["on"]
    assert (await other.hear("watched"))["names"] == ["Olga"]
    late = await console(live, boris)
    assert (await late.hear("watched"))["conversation"] == str(conversation)


async def test_a_whisper_reaches_the_operator_alone_and_its_fate_comes_back(live: Live, people: list[Staff]) -> None:
    """The customer or a colleague would read what was meant for the operator's ear."""
    olga, igor, _ = people
    app = live.app
    conversation = await open_conversation(app, await make_contact(app))
    hers = await opened(live, olga, conversation)
    words = {"t": "whisper", "conversation": str(conversation), "text": "Скажите про скидку", "propose": True}
    nobody = str(uuid7())
    hers.say(**words, id=nobody)
    refused = await hers.hear("refused")
    assert (refused["id"], refused["problem"]["status"]) == (nobody, 404)
    await app.conversations.assign(igor.actor, conversation, igor.actor.operator_id)
    his, other = await opened(live, igor, conversation), await opened(live, people[2], conversation)
    identity = str(uuid7())
    hers.say(**words, id=identity)
    heard = await his.hear("whisper")
    assert (heard["text"], heard["name"], heard["propose"]) == ("Скажите про скидку", "Olga", True)
    his.say(t="whisper_answer", id=identity, conversation=str(conversation), to=heard["by"], fate="declined")
    done = await hers.hear("whisper_done")
    assert (done["id"], done["fate"], done["name"]) == (identity, "declined", "Igor")
    other.say(**words, id=str(uuid7()))
    assert (await other.hear("refused"))["problem"]["status"] == 403
    events = await app.conversations.page_events(app.workspace_id, conversation)
    assert "скидку" not in str(events)
