"""`make dev`: okno serve, started again when a Python or SQL file changes. Arguments go to `okno serve`."""

import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
WATCHED = (".py", ".sql", ".toml")
POLL_S = 0.5


def state() -> dict[Path, int]:
    """When each watched file was changed, in nanoseconds."""
    return {p: p.stat().st_mtime_ns for p in (ROOT / "src").rglob("*") if p.suffix in WATCHED}


def main() -> None:
    command = [str(ROOT / ".venv/bin/okno"), "serve", *sys.argv[1:]]
    while True:
        before = state()
        server = subprocess.Popen(command)
        try:
            while state() == before:
                time.sleep(POLL_S)
        except KeyboardInterrupt:
            server.wait()  # the terminal has told it too
            return
        print("a file has changed", flush=True)
        server.send_signal(signal.SIGTERM)
        server.wait()


if __name__ == "__main__":
    main()
