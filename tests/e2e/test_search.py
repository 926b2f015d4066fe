"""Finding what was said: from the list by one key, to the very message."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.axe import faults
from tests.e2e.test_console_work import russian
from tests.e2e.test_conversation import open_latest, panel, say


def test_a_message_is_found_by_another_form_and_shown_in_its_place(shop: Page, console: Page) -> None:
    """An operator asked about «that parcel» would scroll through conversations until the customer leaves."""
    say(panel(shop), "Потерялись две посылки, накладная 8812345")
    open_latest(console, "Потерялись две посылки")
    console.get_by_test_id("composer").press("Escape")
    console.keyboard.press("Escape")
    expect(console).to_have_url(re.compile("/conversations$"))
    russian(console, "Slash", ".")
    field = console.get_by_test_id("search-field")
    expect(field).to_be_focused()
    field.fill("посылка 2345")
    hit = console.get_by_test_id("hit").filter(has_text="Потерялись")
    expect(hit.locator("mark")).to_have_text(["посылки", "8812345"])
    assert faults(console) == []
    console.get_by_test_id("where-notes").click()
    expect(console.get_by_test_id("search-nothing")).to_be_visible()
    expect(console).to_have_url(re.compile("where=notes"))
    console.get_by_test_id("search-clear").click()
    expect(hit).to_be_visible()
    field.press("ArrowDown")
    expect(hit).to_be_focused()
    hit.press("Enter")
    expect(console.locator("article.flashed")).to_contain_text("Потерялись две посылки")
    console.go_back()
    expect(field).to_have_value("посылка 2345")
    field.fill("gjcskrf")
    console.get_by_test_id("search-layout").click()
    expect(hit).to_be_visible()
