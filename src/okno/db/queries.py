"""SQL lives in files beside the code: `-- name: find_contact :one` starts a query."""

import re
from importlib.resources import files
from pathlib import Path

import asyncpg

from okno.db.pool import Connection
from okno.kit.errors import OknoError

_HEADER = re.compile(r"^-- name: (\w+) :(one|many|exec|value)\s*$", re.MULTILINE)


class WrongQuery(OknoError):
    """A query does not fit the schema; `detail` names it."""

    slug, title = "wrong-query", "This version of okno does not fit the database"


def load_queries(package: str, file: str = "queries.sql") -> dict[str, str]:
    """Queries of a package by name. Raises `ValueError` on a name used twice or a file without any."""
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    parts = _HEADER.split(text)[1:]
    queries: dict[str, str] = {}
    for name, _, sql in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if name in queries:
            raise ValueError(f"{package}: query {name} is there twice")
        queries[name] = sql.strip().rstrip(";")
    if not queries:
        raise ValueError(f"{package}: no queries in {file}")
    return queries


def all_queries() -> dict[str, str]:
    """Every query of the product by package and name."""
    root = Path(str(files("okno")))
    found: dict[str, str] = {}
    for file in sorted(root.rglob("queries.sql")):
        package = ".".join(("okno", *file.parent.relative_to(root).parts))
        found |= {f"{package} {name}": sql for name, sql in load_queries(package).items()}
    return found


async def check_queries(connection: Connection) -> int:
    """Have the server prepare each: a typing mistake refuses the start, not a customer. Raises `WrongQuery`.

    How many there are; a hundred take a twentieth of a second.
    """
    queries = all_queries()
    for name, sql in queries.items():
        try:
            await connection.prepare(sql)
        except asyncpg.PostgresError as error:
            raise WrongQuery(f"{name}: {error}") from None
    return len(queries)
