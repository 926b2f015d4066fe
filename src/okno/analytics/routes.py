"""HTTP of figures."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from litestar import Router, get, put
from litestar.params import Parameter

from okno.access.api import require
from okno.access.types import Actor
from okno.analytics.api import Analytics
from okno.analytics.types import Filters, Goals, GoalsChange, Live, Report, Supervision
from okno.kit.errors import Invalid, Malformed
from okno.kit.openapi import SIGNED_IN, problems

Zone = Annotated[str, Parameter(max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$", description="Of the IANA list")]
Number = Annotated[int | None, Parameter(ge=0, le=2**53 - 1)]
Channel = Annotated[str | None, Parameter(max_length=32, pattern=r"^[a-z]+$")]


def zone_of(name: str) -> ZoneInfo:
    """Raises `Invalid`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("there is no such time zone", field="zone") from None


def utc(at: datetime) -> datetime:
    """Raises `Malformed` for a moment outside of the calendar."""
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise Malformed("this moment is outside of the calendar") from None


@get("/reports/overview", operation_id="get_report", responses=problems(*SIGNED_IN), summary="Figures of a period")
async def get_report(
    *,
    analytics: Analytics,
    actor: Actor,
    since: datetime,
    until: datetime,
    zone: Zone = "UTC",
    team: Number = None,
    operator: UUID | None = None,
    channel: Channel = None,
) -> Report:
    """With the period of the same length before it; of the teams the reader may see."""
    require(actor, "reports")
    zone_of(zone)
    return await analytics.report(actor, utc(since), utc(until), zone, Filters(team, operator, channel))


@get("/reports/live", operation_id="get_live_figures", responses=problems(*SIGNED_IN), summary="How it is now")
async def get_live_figures(analytics: Analytics, actor: Actor, zone: Zone = "UTC", team: Number = None) -> Live:
    require(actor, "reports")
    return await analytics.live(actor, zone_of(zone), team)


@get("/reports/goals", operation_id="get_goals", responses=problems(*SIGNED_IN), summary="What is aimed at")
async def get_goals(analytics: Analytics, actor: Actor) -> Goals:
    require(actor, "reports")
    return Goals(await analytics.goal(actor.workspace_id))


@put("/reports/goals", operation_id="set_goals", responses=problems(*SIGNED_IN), summary="Aim at something else")
async def set_goals(analytics: Analytics, actor: Actor, data: GoalsChange) -> Goals:
    require(actor, "workspace")
    await analytics.set_goal(actor.workspace_id, data.answer_s)
    return Goals(data.answer_s)


@get("/supervision", operation_id="get_supervision", responses=problems(*SIGNED_IN), summary="How supervisors work")
async def get_supervision(analytics: Analytics, actor: Actor) -> Supervision:
    return Supervision(await analytics.watched_shown(actor.workspace_id))


@put("/supervision", operation_id="set_supervision", responses=problems(*SIGNED_IN), summary="Change how they do")
async def set_supervision(analytics: Analytics, actor: Actor, data: Supervision) -> Supervision:
    require(actor, "workspace")
    await analytics.set_watched_shown(actor.workspace_id, shown=data.watched_shown)
    return data


ROUTER = Router(
    "/",
    tags=["reports"],
    route_handlers=[get_report, get_live_figures, get_goals, set_goals, get_supervision, set_supervision],
)
