"""The public door of the desk: templates filled for a conversation, macros, attributes of conversations."""

from collections.abc import Sequence
from typing import Any, assert_never
from uuid import UUID

from msgspec import UNSET

from okno.access.api import Access
from okno.access.types import Actor
from okno.attributes.api import Attributes
from okno.attributes.types import AttributeValue
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations
from okno.conversations.attached import attachment_of
from okno.conversations.bodies import Described
from okno.conversations.types import ConversationRow, SendMessage, SendNote
from okno.db.pool import Connection, Database
from okno.desk import rules, store
from okno.desk.labels import Labels
from okno.desk.store import SQL
from okno.desk.types import (
    Act,
    AssignAct,
    Before,
    CloseAct,
    Filled,
    LabelAct,
    Macro,
    MacroChange,
    MacroDone,
    NewMacro,
    NoteAct,
    ReplyAct,
)
from okno.files.api import Files
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from okno.kit.ids import uuid7
from okno.knowledge.api import Knowledge, fill, may_edit, may_read
from okno.knowledge.types import Scope, Template

Ready = tuple[Act, str, Template | None]
"""An act with its text filled, and the template it came from."""


class Desk:
    """What an operator does in one go."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        contacts: Contacts,
        conversations: Conversations,
        knowledge: Knowledge,
        attributes: Attributes,
        files: Files,
    ) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self._contacts = contacts
        self._conversations = conversations
        self._knowledge = knowledge
        self._attributes = attributes
        self._files = files
        self.labels = Labels(database, conversations)

    # -- templates -------------------------------------------------------------------------------------------------

    async def fill_template(self, actor: Actor, conversation_id: UUID, template_id: UUID) -> Filled:
        """The template with this conversation's values and copies of its files; counted as used."""
        row = await self._conversations.get_row(actor, conversation_id)
        template = await self._knowledge.get_template(actor, template_id)
        text, missing = fill(template.text, await self._values(actor, row))
        ids = [file.id for file in template.files]
        copies = await self._files.copy_kept(actor.workspace_id, actor.operator_id, ids)
        await self._knowledge.count_use(actor, template_id)
        return Filled(text, missing, [attachment_of(copy) for copy in copies])

    async def fill_text(self, actor: Actor, conversation_id: UUID, text: str) -> tuple[str, list[str]]:
        """A text with this conversation's values, and the names of what nothing is known of."""
        return fill(text, await self._values(actor, await self._conversations.get_row(actor, conversation_id)))

    async def _values(self, actor: Actor, row: ConversationRow) -> dict[str, str]:
        contact = await self._contacts.get_contact(actor.workspace_id, row.contact)
        workspace = await self._access.get_workspace(actor.workspace_id)
        of_contact = await self._attributes.list_values(actor.workspace_id, row.contact)
        of_conversation = await self._attributes.list_values(actor.workspace_id, row.id)
        return rules.values_of(row, contact, actor.name, workspace, of_contact, of_conversation)

    # -- attributes of conversations -------------------------------------------------------------------------------

    async def list_attributes(self, actor: Actor, conversation_id: UUID) -> list[AttributeValue]:
        await self._conversations.access_conversation(actor, conversation_id)
        return await self._attributes.list_values(actor.workspace_id, conversation_id)

    async def set_attribute(self, actor: Actor, conversation_id: UUID, key: str, text: str) -> list[AttributeValue]:
        """A change is an event of the timeline, too. Raises `NotFound`, `Invalid`."""
        before = {one.key: one.value for one in await self.list_attributes(actor, conversation_id)}
        attribute, value = await self._attributes.set_value(
            self._db, actor.workspace_id, "conversation", conversation_id, key, text
        )
        if value != before.get(key, ""):
            await self._conversations.record(actor, conversation_id, Described(key, attribute.name, value))
        return await self.list_attributes(actor, conversation_id)

    # -- macros ----------------------------------------------------------------------------------------------------

    async def list_macros(self, actor: Actor) -> list[Macro]:
        """Those the actor may run: by their digit, then by name."""
        values = (actor.workspace_id, actor.operator_id, actor.see_all, sorted(actor.teams), limits.MACROS_MAX)
        return await self._macros(actor, await self._db.fetch(SQL["list_macros"], *values))

    async def get_macro(self, actor: Actor, macro_id: UUID) -> Macro:
        record = await self._db.fetchrow(SQL["find_macro"], actor.workspace_id, macro_id)
        if record is None or not may_read(actor, record["operator_id"], record["team_id"]):
            raise NotFound("there is no such macro")
        return (await self._macros(actor, [record]))[0]

    async def _macros(self, actor: Actor, records: Sequence[Any]) -> list[Macro]:
        acts: dict[UUID, list[Act]] = {r["id"]: [] for r in records}
        for found in await self._db.fetch(SQL["list_acts"], actor.workspace_id, list(acts)):
            acts[found["macro_id"]].append(store.act_of(found))
        return [
            Macro(
                *(r["id"], _scope(r), r["team_id"], r["name"], r["digit"], acts[r["id"]]),
                *(may_edit(actor, r["operator_id"], r["team_id"]), r["changed_at"]),
            )
            for r in records
        ]

    async def create_macro(self, actor: Actor, new: NewMacro) -> Macro:
        """Raises `NotAllowed`, `Invalid` (a template or a team that is not there), `Conflict`."""
        macro_id = uuid7()
        place = await self._place(actor, new.scope, new.team)
        await self._check(actor, new.acts)
        async with self._db.transaction() as tx:
            if await tx.fetchval(SQL["count_macros"], actor.workspace_id, place[0]) >= limits.MACROS_MAX:
                raise Conflict(f"there are {limits.MACROS_MAX} macros already: delete some first")
            values = (*place, new.name.strip(), new.digit, self._clock.now())
            await tx.execute(SQL["insert_macro"], actor.workspace_id, macro_id, *values)
            await store.write_acts(tx, actor.workspace_id, macro_id, new.acts)
        return await self.get_macro(actor, macro_id)

    async def change_macro(self, actor: Actor, macro_id: UUID, change: MacroChange) -> Macro:
        if change.acts is not UNSET:
            await self._check(actor, change.acts)
        async with self._db.transaction() as tx:
            r = await self._lock(tx, actor, macro_id)
            scope = _scope(r) if change.scope is UNSET else change.scope
            team = r["team_id"] if change.team is UNSET else change.team
            unmoved = (scope, team if scope == "team" else None) == (_scope(r), r["team_id"])
            place = (r["operator_id"], r["team_id"]) if unmoved else await self._place(actor, scope, team)
            name = r["name"] if change.name is UNSET else change.name.strip()
            digit = r["digit"] if change.digit is UNSET else change.digit
            await tx.execute(SQL["change_macro"], actor.workspace_id, macro_id, *place, name, digit, self._clock.now())
            if change.acts is not UNSET:
                await store.write_acts(tx, actor.workspace_id, macro_id, change.acts)
        return await self.get_macro(actor, macro_id)

    async def delete_macro(self, actor: Actor, macro_id: UUID) -> None:
        async with self._db.transaction() as tx:
            await self._lock(tx, actor, macro_id)
            await tx.execute(SQL["delete_macro"], actor.workspace_id, macro_id)

    async def _lock(self, tx: Connection, actor: Actor, macro_id: UUID) -> Any:
        record = await tx.fetchrow(SQL["lock_macro"], actor.workspace_id, macro_id)
        if record is None or not may_read(actor, record["operator_id"], record["team_id"]):
            raise NotFound("there is no such macro")
        if not may_edit(actor, record["operator_id"], record["team_id"]):
            raise NotAllowed("you need the right “templates” for those of others; an administrator grants it")
        return record

    async def _place(self, actor: Actor, scope: Scope, team: int | None) -> tuple[UUID | None, int | None]:
        if (scope == "team") != (team is not None):
            raise Invalid("a team goes with the scope “team”, and only with it", field="team")
        if scope == "personal" and actor.api_key_id:
            raise NotAllowed("an API key has no macros of its own: use the scope team or everybody")
        place = (actor.operator_id, None) if scope == "personal" else (None, team)
        known = team is None or team in {one.id for one in await self._access.list_teams(actor.workspace_id)}
        if not known or not may_read(actor, *place):
            raise Invalid("there is no such team", field="team")
        if not may_edit(actor, *place):
            raise NotAllowed("you need the right “templates” to make macros for others; an administrator grants it")
        return place

    async def _check(self, actor: Actor, acts: Sequence[Act]) -> None:
        rules.check_acts(acts)
        for act in acts:
            if isinstance(act, ReplyAct):
                await self._template(actor, act)
            if isinstance(act, AssignAct) and act.operator and not self._works(actor, act.operator):
                raise Invalid("there is no such operator", field="acts")

    def _works(self, actor: Actor, operator_id: UUID) -> bool:
        return self._access.works_here(actor.workspace_id, operator_id)

    async def _template(self, actor: Actor, act: ReplyAct) -> Template:
        try:
            return await self._knowledge.get_template(actor, act.template)
        except NotFound:
            raise Invalid("the template of this macro is not there any more", field="acts") from None

    # -- running ---------------------------------------------------------------------------------------------------

    async def run_macro(self, actor: Actor, conversation_id: UUID, macro_id: UUID, run_id: UUID) -> MacroDone:
        """Everything is looked through first; when a text would lack something, nothing is done: `Invalid`."""
        row = await self._conversations.get_row(actor, conversation_id)
        macro = await self.get_macro(actor, macro_id)
        before = Before(row.status, row.assignee, row.labels)
        ready = await self._prepare(actor, row, macro.acts)
        for place, (act, text, template) in enumerate(ready):
            row = await self._do(actor, row, act, text, template, rules.act_id(run_id, place))
        return MacroDone(row, before, any(isinstance(act, ReplyAct) for act in macro.acts))

    async def _prepare(self, actor: Actor, row: ConversationRow, acts: Sequence[Act]) -> list[Ready]:
        values = await self._values(actor, row)
        ready: list[Ready] = []
        labels = row.labels
        for act in acts:
            template = await self._template(actor, act) if isinstance(act, ReplyAct) else None
            text = template.text if template else act.text if isinstance(act, NoteAct) else ""
            filled, missing = fill(text, values)
            if missing:
                raise Invalid(f"nothing is known for {{{{{missing[0]}}}}}: nothing was done", field="acts")
            if isinstance(act, LabelAct):
                labels = rules.plan_labels(labels, act)
            if isinstance(act, AssignAct) and act.operator and not self._works(actor, act.operator):
                raise Invalid("the operator of this macro is not here any more", field="acts")
            ready.append((act, filled, template))
        return ready

    async def _do(
        self, actor: Actor, row: ConversationRow, act: Act, text: str, template: Template | None, event_id: UUID
    ) -> ConversationRow:
        match act:
            case ReplyAct() | NoteAct():
                ids = [file.id for file in template.files] if template else []
                copies = await self._files.copy_kept(actor.workspace_id, actor.operator_id, ids)
                say = SendNote if isinstance(act, NoteAct) else SendMessage
                await self._conversations.send(
                    actor.workspace_id,
                    row.id,
                    ("operator", actor.operator_id),
                    event_id,
                    say(text, [copy.id for copy in copies]),
                    rights="own",
                    reader=actor,
                )
                if template:
                    await self._knowledge.count_use(actor, template.id)
                return await self._conversations.get_row(actor, row.id)
            case LabelAct():
                return await self._conversations.set_labels(actor, row.id, rules.plan_labels(row.labels, act))
            case AssignAct():
                operator = actor.operator_id if act.to == "me" else act.operator
                return await self._conversations.assign(actor, row.id, operator)
            case CloseAct():
                return await self._conversations.close(actor, row.id)
            case _:
                assert_never(act)


def _scope(record: Any) -> Scope:
    return "personal" if record["operator_id"] else "team" if record["team_id"] else "everybody"
