"""Figures that managers judge people by: the same from the timeline at any time, and of the reader's teams only."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from okno.access.types import Actor
from okno.analytics import rules
from okno.analytics.api import HANDLER, Analytics
from okno.analytics.types import Episode, Fact, Filters
from okno.app.wiring import App
from okno.conversations.append import Draft, append
from okno.conversations.types import SendMessage, SendNote
from okno.kit.errors import Invalid
from okno.kit.ids import uuid7
from tests.conversations.people import make_contact, make_operator, open_conversation, settle

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLOSED = '{"type":"closed","episode":1}'
CUSTOMER, ANNA, IGOR, BOT = (UUID(int=n) for n in range(1, 5))


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def facts(*told: tuple[str, float, str, UUID]) -> list[Fact]:
    found, episode = [], 0
    for seq, (event, seconds, actor, actor_id) in enumerate(told, 1):
        episode += event == "opened"
        found.append(Fact(event, at(seconds), actor, actor_id, seq, episode if event == "opened" else 0))
    return found


def test_only_an_operators_message_answers() -> None:
    """A greeting of the bot would make every answer instant, a note would hide that the customer still waits."""
    (episode,) = rules.episodes_of(
        facts(
            ("opened", 0, "system", BOT),
            ("message", 1, "customer", CUSTOMER),
            ("message", 2, "bot", BOT),
            ("message", 3, "system", BOT),
            ("note", 4, "operator", ANNA),
            ("message", 5, "customer", CUSTOMER),
            ("message", 41, "operator", IGOR),
            ("message", 50, "operator", ANNA),
        )
    )
    assert episode == Episode(1, 1, at(0), at(1), at(41), None, IGOR)


def test_an_episode_begins_anew_with_each_opening() -> None:
    """Whoever writes again after a week would be counted as having waited for a week."""
    week = 7 * 86_400
    first, second = rules.episodes_of(
        facts(
            ("opened", 0, "system", BOT),
            ("message", 1, "customer", CUSTOMER),
            ("closed", 100, "operator", ANNA),
            ("message", 101, "operator", ANNA),  # after the closing: no answer
            ("opened", week, "system", BOT),
            ("message", week + 1, "customer", CUSTOMER),
            ("message", week + 21, "operator", IGOR),
        )
    )
    assert (first.answered_at, first.closed_at, first.operator) == (None, at(100), ANNA)
    assert (second.episode, second.asked_at, second.answered_at) == (2, at(week + 1), at(week + 21))
    figures = rules.figures_of([first, second], goal_s=30)
    assert (figures.missed, figures.answered, figures.in_goal, figures.answer_p50_s) == (1, 1, 1, 20)


def test_who_writes_first_has_not_answered() -> None:
    """An invitation to chat would count as an answer given before the question."""
    (episode,) = rules.episodes_of(
        facts(
            ("opened", 0, "system", BOT),
            ("message", 1, "operator", ANNA),
            ("message", 60, "customer", CUSTOMER),
            ("message", 75, "operator", IGOR),
        )
    )
    assert (episode.asked_at, episode.answered_at, episode.operator) == (at(60), at(75), IGOR)
    assert rules.figures_of([], 30) == rules.NOTHING


async def say(app: App, conversation: UUID, actor: str, actor_id: UUID, when: datetime, body: str = "message") -> None:
    """An event at a moment of the past."""
    text = '{"type":"message","text":"x"}' if body == "message" else body
    event = "message" if body == "message" else body.split('"')[3]
    draft = Draft(app.workspace_id, conversation, uuid7(), actor, actor_id, event, text, None)
    async with app.database.transaction() as tx:
        await append(tx, [draft], when)


async def make_history(app: App, team: int, anna: Actor, igor: Actor) -> list[UUID]:
    conversations = []
    for n in range(12):
        contact = await make_contact(app)
        conversation = await open_conversation(app, contact, team)
        conversations.append(conversation)
        await app.database.execute(
            "UPDATE event SET created_at = $2 WHERE conversation_id = $1", conversation, at(n * 7200)
        )
        await say(app, conversation, "customer", contact, at(n * 7200 + 5))
        if n % 4:
            await say(app, conversation, "operator", (anna if n % 2 else igor).operator_id, at(n * 7200 + 5 + n * 6))
        if n % 3:
            await say(
                app, conversation, "operator", anna.operator_id, at(n * 7200 + 900), '{"type":"closed","episode":1}'
            )
    return conversations


async def test_a_report_is_the_sum_of_its_episodes(app: App) -> None:
    """The screen would say something else than the conversations it is made from, or something else tomorrow."""
    owner, anna, igor = [await make_operator(app, "owner") for _ in range(3)]
    team = (await app.access.create_team(owner, f"Team {uuid7()}")).id
    conversations = await make_history(app, team, anna, igor)
    await settle(app, HANDLER)
    since, until = T0, T0 + timedelta(days=2)

    async def told() -> list[tuple[object, ...]]:
        rows = await app.database.fetch(
            "SELECT * FROM episode_fact WHERE workspace_id = $1 AND team_id = $2 ORDER BY opened_at",
            app.workspace_id,
            team,
        )
        return [tuple(r) for r in rows]

    before = await told()
    assert len(before) == 12
    report = await app.analytics.report(owner, since, until, "Europe/Moscow", Filters(team=team))
    episodes = [Episode(r[2], r[3], r[4], r[5], r[6], r[7], r[8]) for r in before]
    assert report.totals == rules.figures_of(episodes, 30)
    assert (report.totals.missed, report.totals.episodes, report.before.episodes) == (2, 12, 0)
    assert report.step == "hour"
    assert sum(p.figures.episodes for p in report.points) == sum(cell.episodes for cell in report.load) == 12
    assert report.points[0].at == "2026-03-02T12:00:00"  # nine in the morning by UTC
    for line in report.operators:
        own = [e for e in episodes if e.operator == line.operator]
        assert line.figures == rules.figures_of(own, 30)
    assert [c.channel for c in report.channels] == ["site"]
    mine = await app.analytics.report(owner, since, until, "UTC", Filters(team=team, operator=igor.operator_id))
    assert mine.totals == rules.figures_of([e for e in episodes if e.operator == igor.operator_id], 30)
    await app.database.execute(
        "UPDATE episode_fact SET answered_at = NULL, operator_id = NULL WHERE team_id = $1", team
    )
    other = Analytics(app.database, app.clock, app.access)
    await other.begin_rebuild()
    while await other.rebuild_some() is not None:
        pass
    assert await told() == before
    assert all(a[4] < b[4] for a, b in pairwise(before))
    assert len(conversations) == 12


async def test_a_report_is_of_the_readers_teams(app: App) -> None:
    """A supervisor would read how the other department works."""
    owner = await make_operator(app, "owner")
    mine, other = [(await app.access.create_team(owner, f"Team {uuid7()}")).id for _ in range(2)]
    contact = await make_contact(app)
    conversation = await open_conversation(app, contact, other)
    await app.conversations.send(
        *(app.workspace_id, conversation, ("customer", contact), uuid7(), SendMessage(text="?")), rights="own"
    )
    await settle(app, HANDLER)
    boss, member = [await make_operator(app, "supervisor", teams=frozenset({team})) for team in (mine, other)]
    now = app.clock.now()
    for actor, episodes in ((boss, 0), (member, 1), (owner, 1)):
        report = await app.analytics.report(actor, now - timedelta(1), now + timedelta(1), "UTC", Filters(team=other))
        assert report.totals.episodes == episodes
        live = await app.analytics.live(actor, ZoneInfo("UTC"), other)
        assert (live.open, live.waiting) == (episodes, episodes)
    assert "reports" in boss.permissions
    assert "reports" not in (await make_operator(app)).permissions


async def test_how_it_is_now(app: App) -> None:
    """A supervisor would not see who is behind, and that somebody waits."""
    owner, anna = await make_operator(app, "owner"), await make_operator(app, "owner")
    team = (await app.access.create_team(owner, f"Team {uuid7()}")).id
    contacts = [await make_contact(app) for _ in range(3)]
    conversations = [await open_conversation(app, contact, team) for contact in contacts]
    for conversation, contact in zip(conversations, contacts, strict=True):
        sender = ("customer", contact)
        await app.conversations.send(
            app.workspace_id, conversation, sender, uuid7(), SendMessage(text="?"), rights="own"
        )
    for conversation in conversations[:2]:
        await app.conversations.assign(owner, conversation, anna.operator_id)
    sender = ("operator", anna.operator_id)
    for conversation, what in zip(conversations, (SendMessage(text="!"), SendNote(text="?")), strict=False):
        await app.conversations.send(app.workspace_id, conversation, sender, uuid7(), what, rights="own")
    await settle(app, HANDLER)
    live = await app.analytics.live(owner, ZoneInfo("Europe/Moscow"), team)
    assert (live.open, live.waiting, live.goal_s) == (3, 1, 30)
    assert [(o.operator, o.open, o.unanswered) for o in live.operators] == [(anna.operator_id, 2, 1)]
    assert (live.today.episodes, live.today.answered) == (3, 1)
    assert live.expected_wait_s is not None
    await app.analytics.set_goal(app.workspace_id, 60)
    assert await app.analytics.goal(app.workspace_id) == 60
    await app.analytics.set_goal(app.workspace_id, 30)
    with pytest.raises(Invalid):
        await app.analytics.report(owner, app.clock.now(), app.clock.now() - timedelta(1), "UTC", Filters())
