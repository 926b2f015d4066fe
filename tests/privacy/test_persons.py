"""A person's data: cleared from his own sight, erased for good, kept back, erased by rule."""

from uuid import UUID

import pytest

from okno.app.wiring import App
from okno.conversations.types import SendMessage
from okno.kit.errors import Conflict, NotAllowed
from okno.kit.ids import uuid7
from okno.privacy.types import NewHold, NewRetention, NewSecret
from tests.conversations.people import make_contact, make_operator, open_conversation, read_all
from tests.support.live import Live, enter, other_workspace, say, sign_in

WORD = "rhododendron"


async def test_a_customer_clears_his_sight_and_the_company_keeps_it(live: Live) -> None:
    """What he wanted gone from a shared computer would come back; or the company would lose its history."""
    app = live.app
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "owner")
    wire, welcome = await enter(live, inbox.key)
    conversation = (await say(wire, f"{WORD} one"))["conversation"]
    headers = {"authorization": f"Bearer {welcome['token']}", "cookie": "", "x-csrf-token": ""}
    base = f"/api/v1/widget/{inbox.key}"
    assert (await staff.http.post(f"{base}/history/clearing", headers=headers)).status_code == 204
    await say(wire, "and two")
    page = (await staff.http.get(f"{base}/conversations/{conversation}/events", headers=headers)).json()
    assert WORD not in str(page)
    assert [e["body"]["type"] for e in page["events"]] == ["hidden", "message"]
    assert page["more_before"] is False
    again, _ = await enter(live, inbox.key, token=welcome["token"])
    assert WORD not in str(await again.hear("snapshot"))
    kept = (await staff.http.get(f"/api/v1/conversations/{conversation}/events")).json()
    assert WORD in str(kept)
    assert "history_cleared" in [e["body"]["type"] for e in kept["events"]]
    rows = await app.database.fetch("SELECT actor FROM audit_entry WHERE workspace_id = $1", workspace_id)
    assert "customer" in [r["actor"] for r in rows]
    wire.cut()
    again.cut()
    await staff.http.aclose()


async def everything_of(app: App, workspace_id: int) -> str:
    """Every text of the workspace in every table that has one."""
    tables = await app.database.fetch(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'workspace_id'"
    )
    found = []
    for table in tables:
        rows = await app.database.fetch(
            f"SELECT t::text AS row FROM {table['table_name']} t WHERE workspace_id = $1", workspace_id
        )
        found += [r["row"] for r in rows]
    found += [r["row"] for r in await app.database.fetch("SELECT o::text AS row FROM outbox o")]
    return "\n".join(found)


async def test_an_erased_person_is_nowhere_and_the_figures_stay(live: Live) -> None:
    """His words would be found in a quote, the search, a draft, a task, an attribute or the list."""
    app = live.app
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "owner", name="Igor")
    owner = staff.actor
    wire, welcome = await enter(live, inbox.key, name=WORD, email=f"{WORD}@example.com")
    conversation = (await say(wire, f"I am {WORD}"))["conversation"]
    beacon = {
        "visitor": welcome["visitor"],
        "visit": str(uuid7()),
        "url": f"https://shop.example/{WORD}",
        "search": WORD,
    }
    assert (await staff.http.post(f"/api/v1/widget/{inbox.key}/page-views", json=beacon)).status_code == 204
    row = (await staff.http.get(f"/api/v1/conversations/{conversation}")).json()
    contact, path = row["contact"], f"/api/v1/conversations/{conversation}"
    for body in (
        {"type": "note", "text": f"{WORD} called"},
        {"type": "message", "text": f"dear {WORD}", "quote": {"conversation": conversation, "seq": 2}},
    ):
        assert (await staff.http.post(f"{path}/events?id={uuid7()}", json=body)).status_code == 201
    edit = {"type": "edited", "seq": 4, "text": f"dearest {WORD}"}
    assert (await staff.http.post(f"{path}/events?id={uuid7()}", json=edit)).status_code == 201
    await staff.http.put(f"{path}/draft", json={"text": f"draft of {WORD}"})
    await staff.http.patch(f"/api/v1/contacts/{contact}", json={"comment": f"{WORD} is nice"})
    task = {"text": f"call {WORD}", "conversation": conversation}
    assert (await staff.http.post("/api/v1/tasks", json=task)).status_code == 201
    secret = await app.privacy.vault.ask(owner, UUID(conversation), NewSecret("other", WORD))
    assert WORD in await everything_of(app, workspace_id)
    before = (await staff.http.get(path)).json()["last_seq"]
    assert (await staff.http.put(f"/api/v1/contacts/{contact}/hold", json={"reason": "court"})).status_code == 200
    assert (await staff.http.post(f"/api/v1/contacts/{contact}/erasure")).status_code == 409
    assert (await staff.http.delete(f"/api/v1/contacts/{contact}/hold")).json()["hold"] is None
    assert (await staff.http.post(f"/api/v1/contacts/{contact}/erasure")).json()["erased_at"]
    for name in ("teamwork.erased", "notifications.erased"):
        while await app.bus.step(name):
            pass
    left = [line for line in (await everything_of(app, workspace_id)).split("\n") if WORD in line]
    assert not left
    after = (await staff.http.get(path)).json()
    assert (after["last_seq"], after["preview"], after["contact_name"]) == (before + 1, "", "")
    kept = (await staff.http.get(f"{path}/events")).json()["events"]
    assert kept[-1]["body"] == {"type": "erased", "until": before}
    code, _ = await wire.closed()
    assert code
    assert await app.database.fetchval("SELECT sealed IS NULL FROM secret WHERE id = $1", secret.id)
    assert (await staff.http.post(f"/api/v1/contacts/{contact}/erasure")).status_code == 200
    await staff.http.aclose()


async def test_retention_counts_first_then_erases_what_is_old_and_not_held(app: App) -> None:
    """A rule would erase more than the dry run said, or what a court wants to see."""
    owner = await make_operator(app, "owner")
    label = f"label {uuid7()}"[:40]
    made = []
    for n in range(3):
        contact = await make_contact(app)
        conversation = await open_conversation(app, contact)
        values = (app.workspace_id, conversation, ("customer", contact), uuid7(), SendMessage(text=f"{WORD} {n}"))
        await app.conversations.send(*values, rights="own")
        await app.conversations.set_labels(owner, conversation, [label])
        await app.conversations.close(owner, conversation)
        made.append((contact, conversation))
    old = [made[0][1], made[1][1]]
    await app.database.execute("UPDATE conversation SET closed_at = now() - interval '40 days' WHERE id = ANY($1)", old)
    await app.privacy.persons.hold(owner, made[1][0], NewHold("court"))
    policy = NewRetention(30, label=label, enabled=True)
    dry = await app.privacy.persons.count_retention(owner, policy)
    assert (dry.due, dry.held) == (1, 1)
    with pytest.raises(NotAllowed):
        await app.privacy.persons.set_retention(await make_operator(app), policy)
    await app.privacy.persons.set_retention(owner, policy)
    assert await app.privacy.persons.run_retention() == 1
    assert await app.privacy.persons.run_retention() == 0
    texts = [str(await read_all(app, conversation)) for _, conversation in made]
    assert [WORD in text for text in texts] == [False, True, True]
    found = next(p for p in await app.privacy.persons.list_retention(owner) if p.label == label)
    assert found.erased == 1
    await app.privacy.persons.delete_retention(owner, found.id)
    with pytest.raises(Conflict):
        await app.privacy.persons.erase(owner, made[1][0])
