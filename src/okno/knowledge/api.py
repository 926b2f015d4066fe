"""The public door of knowledge: templates."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import UNSET

from okno.access.api import Access
from okno.access.types import Actor
from okno.attributes.api import Attributes
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from okno.kit.ids import uuid7
from okno.knowledge import rules
from okno.knowledge.articles import Articles
from okno.knowledge.types import NewTemplate, Preview, Scope, Shelf, Template, TemplateChange, TemplateFile, Variable

SQL = load_queries("okno.knowledge")


class Knowledge:
    """What the company knows and says again and again."""

    def __init__(self, database: Database, clock: Clock, access: Access, attributes: Attributes, shelf: Shelf) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self._attributes = attributes
        self._shelf = shelf
        self.articles = Articles(database, clock)

    # -- variables -------------------------------------------------------------------------------------------------

    async def list_variables(self, workspace_id: int) -> list[Variable]:
        """Everything that may stand in braces: what every company has, then its attributes."""
        own = await self._attributes.list_attributes(workspace_id)
        return [
            *(Variable(name, "") for name in rules.BUILT_IN),
            *(Variable(f"{one.subject}.{one.key}", one.name) for one in own),
        ]

    async def _known(self, workspace_id: int) -> set[str]:
        return {variable.name for variable in await self.list_variables(workspace_id)}

    async def preview(self, actor: Actor, text: str) -> Preview:
        """`text` as it would go to an example customer."""
        known = await self.list_variables(actor.workspace_id)
        workspace = await self._access.get_workspace(actor.workspace_id)
        values = {
            variable.name: variable.label or rules.EXAMPLES[workspace.locale].get(variable.name, "")
            for variable in known
        }
        values |= {"operator.name": actor.name, "operator.first_name": first_name(actor.name)}
        values["workspace.name"] = workspace.name
        filled, missing = rules.fill(text, values)
        return Preview(filled, missing, rules.unknown_of(text, values))

    # -- templates -------------------------------------------------------------------------------------------------

    async def list_templates(self, actor: Actor) -> list[Template]:
        """Everything the actor may use, by folder and name."""
        values = (actor.workspace_id, actor.operator_id, actor.see_all, sorted(actor.teams), limits.TEMPLATES_MAX)
        return await self._templates(actor, await self._db.fetch(SQL["list_templates"], *values))

    async def get_template(self, actor: Actor, template_id: UUID) -> Template:
        """Raises `NotFound`, also for somebody else's."""
        record = await self._db.fetchrow(SQL["find_template"], actor.workspace_id, template_id, actor.operator_id)
        if record is None or not rules.may_read(actor, record["operator_id"], record["team_id"]):
            raise NotFound("there is no such template")
        return (await self._templates(actor, [record]))[0]

    async def _templates(self, actor: Actor, records: list[Any]) -> list[Template]:
        known = await self._known(actor.workspace_id)
        ids = [file_id for r in records for file_id in r["files"]]
        files = {file.id: file for file in await self._shelf.list_kept(actor.workspace_id, ids)} if ids else {}
        return [
            Template(
                *(r["id"], _scope(r), r["team_id"], r["folder"], r["name"], r["shortcut"], r["text"]),
                [
                    TemplateFile(file.id, file.name, file.media_type, file.size_bytes)
                    for file in (files.get(file_id) for file_id in r["files"])
                    if file is not None
                ],
                *(r["uses"], r["own_uses"], rules.may_edit(actor, r["operator_id"], r["team_id"])),
                *(rules.unknown_of(r["text"], known), r["changed_at"]),
            )
            for r in records
        ]

    async def create_template(self, actor: Actor, new: NewTemplate) -> Template:
        """Raises `NotAllowed`, `Invalid` (a variable nobody knows, a file that is not there), `Conflict`."""
        template_id = uuid7()
        async with self._db.transaction() as tx:
            place = await self._place(tx, actor, new.scope, new.team)
            await self._check(tx, actor, template_id, place, new.text, new.shortcut)
            files = list(dict.fromkeys(new.files))
            await self._shelf.keep(tx, actor.workspace_id, actor.operator_id, files, keeper_id=template_id)
            values = (*place, new.folder.strip(), new.name.strip(), new.shortcut, new.text, files, self._clock.now())
            await tx.execute(SQL["insert_template"], actor.workspace_id, template_id, *values)
        return await self.get_template(actor, template_id)

    async def change_template(self, actor: Actor, template_id: UUID, change: TemplateChange) -> Template:
        """As for making one. A file that is left out is let go."""
        async with self._db.transaction() as tx:
            r = await self._lock(tx, actor, template_id)
            scope = _scope(r) if change.scope is UNSET else change.scope
            team = r["team_id"] if change.team is UNSET else change.team
            unmoved = (scope, team if scope == "team" else None) == (_scope(r), r["team_id"])
            place = (r["operator_id"], r["team_id"]) if unmoved else await self._place(tx, actor, scope, team)
            folder, name, shortcut, text, files = (
                r[field] if getattr(change, field) is UNSET else getattr(change, field)
                for field in ("folder", "name", "shortcut", "text", "files")
            )
            await self._check(tx, actor, template_id, place, text, shortcut)
            files = list(dict.fromkeys(files))
            fresh = [file_id for file_id in files if file_id not in r["files"]]
            await self._shelf.keep(tx, actor.workspace_id, actor.operator_id, fresh, keeper_id=template_id)
            await self._shelf.forget_in(tx, actor.workspace_id, [f for f in r["files"] if f not in files])
            values = (*place, folder.strip(), name.strip(), shortcut, text, files, self._clock.now())
            await tx.execute(SQL["change_template"], actor.workspace_id, template_id, *values)
        return await self.get_template(actor, template_id)

    async def delete_template(self, actor: Actor, template_id: UUID) -> None:
        async with self._db.transaction() as tx:
            record = await self._lock(tx, actor, template_id)
            await self._shelf.forget_in(tx, actor.workspace_id, list(record["files"]))
            await tx.execute(SQL["delete_template"], actor.workspace_id, template_id)

    async def count_use(self, actor: Actor, template_id: UUID) -> None:
        """Somebody has put it into a reply."""
        await self._db.execute(SQL["count_use"], actor.workspace_id, template_id, actor.operator_id, self._clock.now())

    # -- for imports, in their transaction -------------------------------------------------------------------------

    async def find_imported(self, tx: Connection, workspace_id: int, fields: Mapping[str, str]) -> UUID | None:
        """Everybody's template that a line means. Raises `Invalid` when the line is no template."""
        known = await self._known(workspace_id)
        rules.check_template(fields["name"], fields["text"], fields["shortcut"], known)
        found: UUID | None = await tx.fetchval(
            SQL["find_imported"], workspace_id, fields["shortcut"], fields["name"][: limits.NAME_LEN_MAX]
        )
        return found

    async def put_imported(
        self, tx: Connection, workspace_id: int, found: UUID | None, fields: Mapping[str, str]
    ) -> tuple[UUID, dict[str, list[str]]]:
        """Make one for everybody, or change `found`; what was replaced, each with what it became."""
        name, folder = (fields.get(field, "").strip()[: limits.NAME_LEN_MAX] for field in ("name", "folder"))
        now = self._clock.now()
        if found is None:
            if await tx.fetchval(SQL["count_templates"], workspace_id, None) >= limits.TEMPLATES_MAX:
                raise Conflict(f"there are {limits.TEMPLATES_MAX} templates already")
            template_id = uuid7()
            files: list[UUID] = []
            values = (None, None, folder, name, fields["shortcut"], fields["text"], files, now)
            await tx.execute(SQL["insert_template"], workspace_id, template_id, *values)
            return template_id, {}
        r: Any = await tx.fetchrow(SQL["lock_template"], workspace_id, found)
        after = {
            "folder": folder or r["folder"],
            "name": name,
            "shortcut": fields["shortcut"] or r["shortcut"],
            "text": fields["text"],
        }
        await tx.execute(SQL["change_template"], workspace_id, found, None, None, *after.values(), r["files"], now)
        return found, {field: [r[field], value] for field, value in after.items()}

    async def take_back_imported(
        self, tx: Connection, workspace_id: int, template_id: UUID, was: Mapping[str, list[str]] | None
    ) -> bool:
        """Remove what was made (`was` null), or put back what was replaced where nobody has changed it since."""
        r = await tx.fetchrow(SQL["lock_template"], workspace_id, template_id)
        if r is None:
            return True
        if was is None:
            await self._shelf.forget_in(tx, workspace_id, list(r["files"]))
            await tx.execute(SQL["delete_template"], workspace_id, template_id)
            return True
        after = [old if r[field] == new else r[field] for field, (old, new) in was.items()]
        place = (r["operator_id"], r["team_id"])
        await tx.execute(
            SQL["change_template"], workspace_id, template_id, *place, *after, r["files"], self._clock.now()
        )
        return all(r[field] == new for field, (_, new) in was.items())

    async def _lock(self, tx: Connection, actor: Actor, template_id: UUID) -> Any:
        record = await tx.fetchrow(SQL["lock_template"], actor.workspace_id, template_id)
        if record is None or not rules.may_read(actor, record["operator_id"], record["team_id"]):
            raise NotFound("there is no such template")
        if not rules.may_edit(actor, record["operator_id"], record["team_id"]):
            raise NotAllowed("you need the right “templates” for those of others; an administrator grants it")
        return record

    async def _place(
        self, tx: Connection, actor: Actor, scope: Scope, team: int | None
    ) -> tuple[UUID | None, int | None]:
        """Operator and team of a template in `scope`."""
        if (scope == "team") != (team is not None):
            raise Invalid("a team goes with the scope “team”, and only with it", field="team")
        if scope == "personal" and actor.api_key_id:
            raise NotAllowed("an API key has no templates of its own: use the scope team or everybody")
        place: tuple[UUID | None, int | None] = (actor.operator_id, None) if scope == "personal" else (None, team)
        known = team is None or team in {one.id for one in await self._access.list_teams(actor.workspace_id)}
        if not known or not rules.may_read(actor, *place):
            raise Invalid("there is no such team", field="team")
        if not rules.may_edit(actor, *place):
            raise NotAllowed("you need the right “templates” to write for others; an administrator grants it")
        if await tx.fetchval(SQL["count_templates"], actor.workspace_id, place[0]) >= limits.TEMPLATES_MAX:
            raise Conflict(f"there are {limits.TEMPLATES_MAX} templates already: delete some first")
        return place

    async def _check(
        self,
        tx: Connection,
        actor: Actor,
        template_id: UUID,
        place: tuple[UUID | None, int | None],
        text: str,
        shortcut: str,
    ) -> None:
        if not text.strip():
            raise Invalid("a template has a text", field="text")
        if unknown := rules.unknown_of(text, await self._known(actor.workspace_id)):
            raise Invalid(f"nothing fills {{{{{unknown[0]}}}}}: choose a variable of the list", field="text")
        if shortcut and await tx.fetchval(SQL["find_shortcut"], actor.workspace_id, shortcut, *place, template_id):
            raise Conflict("another template has this shortcut")


def first_name(name: str) -> str:
    return next(iter(name.split(maxsplit=1)), "")


def fill(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with its variables, and the names of those that nothing is known of."""
    return rules.fill(text, values)


def may_read(actor: Actor, operator_id: UUID | None, team_id: int | None) -> bool:
    """The scope of templates and macros alike."""
    return rules.may_read(actor, operator_id, team_id)


def may_edit(actor: Actor, operator_id: UUID | None, team_id: int | None) -> bool:
    return rules.may_edit(actor, operator_id, team_id)


def _scope(record: Any) -> Scope:
    return "personal" if record["operator_id"] else "team" if record["team_id"] else "everybody"


__all__ = ["Knowledge", "fill", "first_name", "may_edit", "may_read"]
