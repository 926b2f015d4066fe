"""A rating is kept once, stands in the timeline, counts in the figures, and is nobody's business outside the scope."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okno.access.types import Actor
from okno.app.wiring import App
from okno.channels.site.api import Guest
from okno.conversations.bodies import Rated
from okno.conversations.types import SendMessage
from okno.feedback.rules import figures_of
from okno.feedback.types import NewRating
from okno.kit.errors import NotFound
from okno.kit.ids import uuid7
from tests.conversations.people import make_operator, read_all


async def ended(app: App, actor: Actor) -> tuple[Guest, UUID]:
    """A visitor whose conversation the actor has answered and closed."""
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0]
    guest = await app.site.enter(inbox.key, None, identity=None, name="", email="", locale="ru")
    await app.site.send(guest, uuid7(), SendMessage(text="Не горит"))
    guest = await app.site.get_guest(inbox.key, guest.token)
    conversation = guest.conversations[0]["id"]
    await app.conversations.assign(actor, conversation, actor.operator_id)
    await app.conversations.close(actor, conversation)
    return guest, conversation


def rated(events: list[Any]) -> list[tuple[int, int, bool | None, str]]:
    return [(e.body.episode, e.body.score, e.body.solved, e.actor) for e in events if isinstance(e.body, Rated)]


async def test_a_rating_stands_in_the_timeline_once_and_its_last_word_counts(app: App) -> None:
    """A second tap would count twice, or the operator never see what the customer said."""
    actor = await make_operator(app, "owner")
    guest, conversation = await ended(app, actor)
    for score, solved in ((None, None), (4, None), (4, None), (4, True)):
        await app.feedback.rate(guest, NewRating(conversation, 1, score, solved))
    assert rated(await read_all(app, conversation)) == [(1, 4, None, "customer"), (1, 4, True, "customer")]
    assert len(rated(await read_all(app, conversation, customer=True))) == 2
    page = await app.feedback.list_ratings(actor, contact=guest.contact_id, score_max=5, cursor=None, limit=10)
    assert [(r.score, r.solved, r.operator) for r in page.ratings] == [(4, True, actor.operator_id)]
    bad = await app.feedback.list_ratings(actor, contact=guest.contact_id, score_max=3, cursor=None, limit=10)
    assert bad.ratings == []


async def test_what_was_wrong_is_read_beside_the_score_and_goes_with_the_person(app: App) -> None:
    """The supervisor would see a bad score and not why; or the words would outlive the person's erasure."""
    actor = await make_operator(app, "owner")
    guest, conversation = await ended(app, actor)
    for comment in ("", "Долго, карта 4111 1111 1111 1111", "Долго, карта 4111 1111 1111 1111"):
        await app.feedback.rate(guest, NewRating(conversation, 1, 2, solved=False, comment=comment))
    assert len(rated(await read_all(app, conversation))) == 2
    page = await app.feedback.list_ratings(actor, contact=guest.contact_id, score_max=5, cursor=None, limit=10)
    assert [r.comment for r in page.ratings] == ["Долго, карта •••• •••• •••• 1111"]
    assert guest.contact_id is not None
    await app.privacy.persons.erase(actor, guest.contact_id)
    page = await app.feedback.list_ratings(actor, contact=guest.contact_id, score_max=5, cursor=None, limit=10)
    assert [(r.score, r.comment) for r in page.ratings] == [(2, "")]
    assert not await app.database.fetchval("SELECT EXISTS (SELECT FROM event WHERE body LIKE '%Долго%')")


async def test_only_ones_own_ended_episodes_are_rated(app: App) -> None:
    """Anybody could praise or slander an operator in somebody else's name, or before anything was said."""
    actor = await make_operator(app, "owner")
    guest, conversation = await ended(app, actor)
    stranger, his = await ended(app, actor)
    with pytest.raises(NotFound):
        await app.feedback.rate(stranger, NewRating(conversation, 1, 1))
    with pytest.raises(NotFound):
        await app.feedback.rate(stranger, NewRating(his, 2, 1))
    await app.feedback.rate(guest, NewRating(conversation, 1))
    await app.database.execute(
        "UPDATE rating SET closed_at = closed_at - $2::interval WHERE conversation_id = $1",
        *(conversation, timedelta(days=15)),
    )
    with pytest.raises(NotFound):
        await app.feedback.rate(guest, NewRating(conversation, 1, 5))
    assert rated(await read_all(app, conversation)) == []


async def test_figures_and_lists_keep_the_scope_and_count_who_was_silent(app: App) -> None:
    """The response rate would be flattered by not asking, or another team's ratings be read."""
    actor = await make_operator(app, "owner")
    worker = await make_operator(app, "operator")
    outside = await make_operator(app, "operator")
    team = (await app.access.create_team(actor, f"team {uuid7()}")).id
    scores = (5, 2, None, None)
    for score in scores:
        guest, conversation = await ended(app, worker)
        await app.feedback.rate(guest, NewRating(conversation, 1, score, solved=None if score is None else score > 3))
        await app.database.execute("UPDATE conversation SET team_id = $2 WHERE id = $1", conversation, team)
    await app.feedback.rate(guest, NewRating(conversation, 1, skipped=True))
    seen = await app.feedback.summarise(actor, None, None)
    mine = next(f for f in seen.operators if f.operator == worker.operator_id)
    assert (mine.closed, mine.asked, mine.rated, mine.skipped, mine.solved, mine.unsolved) == (4, 4, 2, 1, 1, 1)
    assert (mine.average, mine.response_percent, mine.scores) == (3.5, 50.0, [0, 1, 0, 0, 1])
    seen = await app.feedback.summarise(outside, None, None)
    assert all(f.operator != worker.operator_id for f in seen.operators)
    page = await app.feedback.list_ratings(outside, contact=None, score_max=5, cursor=None, limit=100)
    assert all(r.operator != worker.operator_id for r in page.ratings)


GROUP = st.fixed_dictionaries(
    {
        "score": st.none() | st.integers(1, 5),
        "solved": st.none() | st.booleans(),
        "asked": st.booleans(),
        "skipped": st.booleans(),
        "episodes": st.integers(1, 50),
    }
)


@given(st.lists(GROUP))
def test_figures_add_up(groups: list[dict[str, Any]]) -> None:
    """Parts would be more than the whole."""
    f = figures_of(None, groups)
    assert f.closed == sum(g["episodes"] for g in groups)
    assert f.rated == sum(f.scores) <= f.closed
    assert f.solved + f.unsolved <= f.rated
    assert 0 <= f.response_percent <= 100
    assert (f.average is None) == (f.rated == 0)
    assert f.average is None or 1 <= f.average <= 5
