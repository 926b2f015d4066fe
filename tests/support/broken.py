"""`okno serve` with a switch: death between commit and ack on SIGUSR1, and builds that are broken on purpose.

OKNO_MUTANT: `early_ack` acks before the commit, `no_dedup` has no dedup key, `no_repair` never sends what was missed.
"""

import os
import signal
from collections.abc import Sequence
from typing import Any

from okno.app import command
from okno.conversations import append as appending
from okno.conversations.append import Draft, Outcome, Stored, Writer
from okno.db import migrate as migrating
from okno.realtime.session import Session

MUTANT = os.environ.pop("OKNO_MUTANT", "")
_die = False


def _ask_to_die(*_: object) -> None:
    global _die
    _die = True


def _killed_before_ack(self: Writer, batch: list[tuple[Draft, Outcome]]) -> None:
    if _die:
        os.kill(os.getpid(), signal.SIGKILL)
    _tell(self, batch)


_tell = Writer._tell
Writer._tell = _killed_before_ack


async def _ack_first(self: Writer, batch: list[Draft]) -> list[tuple[Draft, Outcome]]:
    connection = await self._connected()
    last: dict[Any, int] = {}
    for draft in batch:
        if draft.conversation_id not in last:
            row = await connection.fetchval("SELECT last_seq FROM conversation WHERE id = $1", draft.conversation_id)
            last[draft.conversation_id] = row or 0
    told: list[tuple[Draft, Outcome]] = []
    for draft in batch:
        last[draft.conversation_id] += 1
        told.append((draft, Stored(last[draft.conversation_id], self._clock.now(), fresh=False)))
    _tell(self, told)
    if _die:
        os.kill(os.getpid(), signal.SIGKILL)
    return [(d._replace(origin=None), o) for d, o in await _commit(self, batch)]


_commit = Writer._commit


def _without_dedup(found: Sequence[Any]) -> list[Any]:
    key, plain = "CREATE UNIQUE INDEX event_client_id", "CREATE INDEX event_client_id"
    assert any(key in migration.sql for migration in found)
    return [migration._replace(sql=migration.sql.replace(key, plain)) for migration in found]


async def _nothing_missed(self: Session, workspace_id: int, thread: Any, after: int | None) -> Any:
    snapshot = await _read_snapshot(self, workspace_id, thread, after)
    return snapshot if snapshot.reset else type(snapshot)(snapshot.thread, snapshot.receipt, [], False, True)


async def _no_repair(*_: object) -> None:
    """The client asks in vain."""


_read_snapshot = Session._read_snapshot

if MUTANT == "early_ack":
    Writer._commit = _ack_first
elif MUTANT == "no_dedup":
    _migrations = migrating.migrations
    migrating.migrations = lambda: _without_dedup(_migrations())
elif MUTANT == "no_repair":
    Session._read_snapshot = _nothing_missed
    Session._repair = _no_repair

if __name__ == "__main__":
    assert appending
    signal.signal(signal.SIGUSR1, _ask_to_die)
    command.main()
