"""Templates, macros and attributes as an operator and a program use them."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.attributes.types import AttributeChange, NewAttribute
from okno.contacts.types import ContactChange, NewIdentity
from okno.desk.types import AssignAct, CloseAct, LabelAct, LabelChange, MacroChange, NewMacro, NoteAct, ReplyAct
from okno.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from okno.kit.ids import uuid7
from okno.knowledge.types import NewTemplate, TemplateChange
from tests.conversations.people import make_contact, make_operator, open_conversation, read_all
from tests.files.conftest import Staff, http, make_staff, png

__all__ = ["http"]


async def talk(app: App, name: str = "Анна Петрова") -> tuple[UUID, UUID]:
    """A contact with a name and an address, and the open conversation."""
    contact = await make_contact(app)
    await app.contacts.change_contact(app.workspace_id, contact, ContactChange(name=name))
    await app.contacts.add_identity(app.workspace_id, contact, NewIdentity("email", "anna@example.com"))
    return contact, await open_conversation(app, contact)


def texts(events: list[Any], tag: str) -> list[str]:
    return [e.body.text for e in events if e.body.__struct_config__.tag == tag]


async def test_a_template_is_seen_by_those_it_is_for(app: App) -> None:
    """A private text would be read by colleagues, or a team's by another team; anybody could rewrite everybody's."""
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    inside = await make_operator(app, "operator", frozenset({team}))
    outside = await make_operator(app, "operator")
    senior = await make_operator(app, "supervisor")
    make = app.knowledge.create_template
    own = await make(inside, NewTemplate("mine", "private words"))
    of_team = await make(owner, NewTemplate("team's", "for the team", "team", team))
    common = await make(senior, NewTemplate("common", "for all", "everybody", shortcut=f"s{uuid7().hex[-8:]}"))

    async def seen(actor: Actor) -> set[UUID]:
        found = await app.knowledge.list_templates(actor)
        for one in (own, of_team, common):
            if one.id not in {t.id for t in found}:
                with pytest.raises(NotFound):
                    await app.knowledge.get_template(actor, one.id)
        return {t.id for t in found} & {own.id, of_team.id, common.id}

    assert await seen(inside) == {own.id, of_team.id, common.id}
    assert await seen(outside) == {common.id}
    assert await seen(senior) == {common.id}
    assert await seen(owner) == {of_team.id, common.id}
    for attempt in (
        make(outside, NewTemplate("x", "x", "everybody")),
        app.knowledge.change_template(inside, of_team.id, TemplateChange(text="x")),
        app.knowledge.change_template(inside, own.id, TemplateChange(scope="everybody")),
        app.knowledge.delete_template(outside, common.id),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    for attempt in (
        make(senior, NewTemplate("x", "x", "team", team)),
        make(owner, NewTemplate("x", "x", "team")),
        make(owner, NewTemplate("x", "Dear {{contact.nme}}")),
    ):
        with pytest.raises(Invalid):
            await attempt
    with pytest.raises(Conflict):
        await make(owner, NewTemplate("again", "x", "everybody", shortcut=common.shortcut.upper()))
    moved = await app.knowledge.change_template(owner, common.id, TemplateChange(scope="team", team=team))
    assert (moved.scope, moved.team, moved.shortcut) == ("team", team, common.shortcut)
    assert common.id not in await seen(outside)


async def test_a_template_is_filled_with_what_is_known(app: App) -> None:
    """The customer would be greeted by somebody else's name, or the operator not told that the plan is unknown."""
    owner = await make_operator(app, "owner")
    key = f"plan_{uuid7().hex[-8:]}"
    attribute = await app.attributes.create_attribute(owner, NewAttribute("contact", key, "Plan", "date"))
    made = await app.knowledge.create_template(
        owner,
        NewTemplate(
            "t",
            "{{contact.first_name}} <{{contact.email}}>: {{contact." + key + "}} {{contact.phone}}, {{operator.name}}",
        ),
    )
    contact, conversation = await talk(app)
    filled = await app.desk.fill_template(owner, conversation, made.id)
    assert filled.missing == [f"contact.{key}", "contact.phone"]
    assert filled.text.startswith("Анна <anna@example.com>: {{contact." + key + "}}")
    await app.contacts.set_attribute(app.workspace_id, contact, key, "25.11.2026")
    filled = await app.desk.fill_template(owner, conversation, made.id)
    assert ": 25.11.2026 {{contact.phone}}, Igor" in filled.text
    again = await app.knowledge.get_template(owner, made.id)
    assert (again.uses, again.own_uses, again.unknown) == (2, 2, [])
    await app.attributes.delete_attribute(owner, attribute.id)
    assert (await app.knowledge.get_template(owner, made.id)).unknown == [f"contact.{key}"]
    stranger = await make_operator(app, "operator")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    foreign = await open_conversation(app, await make_contact(app), team)
    common = await app.knowledge.create_template(owner, NewTemplate("t", "x", "everybody"))
    with pytest.raises(NotFound):
        await app.desk.fill_template(stranger, foreign, common.id)


async def test_files_of_a_template_go_with_every_reply_and_stay(app: App, http: httpx.AsyncClient) -> None:
    """The price list would be sent once and be gone, or go with the first message that is deleted."""
    staff: Staff = await make_staff(app, http, "owner")
    actor = staff.actor
    assert actor
    file = UUID(await staff.upload(png(), "price.png"))
    made = await app.knowledge.create_template(actor, NewTemplate("prices", "Here", "everybody", files=[file]))
    assert [f.name for f in made.files] == ["price.png"]
    colleague = await make_operator(app, "operator")
    seqs = []
    for _ in range(2):
        _, conversation = await talk(app)
        filled = await app.desk.fill_template(colleague, conversation, made.id)
        (copy,) = filled.files
        assert copy.id != file
        answer = await http.post(
            f"/api/v1/conversations/{conversation}/events?id={uuid7()}",
            headers=staff.headers,
            json={"type": "message", "text": "x", "attachments": [str(file)]},
        )
        assert answer.status_code == 422  # the kept one goes into no message
        macro = await app.desk.create_macro(colleague, NewMacro("send", [ReplyAct(made.id)]))
        await app.desk.run_macro(colleague, conversation, macro.id, uuid7())
        sent = (await read_all(app, conversation))[-1]
        seqs.append((conversation, sent.seq, sent.body.attachments[0].id))
        (link,) = await app.conversations.attached.list_links(actor, [sent.body.attachments[0].id])
        assert (await http.get(link.url)).status_code == 200
    await app.database.execute("UPDATE attachment SET created_at = now() - interval '30 days' WHERE id = $1", file)
    await app.files.purge()
    assert (await app.knowledge.get_template(actor, made.id)).files
    changed = await app.knowledge.change_template(actor, made.id, TemplateChange(files=[]))
    assert changed.files == []
    assert await app.files.list_kept(app.workspace_id, [file]) == []
    (link,) = await app.conversations.attached.list_links(actor, [seqs[0][2]])
    assert (await http.get(link.url)).status_code == 200


async def test_a_macro_is_done_whole_once_or_not_at_all(app: App) -> None:
    """Half of a macro would be done, or the customer would get the same answer twice after a lost connection."""
    actor = await make_operator(app, "operator")
    template = await app.knowledge.create_template(
        actor, NewTemplate("bye", "Bye, {{contact.name}}: {{contact.phone}}")
    )
    acts = [
        AssignAct("me"),
        LabelAct(["done", "x"], ["new"]),
        NoteAct("by {{operator.name}}"),
        ReplyAct(template.id),
        CloseAct(),
    ]
    macro = await app.desk.create_macro(actor, NewMacro("finish", acts, digit=1))
    contact, conversation = await talk(app)
    await app.conversations.set_labels(actor, conversation, ["new", "vip"])
    with pytest.raises(Invalid, match=r"contact\.phone"):
        await app.desk.run_macro(actor, conversation, macro.id, uuid7())
    events = await read_all(app, conversation)
    assert [e.body.__struct_config__.tag for e in events] == ["opened", "labelled"]
    await app.contacts.add_identity(app.workspace_id, contact, NewIdentity("phone", "+7 900 111-22-33"))
    run = uuid7()
    done = await app.desk.run_macro(actor, conversation, macro.id, run)
    assert (done.row.status, done.row.assignee, done.row.labels) == ("closed", actor.operator_id, ["vip", "done", "x"])
    assert (done.before.status, done.before.assignee, done.before.labels) == ("open", None, ["new", "vip"])
    assert done.sent
    events = await read_all(app, conversation)
    tags = [e.body.__struct_config__.tag for e in events]
    assert tags == ["opened", "labelled", "assigned", "labelled", "note", "message", "closed"]
    assert texts(events, "message") == ["Bye, Анна Петрова: +79001112233"]
    assert texts(events, "note") == ["by Igor"]
    await app.desk.run_macro(actor, conversation, macro.id, run)
    assert texts(await read_all(app, conversation), "message") == ["Bye, Анна Петрова: +79001112233"]


async def test_a_macro_belongs_to_its_scope_and_can_be_changed(app: App) -> None:
    """A colleague's macro would be rewritten by anybody, or run where it must not be seen."""
    owner, actor = await make_operator(app, "owner"), await make_operator(app, "operator")
    own = await app.desk.create_macro(actor, NewMacro("own", [CloseAct()]))
    common = await app.desk.create_macro(owner, NewMacro("common", [AssignAct("queue")], "everybody", digit=3))
    mine = {m.id for m in await app.desk.list_macros(actor)}
    assert {own.id, common.id} <= mine
    assert own.id not in {m.id for m in await app.desk.list_macros(owner)}
    with pytest.raises(NotFound):
        await app.desk.run_macro(owner, (await talk(app))[1], own.id, uuid7())
    with pytest.raises(NotAllowed):
        await app.desk.change_macro(actor, common.id, MacroChange(name="x"))
    changed = await app.desk.change_macro(owner, common.id, MacroChange(acts=[NoteAct("n"), CloseAct()], digit=None))
    assert (changed.acts, changed.digit, changed.name) == ([NoteAct("n"), CloseAct()], None, "common")
    for acts in ([AssignAct("operator")], [AssignAct("operator", uuid7())], [LabelAct()], [ReplyAct(uuid7())]):
        with pytest.raises(Invalid):
            await app.desk.create_macro(actor, NewMacro("wrong", acts))
    await app.desk.delete_macro(owner, common.id)
    assert common.id not in {m.id for m in await app.desk.list_macros(actor)}


async def test_attributes_are_defined_once_and_set_by_whoever_sees_the_conversation(app: App) -> None:
    """The order number of a conversation would not be on record, or be readable by another team."""
    owner, actor = await make_operator(app, "owner"), await make_operator(app, "operator")
    key = f"k{uuid7().hex[-20:]}"
    with pytest.raises(NotAllowed):
        await app.attributes.create_attribute(actor, NewAttribute("conversation", key, "Order", "text"))
    with pytest.raises(Invalid):
        await app.attributes.create_attribute(owner, NewAttribute("contact", "email", "E-mail", "text"))
    with pytest.raises(Invalid):
        await app.attributes.create_attribute(owner, NewAttribute("contact", key, "Level", "choice"))
    level = await app.attributes.create_attribute(
        owner, NewAttribute("contact", key, "Level", "choice", ["a", " a ", "b"])
    )
    assert level.choices == ["a", "b"]
    with pytest.raises(Conflict):
        await app.attributes.create_attribute(owner, NewAttribute("contact", key, "Level", "text"))
    level = await app.attributes.change_attribute(owner, level.id, AttributeChange(name="Tier", choices=["c"]))
    assert (level.name, level.choices) == ("Tier", ["c"])
    await app.attributes.create_attribute(owner, NewAttribute("conversation", key, "Paid", "flag"))
    _, conversation = await talk(app)
    values = await app.desk.set_attribute(actor, conversation, key, "да")
    assert [(v.key, v.value) for v in values] == [(key, "true")]
    await app.desk.set_attribute(actor, conversation, key, "yes")  # the same: no second event
    bodies = [e.body for e in await read_all(app, conversation) if e.body.__struct_config__.tag == "described"]
    assert [(b.name, b.value) for b in bodies] == [("Paid", "true")]
    assert await app.desk.set_attribute(actor, conversation, key, "") == []
    with pytest.raises(NotFound):
        await app.desk.set_attribute(actor, conversation, "unknown", "x")
    team = (await app.access.create_team(owner, f"team {uuid7()}")).id
    foreign = await open_conversation(app, await make_contact(app), team)
    with pytest.raises(NotFound):
        await app.desk.set_attribute(actor, foreign, key, "yes")
    with pytest.raises(NotFound):
        await app.contacts.set_attribute(app.workspace_id, uuid7(), key, "c")


async def test_a_label_is_renamed_merged_and_taken_off_everywhere(app: App) -> None:
    """A misspelt label would stay on thousands of conversations, and lists and macros would disagree about its name."""
    actor, operator = await make_operator(app, "supervisor"), await make_operator(app, "operator")
    mark = uuid7().hex[-8:]
    bad, good, other = (f"{word} {mark}" for word in ("refnud", "refund", "return"))
    places = []
    for labels in ([bad, "vip"], [other, bad], [good, bad]):
        _, conversation = await talk(app)
        await app.conversations.set_labels(actor, conversation, labels)
        places.append(conversation)
    macro = await app.desk.create_macro(actor, NewMacro("m", [LabelAct([bad], [other])]))
    change = app.desk.labels.change_label
    with pytest.raises(NotAllowed):
        await change(operator, bad, LabelChange(colour=1))
    with pytest.raises(Conflict):
        await change(actor, bad, LabelChange(name=good))
    await change(actor, bad, LabelChange(colour=2))
    lines = {line.label: line for line in await change(actor, bad, LabelChange(name=good, merge=True))}
    assert bad not in lines
    assert (lines[good].conversations, lines[good].colour) == (3, 2)

    async def labels_now() -> list[list[str]]:
        return [(await app.conversations.get_row(actor, one)).labels for one in places]

    assert await labels_now() == [[good, "vip"], [other, good], [good]]
    page = await app.conversations.list_rows(actor, label=good)
    assert {row.id for row in page.rows} == set(places)
    assert (await app.desk.get_macro(actor, macro.id)).acts == [LabelAct([good], [other])]
    await app.desk.labels.delete_label(actor, good)
    assert await labels_now() == [["vip"], [other], []]
    assert (await app.desk.get_macro(actor, macro.id)).acts == [LabelAct([], [other])]
    with pytest.raises(NotFound):
        await app.desk.labels.delete_label(actor, good)
