"""HTTP of automation."""

from uuid import UUID

from litestar import Router, delete, get, post, put

from okno.access.types import Actor
from okno.automation.api import Automation
from okno.automation.types import Rule, RuleChange, RuleField, RuleForecast, RuleOrder, RuleRun, RuleTrial
from okno.kit.openapi import SIGNED_IN, problems


@get("/automation/rules", operation_id="list_automation_rules", responses=problems(*SIGNED_IN), summary="Rules")
async def list_automation_rules(automation: Automation, actor: Actor) -> list[Rule]:
    """In the order they are looked at."""
    return await automation.list_rules(actor)


@post(
    "/automation/rules",
    operation_id="create_automation_rule",
    responses=problems(*SIGNED_IN, 409),
    summary="Make a rule",
)
async def create_automation_rule(automation: Automation, actor: Actor, data: RuleChange) -> Rule:
    """It comes last."""
    return await automation.create_rule(actor, data)


@put(
    "/automation/rules/{rule_id:uuid}",
    operation_id="change_automation_rule",
    responses=problems(*SIGNED_IN, 404),
    summary="Change a rule",
)
async def change_automation_rule(automation: Automation, actor: Actor, rule_id: UUID, data: RuleChange) -> Rule:
    """As a whole."""
    return await automation.change_rule(actor, rule_id, data)


@delete(
    "/automation/rules/{rule_id:uuid}",
    operation_id="delete_automation_rule",
    responses=problems(*SIGNED_IN, 404),
    summary="Delete a rule",
)
async def delete_automation_rule(automation: Automation, actor: Actor, rule_id: UUID) -> None:
    """With its history. What it did stays done."""
    await automation.delete_rule(actor, rule_id)


@put(
    "/automation/order",
    operation_id="order_automation_rules",
    responses=problems(*SIGNED_IN),
    summary="The order of rules",
)
async def order_automation_rules(automation: Automation, actor: Actor, data: RuleOrder) -> list[Rule]:
    return await automation.order_rules(actor, data.rules)


@get(
    "/automation/fields",
    operation_id="list_automation_fields",
    responses=problems(*SIGNED_IN),
    summary="What conditions may name",
)
async def list_automation_fields(automation: Automation, actor: Actor) -> list[RuleField]:
    return await automation.list_fields(actor)


@post(
    "/automation/forecast",
    operation_id="forecast_automation_rule",
    status_code=200,
    responses=problems(*SIGNED_IN),
    summary="What a rule would have met",
)
async def forecast_automation_rule(automation: Automation, actor: Actor, data: RuleTrial) -> RuleForecast:
    """Looked up in the conversations that spoke last; nothing is done."""
    return await automation.forecast(actor, data)


@get(
    "/automation/rules/{rule_id:uuid}/runs",
    operation_id="list_automation_runs",
    responses=problems(*SIGNED_IN, 404),
    summary="What a rule has done",
)
async def list_automation_runs(automation: Automation, actor: Actor, rule_id: UUID) -> list[RuleRun]:
    return await automation.list_runs(actor, rule_id)


ROUTER = Router(
    "/",
    tags=["automation"],
    route_handlers=[
        *(list_automation_rules, create_automation_rule, change_automation_rule, delete_automation_rule),
        *(order_automation_rules, list_automation_fields, forecast_automation_rule, list_automation_runs),
    ],
)
