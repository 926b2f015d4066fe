"""The public door of files: uploads in parts, their examination, links and their bytes."""

import asyncio
import contextlib
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import structlog

from okno.access.api import Access
from okno.access.keys import Keys
from okno.bus.jobs import enqueue
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.files import rules, storage
from okno.files.sandbox import Sandbox, Seen, Task
from okno.files.storage import Storage
from okno.files.types import OCTETS, FileLink, FileRow, KeptFile
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound, TooLarge, TooMany, Unsupported
from okno.kit.ids import uuid7
from okno.kit.tasks import Tasks

SQL = load_queries("okno.files")
log = structlog.get_logger()
HOUR_S = 3600
LINK_STEP_S = 3600  # an address stays the same for an hour, so that browsers find it in their cache
CLAIM_S = 120.0  # longer than any examination; then somebody else may take it over
PURGE_PAGE = 500
PREVIEWS = frozenset("pq")
"""Sorts of signed addresses: f and p are an operator's, of the file and its preview; c and q a customer's."""
CUSTOMERS = frozenset("cq")


class Files:
    """Uploads and their bytes. Scope is the caller's, except for one's own uploads."""

    def __init__(
        self,
        database: Database,
        access: Access,
        keys: Keys,
        clock: Clock,
        store: Storage,
        sandbox: Sandbox,
        tasks: Tasks,
    ) -> None:
        self._db = database
        self._access = access
        self._keys = keys
        self._clock = clock
        self._store = store
        self.sandbox = sandbox
        self._tasks = tasks
        self._finishing: dict[UUID, asyncio.Task[None]] = {}
        self._addresses: dict[str, int] = defaultdict(int)
        self._hour = 0

    @classmethod
    def at(
        cls,
        folder: Path,
        url: str,
        process: str = "examined",
        *,
        database: Database,
        access: Access,
        keys: Keys,
        clock: Clock,
        tasks: Tasks,
    ) -> "Files":
        """Over a bucket by `url`, else over `folder`; files are examined in a folder beside it, one a `process`."""
        sandbox = Sandbox(folder.with_name(f"{folder.name}-{process}"))
        return cls(database, access, keys, clock, Storage(url or folder), sandbox, tasks)

    # -- uploading -------------------------------------------------------------------------------------------------

    async def create(
        self,
        workspace_id: int,
        owner_id: UUID,
        metadata: dict[str, str],
        size_bytes: int,
        *,
        visitor: bool,
        address: str,
    ) -> UUID:
        """Announce a file; the same id by the same owner is the same file.

        Raises `TooLarge`, `Unsupported`, `TooMany`, `Invalid`, `Conflict` (the id is somebody else's or was used up).
        """
        workspace = await self._access.get_workspace(workspace_id)
        if size_bytes > workspace.upload_bytes_max:
            raise TooLarge(f"a file has at most {workspace.upload_bytes_max:,} bytes here")
        if size_bytes < 1:
            raise Invalid("the file is empty", field="upload-length")
        name = rules.clean_name(metadata.get("filename", ""))
        media_type = rules.parse_media_type(metadata.get("filetype", ""))
        if media_type != OCTETS and not rules.accepts(workspace.upload_types, media_type):
            raise Unsupported(f"files of the type {media_type} are not accepted here")
        file_id = _client_id(metadata["id"]) if metadata.get("id") else uuid7()
        known = await self._db.fetchrow(SQL["find_file"], file_id)
        if known is None:
            await self._limit(workspace_id, owner_id, size_bytes, visitor=visitor, address=address)
            values = (workspace_id, file_id, owner_id, name, media_type, size_bytes, self._clock.now())
            if await self._db.fetchval(SQL["insert_file"], *values):
                return file_id
            known = await self._db.fetchrow(SQL["find_file"], file_id)
        if (
            known is None
            or (known["workspace_id"], known["owner_id"]) != (workspace_id, owner_id)
            or known["status"] == "deleted"
            or known["upload_bytes"] != size_bytes
        ):
            raise Conflict("this id is in use: make a new one")
        return file_id

    async def _limit(self, workspace_id: int, owner_id: UUID, size_bytes: int, *, visitor: bool, address: str) -> None:
        since = self._clock.now() - timedelta(seconds=HOUR_S)
        lately = await self._db.fetchrow(SQL["count_lately"], workspace_id, owner_id, since)
        assert lately is not None  # noqa: S101 - a count has a row
        if not visitor:
            if lately["files"] >= limits.UPLOADS_PER_OPERATOR_HOUR_MAX:
                raise TooMany("too many files within an hour")
            return
        hour = int(self._clock.monotonic() // HOUR_S)
        if hour != self._hour:
            self._hour = hour
            self._addresses.clear()
        self._addresses[address] += 1
        if (
            lately["files"] >= limits.UPLOADS_PER_VISITOR_HOUR_MAX
            or lately["bytes"] + size_bytes > limits.UPLOAD_BYTES_PER_VISITOR_HOUR_MAX
            or self._addresses[address] > limits.UPLOADS_PER_ADDRESS_HOUR_MAX
        ):
            raise TooMany("too many files within an hour; send the rest later")

    async def get_own(self, workspace_id: int, owner_id: UUID, file_id: UUID) -> FileRow:
        """An upload of this owner. Raises `NotFound`."""
        row = await self._find(file_id)
        if row is None or (row.workspace_id, row.owner_id) != (workspace_id, owner_id) or row.status == "deleted":
            raise NotFound("there is no such upload")
        return row

    async def _find(self, file_id: UUID) -> FileRow | None:
        record = await self._db.fetchrow(SQL["find_file"], file_id)
        return FileRow(*record) if record else None

    async def append(self, file: FileRow, offset: int, chunks: AsyncIterator[bytes]) -> int:
        """Keep what arrives from `offset` on; where the upload stands afterwards, also when the link was cut.

        Raises `Conflict` when it stands elsewhere, `TooLarge` for more than was announced.
        """
        if offset != file.got_bytes:
            raise Conflict(f"the upload stands at {file.got_bytes}")
        body = _Body(chunks, file.upload_bytes - offset)
        while await body.more():
            name = storage.part_of(file.id, offset, secrets.token_hex(4))
            await self._store.put(name, body.part())
            moved = body.part_bytes and await self._db.fetchval(
                SQL["move"], file.workspace_id, file.id, offset, body.part_bytes, name
            )
            if not moved:
                await self._store.delete([name])
                raise Conflict("another request has moved the upload")
            offset += body.part_bytes
        if body.too_much:
            raise TooLarge("more bytes than Upload-Length announced")
        return offset

    async def terminate(self, file: FileRow) -> None:
        """Give up an upload, or take back a file that was not sent. Raises `Conflict` when it is in a message."""
        if file.conversation_id is not None:
            raise Conflict("the file was sent; delete its message")
        async with self._db.transaction() as tx:
            await self.forget_in(tx, file.workspace_id, [file.id])
        await self.erase_bytes([file.id])

    # -- examination -----------------------------------------------------------------------------------------------

    async def finish(self, file: FileRow) -> None:
        """Examine a whole file; comes back when that is done or after UPLOAD_WAIT_S, when it goes on behind.

        Raises `Unsupported` when its content is of a type that is not accepted: then it is gone.
        """
        task = self._finishing.get(file.id)
        if task is None:
            # Whatever happens to this process, the file will be examined.
            await enqueue(self._db, "files.finish", str(file.id), after_s=CLAIM_S, once=f"finish {file.id}")
            claim = (file.workspace_id, file.id, self._clock.now(), self._clock.now() + timedelta(seconds=CLAIM_S))
            if await self._db.fetchval(SQL["claim"], *claim) is None:
                return  # done, or another process does it
            task = self._tasks.spawn(self._finish(file), name="examine")
            self._finishing[file.id] = task
            task.add_done_callback(lambda _: self._finishing.pop(file.id, None))
        await asyncio.wait([task], timeout=limits.UPLOAD_WAIT_S)
        after = await self._find(file.id)
        if task.done() and after is not None and after.status == "deleted":
            raise Unsupported(f"the content is of a type that is not accepted here: {after.media_type}")

    async def finish_later(self, file_id: UUID) -> None:
        """For the worker: examine a file whose server died over it. Raises what went wrong."""
        file = await self._find(file_id)
        if file is None or file.status != "uploading" or not file.whole:
            return
        claim = (file.workspace_id, file.id, self._clock.now(), self._clock.now() + timedelta(seconds=CLAIM_S))
        if await self._db.fetchval(SQL["claim"], *claim) is not None:
            await self._finish(file)

    async def _finish(self, file: FileRow) -> None:
        try:
            await self._examine(file)
        except BaseException:
            await self._db.execute(SQL["release"], file.workspace_id, file.id)
            raise

    async def _examine(self, file: FileRow) -> None:
        workspace = await self._access.get_workspace(file.workspace_id)
        parts = await self._db.fetch(SQL["list_parts"], file.workspace_id, file.id)
        async with self.sandbox.room() as room:
            source = room / "source"
            head = await self._lay_out(parts, source)
            media_type = rules.sniff(head, file.media_type)
            if not rules.accepts(workspace.upload_types, media_type):
                async with self._db.transaction() as tx:
                    await tx.execute("UPDATE attachment SET media_type = $2 WHERE id = $1", file.id, media_type)
                    await self.forget_in(tx, file.workspace_id, [file.id])
                await self.erase_bytes([file.id])
                return
            seen = Seen()
            task = media_type.partition("/")[0]
            if task in ("image", "video", "audio"):
                seen = await self.sandbox.examine(_task(task), source)
                if task == "image" and not seen.shown:
                    media_type = OCTETS  # what we could not look at, no reader's browser shall open by itself
            kept = Path(seen.clean) if seen.clean else source
            await self._store.put(storage.file_of(file.id), kept)
            if seen.preview:
                await self._store.put(storage.preview_of(file.id), Path(seen.preview))
            size_bytes = kept.stat().st_size
        name = rules.safe_name(file.name, media_type)
        preview = "made" if seen.preview else "none"
        done = await self._db.fetchval(
            SQL["finish"],
            *(file.workspace_id, file.id, media_type, name, size_bytes, preview, seen.width, seen.height),
            seen.duration_s,
        )
        if done is None:  # it was deleted meanwhile
            await self.erase_bytes([file.id])
            return
        await self._db.execute(SQL["delete_parts"], file.workspace_id, file.id)
        await self._store.delete_parts(file.id)

    async def _lay_out(self, parts: Sequence[Any], target: Path) -> bytes:
        """Join the parts in one local file; its first bytes."""
        head = b""
        with target.open("wb") as out:
            for part in parts:
                async for chunk in await self._store.read(part["object"], 0, part["size_bytes"]):
                    if len(head) < rules.HEAD_BYTES:
                        head += chunk[: rules.HEAD_BYTES - len(head)]
                    out.write(chunk)
        return head

    # -- messages --------------------------------------------------------------------------------------------------

    async def bind(
        self,
        workspace_id: int,
        owner_id: UUID,
        ids: Sequence[UUID],
        *,
        conversation_id: UUID,
        message_id: UUID,
        note: bool,
    ) -> list[FileRow]:
        """Give files to their message, in the order asked for; again by the same message is no error.

        Raises `Invalid` naming a file that is not there, not finished, or in another message.
        """
        wanted = list(dict.fromkeys(ids))
        values = (workspace_id, wanted, owner_id, conversation_id, message_id, note)
        rows = {r["id"]: FileRow(*r) for r in await self._db.fetch(SQL["bind"], *values)}
        for file_id in wanted:
            if file_id not in rows:
                raise Invalid(f"file {file_id} is {await self._why(owner_id, file_id)}", field="attachments")
        return [rows[file_id] for file_id in wanted]

    async def _why(self, owner_id: UUID, file_id: UUID) -> str:
        row = await self._find(file_id)
        if row is None or row.owner_id != owner_id or row.status == "deleted":
            return "not uploaded"
        if row.status == "uploading":
            return "being examined; send it in a moment" if row.whole else "not uploaded to its end"
        return "in another message already"

    async def forget_in(self, tx: Connection, workspace_id: int, ids: Sequence[UUID]) -> None:
        """From the commit on no link of these files works; their bytes go soon after."""
        gone = await tx.fetch(SQL["erase"], workspace_id, list(ids))
        for record in gone:
            await enqueue(tx, "files.erase", str(record["id"]))

    async def erase_bytes(self, ids: Sequence[UUID]) -> None:
        """Remove every object of these files; again is no error."""
        for file_id in ids:
            await self._store.delete([storage.file_of(file_id), storage.preview_of(file_id)])
            await self._store.delete_parts(file_id)
            await self._db.execute("DELETE FROM attachment_part WHERE attachment_id = $1", file_id)

    async def purge(self) -> int:
        """Uploads that were never sent go after UPLOAD_HOURS; how many."""
        before = self._clock.now() - timedelta(hours=limits.UPLOAD_HOURS)
        count = 0
        while records := await self._db.fetch(SQL["list_unfinished"], before, PURGE_PAGE):
            for record in records:
                async with self._db.transaction() as tx:
                    await tx.fetch(SQL["erase"], record["workspace_id"], [record["id"]])
                await self.erase_bytes([record["id"]])
            count += len(records)
        return count

    # -- files that stay -------------------------------------------------------------------------------------------

    async def keep(
        self, tx: Connection, workspace_id: int, owner_id: UUID, ids: Sequence[UUID], *, keeper_id: UUID
    ) -> None:
        """Uploads of `owner_id` stay with what `keeper_id` names and go into no message; `forget_in` lets them go.

        Raises `Invalid`.
        """
        if not ids:
            return
        kept = {r["id"] for r in await tx.fetch(SQL["keep"], workspace_id, list(ids), owner_id, keeper_id)}
        for file_id in ids:
            if file_id not in kept:
                raise Invalid(f"file {file_id} is {await self._why(owner_id, file_id)}", field="files")

    async def list_kept(self, workspace_id: int, ids: Sequence[UUID]) -> list[KeptFile]:
        """Those that are still there, in no order."""
        records = await self._db.fetch(SQL["list_kept"], workspace_id, list(ids), len(ids))
        return [KeptFile(*r) for r in records]

    async def copy_kept(self, workspace_id: int, owner_id: UUID, ids: Sequence[UUID]) -> list[FileRow]:
        """Copies for a message of `owner_id`; a file that is gone is left out. Unsent copies go as uploads do."""
        rows = []
        for file_id in ids:
            copy_id = uuid7()
            try:
                await self._store.copy(storage.file_of(file_id), storage.file_of(copy_id))
                with contextlib.suppress(FileNotFoundError):
                    await self._store.copy(storage.preview_of(file_id), storage.preview_of(copy_id))
            except FileNotFoundError:
                continue
            values = (workspace_id, file_id, copy_id, owner_id, self._clock.now())
            record = await self._db.fetchrow(SQL["insert_copy"], *values)
            if record:
                rows.append(FileRow(*record))
            else:
                await self.erase_bytes([copy_id])
        return rows

    # -- links and bytes -------------------------------------------------------------------------------------------

    async def list_ready(self, workspace_id: int, ids: Sequence[UUID]) -> list[FileRow]:
        """Whoever may see them; those that are not there or not finished are left out, the order is that of `ids`."""
        rows = {r["id"]: FileRow(*r) for r in await self._db.fetch(SQL["list_files"], workspace_id, list(set(ids)))}
        found = (rows.get(file_id) for file_id in dict.fromkeys(ids))
        return [row for row in found if row is not None and row.status == "ready"]

    def link(self, file: FileRow, *, customer: bool = False) -> FileLink:
        """A customer's opens nothing any more once he has cleared his history."""
        whole, small = ("c", "q") if customer else ("f", "p")
        url = self._address(file, whole, file.name)
        preview = self._address(file, small, "preview.webp") if file.preview == "made" else None
        return FileLink(file.id, url, preview, file.width, file.height)

    def _address(self, file: FileRow, variant: str, name: str) -> str:
        until = int(self._clock.now().timestamp()) // LINK_STEP_S * LINK_STEP_S + LINK_STEP_S + limits.FILE_URL_S
        signature = self._keys.sign("file", f"{variant}.{file.id}.{until}")
        shown = "" if variant == "f" else f"&v={variant}"
        return f"/files/{file.id}/{quote(name, safe='')}?e={until}&s={signature}{shown}"

    async def get_signed(self, file_id: UUID, variant: str, until: int, signature: str) -> FileRow:
        """Raises `NotFound` for a forged or expired address and for a file that is gone."""
        if not self._keys.signed("file", f"{variant}.{file_id}.{until}", signature):
            raise NotFound("this address is not valid")
        if until < self._clock.now().timestamp():
            raise NotFound("this address has expired; ask for a new one")
        row = await self._find(file_id)
        if row is None or row.status != "ready" or (variant in PREVIEWS and row.preview != "made"):
            raise NotFound("this file is gone")
        if row.cleared and variant in CUSTOMERS:
            raise NotFound("you have cleared this from your history")
        return row

    async def clear_in(self, tx: Connection, workspace_id: int, conversation_ids: Sequence[UUID]) -> None:
        """From the commit on the customer's links of what was sent in these conversations open nothing."""
        await tx.execute(SQL["clear_for_customer"], workspace_id, list(conversation_ids))

    async def preview_size(self, file: FileRow) -> int:
        """Raises `NotFound`."""
        try:
            return await self._store.size(storage.preview_of(file.id))
        except FileNotFoundError:
            raise NotFound("this file is gone") from None

    async def read(self, file: FileRow, variant: str, first: int, after: int) -> AsyncIterator[bytes]:
        """Raises `NotFound` before the first byte."""
        name = storage.preview_of(file.id) if variant in PREVIEWS else storage.file_of(file.id)
        try:
            return await self._store.read(name, first, after)
        except FileNotFoundError:
            log.warning("the bytes of a file are missing", file=str(file.id))
            raise NotFound("this file is gone") from None

    async def read_bytes(self, file_id: UUID, size_bytes: int) -> AsyncIterator[bytes]:
        """The whole file in pieces, for a package. Raises `FileNotFoundError` before the first."""
        return await self._store.read(storage.file_of(file_id), 0, size_bytes)

    # -- objects of the slices above ------------------------------------------------------------------------------

    async def put_object(self, folder: storage.Folder, object_id: UUID, source: Path) -> None:
        """Raises `Unavailable`."""
        await self._store.put(storage.object_of(folder, object_id), source)

    async def read_object(
        self, folder: storage.Folder, object_id: UUID, first: int, after: int
    ) -> AsyncIterator[bytes]:
        """Bytes from `first` up to `after`. Raises `NotFound` before the first piece."""
        try:
            return await self._store.read(storage.object_of(folder, object_id), first, after)
        except FileNotFoundError:
            raise NotFound("this is not kept any more") from None

    async def delete_object(self, folder: storage.Folder, object_id: UUID) -> None:
        """Again is no error."""
        await self._store.delete([storage.object_of(folder, object_id)])


def _task(name: str) -> Task:
    return "image" if name == "image" else "video" if name == "video" else "audio"


def _client_id(text: str) -> UUID:
    """Raises `Invalid` unless it is a UUIDv7."""
    try:
        file_id = UUID(text)
    except ValueError:
        file_id = None
    if file_id is None or file_id.version != 7:  # noqa: PLR2004 - RFC 9562
        raise Invalid("id is a UUIDv7", field="upload-metadata")
    return file_id


class _Body:
    """A request's body cut into parts. A cut link ends it: what has come so far is kept."""

    def __init__(self, chunks: AsyncIterator[bytes], room_bytes: int) -> None:
        self._chunks = chunks
        self._room_bytes = room_bytes
        self._held = b""
        self._ended = False
        self.part_bytes = 0
        self.too_much = False

    async def more(self) -> bool:
        """Something is there for another part."""
        while not self._held and not self._ended:
            try:
                async with asyncio.timeout(limits.UPLOAD_IDLE_S):
                    self._held = await anext(self._chunks)
            except (StopAsyncIteration, TimeoutError):
                self._ended = True
        if len(self._held) > self._room_bytes:
            self._ended = self.too_much = True
            self._held = b""
        return bool(self._held)

    async def part(self) -> AsyncIterator[bytes]:
        """At most about UPLOAD_PART_BYTES_MAX, counted in `part_bytes`."""
        self.part_bytes = 0
        while self.part_bytes < limits.UPLOAD_PART_BYTES_MAX and await self.more():
            chunk, self._held = self._held, b""
            self._room_bytes -= len(chunk)
            self.part_bytes += len(chunk)
            yield chunk
