"""Asterisk without root: the system's, else Debian's packages unpacked into a folder of our own.

The packages are named in `packages.lock` with their hashes. They come from the mirror this machine uses, else from
Debian's archive of all that ever was; where neither has them any more, apt brings the newest of the same suite and
checks Debian's signature. Nothing of the system is changed.
"""

import hashlib
import io
import json
import lzma
import os
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import httpx

from okno.kit.errors import OknoError
from okno.telephony.asterisk.config import Place

OLDEST = 20  # the oldest series that is still maintained (2026)
SUITE = "sid"
SYSTEM = "the system"
ARCHIVE = "https://snapshot.debian.org/archive/debian"
MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PACKAGES = ("asterisk", "asterisk-core-sounds-ru-wav", "asterisk-core-sounds-en-wav", "asterisk-moh-opsound-wav")
VOICES = {"ru": "ru_RU_f_IvrvoiceRU", "en": "en_US_f_Allison"}
MULTIARCH = {"x86_64": "x86_64-linux-gnu", "aarch64": "aarch64-linux-gnu"}
LOADERS = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
AT_ONCE = 6
SYSTEMS = "system"  # a file that says: the system's is to be used
AR_MAGIC, AR_HEADER = b"!<arch>\n", 60
Say = Callable[[str], None]


class CannotInstall(OknoError):
    """Nothing was changed; `detail` says what to do."""

    slug, title = "cannot-install", "Asterisk cannot be installed"


@dataclass(frozen=True, slots=True)
class Asterisk:
    """One that can be started: `command` before its arguments. `origin` says where it came from."""

    version: str
    origin: str
    command: Sequence[str]
    modules: Path
    data: Path

    def place(self, etc: Path, state: Path) -> Place:
        return Place(etc, state, self.modules, self.data, self.data / "sounds", self.data / "moh")


@dataclass(frozen=True, slots=True)
class Locked:
    """A package of the lock: its place below the archive's root."""

    path: str
    sha256: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def parse_lock(text: str) -> tuple[str, list[Locked]]:
    """The moment the archive was looked at (as its address has it), and what it held."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    stamp = lines[0].removeprefix("archive ")
    return stamp, [Locked(path, sha256) for sha256, path in (line.split() for line in lines[1:])]


def find_asterisk(home: Path) -> Asterisk | None:
    """What `install` has chosen; null: it was not run, or what it chose is gone."""
    chosen = home / "telephony" / "current"
    if (chosen / "usr/sbin/asterisk").is_file():
        return _unpacked(chosen.resolve())
    return system_asterisk() if (home / "telephony" / SYSTEMS).is_file() else None


def system_asterisk() -> Asterisk | None:
    """The system's, if it is new enough."""
    program = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        return None
    version = _version_of([program])
    if version is None or int(version.split(".")[0]) < OLDEST:
        return None
    machine = MULTIARCH.get(platform.machine(), "")
    folders = (f"/usr/lib/{machine}/asterisk/modules", "/usr/lib/asterisk/modules", "/usr/lib64/asterisk/modules")
    modules = next((Path(folder) for folder in folders if Path(folder).is_dir()), None)
    data = next((Path(f) for f in ("/usr/share/asterisk", "/var/lib/asterisk") if (Path(f) / "sounds").is_dir()), None)
    if modules is None or data is None:
        return None
    return Asterisk(version, SYSTEM, [program], modules, data)


def _version_of(command: Sequence[str]) -> str | None:
    try:
        said = subprocess.run([*command, "-V"], capture_output=True, text=True, check=False, timeout=20)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"Asterisk (?:certified-)?(\d+(?:\.\d+)+)", said.stdout)
    return found[1] if found else None


def _unpacked(root: Path) -> Asterisk:
    library = root / "usr/lib" / MULTIARCH[platform.machine()]
    command = [str(library / LOADERS[platform.machine()]), "--library-path", str(library)]
    told = json.loads((root / "okno.json").read_text(encoding="utf-8"))
    return Asterisk(
        *(told["version"], told["origin"], [*command, str(root / "usr/sbin/asterisk")]),
        *(library / "asterisk/modules", root / "usr/share/asterisk"),
    )


def install(home: Path, say: Say, *, mirror: str = "", sources: Sequence[str] | None = None) -> Asterisk:
    """Choose the system's Asterisk or bring one; `current` leads to it. Raises `CannotInstall`."""
    folder = home / "telephony"
    folder.mkdir(parents=True, exist_ok=True)
    if found := system_asterisk():
        (folder / SYSTEMS).touch()
        say(f"Asterisk {found.version} of the system is used")
        return found
    if platform.machine() not in MULTIARCH:
        raise CannotInstall(f"there are no packages for {platform.machine()}; set OKNO_ASTERISK_URL")
    part = Path(tempfile.mkdtemp(prefix="asterisk.part-", dir=folder))
    try:
        part.chmod(0o755)
        packages, root = part / "packages", part / "root"
        packages.mkdir()
        root.mkdir()
        origin = _bring(packages, say, mirror or find_mirror(), sources)
        say("unpacking")
        for package in sorted(packages.glob("*.deb")):
            unpack(package, root)
        return _settle(folder, root, origin)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _settle(folder: Path, root: Path, origin: str) -> Asterisk:
    """Make it whole, see that it starts, and switch to it; the former one is kept for `roll_back`."""
    sounds = root / "usr/share/asterisk/sounds"
    for language, voice in VOICES.items():
        if (sounds / voice).is_dir() and not (sounds / language).exists():
            (sounds / language).symlink_to(voice)
    note = root / "okno.json"
    note.write_text(json.dumps({"version": "0", "origin": origin}), encoding="utf-8")
    version = _version_of(_unpacked(root).command)
    if version is None:
        raise CannotInstall("the unpacked Asterisk does not start on this machine; set OKNO_ASTERISK_URL")
    told = {"version": version, "origin": origin, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    note.write_text(json.dumps(told), encoding="utf-8")
    target = folder / f"asterisk-{version}-{datetime.now(UTC):%Y%m%d%H%M%S}"
    root.rename(target)
    target.chmod(0o755)
    switch(folder, target)
    return _unpacked(target)


def switch(folder: Path, target: Path) -> None:
    """`current` leads to `target`, `previous` to what was there; older ones go."""
    current, previous = folder / "current", folder / "previous"
    if current.is_symlink() and current.resolve() != target:
        _point(previous, current.resolve())
    _point(current, target)
    kept = {link.resolve() for link in (current, previous) if link.is_symlink()}
    for old in folder.glob("asterisk-*"):
        if old.resolve() not in kept:
            shutil.rmtree(old, ignore_errors=True)


def roll_back(home: Path) -> Asterisk:
    """The Asterisk before the last `install`. Raises `CannotInstall` when there was none."""
    folder = home / "telephony"
    previous = folder / "previous"
    if not (previous / "usr/sbin/asterisk").is_file():
        raise CannotInstall("there is no earlier one to go back to")
    switch(folder, previous.resolve())
    return _unpacked((folder / "current").resolve())


def _point(link: Path, target: Path) -> None:
    fresh = link.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.name)
    fresh.replace(link)


# -- bringing packages ---------------------------------------------------------------------------------------------


def find_mirror(root: Path = Path("/etc/apt")) -> str:
    """The archive this machine's apt takes Debian from; without one Debian's own."""
    texts = [root / "sources.list", *sorted(root.glob("sources.list.d/*"))]
    for file in texts:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        for found in re.findall(r"^(?:URIs:|deb(?: \[[^]]*\])?)\s*(https?://\S+/debian)/?(?:\s|$)", text, re.MULTILINE):
            return str(found)
    return MIRROR


def _bring(packages: Path, say: Say, mirror: str, sources: Sequence[str] | None) -> str:
    """Everything into the folder; where it came from. Raises `CannotInstall`."""
    lock = files("okno.telephony.asterisk") / f"packages.{ARCHITECTURES[platform.machine()]}.lock"
    if lock.is_file():
        stamp, locked = parse_lock(lock.read_text(encoding="utf-8"))
        bases = sources if sources is not None else (mirror, f"{ARCHIVE}/{stamp}")
        say(f"bringing {len(locked)} packages of Debian")
        missing = fetch(locked, packages, bases)
        if not missing:
            return f"Debian's packages of {stamp[:8]}"
        say(f"{len(missing)} of them are gone from the mirror and cannot be had from the archive")
    say(f"apt brings the newest ones of {SUITE} and checks Debian's signature")
    for old in packages.iterdir():
        old.unlink()
    bring_by_apt(packages, mirror, PACKAGES)
    return f"Debian's newest packages, {datetime.now(UTC):%Y-%m-%d}"


def fetch(locked: Sequence[Locked], packages: Path, bases: Sequence[str]) -> list[Locked]:
    """Those that no base has with the right hash. The first base that misses one is not asked for the rest."""
    missing: list[Locked] = []
    with httpx.Client(follow_redirects=True, timeout=60) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        for base in bases:
            wanted = missing if base != bases[0] else list(locked)
            if not wanted:
                break
            missing = []
            for first in range(0, len(wanted), AT_ONCE):
                some = wanted[first : first + AT_ONCE]
                done = list(pool.map(lambda one, base=base: _fetch_one(client, base, one, packages), some))
                missing += [one for one, there in zip(some, done, strict=True) if not there]
                if missing and base == bases[0]:
                    missing += wanted[first + AT_ONCE :]
                    break
            if missing and base != bases[0]:
                return missing
    return missing


def _fetch_one(client: httpx.Client, base: str, one: Locked, packages: Path) -> bool:
    try:
        answer = client.get(f"{base}/{one.path}")
    except httpx.HTTPError:
        return False
    if answer.status_code != httpx.codes.OK or hashlib.sha256(answer.content).hexdigest() != one.sha256:
        return False
    (packages / one.name).write_bytes(answer.content)
    return True


def bring_by_apt(packages: Path, mirror: str, names: Sequence[str]) -> None:
    """With an apt state of our own that knows this suite alone. Raises `CannotInstall`."""
    if not shutil.which("apt-get") or not KEYRING.is_file():
        raise CannotInstall("there is neither apt nor Debian's keyring; install Asterisk 20 or set OKNO_ASTERISK_URL")
    with tempfile.TemporaryDirectory(prefix="okno-apt-") as folder:
        options = apt_options(Path(folder), mirror)
        _apt(options, "update")
        _apt([*options, "--download-only"], "install", "-y", *names)
        for package in (Path(folder) / "cache/archives").glob("*.deb"):
            shutil.move(package, packages)


def apt_options(state: Path, mirror: str) -> list[str]:
    """Of an apt that sees nothing of this system."""
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True)
    (state / "status").touch()
    (state / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror} {SUITE} main\n", encoding="utf-8")
    values = {
        "Dir::Etc::sourcelist": state / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state / "cache",
        "Dir::State::status": state / "status",
        "Debug::NoLocking": "1",
        "APT::Install-Recommends": "0",
    }
    if os.geteuid() == 0:
        values["APT::Sandbox::User"] = "root"  # apt's own user cannot enter our folder
    return ["-qq", *(part for key, value in values.items() for part in ("-o", f"{key}={value}"))]


def _apt(options: Sequence[str], *arguments: str) -> None:
    done = subprocess.run(["apt-get", *options, *arguments], check=False, capture_output=True, text=True)  # noqa: S603, S607
    if done.returncode:
        raise CannotInstall(f"apt-get {arguments[0]}: {done.stderr.strip()[-500:]}")


def unpack(package: Path, root: Path) -> None:
    """The files of a Debian package, below `root`. Raises `CannotInstall` for what is none."""
    for name, content in _members(package.read_bytes()):
        if name.startswith("data.tar"):
            plain = lzma.decompress(content) if name.endswith(".xz") else content
            with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
                if hasattr(tarfile, "tar_filter"):  # Python 3.11.4 and later
                    archive.extraction_filter = tarfile.tar_filter
                archive.extractall(root)  # noqa: S202 - its hash was checked
            return
    raise CannotInstall(f"{package.name} is no Debian package")


def _members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Of an ar archive: 60 bytes before each member, which begins at an even place."""
    if not archive.startswith(AR_MAGIC):
        return
    at = len(AR_MAGIC)
    while at + AR_HEADER <= len(archive):
        header = archive[at : at + AR_HEADER]
        size = int(header[48:58])
        yield header[:16].decode().strip().rstrip("/"), archive[at + AR_HEADER : at + AR_HEADER + size]
        at += AR_HEADER + size + size % 2
