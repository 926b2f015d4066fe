"""A backup is one tar file: manifest, sealed keys, database, files, sums. It restores into an empty place only.

Everything is streamed. A backup is read and checked to its last byte before a restore touches anything.
"""

import contextlib
import hashlib
import io
import json
import os
import secrets
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self
from urllib.parse import unquote, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from okno import __version__
from okno.db.embedded import clean_environment
from okno.kit.errors import OknoError

FORMAT = 1
CHUNK_BYTES = 256 * 1024
TEXT_BYTES_MAX = 64 * 1024 * 1024  # manifest, keys and sums: 100 bytes a file
COMPLAINT_BYTES_MAX = 2_000
TRANSACTION_TIMEOUT_FROM = 170000  # version of the server; our pg_restore sets it whomever it speaks to
PASSPHRASE_CHARS_MIN = 8
# OWASP, 2025: N = 2^17, r = 8, p = 1: 128 MB and about half a second for every guess.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**17, 8, 1
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
SEAL_PURPOSE = b"okno backup keys"
MANIFEST, KEYS, DUMP, SUMS, FILES = "manifest.json", "keys", "database.dump", "sums", "files/"

# Transaction numbers mean nothing in another cluster: news is stamped anew, and each handler goes on with the first it
# has not seen. News is then read in the order of `id`; what was seen out of that order is handled a second time.
RESET_CURSORS = """
DO $$ BEGIN
  IF to_regclass('bus_cursor') IS NOT NULL AND to_regclass('outbox') IS NOT NULL THEN
    UPDATE bus_cursor c SET
      id = coalesce((SELECT min(o.id) - 1 FROM outbox o WHERE (o.xid, o.id) > (c.xid, c.id)),
                    (SELECT max(o.id) FROM outbox o), 0),
      xid = pg_current_xact_id();
    UPDATE outbox SET xid = pg_current_xact_id();
  END IF;
END $$
"""
COUNT_OBJECTS = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""


class BackupFailed(OknoError):
    """The backup was not made; nothing is left at its place."""

    slug, title = "backup-failed", "The backup could not be made"


class BackupUnreadable(OknoError):
    """The archive is broken, of another format, or the passphrase is wrong. Nothing was restored."""

    slug, title = "backup-unreadable", "The backup cannot be read"


class RestoreRefused(OknoError):
    """There is data where the backup should go. Nothing was changed."""

    slug, title = "restore-refused", "A backup is restored into an empty place only"


class RestoreFailed(OknoError):
    """It broke off; empty the database and the folder before the next try."""

    slug, title = "restore-failed", "The backup could not be restored"


def backup(url: str, binaries: Path, files_dir: Path, keys: bytes, target: Path, passphrase: str) -> None:
    """Write everything to `target`, which must not exist; it appears whole or not at all, readable by its owner only.

    The database is dumped first, so that every file it names is in the backup. `binaries` holds pg_dump. Raises
    `BackupFailed`.
    """
    if len(passphrase) < PASSPHRASE_CHARS_MIN:
        raise BackupFailed(f"the passphrase needs {PASSPHRASE_CHARS_MIN} characters or more")
    if target.exists():
        raise BackupFailed(f"{target} is there already")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            _write(_Archive(file), url, binaries, files_dir, _seal(keys, passphrase))
            file.flush()
            os.fsync(file.fileno())
        os.link(part, target)  # unlike rename, never over a file that has appeared meanwhile
    except OSError as error:
        raise BackupFailed(str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def verify(source: Path, passphrase: str) -> bytes:
    """Read all of the archive against its sums; the keys in it. Raises `BackupUnreadable`."""
    try:
        with source.open("rb") as file, tarfile.open(fileobj=file, mode="r|") as tar:
            return _verify(tar, passphrase)
    except (OSError, tarfile.TarError, ValueError, KeyError) as error:
        raise BackupUnreadable(f"{source}: {error}") from error


def restore(url: str, binaries: Path, files_dir: Path, source: Path, passphrase: str) -> bytes:
    """Into an empty database and a folder that is missing or empty; the keys, for the caller to put in their place.

    Raises `BackupUnreadable` and `RestoreRefused` before anything is touched, `RestoreFailed` after.
    """
    if files_dir.exists() and any(files_dir.iterdir()):
        raise RestoreRefused(f"{files_dir} is not empty")
    if _psql(url, binaries, COUNT_OBJECTS).strip() != "0":
        raise RestoreRefused("the database is not empty")
    keys = verify(source, passphrase)
    files_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with source.open("rb") as file, tarfile.open(fileobj=file, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None:
                    continue
                if member.name == DUMP:
                    _restore_dump(url, binaries, content)
                elif member.name.startswith(FILES):
                    _restore_file(content, files_dir / member.name.removeprefix(FILES))
    except (OSError, tarfile.TarError) as error:
        raise RestoreFailed(str(error)) from error
    _psql(url, binaries, RESET_CURSORS)
    return keys


class _Archive:
    """A tar file whose members may have a length that is known only after they are written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sums: dict[str, str] = {}

    def add(self, name: str, source: IO[bytes]) -> None:
        """Copy `source` to its end."""
        start = self._file.tell()
        self._file.write(self._header(name, 0))
        data = self._file.tell()
        digest = hashlib.sha256()
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            self._file.write(chunk)
        end = self._file.tell()
        self._file.seek(start)
        self._file.write(self._header(name, end - data))
        self._file.seek(end)
        self._file.write(bytes(-(end - data) % tarfile.BLOCKSIZE))
        self.sums[name] = digest.hexdigest()

    def close(self) -> None:
        self._file.write(bytes(2 * tarfile.BLOCKSIZE))

    @staticmethod
    def _header(name: str, size_bytes: int) -> bytes:
        """GNU's header: as long for every size, sizes over 8 GiB too."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size_bytes, 0o600
        return member.tobuf(tarfile.GNU_FORMAT)


def _write(archive: _Archive, url: str, binaries: Path, files_dir: Path, sealed: bytes) -> None:
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "okno": __version__, "made_at": made_at}
    archive.add(MANIFEST, io.BytesIO(json.dumps(manifest).encode()))
    archive.add(KEYS, io.BytesIO(sealed))
    options = ["--format=custom", "--compress=gzip:1", "--no-owner", "--no-acl"]
    with _Program(url, binaries / "pg_dump", *options, stdout=subprocess.PIPE) as program:
        archive.add(DUMP, program.stdout)
        program.end(BackupFailed)
    for path in _walk(files_dir):
        try:
            content = path.open("rb")
        except FileNotFoundError:
            continue  # erased since the folder was listed
        with content:
            archive.add(FILES + path.relative_to(files_dir).as_posix(), content)
    archive.add(SUMS, io.BytesIO(json.dumps(archive.sums).encode()))
    archive.close()


def _walk(folder: Path) -> Iterator[Path]:
    """Regular files below `folder` in order; links are not followed."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _verify(tar: tarfile.TarFile, passphrase: str) -> bytes:
    sums: dict[str, str] = {}
    texts: dict[str, bytes] = {}
    for member in tar:
        content = tar.extractfile(member)
        if content is None or ".." in Path(member.name).parts or Path(member.name).is_absolute():
            raise ValueError(f"{member.name} has no place in a backup")
        if member.name in (MANIFEST, KEYS, SUMS):
            if member.size > TEXT_BYTES_MAX:
                raise ValueError(f"{member.name} is too long")
            texts[member.name] = content.read()
            content = io.BytesIO(texts[member.name])
        digest = hashlib.sha256()
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
        sums[member.name] = digest.hexdigest()
    if SUMS not in texts:
        raise ValueError("it ends too early")
    found = json.loads(texts[MANIFEST]).get("format")
    if found != FORMAT:
        raise ValueError(f"it has format {found}, this okno reads {FORMAT}")
    sums.pop(SUMS)
    if sums != json.loads(texts[SUMS]):
        raise ValueError("its sums do not agree: it was damaged or changed")
    return _unseal(texts[KEYS], passphrase)


def _restore_dump(url: str, binaries: Path, content: IO[bytes]) -> None:
    if int(_psql(url, binaries, "SHOW server_version_num")) < TRANSACTION_TIMEOUT_FROM:
        _restore_script(url, binaries, content)
        return
    options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-acl"]
    with _Program(url, binaries / "pg_restore", *options, stdin=subprocess.PIPE) as program:
        _feed(content, program.stdin)
        program.end(RestoreFailed)


def _restore_script(url: str, binaries: Path, content: IO[bytes]) -> None:
    """Into a server that is older than pg_restore: as SQL, without the setting that server does not know."""
    options = ["-qX", "--single-transaction", "-v", "ON_ERROR_STOP=1", "--file=-"]
    with (
        _Program(url, binaries / "psql", *options, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as psql,
        ThreadPoolExecutor(1) as pool,
        _Program(
            None,
            binaries / "pg_restore",
            *("--file=-", "--no-owner", "--no-acl"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as script,
    ):
        feeding = pool.submit(_feed, content, script.stdin)
        with contextlib.suppress(BrokenPipeError):  # psql gave up; its words say why
            for line in script.stdout:
                if line.startswith(b"SET transaction_timeout"):
                    break
                psql.stdin.write(line)
            shutil.copyfileobj(script.stdout, psql.stdin, CHUNK_BYTES)
            feeding.result()
            script.end(RestoreFailed)  # before psql is told that this was all: it would commit half of it
        psql.end(RestoreFailed)


def _feed(content: IO[bytes], program: IO[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):  # it gave up; its words say why
        shutil.copyfileobj(content, program, CHUNK_BYTES)
    with contextlib.suppress(BrokenPipeError):
        program.close()


def _restore_file(content: IO[bytes], target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("xb") as file:
        shutil.copyfileobj(content, file, CHUNK_BYTES)


def _psql(url: str, binaries: Path, sql: str) -> str:
    options = ["-qtAX", "-v", "ON_ERROR_STOP=1", "-c", sql]
    with _Program(url, binaries / "psql", *options, stdout=subprocess.PIPE) as program:
        said = program.stdout.read()
        program.end(RestoreFailed)
    return said.decode()


class _Program:
    """One of PostgreSQL's programs. Its complaints go to a file: a pipe nobody reads would stop it."""

    def __init__(
        self, url: str | None, path: Path, *options: str, stdin: int | None = None, stdout: int | None = None
    ) -> None:
        parts = urlsplit(url or "")
        environment = clean_environment()
        if url and parts.password:  # arguments are seen by everybody on the machine
            environment["PGPASSWORD"] = unquote(parts.password)
            url = parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}").geturl()
        self._name = path.name
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `__exit__`
        try:
            command = [str(path), *options, *(["--dbname", url] if url else [])]
            self._process = subprocess.Popen(  # noqa: S603 - our own binaries and arguments
                command, stdin=stdin or subprocess.DEVNULL, stdout=stdout, stderr=self._complaints, env=environment
            )
        except OSError:
            self._complaints.close()
            raise

    @property
    def stdin(self) -> IO[bytes]:
        return self._pipe(self._process.stdin)

    @property
    def stdout(self) -> IO[bytes]:
        return self._pipe(self._process.stdout)

    def end(self, error: type[OknoError]) -> None:
        """Close its input, wait, raise `error` with its complaints if it failed."""
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        if self._process.wait():
            self._complaints.seek(0)
            raise error(f"{self._name}: {self._complaints.read(COMPLAINT_BYTES_MAX).decode(errors='replace').strip()}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for file in (self._process.stdin, self._process.stdout, self._complaints):
            if file:
                with contextlib.suppress(BrokenPipeError):
                    file.close()

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise RuntimeError("this pipe was not asked for")
        return pipe


def _seal(keys: bytes, passphrase: str) -> bytes:
    """salt, nonce, ciphertext."""
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    return salt + nonce + AESGCM(_stretch(passphrase, salt)).encrypt(nonce, keys, SEAL_PURPOSE)


def _unseal(sealed: bytes, passphrase: str) -> bytes:
    salt, nonce = sealed[:SALT_BYTES], sealed[SALT_BYTES : SALT_BYTES + NONCE_BYTES]
    try:
        return AESGCM(_stretch(passphrase, salt)).decrypt(nonce, sealed[SALT_BYTES + NONCE_BYTES :], SEAL_PURPOSE)
    except InvalidTag:
        raise BackupUnreadable("the passphrase is not the one the backup was made with") from None


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase.encode())
