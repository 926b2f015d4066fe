"""HTTP of the site channel for visitors: what the socket does, for those who have none, and history."""

from typing import Annotated
from uuid import UUID

from litestar import Request, Response, Router, delete, get, head, patch, post, route
from litestar.datastructures import State
from litestar.enums import HttpMethod
from litestar.params import Parameter, QueryParameter

from okno.channels.site.api import Guest, Site
from okno.conversations.api import Conversations
from okno.conversations.types import Ack, EventPage, SendMessage, Thread
from okno.files import tus
from okno.files.api import Files
from okno.files.types import FileLink, LinkQuery
from okno.kit import limits
from okno.kit.errors import Malformed, NotSignedIn
from okno.kit.openapi import Anchor, PageLimit, problems
from okno.kit.wire import Answer

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
    return await site.get_guest(key, token.strip(), request.client.host if request.client else "")


@get("/unread", operation_id="get_unread", responses=problems(401, 403, 404), summary="Messages not read yet")
async def get_unread(conversations: Conversations, guest: Guest) -> Unread:
    if guest.contact_id is None:
        return Unread(0)
    return Unread(await conversations.count_customer_unread(guest.workspace_id, guest.contact_id))


@get(
    "/conversations",
    operation_id="list_own_conversations",
    responses=problems(401, 403, 404),
    summary="One's own conversations",
)
async def list_own_conversations(site: Site, guest: Guest) -> list[Thread]:
    return [site.thread_of(record) for record in guest.conversations]


@get(
    "/conversations/{conversation_id:uuid}/events",
    operation_id="list_own_events",
    responses=problems(401, 403, 404),
    summary="A page of one's own timeline",
)
async def list_own_events(
    site: Site,
    conversations: Conversations,
    guest: Guest,
    conversation_id: UUID,
    before: Anchor = None,
    after: Anchor = None,
    around: Anchor = None,
    limit: PageLimit = limits.PAGE_DEFAULT,
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
    "/events",
    operation_id="send_own_message",
    responses=problems(401, 403, 404, 409, 429),
    summary="Write to the company",
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
    responses=problems(401, 403, 404),
    summary="End the browser's session",
)
async def end_visitor(site: Site, guest: Guest) -> None:
    await site.logout(guest)


@route(
    "/files",
    http_method=[HttpMethod.OPTIONS],
    operation_id="get_own_upload_options",
    status_code=204,
    responses=problems(),
    summary="What the upload protocol can do here",
    security=[{}],
)
async def get_own_upload_options() -> Response[None]:
    return tus.options(limits.UPLOAD_BYTES_MAX)


@post(
    "/files",
    operation_id="create_own_upload",
    status_code=201,
    responses=tus.CREATE_PROBLEMS,
    summary="Announce a file (tus)",
)
async def create_own_upload(request: AnyRequest, files: Files, guest: Guest) -> Response[None]:
    """Headers: Tus-Resumable, Upload-Length, Upload-Metadata with filename, filetype, id (a UUIDv7 of the client)."""
    return await tus.create(request, files, guest.workspace_id, guest.visitor_id, visitor=True)


@head(
    "/files/{file_id:uuid}",
    operation_id="get_own_upload",
    responses=tus.HEAD_PROBLEMS,
    summary="Where an upload stands (tus)",
)
async def get_own_upload(request: AnyRequest, files: Files, guest: Guest, file_id: UUID) -> Response[None]:
    return await tus.head(request, files, await files.get_own(guest.workspace_id, guest.visitor_id, file_id))


@patch(
    "/files/{file_id:uuid}",
    operation_id="append_own_upload",
    status_code=204,
    request_max_body_size=None,
    operation_class=tus.PartBody,
    responses=tus.PATCH_PROBLEMS,
    summary="Bytes of an upload (tus)",
)
async def append_own_upload(request: AnyRequest, files: Files, guest: Guest, file_id: UUID) -> Response[None]:
    return await tus.append(request, files, await files.get_own(guest.workspace_id, guest.visitor_id, file_id))


@delete(
    "/files/{file_id:uuid}",
    operation_id="end_own_upload",
    status_code=204,
    responses=tus.DELETE_PROBLEMS,
    summary="Give up an upload (tus)",
)
async def end_own_upload(request: AnyRequest, files: Files, guest: Guest, file_id: UUID) -> Response[None]:
    return await tus.terminate(request, files, await files.get_own(guest.workspace_id, guest.visitor_id, file_id))


@post(
    "/files/links",
    operation_id="list_own_file_links",
    status_code=200,
    responses=problems(401, 403, 404),
    summary="Addresses of files",
)
async def list_own_file_links(conversations: Conversations, guest: Guest, data: LinkQuery) -> list[FileLink]:
    """Of one's own uploads and of the messages one can read; the others are left out."""
    own = [record["id"] for record in guest.conversations]
    return await conversations.attached.list_links_for_customer(guest.workspace_id, guest.visitor_id, own, data.ids)


ROUTER = Router(
    "/widget/{key:str}",
    tags=["widget"],
    security=VISITOR_SECURITY,
    route_handlers=[
        get_unread,
        list_own_conversations,
        list_own_events,
        send_own_message,
        end_visitor,
        get_own_upload_options,
        create_own_upload,
        get_own_upload,
        append_own_upload,
        end_own_upload,
        list_own_file_links,
    ],
)
