"""Callbacks as customers and operators live them, on a real Asterisk with real SIP telephones."""

import asyncio
import os

import pytest

from okno.conversations.bodies import Assigned
from okno.conversations.calling import CallbackAsked, CallbackEnded, CallBegan, CallEnded
from okno.kit.errors import Conflict, Invalid, NotAllowed, TooMany
from okno.kit.ids import uuid7
from okno.telephony.types import NewCallback
from tests.telephony.house import CUSTOMER, House, until

STOP_S_MAX = 0.3


async def test_first_operator_wins_then_the_customer_is_dialled(house: House) -> None:
    """Others would ring on, the customer would hear nobody, or the chat open at somebody who does not speak."""
    await house.open(3)
    for phone, behave in zip(house.phones, (None, 0.4, None), strict=True):
        phone.behave = behave
    callback = await house.ask("8 (916) 123-45-67")
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    winner = house.phones[1].talks[0]
    dialled = house.outside.talks[0]
    assert call.operator == house.operators[1].operator_id
    assert winner.answered_at < dialled.rang_at, "the customer was dialled before anybody was there"
    assert f"sip:{CUSTOMER}" in winner.caller
    assert "+78005553535" in dialled.caller
    for loser in (house.phones[0], house.phones[2]):
        ended = await until(lambda loser=loser: loser.talks[0].cancelled_at)
        assert ended - winner.answered_at < STOP_S_MAX
    await until(lambda: winner.heard > 20 and dialled.heard > 20)  # both hear each other
    row = await house.app.conversations.get_row(house.owner, callback.conversation)
    assert row.assignee == call.operator
    free = await house.app.routing.desks.list_ready_for_calls(house.app.workspace_id)
    assert call.operator not in free
    house.outside.hang_up(dialled)
    await house.over(callback, "done")
    await until(lambda: winner.ended_at)
    told = await until_ended(house, callback.conversation)
    assert [type(one) for one in told if not isinstance(one, Assigned)][1:] == [
        *(CallbackAsked, CallBegan, CallbackEnded, CallEnded)
    ]
    assert told[-1].outcome == "talked"
    rung = {one for who, _ in house.heard.told for one in who}
    assert rung == {actor.operator_id for actor in house.operators}
    assert (await house.app.telephony.list_calls(house.owner, callback.conversation))[0].outcome == "talked"


async def until_ended(house: House, conversation):
    async def ended():
        told = await house.events(conversation)
        return told if any(isinstance(one, CallEnded) for one in told) else None

    return await until(ended)


async def test_nobody_takes_it_and_the_customer_waits_for_an_answer(house: House) -> None:
    """He would be dialled though nobody is there, or forgotten after the last try."""
    await house.open(2, tries=1)
    for phone in house.phones:
        phone.behave = -0.1
    callback = await house.ask()
    await house.over(callback, "failed")
    assert house.outside.talks == []
    told = await until_ended(house, callback.conversation)
    assert [one.outcome for one in told if isinstance(one, CallEnded)] == ["no_operator"]

    async def waits():
        return (await house.app.conversations.get_row(house.owner, callback.conversation)).waiting_since

    await until(waits)


async def test_a_busy_customer_is_tried_again_and_never_twice_at_once(house: House) -> None:
    """An engaged line would end the matter, or the customer be rung by two operators."""
    await house.open(2, tries=2, pause_s=10)
    house.outside.behave, house.outside.refuse = -0.1, 486
    callback = await house.ask()
    call = await until(lambda: (one := house.heard.last()) and one.phase == "ended" and one)
    assert call.outcome == "busy"
    again = await house.over(callback, "waiting")
    assert again.tries == 1
    assert (again.due_at - again.asked_at).total_seconds() > 5
    with pytest.raises(Conflict):  # the same customer asks a second time
        guest = await house.visitor()
        contact = await house.app.database.fetchval("SELECT contact_id FROM callback")
        known = guest._replace(contact_id=contact)
        await house.app.database.execute("UPDATE callback SET visitor_id = $1", known.visitor_id)
        await house.app.database.execute(
            "INSERT INTO visitor (workspace_id, id, inbox_id, contact_id, created_at) VALUES ($1, $2, $3, $4, now())",
            *(house.app.workspace_id, known.visitor_id, known.inbox.id, contact),
        )
        await house.app.telephony.callbacks.ask(known, NewCallback(CUSTOMER, consent=True), "")
    house.outside.behave = 0.1
    await house.app.database.execute("UPDATE callback SET due_at = now() - interval '1 second'")
    house.app.telephony.callbacks.stir()
    await until(lambda: (one := house.heard.last()) and one.phase == "talking")
    assert len(house.outside.talks) == 2


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("+7 809 123-45-67", NotAllowed),  # premium
        ("+1 212 555 0123", NotAllowed),  # another country
        ("+8816 12345678", NotAllowed),  # a satellite
        ("123", Invalid),
        ("call me", Invalid),
    ],
)
async def test_numbers_that_are_not_dialled(house: House, number: str, error: type[Exception]) -> None:
    """Thieves would have the company call their paid numbers."""
    await house.open(0)
    with pytest.raises(error):
        await house.ask(number)


async def test_a_number_is_dialled_so_often_a_day(house: House) -> None:
    """Somebody's telephone would be rung again and again by a stranger."""
    await house.open(1)
    for _ in range(3):
        callback = await house.ask()
        call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
        await house.app.telephony.hang_up(house.owner, call.id)
        await house.over(callback, "done")
    with pytest.raises(TooMany):
        await house.ask()
    await house.ask("+79161234568")


async def test_the_bound_of_a_minute_stops_outgoing_calls_and_alarms(house: House) -> None:
    """A fraud would go on all night."""
    await house.open(1, dials_per_minute=1)
    await house.ask()
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    await house.app.telephony.hang_up(house.owner, call.id)
    second = await house.ask("+79161234568")
    await house.over(second, "failed")
    assert len(house.outside.talks) == 1
    assert (await house.app.telephony.get_settings(house.owner)).stopped_at

    async def alarmed():
        page = await house.app.notifications.operators.list_alerts(house.owner, None, 50)
        return [one for one in page.alerts if one.alert_class == "calls_stopped"]

    assert len(await until(alarmed)) == 1


async def test_two_who_answer_in_the_same_instant_have_one_winner(house: House) -> None:
    """Two operators would speak into one ear, or the customer be dialled twice."""
    await house.open(2)
    for n in range(200 if os.environ.get("OKNO_SOAK") else 5):
        await house.app.database.execute("TRUNCATE outside_dial")  # its bounds are another matter
        both = asyncio.Event()
        for phone in house.phones:
            phone.behave = together(both)
        callback = await house.ask(f"+79161234{n % 1000:03}")
        await until(lambda n=n: all(len(phone.talks) == n + 1 for phone in house.phones))
        both.set()
        call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
        await until(lambda: sum(phone.talks[-1].up for phone in house.phones) == 1)
        assert len(house.outside.talks) == n + 1
        await house.app.telephony.hang_up(house.owner, call.id)
        await house.over(callback, "done")
        await until(lambda: not any(phone.talks[-1].up for phone in house.phones))


async def test_who_takes_his_wish_back_is_not_called(house: House) -> None:
    """Operators would go on ringing, and the customer be dialled though he said no."""
    await house.open(2)
    for phone in house.phones:
        phone.behave = None
    guest = await house.visitor()
    callback = await house.ask(guest=guest)
    await until(lambda: all(phone.talks for phone in house.phones))
    contact = await house.app.database.fetchval("SELECT contact_id FROM callback WHERE id = $1", callback.id)
    await house.app.telephony.callbacks.cancel(guest._replace(contact_id=contact), callback.id)
    await until(lambda: all(phone.talks[0].cancelled_at for phone in house.phones))
    call = await until(lambda: (one := house.heard.last()) and one.phase == "ended" and one)
    assert call.outcome == "cancelled"
    await house.over(callback, "cancelled")
    assert house.outside.talks == []


async def test_an_operator_who_hangs_up_too_early_owes_the_call(house: House) -> None:
    """The customer would be told that he had cancelled it himself."""
    await house.open(1, tries=2, pause_s=10)
    house.outside.behave = None
    callback = await house.ask()
    call = await until(lambda: (one := house.heard.last()) and one.phase == "dialling" and one)
    await house.app.telephony.hang_up(house.operators[0], call.id)
    assert (await house.over(callback, "waiting")).tries == 1
    assert await house.app.database.fetchval("SELECT call_id FROM outside_dial") == call.id


async def test_who_speaks_already_cannot_take_another_call(house: House) -> None:
    """A second customer would be dialled for an operator whose other telephone is at his ear."""
    await house.open(2)
    first, second = house.phones
    first.behave = second.behave = None
    callback = await house.ask()
    await until(lambda: first.talks and second.talks)
    busy = house.operators[0].operator_id
    await house.app.routing.desks.begin_call(house.app.workspace_id, uuid7(), busy, 200)
    first.answer(first.talks[0])
    await until(lambda: first.talks[0].ended_at)
    assert house.outside.talks == []
    second.answer(second.talks[0])
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    assert call.operator == house.operators[1].operator_id
    await house.app.telephony.hang_up(house.owner, call.id)
    await house.over(callback, "done")


async def test_a_customer_is_handed_on_to_a_colleague(house: House) -> None:
    """He would be cut off, or speak with one while another has his chat."""
    await house.open(2)
    first, second = house.phones
    second.behave = None
    callback = await house.ask()
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    await until(lambda: second.talks[0].cancelled_at)
    with pytest.raises(Conflict):
        await house.app.telephony.transfer(house.operators[0], call.id, house.owner.operator_id)
    second.behave = 0.2
    await house.app.telephony.transfer(house.operators[0], call.id, house.operators[1].operator_id)
    rings = await until(lambda: (one := house.heard.last()) and one.phase == "ringing" and one)
    assert rings.rung == [house.operators[1].operator_id], "it would ring with who has just handed it on"
    await until(lambda: first.talks[0].ended_at)
    customer = house.outside.talks[0]
    heard = customer.heard
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    assert call.operator == house.operators[1].operator_id
    await until(lambda: customer.heard > heard + 40 and second.talks[1].heard > 20)
    assert (await house.app.conversations.get_row(house.owner, callback.conversation)).assignee == call.operator
    free = await house.app.routing.desks.list_ready_for_calls(house.app.workspace_id)
    assert house.operators[0].operator_id in free
    assert call.operator not in free
    assert len(house.outside.talks) == 1, "the customer was dialled again"
    house.outside.hang_up(customer)
    await house.over(callback, "done")


async def test_handed_on_to_nobody_he_goes_to_whoever_is_free(house: House) -> None:
    """A colleague who does not answer would be the end of the call."""
    await house.open(3, ring_s=5)
    house.phones[1].behave = house.phones[2].behave = None
    callback = await house.ask()
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    house.phones[1].behave, house.phones[2].behave = -0.1, 0.2
    await house.app.telephony.transfer(house.operators[0], call.id, house.operators[1].operator_id)
    taken = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    assert taken.id == call.id
    assert taken.operator in (house.operators[0].operator_id, house.operators[2].operator_id)
    await house.app.telephony.hang_up(house.owner, call.id)
    await house.over(callback, "done")


def together(moment: asyncio.Event):
    async def behave(_):
        await moment.wait()
        return 0.0

    return behave


async def test_an_erased_person_leaves_no_number(house: House) -> None:
    """His number would stay in calls, callbacks and counters."""
    await house.open(1)
    callback = await house.ask("+79165550199")
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    await house.app.telephony.hang_up(house.owner, call.id)
    await house.over(callback, "done")
    await until_ended(house, callback.conversation)
    await house.app.telephony.forget(house.app.workspace_id, call.contact, [])
    for table in ("call", "call_leg", "callback", "outside_dial"):
        rows = await house.app.database.fetch(f"SELECT * FROM {table}")
        assert rows
        assert "9165550199" not in str(rows)


async def test_nobody_there_is_no_call_until_somebody_comes(house: House) -> None:
    """The customer would be told that he is called while nobody is at work."""
    await house.open(0)
    callback = await house.ask()
    await asyncio.sleep(0.3)
    assert house.heard.told == []
    await house.hire()
    house.app.telephony.callbacks.stir()
    await until(lambda: (one := house.heard.last()) and one.phase == "talking", 30)
    assert callback.tries == 0
