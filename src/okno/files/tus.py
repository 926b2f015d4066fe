"""The tus protocol 1.0 (core, creation, termination) over `Files`, for every door that takes uploads."""

from collections.abc import AsyncIterator
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from okno.files.api import Files
from okno.files.rules import parse_metadata
from okno.files.types import TUS_VERSION, FileRow
from okno.kit.errors import Invalid, Malformed, TooLarge, Unsupported, WrongVersion
from okno.kit.openapi import BytesBody, problems

AnyRequest = Request[None, None, State]
EXTENSIONS = "creation,termination"
CONTENT_TYPE = "application/offset+octet-stream"
CREATE_PROBLEMS = problems(401, 403, 404, 409, 412, 413, 415, 429)
HEAD_PROBLEMS = problems(401, 403, 404, 412)
PATCH_PROBLEMS = problems(401, 403, 404, 409, 412, 413, 415)
DELETE_PROBLEMS = problems(401, 403, 404, 409, 412)


class PartBody(BytesBody):
    content_type = CONTENT_TYPE


def answer(status: int, **headers: object) -> Response[None]:
    """`upload_offset=5` becomes `upload-offset: 5`."""
    sent = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return Response(
        None, status_code=status, headers={"tus-resumable": TUS_VERSION, "cache-control": "no-store", **sent}
    )


def options(size_bytes_max: int) -> Response[None]:
    return answer(204, tus_version=TUS_VERSION, tus_extension=EXTENSIONS, tus_max_size=size_bytes_max)


def check_version(request: AnyRequest) -> None:
    if request.headers.get("tus-resumable") != TUS_VERSION:
        raise WrongVersion(f"send Tus-Resumable: {TUS_VERSION}")


async def create(
    request: AnyRequest, files: Files, workspace_id: int, owner_id: UUID, *, visitor: bool
) -> Response[None]:
    """201 with the upload's address."""
    check_version(request)
    if (raw := request.headers.get("upload-length", "")) == "":
        raise Malformed("Upload-Length is missing; a length that is told later is not supported")
    metadata = parse_metadata(request.headers.get("upload-metadata", ""))
    size_bytes = _number(raw, "Upload-Length")
    address = request.client.host if request.client else ""
    file_id = await files.create(workspace_id, owner_id, metadata, size_bytes, visitor=visitor, address=address)
    return answer(201, location=f"{request.scope['path'].rstrip('/')}/{file_id}")


async def head(request: AnyRequest, files: Files, file: FileRow) -> Response[None]:
    """Where the upload stands. One that is whole is examined first if nobody has done it yet."""
    check_version(request)
    if file.whole and file.status == "uploading":
        await files.finish(file)
    return answer(200, upload_offset=file.got_bytes, upload_length=file.upload_bytes)


async def append(request: AnyRequest, files: Files, file: FileRow) -> Response[None]:
    """204 with the new offset; after the last byte only when the file has been examined, or that takes long."""
    check_version(request)
    if request.headers.get("content-type", "").split(";")[0].strip() != CONTENT_TYPE:
        raise Unsupported(f"the content type of an upload is {CONTENT_TYPE}")
    offset = _number(request.headers.get("upload-offset", ""), "Upload-Offset")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and offset + int(length) > file.upload_bytes:
        raise TooLarge("more bytes than Upload-Length announced")
    offset = await files.append(file, offset, _chunks(request))
    if offset == file.upload_bytes:
        await files.finish(file._replace(got_bytes=offset))
    return answer(204, upload_offset=offset)


async def terminate(request: AnyRequest, files: Files, file: FileRow) -> Response[None]:
    check_version(request)
    await files.terminate(file)
    return answer(204)


async def _chunks(request: AnyRequest) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            if chunk:
                yield chunk
    except HTTPException as error:
        if "disconnected" not in str(error.detail):
            raise


def _number(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 15:  # noqa: PLR2004 - a petabyte
        raise Invalid(f"{name} is a number of bytes", field=name.lower())
    return int(text)


__all__ = ["PartBody", "append", "create", "head", "options", "terminate"]
