"""`make schema`: src/okno/db/schema.sql from the migrations, so that a review sees the whole of what they make."""

import asyncio
import sys
import tempfile
from pathlib import Path

import asyncpg

from okno.db.embedded import EmbeddedPostgres
from okno.db.migrate import migrate

TARGET = Path(__file__).parent.parent / "src/okno/db/schema.sql"
HEAD = "-- Written by `make schema` from the migrations. Do not edit: nothing reads it but people and a test.\n"
SKIPPED = ("--", "SET ", "SELECT pg_catalog.set_config", "\\restrict", "\\unrestrict")


def render_schema(dump: str) -> str:
    """pg_dump's text without what depends on the server or the day. Comments inside functions stay."""
    lines, inside = [], False
    for line in dump.splitlines():
        inside ^= line.count("$$") % 2 == 1
        if inside or not line.startswith(SKIPPED):
            lines.append(line.rstrip())
    text = "\n".join(lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return HEAD + "\n" + text.strip() + "\n"


def dump_schema(server: EmbeddedPostgres, database: str) -> str:
    """Of a database of the running `server`."""
    options = ("--schema-only", "--no-owner", "--no-privileges", "--no-comments")
    where = ("-U", "postgres", "-h", str(server.run), "-p", str(server.port), "-d", database)
    return render_schema(server.tool("pg_dump", *options, *where))


async def migrated(url: str) -> None:
    connection = await asyncpg.connect(url)
    await migrate(connection)
    await connection.close()


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="okno-schema-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder) / "data", durable=False, shared_buffers="16MB")
        url = server.start()
        try:
            asyncio.run(migrated(url))
            text = dump_schema(server, "okno")
        finally:
            server.stop()
    if "--check" in sys.argv:
        if TARGET.read_text() != text:
            sys.exit("src/okno/db/schema.sql is not what the migrations make: run `make schema`")
    else:
        TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
