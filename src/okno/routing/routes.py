"""HTTP of routing."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.params import Parameter

from okno.access.types import Actor
from okno.conversations.types import ConversationRow
from okno.kit.openapi import SIGNED_IN, problems
from okno.routing.api import Routing
from okno.routing.types import (
    Consultation,
    Desk,
    DeskChange,
    Line,
    NewQueue,
    NewSkill,
    Queue,
    QueueChange,
    RoutingSettings,
    RoutingSettingsChange,
    Seat,
    SeatChange,
    Skill,
    Transfer,
    Whereabouts,
)

SkillId = Annotated[int, Parameter(ge=1, le=2**53)]
QueueId = Annotated[int, Parameter(ge=1, le=2**53)]


@get("/skills", operation_id="list_skills", responses=problems(*SIGNED_IN), summary="Skills by name")
async def list_skills(routing: Routing, actor: Actor) -> list[Skill]:
    return await routing.list_skills(actor.workspace_id)


@post("/skills", operation_id="create_skill", responses=problems(*SIGNED_IN, 409), summary="Create a skill")
async def create_skill(routing: Routing, actor: Actor, data: NewSkill) -> Skill:
    return await routing.create_skill(actor, data.name)


@patch(
    "/skills/{skill_id:int}",
    operation_id="rename_skill",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Rename a skill",
)
async def rename_skill(routing: Routing, actor: Actor, skill_id: SkillId, data: NewSkill) -> Skill:
    return await routing.rename_skill(actor, skill_id, data.name)


@delete(
    "/skills/{skill_id:int}",
    operation_id="delete_skill",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Delete a skill",
)
async def delete_skill(routing: Routing, actor: Actor, skill_id: SkillId) -> None:
    """Operators lose it, and nobody waits for it any more."""
    await routing.delete_skill(actor, skill_id)


@get("/queues", operation_id="list_queues", responses=problems(*SIGNED_IN), summary="Queues, the default one first")
async def list_queues(routing: Routing, actor: Actor) -> list[Queue]:
    return await routing.list_queues(actor.workspace_id)


@post("/queues", operation_id="create_queue", responses=problems(*SIGNED_IN, 409), summary="Create a queue")
async def create_queue(routing: Routing, actor: Actor, data: NewQueue) -> Queue:
    return await routing.create_queue(actor, data)


@patch(
    "/queues/{queue_id:int}",
    operation_id="change_queue",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Change a queue",
)
async def change_queue(routing: Routing, actor: Actor, queue_id: QueueId, data: QueueChange) -> Queue:
    return await routing.change_queue(actor, queue_id, data)


@delete(
    "/queues/{queue_id:int}",
    operation_id="delete_queue",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Delete a queue",
)
async def delete_queue(routing: Routing, actor: Actor, queue_id: QueueId) -> None:
    """Who waits in it goes to the default queue and keeps the place."""
    await routing.delete_queue(actor, queue_id)


@get("/routing", operation_id="get_routing", responses=problems(*SIGNED_IN), summary="Settings of routing")
async def get_routing(routing: Routing, actor: Actor) -> RoutingSettings:
    return await routing.get_settings(actor.workspace_id)


@patch("/routing", operation_id="change_routing", responses=problems(*SIGNED_IN), summary="Change settings of routing")
async def change_routing(routing: Routing, actor: Actor, data: RoutingSettingsChange) -> RoutingSettings:
    return await routing.change_settings(actor, data)


@get("/seats", operation_id="list_seats", responses=problems(*SIGNED_IN), summary="Operators: state, load, skills")
async def list_seats(routing: Routing, actor: Actor) -> list[Seat]:
    return await routing.list_seats(actor.workspace_id)


@patch(
    "/seats/{operator_id:uuid}",
    operation_id="change_seat",
    responses=problems(*SIGNED_IN, 404),
    summary="Change what an operator takes",
)
async def change_seat(routing: Routing, actor: Actor, operator_id: UUID, data: SeatChange) -> Seat:
    return await routing.change_seat(actor, operator_id, data)


@get("/desk", operation_id="get_desk", responses=problems(*SIGNED_IN), summary="One's own state, load and offers")
async def get_desk(routing: Routing, actor: Actor) -> Desk:
    return await routing.desks.get_desk(actor)


@patch("/desk", operation_id="change_desk", responses=problems(*SIGNED_IN), summary="Change one's own state")
async def change_desk(routing: Routing, actor: Actor, data: DeskChange) -> Desk:
    return await routing.desks.change(actor, data)


@post(
    "/offers/{offer_id:uuid}/acceptance",
    operation_id="accept_offer",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Take what one is offered",
)
async def accept_offer(routing: Routing, actor: Actor, offer_id: UUID) -> ConversationRow:
    return await routing.accept(actor, offer_id)


@post(
    "/offers/{offer_id:uuid}/refusal",
    operation_id="decline_offer",
    status_code=204,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Let the next one take it",
)
async def decline_offer(routing: Routing, actor: Actor, offer_id: UUID) -> None:
    await routing.decline(actor, offer_id)


@get("/lines", operation_id="list_lines", responses=problems(*SIGNED_IN), summary="Queues as they are now")
async def list_lines(routing: Routing, actor: Actor) -> list[Line]:
    return await routing.list_lines(actor)


@get(
    "/conversations/{conversation_id:uuid}/whereabouts",
    operation_id="get_whereabouts",
    responses=problems(*SIGNED_IN, 404),
    summary="Where it waits, or who has it and why",
)
async def get_whereabouts(routing: Routing, actor: Actor, conversation_id: UUID) -> Whereabouts:
    return await routing.get_whereabouts(actor, conversation_id)


@post(
    "/conversations/{conversation_id:uuid}/transfer",
    operation_id="transfer_conversation",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Hand over to an operator, team, queue or skill",
)
async def transfer_conversation(
    routing: Routing, actor: Actor, conversation_id: UUID, data: Transfer
) -> ConversationRow:
    """The note is for colleagues; the conversation keeps its place in the queue."""
    return await routing.transfer(actor, conversation_id, data)


@post(
    "/conversations/{conversation_id:uuid}/consultation",
    operation_id="consult",
    status_code=200,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Bring a colleague in and ask him",
)
async def consult(routing: Routing, actor: Actor, conversation_id: UUID, data: Consultation) -> ConversationRow:
    """A transfer to him completes it; `let_go` cancels it."""
    return await routing.consult(actor, conversation_id, data)


ROUTER = Router(
    "/",
    tags=["routing"],
    route_handlers=[
        *(list_skills, create_skill, rename_skill, delete_skill, list_queues, create_queue, change_queue, delete_queue),
        *(get_routing, change_routing, list_seats, change_seat, get_desk, change_desk, accept_offer, decline_offer),
        *(list_lines, get_whereabouts, transfer_conversation, consult),
    ],
)
