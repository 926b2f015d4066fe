"""Writes which packages of Debian the managed Asterisk is made of: their places in the archive and hashes."""

import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))
from okno.telephony.asterisk.install import PACKAGES, apt_options, find_mirror

TARGET = Path(__file__).parent.parent / "src/okno/telephony/asterisk"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        options = apt_options(Path(folder), find_mirror())
        subprocess.run(["apt-get", *options, "update"], check=True)
        planned = subprocess.run(
            ["apt-get", *options, "install", "-y", "--print-uris", *PACKAGES],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        places = re.findall(r"^'\S+?/(pool/\S+)'", planned, re.MULTILINE)
        hashes: dict[str, str] = {}
        for index in (Path(folder) / "lists").glob("*_Packages*"):
            shown = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", str(index)], check=True, capture_output=True)
            for entry in shown.stdout.decode().split("\n\n"):
                found = re.search(r"^Filename: (\S+)$", entry, re.MULTILINE)
                digest = re.search(r"^SHA256: (\S+)$", entry, re.MULTILINE)
                if found and digest:
                    hashes[found[1]] = digest[1]
    lines = sorted(f"{hashes[unquote(place)]} {unquote(place)}" for place in places)
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    text = f"# What `okno telephony install` unpacks; made by tools/lock_asterisk.py.\narchive {stamp}\n"
    (TARGET / "packages.amd64.lock").write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} packages")


if __name__ == "__main__":
    main()
