"""Where a process of several stands: its number, the port they share, their doors among themselves."""

import ctypes
import os
import signal
import socket

from okno.kit.errors import OknoError
from okno.realtime.streams import Process

__all__ = ["LOOPBACK", "Process", "die_with_parent", "doors_of", "free_ports", "listening", "number_of"]

PR_SET_PDEATHSIG = 1
PARENT, NUMBER, DOORS = "OKNO_PROCESS_OF", "OKNO_PROCESS", "OKNO_PROCESS_DOORS"
LOOPBACK = "127.0.0.1"


class PortTaken(OknoError):
    """Somebody listens there already."""

    slug, title = "port-taken", "The port is taken"


def number_of() -> int:
    """Which of several processes this is, from 1; 0: it was started by itself."""
    return int(os.environ.get(NUMBER, "0"))


def doors_of() -> list[int]:
    """Ports of the processes of this machine among themselves, in their order."""
    return [int(port) for port in os.environ.get(DOORS, "").split(",") if port]


def die_with_parent() -> bool:
    """Ask the kernel for it; false when the parent is gone already."""
    parent = os.environ.get(PARENT)
    if parent is None:
        return True
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    return os.getppid() == int(parent)


def listening(host: str, port: int, *, shared: bool) -> socket.socket:
    """A bound socket; `shared` with the other processes. Raises `PortTaken`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortTaken(f"{host}:{port}: {error.strerror}; choose another one by OKNO_PORT") from error
    return bound


def free_ports(count: int) -> list[int]:
    """Ports of the loopback nobody has now."""
    held = [listening(LOOPBACK, 0, shared=False) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports
