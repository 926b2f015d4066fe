"""The committed schema, the queries and the API's description are what the code says."""

from typing import get_args, get_type_hints

import pytest
from msgspec import Meta

from okno.app.wiring import App
from okno.conversations import store
from okno.db.queries import WrongQuery, check_queries
from okno.kit.wire import Seq


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


def bounded_by_meta(hint: object) -> bool:
    inner = get_args(hint)
    return any(isinstance(part, Meta) or bounded_by_meta(part) for part in inner)


def test_every_bound_of_a_parameter_is_enforced(app: App) -> None:
    """A page of a million rows would be asked for: bounds by `Meta` on a parameter are described and not checked."""
    assert bounded_by_meta(Seq | None)
    loose, looked = [], 0
    for route in app.asgi().routes:
        for handler in getattr(route, "route_handlers", ()):
            if not handler.fn.__module__.startswith("okno."):
                continue
            for name, hint in get_type_hints(handler.fn, include_extras=True).items():
                looked += 1
                if name not in ("data", "return") and bounded_by_meta(hint):
                    loose.append(f"{handler} {name}")
    assert looked > 100
    assert loose == []
