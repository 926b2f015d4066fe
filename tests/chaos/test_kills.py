"""Acked means kept: real processes are killed with SIGKILL under load. The test itself is tested with broken builds."""

import os

import pytest

from tests.chaos.storm import Report, Storm
from tests.support.process import Server, data_folder

SOAK = bool(os.environ.get("OKNO_SOAK"))
KILLS = int(os.environ.get("OKNO_SOAK_N") or 200) if SOAK else 6


async def storm(kills: int, seed: int, mutant: str = "") -> Report:
    with data_folder() as data:
        environment = {"OKNO_MUTANT": mutant} if mutant else {}
        server = Server(data, environment=environment, module="tests.support.broken").start()
        try:
            return await Storm(server, seed).run(kills)
        finally:
            server.stop()


@pytest.mark.timeout(3600)
async def test_nothing_acked_is_lost_and_nothing_is_shown_twice() -> None:
    """A customer's or an operator's message with a check mark would be gone, doubled, or out of order."""
    report = await storm(KILLS, seed=7)
    print(report)
    assert report.faults == []
    assert report.acked > KILLS * 50
    if SOAK:
        assert report.before_ack * 3 >= report.kills


if SOAK:

    @pytest.mark.timeout(3600)
    @pytest.mark.parametrize("mutant", ["early_ack", "no_dedup", "no_repair"])
    async def test_a_broken_build_is_noticed(mutant: str) -> None:
        """The test above would be worth nothing if it let such a build pass."""
        for seed in range(4):
            report = await storm(5, seed=seed, mutant=mutant)
            print(mutant, report)
            if report.faults:
                return
        pytest.fail(f"{mutant} was not noticed within 20 kills")
