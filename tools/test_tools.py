"""Brings what the tests need besides Python: Chromium, nginx, Caddy, Asterisk; the system's or into the cache.

The packages come from the distribution by apt, which checks its signed hashes. Names and SHA-256 stay in a manifest: a
package that comes a second time with another hash is refused. `~/.cache/okno/tools/chromium` is what the tests start.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "okno" / "tools"
CHROMIUM = CACHE / "chromium"
MANIFEST = CACHE / "manifest.json"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROXIES = ("nginx", "caddy")
IGNORE_SYSTEM = "OKNO_TEST_TOOLS_IGNORE_SYSTEM"
# Chromium looks for chromium-common's files beside itself, also where that package is installed; fonts are only
# recommended, and a page without one has no text. The smaller chromium-headless-shell shows no notifications.
PACKAGES = ("chromium", "chromium-common", "fonts-dejavu-core")
EXECUTABLE = "usr/lib/chromium/chromium"
# Of the running system in any case: another one beside its own loader would not start.
NEVER = frozenset({"libc6", "libc-bin"})
VERSION_S_MAX = 30
START_S_MAX = 60


class ToolMissing(Exception):
    """It cannot be had here; the message says why."""


def answers(executable: str | Path) -> bool:
    """Whether it is a browser: the name may belong to a script that only tells what to install."""
    try:
        said = subprocess.run([executable, "--version"], capture_output=True, check=False, timeout=VERSION_S_MAX)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0


def failure(executable: Path) -> str | None:
    """What it says when it cannot show a page, null when it can."""
    page = "data:text/html,<p id=shown>"
    command: list[str | Path] = [executable, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=START_S_MAX)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if "shown" in said.stdout else said.stderr[-500:]


def system_chromium() -> str | None:
    if os.environ.get(IGNORE_SYSTEM):
        return None
    return next((found for name in NAMES if (found := shutil.which(name)) and answers(found)), None)


def unpacked_chromium() -> str | None:
    """What an earlier run has unpacked."""
    folders = sorted(CACHE.glob("chromium-[0-9]*/run"), key=lambda run: run.stat().st_mtime)
    return next((str(run) for run in reversed(folders) if answers(run)), None)


def unpack_chromium() -> str:
    """Download the packages with what they need and is not installed, unpack, write a wrapper. Raises `ToolMissing`."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise ToolMissing("there is neither a Chromium nor apt")
    part = CACHE / "chromium.part"
    shutil.rmtree(part, ignore_errors=True)
    packages, root = part / "packages", part / "root"
    for folder in (packages, root):
        folder.mkdir(parents=True)
    names = download(part, packages)
    for package in sorted(packages.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=True)
    if not (root / EXECUTABLE).is_file():
        raise ToolMissing(f"the distribution's packages {', '.join(names)} hold no {EXECUTABLE}")
    version = next(packages.glob("chromium_*.deb")).name.split("_")[1]
    folder = CACHE / f"chromium-{version.replace('%3a', '.')}"
    shutil.rmtree(packages)
    shutil.rmtree(part / "apt")
    write_wrapper(part, folder)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    if fault := failure(folder / "run"):
        shutil.rmtree(folder)
        raise ToolMissing(f"the unpacked Chromium does not start: {fault}")
    return str(folder / "run")


def proxy(name: str) -> str | None:
    """nginx or caddy: the system's, or what was unpacked; null when there is none."""
    found = None if os.environ.get(IGNORE_SYSTEM) else shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    ours = CACHE / name / "run"
    return found or (str(ours) if ours.is_file() else None)


def unpack_proxy(name: str) -> str:
    """Without root, with the libraries that are not installed. Raises `ToolMissing`."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise ToolMissing("there is no apt")
    folder, part = CACHE / name, CACHE / f"{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    packages, root = part / "packages", part / "root"
    for made in (packages, root):
        made.mkdir(parents=True)
    download(part, packages, (name,))
    for package in sorted(packages.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=True)
    binary = next((path for path in (f"usr/sbin/{name}", f"usr/bin/{name}") if (root / path).is_file()), None)
    if binary is None:
        raise ToolMissing(f"the distribution's package {name} holds no {name}")
    shutil.rmtree(packages)
    shutil.rmtree(part / "apt")
    libraries = ":".join(str(folder / lib) for lib in sorted({p.parent.relative_to(part) for p in root.rglob("*.so*")}))
    run = f'#!/bin/sh\nexport LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"\n'
    (part / "run").write_text(run + f'exec "{folder}/root/{binary}" "$@"\n')
    (part / "run").chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return str(folder / "run")


def download(part: Path, packages: Path, wanted_names: Sequence[str] = PACKAGES) -> list[str]:
    """With apt state of our own, so without root and without the system's lists; the packages' names."""
    apt = part / "apt"
    for name in ("state/lists/partial", "cache/archives/partial"):
        (apt / name).mkdir(parents=True)
    options = ["-qq", "-o", f"Dir::State={apt}/state", "-o", "Dir::State::status=/var/lib/dpkg/status"]
    options += ["-o", f"Dir::Cache={apt}/cache", "-o", "Debug::NoLocking=1"]
    if os.geteuid() == 0:
        options += ["-o", "APT::Sandbox::User=root"]  # apt's own user cannot enter root's cache
    apt_get(options, "update")
    wanted = ("install", "--no-install-recommends", "--reinstall", "--print-uris", *wanted_names)
    planned = apt_get(options, *wanted).splitlines()
    names = sorted({line.split()[1].partition("_")[0] for line in planned if line.startswith("'")} - NEVER)
    apt_get(options, "download", *names, cwd=packages)
    compare({path.name: digest(path) for path in packages.glob("*.deb")})
    return names


def apt_get(options: Sequence[str], *arguments: str, cwd: Path | None = None) -> str:
    done = subprocess.run(["apt-get", *options, *arguments], check=False, capture_output=True, text=True, cwd=cwd)
    if done.returncode:
        raise ToolMissing(f"apt-get {arguments[0]}: {done.stderr.strip()[-500:]}")
    return done.stdout


def compare(found: dict[str, str]) -> None:
    """Against the manifest, which then knows these too."""
    known: dict[str, str] = json.loads(MANIFEST.read_text()) if MANIFEST.is_file() else {}
    if changed := sorted(name for name in found if known.get(name, found[name]) != found[name]):
        raise ToolMissing(f"{changed[0]} is not what it was: {MANIFEST} has another hash")
    MANIFEST.write_text(json.dumps(dict(sorted((known | found).items())), indent=1) + "\n")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_wrapper(part: Path, folder: Path) -> None:
    """Libraries and fonts of the unpacked packages go before and beside the system's."""
    root = part / "root"
    inside = sorted({path.parent.relative_to(part) for path in root.rglob("*.so*")})
    libraries = ":".join(str(folder / path) for path in inside)
    (part / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{folder}/root/usr/share/fonts</dir><dir>/usr/share/fonts</dir><dir>~/.fonts</dir>"
        f'<cachedir>{folder}/fonts</cachedir><include ignore_missing="yes">/etc/fonts/conf.d</include></fontconfig>\n'
    )
    (part / "run").write_text(
        "#!/bin/sh\n"
        f'export LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"\n'
        f'export FONTCONFIG_FILE="{folder}/fonts.conf"\n'
        f'exec "{folder}/root/{EXECUTABLE}" "$@"\n'
    )
    (part / "run").chmod(0o755)


def asterisk() -> str:
    """As `okno telephony install` brings it, into the cache. Raises `OSError` when it cannot be had."""
    from okno.kit.errors import OknoError  # noqa: PLC0415 - tests import this file without the product's path
    from okno.telephony.asterisk.install import find_asterisk, install  # noqa: PLC0415 - the same

    home = CACHE / "asterisk"
    try:
        found = find_asterisk(home) or install(home, lambda _: None)
    except OknoError as error:
        raise OSError(error.detail) from None
    return f"{found.version}, {found.origin}"


def chromium() -> str | None:
    """A Chromium that can be started, or None: `make test-tools` brings it."""
    return system_chromium() or unpacked_chromium()


def main() -> int:
    """Not having one is no error here: the tests say what they skip, and strict runs fail by that."""
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in PROXIES:
        try:
            print(f"{name}: {proxy(name) or unpack_proxy(name)}")
        except (ToolMissing, OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: none, {error}; its tests will be skipped", file=sys.stderr)
    try:
        print(f"asterisk: {asterisk()}")
    except OSError as error:
        print(f"asterisk: none, {error}; its tests will be skipped", file=sys.stderr)
    try:
        found = chromium() or unpack_chromium()
    except ToolMissing as error:
        print(f"chromium: none, {error}; the browser tests will be skipped", file=sys.stderr)
        CHROMIUM.unlink(missing_ok=True)
        return 0
    if not CHROMIUM.is_symlink() or str(CHROMIUM.readlink()) != found:
        if CHROMIUM.is_dir() and not CHROMIUM.is_symlink():
            shutil.rmtree(CHROMIUM)
        CHROMIUM.unlink(missing_ok=True)
        CHROMIUM.symlink_to(found)
    print(f"chromium: {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
