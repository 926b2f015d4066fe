"""The Asterisk `make test-tools` has unpacked, where the user it runs as can enter."""

import os
import shutil
from pathlib import Path

from okno.telephony.asterisk.install import SYSTEM, SYSTEMS, Asterisk, find_asterisk
from tools.test_tools import CACHE


def installed(folder: Path) -> Asterisk | None:
    """A linked copy in `folder` for root, whose cache is closed to others; null: there is none."""
    found = find_asterisk(CACHE / "asterisk")
    if found is None or found.origin == SYSTEM or os.geteuid():
        return found
    for one in (folder, folder.parent, folder.parent.parent):
        one.chmod(one.stat().st_mode | 0o055)
    shutil.copytree(
        *(CACHE / "asterisk/telephony/current", folder / "telephony" / "current"), symlinks=True, copy_function=_link
    )
    return find_asterisk(folder)


def choose(home: Path, asterisk: Asterisk) -> None:
    """As `okno telephony install` does it for this installation."""
    folder = home / "telephony"
    folder.mkdir(parents=True, exist_ok=True)
    if asterisk.origin == SYSTEM:
        (folder / SYSTEMS).touch()
    elif not (folder / "current").is_symlink():
        (folder / "current").symlink_to(asterisk.data.parents[2])


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
