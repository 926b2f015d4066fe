"""Clients as a careful third party would write them: outbox, resend, gap repair; they note everything they saw."""

import asyncio
import contextlib
import random
from typing import Any
from uuid import UUID, uuid4

import msgspec
from picows import WSListener, WSMsgType, ws_connect

from okno.kit.ids import uuid7

ACK_S = 6.0
BEAT_S, SILENCE_S = 3.0, 10.0


class Line(WSListener):
    """One socket; frames go to `hear`, the end to `lost`."""

    def __init__(self, hear: Any, lost: Any) -> None:
        super().__init__()
        self.hear, self.lost = hear, lost
        self.transport: Any = None

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.hear(msgspec.json.decode(frame.get_payload_as_bytes()))
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def on_ws_disconnected(self, transport: Any) -> None:
        self.lost(self)

    def send(self, frame: dict[str, Any]) -> None:
        self.transport.send(WSMsgType.TEXT, msgspec.json.encode(frame))


class Person:
    """Keeps a connection, remembers cursors, sends again what was not acked, asks for gaps.

    `seen`: for every conversation the events applied, in the order of their application. `acked`: id to (conversation,
    seq). `repairs` can be switched off to prove that the tests notice.
    """

    def __init__(self, url: str, hello: dict[str, Any], *, cookie: str = "", repairs: bool = True) -> None:
        self.address = url.replace("http", "ws") + "/realtime"
        self.hello, self.cookie, self.repairs = hello, cookie, repairs
        self.line: Line | None = None
        self.welcome: dict[str, Any] | None = None
        self.seen: dict[str, list[dict[str, Any]]] = {}
        self.early: dict[str, dict[int, dict[str, Any]]] = {}
        self.sent: dict[str, dict[str, Any]] = {}
        self.acked: dict[str, tuple[str, int]] = {}
        self.own: dict[str, dict[str, Any]] = {}
        self.refused: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []
        self.threads: set[str] = set()
        self.rows: dict[str, dict[str, Any]] = {}
        self.keep_frames = False
        self.connects = 0
        self._task: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self.online = asyncio.Event()
        self._sent_at: dict[str, float] = {}
        self._acked_at = 0.0
        self._heard_at = 0.0

    # -- life of the connection

    def start(self) -> "Person":
        self._task = asyncio.create_task(self._run())
        return self

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self.line and self.line.transport:
            self.line.transport.disconnect(False)

    async def _run(self) -> None:
        wait_s = 0.05
        while True:
            self._lost.clear()
            self.online.clear()
            try:
                headers = {"cookie": self.cookie} if self.cookie else {}
                line = Line(self._hear, self._gone)
                await asyncio.wait_for(ws_connect(lambda: line, self.address, extra_headers=headers), 5)
                self.line = line
                self.connects += 1
                line.send({**self.hello, **({"after": self.cursors()} if self.hello["t"] == "visitor" else {})})
                await asyncio.wait_for(self.online.wait(), 8)
                wait_s = 0.05
                await self._watch()
            except (OSError, TimeoutError, Exception) as error:
                if isinstance(error, asyncio.CancelledError):
                    raise
            if self.line and self.line.transport:
                self.line.transport.disconnect(False)
            self.line = None
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.5))
            wait_s = min(wait_s * 2, 1.0)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._lost.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), 0.3)
            late = loop.time() - ACK_S  # as in the product's client: no ack at all, not this one among thousands
            if self._acked_at < late and any(at < late for i, at in self._sent_at.items() if i not in self.acked):
                return
            if loop.time() - self._heard_at > SILENCE_S:
                return
            if loop.time() - self._heard_at > BEAT_S:
                self._say({"t": "ping", "n": 1})
            self._repair()

    def _gone(self, line: Line) -> None:
        if line is self.line or self.line is None:
            self._lost.set()

    def cursors(self) -> dict[str, int]:
        return {c: events[-1]["seq"] for c, events in self.seen.items() if events}

    # -- frames

    def _hear(self, frame: dict[str, Any]) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if self.keep_frames:
            self.frames.append(frame)
        match frame["t"]:
            case "visitor" | "operator":
                self.welcome = frame
                if frame["t"] == "visitor":
                    self.hello["token"] = frame["token"]
                self.online.set()
                for thread in sorted(self.threads):
                    self._say({"t": "open", "conversation": thread, "after": self.cursors().get(thread)})
                for item in list(self.sent.values()):
                    if item["id"] not in self.acked:
                        self._put(item)
            case "snapshot":
                thread = frame["thread"]["conversation"]
                if (
                    frame["reset"] and thread not in self.seen
                ):  # else it was away for long: what lies between is asked for
                    self.seen[thread] = []
                    if frame["events"]:
                        self.early.setdefault(thread, {})
                        self.seen[thread] = [frame["events"][0]]
                self.seen.setdefault(thread, [])
                self._apply(frame["events"])
            case "events":
                self._apply(frame.get("events", ()))
                for ack in frame.get("acks", ()):
                    before = self.acked.setdefault(ack["id"], (ack["conversation"], ack["seq"]))
                    assert before == (ack["conversation"], ack["seq"]), "one id was acked with two numbers"
                    self._sent_at.pop(ack["id"], None)
                    self._acked_at = self._heard_at
                    item = self.sent.get(ack["id"])
                    if item:
                        self._apply(
                            [
                                {
                                    "conversation": ack["conversation"],
                                    "seq": ack["seq"],
                                    "id": ack["id"],
                                    "body": item["body"],
                                    "own": True,
                                }
                            ]
                        )
            case "repaired":
                self._apply(frame["events"])
            case "refused":
                self.refused.append(frame)
                if frame.get("retry") and frame.get("id") in self.sent:
                    asyncio.get_running_loop().call_later(0.2, self._again, frame["id"])
                elif frame.get("id") in self.sent:
                    self._sent_at.pop(frame["id"], None)
                    self.sent.pop(frame["id"])
            case "rows":
                if frame.get("reset"):
                    self.rows.clear()
                for row in frame["rows"]:
                    if self.rows.get(row["id"], {}).get("change_id", -1) <= row["change_id"]:
                        self.rows[row["id"]] = row
                for gone in frame.get("gone", ()):
                    self.rows.pop(gone, None)

    def _again(self, identity: str) -> None:
        if identity in self.sent and identity not in self.acked:
            self._put(self.sent[identity])

    def _apply(self, events: Any) -> None:
        for event in events:
            thread = event["conversation"]
            seen = self.seen.get(thread)
            if seen is None:
                seen = self.seen[thread] = []
            last = seen[-1]["seq"] if seen else 0
            if event["seq"] <= last:
                continue
            self.early.setdefault(thread, {}).setdefault(event["seq"], event)
        for thread, early in self.early.items():
            seen = self.seen.setdefault(thread, [])
            while early and (seen[-1]["seq"] if seen else 0) + 1 in early:
                seen.append(early.pop((seen[-1]["seq"] if seen else 0) + 1))
            if not self.repairs and early:  # the broken client shows what it has
                for seq in sorted(early):
                    seen.append(early.pop(seq))

    def _repair(self) -> None:
        if not self.repairs:
            return
        for thread, early in self.early.items():
            if early:
                after = self.seen[thread][-1]["seq"] if self.seen.get(thread) else 0
                self._say({"t": "repair", "conversation": thread, "after": after, "until": min(early) - 1})

    def _say(self, frame: dict[str, Any]) -> None:
        if self.line and self.line.transport and self.online.is_set():
            self.line.send(frame)

    def _put(self, item: dict[str, Any]) -> None:
        if self.line and self.online.is_set():
            self._sent_at[item["id"]] = asyncio.get_running_loop().time()
            self.line.send(item)

    # -- acts

    def open(self, conversation: str) -> None:
        self.threads.add(conversation)
        self._say({"t": "open", "conversation": conversation, "after": self.cursors().get(conversation)})

    def write(self, text: str, conversation: str | None = None, **body: Any) -> str:
        identity = str(uuid7())
        item = {
            "t": "send",
            "id": identity,
            "conversation": conversation,
            "body": {"type": "message", "text": text, **body},
        }
        self.sent[identity] = item
        self._put(item)
        return identity

    def act(self, conversation: str, body: dict[str, Any]) -> str:
        identity = str(uuid4())
        item = {"t": "send", "id": identity, "conversation": conversation, "body": body}
        self.sent[identity] = item
        self._put(item)
        return identity

    def twin(self) -> "Person":
        """A second connection of the same person that sends everything of his once more, at the same time."""
        twin = Person("", dict(self.hello), cookie=self.cookie)
        twin.address, twin.threads = self.address, self.threads
        twin.sent = self.sent
        return twin.start()

    async def until(self, condition: Any, seconds: float = 15.0) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while not condition():
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError("the condition did not come true")
            await asyncio.sleep(0.02)

    async def settled(self, seconds: float = 30.0) -> None:
        """Everything sent is acked and nothing waits for a gap."""
        await self.until(lambda: all(i in self.acked for i in self.sent) and not any(self.early.values()), seconds)


def visitor(url: str, key: str, **more: Any) -> Person:
    return Person(url, {"t": "visitor", "version": 1, "key": key}, **more)


def operator(url: str, *, cookie: str = "", key: str | None = None) -> Person:
    return Person(url, {"t": "operator", "version": 1, **({"key": key} if key else {})}, cookie=cookie)


__all__ = ["UUID", "Line", "Person", "operator", "visitor"]
