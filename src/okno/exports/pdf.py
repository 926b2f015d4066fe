"""A transcript as PDF: what the pages are made of is prepared here, the pages are made by `typeset.py`, bounded."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import structlog

from okno.exports.render import head_of, signed_by, tail_of
from okno.exports.types import Line, Transcript
from okno.exports.words import WORDS, day_of, size_of
from okno.kit import limits
from okno.kit.errors import Unavailable

log = structlog.get_logger()
PROGRAM = Path(__file__).with_name("typeset.py")
TEMPLATE = Path(__file__).with_name("transcript.typ")
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    "RAYON_NUM_THREADS": "1",
}


def render_pages(transcript: Transcript) -> str:
    """What the template reads, as JSON: pure."""
    lines: list[dict[str, Any]] = []
    for day, of_day in groupby(transcript.lines, key=lambda line: line.at.date()):
        lines.append({"shape": "day", "text": day_of(day, transcript.locale)})
        lines += [_entry(line, transcript) for line in of_day]
    page = {
        "locale": transcript.locale,
        "head": head_of(transcript),
        "internal": WORDS[transcript.locale]["internal"],
        "lines": lines,
        "tail": tail_of(transcript),
    }
    return json.dumps(page, ensure_ascii=False)


def _entry(line: Line, transcript: Transcript) -> dict[str, Any]:
    return {
        "shape": line.shape,
        "side": line.side,
        "at": f"{line.at:%H:%M}",
        "author": signed_by(line, transcript),
        "text": line.text,
        "quote": list(line.quote) if line.quote else None,
        "files": [(file.name, size_of(file.size_bytes, transcript.locale), file.url) for file in line.files],
        "reactions": "   ".join(f"{emoji} {count}" for emoji, count in line.reactions),
        "deleted": WORDS[transcript.locale]["deleted"] if line.deleted else "",
    }


async def make_pdf(pages: str) -> bytes:
    """From the JSON of `render_pages`. Raises `Unavailable` when the pages cannot be made, and says so in the log."""
    bounds = {
        "memory_bytes": limits.TYPESET_MEMORY_BYTES_MAX,
        "cpu_s": limits.TYPESET_CPU_S_MAX,
        "file_bytes": limits.TRANSCRIPT_BYTES_MAX,
    }
    asked = {"limits": bounds, "template": str(TEMPLATE), "transcript": pages}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-B", str(PROGRAM)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=ENVIRONMENT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limits.TYPESET_S_MAX):
            made, complaint = await process.communicate(json.dumps(asked).encode())
    except TimeoutError:
        made, complaint = b"", b"it took too long"
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode or not made.startswith(b"%PDF"):
        # The complaint may quote a message: only its first line, which names the fault, is told.
        log.error(
            "a PDF could not be made",
            code=process.returncode,
            why=complaint[:200].decode("utf-8", "replace").split("\n")[0],
        )
        raise Unavailable("the PDF could not be made: take the text or the page")
    return made
