"""A customer who left is told of answers once, by the way that reaches him, and comes back to his own conversation."""

import base64
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from okno.conversations.types import SendDeletion
from okno.kit.errors import Invalid, NotFound
from okno.kit.ids import uuid7
from okno.notifications import rules
from okno.notifications.types import NewPush, NoticeSettings, NoticeSettingsChange, ReachChange
from okno.notifications.webpush import encrypt
from tests.conversations.people import make_operator
from tests.notifications.conftest import Scene

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


async def reachable(scene: Scene, email: str = "") -> tuple:
    guest, conversation = await scene.guest()
    email = email or f"{uuid7()}@example.com"
    await scene.late.notifications.customers.change_reach(guest, ReachChange("ru", "Europe/Moscow", email))
    return guest, conversation, email


async def awake(scene: Scene) -> None:
    """Tests run at any hour of the day."""
    owner = await make_operator(scene.app, "owner")
    await scene.late.notifications.customers.change_settings(owner, NoticeSettingsChange(quiet=False))


async def test_the_ladder_climbs_from_push_to_a_letter_and_tells_a_burst_once(scene: Scene) -> None:
    """The answer would wait in a closed tab for ever, or fill the phone and the mailbox with every line."""
    await awake(scene)
    guest, conversation, email = await reachable(scene)
    phone = scene.service.phone()
    await scene.late.notifications.customers.subscribe(guest, phone.subscription)
    for text in ("Завтра после двух", "Курьер позвонит <b>заранее</b>"):
        await scene.answer(conversation, text)
    await scene.later(seconds=5)
    assert scene.service.got == []
    await scene.later(seconds=6)
    assert len(scene.service.got) == 1
    _, headers, body = scene.service.got[0]
    told = json.loads(phone.read(body))
    assert told["body"] == "Курьер позвонит <b>заранее</b>"
    assert told["url"] == f"/chat/{guest.inbox.key}"
    assert "(+1)" in told["title"]
    assert b"\xd0" not in body[86:100] or "Курьер".encode() not in body
    token, key = headers["authorization"].removeprefix("vapid t=").split(", k=")
    point = base64.urlsafe_b64decode(key + "=")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(
        token, public, algorithms=["ES256"], audience=f"http://{scene.service.host}", options={"verify_exp": False}
    )
    assert claims["sub"].startswith("https://chat.example.com")
    assert scene.box.got == []
    await scene.later(seconds=300)
    (letter,) = scene.box.got
    assert letter["To"] == email
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (part.get_payload(decode=True).decode() for part in letter.get_payload())
    assert "Завтра после двух" in text
    assert text.index("Завтра") < text.index("Курьер")
    assert "&lt;b&gt;заранее" in html
    await scene.later(hours=5)
    assert len(scene.service.got) == len(scene.box.got) == 1


async def test_what_was_read_or_deleted_is_not_told(scene: Scene) -> None:
    """A customer who has read the answer gets a letter about it; one who has not reads what was taken back."""
    await awake(scene)
    _, conversation, _ = await reachable(scene)
    seq = await scene.answer(conversation, "Секрет соседа")
    await scene.app.conversations.mark_read_by_customer(scene.app.workspace_id, conversation, seq, got=False)
    await scene.later(minutes=10)
    owner = await make_operator(scene.app, "owner")
    seq = await scene.answer(conversation, "Не туда", owner.operator_id)
    await scene.app.conversations.send(
        *(scene.app.workspace_id, conversation, ("operator", owner.operator_id), uuid7(), SendDeletion(seq)),
        rights="own",
    )
    await scene.later(minutes=10)
    assert scene.box.got == []


async def test_a_browser_that_took_the_push_back_is_forgotten_and_the_letter_comes(scene: Scene) -> None:
    """Dead subscriptions would be called for ever, and nobody told in another way."""
    await awake(scene)
    guest, conversation, _ = await reachable(scene)
    await scene.late.notifications.customers.subscribe(guest, scene.service.phone().subscription)
    await scene.late.notifications.customers.subscribe(guest, scene.service.phone().subscription)
    scene.service.answers = [410, 503, 201]
    await scene.answer(conversation, "Готово")
    await scene.later(minutes=6)
    assert len(scene.service.got) == 3
    assert len(scene.box.got) == 1
    assert await scene.app.database.fetchval("SELECT count(*) FROM push_subscription") == 1


async def test_a_logged_out_browser_gets_no_push(scene: Scene) -> None:
    """The next person at a shared computer would read the answers to the one before."""
    await awake(scene)
    guest, conversation, _ = await reachable(scene)
    await scene.late.notifications.customers.subscribe(guest, scene.service.phone().subscription)
    await scene.app.site.logout(guest)
    await scene.answer(conversation, "Ваш анализ готов")
    await scene.later(minutes=1)
    assert scene.service.got == []


async def test_the_link_opens_the_conversation_and_proves_the_address(scene: Scene) -> None:
    """The customer would come back as a stranger, or the operator not know that the address is his."""
    await awake(scene)
    guest, conversation, email = await reachable(scene)
    await scene.answer(conversation, "Готово")
    await scene.later(minutes=6)
    token = scene.links(scene.box.got[0])["open"]
    opened = await scene.late.notifications.customers.open_letter(token)
    back = await scene.app.site.get_guest(opened.key, opened.token)
    assert back.contact_id == guest.contact_id
    assert back.current["id"] == opened.conversation == conversation
    contact = await scene.app.contacts.get_contact(scene.app.workspace_id, guest.contact_id)
    assert [(i.address, i.verified) for i in contact.identities] == [(email, True)]
    scene.clock.late += timedelta(days=15)
    with pytest.raises(NotFound):
        await scene.late.notifications.customers.open_letter(token)
    with pytest.raises(NotFound):
        await scene.late.notifications.customers.open_letter(token[:-8] + "AAAAAAAA")


async def test_a_claimed_address_opens_nobody_elses_history(scene: Scene) -> None:
    """Who types another person's address would get that person's conversations, or lure him into his own."""
    await awake(scene)
    victim, his, email = await reachable(scene)
    await scene.answer(his, "Ваш договор")
    await scene.later(minutes=6)
    await scene.late.notifications.customers.open_letter(scene.links(scene.box.got[0])["open"])
    _, other, _ = await reachable(scene, email)
    await scene.answer(other, "Здравствуйте")
    await scene.later(minutes=6)
    with pytest.raises(NotFound):
        await scene.late.notifications.customers.open_letter(scene.links(scene.box.got[1])["open"])
    await scene.late.notifications.customers.change_reach(victim, ReachChange(email=f"{uuid7()}@example.com"))
    await scene.app.database.execute(  # the proof goes, the claim stays: as of somebody who sat at his browser
        "UPDATE identity SET type = 'site' WHERE address = $1 AND verified", email
    )
    await scene.answer(his, "Сумма договора")
    await scene.later(hours=1)
    letter = scene.box.got[2]
    assert "Сумма" not in letter.as_string()
    assert "Сумма" not in letter.get_payload()[0].get_payload(decode=True).decode()
    assert "open" not in scene.links(letter)


async def test_who_asked_for_no_letters_gets_none_until_he_asks_again(scene: Scene) -> None:
    """Unsubscribing would do nothing, or for ever."""
    await awake(scene)
    guest, conversation, email = await reachable(scene)
    await scene.answer(conversation, "Раз")
    await scene.later(minutes=6)
    await scene.late.notifications.customers.stop_letters(scene.links(scene.box.got[0])["stop"])
    await scene.answer(conversation, "Два")
    await scene.later(hours=2)
    assert len(scene.box.got) == 1
    await scene.late.notifications.customers.change_reach(guest, ReachChange(email=email))
    await scene.answer(conversation, "Три")
    await scene.later(hours=2)
    assert len(scene.box.got) == 2


async def test_the_ladder_goes_on_after_a_crash(scene: Scene) -> None:
    """A server killed between two steps would forget whom it had to tell."""
    await awake(scene)
    _, conversation, _ = await reachable(scene)
    await scene.answer(conversation, "Готово")
    scene.clock.late += timedelta(minutes=6)
    lease = scene.clock.now() + timedelta(seconds=60)  # taken by a process that died
    await scene.app.database.execute("UPDATE notice SET due_at = $1", lease)
    await scene.later(seconds=1)
    assert scene.box.got == []
    await scene.later(minutes=2)
    await scene.later(minutes=6)
    assert len(scene.box.got) == 1


async def test_push_goes_to_push_services_only(scene: Scene) -> None:
    """A visitor would have the server call addresses inside the company's network."""
    guest, _ = await scene.guest()
    good = scene.service.phone().subscription
    for endpoint in (
        "http://169.254.169.254/latest",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com:8443/x",
        "http://fcm.googleapis.com/x",
        "https://user@fcm.googleapis.com/x",
    ):
        with pytest.raises(Invalid):
            await scene.late.notifications.customers.subscribe(guest, NewPush(endpoint, good.p256dh, good.auth))


def test_encryption_is_that_of_the_standard() -> None:
    """Browsers would show nothing: the example of RFC 8291, section 5."""

    def raw(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    private = ec.derive_private_key(
        int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    made = encrypt(
        b"When I grow up, I want to be a watermelon",
        raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        raw("BTBZMqHH6r4Tts7J_aSIgg"),
        private=private,
        salt=raw("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert made == raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


ZONES = st.sampled_from(["Europe/Moscow", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])


@given(
    now=st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    zone=ZONES.map(ZoneInfo),
    start=st.integers(0, 1439),
    end=st.integers(0, 1439),
)
def test_quiet_hours_end_when_the_customers_clock_says_so(now: datetime, zone: ZoneInfo, start: int, end: int) -> None:
    """Somebody would be woken at night, or told a day late; clocks that change included."""
    until = rules.quiet_until(now, zone, start, end)
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    within = start <= minute < end if start <= end else minute >= start or minute < end
    assert (until is not None) == within
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        if until > now + timedelta(minutes=1):
            late = until.astimezone(zone)
            assert abs((late.hour * 60 + late.minute) - end) in (0, 30, 60)


@given(
    step=st.sampled_from(["push", "email", "rest"]),
    first_ago_s=st.none() | st.floats(0, 5_000),
    awake=st.booleans(),
    can_push=st.booleans(),
    can_email=st.booleans(),
    hour=st.integers(0, 23),
    emailed_ago_s=st.none() | st.floats(0, 5_000),
)
def test_a_turn_is_late_rather_than_wrong(step, first_ago_s, awake, can_push, can_email, hour, emailed_ago_s) -> None:
    """A step would repeat itself for ever, tell what was read, or write at night."""
    now = NOON.replace(hour=hour)
    first_at = None if first_ago_s is None else now - timedelta(seconds=first_ago_s)
    emailed_at = None if emailed_ago_s is None else now - timedelta(seconds=emailed_ago_s)
    facts = rules.Facts(now, step, first_at, awake, can_push, can_email, ZoneInfo("Europe/Moscow"), emailed_at)
    turn = rules.plan_turn(facts, NoticeSettings())
    assert turn.due_at is None or turn.due_at >= now
    assert (turn.due_at is None) == (turn.step == "rest")
    order = ["push", "email", "rest"]
    if turn.act != "none":
        assert first_at is not None
        assert turn.act == step
        assert can_push if turn.act == "push" else can_email
        assert order.index(turn.step) > order.index(step)
        local = (hour + 3) % 24
        assert awake or 8 <= local < 22
    elif turn.step == step and turn.due_at:
        assert turn.due_at > now
