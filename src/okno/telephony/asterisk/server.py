"""The Asterisk of the folder `home/telephony`: configured, started, adopted when it outlived us, stopped.

It does not die with okno: calls go on while okno is started anew, and the new okno finds them by the same ports and
password. An orderly stop ends it only while nobody speaks.
"""

import asyncio
import contextlib
import hashlib
import os
import pwd
import signal
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import msgspec
import structlog

from okno.kit.errors import OknoError
from okno.telephony.asterisk import config
from okno.telephony.asterisk.config import Net, Phone, Trunk
from okno.telephony.asterisk.install import Asterisk

log = structlog.get_logger()
STOP_S = 10.0
OPEN_FILES = 20_000  # a recorded call takes eight
SYSTEM_USER = "nobody"


class DoesNotStart(OknoError):
    """`detail` says what is missing."""

    slug, title = "asterisk-does-not-start", "Asterisk does not start"


class Ports(msgspec.Struct, frozen=True):
    """Chosen once for an installation, so that a new okno finds what an old one started."""

    http: int
    sip: int
    ami: int = 0  # of an installation before recordings: none yet


def known_ports(home: Path) -> Ports | None:
    """Of this installation, whichever process keeps its Asterisk; null before the first start."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode((home / "telephony" / "ports.json").read_bytes(), type=Ports)
    return None


class AsteriskServer:
    """One per installation; the holder of the lease `telephony` has it."""

    def __init__(
        self, home: Path, asterisk: Asterisk, password: str, *, sip_host: str, sip_port: int, public: str
    ) -> None:
        self._folder = home.resolve() / "telephony"
        self.asterisk = asterisk
        self.password = password
        self.etc, self.state = self._folder / "etc", self._folder / "state"
        self.recordings = self.state / "spool" / "monitor" / "okno"
        for folder in (self._folder, self.etc, self.state):
            folder.mkdir(parents=True, exist_ok=True)
        ports = self._ports(sip_port)
        self.net = Net(ports.http, ports.ami, sip_host, ports.sip, public)
        self._written: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.net.http_port}/ari"

    def _ports(self, sip_port: int) -> Ports:
        known = known_ports(self._folder.parent)
        if known and known.ami and (not sip_port or known.sip == sip_port):
            return known
        http, ami = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
        ports = Ports(http, sip_port or free_port(socket.SOCK_DGRAM), ami)
        (self._folder / "ports.json").write_bytes(msgspec.json.encode(ports))
        return ports

    # -- configuration ---------------------------------------------------------------------------------------------

    def write(self, phones: Sequence[Phone], trunks: Sequence[Trunk]) -> set[str]:
        """The files of `etc`; names of those that are others than before."""
        place = self.asterisk.place(self.etc, self.state)
        rendered = config.render(place, self.net, self.password, phones, trunks)
        first = not self._written
        changed = {name for name, text in rendered.items() if self._put(name, text)}
        if first or changed:
            for name in ("lib", "run", "log", "spool/monitor/okno", "spool/recording", "spool/tmp", "lib/keys"):
                (self.state / name).mkdir(parents=True, exist_ok=True)
            self._own()
        return changed

    def _put(self, name: str, text: str) -> bool:
        file = self.etc / name
        digest = hashlib.sha256(text.encode()).hexdigest()
        if self._written.get(name) == digest and file.is_file():
            return False
        same = file.is_file() and file.read_text(encoding="utf-8") == text
        if not same:
            fresh = file.with_suffix(".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "w") as out:
                out.write(text)
            fresh.replace(file)
        self._written[name] = digest
        return not same

    def _own(self) -> None:
        """Root gives the folders to a user who may nothing else: what speaks to the world is not root."""
        if os.geteuid() != 0:
            return
        user = pwd.getpwnam(SYSTEM_USER)
        for top in (self.etc, self.state):
            for folder, _, names in os.walk(top):
                os.chown(folder, user.pw_uid, user.pw_gid)
                for name in names:
                    os.chown(Path(folder) / name, user.pw_uid, user.pw_gid, follow_symlinks=False)

    # -- the process -----------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """Of the one that lives in our folder, whoever started it."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.state / "asterisk.pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if str(self.etc).encode() in command and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][1] != "Z":
                return pid
        return None

    async def ensure(self) -> None:
        """It runs, or is started."""
        if self.pid is None:
            await asyncio.to_thread(self._spawn)

    def _spawn(self) -> None:
        command = [*self.asterisk.command, "-f", "-C", str(self.etc / "asterisk.conf")]
        out = (self.state / "log" / "console").open("ab")
        with out:
            child = self._popen(command, out)
        (self.state / "asterisk.pid").write_text(str(child.pid))
        threading.Thread(target=child.wait, daemon=True, name="asterisk reaper").start()
        log.info("Asterisk started", version=self.asterisk.version, pid=child.pid)

    def _popen(self, command: Sequence[str], out: IO[bytes]) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(  # noqa: S603 - the Asterisk that was installed
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                env=self._environment(),
                start_new_session=True,
                **self._as(),
            )
        except PermissionError as error:
            raise DoesNotStart(
                f"{SYSTEM_USER}, as whom root runs it, cannot enter {error.filename}: choose another OKNO_DATA"
            ) from None
        except OSError as error:
            raise DoesNotStart(f"it cannot be run: {error}") from None

    @staticmethod
    def _environment() -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "HOME": "/", "MALLOC_ARENA_MAX": "2", "LC_ALL": "C.UTF-8"}

    def _as(self) -> dict[str, Any]:
        """For root: somebody who may nothing, with the group that may enter our folder."""
        if os.geteuid() != 0:
            return {}
        user, home = pwd.getpwnam(SYSTEM_USER), self._folder.parent.stat()
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [home.st_gid] if home.st_gid else []}

    async def stop(self) -> None:
        """End it; harmless when it does not run."""
        pid = self.pid
        if pid is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            for _ in range(int(STOP_S / 0.1)):
                if self.pid is None:
                    return
                await asyncio.sleep(0.1)


def free_port(sort: socket.SocketKind) -> int:
    """One of the loopback that nobody has now."""
    with socket.socket(socket.AF_INET, sort) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
