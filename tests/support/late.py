"""`okno serve` whose clock can be put forward: by the seconds in the file OKNO_LATE names. Sleeps stay as they are."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from okno.app import command
from okno.kit.clock import SystemClock

LATE = Path(os.environ.pop("OKNO_LATE"))
_now = SystemClock.now


def _late_now(self: SystemClock) -> datetime:
    return _now(self) + timedelta(seconds=float(LATE.read_text() or 0))


SystemClock.now = _late_now

if __name__ == "__main__":
    command.main()
