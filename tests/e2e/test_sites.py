"""A company with several sites: each has a widget of its own."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.axe import faults
from tests.support.process import Server

SHOTS = os.environ.get("OKNO_SHOTS")


def test_a_second_site_is_added_set_up_and_deleted(console: Page, server: Server) -> None:
    """A second shop could only look and speak like the first one."""
    console.goto(f"{server.url}/settings/widget")
    snippet = console.get_by_test_id("snippet")
    expect(snippet).to_have_value(re.compile("data-key"))
    first = snippet.input_value()
    console.get_by_test_id("site-new").click()
    console.get_by_test_id("site-name").fill("Вторая лавка")
    console.get_by_test_id("site-name").press("Enter")
    expect(console.get_by_test_id("site-pick")).to_contain_text("Вторая лавка")
    expect(snippet).not_to_have_value(first)
    console.get_by_test_id("widget-title").fill("Лавка на связи")
    console.get_by_test_id("save").click()
    expect(console.get_by_text("Сохранено")).to_be_visible()
    if SHOTS:
        console.screenshot(path=str(Path(SHOTS) / "sites.png"))
    assert faults(console) == []
    console.get_by_role("link", name="Форма перед чатом").click()
    expect(console.get_by_test_id("site-pick").locator("option:checked")).to_have_text("Вторая лавка")
    console.get_by_role("link", name="Чат на сайте").click()
    expect(console.get_by_test_id("widget-title")).to_have_value("Лавка на связи")
    console.get_by_test_id("site-drop-ask").click()
    console.get_by_test_id("site-drop").click()
    expect(console.get_by_test_id("site-pick")).to_have_count(0)
    expect(snippet).to_have_value(first)
