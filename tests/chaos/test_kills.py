"""Acked means kept: real processes are killed with SIGKILL under load. The test itself is tested with broken builds."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import pytest

from tests.chaos.storm import Report, Storm
from tests.support.process import Server, data_folder
from tests.support.proxy import Proxy

SOAK = bool(os.environ.get("OKNO_SOAK"))
KILLS = int(os.environ.get("OKNO_SOAK_N") or 200) if SOAK else 6
LINKS = KILLS if SOAK else 4


UNLIMITED = {"OKNO_FLOOD_LIMITS": "false"}  # a storm is more than one customer may write
MUTANTS = ("early_ack", "no_dedup", "no_repair")


async def storm(kills: int, seed: int, mutant: str = "") -> Report:
    with data_folder() as data:
        environment = UNLIMITED | ({"OKNO_MUTANT": mutant} if mutant else {})
        server = Server(data, environment=environment, module="tests.support.broken").start()
        try:
            return await Storm(server, seed).run(kills)
        finally:
            server.stop()


@pytest.mark.timeout(3 * 3600)
async def test_nothing_acked_is_lost_and_nothing_is_shown_twice() -> None:
    """A customer's or an operator's message with a check mark would be gone, doubled, or out of order."""
    report = await storm(KILLS, seed=7)
    print(f"\nchaos: {report}")
    assert report.faults == []
    assert report.acked > KILLS * 20
    assert report.files > 0
    if SOAK:
        assert report.before_ack * 3 >= report.kills


@pytest.mark.timeout(3 * 3600)
async def test_bad_links_lose_nothing_and_show_nothing_twice() -> None:
    """Half-open sockets, slow lines, frames cut in two and a second tab would lose or double messages."""
    with data_folder() as data:
        server = Server(data, environment=UNLIMITED).start()
        proxy = await Proxy(server.port).start()
        try:
            report = await Storm(server, 11, proxy.url).run(0, proxy, LINKS)
        finally:
            await proxy.stop()
            server.stop()
    print(f"\nbad links: {report}")
    assert report.faults == []
    assert report.files > 0
    assert proxy.cuts > 0
    assert proxy.swallowed > 0


class Shared(Storm):
    """Two processes behind one port: in turn each of them is killed, NATS between them, PostgreSQL under them, all."""

    async def kill(self) -> None:
        self.report.kills += 1
        first, second, nats = self.pid_of("OKNO_PROCESS=1"), self.pid_of("OKNO_PROCESS=2"), self.pid_of("nats-server")
        victims = ([first], [nats], [second], [self.server.postgres_pid()], [first, second, nats])
        for pid in victims[self.report.kills % 5]:
            if pid:
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(1.0)  # started again meanwhile

    def pid_of(self, mark: str) -> int:
        """0 while it is being started again."""
        assert self.server.process
        pid = self.server.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                told = b"".join(Path(f"/proc/{child}/{name}").read_bytes() + b"\0" for name in ("cmdline", "environ"))
                if mark.encode() in told:
                    return int(child)
        return 0


@pytest.mark.timeout(3 * 3600)
async def test_two_processes_lose_nothing_and_show_nothing_twice() -> None:
    """What one process stored and died of would never reach whoever is connected to the other."""
    with data_folder() as data:
        server = Server(data, environment=UNLIMITED | {"OKNO_PROCESSES": "2"}).start()
        try:
            report = await Shared(server, seed=3).run(KILLS)
        finally:
            server.stop()
    print(f"\ntwo processes: {report}")
    assert report.faults == []
    assert report.acked > KILLS * 20


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mutant", MUTANTS if SOAK else MUTANTS[:1])
async def test_a_broken_build_is_noticed(mutant: str) -> None:
    """The tests above would be worth nothing if they let such a build pass."""
    for seed in range(10):
        report = await storm(2, seed=seed, mutant=mutant)
        print(f"\n{mutant}: {report}")
        if any(fault.startswith(("acked", "operator", "visitor", "seq", "never settled")) for fault in report.faults):
            return
    pytest.fail(f"{mutant} was not noticed within 20 kills")
