"""The program that makes pages of strangers' words, run as a process of its own: it may hang, or be killed.

Standard input: one JSON object {limits: {memory_bytes, cpu_s, file_bytes}, template, transcript}; standard output: the
PDF. It limits itself before it reads a word, then imports what it needs.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


def main() -> None:
    asked = json.load(sys.stdin.buffer)
    with contextlib.suppress(OSError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    bounds = asked["limits"]
    for name, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, bounds["memory_bytes"]),
        (resource.RLIMIT_CPU, bounds["cpu_s"]),
        (resource.RLIMIT_FSIZE, bounds["file_bytes"]),
        (resource.RLIMIT_NOFILE, 128),
    ):
        resource.setrlimit(name, (value, value))
    os.nice(5)
    import manimgx_fonts
    import typst

    pages = typst.compile(
        Path(asked["template"]),
        root=Path(asked["template"]).parent,
        font_paths=[Path(manimgx_fonts.__file__).parent],
        ignore_system_fonts=True,
        sys_inputs={"transcript": asked["transcript"]},
    )
    sys.stdout.buffer.write(pages)


if __name__ == "__main__":
    main()
