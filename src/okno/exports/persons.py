"""Everything kept of one person as a package: made by a job, streamed, kept for some days."""

import asyncio
import contextlib
import re
import zipfile
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog

from okno.access.api import Access, require
from okno.access.types import Actor, Locale
from okno.bus.jobs import enqueue
from okno.contacts.api import Contacts
from okno.conversations.bodies import Body
from okno.conversations.types import Event
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.exports import render, rules
from okno.exports.types import PersonExport, Transcript
from okno.files.api import Files
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotFound, TooMany
from okno.kit.ids import uuid7

SQL = load_queries("okno.exports")
SECTIONS: Mapping[str, str] = load_queries("okno.exports", "sections.sql")
JOB = "exports.person"
log = structlog.get_logger()
parse_body = msgspec.json.Decoder(Body).decode
NOBODY = UUID(int=0)
DAY = timedelta(days=1)
READ = 500
BAD = re.compile(r"[^\w.() -]+")
EXCLUDED = {
    "assignment": "who of the company had it: in the events",
    "contact_operator": "who of the company answered last",
    "automation_run": "what rules did on the events",
    "conversation_label": "a copy of the conversation's labels",
    "conversation_route": "where a rule sent it to wait",
    "customer_token": "used-up tokens of the site, nothing of the person",
    "episode_fact": "figures made from the events",
    "erased_conversation": "that a rule has erased it: in the events",
    "event": "in the folder of each conversation",
    "figures_state": "how far a computation is",
    "letter": "waits sealed for minutes; what was sent is in the events",
    "mention": "which colleague a note names: in the events",
    "offer": "to whom of the company it was offered",
    "participant": "who of the company takes part: in the events",
    "person_export": "packages like this one",
    "alert": "notices to the company's people, copies of the events",
    "outside_dial": "numbers that were dialled, counted for two days; the calls are there",
    "outbox": "news of the events for some hours, without words",
    "queue_entry": "places in queues",
    "search_entry": "an index of the events",
    "search_state": "how far an index is",
    "sla_clock": "clocks of answering",
    "sla_track": "clocks of answering",
    "snooze": "when a colleague looks again: in the events",
    "split_message": "where messages went that were split off: in the events",
    "transcript_letter": "that a copy was sent: in the audit log",
}
"""Tables that name a contact, a conversation, a browser or a visit, and why they are in no section."""


class Package(NamedTuple):
    """A finished one, for whoever takes it."""

    name: str
    size_bytes: int
    content: AsyncIterator[bytes]


class PersonExports:
    """Needs the right `privacy`."""

    def __init__(self, database: Database, clock: Clock, access: Access, contacts: Contacts, files: Files) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self._contacts = contacts
        self._files = files

    async def ask(self, actor: Actor, contact_id: UUID) -> PersonExport:
        """Have it made. Raises `NotFound`, `Conflict` while one is being made, `TooMany`."""
        require(actor, "privacy")
        root = await self._contacts.persons.get_root(actor.workspace_id, contact_id)
        now, export_id = self._clock.now(), uuid7()
        async with self._db.transaction() as tx:
            await tx.execute(SQL["lock_exports"], actor.workspace_id)
            person = await self._person(tx, actor.workspace_id, root)
            found: Any = await tx.fetchrow(SQL["count_exports"], actor.workspace_id, person, now - DAY)
            if found["in_work"]:
                raise Conflict("it is being made already")
            if found["lately"] >= limits.EXPORTS_PER_DAY_MAX:
                raise TooMany(f"{limits.EXPORTS_PER_DAY_MAX} people were exported today: go on tomorrow")
            values = (export_id, root, actor.operator_id, actor.name, now, now + timedelta(days=limits.EXPORT_DAYS))
            await tx.execute(SQL["insert_export"], actor.workspace_id, *values)
            await self._access.audit.record(tx, actor, "person.exported", f"contact {root}")
            await enqueue(tx, JOB, f"{actor.workspace_id}:{export_id}", once=str(export_id))
        return (await self.list_exports(actor, root))[0]

    async def list_exports(self, actor: Actor, contact_id: UUID) -> list[PersonExport]:
        """Of this person, latest first, those that are gone too."""
        require(actor, "privacy")
        root = await self._contacts.persons.get_root(actor.workspace_id, contact_id)
        person = await self._person(self._db, actor.workspace_id, root)
        records = await self._db.fetch(SQL["list_exports"], actor.workspace_id, person, limits.EXPORTS_LISTED)
        return [PersonExport(*r) for r in records]

    async def take(self, actor: Actor, contact_id: UUID, export_id: UUID) -> Package:
        """A finished package, as it is; who took it is written down first. Raises `NotFound`, `Conflict`."""
        record = await self._find(actor, contact_id, export_id)
        if record["status"] != "ready":
            raise Conflict("it is not made yet, or gone: have it made again")
        content = await self._files.read_object("exports", export_id, 0, record["size_bytes"])
        await self._access.audit.record(self._db, actor, "export.taken", f"contact {contact_id}")
        return Package(f"person-{record['asked_at']:%Y-%m-%d}.zip", record["size_bytes"], content)

    async def delete(self, actor: Actor, contact_id: UUID, export_id: UUID) -> None:
        """Before its time. Again is no error."""
        await self._find(actor, contact_id, export_id)
        async with self._db.transaction() as tx:
            if await tx.fetchval(SQL["delete_export"], actor.workspace_id, export_id):
                await self._access.audit.record(tx, actor, "export.deleted", f"contact {contact_id}")
        await self._files.delete_object("exports", export_id)

    async def _find(self, actor: Actor, contact_id: UUID, export_id: UUID) -> Any:
        require(actor, "privacy")
        root = await self._contacts.persons.get_root(actor.workspace_id, contact_id)
        person = await self._person(self._db, actor.workspace_id, root)
        record = await self._db.fetchrow(SQL["find_export"], actor.workspace_id, export_id)
        if record is None or record["contact_id"] not in person:
            raise NotFound("there is no such export")
        return record

    @staticmethod
    async def _person(place: Connection | Database, workspace_id: int, contact_id: UUID) -> list[UUID]:
        return [r["id"] for r in await place.fetch(SQL["list_person"], workspace_id, contact_id)]

    # -- the end of them -------------------------------------------------------------------------------------------

    async def forget(self, workspace_id: int, contact_id: UUID) -> None:
        """An erased person's packages go at once, those in work too."""
        for record in await self._db.fetch(SQL["list_exports_of"], workspace_id, contact_id):
            await self._db.fetchval(SQL["delete_export"], workspace_id, record["id"])
            await self._files.delete_object("exports", record["id"])

    async def purge(self) -> int:
        """Packages whose time is over; how many."""
        records = await self._db.fetch(SQL["list_expired"], self._clock.now(), limits.PAGE_MAX)
        for record in records:
            await self._db.fetchval(SQL["delete_export"], record["workspace_id"], record["id"])
            await self._files.delete_object("exports", record["id"])
        return len(records)

    # -- making one ------------------------------------------------------------------------------------------------

    async def run(self, payload: str) -> None:
        """For the worker: `workspace:export`. Bears being repeated; what went wrong is raised for another try."""
        workspace, _, export = payload.partition(":")
        key = (int(workspace), UUID(export))
        record = await self._db.fetchrow(SQL["find_export"], *key)
        if record is None or record["status"] in ("ready", "deleted"):
            return
        try:
            async with self._files.sandbox.room() as room:
                path = room / "package.zip"
                if await self._pack(key, record, path):
                    await self._files.put_object("exports", key[1], path)
                    now = self._clock.now()
                    values = (path.stat().st_size, now, now + timedelta(days=limits.EXPORT_DAYS))
                    if await self._db.fetchval(SQL["finish_export"], *key, *values) is None:  # erased meanwhile
                        await self._files.delete_object("exports", key[1])
        except BaseException:
            await self._db.execute(SQL["fail_export"], *key)
            raise

    async def _pack(self, key: tuple[int, UUID], record: Any, path: Path) -> bool:
        """One reading of the database at one moment, written row by row. False when it is not wanted any more."""
        connection = await self._db.dedicated()
        try:
            await connection.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = '10min'")
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                person = await self._person(connection, key[0], record["contact_id"])
                workspace = await self._access.get_workspace(key[0])
                conversations = await connection.fetch(SQL["list_own_conversations"], key[0], person)
                files = await self._files_of(connection, key[0], person)
                total = len(conversations) + len(files)
                if await self._db.fetchval(SQL["start_export"], *key, total) is None:
                    return False
                with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
                    made = _Writing(archive, connection, key[0], person, workspace.locale)
                    names = {file["id"]: _file_name(file) for file in files}
                    counts = {name: await made.section(name, sql) for name, sql in SECTIONS.items()}
                    done = 0
                    for one in conversations:
                        await made.conversation(one, names)
                        done += 1
                        await self._db.execute(SQL["count_done"], *key, done)
                    for file in files:
                        await self._add_file(archive, file, names[file["id"]])
                        done += 1
                        await self._db.execute(SQL["count_done"], *key, done)
                    made.index(counts, conversations, names.values(), self._clock.now())
        finally:
            await connection.close()
        return True

    @staticmethod
    async def _files_of(connection: Any, workspace_id: int, person: list[UUID]) -> list[Any]:
        """Rows of at most EXPORT_FILES_MAX files; their bytes are read one by one."""
        files, after = list[Any](), NOBODY
        while len(files) < limits.EXPORT_FILES_MAX:
            page = await connection.fetch(SQL["list_own_files"], workspace_id, person, after, READ)
            files += page
            if len(page) < READ:
                break
            after = page[-1]["id"]
        return files

    async def _add_file(self, archive: zipfile.ZipFile, file: Any, name: str) -> None:
        """Packed as it is: pictures do not get smaller. A file whose bytes are gone is left out."""
        with contextlib.suppress(FileNotFoundError):
            content = await self._files.read_bytes(file["id"], file["size_bytes"])
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED
            with archive.open(info, "w", force_zip64=True) as entry:
                async for chunk in content:
                    await asyncio.to_thread(entry.write, chunk)


class _Writing:
    """Into one archive, from one reading of the database."""

    def __init__(
        self, archive: zipfile.ZipFile, connection: Any, workspace_id: int, person: list[UUID], locale: Locale
    ) -> None:
        self._archive = archive
        self._connection = connection
        self._key = (workspace_id, person)
        self._locale = locale

    async def section(self, name: str, sql: str) -> int:
        """One JSON array; how many rows it has."""
        count = 0
        with self._archive.open(f"data/{name}.json", "w", force_zip64=True) as entry:
            entry.write(b"[")
            async for record in self._connection.cursor(sql, *self._key, prefetch=READ):
                entry.write((b",\n" if count else b"\n") + msgspec.json.encode(dict(record)))
                count += 1
            entry.write(b"\n]\n")
        return count

    async def conversation(self, one: Any, names: Mapping[UUID, str]) -> None:
        """Its events as JSON lines, and as pages to read."""
        folder, after, part = folder_of(one), 0, 0
        zone = ZoneInfo("UTC")
        urls = {file_id: f"../../{name}" for file_id, name in names.items()}
        view = rules.View(self._locale, zone, internal=True, customer=one["contact_name"], urls=urls)
        while rows := await self._connection.fetch(
            SQL["list_own_events"], self._key[0], one["id"], after, limits.TRANSCRIPT_EVENTS
        ):
            part, after = part + 1, rows[-1]["seq"]
            events = [_event(one["id"], row) for row in rows]
            said = b"\n".join(msgspec.json.encode(event) for event in events) + b"\n"
            page = await asyncio.to_thread(self._page, one, events, view, part)
            await asyncio.to_thread(self._archive.writestr, f"{folder}/events-{part}.jsonl", said)
            await asyncio.to_thread(self._archive.writestr, f"{folder}/page-{part}.html", page)

    def _page(self, one: Any, events: list[Event], view: rules.View, part: int) -> str:
        lines, cut = rules.lines_of(events, view)
        made_at = events[-1].at
        parts = -(-one["last_seq"] // limits.TRANSCRIPT_EVENTS)
        head = (one["inbox_name"], one["contact_name"], self._locale, "UTC", made_at, part, parts, True, lines, cut)
        return render.render_html(Transcript(*head, bundled=True))

    def index(self, counts: Mapping[str, int], conversations: list[Any], files: Any, at: datetime) -> None:
        """The page to begin with."""
        links = [
            (f"{folder_of(one)}/page-1.html", f"{one['inbox_name']}, {one['last_at']:%Y-%m-%d}")
            for one in conversations
        ]
        page = render.render_person(self._locale, at, counts, links, list(files))
        self._archive.writestr("index.html", page)


def folder_of(conversation: Any) -> str:
    return f"conversations/{conversation['last_at']:%Y-%m-%d}-{conversation['id']}"


def _file_name(file: Any) -> str:
    """Of ours, with what a person called it behind: no name of a stranger leads out of the folder."""
    plain = BAD.sub("_", file["name"]).strip(". ")[-80:] or "file"
    return f"files/{file['id']}-{plain}"


def _event(conversation_id: UUID, row: Any) -> Event:
    who = (row["actor"], row["actor_id"], row["actor_name"])
    return Event(conversation_id, row["seq"], row["client_id"], row["created_at"], *who, parse_body(row["body"]))
