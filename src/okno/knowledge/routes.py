"""HTTP of knowledge."""

from uuid import UUID

from litestar import Router, delete, get, patch, post

from okno.access.types import Actor
from okno.kit.openapi import SIGNED_IN, problems
from okno.kit.wire import OptionalText, Wire
from okno.knowledge.api import Knowledge
from okno.knowledge.types import NewTemplate, Preview, Template, TemplateChange, Variable


class PreviewQuery(Wire, frozen=True):
    text: OptionalText


@get("/templates", operation_id="list_templates", responses=problems(*SIGNED_IN), summary="Templates one may use")
async def list_templates(knowledge: Knowledge, actor: Actor) -> list[Template]:
    """All at once: clients search them while the operator types."""
    return await knowledge.list_templates(actor)


@post("/templates", operation_id="create_template", responses=problems(*SIGNED_IN, 409), summary="Make a template")
async def create_template(knowledge: Knowledge, actor: Actor, data: NewTemplate) -> Template:
    return await knowledge.create_template(actor, data)


@get(
    "/templates/variables",
    operation_id="list_variables",
    responses=problems(*SIGNED_IN),
    summary="What may stand in braces",
)
async def list_variables(knowledge: Knowledge, actor: Actor) -> list[Variable]:
    return await knowledge.list_variables(actor.workspace_id)


@post(
    "/templates/preview",
    operation_id="preview_template",
    status_code=200,
    responses=problems(*SIGNED_IN),
    summary="A text as an example customer gets it",
)
async def preview_template(knowledge: Knowledge, actor: Actor, data: PreviewQuery) -> Preview:
    return await knowledge.preview(actor, data.text)


@get(
    "/templates/{template_id:uuid}",
    operation_id="get_template",
    responses=problems(*SIGNED_IN, 404),
    summary="A template",
)
async def get_template(knowledge: Knowledge, actor: Actor, template_id: UUID) -> Template:
    return await knowledge.get_template(actor, template_id)


@patch(
    "/templates/{template_id:uuid}",
    operation_id="change_template",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Change a template",
)
async def change_template(knowledge: Knowledge, actor: Actor, template_id: UUID, data: TemplateChange) -> Template:
    return await knowledge.change_template(actor, template_id, data)


@delete(
    "/templates/{template_id:uuid}",
    operation_id="delete_template",
    responses=problems(*SIGNED_IN, 404),
    summary="Delete a template",
)
async def delete_template(knowledge: Knowledge, actor: Actor, template_id: UUID) -> None:
    await knowledge.delete_template(actor, template_id)


ROUTER = Router(
    "/",
    tags=["templates"],
    route_handlers=[
        *(list_templates, create_template, list_variables, preview_template, get_template),
        *(change_template, delete_template),
    ],
)
