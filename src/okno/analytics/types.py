"""Figures: what is counted, over which period, and how it is now."""

from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from msgspec import Meta

from okno.conversations.bodies import ActorType
from okno.kit import limits
from okno.kit.wire import Answer, Wire


class Fact(NamedTuple):
    """What an episode is made from: an event without its text. `episode` of openings only.

    Of `merged` and `split`: whether it continues elsewhere, is parted again (`on` false), was open, and since when the
    customer waits after it.
    """

    type: str
    at: datetime
    actor: ActorType
    actor_id: UUID
    seq: int
    episode: int = 0
    into: bool = False
    on: bool = True
    was: str = ""
    waiting_since: datetime | None = None


class Episode(NamedTuple):
    """From opening to closing. `asked_at`: the customer's first message; `answered_at`: an operator's first after it.

    `operator` answered first; without an answer, who wrote at all or closed it.
    """

    episode: int
    opened_seq: int
    opened_at: datetime
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    operator: UUID | None = None


class Figures(Answer, frozen=True):
    """Counts of episodes and their times. A time is null when there is nothing to take it from.

    `missed`: asked and closed without an answer. `in_goal`: answered within the goal. `handling_p50_s`: from opening to
    closing.
    """

    episodes: int
    answered: int
    missed: int
    closed: int
    in_goal: int
    answer_p50_s: float | None
    answer_p90_s: float | None
    handling_p50_s: float | None


class Point(Answer, frozen=True):
    """Figures of an hour or a day that begins `at`, in the zone asked for."""

    at: str
    figures: Figures


class OperatorFigures(Answer, frozen=True):
    operator: UUID | None
    name: str
    figures: Figures


class TeamFigures(Answer, frozen=True):
    team: int | None
    figures: Figures


class ChannelFigures(Answer, frozen=True):
    channel: str
    figures: Figures


class Load(Answer, frozen=True):
    """Episodes opened on a weekday (1 = Monday) in an hour, over the whole period."""

    day: int
    hour: int
    episodes: int


class Report(Answer, frozen=True):
    """A period, and the one of the same length before it. `step`: what a point stands for."""

    since: datetime
    until: datetime
    goal_s: int
    step: Literal["hour", "day"]
    totals: Figures
    before: Figures
    points: list[Point]
    points_before: list[Point]
    operators: list[OperatorFigures]
    teams: list[TeamFigures]
    channels: list[ChannelFigures]
    load: list[Load]


class WallCell(Answer, frozen=True):
    """An open conversation of an operator."""

    conversation: UUID
    contact: UUID
    contact_name: str
    channel: str
    waiting_since: datetime | None
    last_at: datetime


class OperatorNow(Answer, frozen=True):
    """`unanswered` of his open conversations wait for an answer, the first since `oldest`. `cells`: the most urgent."""

    operator: UUID
    name: str
    open: int
    unanswered: int
    oldest: datetime | None
    cells: list[WallCell]


class Live(Answer, frozen=True):
    """Now. `waiting` belong to nobody; `expected_wait_s` is the median first answer of the last hours, null without."""

    open: int
    waiting: int
    oldest: datetime | None
    expected_wait_s: float | None
    goal_s: int
    operators: list[OperatorNow]
    today: Figures


class Goals(Answer, frozen=True):
    """What the first answer should take at most."""

    answer_s: int


class GoalsChange(Wire, frozen=True):
    answer_s: Annotated[int, Meta(ge=1, le=limits.ANSWER_GOAL_S_MAX)]


class Filters(NamedTuple):
    """What narrows a report; null means any."""

    team: int | None = None
    operator: UUID | None = None
    channel: str | None = None


class Supervision(Wire, frozen=True):
    """`watched_shown`: operators see that a supervisor looks at their conversation."""

    watched_shown: bool
