"""HTTP of visits: inboxes for operators, configuration and page views for widgets."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.datastructures import State
from litestar.params import Parameter

from okno.access.types import Actor
from okno.kit import limits
from okno.kit.errors import TooLarge
from okno.kit.openapi import SIGNED_IN, problems
from okno.kit.wire import parse_json
from okno.visits.api import Visits
from okno.visits.types import Inbox, InboxChange, NewInbox, PageView, Tracking, Visit, WidgetConfig

AnyRequest = Request[None, None, State]
Key = Annotated[str, Parameter(max_length=64, pattern="^[A-Za-z0-9]+$")]
InboxId = Annotated[int, Parameter(ge=1, le=2**53)]
parse_tracking = msgspec.json.Decoder(Tracking).decode
parse_page_view = msgspec.json.Decoder(PageView).decode


@get("/inboxes", operation_id="list_inboxes", responses=problems(*SIGNED_IN), summary="Inboxes with their widgets")
async def list_inboxes(visits: Visits, actor: Actor) -> list[Inbox]:
    return await visits.list_inboxes_for(actor)


@post("/inboxes", operation_id="create_inbox", responses=problems(*SIGNED_IN, 409), summary="One more site")
async def create_inbox(visits: Visits, actor: Actor, data: NewInbox) -> Inbox:
    return await visits.add_inbox(actor, data.name)


@delete(
    "/inboxes/{inbox_id:int}",
    operation_id="delete_inbox",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Delete a site nobody has come to",
)
async def delete_inbox(visits: Visits, actor: Actor, inbox_id: InboxId) -> None:
    await visits.delete_inbox(actor, inbox_id)


@patch(
    "/inboxes/{inbox_id:int}",
    operation_id="change_inbox",
    responses=problems(*SIGNED_IN, 404),
    summary="Change an inbox",
)
async def change_inbox(visits: Visits, actor: Actor, inbox_id: InboxId, data: InboxChange) -> Inbox:
    return await visits.change_inbox(actor, inbox_id, data)


@get(
    "/contacts/{contact_id:uuid}/visits",
    operation_id="list_visits",
    responses=problems(*SIGNED_IN, 404),
    summary="A customer's visits",
)
async def list_visits(request: AnyRequest, visits: Visits, actor: Actor, contact_id: UUID) -> list[Visit]:
    """Places are named in Russian or English, by the header Accept-Language."""
    locale = "ru" if request.headers.get("accept-language", "").lower().startswith("ru") else "en"
    return await visits.list_visits(actor.workspace_id, contact_id, locale)


@get(
    "/widget/{key:str}",
    operation_id="get_widget",
    responses=problems(404),
    summary="A widget's public configuration",
    security=[{}],
)
async def get_widget(visits: Visits, key: Key) -> Response[WidgetConfig]:
    return Response(await visits.get_config(key), headers={"cache-control": "public, max-age=300"})


@post(
    "/widget/{key:str}/page-views",
    operation_id="record_page_view",
    status_code=204,
    responses=problems(404, 413, 429),
    summary="A page view (beacon)",
    security=[{}],
)
async def record_page_view(request: AnyRequest, visits: Visits, key: Key) -> None:
    """JSON of `PageView`, also as text/plain, because that is what a beacon sends without asking first."""
    body = await request.body()
    if len(body) > limits.BEACON_BYTES_MAX:
        raise TooLarge("a page view has at most 4 KB")
    view = parse_json(parse_page_view, body)
    ip = request.client.host if request.client else ""
    await visits.record(key, view, ip=ip, user_agent=request.headers.get("user-agent", ""))


@post(
    "/widget/{key:str}/tracked",
    operation_id="track_event",
    status_code=204,
    responses=problems(404, 413, 429),
    summary="What the site reports of a visit (beacon)",
    security=[{}],
)
async def track_event(request: AnyRequest, visits: Visits, key: Key) -> None:
    """JSON of `Tracking`, also as text/plain, as beacons are."""
    body = await request.body()
    if len(body) > limits.BEACON_BYTES_MAX:
        raise TooLarge("a tracked event has at most 4 KB")
    ip = request.client.host if request.client else ""
    await visits.track(key, parse_json(parse_tracking, body), ip=ip)


ROUTER = Router(
    "/",
    tags=["visits"],
    route_handlers=[
        *(list_inboxes, create_inbox, change_inbox, delete_inbox),
        *(list_visits, get_widget, record_page_view, track_event),
    ],
)
