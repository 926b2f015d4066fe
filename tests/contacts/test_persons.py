"""One person behind several contacts: shown as one, taken back, and nobody reads more than before."""

from uuid import UUID

import pytest

from okno.app.wiring import App
from okno.contacts.types import ContactChange, NewIdentity, NewMerge
from okno.conversations.types import SendMessage
from okno.kit.errors import Conflict, NotFound
from okno.kit.ids import uuid7
from tests.conversations.people import make_contact, make_operator, open_conversation


async def person(app: App, name: str, *addresses: str, proof: str = "") -> UUID:
    contact = await make_contact(app)
    await app.contacts.change_contact(app.workspace_id, contact, ContactChange(name=name))
    for address in addresses:
        await app.contacts.add_identity(app.workspace_id, contact, NewIdentity("email", address))
    if proof:
        sql = (
            "INSERT INTO identity (workspace_id, id, contact_id, type, address, verified)"
            " VALUES ($1, $2, $3, 'site', $4, true)"
        )
        await app.database.execute(sql, app.workspace_id, uuid7(), contact, proof)
    return contact


async def test_two_contacts_are_shown_as_one_and_two_again(app: App) -> None:
    """A person who wrote twice would be two for ever, or a wrong merge could not be mended."""
    actor = await make_operator(app)
    mail = f"{uuid7()}@example.com"
    anna, guest = await person(app, "Anna Bell", mail), await person(app, "anna", mail.upper())
    first, second = [await open_conversation(app, one) for one in (anna, guest)]
    persons, workspace_id = app.contacts.persons, app.workspace_id
    (found,) = await persons.list_duplicates(workspace_id, anna)
    assert (found.id, found.name, found.proven) == (guest, "anna", False)
    shown = await persons.merge(actor, anna, NewMerge(guest))
    assert (shown.id, shown.name, len(shown.identities)) == (anna, "Anna Bell", 2)
    assert await persons.get(workspace_id, guest) == shown
    assert await persons.list_duplicates(workspace_id, anna) == []
    page = await app.conversations.list_rows(actor, contact=guest)
    assert {row.id for row in page.rows} == {first, second}
    assert {row.contact_name for row in page.rows} == {"Anna Bell"}
    assert [c.id for c in await app.contacts.search(workspace_id, mail)] == [anna]
    apart = await persons.undo(actor, guest, shown.merged[0].merge)
    assert (apart.id, apart.merged, len(apart.identities)) == (anna, [], 1)
    assert (await persons.get(workspace_id, guest)).name == "anna"
    assert [row.id for row in (await app.conversations.list_rows(actor, contact=guest)).rows] == [second]
    with pytest.raises(NotFound):
        await persons.undo(actor, anna, shown.merged[0].merge)


async def test_a_browser_reads_no_more_than_before(app: App) -> None:
    """By typing a customer's address a stranger would have an operator open that customer's history to him."""
    actor = await make_operator(app)
    proven, claimed = await person(app, "Anna", proof=f"u{uuid7()}"), await person(app, "Anna")
    theirs, his = [await open_conversation(app, one) for one in (proven, claimed)]
    await app.contacts.persons.merge(actor, proven, NewMerge(claimed))
    records = await app.conversations.list_of_contacts(app.workspace_id, [claimed])
    assert [r["id"] for r in records] == [his]
    assert await open_conversation(app, claimed) == his
    assert await open_conversation(app, proven) == theirs
    exact = await app.contacts.get_contact(app.workspace_id, claimed)
    assert exact.id == claimed
    assert exact.identities == []
    sent = SendMessage(text="still here")
    await app.conversations.send(app.workspace_id, his, ("customer", claimed), uuid7(), sent, rights="own")
    assert (await app.conversations.get_row(actor, his)).preview == "still here"


async def test_two_proven_persons_are_merged_only_by_who_is_sure(app: App) -> None:
    """Husband and wife with one mailbox would become one person by a slip of the hand."""
    actor = await make_operator(app)
    one, other = [await person(app, name, proof=f"u{uuid7()}") for name in ("Anna", "Igor")]
    persons = app.contacts.persons
    with pytest.raises(Conflict):
        await persons.merge(actor, one, NewMerge(other))
    with pytest.raises(Conflict):
        await persons.merge(actor, one, NewMerge(one))
    with pytest.raises(NotFound):
        await persons.merge(actor, one, NewMerge(uuid7()))
    assert (await persons.merge(actor, one, NewMerge(other, sure=True))).name == "Anna"


async def test_merges_on_merges_are_taken_back_from_the_last(app: App) -> None:
    """Three records of one person would come apart in an order that leaves one of them nobody's."""
    actor = await make_operator(app)
    a, b, c = [await person(app, name) for name in ("A", "", "C")]
    persons, workspace_id = app.contacts.persons, app.workspace_id
    inner = (await persons.merge(actor, b, NewMerge(c))).merged[0].merge
    assert (await persons.get(workspace_id, b)).name == "C", "a name is not lost to an empty one"
    outer = (await persons.merge(actor, a, NewMerge(b))).merged[0].merge
    assert {m.merge for m in (await persons.get(workspace_id, c)).merged} == {inner, outer}
    with pytest.raises(Conflict):
        await persons.undo(actor, a, inner)
    await persons.undo(actor, a, outer)
    assert [(await persons.get(workspace_id, one)).id for one in (a, b, c)] == [a, b, b]
    await persons.undo(actor, b, inner)
    assert (await persons.get(workspace_id, c)).id == c
