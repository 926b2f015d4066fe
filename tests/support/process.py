"""A real `okno serve` in a folder of its own: started, killed, started again on the same port."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY = re.compile(r"okno answers on (\S+)")
LINK = re.compile(r"/link/([\w-]+)")
START_S_MAX = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def data_folder() -> Iterator[Path]:
    """A folder PostgreSQL's own user can enter when the tests run as root: pytest's are closed to everybody else."""
    folder = Path(tempfile.mkdtemp(prefix="okno-tests-"))
    folder.chmod(0o711)
    try:
        yield folder / "data"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """`environment` adds to the process's own; `module` is what is run instead of the product's command."""

    def __init__(
        self, data: Path, *, environment: dict[str, str] | None = None, module: str = "okno.app.command"
    ) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.link: str | None = None
        self._environment = environment or {}
        self._module = module
        self.process: subprocess.Popen[str] | None = None
        self.output: list[str] = []

    def start(self) -> "Server":
        environment = {k: v for k, v in os.environ.items() if not k.startswith("OKNO_")}
        environment |= {"OKNO_DATA": str(self.data), "OKNO_SHARED_BUFFERS": "64MB", "OKNO_LOG_LEVEL": "warning"}
        environment |= self._environment
        command = [sys.executable, "-m", self._module, "serve", "--port", str(self.port)]
        log = (self.data.parent / f"{self.data.name}.log").open("ab")
        try:
            self.process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1
            )
        finally:
            log.close()
        self._wait_ready()
        return self

    def _wait_ready(self) -> None:
        assert self.process and self.process.stdout
        end = time.monotonic() + START_S_MAX
        while time.monotonic() < end:
            line = self.process.stdout.readline()
            if not line:
                self._reap()
                raise RuntimeError((self.data.parent / f"{self.data.name}.log").read_text()[-3000:])
            if READY.search(line):
                self.process.stdout.readline(), self.process.stdout.readline()
                break
        else:
            raise RuntimeError("okno did not start in time")

    def first_link(self) -> str:
        """The secret of the first administrator's link, printed once."""
        assert self.process and self.process.stdout
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("no link was printed")
            if found := LINK.search(line):
                return found[1]

    def kill(self) -> None:
        """As a power cut does it: no signal handler runs."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self._reap()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._reap()

    def _reap(self) -> None:
        if self.process:
            self.process.wait()
            if self.process.stdout:
                self.process.stdout.close()
            self.process = None

    def postgres_pid(self) -> int:
        """The embedded server's process."""
        return int((self.data / "pg18" / "postmaster.pid").read_text().splitlines()[0])
