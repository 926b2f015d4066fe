"""The public door of automation: rules, what they would meet, and what they have done."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from okno.access.api import require
from okno.access.keys import Keys
from okno.access.types import Actor
from okno.attributes.api import Attributes
from okno.automation import rules, store
from okno.automation.acts import Acts
from okno.automation.events import AGAIN, Stretch
from okno.automation.fields import fields_of
from okno.automation.store import SQL, Ready
from okno.automation.types import (
    Condition,
    RouteAct,
    Rule,
    RuleAct,
    RuleChange,
    RuleField,
    RuleForecast,
    RuleHit,
    RuleReplyAct,
    RuleRun,
    RuleTrial,
    SlaAct,
    Trigger,
    WebhookAct,
)
from okno.automation.webhooks import JOB, Webhooks, key_of
from okno.bus.api import emit_many
from okno.bus.events import TimelineSpan
from okno.conversations.api import system_of
from okno.db.pool import Database
from okno.integrations.api import check_host
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound, OknoError
from okno.kit.ids import uuid7
from okno.kit.wire import encode
from okno.knowledge.api import Knowledge
from okno.routing.api import Routing
from okno.routing.sla.api import Sla

__all__ = ["JOB", "Acts", "Automation", "Webhooks"]

log = structlog.get_logger()
AT_ONCE = 4  # conversations whose rules are done side by side: of the pool's ten connections
HOUR = timedelta(hours=1)


class Automation:
    """Rules act on the whole workspace, whoever made them: that takes the rights `workspace` and `see_all`."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        clock: Clock,
        attributes: Attributes,
        knowledge: Knowledge,
        routing: Routing,
        sla: Sla,
        acts: Acts,
    ) -> None:
        self._db = database
        self._keys = keys
        self._clock = clock
        self._attributes = attributes
        self._knowledge = knowledge
        self._routing = routing
        self._sla = sla
        self._acts = acts

    # -- rules -----------------------------------------------------------------------------------------------------

    async def list_rules(self, actor: Actor) -> list[Rule]:
        _require(actor)
        since = self._clock.now() - timedelta(days=limits.FIGURES_DAYS)
        records = await self._db.fetch(SQL["list_rules"], actor.workspace_id, since, limits.RULES_MAX)
        return [store.rule_of(r, key_of(self._keys, r["id"])) for r in records]

    async def list_fields(self, actor: Actor) -> list[RuleField]:
        _require(actor)
        return fields_of(await self._attributes.list_attributes(actor.workspace_id))

    async def create_rule(self, actor: Actor, new: RuleChange) -> Rule:
        """It comes last. Raises `Invalid`, `Conflict`."""
        await self._check(actor, new)
        rule_id = uuid7()
        values = (*_columns(new), self._clock.now(), limits.RULES_MAX)
        if await self._db.fetchval(SQL["insert_rule"], actor.workspace_id, rule_id, *values) is None:
            raise Conflict(f"there are {limits.RULES_MAX} rules already: delete some first")
        return await self._get(actor, rule_id)

    async def change_rule(self, actor: Actor, rule_id: UUID, change: RuleChange) -> Rule:
        """Raises `NotFound`, `Invalid`."""
        await self._check(actor, change)
        values = (*_columns(change), self._clock.now())
        if await self._db.fetchval(SQL["change_rule"], actor.workspace_id, rule_id, *values) is None:
            raise NotFound("there is no such rule")
        return await self._get(actor, rule_id)

    async def delete_rule(self, actor: Actor, rule_id: UUID) -> None:
        _require(actor)
        if await self._db.fetchval(SQL["delete_rule"], actor.workspace_id, rule_id) is None:
            raise NotFound("there is no such rule")

    async def order_rules(self, actor: Actor, order: Sequence[UUID]) -> list[Rule]:
        """Raises `Invalid` unless it names every rule once."""
        known = await self.list_rules(actor)
        if sorted(order) != sorted(rule.id for rule in known):
            raise Invalid("name every rule once", field="rules")
        await self._db.execute(SQL["order_rules"], actor.workspace_id, list(order))
        return await self.list_rules(actor)

    async def relabel(self, workspace_id: int, label: str, after: str | None) -> None:
        """A label has another name, or is gone: rules mean the new word."""
        since = self._clock.now()
        for r in await self._db.fetch(SQL["list_rules"], workspace_id, since, limits.RULES_MAX):
            rule = store.rule_of(r, "")
            condition = rules.relabelled(rule.condition, label, after)
            acts = [rules.relabelled(act, label, after) for act in rule.acts]
            if (condition, acts) != (rule.condition, rule.acts):
                change = RuleChange(rule.name, rule.trigger, condition, acts, rule.enabled, rule.stop)
                await self._db.fetchval(SQL["change_rule"], workspace_id, rule.id, *_columns(change), since)

    async def _get(self, actor: Actor, rule_id: UUID) -> Rule:
        for rule in await self.list_rules(actor):
            if rule.id == rule_id:
                return rule
        raise NotFound("there is no such rule")

    async def _check(self, actor: Actor, change: RuleChange) -> None:
        await self._check_condition(actor, change.condition)
        rules.check_acts(change.acts)
        for act in change.acts:
            try:
                await self._check_target(actor.workspace_id, act)
            except NotFound as error:
                raise Invalid(error.detail or error.title, field="acts") from None

    async def _check_condition(self, actor: Actor, condition: Condition) -> None:
        rules.check_condition(condition, frozenset(one.field for one in await self.list_fields(actor)))

    async def _check_target(self, workspace_id: int, act: RuleAct) -> None:
        """What the act needs is there, and the system may use it."""
        match act:
            case RouteAct():
                if act.queue:
                    await self._routing.get_queue(workspace_id, act.queue)
                if act.skill:
                    await self._routing.get_skill(workspace_id, act.skill)
            case SlaAct():
                if act.policy not in {one.id for one in await self._sla.list_policies(workspace_id)}:
                    raise NotFound("there is no such policy")
            case RuleReplyAct():
                await self._knowledge.get_template(system_of(workspace_id), act.template)
            case WebhookAct():
                check_host(act.url)
            case _:
                pass

    # -- what a rule would meet, and what it has done ---------------------------------------------------------------

    async def forecast(self, actor: Actor, trial: RuleTrial) -> RuleForecast:
        """Of the conversations that spoke last, those it would have run in; what is known is as it is now."""
        _require(actor)
        await self._check_condition(actor, trial.condition)
        types, actors = rules.WOKEN_BY[trial.trigger]
        values = (limits.RULE_TRIAL_CONVERSATIONS, list(types), list(actors), trial.trigger == "began")
        records = await self._db.fetch(SQL["list_would_wake"], actor.workspace_id, *values)
        woken = [r for r in records if r["seq"] is not None]
        facts = await self._facts(actor.workspace_id, [r["conversation_id"] for r in woken])
        quoted = await self._quoted(actor.workspace_id, woken)
        hits = [
            RuleHit(
                *(r["conversation_id"], r["contact_id"], r["contact_name"], r["seq"], r["created_at"]), store.text_of(r)
            )
            for r in woken
            if rules.holds(
                trial.condition, {**facts[r["conversation_id"]], **store.event_facts_of(r, quoted.get(_key(r), ""))}
            )
        ]
        return RuleForecast(len(records), len(hits), hits[: limits.RULE_HITS_SHOWN])

    async def list_runs(self, actor: Actor, rule_id: UUID) -> list[RuleRun]:
        """The latest RULE_RUNS_SHOWN."""
        await self._get(actor, rule_id)
        records = await self._db.fetch(SQL["list_runs"], actor.workspace_id, rule_id, limits.RULE_RUNS_SHOWN)
        return [RuleRun(*r) for r in records]

    # -- following the timeline ------------------------------------------------------------------------------------

    async def follow(self, workspace_id: int, spans: Sequence[TimelineSpan]) -> None:
        """Do what the rules say of these events. Done again it does only what is left."""
        records = await self._db.fetch(SQL["list_enabled"], workspace_id, limits.RULES_MAX)
        if not records:
            return
        ready = [store.ready_of(r) for r in records]
        triggers = {rule.trigger for rule in ready}
        stretches = (
            [s.conversation_id for s in spans],
            [s.before_seq for s in spans],
            [s.before_seq + s.size for s in spans],
        )
        woken: dict[UUID, list[Any]] = defaultdict(list)
        for r in await self._db.fetch(SQL["list_woken"], workspace_id, *stretches):
            if not triggers.isdisjoint(_triggers(r)):
                woken[r["conversation_id"]].append(r)
        if not woken:
            return
        quoted = await self._quoted(workspace_id, [r for events in woken.values() for r in events])
        turns = asyncio.Semaphore(AT_ONCE)

        async def turn(events: Sequence[Any]) -> None:
            async with turns:
                for r in events:
                    await self._wake(workspace_id, ready, r, quoted.get(_key(r), ""))

        async with asyncio.TaskGroup() as group:
            for events in woken.values():
                group.create_task(turn(events))

    async def put_off(self, stretches: Sequence[Stretch]) -> None:
        """Have `follow` done again for these, by the bus."""
        async with self._db.transaction() as tx:
            await emit_many(tx, self._clock, AGAIN, stretches)

    async def _wake(self, workspace_id: int, ready: Sequence[Ready], r: Any, quoted: str) -> None:
        conversation_id = r["conversation_id"]
        triggers, said = _triggers(r), store.event_facts_of(r, quoted)
        facts = None
        for rule in ready:
            if rule.trigger not in triggers:
                continue
            if facts is None:  # anew after every rule that did something
                facts = (await self._facts(workspace_id, [conversation_id])).get(conversation_id)
                if facts is None:
                    return  # erased meanwhile
            if not rules.holds(rule.condition, {**facts, **said}):
                continue
            await self._run(workspace_id, rule, conversation_id, r["seq"])
            facts = None
            if rule.stop:
                return

    async def _run(self, workspace_id: int, rule: Ready, conversation_id: UUID, seq: int) -> None:
        run = (workspace_id, rule.id, conversation_id, seq)
        now = self._clock.now()
        if await self._db.fetchval(SQL["begin_run"], *run, now) != "running":
            return
        if await self._db.fetchval(SQL["count_runs"], *run[:3], now - HOUR) > limits.RULE_RUNS_PER_HOUR_MAX:
            await self._db.execute(SQL["end_run"], *run, "stopped", "")
            log.warning("a rule runs too often", rule=str(rule.id), conversation=str(conversation_id))
            return
        faults = []
        for place, act in enumerate(rule.acts):
            try:
                await self._acts.do(workspace_id, rule, act, place, conversation_id, seq)
            except OknoError as error:
                faults.append(f"{place + 1}: {error.detail or error.title}")
        state, detail = ("failed" if faults else "done"), "; ".join(faults)[: limits.RULE_DETAIL_LEN]
        await self._db.execute(SQL["end_run"], *run, state, detail)

    async def _facts(self, workspace_id: int, ids: Sequence[UUID]) -> dict[UUID, dict[str, tuple[str, ...]]]:
        records = await self._db.fetch(SQL["list_facts"], workspace_id, list(ids))
        return {r["id"]: store.facts_of(r) for r in records}

    async def _quoted(self, workspace_id: int, events: Sequence[Any]) -> dict[tuple[UUID, int], str]:
        """The type of what each event quotes, by the event's conversation and number."""
        quotes = {_key(r): quote for r in events if (quote := store.quote_of(r))}
        if not quotes:
            return {}
        columns = map(list, zip(*quotes.values(), strict=True))
        types = {
            (r["conversation_id"], r["seq"]): r["type"]
            for r in await self._db.fetch(SQL["list_quoted"], workspace_id, *columns)
        }
        return {key: types.get(quote, "") for key, quote in quotes.items()}


def _require(actor: Actor) -> None:
    require(actor, "workspace")
    require(actor, "see_all")


def _columns(change: RuleChange) -> tuple[Any, ...]:
    condition, acts = encode(change.condition).decode(), encode(change.acts).decode()
    return change.name.strip(), change.trigger, condition, acts, change.enabled, change.stop


def _triggers(r: Any) -> frozenset[Trigger]:
    return rules.triggers_of(rules.Woken(r["type"], r["actor"], r["first"]))


def _key(r: Any) -> tuple[UUID, int]:
    return r["conversation_id"], r["seq"]
