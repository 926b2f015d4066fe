"""Lists under a name."""

from uuid import UUID

import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.conversations.types import ListWhere, SendMessage
from okno.kit.errors import NotAllowed, NotFound
from okno.kit.ids import uuid7
from okno.teamwork.types import NewView, ViewChange, ViewFilter
from tests.conversations.people import make_contact, make_operator, open_conversation


async def waiting(app: App, label: str, team: int = 0) -> UUID:
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact, team)
    sent = SendMessage(text="?")
    await app.conversations.send(app.workspace_id, conversation, ("customer", contact), uuid7(), sent, rights="own")
    await app.conversations.set_labels(await make_operator(app, "owner"), conversation, [label, "also"])
    return conversation


async def listed(app: App, actor: Actor, where: ListWhere) -> list[UUID]:
    found, cursor = [], None
    while True:
        page = await app.conversations.list_rows(actor, where=where, cursor=cursor, limit=1)
        found += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            return found


async def test_every_condition_narrows_the_list_and_its_count(app: App) -> None:
    """A saved list would show what it was not asked for, or count something else than it shows."""
    actor = await make_operator(app, "owner")
    label = f"l{uuid7()}"
    mine, free, read = [await waiting(app, label) for _ in range(3)]
    await app.conversations.assign(actor, mine, actor.operator_id)
    await app.conversations.mark_read(actor, read, 99)
    inbox = (await app.conversations.get_row(actor, mine)).inbox
    cases: list[tuple[ViewFilter, list[UUID]]] = [
        (ViewFilter(labels=[label, "also"]), [read, free, mine]),
        (ViewFilter(labels=[label], mine=True), [mine]),
        (ViewFilter(labels=[label], assignee=actor.operator_id), [mine]),
        (ViewFilter(labels=[label], unassigned=True), [read, free]),
        (ViewFilter(labels=[label], unassigned=True, unread=True, waiting=True), [free]),
        (ViewFilter(labels=[label], inbox=inbox, team=0), [read, free, mine]),
        (ViewFilter(labels=[label], inbox=inbox + 1), []),
        (ViewFilter(labels=[label], team=10**9), []),
        (ViewFilter(labels=[label], status="closed"), []),
    ]
    for shown, expected in cases:
        view = await app.teamwork.views.add(actor, NewView("a list", shown))
        assert view.count == len(expected), shown
        if shown.status == "open":
            where = ListWhere(
                actor.operator_id if shown.mine else shown.assignee,
                *(shown.unassigned, shown.inbox, shown.team, tuple(shown.labels), shown.waiting, shown.unread),
            )
            assert sorted(await listed(app, actor, where)) == sorted(expected), shown
        await app.teamwork.views.remove(actor, view.id)


async def test_a_shared_list_shows_everybody_his_own_scope(app: App) -> None:
    """By a list of a supervisor's an operator would read another team's conversations, or count them."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    outside = await make_operator(app)
    label = f"l{uuid7()}"
    await waiting(app, label, team)
    made = await app.teamwork.views.add(owner, NewView("everybody's", ViewFilter(labels=[label]), shared=True))
    assert made.count == 1
    (seen,) = [v for v in await app.teamwork.views.list_of(outside) if v.id == made.id]
    assert (seen.count, seen.own) == (0, False)
    assert await listed(app, outside, ListWhere(labels=(label,))) == []


async def test_who_may_change_a_list(app: App) -> None:
    """An operator would rename what all others work by, or read a colleague's private lists."""
    owner, other = await make_operator(app, "owner"), await make_operator(app)
    shared = await app.teamwork.views.add(owner, NewView("all", ViewFilter(), shared=True))
    private = await app.teamwork.views.add(other, NewView("mine", ViewFilter(mine=True)))
    for view, error in ((shared, NotAllowed),):
        with pytest.raises(error):
            await app.teamwork.views.change(other, view.id, ViewChange(name="hers"))
        with pytest.raises(error):
            await app.teamwork.views.remove(other, view.id)
    with pytest.raises(NotAllowed):
        await app.teamwork.views.add(other, NewView("all", ViewFilter(), shared=True))
    with pytest.raises(NotFound):
        await app.teamwork.views.change(owner, private.id, ViewChange(name="his"))
    assert private.id not in {v.id for v in await app.teamwork.views.list_of(owner)}
    changed = await app.teamwork.views.change(other, private.id, ViewChange(filter=ViewFilter(unread=True)))
    assert (changed.name, changed.filter.unread, changed.filter.mine) == ("mine", True, False)
