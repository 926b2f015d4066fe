"""`CallEngine` over Asterisk: our legs are its channels, named by us before they are there."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from okno.kit.tasks import Tasks
from okno.telephony.asterisk.ami import Ami
from okno.telephony.asterisk.ari import GONE, Ari, AriRefused, Event
from okno.telephony.asterisk.config import APP, TRUNK, USER, endpoint, parse_endpoint
from okno.telephony.asterisk.server import AsteriskServer
from okno.telephony.engine import Arrival, EngineFailed, EngineListener, Line
from okno.telephony.machine import Cause

log = structlog.get_logger()
LEG = "leg-"
CAUSES: Final[Mapping[int, Cause]] = {
    **dict.fromkeys((16, 0), "hung_up"),
    17: "busy",
    **dict.fromkeys((18, 19), "no_answer"),
    21: "rejected",
    **dict.fromkeys((1, 3, 20, 22, 27, 28, 34, 38, 41, 42), "unreachable"),
}
"""Q.850 causes; whatever is not here: failed."""


class AsteriskEngine:
    """One node. `run` keeps the connection; without it every method raises `EngineFailed`."""

    def __init__(self, tasks: Tasks, server: AsteriskServer) -> None:
        self._tasks = tasks
        self._recordings = server.recordings
        self._ami = Ami(server.net.ami_port, USER, server.password)
        self._ari = Ari(server.url, USER, server.password, APP, self._take)
        self._listener: EngineListener | None = None
        self._channels: dict[UUID, str] = {}
        self._up: set[UUID] = set()
        self._bridges: dict[UUID, str] = {}

    def listen(self, listener: EngineListener) -> None:
        self._listener = listener

    def is_there(self) -> bool:
        return self._ari.connected

    async def run(self, alive: Callable[[], bool]) -> None:
        """Connected until the connection is gone; `alive` then tells whether Asterisk is, too."""
        try:
            await self._ari.run(self._connected)
        finally:
            self._ami.close()
            if not alive():
                self._channels.clear()
                self._up.clear()
                self._bridges.clear()
                if self._listener:
                    self._listener.on_lost()

    def _connected(self) -> None:
        if self._listener:
            self._listener.on_connected()

    async def reload(self, module: str) -> None:
        """Have a module read its files again."""
        await self._ari.ask("PUT", f"asterisk/modules/{module}.so")

    async def list_modules(self) -> set[str]:
        """Names of modules that run."""
        found = await self._ari.ask("GET", "asterisk/modules")
        return {str(one["name"]) for one in found if one["status"] == "Running"}

    # -- events ----------------------------------------------------------------------------------------------------

    def _take(self, event: Event) -> None:
        listener = self._listener
        if listener is None:
            return
        channel = event.get("channel") or {}
        match event["type"]:
            case "StasisStart" if event["args"][:1] == ["in"]:
                leg = self._leg_of(channel["id"])
                number = str(channel["caller"]["number"] or "")
                listener.on_arrived(Arrival(leg, int(event["args"][1]), number, str(event["args"][2])))
            case "StasisStart":
                leg = self._leg_of(channel["id"])
                self._up.add(leg)
                listener.on_answered(leg)
            case "StasisEnd":  # of one that arrived nothing more is told
                self._over(channel["id"], "hung_up")
            case "ChannelDestroyed":
                self._over(channel["id"], CAUSES.get(int(event.get("cause", 0)), "failed"))
            case "ChannelLeftBridge" if not event["bridge"]["channels"]:
                self._tidy(event["bridge"]["id"])

    def _over(self, channel: str, cause: Cause) -> None:
        leg = self._leg_of(channel)
        was_up = leg in self._up
        self._up.discard(leg)
        self._channels.pop(leg, None)
        if self._listener:
            self._listener.on_ended(leg, "no_answer" if cause == "hung_up" and not was_up else cause)

    def _leg_of(self, channel: str) -> UUID:
        """Ours carry their id in the name; one that arrived gets an id that follows from its name."""
        leg = UUID(channel.removeprefix(LEG)) if channel.startswith(LEG) else uuid5(NAMESPACE_URL, f"ari:{channel}")
        self._channels.setdefault(leg, channel)
        return leg

    def _channel(self, leg: UUID) -> str:
        return self._channels.get(leg, f"{LEG}{leg}")

    def _tidy(self, bridge: str) -> None:
        """An empty bridge is left behind unless somebody removes it."""

        async def remove() -> None:
            with contextlib.suppress(EngineFailed):
                await self._ari.ask("DELETE", f"bridges/{bridge}")

        if not any(held == bridge for held in self._bridges.values()):
            self._tasks.spawn(remove(), name="empty bridge")

    # -- what calls ask for ----------------------------------------------------------------------------------------

    async def list_lines(self, workspace_id: int, operators: Sequence[UUID]) -> list[Line]:
        wanted = {operator.hex: operator for operator in operators}
        lines = []
        for one in await self._ari.ask("GET", "endpoints/PJSIP"):
            parsed = parse_endpoint(one["resource"])
            if parsed is None or one["state"] != "online" or parsed[0] == TRUNK or parsed[1] != workspace_id:
                continue
            if (operator := wanted.get(parsed[2])) is not None:
                lines.append(Line(operator, one["resource"]))
        return lines

    async def reaches_outside(self, workspace_id: int) -> bool:
        """Whether the workspace's provider answers."""
        try:
            found = await self._ari.ask("GET", f"endpoints/PJSIP/{endpoint(TRUNK, workspace_id)}")
        except AriRefused:
            return False
        return bool(found["state"] == "online")

    def outside(self, workspace_id: int, number: str) -> str:
        return f"{number}@{endpoint(TRUNK, workspace_id)}"

    async def dial(self, call: UUID, leg: UUID, endpoint: str, *, shown: str, ring_s: int) -> None:
        self._channels[leg] = f"{LEG}{leg}"
        body = {"variables": {"PJSIP_HEADER(add,X-Okno-Call)": str(call)}}
        try:
            await self._ari.ask(
                *("POST", "channels", body),
                endpoint=f"PJSIP/{endpoint}",
                app=APP,
                appArgs="leg",
                channelId=f"{LEG}{leg}",
                timeout=ring_s,
                callerId=shown,
            )
        except EngineFailed:
            self._channels.pop(leg, None)
            raise

    async def drop(self, leg: UUID) -> None:
        await self._gone_is_fine("DELETE", f"channels/{self._channel(leg)}", reason="normal")

    async def connect(self, call: UUID, customer: UUID, operator: UUID) -> None:
        bridge = self._bridges[call] = f"call-{call}"
        if customer not in self._up:
            await self._ari.ask("POST", f"channels/{self._channel(customer)}/answer")
            self._up.add(customer)
        await self._gone_is_fine("POST", "bridges", type="mixing", bridgeId=bridge)  # a call handed on has it already
        channels = f"{self._channel(customer)},{self._channel(operator)}"
        await self._gone_is_fine("DELETE", f"channels/{self._channel(customer)}/moh")
        await self._ari.ask("POST", f"bridges/{bridge}/addChannel", channel=channels)

    async def park(self, call: UUID, customer: UUID, *, on: bool) -> None:
        bridge, channel = self._bridges.setdefault(call, f"call-{call}"), self._channel(customer)
        if on:
            await self._ari.ask("POST", f"bridges/{bridge}/removeChannel", channel=channel)
            await self._ari.ask("POST", f"channels/{channel}/moh")
        else:
            await self._ari.ask("DELETE", f"channels/{channel}/moh")
            await self._ari.ask("POST", f"bridges/{bridge}/addChannel", channel=channel)

    async def record(self, call: UUID, customer: UUID, what: Literal["begin", "pause", "resume"]) -> None:
        channel = self._channel(customer)
        if what == "begin":  # D: the sides apart; b: only while both are connected
            file = str(self._recordings / f"{call}.raw")
            await self._ami.act("MixMonitor", Channel=channel, File=file, options="Db")
        else:
            state = "1" if what == "pause" else "0"
            await self._ami.act("MixMonitorMute", Channel=channel, Direction="both", State=state)

    async def ring(self, leg: UUID) -> None:
        await self._gone_is_fine("POST", f"channels/{self._channel(leg)}/ring")

    async def play_wait(self, leg: UUID) -> None:
        channel = self._channel(leg)
        await self._ari.ask("POST", f"channels/{channel}/answer")
        self._up.add(leg)
        await self._ari.ask("POST", f"channels/{channel}/moh")

    async def forget(self, call: UUID) -> None:
        """The call is over: its bridge is not needed."""
        if bridge := self._bridges.pop(call, None):
            await self._gone_is_fine("DELETE", f"bridges/{bridge}")

    async def list_live(self) -> Mapping[UUID, bool]:
        live: dict[UUID, bool] = {}
        for channel in await self._ari.ask("GET", "channels"):
            leg = self._leg_of(channel["id"])
            live[leg] = channel["state"] == "Up"
            if live[leg]:
                self._up.add(leg)
        for bridge in await self._ari.ask("GET", "bridges"):
            name = bridge["id"]
            if name.startswith("call-"):
                self._bridges[UUID(name.removeprefix("call-"))] = name
        return live

    async def _gone_is_fine(self, method: str, path: str, **query: Any) -> None:
        """What is gone already, or there already, is as it should be."""
        try:
            await self._ari.ask(method, path, **query)
        except AriRefused as refused:
            if refused.code not in (GONE, 409, 412):
                raise
