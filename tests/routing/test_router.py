"""Conversations find their operators: the live router on a real database."""

from typing import Any

import msgspec
import pytest

from okno.app.wiring import App
from okno.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from okno.routing import store
from okno.routing.types import (
    Consultation,
    DeskChange,
    NewQueue,
    OperatorSkill,
    QueueChange,
    RoutingSettingsChange,
    SeatChange,
    Transfer,
)
from tests.conversations.people import read_all
from tests.routing.company import Company, until


async def news(app: App, topic: str, conversation: Any) -> list[dict[str, Any]]:
    found = await app.database.fetch("SELECT payload FROM outbox WHERE topic = $1 ORDER BY id", topic)
    told = [msgspec.json.decode(r["payload"]) for r in found]
    return [t for t in told if t["conversation"] == str(conversation)]


async def test_automatic_gives_to_the_least_loaded_and_says_why(app: App) -> None:
    """Customers would wait though somebody is free, and nobody would know why it was he."""
    company = await Company.found(app)
    first = await company.operator()
    one = await company.write()
    assert await company.holder(one) == first.operator_id
    second = await company.operator()
    two = await company.write()
    assert await company.holder(two) == second.operator_id
    found = await company.whereabouts(two)
    assert (found.place, found.operator, found.why.how, found.why.queue) == (
        None,
        second.operator_id,
        "automatic",
        "General",
    )
    assert (found.why.load_before_percent, found.why.limit_percent, found.why.free) == (0, 500, 2)
    body = [e.body for e in (await app.conversations.page_events(company.workspace_id, two)).events][-1]
    assert (body.operator, body.reason) == (second.operator_id, "automatic")
    assert (await news(app, "routing.assigned", two))[0]["operator"] == str(second.operator_id)
    entries = await company.facts("SELECT leave_reason, operator_id FROM queue_entry WHERE conversation_id = $1", two)
    assert entries == [("assigned", second.operator_id)]


async def test_nobody_is_above_his_capacity_and_the_freed_gets_the_oldest(app: App) -> None:
    """Somebody would have eleven chats, or the newest would be served while an older one stays."""
    company = await Company.found(app)
    igor = await company.operator(chats_max=2)
    served = [await company.write() for _ in range(2)]
    for conversation in served:
        await company.holder(conversation)
    older, newer = await company.write(), await company.write()
    assert ((await company.place(older)).position, (await company.place(newer)).position) == (1, 2)
    await company.answer(igor, served[0])
    await app.conversations.close(igor, served[0])
    assert await company.holder(older) == igor.operator_id
    assert (await company.row(newer)).assignee is None
    assert await company.load(igor) == 200

    async def ended() -> bool:
        sql = "SELECT end_reason FROM assignment WHERE conversation_id = $1"
        return await company.facts(sql, served[0]) == [("closed",)]

    await until(ended)


async def test_who_is_not_there_gets_nothing_until_he_is(app: App) -> None:
    """A customer would be given to an empty chair; or nothing happen when somebody comes."""
    company = await Company.found(app)
    igor = await company.operator(here=False)
    conversation = await company.write()
    await company.place(conversation)
    await company.sit_down(igor)
    assert await company.holder(conversation) == igor.operator_id
    for away in (DeskChange(state="break", reason="lunch"), DeskChange(state="busy"), DeskChange(state="offline")):
        desk = await app.routing.desks.change(igor, away)
        assert (desk.state, desk.reason) == (away.state, "lunch" if away.state == "break" else "")
    await app.routing.desks.change(igor, DeskChange(state="online", takes_chats=False))
    waiting = await company.write()
    await company.place(waiting)
    await app.routing.desks.change(igor, DeskChange(takes_chats=True))
    assert await company.holder(waiting) == igor.operator_id
    await company.stand_up(igor)
    sql = "SELECT state, reason, ended_at IS NULL FROM operator_interval WHERE operator_id = $1 ORDER BY began_at"

    async def gone() -> bool:
        return (await company.facts(sql, igor.operator_id))[-1] == ("offline", "", True)

    await until(gone)
    states = [(s, r) for s, r, _ in await company.facts(sql, igor.operator_id)]
    assert states == [
        ("online", ""),
        ("break", "lunch"),
        ("busy", ""),
        ("offline", ""),
        ("online", ""),
        ("offline", ""),
    ]


async def test_an_offer_declined_or_run_out_goes_to_the_next_and_the_place_is_kept(app: App) -> None:
    """A conversation that nobody accepts would be lost, or begin at the end of the queue again."""
    company = await Company.found(app, "offer", accept_s=5)
    igor, anna = await company.operator(), await company.operator()
    conversation = await company.write()
    place = await company.place(conversation)

    async def asked() -> Any:
        for actor in (igor, anna):
            if offers := (await app.routing.desks.get_desk(actor)).offers:
                return actor, offers[0]
        return None

    first, offer = await until(asked)
    second = anna if first is igor else igor
    assert (offer.conversation, offer.contact_name, offer.why.how) == (conversation, "Anna", "offer")
    with pytest.raises(NotFound):
        await app.routing.accept(second, offer.id)
    await app.routing.decline(first, offer.id)
    with pytest.raises(Conflict):
        await app.routing.accept(first, offer.id)
    again = await company.offer(second)
    assert (await company.place(conversation)).entered_at == place.entered_at
    await app.database.execute("UPDATE offer SET expires_at = now() WHERE id = $1", again.id)
    app.routing.router.stir(company.workspace_id)
    third = await company.operator()
    last = await company.offer(third)
    row = await app.routing.accept(third, last.id)
    assert (row.assignee, row.turn) == (third.operator_id, "operator")
    fates = await company.facts("SELECT fate FROM offer WHERE conversation_id = $1 ORDER BY offered_at", conversation)
    assert fates == [("declined",), ("expired",), ("accepted",)]
    missed = await news(app, "routing.missed", conversation)
    assert [(m["operator"], m["cause"]) for m in missed] == [(str(second.operator_id), "offer")]
    assert len(await news(app, "routing.offered", conversation)) == 3
    with pytest.raises(Conflict):
        await app.routing.accept(third, last.id)


async def test_an_offer_counts_against_the_capacity_and_ends_when_somebody_takes_it(app: App) -> None:
    """He would be asked for more than he can carry, or keep a card of what a colleague has taken."""
    company = await Company.found(app, "offer")
    igor, taker = await company.operator(chats_max=2), await company.operator(state="busy")
    conversations = [await company.write() for _ in range(3)]

    async def two() -> bool:
        return len((await app.routing.desks.get_desk(igor)).offers) == 2

    await until(two)
    await company.place(conversations[2])
    await app.conversations.assign(taker, conversations[0], taker.operator_id)

    async def moved_on() -> bool:
        offers = (await app.routing.desks.get_desk(igor)).offers
        return {o.conversation for o in offers} == set(conversations[1:])

    await until(moved_on)
    sql = "SELECT fate FROM offer WHERE conversation_id = $1"
    assert await company.facts(sql, conversations[0]) == [("withdrawn",)]
    await app.routing.desks.change(igor, DeskChange(state="break"))

    async def none() -> bool:
        return not (await app.routing.desks.get_desk(igor)).offers

    await until(none)


async def test_unanswered_goes_back_to_its_place_and_to_somebody_else(app: App) -> None:
    """A customer would wait for ever for somebody who does not look."""
    company = await Company.found(app, answer_s=60)
    igor = await company.operator()
    conversation = await company.write()
    await company.holder(conversation)
    entered = await company.facts("SELECT entered_at FROM queue_entry WHERE conversation_id = $1", conversation)
    anna = await company.operator()
    await app.database.execute("UPDATE assignment SET answer_by = now() WHERE conversation_id = $1", conversation)
    app.routing.router.stir(company.workspace_id)
    assert await company.holder(conversation, igor.operator_id) == anna.operator_id
    rows = await company.facts(
        "SELECT entered_at, operator_id FROM queue_entry WHERE conversation_id = $1 ORDER BY joined_at", conversation
    )
    assert rows == [(entered[0][0], igor.operator_id), (entered[0][0], anna.operator_id)]
    assert [m["cause"] for m in await news(app, "routing.missed", conversation)] == ["answer"]
    await company.answer(anna, conversation)

    async def calm() -> bool:
        found = await company.whereabouts(conversation)
        return found.answer_by is None

    await until(calm)


async def test_a_broken_console_keeps_its_chats_for_a_while_then_they_go_on(app: App) -> None:
    """A reload would cost an operator his chats, or a dead laptop keep the customers waiting."""
    company = await Company.found(app)
    igor = await company.operator()
    conversation = await company.write()
    await company.holder(conversation)
    app.routing.desks.went(company.workspace_id, igor.operator_id)
    app.routing.router.stir(company.workspace_id)
    await company.sit_down(igor)
    assert (await company.row(conversation)).assignee == igor.operator_id
    anna = await company.operator()
    await company.stand_up(igor)
    assert await company.holder(conversation, igor.operator_id) == anna.operator_id
    assert [m["cause"] for m in await news(app, "routing.missed", conversation)] == ["away"]


@pytest.mark.parametrize("sticky", ["loose", "strict", "off"])
async def test_a_customer_comes_back_to_his_operator(app: App, sticky: str) -> None:
    """He would tell his story again; or wait for somebody who has gone home."""
    company = await Company.found(app, sticky=sticky)
    igor = await company.operator(chats_max=2)
    contact = await company.customer()
    conversation = await company.write(contact)
    await company.holder(conversation)
    await company.answer(igor, conversation)
    anna = await company.operator()
    for _ in range(1 if sticky == "loose" else 0):  # more to do than Anna, and still his
        other = await company.write()
        await app.conversations.assign(company.owner, other, igor.operator_id)
    await app.conversations.close(igor, conversation)

    async def closed() -> bool:
        return (
            await company.facts(
                "SELECT 1 FROM assignment WHERE conversation_id = $1 AND end_reason = 'closed'", conversation
            )
            != []
        )

    await until(closed)
    if sticky == "off":
        await app.routing.desks.change(igor, DeskChange(state="break"))
    await company.say(conversation, ("customer", contact), "once more")

    async def settled() -> Any:
        found = await company.whereabouts(conversation)
        return found if found.why and (await company.row(conversation)).status == "open" else None

    found = await until(settled)
    expected = {"loose": (igor.operator_id, "sticky"), "strict": (igor.operator_id, "sticky")}
    assert (found.operator, found.why.how) == expected.get(sticky, (anna.operator_id, "automatic"))


async def test_self_service_stays_as_it_was(app: App) -> None:
    """Where nobody set up queues, conversations would move by themselves."""
    company = await Company.found(app, "pull")
    igor = await company.operator()
    contact = await company.customer()
    conversation = await company.write(contact)
    assert (await company.place(conversation)).queue == company.queue_id
    rows = (await app.conversations.list_rows(igor, tab="waiting")).rows
    assert [r.id for r in rows] == [conversation]
    await app.conversations.assign(igor, conversation, igor.operator_id)

    async def taken() -> Any:
        return (await company.whereabouts(conversation)).why

    assert (await until(taken)).how == "taken"
    await company.stand_up(igor)
    await app.conversations.close(igor, conversation)
    await company.say(conversation, ("customer", contact), "again")
    await app.routing.router.step(company.workspace_id)
    assert (await company.row(conversation)).assignee == igor.operator_id
    left = await company.facts("SELECT leave_reason FROM queue_entry WHERE conversation_id = $1", conversation)
    assert left == [("taken",)]


async def test_why_places_were_left(app: App) -> None:
    """Reports would not know who was served and who gave up."""
    company = await Company.found(app, "pull")
    answered, abandoned = await company.write(), await company.write()
    for conversation in (answered, abandoned):
        await company.place(conversation)
    await company.answer(company.owner, answered)
    await app.conversations.close(company.owner, abandoned)
    sql = "SELECT leave_reason FROM queue_entry WHERE conversation_id = $1 AND left_at IS NOT NULL"

    async def left() -> bool:
        reasons = [await company.facts(sql, c) for c in (answered, abandoned)]
        return reasons == [[("answered",)], [("abandoned",)]]

    await until(left)


async def test_transfer_to_somebody_a_team_and_a_skill(app: App) -> None:
    """The customer would notice, lose his place, or meet somebody who knows nothing of him."""
    company = await Company.found(app)
    team = (await app.access.create_team(company.owner, "Claims")).id
    skill = await app.routing.create_skill(company.owner, "Visas")
    igor = await company.operator()
    conversation = await company.write()
    await company.holder(conversation)
    place = await company.facts("SELECT entered_at FROM queue_entry WHERE conversation_id = $1", conversation)
    await company.answer(igor, conversation)
    colleague = await company.operator(here=False)
    await app.routing.transfer(igor, conversation, Transfer(operator=colleague.operator_id, note="he is angry"))
    sql = "SELECT why FROM assignment WHERE conversation_id = $1 AND operator_id = $2"
    why = store.parse_why(await app.database.fetchval(sql, conversation, colleague.operator_id))
    assert (why.how, why.by) == ("transfer", igor.name)
    assert (await company.row(conversation)).waiting_since is not None
    # His chair is empty: it does not stay there.
    specialist = await company.operator(specialist=True, skills=[OperatorSkill(skill.id, 3)])
    assert await company.holder(conversation, colleague.operator_id) == igor.operator_id
    await app.routing.transfer(igor, conversation, Transfer(skill=skill.id))
    assert await company.holder(conversation, igor.operator_id) == specialist.operator_id
    found = await company.whereabouts(conversation)
    assert (found.why.skill, found.why.level) == ("Visas", 3)
    claims = await company.operator(teams=(team,))
    queue = await app.routing.create_queue(company.owner, NewQueue("Claims", "offer", team))
    await app.routing.transfer(specialist, conversation, Transfer(team=team))
    offer = await company.offer(claims)
    assert (await company.row(conversation)).team == team
    assert (await company.place(conversation)).queue == queue.id
    with pytest.raises(NotFound):  # of another team now
        await company.app.conversations.access_conversation(igor, conversation)
    await app.routing.accept(claims, offer.id)
    places = await company.facts("SELECT DISTINCT entered_at FROM queue_entry WHERE conversation_id = $1", conversation)
    assert places == place
    seen, _, _ = await app.conversations.list_events(company.workspace_id, conversation, customer=True)
    assert b"angry" not in msgspec.json.encode(seen)
    for wrong in (Transfer(), Transfer(team=team, skill=skill.id), Transfer(team=999_999)):
        with pytest.raises(Invalid):
            await app.routing.transfer(claims, conversation, wrong)
    await app.conversations.close(claims, conversation)
    with pytest.raises(Conflict):
        await app.routing.transfer(claims, conversation, Transfer(team=team))


async def test_consult_then_hand_over_or_cancel(app: App) -> None:
    """Whoever is asked would not see the conversation, or keep seeing it after he has helped."""
    company = await Company.found(app, "pull")
    team = (await app.access.create_team(company.owner, "Shop")).id
    igor = await company.operator(teams=(team,))
    colleague = await company.operator()
    conversation = await company.write(team=team)
    await app.conversations.assign(igor, conversation, igor.operator_id)
    question = Consultation(colleague.operator_id, "is this refundable?")
    row = await app.routing.consult(igor, conversation, question)
    assert row.participants == [colleague.operator_id]
    assert await app.conversations.access_conversation(colleague, conversation)
    told = (await news(app, "mention", conversation))[0]
    assert (told["operator"], told["text"], told["by"]) == (str(colleague.operator_id), question.question, igor.name)
    await app.conversations.let_go(igor, conversation, colleague.operator_id)
    with pytest.raises(NotFound):
        await app.conversations.access_conversation(colleague, conversation)
    await app.routing.consult(igor, conversation, question)
    row = await app.routing.transfer(igor, conversation, Transfer(operator=colleague.operator_id))
    assert (row.assignee, row.participants) == (colleague.operator_id, [])


async def test_on_hold_no_clock_runs_and_an_answer_ends_it(app: App) -> None:
    """A conversation would be taken from whoever is finding something out, or stay on hold for ever."""
    company = await Company.found(app, answer_s=60)
    igor = await company.operator()
    conversation = await company.write()
    await company.holder(conversation)
    assert (await company.whereabouts(conversation)).answer_by
    await app.conversations.hold(igor, conversation, on=True)

    async def calm() -> bool:
        return (await company.whereabouts(conversation)).answer_by is None

    await until(calm)
    await company.answer(igor, conversation)

    async def off() -> bool:
        return not (await company.row(conversation)).held

    await until(off)


async def test_settings_are_for_those_who_may(app: App) -> None:
    """Anybody could change who answers; a name twice or a strange team would be a server error."""
    company = await Company.found(app)
    igor = await company.operator(here=False)
    routing = app.routing
    for attempt in (
        routing.create_queue(igor, NewQueue("Mine")),
        routing.create_skill(igor, "Mine"),
        routing.change_queue(igor, company.queue_id, QueueChange(name="Mine")),
        routing.change_seat(igor, igor.operator_id, SeatChange(chats_max=10)),
        routing.change_settings(igor, RoutingSettingsChange(["lunch"])),
        routing.delete_queue(igor, company.queue_id),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    queue = await routing.create_queue(company.owner, NewQueue("Night", inboxes=[company.inbox_id]))
    for attempt, refusal in (
        (routing.create_queue(company.owner, NewQueue("Night")), Conflict),
        (routing.create_queue(company.owner, NewQueue("Day", inboxes=[2**40])), Invalid),
        (routing.create_queue(company.owner, NewQueue("Day", team=2**40)), Invalid),
        (routing.change_queue(company.owner, queue.id, QueueChange(skill=2**40)), Invalid),
        (routing.change_queue(company.owner, queue.id, QueueChange(name="General")), Conflict),
        (routing.change_queue(company.owner, 2**40, QueueChange()), NotFound),
        (routing.change_seat(company.owner, igor.operator_id, SeatChange(skills=[OperatorSkill(2**40, 1)])), Invalid),
        (routing.delete_queue(company.owner, company.queue_id), Conflict),
    ):
        with pytest.raises(refusal):
            await attempt
    conversation = await company.write()
    assert (await company.place(conversation)).queue == queue.id
    await routing.delete_queue(company.owner, queue.id)
    assert (await company.place(conversation)).queue == company.queue_id
    settings = await routing.change_settings(
        company.owner, RoutingSettingsChange(["lunch", "lunch", " "], misses_max=3)
    )
    assert (settings.break_reasons, settings.idle_s, settings.misses_max) == (["lunch"], 1800, 3)
    lines = await routing.list_lines(company.owner)
    assert [(line.queue, line.waiting, line.operators) for line in lines] == [(company.queue_id, 1, 0)]
    assert await read_all(app, conversation) == []  # of another company
