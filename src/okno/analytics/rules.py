"""Episodes from events: no I/O, no clock, no await. The same events give the same episodes at any time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from okno.analytics.types import Episode, Fact, Figures

HOURS_MAX = 3  # days that are drawn by hours


def episodes_of(facts: Iterable[Fact]) -> list[Episode]:
    """Episodes of a stretch of one timeline that begins with an opening.

    Notes, bots and the system answer nothing. What comes after a closing and before the next opening is of nobody's
    time. An operator who writes first has not answered yet.
    """
    found: list[Episode] = []
    for fact in facts:
        if fact.type == "opened":
            found.append(Episode(fact.episode, fact.seq, fact.at))
        elif found:
            found[-1] = _step(found[-1], fact)
    return found


def _step(episode: Episode, fact: Fact) -> Episode:
    by = fact.actor_id if fact.actor == "operator" else None
    if fact.type in ("merged", "split"):
        return _rejoined(episode, fact)
    if episode.closed_at is None:
        match fact.type, fact.actor:
            case "closed", _:
                return episode._replace(closed_at=fact.at, operator=episode.operator or by)
            case "message", "customer":
                return episode._replace(asked_at=episode.asked_at or fact.at)
            case "message", "operator" if episode.asked_at is not None and episode.answered_at is None:
                return episode._replace(answered_at=fact.at, operator=by)
            case "message", "operator":
                return episode._replace(operator=episode.operator or by)
    return episode


def _rejoined(episode: Episode, fact: Fact) -> Episode:
    """One that continues elsewhere ends there; what it was asked and not answered is asked there, since then."""
    asked = episode.asked_at if episode.answered_at else fact.waiting_since
    if not fact.into:
        return episode if episode.closed_at else episode._replace(asked_at=asked)
    if fact.was != "open":
        return episode
    if fact.on:
        return episode._replace(closed_at=fact.at, asked_at=episode.asked_at if episode.answered_at else None)
    return episode._replace(closed_at=None, asked_at=asked)


def step_of(since: datetime, until: datetime) -> str:
    return "hour" if until - since <= timedelta(days=HOURS_MAX) else "day"


NOTHING = Figures(0, 0, 0, 0, 0, None, None, None)


def figures_of(episodes: Iterable[Episode], goal_s: float) -> Figures:
    """The figures of these episodes; the database counts the same over many."""
    all_of = list(episodes)
    answers = sorted(
        (e.answered_at - e.asked_at).total_seconds()
        for e in all_of
        if e.answered_at is not None and e.asked_at is not None
    )
    handled = sorted((e.closed_at - e.opened_at).total_seconds() for e in all_of if e.closed_at is not None)
    return Figures(
        episodes=len(all_of),
        answered=len(answers),
        missed=sum(e.closed_at is not None and e.asked_at is not None and e.answered_at is None for e in all_of),
        closed=len(handled),
        in_goal=sum(answer <= goal_s for answer in answers),
        answer_p50_s=share_of(answers, 0.5),
        answer_p90_s=share_of(answers, 0.9),
        handling_p50_s=share_of(handled, 0.5),
    )


def share_of(ordered: list[float], share: float) -> float | None:
    """The first value that at least this share of all does not exceed."""
    if not ordered:
        return None
    return next(value for n, value in enumerate(ordered, 1) if n >= share * len(ordered) - 1e-9)
