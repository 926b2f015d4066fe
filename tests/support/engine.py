"""A telephone engine for tests that need no sound: everybody's telephone is there, and answers as it is told."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from okno.telephony.engine import EngineListener, Line


class ScriptedEngine:
    """`answers`: lines are answered at once; else they ring until they are dropped."""

    def __init__(self, *, answers: bool = True) -> None:
        self.answers = answers
        self.listener: EngineListener | None = None
        self.live: dict[UUID, bool] = {}
        self.asked: list[tuple[str, UUID]] = []

    def listen(self, listener: EngineListener) -> None:
        self.listener = listener
        listener.on_connected()

    def is_there(self) -> bool:
        return True

    async def list_lines(self, workspace_id: int, operators: Sequence[UUID]) -> list[Line]:
        return [Line(operator, f"s{workspace_id}-{operator.hex}") for operator in operators]

    def outside(self, workspace_id: int, number: str) -> str:
        return f"{number}@t{workspace_id}"

    async def dial(self, call: UUID, leg: UUID, endpoint: str, *, shown: str, ring_s: int) -> None:
        self.asked.append(("dial", leg))
        self.live[leg] = False
        if self.answers:
            asyncio.get_running_loop().call_soon(self._answer, leg)

    def _answer(self, leg: UUID) -> None:
        if leg in self.live and self.listener:
            self.live[leg] = True
            self.listener.on_answered(leg)

    async def drop(self, leg: UUID) -> None:
        self.asked.append(("drop", leg))
        if self.live.pop(leg, None) is not None and self.listener:
            self.listener.on_ended(leg, "hung_up")

    async def connect(self, call: UUID, customer: UUID, operator: UUID) -> None:
        self.asked.append(("connect", call))

    async def park(self, call: UUID, customer: UUID, *, on: bool) -> None:
        self.asked.append(("park" if on else "unpark", call))

    async def record(self, call: UUID, customer: UUID, what: str) -> None:
        self.asked.append((f"record {what}", call))

    async def ring(self, leg: UUID) -> None:
        self.asked.append(("ring", leg))

    async def play_wait(self, leg: UUID) -> None:
        self.asked.append(("wait", leg))

    async def forget(self, call: UUID) -> None:
        self.asked.append(("forget", call))

    async def list_live(self) -> Mapping[UUID, bool]:
        return dict(self.live)
