"""Finding a customer."""

import pytest

from okno.app.wiring import App
from okno.contacts.api import LAST_LETTER, SQL
from okno.contacts.types import NewIdentity
from okno.kit.ids import uuid7


@pytest.fixture
async def people(app: App) -> int:
    workspace_id = await app.access._db.fetchval(
        "INSERT INTO workspace (name, created_at) VALUES ('search', now()) RETURNING id"
    )
    for name, address in (
        ("Анна Петрова", "anna@shop.example"),
        ("Семён Петров-Водкин", "+79001112233"),
        ("", "p_x@y.z"),
    ):
        contact = uuid7()
        await app.database.execute(
            "INSERT INTO contact (workspace_id, id, name, created_at) VALUES ($1, $2, $3, now())",
            *(workspace_id, contact, name),
        )
        kind = "phone" if address.startswith("+") else "email"
        await app.contacts.add_identity(workspace_id, contact, _new(kind, address))
    return workspace_id


def _new(kind: str, address: str):
    return NewIdentity(kind, address)


async def test_a_customer_is_found_by_surname_or_address(app: App, people: int) -> None:
    """Operators know surnames, not the order of words in a record."""

    async def found(text: str) -> list[str]:
        return [line.name or line.address for line in await app.contacts.search(people, text)]

    assert await found("петров") == ["Анна Петрова", "Семён Петров-Водкин"]
    assert await found("водк") == ["Семён Петров-Водкин"]
    assert await found("петр анн") == ["Анна Петрова"]
    assert await found("ANNA@shop") == ["Анна Петрова"]
    assert await found("+7900") == ["Семён Петров-Водкин"]
    assert await found("p_") == ["p_x@y.z"]
    assert await found("p%") == []
    assert await found("' | !:* \\") == []
    assert len(await found("")) == 3
    assert await app.contacts.search(app.workspace_id, "водкин") == []


async def test_the_search_reads_indexes(app: App, people: int) -> None:
    """With a million customers every letter typed would read them all."""
    async with app.database.transaction() as tx:
        await tx.execute(
            "INSERT INTO contact (workspace_id, id, name, created_at)"
            " SELECT $1, gen_random_uuid(), 'Anna Number' || i, now() FROM generate_series(1, 20000) i",
            people,
        )
        await tx.execute("SELECT gin_clean_pending_list('contact_words')")  # as vacuum does; else it looks expensive
        await tx.execute("ANALYZE contact")
        # as `Contacts.search` does; and a table of a test is small
        await tx.execute("SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_seqscan = off")
        await tx.execute("PREPARE s (bigint, text, text, text, bigint) AS " + SQL["search"])
        plan = await tx.fetch(f"EXPLAIN EXECUTE s ({people}, 'number777', 'number777:*', 'number777{LAST_LETTER}', 25)")
        await tx.execute("DEALLOCATE s")
        await tx.execute("DELETE FROM contact WHERE workspace_id = $1 AND name LIKE 'Anna Number%'", people)
    text = "\n".join(r[0] for r in plan)
    assert "contact_words" in text
    assert "identity_address" in text
    assert "Seq Scan" not in text
