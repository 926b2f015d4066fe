"""HTTP of feedback."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.params import Parameter

from okno.access.types import Actor
from okno.channels.site.api import Guest
from okno.feedback.api import SCORE_MAX, Feedback
from okno.feedback.types import NewRating, RatingPage, RatingSummary
from okno.kit import limits
from okno.kit.openapi import SIGNED_IN, CursorQuery, PageLimit, problems

VISITOR_SECURITY: list[dict[str, list[str]]] = [{"visitor": []}]
ScoreQuery = Annotated[int, Parameter(ge=1, le=SCORE_MAX, description="Only ratings up to this one")]


@post(
    "/widget/{key:str}/ratings",
    operation_id="rate_episode",
    status_code=204,
    responses=problems(401, 404),
    summary="Rate an episode that ended",
    security=VISITOR_SECURITY,
)
async def rate_episode(feedback: Feedback, guest: Guest, data: NewRating) -> None:
    """Without a score: the question was shown, or put away."""
    await feedback.rate(guest, data)


@get("/ratings", operation_id="list_ratings", responses=problems(*SIGNED_IN), summary="What customers said")
async def list_ratings(
    feedback: Feedback,
    actor: Actor,
    contact: UUID | None = None,
    score_max: ScoreQuery = SCORE_MAX,
    cursor: CursorQuery = None,
    limit: PageLimit = limits.PAGE_DEFAULT,
) -> RatingPage:
    return await feedback.list_ratings(actor, contact=contact, score_max=score_max, cursor=cursor, limit=limit)


@get(
    "/ratings/summary", operation_id="get_rating_summary", responses=problems(*SIGNED_IN), summary="Figures of ratings"
)
async def get_rating_summary(
    feedback: Feedback, actor: Actor, since: datetime | None = None, until: datetime | None = None
) -> RatingSummary:
    """Of episodes closed in the time asked for; without it the last two weeks."""
    return await feedback.summarise(actor, since, until)


ROUTER = Router("/", tags=["feedback"], route_handlers=[rate_episode, list_ratings, get_rating_summary])
