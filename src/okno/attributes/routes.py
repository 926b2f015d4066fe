"""HTTP of attributes: the definitions. Values are read and set with their contact or conversation."""

from typing import Annotated

from litestar import Router, delete, get, patch, post
from litestar.params import Parameter

from okno.access.types import Actor
from okno.attributes.api import Attributes
from okno.attributes.types import Attribute, AttributeChange, NewAttribute
from okno.kit.openapi import SIGNED_IN, problems

AttributeId = Annotated[int, Parameter(ge=1, le=2**53)]


@get("/attributes", operation_id="list_attributes", responses=problems(*SIGNED_IN), summary="Attributes of one's own")
async def list_attributes(attributes: Attributes, actor: Actor) -> list[Attribute]:
    """Of contacts and of conversations, in the order of the card."""
    return await attributes.list_attributes(actor.workspace_id)


@post(
    "/attributes", operation_id="create_attribute", responses=problems(*SIGNED_IN, 409), summary="Define an attribute"
)
async def create_attribute(attributes: Attributes, actor: Actor, data: NewAttribute) -> Attribute:
    return await attributes.create_attribute(actor, data)


@patch(
    "/attributes/{attribute_id:int}",
    operation_id="change_attribute",
    responses=problems(*SIGNED_IN, 404),
    summary="Change an attribute",
)
async def change_attribute(
    attributes: Attributes, actor: Actor, attribute_id: AttributeId, data: AttributeChange
) -> Attribute:
    return await attributes.change_attribute(actor, attribute_id, data)


@delete(
    "/attributes/{attribute_id:int}",
    operation_id="delete_attribute",
    responses=problems(*SIGNED_IN, 404),
    summary="Delete an attribute with its values",
)
async def delete_attribute(attributes: Attributes, actor: Actor, attribute_id: AttributeId) -> None:
    await attributes.delete_attribute(actor, attribute_id)


ROUTER = Router(
    "/", tags=["attributes"], route_handlers=[list_attributes, create_attribute, change_attribute, delete_attribute]
)
