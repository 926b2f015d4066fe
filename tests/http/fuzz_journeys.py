"""Journeys of the fuzz test through what no generator guesses: greetings, forms, merging, copies."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from okno.kit.ids import uuid7
from tests.support.engine import ScriptedEngine


def look(world: Any, go: Any, conversation: str, contact: str) -> None:
    """Whatever is read by naming a conversation, a customer, a widget or nothing; and small things done."""
    known = {"conversation_id": conversation, "contact_id": contact, "key": world.inbox.key}
    for path, item in world.document["paths"].items():
        operation = item.get("get")
        needs = [p for p in (operation or {}).get("parameters", ()) if p.get("required")]
        if operation and all(p["in"] == "path" and p["name"] in known for p in needs):
            actor = "visitor" if path.startswith("/api/v1/widget/") else "owner"
            go(operation["operationId"], "GET", path.format(**known), actor)
    place = f"/api/v1/conversations/{conversation}"
    go("mark_read", "PUT", f"{place}/read", json={"seq": 1})
    go("save_draft", "PUT", f"{place}/draft", json={"text": "Let me look"})
    go("set_language", "PUT", f"{place}/language", json={"language": "en"})
    go("close_conversation", "POST", f"{place}/closing")
    go("reopen_conversation", "POST", f"{place}/reopening")
    go("change_contact", "PATCH", f"/api/v1/contacts/{contact}", json={"comment": "asked for a lamp"})


def automate(go: Any) -> None:
    """A rule is tried, made, changed, put in its place, looked at and deleted."""
    condition = {"type": "test", "field": "message.text", "op": "contains", "values": ["never said"]}
    go(
        "forecast_automation_rule",
        "POST",
        "/api/v1/automation/forecast",
        json={"trigger": "began", "condition": condition},
    )
    rule = {"name": "Mark", "trigger": "began", "condition": condition, "acts": [{"type": "label", "add": ["seen"]}]}
    made = go("create_automation_rule", "POST", "/api/v1/automation/rules", json=rule).json()["id"]
    place = f"/api/v1/automation/rules/{made}"
    go("change_automation_rule", "PUT", place, json={**rule, "enabled": False})
    known = go("list_automation_rules", "GET", "/api/v1/automation/rules").json()
    go("order_automation_rules", "PUT", "/api/v1/automation/order", json={"rules": [one["id"] for one in known]})
    go("list_automation_runs", "GET", f"{place}/runs")
    go("delete_automation_rule", "DELETE", place)


def telephone(world: Any, go: Any, conversation: str) -> None:
    """The way out is set up, a customer asks to be called and takes it back, another one is called."""
    world.wait(with_engine(world, ScriptedEngine()))
    settings = {"host": "sip.example", "number": "+78005553535", "callbacks": True, "record": True}
    go("change_phone_settings", "PATCH", "/api/v1/telephony/settings", json=settings)
    key = f"/api/v1/widget/{world.inbox.key}"
    go("get_callback_offer", "GET", f"{key}/callback", "visitor")
    asked = go("ask_callback", "POST", f"{key}/callbacks", "visitor", json={"number": "+79161234567", "consent": True})
    go("cancel_callback", "DELETE", f"{key}/callbacks/{asked.json()['id']}", "visitor")
    calls = f"/api/v1/conversations/{conversation}/calls"
    go("call_customer", "POST", calls, json={"number": "+79161234568"})
    call = go("list_calls", "GET", calls).json()[0]["id"]
    go("get_call", "GET", f"/api/v1/calls/{call}")
    go("hold_call", "PUT", f"/api/v1/calls/{call}/hold", json={"on": True})
    go("pause_recording", "PUT", f"/api/v1/calls/{call}/recording", json={"on": True})
    go("hold_call", "PUT", f"/api/v1/calls/{call}/hold", json={"on": False})
    world.wait(colleague(world))
    ready = go("list_ready_operators", "GET", "/api/v1/telephony/ready").json()
    go("transfer_call", "POST", f"/api/v1/calls/{call}/transfer", json={"operator": ready[0]})
    go("hang_up_call", "DELETE", f"/api/v1/calls/{call}")
    world.wait(make_recording(world, call))
    go("get_recording", "GET", f"/api/v1/calls/{call}/recording")
    go("get_recording_audio", "GET", f"/api/v1/calls/{call}/recording/audio")
    world.wait(with_engine(world, None))


async def colleague(world: Any) -> None:
    """The operator is at his desk, too."""
    desks, operator = world.live.app.routing.desks, world.staff["operator"]
    desks.came(world.workspace_id, operator)
    async with asyncio.timeout(20):
        while operator not in await desks.list_ready_for_calls(world.workspace_id):
            await asyncio.sleep(0.05)


async def make_recording(world: Any, call: str) -> None:
    """As if Asterisk had written a second of silence, and the job had come."""
    recordings = world.live.app.telephony.recordings
    with tempfile.TemporaryDirectory() as folder:
        recordings._spool = Path(folder)
        (Path(folder) / f"{call}.raw").write_bytes(bytes(32_000))
        find = "SELECT workspace_id FROM recording WHERE call_id = $1"
        async with asyncio.timeout(20):
            while not (workspace_id := await world.live.app.database.fetchval(find, call)):
                await asyncio.sleep(0.05)
        await recordings.store(f"{workspace_id}/{call}")


async def with_engine(world: Any, engine: ScriptedEngine | None) -> None:
    """Telephones are there, and what is asked of them is done; or no more."""
    calls = world.live.app.telephony._calls
    calls.use(engine)
    if engine:
        await calls._recovered.wait()


def welcome(world: Any, go: Any) -> None:
    """A page is looked at, its visitor invited; another fills in a form."""
    key = f"/api/v1/widget/{world.inbox.key}"
    page = {"visit": str(uuid7()), "url": "https://shop.example/"}
    visitor = str(uuid7())
    person = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    go("beat", "POST", f"{key}/beats", "", json={**page, "visitor": visitor}, headers=person)
    go("list_visitors", "GET", "/api/v1/visitors")
    go("list_visitor_visits", "GET", f"/api/v1/visitors/{visitor}/visits")
    invitations = f"/api/v1/visitors/{visitor}/invitations"
    first = go("invite_visitor", "POST", invitations, json={"id": str(uuid7()), "text": "May I help?"}).json()["id"]
    go("get_invitation", "GET", f"/api/v1/visitors/invitations/{first}")
    go("withdraw_invitation", "DELETE", f"/api/v1/visitors/invitations/{first}")
    second = go("invite_visitor", "POST", invitations, json={"id": str(uuid7()), "text": "May I help?"}).json()["id"]
    go("beat", "POST", f"{key}/beats", "", json={**page, "visitor": visitor}, headers=person)
    fate = {"visitor": visitor, "what": "invitation", "id": second, "fate": "shown"}
    go("tell_fate", "POST", f"{key}/fates", "", json=fate)
    world.wait(enter(world, "invited", visitor))
    go("accept_invitation", "POST", f"{key}/invitations/{second}/acceptance", "invited")
    site = go("create_inbox", "POST", "/api/v1/inboxes", json={"name": "Another shop"}).json()["id"]
    go("delete_inbox", "DELETE", f"/api/v1/inboxes/{site}")
    greeting = {"id": str(uuid7()), "name": "Hello", "text_en": "Hello!"}
    go("change_inbox", "PATCH", f"/api/v1/inboxes/{world.inbox.id}", json={"greetings": [greeting]})
    go("answer_greeting", "POST", f"{key}/greetings/{greeting['id']}/answer", "invited")
    form = {"on": True, "fields": [{"field": "name"}], "consent_en": "I agree", "consent_version": "1"}
    go("change_inbox", "PATCH", f"/api/v1/inboxes/{world.inbox.id}", json={"form": form})
    world.wait(enter(world, "newcomer", str(uuid7())))
    filled = {"id": str(uuid7()), "text": "Where is my order?", "name": "Olga", "consent": "1"}
    go("fill_form", "POST", f"{key}/form", "newcomer", json=filled)


def join(world: Any, go: Any, conversation: str) -> None:
    """A message continues in a conversation of its own, and back."""
    place = f"/api/v1/conversations/{conversation}"
    events = go("list_events", "GET", f"{place}/events").json()["events"]
    said = [e["seq"] for e in events if e["body"]["type"] == "message" and not e["body"].get("deleted")]
    other = go("split_conversation", "POST", f"{place}/splits", json={"seqs": said[-1:]}).json()["id"]
    go("merge_conversations", "POST", f"{place}/merges", json={"conversation": other})
    go("part_conversations", "DELETE", f"{place}/merges/{other}")


def copies(world: Any, go: Any, contact: str, conversation: str) -> None:
    """Transcripts saved and sent, everything of a person packed and taken."""
    place = f"/api/v1/conversations/{conversation}/transcript"
    own = f"/api/v1/widget/{world.inbox.key}/conversations/{conversation}/transcript"
    person = f"/api/v1/contacts/{contact}"
    new = {"type": "email", "address": f"{uuid7()}@example.com"}
    identities = go("add_identity", "POST", f"{person}/identities", json=new).json()["identities"]
    go("save_transcript", "GET", place, params={"format": "txt"})
    go("send_transcript", "POST", f"{place}/letter", json={"identity": identities[-1]["id"], "format": "txt"})
    go("save_own_transcript", "GET", own, "visitor", params={"format": "html"})
    go("send_own_transcript", "POST", f"{own}/letter", "visitor", json={"format": "txt"})
    made = go("export_person", "POST", f"{person}/exports").json()["id"]
    world.wait(packed(world, UUID(made)))
    go("list_exports", "GET", f"{person}/exports")
    go("take_export", "GET", f"{person}/exports/{made}/package")
    go("delete_export", "DELETE", f"{person}/exports/{made}")


async def enter(world: Any, actor: str, visitor: str) -> None:
    """A browser of this visitor opens the chat."""
    who = {"visitor": UUID(visitor), "identity": None, "name": "", "email": "", "locale": "en"}
    guest = await world.live.app.site.enter(world.inbox.key, None, **who)
    world.headers[actor] = {"authorization": f"Bearer {guest.token}"}


async def packed(world: Any, export: UUID) -> None:
    await world.live.app.exports.persons.run(f"{world.workspace_id}:{export}")
    async with asyncio.timeout(30):
        sql = "SELECT status FROM person_export WHERE id = $1"
        while await world.live.app.database.fetchval(sql, export) != "ready":
            await asyncio.sleep(0.05)
