"""Everything kept of a person as a package: whole, of nobody else, without secrets, for a limited time."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from okno.app.wiring import App
from okno.conversations.events import PERSON_ERASED
from okno.exports.persons import EXCLUDED, SECTIONS
from okno.exports.words import EN
from okno.files.storage import object_of
from okno.kit import limits
from okno.kit.ids import uuid7
from okno.privacy.types import NewSecret
from tests.files.conftest import Party, png
from tests.support.live import Live, Staff, Wire, enter, other_workspace, say, sign_in

SECRET = "барсучий-пароль"
LINKING = ("contact_id", "conversation_id", "visitor_id", "visit_id", "contact_ids", "conversation_ids")


class Person(NamedTuple):
    """A customer of two contacts, shown as one."""

    staff: Staff
    contact: str
    other: str
    conversation: str
    photo: bytes
    name: str

    @property
    def path(self) -> str:
        return f"/api/v1/contacts/{self.contact}/exports"


async def come(live: Live, key: str, staff: Staff, word: str) -> tuple[Wire, dict[str, Any], str, str]:
    wire, welcome = await enter(live, key, name=f"Анна {word}", email=f"{word}@example.com")
    conversation = (await say(wire, f"слово {word}"))["conversation"]
    contact = (await staff.http.get(f"/api/v1/conversations/{conversation}")).json()["contact"]
    return wire, welcome, conversation, contact


@pytest.fixture
async def person(live: Live) -> AsyncIterator[Person]:
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "owner", name="Мария")
    wires = []
    first, welcome, conversation, contact = await come(live, inbox.key, staff, "firstword")
    second, _, _, other = await come(live, inbox.key, staff, "secondword")
    third, _, _, _ = await come(live, inbox.key, staff, "foreignword")
    wires += [first, second, third]
    visitor = {"authorization": f"Bearer {welcome['token']}", "cookie": "", "x-csrf-token": ""}
    party, photo = Party(staff.http, f"/api/v1/widget/{inbox.key}", visitor), png()
    name = "../../etc/чек за ёлку.png"
    file = await party.upload(photo, name=name)
    body = {"type": "message", "text": "вот чек", "attachments": [file]}
    sent = await staff.http.post(f"{party.base}/events?id={uuid7()}", headers=visitor, json=body)
    assert sent.status_code == 201
    view = {"visitor": welcome["visitor"], "visit": str(uuid7()), "url": "https://shop.example/firstpage"}
    assert (await staff.http.post(f"{party.base}/page-views", json=view)).status_code == 204
    path = f"/api/v1/conversations/{conversation}/events?id={uuid7()}"
    assert (await staff.http.post(path, json={"type": "note", "text": "firstnote"})).status_code == 201
    task = {"text": "firsttask", "conversation": conversation}
    assert (await staff.http.post("/api/v1/tasks", json=task)).status_code == 201
    secret = await live.app.privacy.vault.ask(staff.actor, UUID(conversation), NewSecret("code_word", ""))
    given = await staff.http.post(f"{party.base}/secrets/{secret.id}", headers=visitor, json={"value": SECRET})
    assert given.status_code == 204
    merged = await staff.http.post(f"/api/v1/contacts/{contact}/merges", json={"contact": other, "sure": True})
    assert merged.status_code < 300, merged.text
    yield Person(staff, contact, other, conversation, photo, name)
    for wire in wires:
        wire.cut()
    await staff.http.aclose()


async def make(app: App, person: Person, contact: str = "") -> dict[str, Any]:
    """Asked for and made, as the worker makes it."""
    path = f"/api/v1/contacts/{contact or person.contact}/exports"
    asked = await person.staff.http.post(path)
    assert asked.status_code == 202, asked.text
    assert asked.json()["status"] == "waiting"
    await app.exports.persons.run(f"{person.staff.actor.workspace_id}:{asked.json()['id']}")
    (made, *_) = (await person.staff.http.get(path)).json()
    return made


async def test_a_package_has_all_of_a_person_and_nobody_else(live: Live, person: Person) -> None:
    """A customer would get half of what is kept of him, a stranger's words, or his own code word in plain."""
    made = await make(live.app, person, person.other)
    assert (made["status"], made["done"], made["total"]) == ("ready", 3, 3)
    answer = await person.staff.http.get(f"{person.path}/{made['id']}/package")
    assert (answer.status_code, len(answer.content)) == (200, made["size_bytes"])
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    parts = {name: archive.read(name) for name in archive.namelist()}
    whole = b"\n".join(parts.values()).decode("utf-8", "replace")
    for word in ("firstword", "secondword", "firstnote", "firsttask", "вот чек", "shop.example/firstpage"):
        assert word in whole
    assert SECRET not in whole
    assert "foreignword" not in whole
    data = {name: json.loads(parts[f"data/{name}.json"]) for name in SECTIONS}
    assert {row["id"] for row in data["contacts"]} == {person.contact, person.other}
    assert [row["value"] for row in data["secrets"]] == ["[hidden]"]
    assert len(data["conversations"]) == 2
    assert [row["text"] for row in data["tasks"]] == ["firsttask"]
    assert [row["url"] for row in data["pages"]] == ["https://shop.example/firstpage"]
    (file,) = [name for name in parts if name.startswith("files/")]
    assert re.fullmatch(r"files/[0-9a-f-]{36}-[\w.() -]+", file)
    assert parts[file].startswith(b"\x89PNG")
    events = [json.loads(line) for name in parts if name.endswith(".jsonl") for line in parts[name].splitlines()]
    assert {event["body"]["type"] for event in events} >= {"message", "note", "secret_asked", "task"}
    assert [e["seq"] for e in events if e["conversation"] == person.conversation] == list(
        range(1, max(e["seq"] for e in events if e["conversation"] == person.conversation) + 1)
    )
    pages = [name for name in parts if name.endswith(".html") and name != "index.html"]
    index = parts["index.html"].decode()
    for name in pages:
        assert f'href="{name}"' in index
    assert f"../../{file}" in "".join(parts[name].decode() for name in pages)
    audit = (await person.staff.http.get("/api/v1/audit")).json()["entries"]
    assert {"person.exported", "export.taken"} <= {entry["action"] for entry in audit}


async def test_a_package_is_for_those_with_the_right_and_for_a_time(live: Live, person: Person) -> None:
    """Anybody who answers customers could carry a person's data away, or it would lie about for ever."""
    app, workspace_id = live.app, person.staff.actor.workspace_id
    made = await make(app, person)
    plain = await sign_in(live, workspace_id, "supervisor")
    for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{made['id']}/package"), ("DELETE", f"/{made['id']}")):
        assert (await plain.http.request(method, person.path + path)).status_code == 403
    foreign, _ = await other_workspace(live)
    stranger = await sign_in(live, foreign, "owner")
    assert (await stranger.http.get(f"{person.path}/{made['id']}/package")).status_code == 404
    await app.database.execute(
        "UPDATE person_export SET expires_at = now() - interval '1 s' WHERE id = $1", UUID(made["id"])
    )
    assert await app.exports.persons.purge() >= 1
    assert (await person.staff.http.get(f"{person.path}/{made['id']}/package")).status_code == 409
    with pytest.raises(FileNotFoundError):
        await app.files._store.size(object_of("exports", UUID(made["id"])))
    assert (await person.staff.http.get(person.path)).json()[0]["status"] == "deleted"
    again = await make(app, person)
    assert (await person.staff.http.delete(f"{person.path}/{again['id']}")).status_code == 204
    assert (await person.staff.http.get(f"{person.path}/{again['id']}/package")).status_code == 409
    for one in (plain, stranger):
        await one.http.aclose()


async def test_one_is_made_at_a_time_and_so_many_a_day(
    live: Live, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script would copy every customer, or one person's package be made ten times at once."""
    answers = await asyncio.gather(*(person.staff.http.post(person.path) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409]
    monkeypatch.setattr(limits, "EXPORTS_PER_DAY_MAX", 1)
    await live.app.database.execute("UPDATE person_export SET status = 'failed'")
    assert (await person.staff.http.post(person.path)).status_code == 429


async def test_an_erased_person_has_no_package_left(live: Live, person: Person) -> None:
    """Everything he wanted gone would be in a file of last week, or in one that is made this minute."""
    app = live.app
    made = await make(app, person)
    asked = (await person.staff.http.post(person.path)).json()
    assert (await person.staff.http.post(f"/api/v1/contacts/{person.contact}/erasure")).status_code == 200
    async with asyncio.timeout(30):
        while (await person.staff.http.get(person.path)).json()[0]["status"] != "deleted":
            await asyncio.sleep(0.05)
    await app.exports.persons.run(f"{person.staff.actor.workspace_id}:{asked['id']}")
    assert {one["status"] for one in (await person.staff.http.get(person.path)).json()} == {"deleted"}
    for export in (made, asked):
        with pytest.raises(FileNotFoundError):
            await app.files._store.size(object_of("exports", UUID(export["id"])))
    assert PERSON_ERASED


async def test_every_table_about_a_person_is_in_a_package_or_left_out_for_a_reason(app: App) -> None:
    """A new table would be kept of people and told to nobody."""
    found = await app.database.fetch(
        "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name = ANY($1::text[])",
        LINKING,
    )
    sections = "\n".join(SECTIONS.values())
    named = set(re.findall(r"(?:FROM|JOIN) (\w+)", sections))
    missing = {r["table_name"] for r in found} - named - set(EXCLUDED)
    assert not missing
    assert {f"part_{name}" for name in SECTIONS} <= set(EN)
    for sql in SECTIONS.values():
        await app.database.fetch(sql, 0, [uuid7()])


async def test_links_of_a_customer_end_when_he_clears_his_history(live: Live) -> None:
    """On a shared computer the next person would open his photos by an address in the browser's history."""
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "owner")
    wire, welcome = await enter(live, inbox.key)
    conversation = (await say(wire, "hello"))["conversation"]
    visitor = {"authorization": f"Bearer {welcome['token']}", "cookie": "", "x-csrf-token": ""}
    party = Party(staff.http, f"/api/v1/widget/{inbox.key}", visitor)
    photo = await party.upload(png())
    body = {"type": "message", "text": "", "attachments": [photo]}
    assert (await staff.http.post(f"{party.base}/events?id={uuid7()}", headers=visitor, json=body)).status_code == 201
    (link,) = await party.links(photo)
    (theirs,) = await Party(staff.http, "/api/v1", {}).links(photo)
    for url in (link["url"], link["preview_url"], theirs["url"], theirs["preview_url"]):
        assert (await staff.http.get(url)).status_code == 200
    cleared = await staff.http.post(f"{party.base}/history/clearing", headers=visitor)
    assert cleared.status_code == 204
    for url in (link["url"], link["preview_url"]):
        assert (await staff.http.get(url)).status_code == 404
        assert (await staff.http.get(url.replace("v=c", "v=f").replace("v=q", "v=p"))).status_code == 404
    assert await party.links(photo) == []
    for url in (theirs["url"], theirs["preview_url"]):
        assert (await staff.http.get(url)).status_code == 200
    later = await party.upload(png())
    sent = await staff.http.post(
        f"{party.base}/events?id={uuid7()}", headers=visitor, json={**body, "attachments": [later]}
    )
    assert sent.json()["conversation"] == conversation
    assert len(await party.links(later)) == 1
    wire.cut()
    await staff.http.aclose()
