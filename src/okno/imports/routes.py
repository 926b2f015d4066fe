"""HTTP of imports."""

from typing import Annotated, ClassVar
from uuid import UUID

from litestar import Request, Router, delete, get, patch, post
from litestar.datastructures import State
from litestar.params import Parameter

from okno.access.types import Actor
from okno.imports.api import Imports
from okno.imports.types import Import, ImportChange, ImportFault, ImportLine, Kind
from okno.kit import limits
from okno.kit.openapi import SIGNED_IN, BytesBody, problems
from okno.kit.wire import NO_NUL


class TableBody(BytesBody):
    content_type: ClassVar[str] = "text/csv"


@get("/imports", operation_id="list_imports", responses=problems(*SIGNED_IN), summary="Imports, latest first")
async def list_imports(imports: Imports, actor: Actor) -> list[ImportLine]:
    return await imports.list_imports(actor)


@post(
    "/imports",
    operation_id="create_import",
    request_max_body_size=limits.IMPORT_BYTES_MAX,
    operation_class=TableBody,
    responses=problems(*SIGNED_IN, 413),
    summary="Read a list",
)
async def create_import(
    request: Request[None, None, State],
    imports: Imports,
    actor: Actor,
    kind: Kind,
    name: Annotated[str, Parameter(max_length=limits.FILE_NAME_LEN_MAX, pattern=NO_NUL)] = "",
) -> Import:
    """The body is the file: comma-separated values. Nothing is written before it is started."""
    return await imports.create_import(actor, kind, name, await request.body())


@get(
    "/imports/{import_id:uuid}",
    operation_id="get_import",
    responses=problems(*SIGNED_IN, 404),
    summary="An import, its progress, or a look at its lines",
)
async def get_import(imports: Imports, actor: Actor, import_id: UUID) -> Import:
    return await imports.get_import(actor, import_id)


@patch(
    "/imports/{import_id:uuid}",
    operation_id="change_import",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Read it otherwise",
)
async def change_import(imports: Imports, actor: Actor, import_id: UUID, data: ImportChange) -> Import:
    return await imports.change_import(actor, import_id, data)


@delete(
    "/imports/{import_id:uuid}",
    operation_id="delete_import",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Drop a draft",
)
async def delete_import(imports: Imports, actor: Actor, import_id: UUID) -> None:
    await imports.delete_import(actor, import_id)


@get(
    "/imports/{import_id:uuid}/faults",
    operation_id="list_import_faults",
    responses=problems(*SIGNED_IN, 404),
    summary="Lines that were left out",
)
async def list_import_faults(imports: Imports, actor: Actor, import_id: UUID) -> list[ImportFault]:
    return await imports.list_faults(actor, import_id)


@post(
    "/imports/{import_id:uuid}/start",
    operation_id="start_import",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Run it",
)
async def start_import(imports: Imports, actor: Actor, import_id: UUID) -> Import:
    return await imports.start(actor, import_id)


@post(
    "/imports/{import_id:uuid}/undo",
    operation_id="undo_import",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Take it back",
)
async def undo_import(imports: Imports, actor: Actor, import_id: UUID) -> Import:
    """What somebody works with already stays, and is counted."""
    return await imports.ask_undo(actor, import_id)


ROUTER = Router(
    "/",
    tags=["imports"],
    route_handlers=[
        *(list_imports, create_import, get_import, change_import, delete_import),
        *(list_import_faults, start_import, undo_import),
    ],
)
