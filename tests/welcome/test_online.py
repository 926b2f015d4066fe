"""Who is on the site: the same table for every process, told to those who may see the inbox."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from okno.app.wiring import App
from okno.conversations.types import SendMessage
from okno.kit import limits
from okno.kit.errors import NotAllowed, NotFound
from okno.kit.ids import uuid7
from okno.visits.types import InboxChange, PageView
from okno.welcome.rules import again_s
from okno.welcome.types import OnlineVisitor
from tests.conversations.people import make_operator
from tests.realtime.test_presence import console
from tests.support.live import Live, sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HOME = "https://shop.example/"


async def key_of(app: App) -> str:
    return (await app.visits.list_inboxes(app.workspace_id))[0].key


def page(visitor: UUID, visit: UUID, url: str = HOME, **more: Any) -> PageView:
    return PageView(visitor, visit, url, more.pop("title", "Главная"), **more)


async def look(app: App, view: PageView) -> None:
    await app.visits.record(await key_of(app), view, ip="203.0.113.9", user_agent=FIREFOX)


async def found(app: App, visitor: UUID, teams: frozenset[int] | None = None) -> OnlineVisitor | None:
    online, _ = await app.welcome.list_online(app.workspace_id, teams, "ru")
    return next((one for one in online if one.visitor == visitor), None)


async def test_a_visitor_is_there_from_the_first_page_until_it_is_left(app: App) -> None:
    """People who left would stand in the list, and those who turned a page would vanish."""
    visitor, visit = uuid4(), uuid4()
    await look(app, page(visitor, visit, referrer="https://www.google.com/"))
    one = await found(app, visitor)
    assert one is not None
    assert (one.title, one.pages, one.visits, one.source) == ("Главная", 1, 1, "Google")
    assert (one.device, one.contact, one.in_chat) == ("Linux · Firefox", None, False)
    lamp = page(visitor, visit, HOME + "lamp", title="Лампа")
    await look(app, lamp)
    await look(app, page(visitor, visit, hidden=True))  # of the page before: it comes late
    second = await found(app, visitor)
    assert second is not None
    assert (second.title, second.pages, second.source) == ("Лампа", 2, "Google")
    assert second.page_at > one.page_at
    assert second.started_at == one.started_at
    await look(app, page(visitor, visit, HOME + "lamp", hidden=True))
    assert await found(app, visitor) is None
    await app.welcome.beat(await key_of(app), lamp, ip="203.0.113.9", user_agent=FIREFOX)  # the tab is shown again
    again = await found(app, visitor)
    assert again is not None
    assert (again.started_at, again.source) == (one.started_at, "Google")
    await look(app, page(visitor, uuid4()))
    later = await found(app, visitor)
    assert later is not None
    assert (later.visits, later.pages) == (2, 1)


async def test_silence_ends_a_visitor(app: App) -> None:
    """A browser that died without a word would be invited for ever."""
    visitor = uuid4()
    await look(app, page(visitor, uuid4()))
    await app.database.execute(
        "UPDATE visitor_online SET seen_at = seen_at - make_interval(secs => $2) WHERE visitor_id = $1",
        *(visitor, limits.VISITOR_SILENCE_S + 1),
    )
    assert await found(app, visitor) is None
    with pytest.raises(NotFound):
        await app.welcome.access_online(await make_operator(app, "owner"), visitor)


async def test_beats_that_come_together_are_kept_and_told_when_to_come_again(app: App) -> None:
    """A thousand pages would cost a thousand transactions, or an invitation come a minute late while somebody looks."""
    key = await key_of(app)
    views = [page(uuid4(), uuid4()) for _ in range(60)]
    views += [page(views[0].visitor, views[0].visit, HOME + "b")]  # two tabs of one browser
    await app.database.execute("DELETE FROM visitor_watch")
    app.welcome.forget_watched()
    answers = await asyncio.gather(
        *(app.welcome.beat(key, view, ip="203.0.113.9", user_agent=FIREFOX) for view in views)
    )
    assert {answer.again_s for answer in answers} == {limits.VISITOR_BEAT_S}
    online, total = await app.welcome.list_online(app.workspace_id, None, "ru")
    assert {view.visitor for view in views} <= {one.visitor for one in online}
    assert total >= len(online) >= 60
    await app.welcome.watch([app.workspace_id])
    app.welcome.forget_watched()
    answer = await app.welcome.beat(key, views[0], ip="203.0.113.9", user_agent=FIREFOX)
    assert answer.again_s == limits.VISITOR_BEAT_WATCHED_S


@pytest.mark.parametrize(
    ("online", "seconds"), [(None, 60.0), (0, 10.0), (2_000, 10.0), (4_000, 20.0), (12_000, 60.0), (100_000, 60.0)]
)
def test_large_sites_beat_slower(online: int | None, seconds: float) -> None:
    """An operator who opens a list would make a crowd of browsers ask at once."""
    assert again_s(online) == seconds


async def test_a_known_visitor_is_named_and_his_chat_is_shown_in_scope(app: App) -> None:
    """An operator would invite somebody a colleague is talking to, or learn of another team's conversation."""
    actor = await make_operator(app, "owner")
    visitor = uuid4()
    await look(app, page(visitor, uuid4()))
    key = await key_of(app)
    guest = await app.site.enter(key, None, visitor=visitor, identity=None, name="", email="", locale="ru")
    await app.site.send(guest, uuid7(), SendMessage(text="Есть такая в синем?"))
    guest = await app.site.get_guest(key, guest.token)
    conversation = guest.conversations[0]["id"]
    team = (await app.access.create_team(actor, f"team {uuid7()}")).id
    await app.conversations.assign(actor, conversation, actor.operator_id, team_id=team)
    one = await found(app, visitor)
    assert one is not None
    assert (one.contact, one.in_chat) == (guest.contact_id, True)
    assert (one.conversation, one.assignee) == (conversation, actor.operator_id)
    outside = await found(app, visitor, frozenset())
    assert outside is not None
    assert (outside.in_chat, outside.conversation, outside.assignee) == (True, None, None)


async def test_an_inbox_of_another_team_shows_nobody(app: App) -> None:
    """Somebody would see, and write to, the visitors of a site that is not his."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    inbox = await app.visits.create_inbox(app.workspace_id, f"Site {uuid7()}")
    await app.visits.change_inbox(owner, inbox.id, InboxChange(team=team))
    visitor = uuid4()
    await app.visits.record(inbox.key, page(visitor, uuid4()), ip="203.0.113.9", user_agent=FIREFOX)
    assert await found(app, visitor, frozenset({team})) is not None
    assert await found(app, visitor, frozenset()) is None
    stranger, mine = await make_operator(app), await make_operator(app, teams=frozenset({team}))
    with pytest.raises(NotFound):
        await app.welcome.list_visits(stranger, visitor, "ru")
    assert len(await app.welcome.list_visits(mine, visitor, "ru")) == 1


async def test_a_console_is_told_who_came_moved_and_left(live: Live) -> None:
    """The list would be still, come again whole every second, or go on after it was closed."""
    app = live.app
    staff = await sign_in(live, app.workspace_id)
    wire = await console(live, staff)
    visitor, visit = uuid4(), uuid4()
    await look(app, page(visitor, visit))
    wire.say(t="visitors", on=True, locale="ru")
    frame = await wire.hear("visitors")
    assert frame["reset"]
    assert str(visitor) in [one["visitor"] for one in frame["visitors"]]
    await look(app, page(visitor, visit, HOME + "lamp", title="Лампа"))
    while [(one["visitor"], one["title"]) for one in frame["visitors"]] != [(str(visitor), "Лампа")]:
        frame = await wire.hear("visitors")
    assert "reset" not in frame
    await look(app, page(visitor, visit, HOME + "lamp", hidden=True))
    while str(visitor) not in frame.get("gone", []):
        frame = await wire.hear("visitors")
    answer = await staff.http.get("/api/v1/visitors")
    assert answer.status_code == 200
    assert str(visitor) not in [one["visitor"] for one in answer.json()]
    wire.cut()
    await staff.http.aclose()


async def test_without_the_right_nobody_is_seen(live: Live) -> None:
    """A role that was made without it would see who is on the site."""
    app = live.app
    actor = await make_operator(app)
    bare = actor.__class__(
        app.workspace_id, actor.operator_id, "Igor", "operator", actor.permissions - {"visitors"}, frozenset()
    )
    with pytest.raises(NotAllowed, match="visitors"):
        await app.welcome.access_online(bare, uuid4())


async def test_erasing_reaches_who_is_there(app: App) -> None:
    """The page and address of an erased person would go on standing in a list."""
    visitor = uuid4()
    await look(app, page(visitor, uuid4()))
    async with app.database.transaction() as tx:
        await app.visits.erase_in(tx, app.workspace_id, [visitor])
    assert await found(app, visitor) is None
