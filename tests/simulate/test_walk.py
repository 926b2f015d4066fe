"""Thousands of seeded steps by every kind of actor on a real database; then the promises are checked.

A failure names the seed and prints a shortened script. `make soak N=200` walks 200 seeds of 10,000 steps.
"""

import os
from collections import Counter
from collections.abc import Sequence

import pytest

from okno.app.wiring import App
from tests.simulate.walk import COMMANDS, RESTART, STAFF, Step, World, shorten, write_script

SOAK = bool(os.environ.get("OKNO_SOAK"))
SEEDS = int(os.environ.get("OKNO_SOAK_N") or 200) if SOAK else 3
STEPS = 10_000 if SOAK else 800
MORE_SEEDS = 5
COVERED: Counter[str] = Counter()


async def walk(app: App, script: Sequence[Step]) -> Counter[str]:
    world = World(app)
    await world.prepare()
    await world.walk(script)
    return world.covered


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_a_walk_keeps_every_promise(app: App, seed: int) -> None:
    """An order of commands nobody thought of would break numbering, counters, lists or somebody's rights."""
    script = write_script(seed, STEPS)
    try:
        COVERED.update(await walk(app, script))
    except Exception as error:  # noqa: BLE001 - whatever it is, its script is shortened
        sort = type(error)

        async def fails(part: Sequence[Step]) -> bool:
            try:
                await walk(app, part)
            except sort:
                return True
            return False

        short = await shorten(script, fails)
        lines = "\n".join(f"  {step}" for step in short)
        pytest.fail(f"seed {seed}: {error!r}\n{len(short)} steps are enough:\n{lines}")


async def test_a_failing_script_is_shortened_to_what_matters() -> None:
    """Ten thousand steps would tell nobody what is wrong."""
    script = write_script(7, 200)
    one = next(s for s in script if s.command == "close")
    two = next(s for s in reversed(script) if s.command == "reopen")

    async def fails(part: Sequence[Step]) -> bool:
        return one in part and two in part

    assert await shorten(script, fails) == [one, two]


def missed() -> list[str]:
    """What nobody has done yet, or nobody was refused."""
    wanted = [f"{who} {command}" for command in COMMANDS for who in STAFF if who != "outside"]
    wanted += [f"outside {command} refused" for command in COMMANDS if command != "changes"]
    wanted += ["outside changes", "customer message", "customer note refused", RESTART, "copies of erased texts"]
    return [one for one in wanted if not COVERED[one]]


async def test_every_command_was_reached_by_every_actor(app: App) -> None:
    """Steps nobody takes prove nothing. Rare ones are looked for in more walks."""
    for seed in range(SEEDS, SEEDS + MORE_SEEDS):
        if missed():
            COVERED.update(await walk(app, write_script(seed, STEPS)))
    print(dict(sorted(COVERED.items())))
    assert missed() == []
