"""Objects of files in a folder or a bucket. Their names are ids of ours, never a file's name. Nothing is held whole."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import obstore
import obstore.exceptions
import structlog
from obstore.store import LocalStore, from_url

from okno.kit import limits
from okno.kit.errors import Unavailable

log = structlog.get_logger()

Folder = Literal["exports", "recordings"]
"""What slices above keep here: packages of persons, sealed sound of calls."""
SUFFIXES: Mapping[Folder, str] = {"exports": ".zip", "recordings": ""}
READ_BYTES = 256 * 1024  # the library's default of 10 MiB costs that much memory a reader
IN_FLIGHT = 2  # pieces of one upload on their way to the store


def part_of(file_id: UUID, from_bytes: int, random: str) -> str:
    return f"parts/{file_id}/{from_bytes:015d}-{random}"


def file_of(file_id: UUID) -> str:
    return f"files/{str(file_id)[-2:]}/{file_id}"


def preview_of(file_id: UUID) -> str:
    return f"previews/{str(file_id)[-2:]}/{file_id}"


def object_of(folder: Folder, object_id: UUID) -> str:
    return f"{folder}/{object_id}{SUFFIXES[folder]}"


class Storage:
    """A local folder, or `s3://`, `gs://`, `az://` with the credentials of the environment."""

    def __init__(self, place: Path | str) -> None:
        self._store: Any = from_url(place) if isinstance(place, str) else LocalStore(place, mkdir=True)

    async def put(self, name: str, source: Path | AsyncIterator[bytes] | bytes) -> None:
        """Raises `Unavailable` when the place is full or does not answer."""
        try:
            await obstore.put_async(
                self._store, name, source, chunk_size=limits.UPLOAD_CHUNK_BYTES, max_concurrency=IN_FLIGHT
            )
        except obstore.exceptions.GenericError as error:
            log.warning("the place of files takes nothing", name=name, error=str(error)[:300])
            raise Unavailable("the place of files is full or does not answer; send it again") from error

    async def read(self, name: str, first: int, after: int) -> AsyncIterator[bytes]:
        """Its bytes in pieces. Raises `FileNotFoundError` before the first."""
        found = await obstore.get_async(self._store, name, options={"range": (first, after)})

        async def pieces() -> AsyncIterator[bytes]:
            async for chunk in found.stream(min_chunk_size=READ_BYTES):
                yield bytes(chunk)

        return pieces()

    async def size(self, name: str) -> int:
        """Raises `FileNotFoundError`."""
        return int((await obstore.head_async(self._store, name))["size"])

    async def copy(self, name: str, target: str) -> None:
        """Raises `FileNotFoundError`, and `Unavailable` as `put` does."""
        try:
            await obstore.copy_async(self._store, name, target)
        except obstore.exceptions.GenericError as error:
            log.warning("the place of files copies nothing", name=name, error=str(error)[:300])
            raise Unavailable("the place of files is full or does not answer; send it again") from error

    async def delete(self, names: Sequence[str]) -> None:
        """What is gone already is no error."""
        for name in names:
            try:
                await obstore.delete_async(self._store, name)
            except FileNotFoundError:
                continue

    async def delete_parts(self, file_id: UUID) -> None:
        """All parts of an upload, those nobody knows of too."""
        async for page in obstore.list(self._store, prefix=f"parts/{file_id}/"):
            await self.delete([str(found["path"]) for found in page])
