"""Who is on the site is seen while he is there, and spoken to before he writes."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_conversation import SLOW_MS
from tests.e2e.test_routing import shot
from tests.support.process import Server


def test_a_visitor_appears_moves_and_leaves(browser: Browser, console: Page, server: Server) -> None:
    """The operator would look at a list of people who are long gone, or not where it says they are."""
    console.get_by_test_id("rail-visitors").click()
    expect(console.get_by_test_id("visitors-count")).to_be_visible()
    context = browser.new_context(locale="ru-RU")
    shop = context.new_page()
    shop.goto(f"{server.url}/demo?utm_source=vesna")
    line = console.get_by_test_id("visitor").filter(has_text="vesna")
    expect(line).to_have_count(1, timeout=SLOW_MS)
    first = line.get_by_test_id("visitor-title").inner_text()
    line.click()
    expect(console.get_by_test_id("visitor-pane")).to_contain_text("vesna")
    shop.locator("a[href*='/demo/']").first.click()
    shop.wait_for_url(re.compile("/demo/.+"))
    title = shop.title()
    assert title != first
    expect(line.get_by_test_id("visitor-title")).to_have_text(title, timeout=SLOW_MS)
    expect(console.get_by_test_id("pane-title")).to_have_text(title)
    shot(console, "visitors")
    console.get_by_test_id("visitors-search").fill("никогда не бывало")
    expect(console.get_by_test_id("visitor")).to_have_count(0)
    console.get_by_test_id("visitors-search").fill("vesna")
    expect(line).to_have_count(1)
    shop.goto("about:blank")
    expect(line).to_have_count(0, timeout=SLOW_MS)
    expect(console.get_by_test_id("visitor-left")).to_be_visible()
    context.close()
