"""What waits for an operator finds him, once, and tells nobody what he may not see."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from okno.access.types import Role
from okno.bus.api import emit
from okno.conversations.types import SendMessage
from okno.kit.ids import uuid7
from okno.notifications.types import AlertSettingChange, AlertSettingsChange, AlertsRead, SelfTest
from tests.conversations.people import make_contact, make_operator, open_conversation
from tests.notifications.conftest import Phone, Scene
from tests.support.live import Live, Staff, Wire, sign_in


async def staff(scene: Scene, live: Live, role: Role = "operator", teams: frozenset[int] = frozenset()) -> Staff:
    found = await sign_in(live, scene.app.workspace_id, role, teams)
    me: Any = await scene.app.access.actor_of_session(found.cookie.partition("=")[2])
    await scene.late.access.load_names()
    scene.staff.append(found)
    return found._replace(actor=me)


async def console(live: Live, staff: Staff) -> Wire:
    wire = await Wire.connect(live, headers=f"Cookie: {staff.cookie}\r\nOrigin: {live.url}\r\n")
    wire.say(t="operator", version=1)
    await wire.hear("operator")
    return wire


async def tell(scene: Scene, topic: str, operator: UUID | None, conversation: UUID | None, by: str = "") -> None:
    """As another slice does it, and handled."""
    news = {
        "workspace_id": scene.app.workspace_id,
        "operator": operator,
        "conversation": conversation,
        "text": "words",
        "by": by,
    }
    async with scene.app.database.transaction() as tx:
        await emit(tx, scene.app.clock, topic, news)
    await caught_up(scene, "notifications.news", topic)


async def caught_up(scene: Scene, handler: str, topic: str) -> None:
    while not await scene.app.database.fetchval(
        "SELECT EXISTS (SELECT FROM bus_cursor b WHERE b.handler = $1 AND (b.xid, b.id) >="
        " (SELECT o.xid, o.id FROM outbox o WHERE o.topic = $2 ORDER BY o.xid DESC, o.id DESC LIMIT 1))",
        *(handler, topic),
    ):
        await asyncio.sleep(0.02)


async def write(scene: Scene, conversation: UUID, contact: UUID, text: str) -> None:
    await scene.app.conversations.send(
        *(scene.app.workspace_id, conversation, ("customer", contact), uuid7(), SendMessage(text=text)), rights="own"
    )
    await caught_up(scene, "notifications.timeline", "timeline")


async def test_an_alert_comes_to_the_open_console_of_its_operator_only(scene: Scene, live: Live) -> None:
    """A mention would be seen after a reload only, or by somebody else."""
    igor, other = await staff(scene, live), await staff(scene, live)
    conversation = await open_conversation(scene.app, await make_contact(scene.app))
    line, others = await console(live, igor), await console(live, other)
    await tell(scene, "mention", igor.actor.operator_id, conversation, "Анна")
    frame = await line.hear("alert")
    assert frame["unread"] == 1
    assert frame["alert"]["conversation"] == str(conversation)
    assert frame["alert"]["detail"] == "Анна"  # and not what the note says  # and not what the note says
    assert frame["sound"]
    await tell(scene, "mention", igor.actor.operator_id, conversation, "Пётр")
    assert (await line.hear("alert"))["alert"]["times"] == 2
    page = (await igor.http.get("/api/v1/alerts")).json()
    assert [a["detail"] for a in page["alerts"]] == ["Пётр"]
    assert (await igor.http.post("/api/v1/alerts/read", json={"conversation": str(conversation)})).json() == {
        "unread": 0
    }
    assert (await line.hear("alert"))["unread"] == 0
    assert (await other.http.get("/api/v1/alerts")).json()["alerts"] == []
    others.say(t="ping", n=7)
    assert (await others.hear("pong"))["n"] == 7
    line.cut()
    others.cut()


async def test_nobody_is_told_of_what_he_may_not_see(scene: Scene, live: Live) -> None:
    """The name and words of another team's customer would stand in a list, a push or a letter."""
    owner = await make_operator(scene.app, "owner")
    team = (await scene.app.access.create_team(owner, f"team {uuid7()}")).id
    inside = await staff(scene, live, "supervisor", frozenset({team}))
    outside = await staff(scene, live, "supervisor")
    contact = await make_contact(scene.app)
    conversation = await open_conversation(scene.app, contact, team)
    await write(scene, conversation, contact, "кодовое слово")
    await tell(scene, "mention", outside.actor.operator_id, conversation, "кодовое слово")
    await tell(scene, "sla.breached", None, conversation)
    assert (await scene.app.notifications.operators.list_alerts(outside.actor, None, 50)).alerts == []
    page = await scene.app.notifications.operators.list_alerts(inside.actor, None, 50)
    assert [(a.alert_class, a.text) for a in page.alerts] == [("sla_breach", "кодовое слово")]
    await scene.app.database.execute("UPDATE conversation SET team_id = team_id + 1000 WHERE id = $1", conversation)
    moved = await scene.app.notifications.operators.list_alerts(inside.actor, None, 50)
    assert b"\xd0" not in json.dumps([a.text + a.name + a.detail for a in moved.alerts], ensure_ascii=False).encode()
    assert moved.alerts[0].conversation is None


async def pushed(scene: Scene, phone: Phone, count: int) -> list[dict[str, Any]]:
    """What this phone was told, once it is so much."""
    async with asyncio.timeout(30):
        while True:
            mine = [json.loads(phone.read(b)) for p, _, b in scene.service.got if phone.endpoint.endswith(p)]
            if len(mine) >= count:
                return mine
            await asyncio.sleep(0.02)


async def test_a_phone_is_pushed_while_no_console_is_open(scene: Scene, live: Live) -> None:
    """A customer would wait although the operator has the phone in his hand; or both would ring."""
    igor = await staff(scene, live)
    alerts = scene.late.notifications.operators
    alerts.listener = scene.app.hub
    phone = scene.service.phone()
    contact = await make_contact(scene.app)
    conversation = await open_conversation(scene.app, contact)
    await write(scene, conversation, contact, "Есть кто?")
    await alerts.subscribe(igor.actor, phone.subscription)
    await alerts.put([igor.actor], "queue", conversation, "")
    told = (await pushed(scene, phone, 1))[0]
    assert told["url"] == f"/conversations/{conversation}"
    assert "Есть кто?" in told["body"]
    line = await console(live, igor)
    await alerts.put([igor.actor], "offer", conversation, "")
    assert (await line.hear("alert"))["alert"]["alert_class"] == "offer"
    line.cut()
    while scene.app.hub.is_present(scene.app.workspace_id, igor.actor.operator_id):
        await asyncio.sleep(0.02)
    until = scene.app.clock.now() + timedelta(hours=2)
    await alerts.change_settings(igor.actor, AlertSettingsChange(quiet_until=until))
    await alerts.put([igor.actor], "task", None, "позвонить")
    await alerts.change_settings(igor.actor, AlertSettingsChange(quiet_until=None))
    await alerts.change_settings(
        igor.actor, AlertSettingsChange([AlertSettingChange("missed", app=True, push=False, email=False, sound=False)])
    )
    await alerts.put([igor.actor], "missed", conversation, "")
    await alerts.put([igor.actor], "snooze", None, "вернулся")
    assert [t["body"][:20] for t in await pushed(scene, phone, 2)][1:] == ["вернулся"]
    await igor.http.delete("/api/v1/session")
    await alerts.put([igor.actor], "snooze", None, "ещё раз")
    assert len(await pushed(scene, phone, 2)) == 2


async def test_the_queue_rings_only_where_nobody_looks(scene: Scene, live: Live) -> None:
    """A company with every tab closed would miss its customer; one with an open tab would be pushed for each."""
    igor = await staff(scene, live)
    await scene.app.database.execute("DELETE FROM push_subscription")
    await scene.late.notifications.operators.subscribe(igor.actor, scene.service.phone().subscription)
    contact = await make_contact(scene.app)
    conversation = await open_conversation(scene.app, contact)
    line = await console(live, igor)
    await write(scene, conversation, contact, "раз")
    assert (await scene.app.notifications.operators.list_alerts(igor.actor, None, 50)).alerts == []
    line.cut()
    while scene.app.hub.is_present(scene.app.workspace_id, igor.actor.operator_id):
        await asyncio.sleep(0.02)
    await write(scene, conversation, contact, "два")
    page = await scene.app.notifications.operators.list_alerts(igor.actor, None, 50)
    assert [(a.alert_class, a.text) for a in page.alerts] == [("queue", "два")]
    await scene.app.conversations.assign(igor.actor, conversation, igor.actor.operator_id)
    await caught_up(scene, "notifications.timeline", "timeline")
    assert await scene.app.notifications.operators.count(scene.app.workspace_id, igor.actor.operator_id) == 0


async def test_what_stays_unread_comes_in_one_letter(scene: Scene, live: Live) -> None:
    """A mention in the evening would be found next week, or be ten letters."""
    igor = await staff(scene, live)
    alerts = scene.late.notifications.operators
    conversation = await open_conversation(scene.app, await make_contact(scene.app))
    await alerts.put([igor.actor], "mention", conversation, "Анна")
    await alerts.put([igor.actor], "task", None, "перезвонить")
    await alerts.put([igor.actor], "mention", None, "прочитано")
    page = await alerts.list_alerts(igor.actor, None, 50)
    await alerts.read(igor.actor, AlertsRead([a.id for a in page.alerts if a.detail == "прочитано"]))
    await scene.later(minutes=11)
    (letter,) = scene.box.got
    text = letter.get_payload(decode=True).decode()
    assert "Анна" in text
    assert "перезвонить" in text
    assert "прочитано" not in text
    assert f"/conversations/{conversation}" in text
    await scene.later(hours=3)
    assert len(scene.box.got) == 1


async def test_the_self_test_says_what_each_side_answered(scene: Scene, live: Live) -> None:
    """An operator would believe that he is told, and is not."""
    igor = await staff(scene, live)
    alerts = scene.late.notifications.operators
    alerts.listener = scene.app.hub
    phone = scene.service.phone()
    await alerts.subscribe(igor.actor, phone.subscription)
    steps = {s.way: (s.ok, s.said) for s in (await alerts.test(igor.actor, SelfTest(phone.endpoint))).steps}
    assert steps["app"] == (False, "0")
    assert steps["push"] == (True, "201 said")
    assert steps["email"][0] is True
    await scene.later(seconds=1)
    assert len(scene.box.got) == 1
    scene.service.answers = [403]
    line = await console(live, igor)
    steps = {s.way: (s.ok, s.said) for s in (await alerts.test(igor.actor, SelfTest(phone.endpoint))).steps}
    assert steps["app"] == (True, "1")
    assert steps["push"] == (False, "403 said")
    line.cut()
    answers = [await igor.http.post("/api/v1/alerts/test", json={}) for _ in range(6)]
    assert [a.status_code for a in answers][-1] == httpx.codes.TOO_MANY_REQUESTS
