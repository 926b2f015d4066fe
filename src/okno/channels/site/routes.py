"""HTTP of the site channel for visitors: what the socket does, for those who have none, and history."""

from typing import Annotated
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.params import Parameter, QueryParameter

from okno.channels.site.api import Guest, Site
from okno.conversations.api import Conversations
from okno.conversations.types import Ack, EventPage, SendMessage, Thread
from okno.kit import limits
from okno.kit.errors import Malformed, NotSignedIn
from okno.kit.openapi import problems
from okno.kit.wire import Answer, PageSize, Seq

AnyRequest = Request[None, None, State]
Key = Annotated[str, Parameter(max_length=64, pattern="^[A-Za-z0-9]+$")]
VISITOR_SECURITY: list[dict[str, list[str]]] = [{"visitor": []}]


class Unread(Answer, frozen=True):
    unread: int


async def provide_guest(request: AnyRequest, site: Site, key: Key) -> Guest:
    """The holder of the visitor token in `Authorization: Bearer`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn("a visitor token is needed: Authorization: Bearer …")
    return await site.get_guest(key, token.strip())


@get("/unread", operation_id="get_unread", responses=problems(401, 404), summary="Messages not read yet")
async def get_unread(conversations: Conversations, guest: Guest) -> Unread:
    if guest.contact_id is None:
        return Unread(0)
    return Unread(await conversations.count_customer_unread(guest.workspace_id, guest.contact_id))


@get(
    "/conversations",
    operation_id="list_own_conversations",
    responses=problems(401, 404),
    summary="One's own conversations",
)
async def list_own_conversations(site: Site, guest: Guest) -> list[Thread]:
    return [site.thread_of(record) for record in guest.conversations]


@get(
    "/conversations/{conversation_id:uuid}/events",
    operation_id="list_own_events",
    responses=problems(401, 404),
    summary="A page of one's own timeline",
)
async def list_own_events(
    site: Site,
    conversations: Conversations,
    guest: Guest,
    conversation_id: UUID,
    before: Seq | None = None,
    after: Seq | None = None,
    around: Seq | None = None,
    limit: PageSize = limits.PAGE_DEFAULT,
) -> EventPage:
    site.access_conversation(guest, conversation_id)
    if sum(anchor is not None for anchor in (before, after, around)) > 1:
        raise Malformed("give one of before, after and around")
    return await conversations.page_events(
        guest.workspace_id,
        conversation_id,
        before=before,
        after=after,
        around=around,
        limit=limit,
        customer=True,
    )


@post(
    "/events", operation_id="send_own_message", responses=problems(401, 404, 409, 429), summary="Write to the company"
)
async def send_own_message(
    site: Site,
    guest: Guest,
    event_id: Annotated[UUID, QueryParameter(name="id")],
    data: SendMessage,
) -> Ack:
    return await site.send(guest, event_id, data)


@post(
    "/logout",
    operation_id="end_visitor",
    status_code=204,
    responses=problems(401, 404),
    summary="End the browser's session",
)
async def end_visitor(site: Site, guest: Guest) -> None:
    await site.logout(guest)


ROUTER = Router(
    "/widget/{key:str}",
    tags=["widget"],
    security=VISITOR_SECURITY,
    route_handlers=[get_unread, list_own_conversations, list_own_events, send_own_message, end_visitor],
)
