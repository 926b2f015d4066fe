"""What telephony tells realtime inside the process, and news on the bus."""

from collections.abc import Iterable
from typing import Final, Protocol
from uuid import UUID

import msgspec

from okno.telephony.types import Call

RECORDED: Final = "telephony.recorded"
"""A recording can be played, or has failed: payload `Recorded`."""
STOPPED: Final = "telephony.stopped"
"""A bound of outgoing calls was reached: payload `AlertNews`."""


class Recorded(msgspec.Struct, frozen=True):
    workspace_id: int
    call: UUID
    conversation: UUID


class CallListener(Protocol):
    """Told after every change of a call; must not block."""

    def on_call(self, workspace_id: int, operators: Iterable[UUID], call: Call) -> None:
        """`operators`: whom it rings, who speaks, and who was rung and is to stop showing it."""
        ...
