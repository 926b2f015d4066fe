"""The committed schema, the queries and the API's description are what the code says."""

import pytest

from okno.app.wiring import App
from okno.conversations import store
from okno.db.queries import WrongQuery, check_queries


async def test_every_query_can_be_prepared(app: App) -> None:
    """A typing mistake in SQL would be found by a customer instead of refusing the start."""
    connection = await app.database.dedicated()
    try:
        assert await check_queries(connection) > 90
        await connection.execute("BEGIN; ALTER TABLE team RENAME COLUMN name TO title")
        with pytest.raises(WrongQuery, match=r"okno\.access \w*team"):
            await check_queries(connection)
    finally:
        await connection.close()


async def test_every_shape_of_the_list_can_be_prepared(app: App) -> None:
    """One filter out of many would answer 500."""
    connection = await app.database.dedicated()
    flags = (False, True)
    try:
        for tab in ("mine", "waiting", "all"):
            for see_all in flags:
                for label in flags:
                    for contact in flags:
                        for cursor in flags:
                            by = store.ListFilter(tab, "open", see_all, label, contact, cursor)
                            await connection.prepare(store.list_sql(by))
    finally:
        await connection.close()


def test_every_operation_has_an_id_and_documents_its_errors(app: App) -> None:
    """A generated client would have nameless methods and unknown failures."""
    document = app.asgi().openapi_schema.to_schema()
    seen = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            identity = operation["operationId"]
            assert identity not in seen
            seen.add(identity)
            if path.startswith("/api/"):
                assert {"400", "422", "503"} <= operation["responses"].keys(), f"{method} {path}"
