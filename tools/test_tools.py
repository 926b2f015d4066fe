"""Brings what the tests need besides Python: a Chromium, from the system or unpacked without root into the cache.

The packages come from the distribution by apt, which checks its signed hashes; names, versions and SHA-256 are written
to a manifest beside them and compared at every run.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "okno" / "tools"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
IGNORE_SYSTEM = "OKNO_TEST_TOOLS_IGNORE_SYSTEM"
PACKAGE = "chromium"
EXECUTABLE = "usr/lib/chromium/chromium"


def system_chromium() -> str | None:
    if os.environ.get(IGNORE_SYSTEM):
        return None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def unpacked_chromium() -> str | None:
    """The wrapper of an earlier run, when every package still has its hash."""
    folder = CACHE / PACKAGE
    wrapper, manifest = folder / "run", folder / "manifest.json"
    if not wrapper.is_file() or not manifest.is_file():
        return None
    for name, digest in json.loads(manifest.read_text()).items():
        package = folder / "packages" / name
        if not package.is_file() or hashlib.sha256(package.read_bytes()).hexdigest() != digest:
            return None
    return str(wrapper)


def unpack_chromium() -> str | None:
    """Download the package with what it needs and is not installed, unpack, write a wrapper; None without apt."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    folder = CACHE / PACKAGE
    shutil.rmtree(folder, ignore_errors=True)
    packages, root = folder / "packages", folder / "root"
    for path in (packages, root, folder / "lists" / "partial", folder / "archives" / "partial"):
        path.mkdir(parents=True)
    options = [
        *("-o", f"Dir::State::Lists={folder}/lists", "-o", f"Dir::Cache::Archives={folder}/archives"),
        *("-o", "Debug::NoLocking=1", "-o", f"Dir::Cache::pkgcache={folder}/pkg.bin"),
        *("-o", f"Dir::Cache::srcpkgcache={folder}/src.bin", "-qq"),
    ]
    if os.geteuid() == 0:
        options += ["-o", "APT::Sandbox::User=root"]
    subprocess.run(["apt-get", *options, "update"], check=True)
    planned = subprocess.run(
        ["apt-get", *options, "install", "--no-install-recommends", "--reinstall", "--print-uris", PACKAGE],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = sorted({line.split()[1].split("_")[0] for line in planned.splitlines() if line.startswith("'")} | {PACKAGE})
    subprocess.run(["apt-get", *options, "download", *names], check=True, cwd=packages)
    for package in sorted(packages.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=True)
    digests = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(packages.glob("*.deb"))}
    libraries = sorted({str(p.parent) for p in root.rglob("*.so*")})
    wrapper = folder / "run"
    wrapper.write_text(
        "#!/bin/sh\n"
        f'export LD_LIBRARY_PATH="{":".join(libraries)}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"\n'
        f'exec "{root / EXECUTABLE}" "$@"\n'
    )
    wrapper.chmod(0o755)
    (folder / "manifest.json").write_text(json.dumps(digests, indent=1))
    return str(wrapper)


def chromium() -> str | None:
    """A Chromium that can be started, or None."""
    return system_chromium() or unpacked_chromium()


if __name__ == "__main__":
    try:
        found = chromium() or unpack_chromium()
    except subprocess.CalledProcessError as error:
        found = None
        print(f"chromium could not be unpacked: {error}", file=sys.stderr)
    print(f"chromium: {found or 'not to be had; the browser tests will be skipped'}")
