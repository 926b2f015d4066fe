"""HTTP of the clocks of answering."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.params import Dependency, Parameter

from okno.access.api import Access
from okno.access.types import Actor
from okno.kit.openapi import SIGNED_IN, problems
from okno.routing.sla.api import Sla
from okno.routing.sla.promises import Promises
from okno.routing.sla.types import (
    Attainment,
    ClockState,
    LeftContact,
    Policy,
    PolicyChange,
    PolicyOrder,
    Promise,
    PromiseFigures,
    Wait,
)
from okno.visits.api import Visits

Key = Annotated[str, Parameter(max_length=64, pattern="^[A-Za-z0-9]+$")]
PolicyId = Annotated[int, Parameter(ge=1, le=2**53)]


@get("/sla/policies", operation_id="list_policies", responses=problems(*SIGNED_IN), summary="Policies of answering")
async def list_policies(sla: Sla, actor: Actor) -> list[Policy]:
    """In the order they are tried: the first that fits a conversation is its policy."""
    return await sla.list_policies(actor.workspace_id)


@post("/sla/policies", operation_id="create_policy", responses=problems(*SIGNED_IN, 409), summary="A new policy")
async def create_policy(sla: Sla, actor: Actor, data: PolicyChange) -> Policy:
    return await sla.create_policy(actor, data)


@put(
    "/sla/policies",
    operation_id="order_policies",
    responses=problems(*SIGNED_IN, 409),
    summary="The order of policies",
)
async def order_policies(sla: Sla, actor: Actor, data: PolicyOrder) -> list[Policy]:
    return await sla.order_policies(actor, data.policies)


@put(
    "/sla/policies/{policy_id:int}",
    operation_id="change_policy",
    responses=problems(*SIGNED_IN, 404),
    summary="Replace a policy",
)
async def change_policy(sla: Sla, actor: Actor, policy_id: PolicyId, data: PolicyChange) -> Policy:
    return await sla.change_policy(actor, policy_id, data)


@delete(
    "/sla/policies/{policy_id:int}",
    operation_id="delete_policy",
    responses=problems(*SIGNED_IN, 404),
    summary="Delete a policy",
)
async def delete_policy(sla: Sla, actor: Actor, policy_id: PolicyId) -> None:
    await sla.delete_policy(actor, policy_id)


@get(
    "/sla/attainment",
    operation_id="count_attained",
    responses=problems(*SIGNED_IN),
    summary="How many clocks were met in 30 days",
)
async def count_attained(sla: Sla, actor: Actor) -> list[Attainment]:
    return await sla.count_attained(actor.workspace_id)


@get(
    "/conversations/{conversation_id:uuid}/clocks",
    operation_id="list_clocks",
    responses=problems(*SIGNED_IN, 404),
    summary="Clocks of a conversation",
)
async def list_clocks(sla: Sla, actor: Actor, conversation_id: UUID) -> list[ClockState]:
    return await sla.list_clocks(actor, conversation_id)


@get(
    "/sla/promises",
    operation_id="count_promises",
    responses=problems(*SIGNED_IN),
    summary="How promises of an answer have fared in 30 days",
)
async def count_promises(promises: Promises, actor: Actor) -> PromiseFigures:
    return await promises.count(actor.workspace_id)


@get(
    "/widget/{key:str}/wait",
    operation_id="get_wait",
    responses=problems(404),
    summary="How long one would wait for an answer",
    security=[{}],
)
async def get_wait(visits: Visits, access: Access, promises: Promises, key: Key) -> Response[Wait]:
    workspace_id, inbox = await visits.get_by_key(key)
    told = await promises.wait_of(workspace_id, inbox, letters=access.links.sends_mail)
    return Response(told, headers={"cache-control": "no-store"})


@post(
    "/widget/{key:str}/promise",
    operation_id="make_promise",
    status_code=200,
    responses=problems(401, 404, 409),
    summary="Be promised an answer to the message one has left",
    security=[{"visitor": []}],
)
async def make_promise(
    promises: Promises, guest: Annotated[Any, Dependency(skip_validation=True)], data: LeftContact
) -> Promise:
    """Asked again the answer is the same. 409 while there is no message, or where somebody answers soon."""
    return await promises.make(guest, data)


WIDGET = Router("/", tags=["widget"], route_handlers=[get_wait, make_promise])
ROUTER = Router(
    "/",
    tags=["sla"],
    route_handlers=[
        list_policies,
        create_policy,
        order_policies,
        change_policy,
        delete_policy,
        count_attained,
        list_clocks,
        count_promises,
    ],
)
