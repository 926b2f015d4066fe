"""`okno telephony`: bringing Asterisk, going back, and looking after it."""

from datetime import UTC, date, datetime

from okno.cli.settings import Settings
from okno.kit.errors import OknoError
from okno.telephony.asterisk import install as bringing
from okno.telephony.asterisk.check import try_start

SUPPORT = {20: date(2027, 10, 19), 21: date(2025, 10, 18), 22: date(2029, 10, 16), 23: date(2027, 10, 15)}
"""When the last security fix of a series comes (docs.asterisk.org, read 2026-11-26)."""


def install(settings: Settings, mirror: str) -> None:
    """Raises `CannotInstall`."""
    began = datetime.now(UTC)
    settings.home.mkdir(parents=True, exist_ok=True)
    found = bringing.install(settings.home, print, mirror=mirror)
    took_s = (datetime.now(UTC) - began).total_seconds()
    print(f"Asterisk {found.version} is ready ({found.origin}), {took_s:.0f} s; a running okno starts it by itself")


def roll_back(settings: Settings) -> None:
    """Raises `CannotInstall`."""
    found = bringing.roll_back(settings.home)
    print(f"Asterisk {found.version} again ({found.origin}); start okno anew to use it")


def check(settings: Settings) -> int:
    """In plain words; 1 when calls are not possible."""
    found = bringing.find_asterisk(settings.home)
    if found is None:
        print("There is no Asterisk: okno telephony install brings one.")
        return 1
    print(f"Asterisk {found.version} ({found.origin})")
    series = int(found.version.split(".")[0])
    until = SUPPORT.get(series)
    if until is None:
        print(f"  okno does not know how long series {series} is maintained")
    else:
        over = until < datetime.now(UTC).date()
        print(f"  {'not maintained any more since' if over else 'maintained until'} {until}")
    try:
        modules = try_start(found)
    except OknoError as error:
        print(f"  it does not start: {error.detail}")
        return 1
    print(f"  starts, {modules} modules")
    if settings.sip_host == "127.0.0.1":
        print("  softphones and providers reach it from this machine only: set OKNO_SIP_HOST to let others in")
    if not settings.telephony:
        print("  switched off by OKNO_TELEPHONY=false")
    return 0
