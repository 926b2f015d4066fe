"""The committed schema, the queries and the API's description are what the code says."""

import asyncpg
import pytest

from okno.access.api import SQL as ACCESS
from okno.app.wiring import App
from okno.bus.api import SQL as BUS
from okno.contacts.api import SQL as CONTACTS
from okno.conversations import store
from okno.files.api import SQL as FILES
from okno.visits.api import SQL as VISITS


@pytest.mark.parametrize("queries", [ACCESS, BUS, CONTACTS, store.SQL, VISITS, FILES], ids=lambda q: next(iter(q)))
async def test_every_query_can_be_prepared(app: App, queries: dict[str, str]) -> None:
    """A typing mistake in SQL would be found by a customer."""
    connection = await app.database.dedicated()
    try:
        for name, sql in queries.items():
            try:
                await connection.prepare(sql)
            except asyncpg.PostgresError as error:
                pytest.fail(f"{name}: {error}")
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
