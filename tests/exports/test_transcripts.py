"""Copies of a dialogue, in every format, language and by every road."""

import asyncio
import html
import inspect
import io
import re
from collections.abc import AsyncIterator
from typing import Any, NamedTuple, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pypdf
import pytest

from okno.conversations.bodies import CUSTOMER_SEES, Assigned, Body
from okno.exports import rules
from okno.exports.words import EN, LETTERS, RU
from okno.kit import limits
from okno.kit.ids import uuid7
from okno.privacy.types import NewSecret
from tests.files.conftest import Party, png
from tests.support.live import Live, Staff, Wire, enter, other_workspace, say, sign_in
from tests.support.mail import receiving, texts_of

NOTE = "примечание-только-для-своих"
SECRET = "барсучий-пароль"
HOSTILE = "#let x = [1] *b* _i_ $a$ <b>не тег</b> @ref \\n // конец"


class Talk(NamedTuple):
    """A dialogue with one of everything."""

    staff: Staff
    wire: Wire
    key: str
    token: str
    conversation: str
    contact: str

    @property
    def visitor(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "cookie": "", "x-csrf-token": ""}

    @property
    def own(self) -> str:
        return f"/api/v1/widget/{self.key}/conversations/{self.conversation}/transcript"

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.conversation}/transcript"

    async def save(self, wanted: str, *, own: bool = False, **query: Any) -> httpx.Response:
        query |= {"format": wanted}
        if own:
            return await self.staff.http.get(self.own, headers=self.visitor, params=query)
        return await self.staff.http.get(self.path, params=query)


async def begin(live: Live, role: Any = "owner", email: str = "") -> Talk:
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, role, name="Мария")
    email = email or f"{uuid7()}@example.com"
    wire, welcome = await enter(live, inbox.key, name="Анна", email=email)
    conversation = (await say(wire, "Где мой заказ? 🙂👍🏽"))["conversation"]
    row = (await staff.http.get(f"/api/v1/conversations/{conversation}")).json()
    return Talk(staff, wire, inbox.key, welcome["token"], conversation, row["contact"])


async def act(talk: Talk, body: dict[str, Any]) -> int:
    path = f"/api/v1/conversations/{talk.conversation}/events?id={uuid7()}"
    answer = await talk.staff.http.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["seq"]


@pytest.fixture
async def talk(live: Live) -> AsyncIterator[Talk]:
    talk = await begin(live)
    app, visitor = live.app, Party(talk.staff.http, f"/api/v1/widget/{talk.key}", {})
    visitor.headers = talk.visitor
    photo = await visitor.upload(png(), name="чек за ёлку.png")
    await say(talk.wire, HOSTILE)
    body = {"type": "message", "text": "вот чек", "attachments": [photo]}
    sent = await talk.staff.http.post(f"/api/v1/widget/{talk.key}/events?id={uuid7()}", headers=talk.visitor, json=body)
    assert sent.status_code == 201, sent.text
    quote = {"conversation": talk.conversation, "seq": 2}
    answer = await act(talk, {"type": "message", "text": "Черновой ответ", "quote": quote})
    await act(talk, {"type": "edited", "seq": answer, "text": "Заказ в пути, будет завтра"})
    gone = await act(talk, {"type": "message", "text": "написано по ошибке"})
    await act(talk, {"type": "deleted", "seq": gone})
    await act(talk, {"type": "reacted", "seq": 2, "emoji": "❤️", "on": True})
    operator = Party(talk.staff.http, "/api/v1", {})
    kept = await operator.upload(png(), name="внутренний-файл.png")
    await act(talk, {"type": "note", "text": NOTE, "attachments": [kept]})
    secret = await app.privacy.vault.ask(talk.staff.actor, UUID(talk.conversation), NewSecret("code_word", ""))
    given = await talk.staff.http.post(
        f"/api/v1/widget/{talk.key}/secrets/{secret.id}", headers=talk.visitor, json={"value": SECRET}
    )
    assert given.status_code == 204, given.text
    assert (await talk.staff.http.post(f"/api/v1/conversations/{talk.conversation}/closing")).status_code < 300
    rating = {"conversation": talk.conversation, "episode": 1, "score": 4, "solved": True}
    async with asyncio.timeout(30):
        while (
            await talk.staff.http.post(f"/api/v1/widget/{talk.key}/ratings", headers=talk.visitor, json=rating)
        ).status_code != 204:
            await asyncio.sleep(0.05)
    yield talk
    talk.wire.cut()
    await talk.staff.http.aclose()


def text_of(answer: httpx.Response) -> str:
    """The words of a copy, whatever its format, with every space as one."""
    assert answer.status_code == 200, answer.text
    content = answer.content
    if content.startswith(b"%PDF"):
        text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    elif b"<!doctype html>" in content:
        text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", content.decode(), flags=re.DOTALL))
    else:
        text = content.decode()
    return " ".join(text.split())


def in_order(text: str, *said: str) -> None:
    """Every one of these is there, each after the one before."""
    at = 0
    for words in said:
        wanted = " ".join(words.split())
        found = text.find(wanted, at)
        assert found >= 0, f"{wanted!r} is missing after {text[max(0, at - 60) : at]!r}:\n{text}"
        at = found + len(wanted)


@pytest.mark.parametrize("wanted", ["txt", "html", "pdf"])
@pytest.mark.parametrize("locale", ["ru", "en"])
async def test_every_copy_has_all_of_it_in_order_and_nothing_private(talk: Talk, wanted: str, locale: str) -> None:
    """A customer's copy would lack a message, turn markup into pages, or show a note or a secret."""
    words = RU if locale == "ru" else EN
    for own in (True, False):
        answer = await talk.save(wanted, own=own, locale=locale, time_zone="Asia/Vladivostok")
        text = text_of(answer)
        in_order(
            text,
            *("Other", "Анна", "Asia/Vladivostok", words["opened"], "Где мой заказ?", "🙂", "❤"),
            *(HOSTILE, "вот чек", "чек за ёлку.png", "Мария", "Где мой заказ?", "Заказ в пути, будет завтра"),
            *(words["deleted"], words["secret_code_word"], words["given"], words["closed"]),
            *(words["rated"].format(score=4), words["solved"]),
        )
        for hidden in (NOTE, SECRET, "Черновой ответ", "написано по ошибке", "внутренний-файл", words["internal"]):
            assert hidden not in text
            assert hidden.encode() not in answer.content
        assert words["edited"] in text
        assert re.search(r"\d+(?:[.,]\d)? (?:КБ|KB)", text)
    name = answer.headers["content-disposition"]
    assert f".{wanted}" in name
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("wanted", ["txt", "html", "pdf"])
async def test_an_internal_copy_has_notes_and_needs_the_right(live: Live, talk: Talk, wanted: str) -> None:
    """Whoever answers customers could carry notes out of the house; or nobody could prove what was said."""
    text = text_of(await talk.save(wanted, internal=True, locale="ru"))
    in_order(text, RU["internal"], "Где мой заказ?", f"Мария ({RU['note']})", NOTE, "внутренний-файл.png")
    assert SECRET not in text
    plain = await sign_in(live, talk.staff.actor.workspace_id, "operator")
    refused = await plain.http.get(talk.path, params={"format": wanted, "internal": True})
    assert refused.status_code == 403
    assert "export" in refused.json()["detail"]
    assert NOTE not in text_of(await plain.http.get(talk.path, params={"format": wanted}))
    own = await talk.staff.http.get(talk.own, headers=talk.visitor, params={"format": wanted, "internal": True})
    assert NOTE not in text_of(own)
    audit = (await talk.staff.http.get("/api/v1/audit")).json()["entries"]
    assert any(e["action"] == "transcript.saved" and "with notes" in e["detail"] for e in audit)
    await plain.http.aclose()


async def test_files_have_addresses_only_for_who_may_open_them(live: Live, talk: Talk) -> None:
    """A copy would show a file to nobody, or a note's file to a customer."""
    page = (await talk.save("txt", own=True)).text
    (url,) = re.findall(r"https?://\S+", page)
    path = re.sub(r"^https?://[^/]+", "", url)
    assert (await talk.staff.http.get(path)).status_code == 200
    internal = (await talk.save("txt", internal=True)).text
    assert len(re.findall(r"https?://\S+", internal)) == 2


async def test_nobody_copies_what_he_may_not_see(live: Live, talk: Talk) -> None:
    """A copy would be a way around the scope; or a cleared history would come back."""
    workspace_id = talk.staff.actor.workspace_id
    await live.app.database.execute("INSERT INTO team (workspace_id, name) VALUES ($1, 'secret')", workspace_id)
    team = await live.app.database.fetchval("SELECT max(id) FROM team WHERE workspace_id = $1", workspace_id)
    await live.app.database.execute("UPDATE conversation SET team_id = $2 WHERE id = $1", UUID(talk.conversation), team)
    stranger = await sign_in(live, workspace_id, "operator")
    for _ in range(2):
        assert (await stranger.http.get(talk.path, params={"format": "txt"})).status_code == 404
    _, inbox = await other_workspace(live)
    wire, welcome = await enter(live, inbox.key)
    await say(wire, "hello")
    foreign = talk.own.replace(talk.key, inbox.key)
    headers = {**talk.visitor, "authorization": f"Bearer {welcome['token']}"}
    assert (await talk.staff.http.get(foreign, headers=headers)).status_code == 404
    cleared = await talk.staff.http.post(f"/api/v1/widget/{talk.key}/history/clearing", headers=talk.visitor)
    assert cleared.status_code == 204
    text = text_of(await talk.save("txt", own=True, locale="ru"))
    assert "заказ" not in text.lower()
    assert "заказ" not in text_of(await talk.save("txt", locale="ru")).lower()
    assert "Где мой заказ" in text_of(await talk.save("txt", internal=True, locale="ru"))
    wire.cut()
    await stranger.http.aclose()


async def test_a_long_dialogue_comes_in_parts_and_says_so(
    live: Live, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year's talk would be one file nobody can open, or end without a word of what is missing."""
    monkeypatch.setattr(limits, "TRANSCRIPT_EVENTS", 5)
    last = (await talk.staff.http.get(f"/api/v1/conversations/{talk.conversation}")).json()["last_seq"]
    parts = -(-last // 5)
    texts = [text_of(await talk.save("txt", part=n + 1, locale="ru")) for n in range(parts)]
    assert RU["part"].format(part=1, parts=parts) in texts[0]
    assert sum(text.count("Где мой заказ? 🙂") for text in texts) == 2  # itself and the quote
    assert text_of(await talk.save("txt", locale="ru")) == texts[-1]
    assert (await talk.save("txt", part=parts + 1)).status_code == 422
    monkeypatch.setattr(limits, "TRANSCRIPT_EVENTS", 1000)
    monkeypatch.setattr(limits, "TRANSCRIPT_TEXT_LEN_MAX", 30)
    text = text_of(await talk.save("txt", locale="ru"))
    assert "текст 5 последних сообщений опущен" in text
    assert "Заказ в пути" not in text


async def test_a_copy_arrives_by_mail_from_both_sides(live: Live) -> None:
    """The customer would get nothing, or somebody's notes."""
    async with receiving(live.app) as box:
        address = f"anna-{uuid7()}@example.com"
        talk = await begin(live, email=address)
        refused = await talk.staff.http.post(f"{talk.own}/letter", headers=talk.visitor, json={"format": "txt"})
        assert refused.status_code == 409  # nobody has answered: our sender carries no stranger's words
        await act(talk, {"type": "message", "text": "Уже везём"})
        await act(talk, {"type": "note", "text": NOTE})
        options = (await talk.staff.http.get(f"/api/v1/widget/{talk.key}/transcript", headers=talk.visitor)).json()
        assert options == {"download": True, "email": True, "address": "an•••@example.com"}
        asked = {"format": "pdf", "locale": "en", "time_zone": "Europe/Moscow"}
        sent = await talk.staff.http.post(f"{talk.own}/letter", headers=talk.visitor, json=asked)
        assert (sent.status_code, sent.json()) == (202, {"address": "an•••@example.com"})
        letter = await box.letter_to(address)
        assert letter["Subject"] == "A copy of your conversation: Other"
        assert "List-Unsubscribe" in letter
        (file,) = [part for part in letter.walk() if part.get_content_type() == "application/pdf"]
        assert file.get_filename().endswith(".pdf")
        pages = pypdf.PdfReader(io.BytesIO(file.get_payload(decode=True))).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        in_order(text, "Где мой заказ?", "Мария", "Уже везём")
        assert NOTE not in text
        assert NOTE not in texts_of(letter)
        contact = (await talk.staff.http.get(f"/api/v1/contacts/{talk.contact}")).json()
        by_operator = {"identity": contact["identities"][0]["id"], "format": "txt", "locale": "ru"}
        assert (await talk.staff.http.post(f"{talk.path}/letter", json=by_operator)).status_code == 202
        second = await box.letter_to(address, 2)
        assert "Уже везём" in texts_of(second)
        stranger = {**by_operator, "identity": str(uuid7())}
        assert (await talk.staff.http.post(f"{talk.path}/letter", json=stranger)).status_code == 404
        third = await talk.staff.http.post(f"{talk.path}/letter", json=by_operator)
        assert third.status_code == 429  # an address nobody has proved
        audit = (await talk.staff.http.get("/api/v1/audit")).json()["entries"]
        sent_by = [(e["actor"], e["action"]) for e in audit if e["action"] == "transcript.sent"]
        assert sorted(sent_by) == [("customer", "transcript.sent"), ("operator", "transcript.sent")]
        assert address not in str(audit)
        stop = re.search(r"#stop=([\w-]+)", texts_of(second))
        assert stop
        stopped = await talk.staff.http.post(f"/api/v1/letters/stop?token={stop[1]}")
        assert stopped.status_code < 300
        opened = await talk.staff.http.post("/api/v1/letters/open", json={"token": stop[1]})
        assert opened.status_code == 404
        await live.app.database.execute("DELETE FROM transcript_letter")
        refused = await talk.staff.http.post(f"{talk.path}/letter", json=by_operator)
        assert (refused.status_code, "wants no letters" in refused.json()["detail"]) == (409, True)
        talk.wire.cut()
        await talk.staff.http.aclose()


async def test_senders_are_no_weapon(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visitor could fill a stranger's mailbox, or send a proved customer's talk to a mere claim."""
    async with receiving(live.app) as box:
        victim = f"victim-{uuid7()}@example.com"
        workspace_id, inbox = await other_workspace(live)
        staff = await sign_in(live, workspace_id, "owner")
        sent = []
        for _ in range(4):
            wire, welcome = await enter(live, inbox.key, name="", email=victim)
            conversation = (await say(wire, "buy now"))["conversation"]
            path = f"/api/v1/conversations/{conversation}/events?id={uuid7()}"
            assert (await staff.http.post(path, json={"type": "message", "text": "sorry?"})).status_code == 201
            own = f"/api/v1/widget/{inbox.key}/conversations/{conversation}/transcript"
            headers = {"authorization": f"Bearer {welcome['token']}", "cookie": "", "x-csrf-token": ""}
            answers = await asyncio.gather(
                *(staff.http.post(f"{own}/letter", headers=headers, json={"format": "txt"}) for _ in range(2))
            )
            sent += [answer.status_code for answer in answers]
            wire.cut()
        assert sorted(sent) == [202, 202, *([429] * 6)]
        await box.letter_to(victim, limits.TRANSCRIPT_LETTERS_PER_CLAIM_DAY_MAX)
        row = (await staff.http.get(f"/api/v1/conversations/{conversation}")).json()
        await live.app.database.execute(
            "INSERT INTO identity (workspace_id, id, contact_id, type, address, verified)"
            " VALUES ($1, $2, $3, 'site', $4, true)",
            *(workspace_id, uuid7(), UUID(row["contact"]), str(uuid7())),
        )
        await live.app.database.execute("DELETE FROM transcript_letter")
        refused = await staff.http.post(f"{own}/letter", headers=headers, json={"format": "txt"})
        assert refused.status_code == 409
        monkeypatch.setattr(limits, "TRANSCRIPT_LETTERS_PER_DAY_MAX", 0)
        await live.app.database.execute(
            "UPDATE identity SET verified = true WHERE address = $1 AND contact_id = $2", victim, UUID(row["contact"])
        )
        refused = await staff.http.post(f"{own}/letter", headers=headers, json={"format": "txt"})
        assert (refused.status_code, "today" in refused.json()["detail"]) == (429, True)
        assert len(box.to(victim)) == limits.TRANSCRIPT_LETTERS_PER_CLAIM_DAY_MAX
        await staff.http.aclose()


async def test_copies_can_be_switched_off_for_customers(talk: Talk) -> None:
    """A company that wants no copies outside would give them all the same."""
    changed = await talk.staff.http.patch("/api/v1/transcripts/settings", json={"download": False, "email": False})
    assert changed.json() == {"download": False, "email": False}
    assert (await talk.save("txt", own=True)).status_code == 403
    refused = await talk.staff.http.post(f"{talk.own}/letter", headers=talk.visitor, json={"format": "txt"})
    assert refused.status_code == 403
    options = (await talk.staff.http.get(f"/api/v1/widget/{talk.key}/transcript", headers=talk.visitor)).json()
    assert (options["download"], options["email"]) == (False, False)
    assert (await talk.save("txt")).status_code == 200


async def test_letters_of_an_erased_person_are_not_sent(live: Live, talk: Talk) -> None:
    """What waits for a mail server that is down would leave the house after the erasure."""
    app = live.app
    await app.database.execute("DELETE FROM letter")
    await app.database.execute("DELETE FROM transcript_letter")
    sent = await talk.staff.http.post(f"{talk.own}/letter", headers=talk.visitor, json={"format": "txt"})
    assert sent.status_code == 202
    assert await app.database.fetchval("SELECT count(*) FROM letter") == 1
    assert (await talk.staff.http.post(f"/api/v1/contacts/{talk.contact}/erasure")).status_code == 200
    assert await app.database.fetchval("SELECT count(*) FROM letter") == 0


def test_every_event_a_customer_sees_has_words_in_a_copy() -> None:
    """A new sort of event, a call for instance, would be left out of copies without anybody having decided so."""
    folded = {"reacted", "edited", "deleted", "secret_closed"}  # they change what they are about
    named = re.findall(r"(?:case|\|) (\w+)\(", inspect.getsource(rules._mark))
    tags = {t.__struct_config__.tag for t in get_args(Body) if t.__name__ in named} | {"message"}
    assert CUSTOMER_SEES - folded <= tags
    assert set(RU) == set(EN)
    assert set(LETTERS["ru"]) == set(LETTERS["en"])


def test_a_transfer_is_not_told_to_customers() -> None:
    """They would read of queues they were never told about."""
    view = rules.View("en", ZoneInfo("UTC"), internal=False, customer="")
    assert rules._mark(Assigned(None), view) == ""
    assert rules._mark(Assigned(uuid7(), "Maria"), view) == "Maria answers"
