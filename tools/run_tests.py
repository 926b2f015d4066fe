"""`make test`: the Python suite, the browser journeys, the TypeScript suite; one line at the end counts them all."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNS = (["tests", "--ignore=tests/e2e"], ["tests/e2e"])
COUNTS = ("failed", "passed", "skipped", "error", "errors", "xfailed")


def run_pytest(arguments: list[str]) -> dict[str, int]:
    """Counts from pytest's last line; output goes through as it comes."""
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, bufsize=1)
    last = ""
    assert process.stdout is not None  # noqa: S101 - asked for above
    for line in process.stdout:
        print(line, end="", flush=True)
        if re.search(r"\d+ (?:passed|failed|skipped|error)", line):
            last = line
    code = process.wait()
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", last) if word in COUNTS}
    if code not in (0, 1, 5):
        counts["error"] = counts.get("error", 0) + 1
    return counts


def run_vitest() -> dict[str, int]:
    """The TypeScript suite, where node is; it came with the build."""
    npx = shutil.which("npx")
    web = ROOT / "web"
    if npx is None or not (web / "node_modules").is_dir():
        print("typescript tests: skipped, no node")
        return {"skipped": 1}
    report = ROOT / "build" / "vitest.json"
    report.parent.mkdir(exist_ok=True)
    done = subprocess.run([npx, "vitest", "run", "--reporter=json", f"--outputFile={report}"], cwd=web, check=False)
    if not report.is_file():
        return {"error": 1}
    result = json.loads(report.read_text())
    print(f"typescript tests: {result['numPassedTests']} passed, {result['numFailedTests']} failed")
    if result["numFailedTests"] or done.returncode:
        subprocess.run([npx, "vitest", "run"], cwd=web, check=False)
    failed = result["numFailedTests"] or int(done.returncode != 0)
    return {"passed": result["numPassedTests"], "failed": failed}


def main() -> int:
    started = time.monotonic()
    total = dict.fromkeys(("failed", "passed", "skipped", "error"), 0)
    for counts in (*(run_pytest(arguments) for arguments in RUNS), run_vitest()):
        for word, number in counts.items():
            total["error" if word == "errors" else word] = total.get(word, 0) + number
    bad = total["failed"] + total["error"]
    strict = bool(os.environ.get("OKNO_TEST_STRICT"))
    if strict and total["skipped"]:
        print("a skip is a failure here: OKNO_TEST_STRICT is set")
        bad += total["skipped"]
    print(f"{total['passed']} passed, {bad} failed, {total['skipped']} skipped in {time.monotonic() - started:.1f}s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
