"""What the benchmarks share: processes pinned to cores, CPU time of process trees, percentiles, RESULT lines."""

import os
from collections.abc import Sequence
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*"):
        for child in (task / "children").read_text().split():
            found += children(int(child))
    return found


def cpu_s(pid: int) -> float:
    """Seconds of CPU a process tree has used, its ended children included."""
    total = 0.0
    for one in children(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += sum(int(x) for x in fields[11:15]) * TICK_S
    return total


def memory_kb(pid: int) -> int:
    """Proportional set size."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def result(name: str, figure: float, unit: str, target: float, *, most: bool = False) -> None:
    """One line a machine reads. `most`: the target is an upper bound."""
    good = figure <= target if most else figure >= target
    print(
        f"RESULT {name} {figure:.2f} {unit} target {'<=' if most else '>='}{target:g} {'ok' if good else 'short'}",
        flush=True,
    )
