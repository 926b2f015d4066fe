"""Masked fields: who may read what, for how long, and where the value never is."""

import asyncio
from datetime import timedelta

import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.kit.errors import Conflict, NotAllowed, NotFound
from okno.privacy.types import NewSecret
from tests.conversations.people import guest_of, make_contact, make_operator, open_conversation, read_all
from tests.support.live import Live, enter, other_workspace, say, sign_in

WORD = "swordfish-7319"


async def audited(app: App, actor: Actor, action: str) -> list[str]:
    rows = await app.database.fetch(
        "SELECT subject FROM audit_entry WHERE workspace_id = $1 AND actor_id = $2 AND action = $3",
        *(actor.workspace_id, actor.operator_id, action),
    )
    return [r["subject"] for r in rows]


async def test_a_secret_is_read_by_who_may_and_that_is_written_down(app: App) -> None:
    """Anybody would read the code word, or somebody unseen."""
    owner, contact = await make_operator(app, "owner"), await make_contact(app)
    conversation = await open_conversation(app, contact)
    asked = await app.privacy.vault.ask(owner, conversation, NewSecret("code_word"))
    with pytest.raises(Conflict):
        await app.privacy.vault.reveal(owner, conversation, asked.id)
    await app.privacy.vault.give(await guest_of(app, contact), asked.id, WORD)
    assert (await app.privacy.vault.reveal(owner, conversation, asked.id)).value == WORD
    assert await audited(app, owner, "secret.revealed") == [f"conversation {conversation} #{asked.seq}"]
    blind = Actor(owner.workspace_id, owner.operator_id, "x", "owner", owner.permissions - {"reveal"})
    with pytest.raises(NotAllowed):
        await app.privacy.vault.reveal(blind, conversation, asked.id)
    team = (await app.access.create_team(owner, f"team {asked.id}")).id
    hidden = await open_conversation(app, await make_contact(app), team)
    outside = await make_operator(app, "operator")
    other = await app.privacy.vault.ask(owner, hidden, NewSecret("other"))
    with pytest.raises(NotFound):
        await app.privacy.vault.reveal(outside, hidden, other.id)
    with pytest.raises(NotFound):
        await app.privacy.vault.reveal(outside, conversation, other.id)
    assert WORD not in str(await read_all(app, conversation))


async def test_a_secret_is_destroyed_in_time_and_by_hand(app: App) -> None:
    """It would lie about for ever."""
    owner, contact = await make_operator(app, "owner"), await make_contact(app)
    conversation = await open_conversation(app, contact)
    guest = await guest_of(app, contact)
    late, gone = [await app.privacy.vault.ask(owner, conversation, NewSecret("code_word")) for _ in range(2)]
    for asked in (late, gone):
        await app.privacy.vault.give(guest, asked.id, WORD)
    await app.privacy.vault.withdraw(owner, conversation, gone.id)
    await app.privacy.vault.withdraw(owner, conversation, gone.id)
    await app.database.execute("UPDATE secret SET expires_at = now() - interval '1 s' WHERE id = $1", late.id)
    with pytest.raises(Conflict):
        await app.privacy.vault.reveal(owner, conversation, late.id)
    await app.privacy.vault.expire()
    for asked in (late, gone):
        with pytest.raises(Conflict):
            await app.privacy.vault.give(guest, asked.id, "again")
        assert await app.database.fetchval("SELECT sealed FROM secret WHERE id = $1", asked.id) is None
    states = {e.body.secret: e.body.state for e in await read_all(app, conversation) if hasattr(e.body, "secret")}
    assert states == {late.id: "closed", gone.id: "closed"}


async def test_the_loop_sleeps_until_the_earliest(app: App) -> None:
    """A value would outlive its time until somebody looks."""
    owner, conversation = await make_operator(app, "owner"), await open_conversation(app, await make_contact(app))
    asked = await app.privacy.vault.ask(owner, conversation, NewSecret("code_word"))
    soon = timedelta(seconds=0.2)
    await app.database.execute("UPDATE secret SET expires_at = now() + $2 WHERE id = $1", asked.id, soon)
    app.privacy.vault._wake.set()
    while await app.database.fetchval("SELECT closed_at IS NULL FROM secret WHERE id = $1", asked.id):
        await asyncio.sleep(0.05)


async def test_a_field_belongs_to_one_customer_and_checks_cards(live: Live) -> None:
    """A stranger would fill it in, or the operator would get a number with a mistake."""
    app = live.app
    workspace_id, inbox = await other_workspace(live)
    staff = await sign_in(live, workspace_id, "owner")
    wire, welcome = await enter(live, inbox.key)
    stranger, other = await enter(live, inbox.key)
    await say(stranger, "hi")
    conversation = (await say(wire, "hello"))["conversation"]
    path = f"/api/v1/conversations/{conversation}/secrets"
    secret = (await staff.http.post(path, json={"purpose": "card", "label": "for 4111 1111 1111 1111"})).json()["id"]
    asked = (await wire.hear("events"))["events"][0]["body"]
    assert asked == {"type": "secret_asked", "secret": secret, "purpose": "card"} | {
        "label": "for •••• •••• •••• 1111",
        "state": "asked",
    }
    give = f"/api/v1/widget/{inbox.key}/secrets/{secret}"

    async def fill(token: str, value: str) -> int:
        headers = {"authorization": f"Bearer {token}", "cookie": "", "x-csrf-token": ""}
        return (await staff.http.post(give, json={"value": value}, headers=headers)).status_code

    assert await fill(other["token"], "4111 1111 1111 1111") == 404
    assert await fill(welcome["token"], "4111 1111 1111 1112") == 422
    assert await fill(welcome["token"], "4111-1111-1111-1111") == 204
    assert await fill(welcome["token"], "4111 1111 1111 1111") == 409
    assert (await wire.hear("events"))["events"][0]["body"]["type"] == "secret_given"
    shown = (await staff.http.post(f"{path}/{secret}/reveal")).json()
    assert shown["value"] == "4111 1111 1111 1111"
    rows = await app.database.fetch("SELECT address FROM audit_entry WHERE action = 'secret.revealed'")
    assert rows[-1]["address"] == "127.0.0.1"
    await staff.http.aclose()
    wire.cut()
    stranger.cut()


async def test_the_sender_of_a_card_number_sees_what_was_stored(live: Live) -> None:
    """His screen would show another text than everybody else's until he reloads."""
    _, inbox = await other_workspace(live)
    wire, _ = await enter(live, inbox.key)
    await say(wire, "hello")
    wire.say(t="send", id="018f0000-0000-7000-8000-000000000001", body={"type": "message", "text": "4111111111111111"})
    frame = await wire.hear("events")
    assert frame["acks"][0]["id"] == frame["events"][0]["id"]
    assert frame["events"][0]["body"]["text"] == "••••••••••••1111"
    wire.cut()
