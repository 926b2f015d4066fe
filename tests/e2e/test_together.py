"""Two operators in two browsers: neither answers past the other."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_conversation import open_latest, panel, say
from tests.support.process import Server


@pytest.fixture
def maria(console: Page, browser: Browser, server: Server) -> Iterator[Page]:
    """A colleague who came by an invitation, in a browser of her own."""
    me = console.request.get(f"{server.url}/api/v1/session").json()
    invited = console.request.post(
        f"{server.url}/api/v1/operators",
        headers={"x-csrf-token": me["csrf"]},
        data={"email": f"maria{len(console.context.pages)}.{id(console)}@example.com", "name": "Мария Ветрова"},
    ).json()
    context = browser.new_context(locale="ru-RU", viewport={"width": 1440, "height": 900})
    secret = invited["url"].rsplit("/", 1)[1]
    context.request.post(f"{server.url}/api/v1/links/{secret}", data={"password": "correct horse battery"})
    page = context.new_page()
    page.goto(f"{server.url}/conversations")
    page.locator("[data-testid=status][data-state=online]").wait_for(state="attached")
    console.reload()  # who came is among the colleagues
    console.locator("[data-testid=status][data-state=online]").wait_for(state="attached")
    yield page
    context.close()


def test_two_operators_do_not_answer_one_customer_past_each_other(shop: Page, console: Page, maria: Page) -> None:
    """The customer would get two different answers, and neither operator would know of the other."""
    frame = panel(shop)
    say(frame, "Кто ответит на этот вопрос?")
    open_latest(console, "Кто ответит на этот вопрос?")
    row = maria.get_by_test_id("conversation").filter(has_text="Кто ответит на этот вопрос?")
    expect(row.get_by_test_id("here")).to_have_attribute("title", "Анна Кленова смотрит")
    row.click()
    head = console.locator("header").get_by_test_id("here")
    expect(head).to_have_attribute("title", "Мария Ветрова смотрит")
    maria.get_by_test_id("composer").fill("Отвечаю")
    expect(head).to_have_attribute("title", "Мария Ветрова печатает ответ")
    expect(console.get_by_test_id("collision")).to_contain_text("Мария Ветрова")
    console.context.set_offline(True)  # her answer does not reach this window
    console.evaluate("() => 0")
    maria.get_by_test_id("composer").press("Enter")
    expect(frame.get_by_test_id("message").last).to_contain_text("Отвечаю")
    console.get_by_test_id("composer").fill("И я отвечаю")
    console.get_by_test_id("composer").press("Enter")
    console.context.set_offline(False)
    stale = console.get_by_test_id("stale-pending")
    expect(stale).to_be_visible(timeout=30_000)
    expect(console.get_by_test_id("thread")).to_contain_text("Отвечаю")
    expect(frame.get_by_test_id("message").filter(has_text="И я отвечаю")).to_have_count(0)
    console.get_by_test_id("revise").click()
    expect(console.get_by_test_id("composer")).to_have_value("И я отвечаю")
    console.get_by_test_id("composer").press("Enter")
    expect(frame.get_by_test_id("message").last).to_contain_text("И я отвечаю")
    maria.get_by_test_id("tab-all").click()
