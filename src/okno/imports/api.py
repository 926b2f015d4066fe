"""The public door of imports: a file is read, looked at, run as a job, and taken back."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import UNSET

from okno.access.api import MasterKeyLost, require
from okno.access.keys import Keys
from okno.access.types import Actor
from okno.attributes.api import Attributes
from okno.bus.jobs import enqueue
from okno.contacts.api import Contacts
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.imports import rules
from okno.imports.kinds import Fate, importers
from okno.imports.types import Foreseen, Import, ImportChange, ImportFault, ImportLine, ImportTarget, Kind
from okno.kit import limits
from okno.kit.cards import mask_cards
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound, OknoError
from okno.kit.ids import uuid7
from okno.knowledge.api import Knowledge

SQL = load_queries("okno.imports")
RUN, UNDO = "imports.run", "imports.undo"
PURPOSE = "import"
STEP = 200  # lines of one transaction: a crash costs no more, and the progress moves


class Imports:
    """`run` and `undo` are the worker's; each may end anywhere and goes on where it was."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keys: Keys,
        contacts: Contacts,
        knowledge: Knowledge,
        attributes: Attributes,
    ) -> None:
        self._db = database
        self._clock = clock
        self._keys = keys
        self._attributes = attributes
        self._importers = importers(contacts, knowledge)

    # -- before it runs --------------------------------------------------------------------------------------------

    async def create_import(self, actor: Actor, kind: Kind, name: str, content: bytes) -> Import:
        """Read a file as it seems to be meant. Raises `Invalid` for what is no table."""
        require(actor, "workspace")
        if not content:
            raise Invalid("the file is empty", field="file")

        def look() -> tuple[str, str, rules.Read]:
            encoding = rules.guess_encoding(content)
            text = rules.decode(content, encoding)
            delimiter = rules.guess_delimiter(text)
            return encoding, delimiter, rules.read(text, delimiter, header=True)

        encoding, delimiter, table = await asyncio.to_thread(look)
        possible = await self._possible(actor.workspace_id, kind)
        named = {one.label.lower(): one.name for one in possible if one.label}
        targets = rules.guess_targets(kind, table.columns, named)
        import_id, now = uuid7(), self._clock.now()
        async with self._db.transaction() as tx:
            sealed = self._keys.seal(PURPOSE, import_id.bytes + content)  # nobody has looked for secrets in it yet
            values = (
                actor.operator_id,
                kind,
                mask_cards(name),
                sealed,
                encoding,
                delimiter,
                True,
                targets,
                len(table.lines),
                now,
            )
            await tx.execute(SQL["insert_import"], actor.workspace_id, import_id, *values)
        return await self.get_import(actor, import_id)

    async def purge(self) -> None:
        """The job: drafts that nobody started go with their files."""
        await self._db.execute(SQL["forget_drafts"], self._clock.now() - timedelta(hours=limits.UPLOAD_HOURS))

    async def forget(self, workspace_id: int, contact_id: UUID) -> None:
        """Of a person who was erased no former name and no former value is kept, and no undo brings them back."""
        await self._db.execute(SQL["forget_target"], workspace_id, contact_id)

    async def _possible(self, workspace_id: int, kind: Kind) -> list[ImportTarget]:
        required = rules.REQUIRED[kind]
        built_in = [ImportTarget(name, "", name in required) for name in rules.TARGETS[kind]]
        if kind != "contacts":
            return built_in
        own = await self._attributes.list_attributes(workspace_id)
        return built_in + [
            ImportTarget(f"attribute:{one.key}", one.name, False) for one in own if one.subject == "contact"
        ]

    async def list_imports(self, actor: Actor) -> list[ImportLine]:
        require(actor, "workspace")
        records = await self._db.fetch(SQL["list_imports"], actor.workspace_id, limits.PAGE_MAX)
        return [ImportLine(*r) for r in records]

    async def get_import(self, actor: Actor, import_id: UUID) -> Import:
        """While it is a draft with a look at its lines, and at what would become of them."""
        require(actor, "workspace")
        r = await self._find(actor.workspace_id, import_id)
        table, foreseen = rules.Read([], []), None
        if r["content"] is not None and r["status"] == "draft":
            table = await asyncio.to_thread(self._read, r)
            foreseen = await self._foresee(actor.workspace_id, r, table)
        return Import(
            *(r["id"], r["kind"], r["status"], r["name"], r["encoding"], r["delimiter"], r["header"]),
            *(table.columns, r["targets"], await self._possible(actor.workspace_id, r["kind"]), r["known"]),
            table.lines[: limits.IMPORT_SAMPLE_ROWS],
            foreseen,
            *(r["rows"], r["done_rows"], r["created"], r["updated"], r["skipped"], r["faulty"], r["kept"]),
            created_at=r["created_at"],
        )

    def _read(self, r: Any) -> rules.Read:
        """The table of an import that has not ended. Raises `NotFound` for one that was kept in another way."""
        try:
            opened = self._keys.unseal(PURPOSE, r["content"])
        except MasterKeyLost:
            opened = b""
        if opened[:16] != r["id"].bytes:
            raise NotFound("this list cannot be read any more: upload it again")
        return rules.read(rules.decode(opened[16:], r["encoding"]), r["delimiter"], header=r["header"])

    async def _find(self, workspace_id: int, import_id: UUID) -> Any:
        record = await self._db.fetchrow(SQL["find_import"], workspace_id, import_id)
        if record is None:
            raise NotFound("there is no such import")
        return record

    async def _foresee(self, workspace_id: int, r: Any, table: rules.Read) -> Foreseen:
        """Looks at the first lines without writing."""
        importer = self._importers[r["kind"]]
        missing = rules.missing_targets(r["kind"], r["targets"])
        lines = table.lines[: limits.IMPORT_FORESEEN_ROWS]
        fresh = known = faulty = 0
        problem = f"no column is “{missing[0]}”" if missing else ""
        async with self._db.transaction() as tx:
            for number, line in enumerate(lines if not missing else (), 1 + r["header"]):
                try:
                    found = await importer.known(tx, workspace_id, rules.pick(line, r["targets"]))
                except OknoError as error:
                    faulty += 1
                    problem = problem or f"{number}: {error.detail or error.title}"
                else:
                    known, fresh = known + (found is not None), fresh + (found is None)
        return Foreseen(fresh + known + faulty, fresh, known, faulty, problem)

    async def change_import(self, actor: Actor, import_id: UUID, change: ImportChange) -> Import:
        """Another encoding or delimiter makes other columns: what they are is guessed anew. Raises `Conflict`."""
        require(actor, "workspace")
        r = await self._find(actor.workspace_id, import_id)
        if r["status"] != "draft":
            raise Conflict("this import has run already")
        encoding, delimiter, header, known = (
            r[field] if getattr(change, field) is UNSET else getattr(change, field)
            for field in ("encoding", "delimiter", "header", "known")
        )
        read = {**dict(r), "encoding": encoding, "delimiter": delimiter, "header": header}
        table = await asyncio.to_thread(self._read, read)
        possible = await self._possible(actor.workspace_id, r["kind"])
        targets: Sequence[str] = r["targets"]
        if not isinstance(change.targets, type(UNSET)):
            targets = change.targets
            rules.check_targets(targets, len(table.columns), [one.name for one in possible])
        elif len(targets) != len(table.columns):
            named = {one.label.lower(): one.name for one in possible if one.label}
            targets = rules.guess_targets(r["kind"], table.columns, named)
        values = (encoding, delimiter, header, list(targets), known, len(table.lines))
        if await self._db.fetchval(SQL["change_import"], actor.workspace_id, import_id, *values) is None:
            raise Conflict("this import has run already")
        return await self.get_import(actor, import_id)

    async def delete_import(self, actor: Actor, import_id: UUID) -> None:
        """A draft. What has run stays on record."""
        require(actor, "workspace")
        await self._find(actor.workspace_id, import_id)
        if await self._db.fetchval(SQL["delete_import"], actor.workspace_id, import_id) is None:
            raise Conflict("this import has run already: undo it")

    async def list_faults(self, actor: Actor, import_id: UUID) -> list[ImportFault]:
        """The first lines that were left out, and why."""
        require(actor, "workspace")
        await self._find(actor.workspace_id, import_id)
        records = await self._db.fetch(SQL["list_faults"], actor.workspace_id, import_id, limits.PAGE_MAX)
        return [ImportFault(r["line"], r["problem"]) for r in records]

    # -- running ---------------------------------------------------------------------------------------------------

    async def start(self, actor: Actor, import_id: UUID) -> Import:
        """Raises `Invalid` when a column is missing, `Conflict` when it has run."""
        require(actor, "workspace")
        r = await self._find(actor.workspace_id, import_id)
        if missing := rules.missing_targets(r["kind"], r["targets"]):
            raise Invalid(f"no column is “{missing[0]}”", field="targets")
        await self._turn(actor.workspace_id, import_id, "draft", "running", RUN)
        return await self.get_import(actor, import_id)

    async def ask_undo(self, actor: Actor, import_id: UUID) -> Import:
        """Raises `Conflict` unless it is done."""
        require(actor, "workspace")
        await self._find(actor.workspace_id, import_id)
        await self._turn(actor.workspace_id, import_id, "done", "undoing", UNDO)
        return await self.get_import(actor, import_id)

    async def _turn(self, workspace_id: int, import_id: UUID, before: str, after: str, job: str) -> None:
        async with self._db.transaction() as tx:
            if await tx.fetchval(SQL["set_status"], workspace_id, import_id, before, after) is None:
                raise Conflict(f"this import is not {before}")
            await enqueue(tx, job, f"{workspace_id} {import_id}")

    async def run(self, workspace_id: int, import_id: UUID) -> None:
        """The job: STEP lines a transaction, from where the last one ended."""
        r = await self._db.fetchrow(SQL["find_import"], workspace_id, import_id)
        if r is None or r["status"] != "running":
            return
        table = await asyncio.to_thread(self._read, r)
        while await self._step(workspace_id, r, table.lines):
            pass
        await self._db.execute(SQL["finish"], workspace_id, import_id)

    async def _step(self, workspace_id: int, r: Any, lines: Sequence[Sequence[str]]) -> bool:
        async with self._db.transaction() as tx:
            locked = await tx.fetchrow(SQL["lock_import"], workspace_id, r["id"])
            if locked is None or locked["status"] != "running" or locked["done_rows"] >= len(lines):
                return False
            first = locked["done_rows"]
            counts = {"created": 0, "updated": 0, "skipped": 0, "faulty": 0}
            part = lines[first : first + STEP]
            for number, line in enumerate(part, first + 1 + r["header"]):
                fate, problem = await self._line(tx, workspace_id, r, line)
                counts[fate.what] += 1
                if fate.what != "skipped":
                    values = (number, fate.what, fate.target_id, fate.before, problem)
                    await tx.execute(SQL["insert_row"], workspace_id, r["id"], *values)
            await tx.execute(SQL["progress"], workspace_id, r["id"], first + len(part), *counts.values())
        return True

    async def _line(self, tx: Connection, workspace_id: int, r: Any, line: Sequence[str]) -> tuple[Fate, str]:
        """A line that is not right costs nothing but itself."""
        try:
            async with tx.transaction():
                cells = rules.pick(line, r["targets"])
                return await self._importers[r["kind"]].put(tx, workspace_id, cells, r["known"]), ""
        except OknoError as error:
            return Fate("faulty"), error.detail or error.title
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError):
            return Fate("faulty"), "the line does not fit what is here already"

    async def undo(self, workspace_id: int, import_id: UUID) -> None:
        """The job: the last line first."""
        while True:
            async with self._db.transaction() as tx:
                locked = await tx.fetchrow(SQL["lock_import"], workspace_id, import_id)
                if locked is None or locked["status"] != "undoing":
                    return
                records = await tx.fetch(SQL["list_rows"], workspace_id, import_id, STEP)
                if not records:
                    await tx.fetchval(SQL["set_status"], workspace_id, import_id, "undoing", "undone")
                    return
                importer = self._importers[locked["kind"]]
                kept = 0
                for row in records:
                    try:
                        async with tx.transaction():
                            values = (row["fate"], row["target_id"], row["before"])
                            kept += not await importer.take_back(tx, workspace_id, *values)
                    except asyncpg.IntegrityConstraintViolationError:
                        kept += 1  # conversations hang on it
                    await tx.execute(SQL["delete_row"], workspace_id, import_id, row["line"])
                await tx.execute(SQL["count_kept"], workspace_id, import_id, kept)


def parse_job(payload: str) -> tuple[int, UUID]:
    workspace_id, import_id = payload.split()
    return int(workspace_id), UUID(import_id)
