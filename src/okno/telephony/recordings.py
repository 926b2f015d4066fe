"""Recordings of calls: made into Opus by a job, kept sealed, played with both sides' outline, forgotten by rule."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from okno.access.keys import Keys
from okno.bus.api import emit
from okno.bus.jobs import enqueue
from okno.conversations.api import Conversations, system_of
from okno.conversations.calling import CallRecorded
from okno.db.pool import Connection, Database
from okno.files.api import Files
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import NotFound
from okno.telephony.events import RECORDED, Recorded
from okno.telephony.store import SQL
from okno.telephony.types import Recording, SpeakingFigures

log = structlog.get_logger()
RECORD, UNRECORD = "telephony.record", "telephony.unrecord"
PURPOSE = "recording"
SETTLE_S = 1.0  # Asterisk writes what it has heard after the line is gone
PIECE = 256 * 1024
SEAL = 28  # bytes a sealed piece has more
FOLDER: Final = "recordings"


def recorded_in(home: Path) -> Path:
    """Where Asterisk writes recordings of this installation."""
    return home.resolve() / "telephony" / "state" / "spool" / "monitor" / "okno"


class Recordings:
    """`store`, `erase` and `purge` are the worker's; the rest is of the processes that serve."""

    def __init__(self, database: Database, keys: Keys, clock: Clock, files: Files, spool: Path | None) -> None:
        """`spool`: where Asterisk records; null where there is none."""
        self._db = database
        self._keys = keys
        self._clock = clock
        self._files = files
        self._spool = spool

    # -- making ----------------------------------------------------------------------------------------------------

    async def keep_in(
        self, tx: Connection, workspace_id: int, call_id: UUID, place: tuple[UUID, UUID], *, failed: bool
    ) -> None:
        """A recorded call has ended: a job makes its recording. `place`: conversation and contact.

        `failed`: the engine did not obey, and what it has recorded, perhaps a secret, is nobody's.
        """
        state = "failed" if failed else "waiting"
        await tx.execute(SQL["insert_recording"], workspace_id, call_id, *place, state, self._clock.now())
        if failed:
            await emit(tx, self._clock, RECORDED, Recorded(workspace_id, call_id, place[0]))
            await enqueue(tx, UNRECORD, str(call_id), after_s=SETTLE_S)
            return
        await enqueue(tx, RECORD, f"{workspace_id}/{call_id}", after_s=SETTLE_S)

    async def store(self, payload: str) -> None:
        """A job. Again is no error; without a file it has failed."""
        workspace_id, call_id = _parse(payload)
        record = await self._db.fetchrow(SQL["find_recording"], workspace_id, call_id)
        if record is None or record["state"] != "waiting":
            return
        raw = self._raw(call_id)
        made = await asyncio.to_thread(_make, raw) if raw else None
        if raw is None or made is None:
            log.warning("a call was not recorded", call=str(call_id))
            await self._finish(record, "failed", (0.0, 0, b"", b"", b"", ""))
            return
        sound, values = made
        with tempfile.NamedTemporaryFile(prefix="okno-", suffix=".sealed") as sealed:
            for at in range(0, len(sound), PIECE):
                sealed.write(self._keys.seal(PURPOSE, sound[at : at + PIECE]))
            sealed.flush()
            await self._files.put_object(FOLDER, call_id, Path(sealed.name))
        await self._finish(record, "ready", values)
        await asyncio.to_thread(raw.unlink, missing_ok=True)

    async def _finish(self, record: Any, state: str, values: tuple[float, int, bytes, bytes, bytes, str]) -> None:
        async with self._db.transaction() as tx:
            key = (record["workspace_id"], record["call_id"])
            if await tx.fetchval(SQL["finish_recording"], *key, state, *values) is not None:
                await emit(tx, self._clock, RECORDED, Recorded(*key, record["conversation_id"]))
                return
        now = await self._db.fetchrow(SQL["find_recording"], *key)
        if now is None or now["state"] == "erased":  # meanwhile; else the same job was done twice
            await self._files.delete_object(FOLDER, record["call_id"])

    def _raw(self, call_id: UUID) -> Path | None:
        """What Asterisk has written."""
        return self._spool / f"{call_id}.raw" if self._spool else None

    async def tell(self, conversations: Conversations, news: Recorded) -> None:
        """Into the timeline, once."""
        record = await self._db.fetchrow(SQL["find_recording"], news.workspace_id, news.call)
        if record is None or record["state"] not in ("ready", "failed"):
            return
        now = self._clock.now()

        async def once(tx: Connection) -> bool:
            return await tx.fetchval(SQL["tell_recording"], news.workspace_id, news.call, now) is not None

        body = CallRecorded(news.call, round(record["seconds"]), kept=record["state"] == "ready")
        await conversations.add_event(
            *(news.workspace_id, news.conversation),
            ("system", system_of(news.workspace_id).operator_id),
            body,
            when=once,
        )

    # -- playing ---------------------------------------------------------------------------------------------------

    async def get(self, workspace_id: int, call_id: UUID) -> Recording:
        """Raises `NotFound` where nothing was recorded, or is kept no more."""
        record = await self._db.fetchrow(SQL["find_recording"], workspace_id, call_id)
        if record is None or record["state"] != "ready":
            raise NotFound("there is no recording of this call")
        figures = msgspec.json.decode(record["figures"], type=SpeakingFigures)
        return Recording(
            *(call_id, record["seconds"], record["made_at"], record["size_bytes"], record["sha256"].hex()),
            *(list(record["customer_peaks"]), list(record["operator_peaks"]), figures),
        )

    async def read(self, recording: Recording, first: int, after: int) -> AsyncIterator[bytes]:
        """Bytes of the sound, unsealed piece by piece. Raises `NotFound` before the first."""
        call_id, size_bytes = recording.call, recording.size_bytes
        pieces = range(first // PIECE, -(-after // PIECE))
        end = min(pieces.stop * (PIECE + SEAL), size_bytes + -(-size_bytes // PIECE) * SEAL)
        sealed = await self._files.read_object(FOLDER, call_id, pieces.start * (PIECE + SEAL), end)

        async def plain() -> AsyncIterator[bytes]:
            held, at = bytearray(), pieces.start * PIECE
            async for chunk in sealed:
                held += chunk
                while len(held) >= PIECE + SEAL:
                    yield self._cut(bytes(held[: PIECE + SEAL]), at, first, after)
                    del held[: PIECE + SEAL]
                    at += PIECE
            if held:
                yield self._cut(bytes(held), at, first, after)

        return plain()

    def _cut(self, sealed: bytes, at: int, first: int, after: int) -> bytes:
        return self._keys.unseal(PURPOSE, sealed)[max(first - at, 0) : after - at]

    # -- forgetting ------------------------------------------------------------------------------------------------

    async def forget_in(self, tx: Connection, workspace_id: int, contact_id: UUID, ids: list[UUID]) -> None:
        """A person was erased: his voice is."""
        for r in await tx.fetch(SQL["erase_recordings"], workspace_id, contact_id, ids):
            await enqueue(tx, UNRECORD, str(r["call_id"]))

    async def erase(self, payload: str) -> None:
        """A job: the bytes of one, wherever they are."""
        call_id = UUID(payload)
        await self._files.delete_object(FOLDER, call_id)
        if raw := self._raw(call_id):
            await asyncio.to_thread(raw.unlink, missing_ok=True)

    async def purge(self, _: str) -> None:
        """A job: those that were kept as long as their workspace keeps them."""
        while True:
            async with self._db.transaction() as tx:
                old = await tx.fetch(SQL["expire_recordings"], self._clock.now(), limits.PAGE_MAX)
                for r in old:
                    await enqueue(tx, UNRECORD, str(r["call_id"]))
            if len(old) < limits.PAGE_MAX:
                break
        if self._spool:
            waiting = {r["call_id"] for r in await self._db.fetch(SQL["list_unmade"])}
            before = self._clock.now() - timedelta(hours=limits.RAW_HOURS_MAX)
            await asyncio.to_thread(_sweep, self._spool, before, waiting)


def _sweep(spool: Path, before: datetime, waiting: Collection[UUID]) -> None:
    """What no job will take: calls nobody spoke in leave empty files."""
    for raw in spool.glob("*.raw"):
        if raw.stat().st_mtime < before.timestamp() and UUID(raw.stem) not in waiting:
            raw.unlink(missing_ok=True)


def _make(raw: Path) -> tuple[bytes, tuple[float, int, bytes, bytes, bytes, str]] | None:
    """The sound and its row; null where there is none."""
    if not raw.is_file():
        return None
    from okno.telephony import sound  # noqa: PLC0415 - numpy and libsndfile, for who stores a recording

    samples = sound.read_raw(raw)
    if not len(samples):
        return None
    with tempfile.NamedTemporaryFile(prefix="okno-", suffix=".ogg") as opus:
        sound.write_opus(samples, Path(opus.name))
        content = Path(opus.name).read_bytes()
    outline = sound.outline_of(samples)
    figures = msgspec.json.encode(sound.figures_of(samples)).decode()
    digest = hashlib.sha256(content).digest()
    return content, (len(samples) / sound.RATE, len(content), digest, outline.customer, outline.operator, figures)


def _parse(payload: str) -> tuple[int, UUID]:
    workspace_id, _, call_id = payload.partition("/")
    return int(workspace_id), UUID(call_id)
