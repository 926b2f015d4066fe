"""Shifts are obeyed, and who is not there is not asked: duty, working on, handing back, being put away."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okno.access.types import Actor, NewCustomRole, OperatorChange
from okno.app.wiring import App
from okno.kit import limits
from okno.kit.errors import Invalid
from okno.routing.hours.api import Schedule
from okno.routing.hours.types import DaySpan, SpecialDay
from okno.routing.rules import duty_at
from okno.routing.types import DeskChange, RoutingSettingsChange, SeatChange, Shift, Transfer
from tests.routing.company import Company, until
from tests.routing.test_router import news

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ALWAYS = [Shift(day, 0, 1440) for day in range(7)]
UTC_ZONE = ZoneInfo("UTC")


def elsewhen() -> list[Shift]:
    """A shift that is not now."""
    return [Shift((datetime.now(UTC).weekday() + 3) % 7, 540, 1080)]


async def work(company: Company, actor: Actor, *shifts: Shift, **more: Any) -> Any:
    change = SeatChange(shifts=list(shifts), time_zone="UTC", **more)
    return await company.app.routing.change_seat(company.owner, actor.operator_id, change)


async def test_outside_the_shift_one_gets_nothing_until_one_says_so(app: App) -> None:
    """An operator who stayed to finish would get new customers all evening, or one who helps out would get none."""
    company = await Company.found(app)
    anna = await company.operator()
    seat = await work(company, anna, *elsewhen())
    assert (seat.duty, seat.state, seat.here) == ("off", "online", True)
    assert seat.duty_until > datetime.now(UTC)
    first = await company.write()
    await company.place(first)
    assert (await app.routing.list_lines(company.owner))[0].operators == 0
    assert (await app.routing.desks.get_desk(anna)).duty == "off"
    desk = await app.routing.desks.change(anna, DeskChange(work_on=True))
    assert desk.duty == "extra"
    assert timedelta(hours=limits.EXTRA_H - 1) < desk.duty_until - datetime.now(UTC) <= timedelta(hours=limits.EXTRA_H)
    assert await company.holder(first) == anna.operator_id
    await app.routing.desks.change(anna, DeskChange(work_on=False))
    second = await company.write()
    igor = await company.operator()
    assert await company.holder(second) == igor.operator_id
    assert (await work(company, anna)).duty == "free"


async def test_a_shift_that_ends_keeps_what_is_talked_about_and_hands_back_what_is_not_answered(app: App) -> None:
    """A customer would wait until tomorrow for somebody who has gone home, or lose him in the middle of a sentence."""
    company = await Company.found(app)
    anna = await company.operator()
    await work(company, anna, *ALWAYS)
    talked, waiting = await company.write(), await company.write()
    for conversation in (talked, waiting):
        assert await company.holder(conversation) == anna.operator_id
    await company.answer(anna, talked)
    since = (await company.row(waiting)).waiting_since
    await app.database.execute("DELETE FROM shift WHERE operator_id = $1", anna.operator_id)  # the end comes
    await app.database.execute(
        "UPDATE operator_state SET shift_days = $2, duty_until = now() WHERE operator_id = $1",
        *(anna.operator_id, '[{"date":"2020-01-01","name":"","spans":[]}]'),
    )
    app.routing.router.stir(company.workspace_id)
    place = await company.place(waiting)
    assert place.entered_at == since
    assert (await company.row(talked)).assignee == anna.operator_id
    assert [n["cause"] for n in await news(app, "routing.missed", waiting)] == ["shift"]
    igor = await company.operator()
    assert await company.holder(waiting) == igor.operator_id
    await app.routing.transfer(
        igor, waiting, Transfer(operator=anna.operator_id)
    )  # a colleague may still hand it to him
    assert (await company.row(waiting)).assignee == anna.operator_id
    third = await company.write()
    assert await company.holder(third) == igor.operator_id
    assert (await company.row(waiting)).assignee == anna.operator_id


async def test_an_offer_ends_with_the_shift(app: App) -> None:
    """It would stand on the screen of somebody who is leaving while others are free."""
    company = await Company.found(app, "offer", accept_s=120)
    anna = await company.operator()
    conversation = await company.write()
    await company.offer(anna)
    await work(company, anna, *elsewhen())

    async def withdrawn() -> bool:
        return not (await app.routing.desks.get_desk(anna)).offers

    await until(withdrawn)
    assert (await company.place(conversation)).position == 1


async def test_days_unlike_the_week_and_wrong_hours(app: App) -> None:
    """A day off would not count, or a typing mistake be a server error."""
    company = await Company.found(app)
    anna = await company.operator(here=False)
    today = datetime.now(UTC).date()
    off = [SpecialDay(today + timedelta(days=n), "off") for n in (-1, 0)]
    assert (await work(company, anna, *ALWAYS, days=off)).duty == "off"
    extra = [SpecialDay(today, "extra", [DaySpan(0, 2880)])]
    seat = await work(company, anna, *elsewhen(), days=extra)
    assert (seat.duty, seat.days, seat.time_zone) == ("on", extra, "UTC")
    for wrong in (
        SeatChange(shifts=[Shift(0, 600, 600)]),
        SeatChange(days=[SpecialDay(today), SpecialDay(today)]),
        SeatChange(days=[SpecialDay(today, "", [DaySpan(700, 600)])]),
        SeatChange(time_zone="Europe/Nowhere"),
    ):
        with pytest.raises(Invalid):
            await app.routing.change_seat(company.owner, anna.operator_id, wrong)
    assert (await app.routing.get_seat(company.workspace_id, anna.operator_id)).days == extra


async def test_who_lets_offers_run_out_is_put_away_and_supervisors_are_told(app: App) -> None:
    """Every customer would wait out the time of somebody who has left his desk without a word."""
    company = await Company.found(app, "offer", accept_s=limits.ACCEPT_S_MIN)
    anna = await company.operator()
    conversation = await company.write()

    async def away() -> bool:
        await app.database.execute(
            "UPDATE offer SET expires_at = now() WHERE operator_id = $1 AND ended_at IS NULL", anna.operator_id
        )
        await app.database.execute(
            "UPDATE offer SET ended_at = ended_at - interval '1 hour' WHERE operator_id = $1 AND fate = 'expired'"
            " AND ended_at > now() - interval '1 minute' AND (SELECT count(*) FROM offer WHERE operator_id = $1) < 2",
            anna.operator_id,
        )
        await app.database.execute(
            "UPDATE operator_state SET changed_at = now() - interval '2 hours' WHERE operator_id = $1"
            " AND state = 'online'",
            anna.operator_id,
        )
        app.routing.router.stir(company.workspace_id)
        return (await app.routing.desks.get_desk(anna)).state == "break"

    await until(away)
    desk = await app.routing.desks.get_desk(anna)
    assert (desk.state, desk.reason, desk.offers) == ("break", "missed", [])
    fates = await company.facts("SELECT fate FROM offer WHERE operator_id = $1", anna.operator_id)
    assert fates == [("expired",)] * 2
    (told,) = await news(app, "routing.away", conversation)
    assert (told.get("operator"), told["by"]) == (None, anna.name)
    await app.routing.change_settings(company.owner, RoutingSettingsChange(misses_max=0, idle_s=60))
    assert (await app.routing.desks.change(anna, DeskChange(state="online"))).idle_s == 60


async def test_rights_decide_who_is_planned_not_the_name_of_the_role(app: App) -> None:
    """Who has a role of the company's own would sit at his desk and get nobody; or get what he may not read."""
    company = await Company.found(app)
    rights = {"Agents": ["conversations"], "Everywhere": ["conversations", "see_all"], "Readers": ["reports"]}
    roles = {}
    for name, permissions in rights.items():
        roles[name] = (await app.access.roles.create(company.owner, NewCustomRole(name, "operator", permissions))).id
    agent, reader = await company.operator(), await company.operator()
    for actor, role in ((agent, "Agents"), (reader, "Readers")):
        change = OperatorChange(custom_role=roles[role])
        await app.access.change_operator(company.owner, actor.operator_id, change)
    for _ in range(4):
        assert await company.holder(await company.write()) == agent.operator_id
    team = (await app.access.create_team(company.owner, "Returns")).id
    closed = await company.write(team=team)
    await company.place(closed)
    change = OperatorChange(custom_role=roles["Everywhere"])
    await app.access.change_operator(company.owner, agent.operator_id, change)
    app.routing.router.stir(company.workspace_id)
    assert await company.holder(closed) == agent.operator_id


SPAN = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(lambda s: (s[0], s[0] + s[1]))


@given(
    week=st.lists(st.lists(SPAN, max_size=2).map(tuple), min_size=7, max_size=7),
    minutes=st.integers(0, 14 * 1440),
    extra_min=st.none() | st.integers(-100, 900),
)
def test_a_duty_holds_until_it_says(week: list[Any], minutes: int, extra_min: int | None) -> None:
    """The router sleeps until then: a duty that changed before would be obeyed late, one that does not end never."""
    schedule = Schedule(UTC_ZONE, tuple(week), {})
    now = NOW + timedelta(minutes=minutes)
    extra = None if extra_min is None else now + timedelta(minutes=extra_min)
    duty, ends = duty_at(schedule, extra, now)
    if ends is None:
        assert duty in ("on", "off")
        return
    assert ends > now
    assert duty_at(schedule, extra, ends - timedelta(seconds=1))[0] == duty
    assert duty_at(schedule, extra, ends)[0] != duty
    assert duty_at(None, extra, now) == ("free", None)
