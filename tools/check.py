"""`make check`: everything that needs no server, side by side; what fails is shown, the rest is one line each.

Two at a time: mypy and the TypeScript checker take a core each.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from tools.node import node_folder

ROOT = Path(__file__).parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
# The longest first.
CHECKS: dict[str, list[str]] = {
    "types of the browser parts": ["npm", "run", "typecheck", "--silent"],
    "types": [str(BIN / "mypy")],
    "reference": [PYTHON, "tools/reference.py", "--check"],
    "wire types": [PYTHON, "tools/protocol_types.py", "--check"],
    "import law": [str(BIN / "lint-imports"), "--no-cache"],
    "lint": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "repository": [PYTHON, "tools/check_repository.py"],
}


def run(name: str) -> tuple[str, int, str, float]:
    """Exit code, what it said, seconds."""
    started = time.monotonic()
    command, folder, environment = CHECKS[name], ROOT, ENVIRONMENT
    if command[0] == "npm":
        node = node_folder()
        if node is None:
            return name, 1, "there is no node: run `make install`", 0.0
        folder = ROOT / "web"
        environment = {**ENVIRONMENT, "PATH": os.pathsep.join([str(node), os.environ["PATH"]])}
        command = [str(node / "npm"), *command[1:]]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return name, done.returncode, done.stdout + done.stderr, time.monotonic() - started


def main() -> int:
    failed = []
    started = time.monotonic()
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, code, said, time_s in pool.map(run, CHECKS):
            print(f"{'FAILED' if code else 'ok    '} {name} {time_s:.1f} s", flush=True)
            if code:
                print(said.strip(), flush=True)
                failed.append(name)
    print(f"{len(failed)} of {len(CHECKS)} checks failed" if failed else f"all {len(CHECKS)} checks passed", end="")
    print(f" in {time.monotonic() - started:.0f} s")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
