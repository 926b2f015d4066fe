"""What customers say of an episode that ended."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from okno.kit import limits
from okno.kit.wire import NO_NUL, Answer, Wire

Score = Annotated[int, Meta(ge=1, le=5)]
Episode = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Comment = Annotated[str, Meta(max_length=limits.RATING_COMMENT_LEN_MAX, pattern=NO_NUL)]


class NewRating(Wire, frozen=True):
    """`score` null: the question was shown, or with `skipped` put away. Said again, the last word counts.

    `comment`: what was wrong, in the customer's words.
    """

    conversation: UUID
    episode: Episode
    score: Score | None = None
    solved: bool | None = None
    skipped: bool = False
    comment: Comment = ""


class Rating(Answer, frozen=True):
    """One rated episode. `operator`: who had the conversation when it was closed, else who closed it."""

    conversation: UUID
    episode: int
    contact: UUID
    contact_name: str
    operator: UUID | None
    score: int
    solved: bool | None
    comment: str
    closed_at: datetime
    rated_at: datetime


class RatingPage(Answer, frozen=True):
    """The latest first; `next` is the cursor of the following page, null at the end."""

    ratings: list[Rating]
    next: str | None


class RatingFigures(Answer, frozen=True):
    """Of episodes closed in the time asked for. `scores` counts 1 to 5; `average` is null while nobody has rated.

    `response_percent` is of all that were closed, asked or not: what was never asked is not left out.
    """

    operator: UUID | None
    closed: int
    asked: int
    rated: int
    skipped: int
    solved: int
    unsolved: int
    scores: list[int]
    average: float | None
    response_percent: float


class RatingSummary(Answer, frozen=True):
    """All that the reader may see, and by operator."""

    all: RatingFigures
    operators: list[RatingFigures]
