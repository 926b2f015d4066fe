"""Takes the funding addresses out of web/package-lock.json: a lock file holds names, versions and hashes."""

import json
from pathlib import Path

LOCK = Path(__file__).parent.parent / "web" / "package-lock.json"

if __name__ == "__main__":
    lock = json.loads(LOCK.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")
