"""The folder of node and npm: of the PATH when node is new enough, else what tools/bootstrap has put into .tools."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

NODE_MAJOR_MIN = 20
OURS = Path(__file__).parent.parent / ".tools" / "node" / "bin"


def node_folder() -> Path | None:
    """The first folder with a usable node and npm."""
    for path in (None, str(OURS)):
        node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
        if node is None or npm is None:
            continue
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"v(\d+)", said)
        if found and int(found[1]) >= NODE_MAJOR_MIN:
            return Path(npm).parent
    return None


if __name__ == "__main__":
    folder = node_folder()
    if folder is None:
        sys.exit("there is no node of version 20 or newer")
    print(folder)
