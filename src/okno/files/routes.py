"""HTTP of files: operators' uploads, and the bytes behind signed addresses."""

from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Request, Response, Router, delete, head, patch, post, route
from litestar.datastructures import State
from litestar.enums import HttpMethod
from litestar.params import Parameter
from litestar.response import Stream

from okno.access.types import Actor
from okno.files import tus
from okno.files.api import PREVIEWS, Files
from okno.files.rules import disposition
from okno.files.serving import serve
from okno.files.types import INLINE
from okno.kit import limits
from okno.kit.errors import NotFound
from okno.kit.openapi import problems

AnyRequest = Request[None, None, State]
CACHE_S = 600  # a browser asks again so often whether the file is still there
POLICY = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"


@route(
    "/files",
    http_method=[HttpMethod.OPTIONS],
    operation_id="get_upload_options",
    status_code=204,
    responses=problems(),
    summary="What the upload protocol can do here",
    security=[{}],
)
async def get_upload_options() -> Response[None]:
    return tus.options(limits.UPLOAD_BYTES_MAX)


@post(
    "/files",
    operation_id="create_upload",
    status_code=201,
    responses=tus.CREATE_PROBLEMS,
    summary="Announce a file (tus)",
)
async def create_upload(request: AnyRequest, files: Files, actor: Actor) -> Response[None]:
    """Headers: Tus-Resumable, Upload-Length, Upload-Metadata with filename, filetype, id (a UUIDv7 of the client)."""
    return await tus.create(request, files, actor.workspace_id, actor.operator_id, visitor=False)


@head(
    "/files/{file_id:uuid}",
    operation_id="get_upload",
    responses=tus.HEAD_PROBLEMS,
    summary="Where an upload stands (tus)",
)
async def get_upload(request: AnyRequest, files: Files, actor: Actor, file_id: UUID) -> Response[None]:
    return await tus.head(request, files, await files.get_own(actor.workspace_id, actor.operator_id, file_id))


@patch(
    "/files/{file_id:uuid}",
    operation_id="append_upload",
    status_code=204,
    request_max_body_size=None,
    operation_class=tus.PartBody,
    responses=tus.PATCH_PROBLEMS,
    summary="Bytes of an upload (tus)",
)
async def append_upload(request: AnyRequest, files: Files, actor: Actor, file_id: UUID) -> Response[None]:
    return await tus.append(request, files, await files.get_own(actor.workspace_id, actor.operator_id, file_id))


@delete(
    "/files/{file_id:uuid}",
    operation_id="end_upload",
    status_code=204,
    responses=tus.DELETE_PROBLEMS,
    summary="Give up an upload (tus)",
)
async def end_upload(request: AnyRequest, files: Files, actor: Actor, file_id: UUID) -> Response[None]:
    return await tus.terminate(request, files, await files.get_own(actor.workspace_id, actor.operator_id, file_id))


@route("/files/{file_id:uuid}/{name:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=False)
async def get_file(
    request: AnyRequest,
    files: Files,
    file_id: UUID,
    name: str,  # noqa: ARG001 - for people and for saving by old browsers; the database knows the true one
    e: Annotated[str, Parameter(max_length=12)] = "",
    s: Annotated[str, Parameter(max_length=64)] = "",
    v: Annotated[str, Parameter(max_length=1)] = "f",
) -> Response[bytes] | Response[None] | Stream:
    """The bytes, if the address was signed by us, has not expired, and the file is still there."""
    if v not in ("f", "p", "c", "q") or not e.isdecimal():
        raise NotFound("this address is not valid")
    file = await files.get_signed(file_id, v, int(e), s)
    preview = v in PREVIEWS
    media_type = "image/webp" if preview else file.media_type
    size_bytes = await files.preview_size(file) if preview else file.size_bytes
    headers = {
        "etag": f'"{file.id}-{v}"',
        "cache-control": f"private, max-age={CACHE_S}",
        "x-content-type-options": "nosniff",
        "content-disposition": disposition("preview.webp" if preview else file.name, media_type),
        "content-security-policy": POLICY if media_type in INLINE else "sandbox; default-src 'none'",
        "cross-origin-resource-policy": "cross-origin",
        "referrer-policy": "no-referrer",
    }
    return await serve(request, partial(files.read, file, v), size_bytes, media_type, headers)


ROUTER = Router(
    "/", tags=["files"], route_handlers=[get_upload_options, create_upload, get_upload, append_upload, end_upload]
)
OUTSIDE = Router("/", route_handlers=[get_file])
