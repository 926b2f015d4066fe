"""Two processes on one database with NATS between them: who is connected to one hears what happens in the other."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import pytest

from okno.access.keys import Keys
from okno.access.types import OperatorChange
from okno.app.wiring import App, running
from okno.bus.nats import connect
from okno.db.migrate import migrate
from okno.db.pool import Database
from okno.kit import limits
from okno.routing.types import QueueChange
from tests.conftest import NO_MAIL, STATE
from tests.conversations.people import guest_of, make_contact, open_conversation
from tests.realtime.test_presence import console, here, look
from tests.support.live import Live, Staff, Wire, enter, say, serving, sign_in
from tests.support.nats import NatsServer

SOON_S = 2.0  # a hint takes milliseconds; the machine may be busy
REPAIRED_S = 2 * limits.FOLLOW_S + 1.0


class Two(NamedTuple):
    a: Live
    b: Live
    nats: NatsServer


async def make_app(url: str, folder: Path, nats: NatsServer) -> App:
    database = await Database.connect(url)
    keys = Keys(bytes(range(32)))
    return App(database, keys, "http://127.0.0.1:8000", folder, smtp=NO_MAIL, nats=[nats.url])


@pytest.fixture(scope="module")
async def two(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    """A database of their own: a process without NATS beside them would be told nothing."""
    server, _ = pytestconfig.stash[STATE]
    connection = await asyncpg.connect(server.url_of("okno"))
    await connection.execute("DROP DATABASE IF EXISTS two WITH (FORCE)")
    await connection.execute("CREATE DATABASE two TEMPLATE template0")
    await connection.close()
    connection = await asyncpg.connect(server.url_of("two"))
    await migrate(connection)
    await connection.close()
    nats = NatsServer().start()
    folder = tmp_path_factory.mktemp("files")
    apps = [await make_app(server.url_of("two"), folder, nats) for _ in range(2)]
    try:
        async with running(apps[0]) as one, serving(one) as a, running(apps[1]) as other, serving(other) as b:
            await connected(one, other)
            yield Two(a, b, nats)
    finally:
        nats.stop()


async def connected(*apps: App) -> None:
    async with asyncio.timeout(20):
        while not all(app.hints.connected for app in apps):
            await asyncio.sleep(0.01)


@pytest.fixture
async def staff(two: Two) -> AsyncIterator[list[Staff]]:
    """Olga, who supervises, and Igor are at A; Boris is at B."""
    people = [
        await sign_in(two.a, two.a.app.workspace_id, "supervisor", name="Olga"),
        await sign_in(two.a, two.a.app.workspace_id, name="Igor"),
        await sign_in(two.b, two.b.app.workspace_id, name="Boris"),
    ]
    yield people
    for one in people:
        await one.http.aclose()


async def event(wire: Wire, sort: str, seconds: float = SOON_S) -> dict[str, Any]:
    """The next event of this type in an open thread."""
    async with asyncio.timeout(seconds):
        while True:
            for one in (await wire.hear("events")).get("events", ()):
                if one["body"]["type"] == sort:
                    return one


async def row(wire: Wire, conversation: str, seconds: float = 2 * SOON_S, **wanted: object) -> dict[str, Any]:
    """The list's line of a conversation, once it says what is wanted."""
    async with asyncio.timeout(seconds):
        while True:
            for one in (await wire.hear("rows"))["rows"]:
                if one["id"] == conversation and all(one[k] == v for k, v in wanted.items()):
                    return one


async def talk(two: Two, igor: Staff) -> tuple[Wire, Wire, str]:
    """A visitor at A who has written, and Igor's console at B that has the thread open."""
    inbox = (await two.a.app.visits.list_inboxes(two.a.app.workspace_id))[0]
    theirs, _ = await enter(two.a, inbox.key)
    conversation = (await say(theirs, "hello"))["conversation"]
    his = await console(two.b, igor)
    await his.hear("rows")
    his.say(t="open", conversation=conversation, after=None)
    await his.hear("snapshot")
    return theirs, his, conversation


async def test_a_visitor_and_an_operator_talk_across_processes(two: Two, staff: list[Staff]) -> None:
    """Each would wait for an answer the other has given long ago."""
    theirs, his, conversation = await talk(two, staff[1])
    seq = (await say(theirs, "where is my lamp?"))["seq"]
    assert (await event(his, "message"))["body"]["text"] == "where is my lamp?"
    await row(his, conversation, preview="where is my lamp?")
    theirs.say(t="typing", conversation=conversation, on=True, draft="and my")
    async with asyncio.timeout(SOON_S):
        assert (await his.hear("typing"))["on"]
    his.say(t="typing", conversation=conversation, on=True, draft="")
    async with asyncio.timeout(SOON_S):
        assert (await theirs.hear("typing"))["name"] == "Igor"
    his.say(t="read", conversation=conversation, seq=seq)
    async with asyncio.timeout(SOON_S):
        assert (await theirs.hear("receipt"))["receipt"]["operator_read_seq"] == seq
    answer = await say(his, "on its way", conversation=conversation)
    told = await event(theirs, "message")
    assert (told["body"]["text"], told["seq"]) == ("on its way", answer["seq"])
    edit = {"type": "edited", "seq": answer["seq"], "text": "it arrives today"}
    his.say(t="send", id=str(UUID(int=7)), conversation=conversation, body=edit)
    assert (await event(theirs, "edited"))["body"]["text"] == "it arrives today"
    his.say(t="send", id=str(UUID(int=8)), conversation=conversation, body={"type": "deleted", "seq": answer["seq"]})
    await event(theirs, "deleted")


async def test_a_command_in_one_process_reaches_the_lists_of_the_other(two: Two, staff: list[Staff]) -> None:
    """A list would show for ever who had a conversation before, and a counter what waited before."""
    theirs, his, conversation = await talk(two, staff[1])
    boris = await console(two.b, staff[2])
    await boris.hear("rows")
    await staff[0].http.post(
        f"/api/v1/conversations/{conversation}/assignment", json={"operator": str(staff[1].actor.operator_id)}
    )
    await row(boris, conversation, assignee=str(staff[1].actor.operator_id))
    async with asyncio.timeout(SOON_S):
        while not (await boris.hear("rows")).get("counters"):
            pass
    assert (await event(his, "assigned"))["body"]["operator"] == str(staff[1].actor.operator_id)
    await staff[0].http.post(f"/api/v1/conversations/{conversation}/closing")
    await row(boris, conversation, status="closed")
    await say(theirs, "and one more thing")
    await row(boris, conversation, status="open")


async def test_colleagues_at_two_processes_see_each_other(two: Two, staff: list[Staff]) -> None:
    """Both would answer the same customer, each thinking he is alone."""
    _, igor, boris = staff
    conversation = await open_conversation(two.a.app, await make_contact(two.a.app))
    hers, his = await console(two.a, igor), await console(two.b, boris)
    ids = (igor.actor.operator_id, boris.actor.operator_id)
    await look(hers, conversation)
    await here(his, conversation, {ids[0]})
    await look(his, conversation)
    await here(hers, conversation, set(ids))
    his.say(t="typing", conversation=str(conversation), on=True)
    await here(hers, conversation, set(ids), {ids[1]})
    late = await console(two.b, igor)
    await here(late, conversation, set(ids), {ids[1]})
    his.cut()
    await here(hers, conversation, {ids[0]})
    hers.say(t="look", conversation=None)
    await here(late, conversation, set())


async def test_a_supervisor_at_one_process_watches_and_whispers_into_the_other(two: Two, staff: list[Staff]) -> None:
    """She would see no drafts, and he would not hear her."""
    olga, _, boris = staff
    conversation = await open_conversation(two.a.app, await make_contact(two.a.app))
    await two.a.app.conversations.assign(olga.actor, conversation, boris.actor.operator_id)
    hers, his = await console(two.a, olga), await console(two.b, boris)
    for wire in (hers, his):
        wire.say(t="open", conversation=str(conversation), after=None)
        await wire.hear("snapshot")
    hers.say(t="watch", conversation=str(conversation))
    assert (await his.hear("watched"))["names"] == ["Olga"]
    his.say(t="typing", conversation=str(conversation), on=True, draft="Добрый")
    assert (await hers.hear("typing"))["draft"] == "Добрый"
    identity = str(UUID(int=5))
    hers.say(t="whisper", id=identity, conversation=str(conversation), text="ask for the number", propose=True)
    heard = await his.hear("whisper")
    assert (heard["text"], heard["by"]) == ("ask for the number", str(olga.actor.operator_id))
    his.say(t="whisper_answer", id=identity, conversation=str(conversation), to=heard["by"], fate="sent")
    assert (await hers.hear("whisper_done"))["fate"] == "sent"
    hers.cut()
    assert not (await his.hear("watched"))["on"]


async def test_an_alert_reaches_its_operator_wherever_he_is_connected(two: Two, staff: list[Staff]) -> None:
    """The bell of whoever is connected elsewhere would stay silent, and his telephone would ring instead."""
    _, _, boris = staff
    app = two.a.app
    his = await console(two.b, boris)
    await his.hear("rows")
    async with asyncio.timeout(SOON_S):
        while not app.notifications.operators._present(app.workspace_id, boris.actor.operator_id):
            await asyncio.sleep(0.01)
    await app.notifications.operators.put([boris.actor], "mention", None, "look here")
    async with asyncio.timeout(SOON_S):
        told = await his.hear("alert")
    assert (told["unread"], told["alert"]["detail"], told["sound"]) == (1, "look here", True)
    his.cut()
    async with asyncio.timeout(SOON_S):
        while app.notifications.operators._present(app.workspace_id, boris.actor.operator_id):
            await asyncio.sleep(0.01)


async def test_rights_that_end_in_one_process_end_in_the_other(two: Two, staff: list[Staff]) -> None:
    """Somebody who was dismissed would read on for six hours."""
    _, _, boris = staff
    owner = await sign_in(two.a, two.a.app.workspace_id, "owner", name="Olga")
    his = await console(two.b, boris)
    await his.hear("rows")
    begun = time.monotonic()
    await two.a.app.access.change_operator(owner.actor, boris.actor.operator_id, OperatorChange(disabled=True))
    async with asyncio.timeout(SOON_S):
        assert (await his.hear("bye"))["reason"] == "resume"
    assert time.monotonic() - begun < 1.0
    await owner.http.aclose()


async def test_a_thread_that_went_to_another_team_is_closed_in_the_other_process(two: Two, staff: list[Staff]) -> None:
    """He would go on reading what another team's customer writes."""
    app, boris = two.a.app, staff[2]
    owner = await sign_in(two.a, app.workspace_id, "owner", name="Olga")
    team = (await app.access.create_team(owner.actor, f"team {boris.actor.operator_id}")).id
    conversation = await open_conversation(app, await make_contact(app))
    his = await console(two.b, boris)
    his.say(t="open", conversation=str(conversation), after=None)
    await his.hear("snapshot")
    begun = time.monotonic()
    await app.conversations.assign(owner.actor, conversation, None, team_id=team)
    async with asyncio.timeout(SOON_S):
        assert (await his.hear("refused"))["problem"]["status"] == 404
    assert time.monotonic() - begun < 1.0
    await owner.http.aclose()


async def test_a_browser_that_changed_hands_is_told_in_the_other_process(two: Two) -> None:
    """The former person's words would stay on the screen of the next one."""
    inbox = (await two.a.app.visits.list_inboxes(two.a.app.workspace_id))[0]
    theirs, welcome = await enter(two.a, inbox.key)
    await say(theirs, "hello")
    other, again = await enter(two.b, inbox.key, token=welcome["token"])
    assert again["contact"]
    guest = (await guest_of(two.a.app, UUID(again["contact"])))._replace(visitor_id=UUID(welcome["visitor"]))
    await two.a.app.site.logout(guest)
    async with asyncio.timeout(SOON_S):
        assert (await other.hear("bye"))["reason"] == "signed-out"


async def test_a_new_name_is_known_in_the_other_process(two: Two, staff: list[Staff]) -> None:
    """A conversation could not be given to a colleague who was invited a minute ago."""
    async with asyncio.timeout(SOON_S):
        while two.b.app.access.name_of(staff[0].actor.operator_id) != "Olga":
            await asyncio.sleep(0.01)


async def test_a_conversation_is_planned_at_once_whoever_holds_the_lease(two: Two, staff: list[Staff]) -> None:
    """A customer would wait for the planner's next look because his process is not the one that plans."""
    owner = await sign_in(two.a, two.a.app.workspace_id, "owner", name="Olga")
    queue = (await two.a.app.routing.list_queues(two.a.app.workspace_id))[0]
    await two.a.app.routing.change_queue(owner.actor, queue.id, QueueChange(mode="automatic"))
    boris = await sign_in(two.b, two.b.app.workspace_id, name="Boris")
    his = await console(two.b, boris)
    try:
        await his.hear("desk")
        for live in (two.a, two.b):
            begun = time.monotonic()
            conversation = await waiting(live)
            async with asyncio.timeout(4):  # any of those who are still connected gets it
                while not (await row(his, str(conversation)))["assignee"]:
                    pass
            print(f"\nplanned after {time.monotonic() - begun:.2f} s")
            await live.app.conversations.close(owner.actor, conversation)
    finally:
        await two.a.app.routing.change_queue(owner.actor, queue.id, QueueChange(mode="pull"))
        await owner.http.aclose()
        await boris.http.aclose()


async def waiting(live: Live) -> UUID:
    inbox = (await live.app.visits.list_inboxes(live.app.workspace_id))[0]
    theirs, _ = await enter(live, inbox.key)
    return UUID((await say(theirs, "hello"))["conversation"])


async def test_nothing_stays_missing_while_nats_is_away_and_after_it(two: Two, staff: list[Staff]) -> None:
    """What was told while NATS was dead would never be seen by whoever is connected elsewhere."""
    theirs, his, conversation = await talk(two, staff[1])
    boris = await console(two.b, staff[2])
    await boris.hear("rows")
    two.nats.kill()
    try:
        seq = (await say(theirs, "is anybody there?"))["seq"]
        assert (await event(his, "message", REPAIRED_S))["body"]["text"] == "is anybody there?"
        await row(boris, conversation, REPAIRED_S, preview="is anybody there?")
        his.say(t="read", conversation=conversation, seq=seq)
        async with asyncio.timeout(REPAIRED_S):
            while (await theirs.hear("receipt"))["receipt"]["operator_read_seq"] != seq:
                pass
        await say(his, "I am", conversation=conversation)
        assert (await event(theirs, "message", REPAIRED_S))["body"]["text"] == "I am"
        owner = await sign_in(two.a, two.a.app.workspace_id, "owner", name="Olga")
        change = OperatorChange(role="supervisor")
        await two.a.app.access.change_operator(owner.actor, staff[2].actor.operator_id, change)
        async with asyncio.timeout(REPAIRED_S):
            assert (await boris.hear("bye"))["reason"] == "resume"
        await owner.http.aclose()
    finally:
        two.nats.start()
    await connected(two.a.app, two.b.app)
    await say(theirs, "good")
    assert (await event(his, "message"))["body"]["text"] == "good"


async def test_what_died_with_its_process_before_the_hint_is_found_in_the_outbox(two: Two, staff: list[Staff]) -> None:
    """Acknowledged, committed, and never shown to the operator: the process died between the commit and the hint."""
    theirs, his, _ = await talk(two, staff[1])
    told, two.a.app.hints.tell = two.a.app.hints.tell, lambda *_, **__: None
    try:
        await say(theirs, "my last words")
        assert (await event(his, "message", REPAIRED_S))["body"]["text"] == "my last words"
    finally:
        two.a.app.hints.tell = told


async def test_a_dead_process_looks_at_nothing(two: Two, staff: list[Staff]) -> None:
    """A colleague whose process was killed would seem to read a conversation for ever."""
    conversation = await open_conversation(two.a.app, await make_contact(two.a.app))
    hers, his = await console(two.a, staff[1]), await console(two.b, staff[2])
    await look(his, conversation)
    await here(hers, conversation, {staff[2].actor.operator_id})
    told, two.b.app.hints.tell = two.b.app.hints.tell, lambda *_, **__: None
    try:
        async with asyncio.timeout(limits.PEER_SILENCE_S_MAX + 3 * limits.PEER_BEAT_S):
            await here(hers, conversation, set())
    finally:
        two.b.app.hints.tell = told
    await here(hers, conversation, {staff[2].actor.operator_id})  # it was only silent


async def test_a_stranger_on_the_same_nats_is_not_believed(two: Two) -> None:
    """Whoever reaches the NATS server could sign operators out or put words into dialogues."""
    client = await connect([two.nats.url])
    try:
        before = two.a.app.hints.refused
        await client.publish(two.a.app.hints._subject, b"x" * 32 + b"rights\n[1]")
        await client.flush()
        async with asyncio.timeout(SOON_S):
            while two.a.app.hints.refused == before:
                await asyncio.sleep(0.01)
    finally:
        await client.close()
