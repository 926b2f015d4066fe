"""Calls from outside, and calls that outlive okno or lose Asterisk; on a real one."""

import asyncio
import os
import signal

from okno.contacts.types import NewBlock, NewIdentity
from okno.conversations.calling import CallBegan, CallEnded
from tests.telephony.house import CUSTOMER, House, until


async def reached(house: House, number: str = CUSTOMER) -> None:
    """The provider's calls are let in."""
    house.outside.server = ("127.0.0.1", house.sip)
    house.outside.user = number


async def test_a_caller_reaches_whoever_is_free(house: House) -> None:
    """He would hear nothing, or somebody with another customer's card before him."""
    await house.open(2)
    await reached(house, "+79165550101")  # nobody has come with it yet
    house.phones[0].behave, house.phones[1].behave = None, 0.3
    talk = await house.outside.dial("78005553535")
    assert talk.up
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    assert call.direction == "inbound"
    assert call.number == "+7 916 555-01-01"
    assert call.operator == house.operators[1].operator_id
    await until(lambda: house.phones[0].talks[0].cancelled_at)
    await until(lambda: talk.heard > 20 and house.phones[1].talks[0].heard > 20)
    row = await house.app.conversations.get_row(house.owner, call.conversation)
    assert (row.channel, row.assignee) == ("phone", call.operator)
    house.phones[1].hang_up(house.phones[1].talks[0])
    await until(lambda: talk.ended_at)

    async def written():
        told = [one for one in await house.events(call.conversation) if isinstance(one, CallBegan | CallEnded)]
        return told if len(told) == 2 else None

    assert [type(one) for one in await until(written)] == [CallBegan, CallEnded]
    again = asyncio.ensure_future(house.outside.dial("78005553535"))  # he calls again: his own operator is asked first
    await until(lambda: len(house.phones[1].talks) == 2)
    assert len(house.phones[0].talks) == 1
    assert (await again).up


async def test_a_number_typed_the_national_way_is_the_callers(house: House) -> None:
    """The card says 8 916 …, the network +7916…: he would be a stranger whenever he calls."""
    await house.open(0)
    contacts, workspace_id = house.app.contacts, house.app.workspace_id
    known = await contacts.ensure_caller(workspace_id, "")
    await contacts.add_identity(workspace_id, known, NewIdentity("phone", "8 (916) 555-07-07"))
    assert await contacts.ensure_caller(workspace_id, "+79165550707") == known


async def test_nobody_free_is_music_and_a_missed_call_waits(house: House) -> None:
    """The caller would be cut off at once, or forgotten when he gives up."""
    await house.open(0)
    await reached(house)
    talk = await house.outside.dial("78005553535")
    await until(lambda: talk.heard > 10)
    house.outside.hang_up(talk)

    async def missed():
        row = await house.app.database.fetchrow("SELECT * FROM call WHERE outcome = 'gave_up'")
        if row is None:
            return None
        found = await house.app.conversations.get_row(house.owner, row["conversation_id"])
        return found if found.waiting_since else None

    assert (await until(missed)).assignee is None


async def test_a_blocked_number_is_not_answered(house: House) -> None:
    """Somebody who is not let in would ring all operators."""
    await house.open(1)
    await reached(house)
    await house.app.blocks.block(house.owner, NewBlock("phone", CUSTOMER, "threats"))
    talk = await house.outside.dial("78005553535")
    assert not talk.up
    assert house.phones[0].talks == []
    assert await house.app.database.fetchval("SELECT count(*) FROM call") == 0


async def test_a_call_goes_on_while_okno_is_started_anew(house: House) -> None:
    """Every update would cut off everybody who speaks."""
    await house.open(1)
    callback = await house.ask()
    call = await until(lambda: (one := house.heard.last()) and one.phase == "talking" and one)
    talk, telephony = house.phones[0].talks[0], house.app.telephony
    await until(lambda: talk.heard > 10)

    async def written():
        return await house.app.database.fetchval("SELECT phase FROM call WHERE id = $1", call.id) == "talking"

    await until(written)
    pid = telephony._server.pid
    for task in list(house.app.tasks._running):
        if "telephony" in task.get_name():  # this process is gone, as far as calls go
            task.cancel()
    await until(lambda: telephony._engine is None)
    heard = talk.heard
    await until(lambda: talk.heard > heard + 20)
    telephony.start()
    await until(lambda: telephony._calls.live)
    assert telephony._server.pid == pid
    assert telephony._calls.live[0].state.phase == "talking"
    house.outside.hang_up(house.outside.talks[0])
    await house.over(callback, "done")
    await until(lambda: talk.ended_at)


async def test_asterisk_that_dies_ends_its_calls_and_is_started_again(house: House) -> None:
    """Operators would look at a call that is not there, and nobody be called until somebody looks after it."""
    await house.open(1, tries=1)
    await house.ask()
    await until(lambda: (one := house.heard.last()) and one.phase == "talking")
    server = house.app.telephony._server
    old = server.pid
    os.kill(old, signal.SIGKILL)
    ended = await until(lambda: (one := house.heard.last()) and one.phase == "ended" and one, 10)
    assert ended.outcome == "talked"
    await until(lambda: server.pid not in (None, old))
    house.phones[0].hang_up(house.phones[0].talks[0])  # it hears nothing any more
    await house.sign_in(house.phones[0])
    await until(house.ready)
    await house.ask("+79161234568")
    await until(lambda: (one := house.heard.last()) and one.phase == "talking", 30)
