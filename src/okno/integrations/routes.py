"""HTTP of integrations."""

from uuid import UUID

from litestar import Router, delete, get, patch, post

from okno.access.types import Actor
from okno.integrations.api import Integrations
from okno.integrations.types import (
    CrmCard,
    CrmConnector,
    CrmConnectorChange,
    CrmQuestion,
    CrmTrial,
    NewCrmConnector,
)
from okno.kit.openapi import SIGNED_IN, problems


@get("/crm/connectors", operation_id="list_crm_connectors", responses=problems(*SIGNED_IN), summary="Connectors")
async def list_crm_connectors(integrations: Integrations, actor: Actor) -> list[CrmConnector]:
    return await integrations.list_connectors(actor)


@post("/crm/connectors", operation_id="create_crm_connector", responses=problems(*SIGNED_IN, 409), summary="Connect")
async def create_crm_connector(integrations: Integrations, actor: Actor, data: NewCrmConnector) -> CrmConnector:
    return await integrations.create_connector(actor, data)


@patch(
    "/crm/connectors/{connector_id:uuid}",
    operation_id="change_crm_connector",
    responses=problems(*SIGNED_IN, 404),
    summary="Change a connector",
)
async def change_crm_connector(
    integrations: Integrations, actor: Actor, connector_id: UUID, data: CrmConnectorChange
) -> CrmConnector:
    return await integrations.change_connector(actor, connector_id, data)


@delete(
    "/crm/connectors/{connector_id:uuid}",
    operation_id="delete_crm_connector",
    responses=problems(*SIGNED_IN, 404),
    summary="Disconnect",
)
async def delete_crm_connector(integrations: Integrations, actor: Actor, connector_id: UUID) -> None:
    await integrations.delete_connector(actor, connector_id)


@post(
    "/crm/connectors/{connector_id:uuid}/trial",
    operation_id="try_crm_connector",
    status_code=200,
    responses=problems(*SIGNED_IN, 404),
    summary="Ask for somebody and see what comes back",
)
async def try_crm_connector(
    integrations: Integrations, actor: Actor, connector_id: UUID, data: CrmQuestion
) -> CrmTrial:
    return await integrations.try_connector(actor, connector_id, data)


@get(
    "/contacts/{contact_id:uuid}/crm",
    operation_id="list_crm_cards",
    responses=problems(*SIGNED_IN, 404),
    summary="What the company's own systems tell of a customer",
)
async def list_crm_cards(
    integrations: Integrations, actor: Actor, contact_id: UUID, *, fresh: bool = False
) -> list[CrmCard]:
    """Answers are held for a while; their age and the last error are told with them."""
    return await integrations.list_cards(actor, contact_id, fresh=fresh)


ROUTER = Router(
    "/",
    tags=["integrations"],
    route_handlers=[
        *(list_crm_connectors, create_crm_connector, change_crm_connector, delete_crm_connector),
        *(try_crm_connector, list_crm_cards),
    ],
)
