"""What people look for is found in any form, within their scope, and nothing that was taken back."""

from typing import Any
from uuid import UUID

import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.conversations.bodies import NOBODY
from okno.conversations.search import rules, store
from okno.conversations.search.api import HANDLER, Search, forget
from okno.conversations.search.types import Filters
from okno.conversations.types import SendDeletion, SendEdit, SendMessage, SendNote
from okno.kit.errors import Malformed
from okno.kit.ids import uuid7
from tests.conversations.people import make_contact, make_operator, open_conversation, settle

SAID = [
    "Когда привезут мой заказ? Жду уже три дня",
    "Курьер пришёл, а посылки не было",
    "Where are my orders? The delivery is late",
    "Верните деньги за билеты на ёлку",
    "Номер договора ORD-774512, карта *4321",
    "Мы шли мимо стали",
]
ASKED = {
    "день": "Когда привезут",  # дни, дня: no stem has them in common
    "заказы": "Когда привезут",
    "идти": "Мы шли",
    "посылка": "Курьер",
    "ПОСЫЛКУ курьеры": "Курьер",
    "order": "Where are",
    "deliveries": "Where are",
    "елка": "Верните",
    "ёлки": "Верните",
    '"мой заказ"': "Когда привезут",
    "774512": "Номер",
    "7745": "Номер",  # the beginning
    "4512": "Номер",  # the end
    "ord-774512": "Номер",
    "deliv": "Where are",  # not finished yet
    "deliv ": None,
    "заказ -привезти": None,
    '"заказ привезут"': None,
    "-заказ": None,
    "": None,
}


async def say(app: App, conversation: UUID, sender: Any, what: Any) -> int:
    what = SendMessage(text=what) if isinstance(what, str) else what
    return (await app.conversations.send(app.workspace_id, conversation, sender, uuid7(), what, rights="own")).seq


async def found(app: App, actor: Actor, q: str, **by: Any) -> list[str]:
    return ["".join(hit.pieces) for hit in (await app.search.find(actor, q, Filters(**by))).hits]


async def test_words_are_found_in_every_form(app: App) -> None:
    """Whoever looks for «день» would not find «три дня», the one form in which it was written."""
    owner = await make_operator(app, "owner")
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact)
    for text in SAID:
        await say(app, conversation, ("customer", contact), text)
    await settle(app, HANDLER)
    for asked, begins in ASKED.items():
        told = await found(app, owner, asked, contact=contact)
        assert any(t.startswith(begins) for t in told) if begins else not told, (asked, told)
    page = await app.search.find(owner, "как не", Filters(contact=contact))
    assert (page.hits, page.ignored) == ([], ["как", "не"])
    page = await app.search.find(owner, "деньги елка", Filters(contact=contact))
    assert page.hits[0].pieces == ["Верните ", "деньги", " за билеты на ", "ёлку", ""]
    page = await app.search.find(owner, "4512", Filters(contact=contact))
    assert page.hits[0].pieces[1] == "774512"


async def test_nothing_taken_back_is_found(app: App) -> None:
    """A code word that was deleted or corrected would still lead a colleague to the message."""
    owner = await make_operator(app, "owner")
    contact = await make_contact(app)
    sender = ("customer", contact)
    conversation = await open_conversation(app, contact)
    deleted = await say(app, conversation, sender, "пароль шмельжук")
    edited = await say(app, conversation, sender, "пароль осажук")
    kept = await say(app, conversation, sender, "пароль кротжук")
    await settle(app, HANDLER)
    assert len(await found(app, owner, "пароль", contact=contact)) == 3
    await say(app, conversation, sender, SendDeletion(deleted))
    await say(app, conversation, sender, SendEdit(edited, "исправлено"))
    words = "SELECT string_agg(words::text, ' ') FROM search_entry WHERE conversation_id = $1"
    assert await app.database.fetchval(words, conversation) is not None
    for word in ("шмельжук", "осажук"):
        assert word not in await app.database.fetchval(words, conversation)
    assert await found(app, owner, "пароль", contact=contact) == ["пароль кротжук"]
    assert await found(app, owner, "исправлено", contact=contact) == ["исправлено"]
    await settle(app, HANDLER)  # the news of the old texts come late
    assert await found(app, owner, "пароль", contact=contact) == ["пароль кротжук"]
    async with app.database.transaction() as tx:
        await forget(tx, app.workspace_id, [conversation])
    assert await found(app, owner, "пароль", contact=contact) == []
    async with app.database.transaction() as tx:
        await store.refresh_in(tx, app.workspace_id, conversation, [kept])
    assert await found(app, owner, "пароль", contact=contact) == ["пароль кротжук"]


async def test_an_index_made_anew_is_the_same(app: App) -> None:
    """After a lost or spoilt index old messages would be found no more, or erased ones again."""
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact)
    for text in SAID:
        await say(app, conversation, ("customer", contact), text)
    await settle(app, HANDLER)
    dump = "SELECT string_agg(e::text, E'\\n' ORDER BY seq) FROM search_entry e WHERE conversation_id = $1"
    before = await app.database.fetchval(dump, conversation)
    await app.database.execute("DELETE FROM search_entry WHERE seq % 2 = 0")
    await app.database.execute(
        "INSERT INTO search_entry VALUES ($1, $2, 1000, now(), 'customer', $3, false, 'ghost')",
        *(app.workspace_id, conversation, NOBODY),
    )
    size, store.CHUNK_EVENTS = store.CHUNK_EVENTS, 7
    try:
        await app.search.begin_rebuild()
        assert await app.search.rebuild_some() == 7
        assert not (await app.search.state()).complete
        other = Search(app.database, app.clock, app.access)  # another process goes on
        while await other.rebuild_some() is not None:
            pass
    finally:
        store.CHUNK_EVENTS = size
    assert await app.database.fetchval(dump, conversation) == before
    state = await app.search.state()
    assert state.complete
    assert state.lag_s == 0


async def test_filters_and_pages(app: App) -> None:
    """Among a thousand hits nobody would find the one of last week, or the second page would repeat the first."""
    owner = await make_operator(app, "owner")
    contact, other = await make_contact(app), await make_contact(app)
    conversation, second = await open_conversation(app, contact), await open_conversation(app, other)
    customer, operator = ("customer", contact), ("operator", owner.operator_id)
    word = "фильтровальня"
    for n in range(4):
        await say(app, conversation, customer, f"{word} {n}")
    await say(app, conversation, operator, f"{word} ответ")
    await say(app, conversation, operator, SendNote(text=f"{word} заметка"))
    await say(app, second, ("customer", other), f"{word} другой")
    await app.conversations.set_labels(owner, second, ["срочно"])
    await app.conversations.assign(owner, second, owner.operator_id)
    await settle(app, HANDLER)
    assert len(await found(app, owner, word)) == 7
    assert await found(app, owner, word, who="operator", where="messages") == [f"{word} ответ"]
    assert await found(app, owner, word, operator=owner.operator_id, where="notes") == [f"{word} заметка"]
    for by in ({"label": "срочно"}, {"assignee": owner.operator_id}, {"contact": other}, {"conversation": second}):
        assert await found(app, owner, word, **by) == [f"{word} другой"]
    assert await found(app, owner, word, conversation=second, contact=contact) == []
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0].id
    assert len(await found(app, owner, word, inbox=inbox, team=0, status="open")) == 7
    assert await found(app, owner, word, inbox=inbox + 1) == []
    moment = app.clock.now()
    assert len(await found(app, owner, word, until=moment)) == 7
    assert await found(app, owner, word, since=moment) == []
    seen, cursor = [], None
    while True:
        page = await app.search.find(owner, word, Filters(), cursor=cursor, limit=3)
        seen += [(hit.conversation, hit.seq) for hit in page.hits]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    with pytest.raises(Malformed):
        await app.search.find(owner, word, Filters(), cursor="bm9uc2Vuc2U")


@pytest.mark.parametrize("few", [0, 5_000])
async def test_the_scope_is_that_of_lists(app: App, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """An operator would read the messages of another team by looking for their words; by either way of looking."""
    monkeypatch.setattr("okno.conversations.search.api.FEW", few)
    owner = await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"Team {uuid7()}")).id
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact, team)
    word = f"тайна{few}"
    await say(app, conversation, ("customer", contact), f"{word} отдела")
    await settle(app, HANDLER)
    stranger, member = await make_operator(app), await make_operator(app, teams=frozenset({team}))
    assert await found(app, stranger, word) == []
    assert await found(app, stranger, word, contact=contact) == []
    assert await found(app, stranger, word, conversation=conversation) == []
    assert len(await found(app, member, word)) == 1
    await app.conversations.assign(owner, conversation, stranger.operator_id)
    assert len(await found(app, stranger, word)) == 1
    helper = await make_operator(app)
    assert await found(app, helper, word) == []
    await app.conversations.bring_in(owner, conversation, helper.operator_id)
    assert len(await found(app, helper, word)) == 1
    abroad = Actor(app.workspace_id + 1, owner.operator_id, "", "owner", owner.permissions)
    assert await found(app, abroad, word) == []


async def test_names_of_files_are_found(app: App) -> None:
    """A photo of a claim would be found by nobody who remembers what the file was called."""
    owner = await make_operator(app, "owner")
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact)
    seq = await say(app, conversation, ("customer", contact), "вот")
    body = (
        '{"type":"message","text":"вот акт","attachments":[{"id":"00000000-0000-0000-0000-000000000001",'
        '"name":"накладная_2024-05.pdf","media_type":"application/pdf","size_bytes":1}]}'
    )
    await app.database.execute(
        "UPDATE event SET body = $2 WHERE conversation_id = $1 AND seq = $3", conversation, body, seq
    )
    await settle(app, HANDLER)
    page = await app.search.find(owner, "накладные", Filters(where="files", contact=contact))
    assert page.hits[0].files == [["", "накладная", "_2024-05.pdf"]]
    assert await found(app, owner, "акты", contact=contact) == ["вот акт"]
    assert await found(app, owner, "акты", contact=contact, where="files") == []


async def test_a_search_that_takes_too_long_says_so(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader would wait for ever, and everybody else for a connection."""
    owner = await make_operator(app, "owner")

    def slow(*_: object) -> str:
        return "SELECT pg_sleep(5), $1::bigint, $2::text"

    monkeypatch.setattr(store.Query, "walk", slow)
    monkeypatch.setattr(store.Query, "gather", slow)
    monkeypatch.setattr("okno.kit.limits.SEARCH_TRIES_S", (0.05,) * 3)
    page = await app.search.find(owner, "слово", Filters())
    assert (page.too_broad, page.hits) == (True, [])


def test_excerpts_are_cut_around_the_hit() -> None:
    """A hit in the middle of a letter would stay outside of what is shown."""
    text = "начало " * 40 + "искомое\nслово" + " конец" * 60
    at = text.index("искомое")
    pieces = rules.pieces_of(text, [(at, at + 7)])
    assert pieces[1] == "искомое"
    assert pieces[0].startswith("…начало")
    assert pieces[2].startswith(" слово")
    assert pieces[2].endswith("…")
    assert sum(map(len, pieces)) <= rules.LENGTH + 2
    assert rules.pieces_of("коротко", []) == ["коротко"]
