"""HTTP of welcome: beats of pages, and the visitors for operators."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.params import Parameter

from okno.access.api import require
from okno.access.types import Actor
from okno.kit import limits
from okno.kit.errors import TooLarge
from okno.kit.openapi import SIGNED_IN, problems
from okno.kit.wire import parse_json
from okno.visits.types import PageView, Visit
from okno.welcome.api import Welcome
from okno.welcome.types import BeatAnswer, OnlineVisitor

AnyRequest = Request[None, None, State]
Key = Annotated[str, Parameter(max_length=64, pattern="^[A-Za-z0-9]+$")]
parse_page_view = msgspec.json.Decoder(PageView).decode


def _locale(request: AnyRequest) -> str:
    return "ru" if request.headers.get("accept-language", "").lower().startswith("ru") else "en"


async def _beacon(request: AnyRequest) -> bytes:
    body = await request.body()
    if len(body) > limits.BEACON_BYTES_MAX:
        raise TooLarge("a beacon has at most 4 KB")
    return body


@post(
    "/widget/{key:str}/beats",
    operation_id="beat",
    status_code=200,
    responses=problems(404, 413, 429),
    summary="A page is still looked at",
    security=[{}],
)
async def beat(request: AnyRequest, welcome: Welcome, key: Key) -> BeatAnswer:
    """JSON of `PageView`, also as text/plain. Sent only while the page is before somebody's eyes."""
    view = parse_json(parse_page_view, await _beacon(request))
    ip = request.client.host if request.client else ""
    return await welcome.beat(key, view, ip=ip, user_agent=request.headers.get("user-agent", ""))


@get("/visitors", operation_id="list_visitors", responses=problems(*SIGNED_IN), summary="Who is on the site now")
async def list_visitors(request: AnyRequest, welcome: Welcome, actor: Actor) -> list[OnlineVisitor]:
    """Of the inboxes in the reader's scope, the newest thousand. Places are named by the header Accept-Language."""
    require(actor, "visitors")
    found, _ = await welcome.list_online(actor.workspace_id, None if actor.see_all else actor.teams, _locale(request))
    return found


@get(
    "/visitors/{visitor_id:uuid}/visits",
    operation_id="list_visitor_visits",
    responses=problems(*SIGNED_IN, 404),
    summary="What a visitor has looked at",
)
async def list_visitor_visits(request: AnyRequest, welcome: Welcome, actor: Actor, visitor_id: UUID) -> list[Visit]:
    return await welcome.list_visits(actor, visitor_id, _locale(request))


ROUTER = Router("/", tags=["visitors"], route_handlers=[beat, list_visitors, list_visitor_visits])
