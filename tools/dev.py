"""`make dev`: okno serve, started again when a source has changed; browser parts are built before that.

A file with a mistake ends the server; it comes back with the next change.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SERVER = {".py", ".sql", ".toml"}
BROWSER = {".ts", ".tsx", ".vue", ".css", ".html", ".mjs"}
BUILT = {"node_modules", "dist", "static", "__pycache__"}
POLL_S = 0.5


def sources(folder: Path, endings: set[str]) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in BUILT:
            continue
        if path.is_dir():
            yield from sources(path, endings)
        elif path.suffix in endings:
            yield path


def state(folder: str, endings: set[str]) -> dict[Path, int]:
    """When each watched file was changed, in nanoseconds."""
    return {p: p.stat().st_mtime_ns for p in sources(ROOT / folder, endings) if p.exists()}


def main() -> None:
    command = [str(ROOT / ".venv/bin/okno"), "serve", *sys.argv[1:]]
    while True:
        server_before, browser_before = state("src", SERVER), state("web", BROWSER)
        server = subprocess.Popen(command)
        try:
            while state("src", SERVER) == server_before and state("web", BROWSER) == browser_before:
                time.sleep(POLL_S)
        except KeyboardInterrupt:
            server.wait()  # the terminal has told it too
            return
        print("a file has changed", flush=True)
        server.send_signal(signal.SIGTERM)
        server.wait()
        if state("web", BROWSER) != browser_before:
            subprocess.run([str(ROOT / "tools/bootstrap")], check=False)


if __name__ == "__main__":
    main()
