"""SQL lives in files beside the code: `-- name: find_contact :one` starts a query."""

import re
from importlib.resources import files

_HEADER = re.compile(r"^-- name: (\w+) :(one|many|exec|value)\s*$", re.MULTILINE)


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
