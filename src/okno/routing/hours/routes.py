"""HTTP of hours: calendars and public holidays."""

from typing import Annotated

from litestar import Request, Router, delete, get, post, put
from litestar.datastructures import State
from litestar.params import Parameter

from okno.access.types import Actor, Locale
from okno.kit.openapi import SIGNED_IN, problems
from okno.routing.hours.api import Hours
from okno.routing.hours.types import Calendar, CalendarChange, Holiday, HolidayRegion

AnyRequest = Request[None, None, State]
CalendarId = Annotated[int, Parameter(ge=1, le=2**53)]
Place = Annotated[str, Parameter(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,8})?$", max_length=12)]
Year = Annotated[int, Parameter(ge=2000, le=2100)]


@get("/calendars", operation_id="list_calendars", responses=problems(*SIGNED_IN), summary="Calendars of hours")
async def list_calendars(hours: Hours, actor: Actor) -> list[Calendar]:
    return await hours.list_calendars(actor.workspace_id)


@post("/calendars", operation_id="create_calendar", responses=problems(*SIGNED_IN, 409), summary="A new calendar")
async def create_calendar(hours: Hours, actor: Actor, data: CalendarChange) -> Calendar:
    return await hours.create_calendar(actor, data)


@put(
    "/calendars/{calendar_id:int}",
    operation_id="change_calendar",
    responses=problems(*SIGNED_IN, 404),
    summary="Replace a calendar",
)
async def change_calendar(hours: Hours, actor: Actor, calendar_id: CalendarId, data: CalendarChange) -> Calendar:
    return await hours.change_calendar(actor, calendar_id, data)


@delete(
    "/calendars/{calendar_id:int}",
    operation_id="delete_calendar",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Delete a calendar",
)
async def delete_calendar(hours: Hours, actor: Actor, calendar_id: CalendarId) -> None:
    """Refused while a widget or a policy goes by it."""
    await hours.delete_calendar(actor, calendar_id)


@get(
    "/holidays",
    operation_id="list_holiday_regions",
    responses=problems(*SIGNED_IN),
    summary="Countries whose public holidays are known",
)
async def list_holiday_regions(hours: Hours, actor: Actor) -> list[HolidayRegion]:  # noqa: ARG001 - signed in
    return await hours.list_regions()


@get(
    "/holidays/{place:str}",
    operation_id="list_holidays",
    responses=problems(*SIGNED_IN),
    summary="Public holidays of a country or region",
)
async def list_holidays(
    request: AnyRequest,
    hours: Hours,
    actor: Actor,  # noqa: ARG001 - signed in
    place: Place,
    year: Year,
) -> list[Holiday]:
    """Named in Russian or English, by the header Accept-Language, where the library has the names."""
    locale: Locale = "ru" if request.headers.get("accept-language", "").lower().startswith("ru") else "en"
    return await hours.list_holidays(place, year, locale)


ROUTER = Router(
    "/",
    tags=["hours"],
    route_handlers=[
        list_calendars,
        create_calendar,
        change_calendar,
        delete_calendar,
        list_holiday_regions,
        list_holidays,
    ],
)
