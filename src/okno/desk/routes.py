"""HTTP of the desk."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, patch, post, put
from litestar.params import Parameter

from okno.access.types import Actor
from okno.attributes.types import AttributeValue, ValueChange
from okno.desk.api import Desk
from okno.desk.types import (
    Filled,
    LabelChange,
    LabelColour,
    LabelLine,
    Macro,
    MacroChange,
    MacroDone,
    MacroRun,
    NewMacro,
)
from okno.kit import limits
from okno.kit.openapi import SIGNED_IN, problems
from okno.kit.wire import NO_NUL

LabelWord = Annotated[str, Parameter(min_length=1, max_length=limits.LABEL_LEN_MAX, pattern=NO_NUL)]
Key = Annotated[str, Parameter(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


@post(
    "/conversations/{conversation_id:uuid}/templates/{template_id:uuid}",
    operation_id="fill_template",
    status_code=200,
    responses=problems(*SIGNED_IN, 404),
    summary="A template filled for a conversation",
)
async def fill_template(desk: Desk, actor: Actor, conversation_id: UUID, template_id: UUID) -> Filled:
    """Counts as a use; the files of the answer are copies to send within a day."""
    return await desk.fill_template(actor, conversation_id, template_id)


@get(
    "/conversations/{conversation_id:uuid}/attributes",
    operation_id="list_conversation_attributes",
    responses=problems(*SIGNED_IN, 404),
    summary="Values of a conversation's attributes",
)
async def list_conversation_attributes(desk: Desk, actor: Actor, conversation_id: UUID) -> list[AttributeValue]:
    return await desk.list_attributes(actor, conversation_id)


@put(
    "/conversations/{conversation_id:uuid}/attributes/{key:str}",
    operation_id="set_conversation_attribute",
    responses=problems(*SIGNED_IN, 404),
    summary="Set an attribute of a conversation",
)
async def set_conversation_attribute(
    desk: Desk, actor: Actor, conversation_id: UUID, key: Key, data: ValueChange
) -> list[AttributeValue]:
    return await desk.set_attribute(actor, conversation_id, key, data.value)


@get("/macros", operation_id="list_macros", responses=problems(*SIGNED_IN), summary="Macros one may run")
async def list_macros(desk: Desk, actor: Actor) -> list[Macro]:
    return await desk.list_macros(actor)


@post("/macros", operation_id="create_macro", responses=problems(*SIGNED_IN, 409), summary="Make a macro")
async def create_macro(desk: Desk, actor: Actor, data: NewMacro) -> Macro:
    return await desk.create_macro(actor, data)


@get("/macros/{macro_id:uuid}", operation_id="get_macro", responses=problems(*SIGNED_IN, 404), summary="A macro")
async def get_macro(desk: Desk, actor: Actor, macro_id: UUID) -> Macro:
    return await desk.get_macro(actor, macro_id)


@patch(
    "/macros/{macro_id:uuid}",
    operation_id="change_macro",
    responses=problems(*SIGNED_IN, 404),
    summary="Change a macro",
)
async def change_macro(desk: Desk, actor: Actor, macro_id: UUID, data: MacroChange) -> Macro:
    return await desk.change_macro(actor, macro_id, data)


@delete(
    "/macros/{macro_id:uuid}",
    operation_id="delete_macro",
    responses=problems(*SIGNED_IN, 404),
    summary="Delete a macro",
)
async def delete_macro(desk: Desk, actor: Actor, macro_id: UUID) -> None:
    await desk.delete_macro(actor, macro_id)


@post(
    "/conversations/{conversation_id:uuid}/macros/{macro_id:uuid}",
    operation_id="run_macro",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409, 429),
    summary="Run a macro",
)
async def run_macro(desk: Desk, actor: Actor, conversation_id: UUID, macro_id: UUID, data: MacroRun) -> MacroDone:
    """All of its acts in their order, or none when a text would lack something."""
    return await desk.run_macro(actor, conversation_id, macro_id, data.id)


@get("/labels/colours", operation_id="list_label_colours", responses=problems(*SIGNED_IN), summary="Colours of labels")
async def list_label_colours(desk: Desk, actor: Actor) -> list[LabelColour]:
    return await desk.labels.list_colours(actor.workspace_id)


@get("/labels/lines", operation_id="list_label_lines", responses=problems(*SIGNED_IN), summary="Labels to tend")
async def list_label_lines(desk: Desk, actor: Actor) -> list[LabelLine]:
    return await desk.labels.list_labels(actor)


@patch(
    "/labels", operation_id="change_label", responses=problems(*SIGNED_IN, 404, 409), summary="Rename, colour, merge"
)
async def change_label(desk: Desk, actor: Actor, label: LabelWord, data: LabelChange) -> list[LabelLine]:
    """On every conversation and in every macro; the timelines keep the word they had."""
    return await desk.labels.change_label(actor, label, data)


@delete(
    "/labels", operation_id="delete_label", responses=problems(*SIGNED_IN, 404), summary="Take a label off everything"
)
async def delete_label(desk: Desk, actor: Actor, label: LabelWord) -> None:
    await desk.labels.delete_label(actor, label)


ROUTER = Router(
    "/",
    tags=["desk"],
    route_handlers=[
        *(fill_template, list_conversation_attributes, set_conversation_attribute, list_macros, create_macro),
        *(get_macro, change_macro, delete_macro, run_macro),
        *(list_label_colours, list_label_lines, change_label, delete_label),
    ],
)
