"""Thieves and bores at the form for callbacks: nobody is dialled beyond the bounds, and who is known here is served."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.channels.site.api import Guest
from okno.conversations.types import SendMessage
from okno.kit import limits
from okno.kit.errors import OknoError
from okno.kit.ids import uuid7
from okno.telephony.types import Call, NewCallback, PhoneSettingsChange
from tests.conversations.people import make_contact, make_operator, open_conversation
from tests.support.engine import ScriptedEngine
from tests.telephony.house import until

REQUESTS = 10_000 if os.environ.get("OKNO_SOAK") else 600
NAT = "198.51.100.7"
SORTS = ("foreign", "premium", "own", "own")


def numbers(dice: random.Random, count: int) -> Iterator[str]:
    """Half as many as requests, so that each comes again."""
    known = []
    for n in range(count // 2):
        match SORTS[n % len(SORTS)]:
            case "foreign":
                known.append(f"+1212555{dice.randrange(10_000):04}")
            case "premium":
                known.append(f"+7809{dice.randrange(10**7):07}")
            case "own":
                known.append(f"+7916{dice.randrange(10**7):07}")
    for n in range(count):
        yield known[n] if n < len(known) else dice.choice(known)


class HangsUp:
    """An operator who says two words to everybody."""

    def __init__(self, app: App, owner: Actor) -> None:
        self.app, self.owner = app, owner
        self.dialled: Counter[str] = Counter()

    def on_call(self, workspace_id: int, operators: Any, call: Call) -> None:
        if call.phase == "talking" and not call.ended_at:
            self.dialled[call.number] += 1
            self.app.telephony._calls.order(call.id, "hang_up")


async def guest(app: App, contact: Any = None) -> Guest:
    inbox, visitor = (await app.visits.list_inboxes(app.workspace_id))[0], uuid7()
    if contact:
        await app.database.execute(
            "INSERT INTO visitor (workspace_id, id, inbox_id, contact_id, created_at) VALUES ($1, $2, $3, $4, now())",
            *(app.workspace_id, visitor, inbox.id, contact),
        )
    return Guest(app.workspace_id, inbox, visitor, contact, "", False, "", [])


@pytest.fixture
async def desk(app: App) -> HangsUp:
    """One who takes calls, and telephones that need no network."""
    owner = await make_operator(app, "owner")
    app.routing.desks.came(owner.workspace_id, owner.operator_id)
    await app.database.execute("TRUNCATE outside_dial, callback, call, call_leg, recording, desk_call, phone_setting")
    change = PhoneSettingsChange(
        host="sip.example", number="+78005553535", callbacks=True, dials_per_minute=60, dials_per_day=5_000
    )
    await app.telephony.change_settings(owner, change)
    app.telephony._calls.use(ScriptedEngine())
    hangs_up = HangsUp(app, owner)
    app.telephony.listen(hangs_up)
    loop = asyncio.ensure_future(app.telephony.callbacks.run())
    yield hangs_up
    loop.cancel()
    app.telephony._calls.use(None)
    await app.database.execute("DELETE FROM phone_setting")


async def test_ten_thousand_requests_from_one_address(app: App, desk: HangsUp) -> None:
    """The company would pay for somebody's premium numbers, and its customers behind the same router wait in vain."""
    ask, dice = app.telephony.callbacks.ask, random.Random(20)
    refused: Counter[str] = Counter()
    taken = 0

    async def one(number: str) -> int:
        try:
            await ask(await guest(app), NewCallback(number, consent=True), NAT)
        except OknoError as error:
            refused[error.detail] += 1
            return 0
        return 1

    asked = list(numbers(dice, REQUESTS))
    for at in range(0, len(asked), 20):
        taken += sum(await asyncio.gather(*(one(number) for number in asked[at : at + 20])))
    assert taken <= limits.DIALS_PER_ADDRESS_HOUR + 20, "a burst takes a few more: they are dialled no more often"
    known = await make_contact(app)
    conversation = await open_conversation(app, known)
    answer = (app.workspace_id, conversation, ("operator", desk.owner.operator_id), uuid7(), SendMessage("yes"))
    await app.conversations.send(*answer, rights="own", reader=desk.owner)
    honest = "+79165550199"
    await ask(await guest(app, known), NewCallback(honest, consent=True), NAT)
    await until(lambda: desk.dialled["+7 916 555-01-99"], 60)
    rows = await app.database.fetch(
        "SELECT number, count(*) AS n, min(address) AS ip FROM outside_dial GROUP BY number"
    )
    by_number = {r["number"]: r["n"] for r in rows}
    assert all(number.startswith("+7916") for number in by_number), "a foreign or premium number was dialled"
    assert max(by_number.values()) <= limits.DIALS_PER_NUMBER_DAY
    counted = await app.database.fetchval("SELECT count(*) FROM outside_dial WHERE address = $1", NAT)
    assert counted <= limits.DIALS_PER_ADDRESS_HOUR
    assert (await app.telephony.get_settings(desk.owner)).stopped_at is None
    print(f"{REQUESTS} requests: {taken} taken, {counted} dialled for {NAT}, refused {dict(refused)}, {honest} served")
