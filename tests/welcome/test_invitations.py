"""An operator's word to a visitor who has not written: shown once, accepted into a conversation with its author."""

from uuid import UUID, uuid4

import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.channels.site.api import Guest
from okno.conversations.bodies import Assigned, Greeted, Message
from okno.conversations.types import SendMessage
from okno.kit import limits
from okno.kit.errors import Conflict, NotFound
from okno.kit.ids import uuid7
from okno.visits.types import Greeting, InboxChange
from okno.welcome.types import BeatAnswer, Fate, NewInvitation
from tests.conversations.people import make_operator, read_all
from tests.welcome.test_online import FIREFOX, found, key_of, look, page

WORDS = "Здравствуйте! Помочь выбрать лампу?"


async def came(app: App) -> UUID:
    visitor = uuid4()
    await look(app, page(visitor, uuid4()))
    return visitor


async def beat(app: App, visitor: UUID) -> BeatAnswer:
    return await app.welcome.beat(await key_of(app), page(visitor, uuid4()), ip="203.0.113.9", user_agent=FIREFOX)


async def enter(app: App, visitor: UUID) -> Guest:
    key = await key_of(app)
    return await app.site.enter(key, None, visitor=visitor, identity=None, name="", email="", locale="ru")


async def tell(app: App, visitor: UUID, invitation: UUID, fate: str) -> None:
    said = Fate(visitor, "invitation", invitation, fate)
    await app.welcome.hear(await key_of(app), said, ip="203.0.113.9")


async def at_desk(app: App, actor: Actor) -> None:
    await app.database.execute(
        "INSERT INTO operator_state (workspace_id, operator_id, changed_at, idle_since, connected_until)"
        " VALUES ($1, $2, now(), now(), now() + interval '5 minutes')",
        *(actor.workspace_id, actor.operator_id),
    )


async def test_an_accepted_invitation_is_a_conversation_with_its_author(app: App) -> None:
    """The customer would answer somebody else, or an empty thread; two clicks would say it twice."""
    actor, visitor = await make_operator(app), await came(app)
    await at_desk(app, actor)
    new = NewInvitation(uuid7(), WORDS)
    sent = await app.welcome.invite(actor, visitor, new)
    assert (await app.welcome.invite(actor, visitor, new)).id == sent.id  # sent again on a bad link
    shown = (await beat(app, visitor)).invitation
    assert shown is not None
    assert (shown.id, shown.text, shown.name) == (new.id, WORDS, "Igor")
    one = await found(app, visitor)
    assert one is not None
    assert one.invited == "sent"
    await tell(app, visitor, new.id, "shown")
    guest = await enter(app, visitor)
    conversation = await app.welcome.invitations.accept(guest, new.id)
    assert await app.welcome.invitations.accept(guest, new.id) == conversation
    events = await read_all(app, conversation)
    said = [(e.actor, e.actor_id, e.body.text) for e in events if isinstance(e.body, Message)]
    assert said == [("operator", actor.operator_id, WORDS)]
    given = [(e.body.operator, e.body.reason) for e in events if isinstance(e.body, Assigned)]
    assert given == [(actor.operator_id, "invited")]
    assert (await app.welcome.invitations.get_own(actor, new.id)).state == "accepted"
    assert (await beat(app, visitor)).invitation is None
    with pytest.raises(Conflict, match="in a chat"):
        await app.welcome.invite(actor, visitor, NewInvitation(uuid7(), WORDS))


async def test_who_puts_one_away_is_left_alone_for_a_day(app: App) -> None:
    """Every operator in turn would press the same visitor until he leaves."""
    actor, colleague, visitor = await make_operator(app), await make_operator(app), await came(app)
    new = NewInvitation(uuid7(), WORDS)
    await app.welcome.invite(actor, visitor, new)
    with pytest.raises(Conflict, match="Igor has just invited"):
        await app.welcome.invite(colleague, visitor, NewInvitation(uuid7(), WORDS))
    await tell(app, uuid4(), new.id, "dismissed")  # another browser says so
    assert (await beat(app, visitor)).invitation is not None
    await tell(app, visitor, new.id, "dismissed")
    assert (await beat(app, visitor)).invitation is None
    with pytest.raises(Conflict, match="less than a day"):
        await app.welcome.invite(colleague, visitor, NewInvitation(uuid7(), WORDS))
    one = await found(app, visitor)
    assert one is not None
    assert one.invited == "dismissed"
    await app.database.execute(
        "UPDATE invitation SET dismissed_at = dismissed_at - make_interval(secs => $2) WHERE id = $1",
        *(new.id, limits.INVITATION_REST_S),
    )
    await app.welcome.invite(colleague, visitor, NewInvitation(uuid7(), WORDS))


async def test_an_invitation_is_nobody_elses(app: App) -> None:
    """A stranger could open a conversation in another's name, or a colleague read what was written."""
    actor, visitor = await make_operator(app), await came(app)
    new = NewInvitation(uuid7(), WORDS)
    await app.welcome.invite(actor, visitor, new)
    with pytest.raises(NotFound):
        await app.welcome.invitations.accept(await enter(app, uuid4()), new.id)
    with pytest.raises(NotFound):
        await app.welcome.invitations.get_own(await make_operator(app), new.id)
    await app.welcome.invitations.withdraw(actor, new.id)
    assert (await beat(app, visitor)).invitation is None
    with pytest.raises(NotFound):
        await app.welcome.invite(actor, uuid4(), NewInvitation(uuid7(), WORDS))


async def test_an_author_who_went_home_gets_nothing(app: App) -> None:
    """The customer would wait for somebody who is away: his answer goes to the queue."""
    actor, visitor = await make_operator(app), await came(app)
    new = NewInvitation(uuid7(), WORDS)
    await app.welcome.invite(actor, visitor, new)
    conversation = await app.welcome.invitations.accept(await enter(app, visitor), new.id)
    assert [e for e in await read_all(app, conversation) if isinstance(e.body, Assigned)] == []


async def test_an_old_invitation_is_not_shown(app: App) -> None:
    """Words meant for the page of an hour ago would greet him on another."""
    actor, visitor = await make_operator(app), await came(app)
    new = NewInvitation(uuid7(), WORDS)
    await app.welcome.invite(actor, visitor, new)
    await app.database.execute(
        "UPDATE invitation SET created_at = created_at - make_interval(secs => $2) WHERE id = $1",
        *(new.id, limits.INVITATION_S + 1),
    )
    assert (await beat(app, visitor)).invitation is None


async def test_greetings_are_counted_and_what_they_said_stands_once(app: App) -> None:
    """The operator would not know what the customer answers, or rules be kept that nobody likes."""
    owner = await make_operator(app, "owner")
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0]
    greeting = Greeting(uuid7(), "Лампы", text_ru=WORDS)
    off = Greeting(uuid7(), "Выключено", on=False, text_ru=WORDS)
    await app.visits.change_inbox(owner, inbox.id, InboxChange(greetings=[greeting, off]))
    config = await app.visits.get_config(inbox.key)
    assert [one.id for one in config.greetings] == [greeting.id]
    visitor = await came(app)
    for fate in ("shown", "shown", "dismissed", "opened"):
        said = Fate(visitor, "greeting", greeting.id, fate)
        await app.welcome.hear(inbox.key, said, ip="203.0.113.9")
    await app.welcome.hear(inbox.key, Fate(visitor, "greeting", uuid7(), "shown"), ip="203.0.113.9")  # nobody's
    guest = await enter(app, visitor)
    with pytest.raises(NotFound):
        await app.welcome.answer(guest, greeting.id)
    await app.site.send(guest, uuid7(), SendMessage(text="Да, белую"))
    guest = await app.site.get_guest(inbox.key, guest.token)
    for _ in range(2):
        await app.welcome.answer(guest, greeting.id)
    events = await read_all(app, guest.conversations[0]["id"])
    assert [e.body.text for e in events if isinstance(e.body, Greeted)] == [WORDS]
    hidden = await read_all(app, guest.conversations[0]["id"], customer=True)
    assert not [e for e in hidden if isinstance(e.body, Greeted)]
    figures = {one.greeting: one for one in (await app.welcome.count(owner)).greetings}
    one = figures[greeting.id]
    assert (one.shown, one.opened, one.dismissed, len(figures)) == (2, 1, 1, 1)
    assert one.answered == 1
    await app.visits.change_inbox(owner, inbox.id, InboxChange(greetings=[]))
