"""`make test`: the Python suite, the browser journeys, the TypeScript suite; the last line counts them all.

The journeys run apart, because playwright keeps a loop of its own, and beside the suite: both wait more than they work.
What they say is shown when the suite has ended. With OKNO_TEST_STRICT a skip is a failure. Arguments go to pytest and
leave the TypeScript suite out.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET

sys.path.insert(0, str(Path(__file__).parent.parent))
from tools.node import node_folder

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / "build" / "tests"
NO_TESTS = 5  # pytest's exit code


@dataclass
class Result:
    """Counts of one or several runs; `skips` counts by reason."""

    passed: int = 0
    failed: int = 0
    skips: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Result") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skips += other.skips

    def line(self, time_s: float) -> str:
        skipped = self.skips.total()
        parts = [f"{self.failed} failed"] if self.failed else []
        parts.append(f"{self.passed} passed")
        if skipped:
            reasons = "; ".join(f"{number}: {reason}" for reason, number in self.skips.most_common())
            parts.append(f"{skipped} skipped ({reasons})")
        return f"{', '.join(parts)} in {time_s:.2f}s"


def run_pytest(name: str, arguments: Sequence[str], output: int | IO[str] | None = None) -> Result:
    """Its output goes to `output`, else through as it comes; the counts are read from its report."""
    report = REPORTS / f"{name}.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
    code = subprocess.run(command, cwd=ROOT, check=False, stdout=output, stderr=output).returncode
    if not report.is_file():
        return Result(failed=1)
    result = Result()
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - written by our own pytest
        if case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
        elif (skip := case.find("skipped")) is not None and skip.get("type") != "pytest.xfail":
            result.skips[skip.get("message") or "no reason given"] += 1
        else:
            result.passed += 1
    if code not in (0, NO_TESTS) and not result.failed:
        result.failed = 1  # it broke off outside a test
    return result


def run_vitest() -> Result:
    """The TypeScript suite, with the node the browser parts are built with."""
    web = ROOT / "web"
    folder = node_folder()
    if not (web / "package.json").is_file():
        return Result()
    if folder is None:
        return Result(skips=Counter({"no node": 1}))
    environment = {**os.environ, "PATH": os.pathsep.join([str(folder), os.environ["PATH"]])}
    npm = str(folder / "npm")
    if not (web / "node_modules").is_dir():
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=web, env=environment, check=True)
    report = REPORTS / "vitest.json"
    reporters = ["--reporter=dot", "--reporter=json", f"--outputFile.json={report}"]
    code = subprocess.run([npm, "test", "--silent", "--", *reporters], cwd=web, env=environment, check=False).returncode
    if not report.is_file():
        return Result(failed=1)
    said = json.loads(report.read_text())
    result = Result(said["numPassedTests"], said["numFailedTests"])
    result.skips["skipped in TypeScript"] = said["numPendingTests"] + said["numTodoTests"]
    if code and not result.failed:
        result.failed = 1
    return result


def main(arguments: Sequence[str]) -> int:
    started = time.monotonic()
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    total = Result()
    if arguments:
        total.add(run_pytest("asked", arguments))
    else:
        said = REPORTS / "browser.txt"
        with ThreadPoolExecutor(1) as beside, said.open("w") as output:
            browser = beside.submit(run_pytest, "browser", ["tests/e2e"], output)
            total.add(run_pytest("suite", ["tests", "--ignore=tests/e2e"]))
            total.add(browser.result())
        print(said.read_text(), flush=True)
        total.add(run_vitest())
    strict = os.environ.get("OKNO_TEST_STRICT") == "1"
    if strict and total.skips.total():
        print("OKNO_TEST_STRICT=1: a skip counts as a failure")
    print(total.line(time.monotonic() - started), flush=True)
    return 1 if total.failed or (strict and total.skips.total()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
