"""From a database of an older PostgreSQL to ours, by pg_upgrade. The old folder stays as it was."""

import shutil
from pathlib import Path

from okno.db.embedded import MAJOR, OLDER, DatabaseFailed, EmbeddedPostgres, end_leftovers
from okno.kit.errors import OknoError

SPACE_RATIO = 1.2  # to the old database: the copy and what pg_upgrade writes beside it


class NothingToUpgrade(OknoError):
    """There is no database of an older PostgreSQL, or ours is there already."""

    slug, title = "nothing-to-upgrade", "There is nothing to upgrade"


def upgrade(home: Path) -> Path:
    """Make pg18/ out of the older folder; returns that one, which may be deleted when all is well.

    Copies, so it needs as much space again. From the main thread. Raises `NothingToUpgrade`, `DataFolderBusy`,
    `DatabaseFailed`; a failure leaves everything as it was.
    """
    majors = [major for major in OLDER if (home / f"pg{major}" / "PG_VERSION").exists()]
    if not majors or (home / f"pg{MAJOR}").exists():
        raise NothingToUpgrade(f"{home} holds no database that is older than PostgreSQL {MAJOR} and still in use")
    old = EmbeddedPostgres(home, major=majors[0])
    _check_space(old.data)
    old.start()  # recovers what a crash left: pg_upgrade takes cleanly stopped databases only
    old_binaries = old.bin
    old.stop()
    new = EmbeddedPostgres(home)
    new.take_folder()
    try:
        _convert(new, old.data, old_binaries)
    finally:
        new.stop()
    return old.data


def _convert(new: EmbeddedPostgres, old_data: Path, old_binaries: Path) -> None:
    data = new.data.with_suffix(".upgrade")
    for folder in (data, old_data):
        end_leftovers(folder)  # of an upgrade that was killed
    shutil.rmtree(data, ignore_errors=True)
    # Both sides have to agree on checksums; they are switched on afterwards, so that the old files are only read.
    checksums = _checksum_version(new, old_data, old_binaries).strip() != "0"
    new.create_cluster(data, "--data-checksums" if checksums else "--no-data-checksums", database=False)
    where = ["--old-datadir", str(old_data), "--new-datadir", str(data), "--socketdir", str(new.run)]
    programs = ["--old-bindir", str(old_binaries), "--new-bindir", str(new.bin)]
    new.tool("pg_upgrade", "--username=postgres", *where, *programs, cwd=data)
    if not checksums:
        new.tool("pg_checksums", "--enable", "-D", str(data))
    data.rename(new.data)


def _checksum_version(server: EmbeddedPostgres, data: Path, binaries: Path) -> str:
    """What stands in the cluster's control file: 0 without checksums."""
    lines = server.tool("pg_controldata", "-D", str(data), binaries=binaries).splitlines()
    return next((line.partition(":")[2] for line in lines if line.startswith("Data page checksum version")), "0")


def _check_space(data: Path) -> None:
    needed = int(sum(p.lstat().st_size for p in data.rglob("*") if p.is_file()) * SPACE_RATIO)
    free = shutil.disk_usage(data).free
    if free < needed:
        raise DatabaseFailed(
            f"the upgrade copies the database: {needed >> 20} MiB are needed, {free >> 20} MiB are free"
        )
