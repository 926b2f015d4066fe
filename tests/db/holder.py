"""A process that holds an embedded PostgreSQL until it is ended: `python holder.py HOME`; prints its state."""

import signal
import sys
from pathlib import Path

from okno.db.embedded import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]), shared_buffers="16MB")


def stop(*_: object) -> None:
    server.stop()
    print("stopped", flush=True)
    sys.exit()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    server.start()
    print(server.pid, server.url, flush=True)
    signal.pause()
