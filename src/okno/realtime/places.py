"""Customers who wait are told their place in the queue and how long it takes, as it changes."""

from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.wire import encode
from okno.realtime.frames import PlaceFrame
from okno.realtime.hub import Hub, Listening, Thread
from okno.routing.sla.api import Promises

Told = tuple[int, int]


class Places:
    """Each process tells those connected to it; one query a workspace and PLACE_S, while customers are connected."""

    def __init__(self, hub: Hub, promises: Promises, clock: Clock) -> None:
        self._hub = hub
        self._promises = promises
        self._clock = clock
        self._told: dict[tuple[Thread, Listening], Told] = {}

    async def run(self) -> None:
        while True:
            await self.tell()
            await self._clock.sleep(limits.PLACE_S)

    async def tell(self) -> None:
        """What has changed since the last time, to whoever is concerned."""
        standing: dict[Thread, Told] = {}
        for workspace_id in self._hub.workspaces_of_customers():
            for conversation_id, (place, expected_s) in (await self._promises.places(workspace_id)).items():
                minutes = -(-expected_s // 60) * 60  # nobody is told every second
                standing[workspace_id, conversation_id] = (place, minutes)
        told: dict[tuple[Thread, Listening], Told] = {}
        for thread in {*standing, *(thread for thread, _ in self._told)}:
            now = standing.get(thread)
            sessions = self._hub.customers_of(thread)
            frame = encode(PlaceFrame(thread[1], *(now or (0, 0)))) if sessions else b""
            for session in sessions:
                if self._told.get((thread, session)) != now:  # a tab that was just opened has not been told yet
                    session.send(frame)
                if now:
                    told[thread, session] = now
        self._told = told
