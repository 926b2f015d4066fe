"""A telephone for tests: registers, rings, answers, is hung up and hangs up; SIP over UDP on the loopback, G.711 sound.

What it is told is kept with the time, so that a test can say how soon something happened.
"""

import asyncio
import hashlib
import random
import re
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

FRAME_S, FRAME_BYTES = 0.02, 160
SILENCE = b"\xd5" * FRAME_BYTES
Address = tuple[str, int]


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, Address], None]) -> None:
        self.take = take

    def datagram_received(self, data: bytes, address: Address) -> None:
        self.take(data, address)


@dataclass
class Talk:
    """One call of a phone, as it sees it."""

    id: str
    peer: Address
    invite: str
    tag: str
    caller: str = ""
    rang_at: float = 0.0
    answered_at: float = 0.0
    cancelled_at: float = 0.0
    ended_at: float = 0.0
    heard: int = 0
    target: str = ""
    remote: str = ""
    local: str = ""
    media: Address | None = None
    outgoing: bool = False
    number: int = 1
    streaming: asyncio.Task[None] | None = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def up(self) -> bool:
        return bool(self.answered_at) and not self.ended_at


class Phone:
    """`behave` decides what it does when it rings: seconds until it answers, null for never, negative to reject."""

    def __init__(self, server: int, user: str, password: str = "", behave: float | None = 0.0) -> None:
        self.server: Address = ("127.0.0.1", server)
        self.user, self.password = user, password
        self.behave: float | Callable[[Talk], Awaitable[float | None]] | None = behave
        self.talks: list[Talk] = []
        self._by_id: dict[str, Talk] = {}
        self._answers: dict[str, asyncio.Queue[str]] = {}
        self.refuse = 486

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._sip, _ = await loop.create_datagram_endpoint(lambda: _Udp(self._take), local_addr=("127.0.0.1", 0))
        self._rtp, _ = await loop.create_datagram_endpoint(lambda: _Udp(self._hear), local_addr=("127.0.0.1", 0))
        self.port = self._sip.get_extra_info("sockname")[1]
        self.media_port = self._rtp.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for talk in self.talks:
            for task in (*talk.tasks, *([talk.streaming] if talk.streaming else [])):
                task.cancel()
        self._sip.close()
        self._rtp.close()

    # -- what it does ----------------------------------------------------------------------------------------------

    @property
    def _me(self) -> str:
        return f"sip:{self.user}@127.0.0.1:{self.port}"

    async def register(self, expires: int = 300) -> None:
        """Raises AssertionError when the server does not let it."""
        uri, ident, auth = f"sip:127.0.0.1:{self.server[1]}", f"reg-{random.random()}", ""
        tag = str(random.randrange(10**9))
        for number in (1, 2):
            self._request(
                "REGISTER",
                uri,
                ident,
                number,
                tag,
                f"<sip:{self.user}@127.0.0.1>",
                extra=[
                    f"Contact: <{self._me}>",
                    f"Expires: {expires}",
                    *([auth] if auth else []),
                ],
            )
            answer = await self._final(ident, 1.0)
            code = int(answer.split()[1])
            if code == 200:
                return
            assert code == 401 and number == 1, answer.splitlines()[0]
            auth = self._authorize("REGISTER", uri, answer)

    async def dial(self, number: str, *, wait_s: float = 20.0) -> Talk:
        """Call; returns when it was answered or refused (`ended_at` set)."""
        uri, ident = f"sip:{number}@127.0.0.1:{self.server[1]}", f"call-{random.random()}"
        talk = Talk(ident, self.server, "", str(random.randrange(10**9)), target=uri, remote=f"<{uri}>", outgoing=True)
        talk.local = f"<{self._me}>;tag={talk.tag}"
        self.talks.append(talk)
        self._by_id[ident] = talk
        self._request("INVITE", uri, ident, 1, talk.tag, talk.remote, body=self._sdp())
        answer = await self._final(ident, wait_s)
        talk.remote = _header(answer, "To")
        code = int(answer.split()[1])
        if code != 200:
            self._request("ACK", uri, ident, 1, talk.tag, talk.remote)
            talk.ended_at = time.monotonic()
            return talk
        talk.answered_at = time.monotonic()
        talk.target = _contact(answer)
        talk.media = ("127.0.0.1", int(re.search(r"m=audio (\d+)", answer)[1]))
        self._request("ACK", talk.target, ident, 1, talk.tag, talk.remote)
        talk.streaming = asyncio.create_task(self._stream(talk))
        return talk

    def hang_up(self, talk: Talk) -> None:
        talk.ended_at = time.monotonic()
        talk.number += 1
        if talk.outgoing:
            self._request("BYE", talk.target, talk.id, talk.number, talk.tag, talk.remote)
        else:
            head = f"From: {talk.local}\r\nTo: {talk.remote}"
            self._request("BYE", talk.target, talk.id, talk.number, talk.tag, talk.remote, head=head, at=talk.peer)
        if talk.streaming:
            talk.streaming.cancel()

    # -- what comes ------------------------------------------------------------------------------------------------

    def _take(self, data: bytes, address: Address) -> None:
        text = data.decode(errors="replace")
        if text.startswith("SIP/2.0"):
            if queue := self._answers.get(_header(text, "Call-ID")):
                queue.put_nowait(text)
            return
        method, ident = text.split()[0], _header(text, "Call-ID")
        talk = self._by_id.get(ident)
        match method:
            case "INVITE" if talk is None:
                self._ring(text, ident, address)
            case "OPTIONS":
                self._reply(text, 200, "OK", address)
            case "CANCEL" if talk:
                self._reply(text, 200, "OK", address)
                self._reply(talk.invite, 487, "Request Terminated", address, talk.tag)
                talk.cancelled_at = talk.ended_at = time.monotonic()
                for task in talk.tasks:
                    task.cancel()
            case "BYE" if talk:
                self._reply(text, 200, "OK", address)
                talk.ended_at = time.monotonic()
                if talk.streaming:
                    talk.streaming.cancel()
            case "INVITE" if talk:  # the media moves: the same again
                self._reply(text, 200, "OK", address, talk.tag, self._sdp())
            case _:
                pass

    def _ring(self, text: str, ident: str, address: Address) -> None:
        talk = Talk(ident, address, text, str(random.randrange(10**9)), rang_at=time.monotonic())
        talk.caller = _header(text, "From")
        talk.target, talk.remote = _contact(text), _header(text, "From")
        talk.local = f"{_header(text, 'To')};tag={talk.tag}"
        if media := re.search(r"m=audio (\d+)", text):
            talk.media = ("127.0.0.1", int(media[1]))
        self.talks.append(talk)
        self._by_id[ident] = talk
        self._reply(text, 100, "Trying", address, talk.tag)
        self._reply(text, 180, "Ringing", address, talk.tag)
        talk.tasks.append(asyncio.create_task(self._decide(talk, address)))

    async def _decide(self, talk: Talk, address: Address) -> None:
        after = await self.behave(talk) if callable(self.behave) else self.behave
        if after is None:
            return
        await asyncio.sleep(abs(after))
        if after < 0:
            self._reply(talk.invite, self.refuse, "Busy Here", address, talk.tag)
            talk.ended_at = time.monotonic()
            return
        self.answer(talk)

    def answer(self, talk: Talk) -> None:
        """Take the call."""
        if talk.ended_at:
            return
        self._reply(talk.invite, 200, "OK", talk.peer, talk.tag, self._sdp())
        talk.answered_at = time.monotonic()
        talk.streaming = asyncio.create_task(self._stream(talk))

    def _hear(self, data: bytes, _: Address) -> None:
        live = [talk for talk in self.talks if talk.up]
        if live and len(data) > 12 and data[1] & 127 == 8:
            live[-1].heard += data[12:] != SILENCE[: len(data) - 12]

    async def _stream(self, talk: Talk) -> None:
        """A tone of noise, so that the other side can tell that it hears something."""
        sequence, stamp, ssrc, due = 1, 0, random.randrange(2**31), time.monotonic()
        noise = random.randbytes(FRAME_BYTES)
        while True:
            if talk.media:
                self._rtp.sendto(struct.pack("!BBHII", 0x80, 8, sequence & 65535, stamp, ssrc) + noise, talk.media)
            sequence, stamp, due = sequence + 1, stamp + FRAME_BYTES, due + FRAME_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    # -- wires -----------------------------------------------------------------------------------------------------

    def _sdp(self) -> str:
        return (
            f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self.media_port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
            "a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
        )

    def _request(
        self,
        method: str,
        uri: str,
        ident: str,
        number: int,
        tag: str,
        to: str,
        *,
        body: str = "",
        extra=(),
        head="",
        at=None,
    ) -> None:
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{random.randrange(10**12)};rport",
            head or f"From: <{self._me if method != 'REGISTER' else to[1:-1]}>;tag={tag}\r\nTo: {to}",
            f"Call-ID: {ident}",
            f"CSeq: {number} {method}",
            "Max-Forwards: 70",
            *(extra or [f"Contact: <{self._me}>"]),
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._answers.setdefault(ident, asyncio.Queue())
        self._sip.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), at or self.server)

    def _reply(self, request: str, code: int, words: str, to: Address, tag: str = "", body: str = "") -> None:
        kept = []
        for line in request.split("\r\n\r\n", maxsplit=1)[0].split("\r\n")[1:]:
            name = line.split(":")[0].lower()
            if name in ("via", "v", "from", "f", "call-id", "i", "cseq", "record-route"):
                kept.append(line)
            elif name in ("to", "t"):
                kept.append(line if not tag or "tag=" in line or code == 100 else f"{line};tag={tag}")
        lines = [f"SIP/2.0 {code} {words}", *kept, f"Contact: <{self._me}>"]
        lines += ["Content-Type: application/sdp"] if body else []
        self._sip.sendto(("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body).encode(), to)

    async def _final(self, ident: str, wait_s: float = 10.0) -> str:
        async with asyncio.timeout(wait_s):
            while True:
                answer = await self._answers[ident].get()
                if int(answer.split()[1]) >= 200:
                    return answer

    def _authorize(self, method: str, uri: str, challenge: str) -> str:
        asked = dict(re.findall(r'(\w+)="?([^",]+)"?', _header(challenge, "WWW-Authenticate")))
        md5 = lambda text: hashlib.md5(text.encode()).hexdigest()  # noqa: E731 - what SIP digests are made of
        ha1, ha2 = md5(f"{self.user}:{asked['realm']}:{self.password}"), md5(f"{method}:{uri}")
        cnonce, count = "abc", "00000001"
        response = md5(f"{ha1}:{asked['nonce']}:{count}:{cnonce}:auth:{ha2}")
        return (
            f'Authorization: Digest username="{self.user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", '
            f'uri="{uri}", response="{response}", algorithm=MD5, cnonce="{cnonce}", qop=auth, nc={count}'
            + (f', opaque="{asked["opaque"]}"' if "opaque" in asked else "")
        )


def _header(message: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}:[ \t]*(.*?)\r?$", message)
    return found[1] if found else ""


def _contact(message: str) -> str:
    found = re.search(r"<([^>]*)>", _header(message, "Contact"))
    return found[1] if found else ""
