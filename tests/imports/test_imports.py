"""Lists of other systems: read as they were meant, written once, taken back whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okno.access.types import Actor
from okno.app.wiring import App
from okno.attributes.types import NewAttribute
from okno.contacts.types import ContactChange
from okno.imports import rules
from okno.imports.api import Imports
from okno.imports.types import Import, ImportChange
from okno.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from okno.kit.ids import uuid7
from okno.knowledge.types import NewTemplate, TemplateChange
from tests.conversations.people import make_operator, open_conversation

RUSSIAN = (
    "Имя;Почта;Телефон;Тариф\nАнна Петрова;anna@x.example;8 900 111-22-33;золотой\n«Рога; и копыта»;b@x.example;;\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251", "koi8-r", "cp866"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_file_is_read_as_it_was_meant(encoding: str, delimiter: str) -> None:
    """A list from an old accounting program would come in as signs nobody can read, in one column."""
    text = RUSSIAN.replace("«Рога; и копыта»", '"Рога, и; копыта"').replace(";", delimiter)
    text = text.replace(f'"Рога, и{delimiter} копыта"', '"Рога, и; копыта"') if delimiter != ";" else text
    content = text.encode(rules.CODECS[encoding])
    assert rules.guess_encoding(content) == encoding
    decoded = rules.decode(content, encoding)
    assert rules.guess_delimiter(decoded) == delimiter
    table = rules.read(decoded, delimiter, header=True)
    assert table.columns == ["Имя", "Почта", "Телефон", "Тариф"]
    assert [line[0] for line in table.lines] == ["Анна Петрова", "Рога, и; копыта"]
    guessed = rules.guess_targets("contacts", table.columns, {"тариф": "attribute:plan"})
    assert guessed == ["name", "email", "phone", "attribute:plan"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_whatever_is_uploaded_is_read_or_refused(content: bytes) -> None:
    """A picture instead of a table would be a fault of the server."""
    try:
        text = rules.decode(content, rules.guess_encoding(content))
        table = rules.read(text, rules.guess_delimiter(text), header=True)
    except Invalid:
        return
    assert all(len(line) == len(table.columns) for line in table.lines)


def test_columns_are_named_by_what_people_call_them() -> None:
    """Every import would begin with choosing columns that have their name written over them."""
    assert rules.guess_targets("contacts", ["Full name", "E-mail address", "Mobile phone", "Notes"], {}) == [
        *("name", "email", "phone", "comment"),
    ]
    assert rules.guess_targets("templates", ["Раздел", "Название", "Код", "Текст ответа"], {}) == [
        *("folder", "name", "shortcut", "text"),
    ]
    assert rules.guess_targets("articles", ["Вопрос", "Ответ", "Категория", "Ответ"], {}) == [
        "title",
        "text",
        "folder",
        "",
    ]


async def begin(app: App, actor: Actor, kind: str, text: str) -> Import:
    return await app.imports.create_import(actor, kind, "list.csv", text.encode())


async def run(app: App, actor: Actor, started: Import) -> Import:
    await app.imports.start(actor, started.id)
    await app.imports.run(app.workspace_id, started.id)
    return await app.imports.get_import(actor, started.id)


async def undo(app: App, actor: Actor, done: Import) -> Import:
    await app.imports.ask_undo(actor, done.id)
    await app.imports.undo(app.workspace_id, done.id)
    return await app.imports.get_import(actor, done.id)


async def test_customers_come_in_once_and_go_back_whole(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Known customers would be there twice, a crash would repeat lines, and a wrong list could not be taken back."""
    actor = await make_operator(app, "admin")
    mark, key = uuid7().hex[-10:], f"plan_{uuid7().hex[-8:]}"
    await app.attributes.create_attribute(actor, NewAttribute("contact", key, f"Plan {mark}", "number"))
    old = await app.contacts.search(app.workspace_id, f"old-{mark}")
    assert old == []
    first = await run(app, actor, await begin(app, actor, "contacts", f"name,email\nOld,old-{mark}@x.example\n"))
    assert (first.created, first.status) == (1, "done")
    (known,) = await app.contacts.search(app.workspace_id, f"old-{mark}")
    lines = [
        f"Name,E-mail,Phone,Plan {mark}",
        f"Old renamed,OLD-{mark}@x.example,+7 900 {int(mark, 16) % 10**7:07d},5",
        f"New,new-{mark}@x.example,,7",
        f"Wrong,no address {mark},,",
        f"Wrong,wrong-{mark}@x.example,,many",
        f"New again,new-{mark}@x.example,,8",
        ",,,9",
    ]
    draft = await begin(app, actor, "contacts", "\n".join(lines))
    assert draft.targets == ["name", "email", "phone", f"attribute:{key}"]
    assert draft.foreseen
    assert (draft.foreseen.known, draft.foreseen.faulty) == (1, 2)
    with pytest.raises(Invalid):
        await app.imports.change_import(actor, draft.id, ImportChange(targets=["name", "name", "", ""]))
    draft = await app.imports.change_import(actor, draft.id, ImportChange(known="update"))
    monkeypatch.setattr("okno.imports.api.STEP", 2)
    await app.imports.start(actor, draft.id)
    with pytest.raises(Conflict):
        await app.imports.start(actor, draft.id)
    steps = 0

    async def killed(self: Imports, *arguments: object, original: object = Imports._step) -> bool:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise OSError("killed")
        return await original(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Imports, "_step", killed)
        with pytest.raises(OSError, match="killed"):
            await app.imports.run(app.workspace_id, draft.id)
    assert (await app.imports.get_import(actor, draft.id)).done_rows == 2
    await app.imports.run(app.workspace_id, draft.id)
    done = await app.imports.get_import(actor, draft.id)
    assert (done.created, done.updated, done.skipped, done.faulty, done.done_rows) == (1, 2, 0, 3, 6)
    faults = await app.imports.list_faults(actor, draft.id)
    assert [fault.line for fault in faults] == [4, 5, 7]
    contact = await app.contacts.get_contact(app.workspace_id, known.id)
    assert (contact.name, len(contact.identities)) == ("Old renamed", 2)
    assert not any(one.verified for one in contact.identities)
    (new,) = await app.contacts.search(app.workspace_id, f"new-{mark}")
    assert new.name == "New again"
    values = await app.contacts.list_attributes(app.workspace_id, new.id)
    assert [value.value for value in values] == ["8"]
    undone = await undo(app, actor, done)
    assert (undone.status, undone.kept) == ("undone", 0)
    contact = await app.contacts.get_contact(app.workspace_id, known.id)
    assert (contact.name, len(contact.identities)) == ("Old", 1)
    assert await app.contacts.list_attributes(app.workspace_id, known.id) == []
    assert await app.contacts.search(app.workspace_id, f"new-{mark}") == []
    with pytest.raises(Conflict):
        await app.imports.ask_undo(actor, done.id)


async def test_an_undo_leaves_what_somebody_works_with(app: App) -> None:
    """A conversation would lose its customer, or a colleague's correction of a name would be undone."""
    actor = await make_operator(app, "admin")
    mark = uuid7().hex[-10:]
    text = f"name,email\nTalks,t-{mark}@x.example\nSilent,s-{mark}@x.example\n"
    done = await run(app, actor, await begin(app, actor, "contacts", text))
    (talks,) = await app.contacts.search(app.workspace_id, f"t-{mark}")
    await open_conversation(app, talks.id)
    again = await begin(app, actor, "contacts", f"name,email\nOther,t-{mark}@x.example\n")
    await app.imports.change_import(actor, again.id, ImportChange(known="update"))
    renamed = await run(app, actor, again)
    await app.contacts.change_contact(app.workspace_id, talks.id, ContactChange(name="By hand"))
    await undo(app, actor, renamed)
    assert (await app.contacts.get_contact(app.workspace_id, talks.id)).name == "By hand"
    undone = await undo(app, actor, done)
    assert undone.kept == 1
    assert await app.contacts.search(app.workspace_id, f"s-{mark}") == []
    assert (await app.contacts.get_contact(app.workspace_id, talks.id)).name == "By hand"


async def test_of_an_erased_person_no_import_keeps_anything(app: App) -> None:
    """An undo would bring back the name of somebody who asked to be forgotten; a draft would keep him in its file."""
    actor = await make_operator(app, "admin")
    mark = uuid7().hex[-10:]
    done = await run(app, actor, await begin(app, actor, "contacts", f"name,email\nBefore,e-{mark}@x.example\n"))
    again = await begin(app, actor, "contacts", f"name,email\nAfter,e-{mark}@x.example\n")
    await app.imports.change_import(actor, again.id, ImportChange(known="update"))
    renamed = await run(app, actor, again)
    (known,) = await app.contacts.search(app.workspace_id, f"e-{mark}")
    await app.imports.forget(app.workspace_id, known.id)
    for one in (renamed, done):
        await undo(app, actor, one)
    assert (await app.contacts.get_contact(app.workspace_id, known.id)).name == "After"
    draft = await begin(app, actor, "contacts", f"name\nDraft {mark}\n")
    await app.database.execute("UPDATE import SET created_at = now() - interval '30 days' WHERE id = $1", draft.id)
    await app.imports.purge()
    with pytest.raises(NotFound):
        await app.imports.get_import(actor, draft.id)


async def test_templates_and_articles_come_in_and_go_back(app: App) -> None:
    """Hundreds of ready answers of the former system would be typed again by hand."""
    actor, operator = await make_operator(app, "admin"), await make_operator(app, "operator")
    mark = uuid7().hex[-8:]
    kept = await app.knowledge.create_template(
        actor, NewTemplate("Known", "as it was", "everybody", shortcut=f"k{mark}")
    )
    lines = ["Название;Сокращение;Текст", f'Known;/k{mark};"Новый {{{{contact.name}}}}"', f"Другой;d{mark};Текст"]
    text = "\n".join([*lines, 'Плохой;;"{{contact.nme}}"'])
    draft = await begin(app, actor, "templates", text)
    assert draft.targets == ["name", "shortcut", "text"]
    await app.imports.change_import(actor, draft.id, ImportChange(known="update"))
    done = await run(app, actor, draft)
    assert (done.created, done.updated, done.faulty) == (1, 1, 1)
    mine = {t.shortcut: t for t in await app.knowledge.list_templates(operator)}
    assert mine[f"k{mark}"].text == "Новый {{contact.name}}"
    assert mine[f"d{mark}"].scope == "everybody"
    await app.knowledge.change_template(actor, kept.id, TemplateChange(folder="hand"))
    await undo(app, actor, done)
    mine = {t.shortcut: t for t in await app.knowledge.list_templates(operator)}
    assert (mine[f"k{mark}"].text, mine[f"k{mark}"].folder) == ("as it was", "hand")
    assert f"d{mark}" not in mine
    articles = await run(
        app, actor, await begin(app, actor, "articles", f"Вопрос;Ответ\nКак вернуть {mark}?;Так\n;Пусто\n")
    )
    assert (articles.created, articles.faulty) == (1, 1)
    (line,) = [a for a in await app.knowledge.articles.list_articles(operator) if mark in a.title]
    assert (await app.knowledge.articles.get_article(operator, line.id)).text == "Так"
    await undo(app, actor, articles)
    assert not [a for a in await app.knowledge.articles.list_articles(operator) if mark in a.title]


async def test_only_administrators_import(app: App) -> None:
    """Any operator could fill the customers with whatever he likes."""
    operator = await make_operator(app, "operator")
    with pytest.raises(NotAllowed):
        await begin(app, operator, "contacts", "name\nx\n")
    admin = await make_operator(app, "admin")
    for content in ("", "\n\n", ",,\n"):
        with pytest.raises(Invalid):
            await begin(app, admin, "contacts", content)
    draft = await begin(app, admin, "contacts", "colour\nred\n")
    with pytest.raises(Invalid):
        await app.imports.start(admin, draft.id)
    await app.imports.delete_import(admin, draft.id)
