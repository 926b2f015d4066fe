"""Runs `examine.py` on one file: a process with bounds, killed when it takes too long. Its death costs that file."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec
import structlog

from okno.kit import limits
from okno.kit.errors import Unsupported

log = structlog.get_logger()
PROGRAM = Path(__file__).with_name("examine.py")
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
FILE_BYTES_SPARE = 64 * 1024 * 1024  # a picture encoded again may be larger than it came
Task = Literal["image", "video", "audio", "photo"]


class Seen(msgspec.Struct, frozen=True):
    """What the process found; paths are of files it wrote. All empty when it failed."""

    shown: bool = False
    width: int = 0
    height: int = 0
    duration_s: float = 0.0
    preview: str = ""
    clean: str = ""
    photo: str = ""


class Sandbox:
    """`folder` is where files are laid out while they are examined; it is emptied at start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places = asyncio.Semaphore(limits.EXAMINE_AT_ONCE_MAX)

    def clear(self) -> None:
        """What an earlier process left behind."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @asynccontextmanager
    async def room(self) -> AsyncIterator[Path]:
        """A folder for one file, gone afterwards."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            yield room
        finally:
            await asyncio.to_thread(shutil.rmtree, room, ignore_errors=True)

    async def examine(self, task: Task, source: Path) -> Seen:
        """Never raises for what is in the file."""
        asked: dict[str, Any] = {
            "task": task,
            "source": str(source),
            "out": str(source.parent),
            "pixels_max": limits.IMAGE_PIXELS_MAX,
            "preview_px": limits.PREVIEW_PX_MAX,
            "photo_px": limits.PHOTO_PX,
            "memory_bytes": limits.EXAMINE_MEMORY_BYTES_MAX,
            "cpu_s": limits.EXAMINE_CPU_S_MAX,
            "file_bytes": source.stat().st_size + FILE_BYTES_SPARE,  # noqa: ASYNC240 - no disk is asked
        }
        async with self._places:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-B", str(PROGRAM), json.dumps(asked)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=ENVIRONMENT,
                start_new_session=True,
            )
            try:
                async with asyncio.timeout(limits.EXAMINE_S_MAX):
                    said, complaint = await process.communicate()
            except TimeoutError:
                said, complaint = b"", b"it took too long"
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)  # and what it has started
                    await process.wait()
        try:
            return msgspec.json.decode(said, type=Seen)
        except msgspec.MsgspecError:
            log.info(
                "a file could not be examined",
                task=task,
                code=process.returncode,
                why=complaint[-300:].decode("utf-8", "replace"),
            )
            return Seen()

    async def make_photo(self, image: bytes) -> bytes:
        """A 256 px WebP square without metadata. Raises `Unsupported` for anything that is not a picture."""
        async with self.room() as room:
            source = room / "source"
            source.write_bytes(image)
            seen = await self.examine("photo", source)
            if not seen.photo:
                raise Unsupported("send a picture: JPEG, PNG, WebP, GIF or AVIF, at most 50 megapixels")
            return Path(seen.photo).read_bytes()  # noqa: ASYNC240 - written a moment ago
