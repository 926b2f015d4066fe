"""What a call needs of whatever carries the sound; adapters say what they can do."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from okno.kit.errors import OknoError
from okno.telephony.machine import Cause


class EngineFailed(OknoError):
    """It refused, or it is away; the call ends with it."""

    status, slug, title = 503, "telephony-unavailable", "The telephone does not work just now"


class Line(NamedTuple):
    """A device of an operator that can be rung now."""

    operator: UUID
    endpoint: str


class Arrival(NamedTuple):
    """Somebody has dialled one of the company's numbers. `leg` is the engine's own, ours from now on."""

    leg: UUID
    workspace_id: int
    caller: str
    dialled: str


class EngineListener(Protocol):
    """Told in the order of events; must not block."""

    def on_answered(self, leg: UUID) -> None: ...
    def on_ended(self, leg: UUID, cause: Cause) -> None: ...
    def on_arrived(self, arrival: Arrival) -> None: ...
    def on_connected(self) -> None:
        """The engine is there, or there again: what lives is compared with what is known."""
        ...

    def on_lost(self) -> None:
        """It is gone, and every call with it."""
        ...


class CallEngine(Protocol):
    """Carries out what `machine` decides. Every method raises `EngineFailed`."""

    def listen(self, listener: EngineListener) -> None: ...
    def is_there(self) -> bool: ...
    async def list_lines(self, workspace_id: int, operators: Sequence[UUID]) -> list[Line]:
        """Devices of these operators that can be rung."""
        ...

    def outside(self, workspace_id: int, number: str) -> str:
        """The endpoint that leads to a number (E.164) of the telephone network."""
        ...

    async def dial(self, call: UUID, leg: UUID, endpoint: str, *, shown: str, ring_s: int) -> None:
        """Ring it; `shown` is what the other side sees. An answer or the end comes to the listener."""
        ...

    async def drop(self, leg: UUID) -> None:
        """Hang up; nothing happens when it is gone."""
        ...

    async def connect(self, call: UUID, customer: UUID, operator: UUID) -> None:
        """Both hear each other; an arrival that was not answered yet is."""
        ...

    async def park(self, call: UUID, customer: UUID, *, on: bool) -> None:
        """Music for the customer, or the conversation again."""
        ...

    async def record(self, call: UUID, customer: UUID, what: Literal["begin", "pause", "resume"]) -> None:
        """Both sides of the customer's line, under the name of the call."""
        ...

    async def ring(self, leg: UUID) -> None:
        """An arrival hears that it rings; it is not answered and costs nothing."""
        ...

    async def play_wait(self, leg: UUID) -> None:
        """Answer an arrival and let it hear music."""
        ...

    async def forget(self, call: UUID) -> None:
        """The call is over; nothing of it is needed."""
        ...

    async def list_live(self) -> Mapping[UUID, bool]:
        """Legs that live, and whether each is answered."""
        ...
