"""One company, several sites: each has a widget of its own."""

import pytest

from okno.app.wiring import App
from okno.kit.errors import Conflict, NotAllowed, NotFound
from okno.kit.ids import uuid7
from okno.visits.rules import look_of
from okno.visits.types import InboxChange
from tests.routing.company import Company


async def test_a_site_is_added_and_taken_away_while_nobody_has_come(app: App) -> None:
    """A second shop would have to share the first one's colours and hours; or a mistake would stay for ever."""
    company = await Company.found(app)
    other = await app.visits.add_inbox(company.owner, " Second shop ")
    assert other.name == "Second shop"
    first, second = await app.visits.list_inboxes(company.workspace_id)
    assert first.key != second.key
    assert second.key in second.snippet
    await app.visits.change_inbox(company.owner, second.id, InboxChange(accent="#0a7d3c"))
    assert (await app.visits.get_config(first.key)).look != (await app.visits.get_config(second.key)).look
    supervisor = await company.operator("supervisor", here=False)
    for refused in (app.visits.add_inbox(supervisor, "No"), app.visits.delete_inbox(supervisor, second.id)):
        with pytest.raises(NotAllowed):
            await refused
    sql = "INSERT INTO visitor (workspace_id, id, inbox_id, created_at) VALUES ($1, $2, $3, now())"
    await app.database.execute(sql, company.workspace_id, uuid7(), first.id)
    with pytest.raises(Conflict):
        await app.visits.delete_inbox(company.owner, first.id)
    await app.visits.delete_inbox(company.owner, second.id)
    with pytest.raises(NotFound):
        await app.visits.get_by_key(second.key)
    with pytest.raises(NotFound):
        await app.visits.delete_inbox(company.owner, second.id)
    lonely = await Company.found(app)
    with pytest.raises(Conflict):
        await app.visits.delete_inbox(lonely.owner, lonely.inbox_id)


@pytest.mark.parametrize(
    ("accent", "ink"),
    [
        ("#2b4acb", "#fff"),
        ("#ffdd2d", "#000"),
        ("#767676", "#fff"),
        ("#777777", "#000"),
        ("#000000", "#fff"),
        ("#ffffff", "#000"),
    ],
)
def test_letters_on_any_colour_can_be_read(accent: str, ink: str) -> None:
    """A company whose colour is yellow would have white letters on it."""
    assert look_of(accent) == f"--okno-accent:{accent};--okno-ink:{ink}"
