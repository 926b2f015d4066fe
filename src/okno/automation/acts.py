"""What rules do, by the doors of the slices that own it. Done again, each changes nothing more."""

from typing import assert_never
from uuid import UUID

from okno.automation import rules
from okno.automation.store import Ready
from okno.automation.types import (
    RouteAct,
    RuleAct,
    RuleLabelAct,
    RuleNoteAct,
    RuleReplyAct,
    SlaAct,
    WebhookAct,
)
from okno.automation.webhooks import JOB
from okno.bus.jobs import enqueue
from okno.conversations.api import Conversations, Sender, system_of
from okno.conversations.bodies import NOBODY
from okno.conversations.types import SendMessage, SendNote
from okno.db.pool import Database
from okno.desk.api import Desk
from okno.kit.errors import Invalid
from okno.routing.api import Routing
from okno.routing.sla.api import Clocks
from okno.routing.types import Route

BOT: Sender = ("bot", NOBODY)


class Acts:
    """Everything is done as the system, which sees all of the workspace."""

    def __init__(
        self, database: Database, conversations: Conversations, desk: Desk, routing: Routing, clocks: Clocks
    ) -> None:
        self._db = database
        self._conversations = conversations
        self._desk = desk
        self._routing = routing
        self._clocks = clocks

    async def do(
        self, workspace_id: int, rule: Ready, act: RuleAct, place: int, conversation_id: UUID, seq: int
    ) -> None:
        """Raises `OknoError` for what cannot be done."""
        system = system_of(workspace_id)
        event_id = rules.act_id(rule.id, conversation_id, seq, place)
        match act:
            case RouteAct():
                route = Route(rule.name, act.queue, act.skill, act.skill_level, act.priority)
                await self._routing.route(workspace_id, conversation_id, route)
            case SlaAct():
                await self._routing.route(workspace_id, conversation_id, Route(rule.name, policy=act.policy))
                await self._clocks.follow(workspace_id, [conversation_id])
            case RuleLabelAct():
                row = await self._conversations.get_row(system, conversation_id)
                labels = rules.plan_labels(row.labels, act)
                await self._conversations.set_labels(system, conversation_id, labels)
            case RuleNoteAct():
                text, _ = await self._desk.fill_text(system, conversation_id, act.text)
                await self._say(workspace_id, conversation_id, event_id, SendNote(text))
            case RuleReplyAct():
                filled = await self._desk.fill_template(system, conversation_id, act.template)
                if filled.missing:
                    raise Invalid(f"nothing is known for {{{{{filled.missing[0]}}}}}: it was not sent", field="acts")
                files = [file.id for file in filled.files]
                await self._say(workspace_id, conversation_id, event_id, SendMessage(filled.text, files))
            case WebhookAct():
                payload = f"{workspace_id}:{rule.id}:{conversation_id}:{seq}:{place}"
                await enqueue(self._db, JOB, payload, once=payload)
            case _:
                assert_never(act)

    async def _say(
        self, workspace_id: int, conversation_id: UUID, event_id: UUID, what: SendMessage | SendNote
    ) -> None:
        await self._conversations.send(workspace_id, conversation_id, BOT, event_id, what, rights="own")
