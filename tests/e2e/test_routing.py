"""Two operators at their desks: what is offered, handed over and asked, and settings of who answers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import faults
from tests.e2e.conftest import PASSWORD, fresh_server, sign_in
from tests.e2e.test_conversation import SLOW_MS, panel, say
from tests.support.process import Server

SHOTS = os.environ.get("OKNO_SHOTS")
ASK = """async ([method, path, body]) => {
  const me = await (await fetch('/api/v1/session')).json()
  const headers = { 'x-csrf-token': me.csrf, 'content-type': 'application/json' }
  const answer = await fetch('/api/v1' + path, { method, headers, body: body && JSON.stringify(body) })
  return answer.status === 204 ? null : await answer.json()
}"""


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


@pytest.fixture(scope="module")
def server(browser: Browser) -> Iterator[Server]:
    """Of its own: what others left waiting would be offered, too, and offers would stand in their way."""
    with fresh_server(browser) as server:
        yield server


@pytest.fixture
def colleague(browser: Browser, console: Page, server: Server) -> Iterator[Page]:
    """A second operator, invited and signed in."""
    new = {"email": f"igor{os.urandom(4).hex()}@example.com", "name": "Игорь Соколов"}
    made = console.evaluate(ASK, ["POST", "/operators", new])
    context = browser.new_context(locale="ru-RU", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(made["url"])
    page.get_by_test_id("link-password").fill(PASSWORD)
    page.get_by_test_id("link-submit").click()
    page.locator("[data-testid=desk][data-state=online]").wait_for()
    yield page
    context.close()


def test_an_offer_declined_goes_to_the_next_who_hands_it_back(
    shop: Page, console: Page, colleague: Page, server: Server
) -> None:
    """A conversation nobody takes would wait for ever; a colleague would get one without a word of what it is about."""
    console.goto(f"{server.url}/settings/queues")
    console.get_by_test_id("queue-open").first.click()
    console.get_by_test_id("mode-offer").check()
    console.get_by_test_id("save").first.click()
    expect(console.get_by_role("status").filter(has_text="Сохранено")).to_be_visible()
    shot(console, "queues")
    console.goto(f"{server.url}/conversations")
    console.locator("[data-testid=desk][data-state=online]").wait_for()
    frame = panel(shop)
    say(frame, "Где мой заказ?")
    pages = {"anna": console, "igor": colleague}
    while not (asked := [n for n, p in pages.items() if p.get_by_test_id("offer").is_visible()]):
        console.wait_for_timeout(50)
    first, second = pages.pop(asked[0]), pages.popitem()[1]
    expect(first.get_by_test_id("offer")).to_contain_text("Где мой заказ?")
    shot(first, "offer")
    assert faults(first) == []
    first.keyboard.press("Escape")
    expect(second.get_by_test_id("offer")).to_be_visible(timeout=SLOW_MS)
    expect(first.get_by_test_id("offer")).to_have_count(0)
    second.keyboard.press("Enter")
    expect(second.get_by_test_id("thread")).to_contain_text("Где мой заказ?")
    expect(second.get_by_test_id("assignee")).to_contain_text("У вас")
    expect(second.get_by_test_id("desk")).to_contain_text("1/5")
    second.get_by_test_id("assignee").click()
    expect(second.get_by_test_id("why")).to_contain_text("загрузка 0 из 5")
    shot(second, "why")
    second.keyboard.press("Escape")

    # Ask, then hand over.
    say(second, "Минуту, уточню")
    second.keyboard.press("Escape")
    second.keyboard.press("Shift+KeyT")
    second.get_by_test_id("transfer-note").fill("Заказ 4411: где он?")
    shot(second, "transfer")
    assert faults(second) == []
    second.get_by_test_id("transfer-ask").click()
    expect(second.get_by_test_id("hands")).to_contain_text("участвует")
    shot(second, "consult")
    second.get_by_test_id("consult-hand").click()
    expect(second.get_by_test_id("desk")).to_contain_text("0/5")
    first.get_by_test_id("tab-all").click()
    first.get_by_test_id("conversation").filter(has_text="Минуту, уточню").first.click()
    expect(first.get_by_test_id("thread")).to_contain_text("Заказ 4411: где он?")
    expect(first.get_by_test_id("assignee")).to_contain_text("У вас")
    expect(frame.get_by_test_id("message").last).to_contain_text("Минуту, уточню")
    expect(frame.locator("body")).not_to_contain_text("4411")

    # Hold and a break.
    first.get_by_test_id("assignee").click()
    first.get_by_test_id("hold").click()
    expect(first.get_by_test_id("hands")).to_contain_text("На удержании")
    first.get_by_test_id("unhold").click()
    expect(first.get_by_test_id("hands")).to_have_count(0)
    first.get_by_test_id("desk").click()
    first.get_by_test_id("desk-break").first.click()
    expect(first.get_by_test_id("desk")).to_have_attribute("data-state", "break")
    first.get_by_test_id("desk").click()
    shot(first, "desk")
    assert faults(first) == []
    first.get_by_test_id("desk-online").click()


def test_skills_and_load_are_set_in_the_settings(console: Page, server: Server) -> None:
    """An administrator could not say who can do what."""
    console.goto(f"{server.url}/settings/seats")
    console.get_by_test_id("skill-name").fill("Возвраты")
    console.get_by_test_id("skill-name").press("Enter")
    console.get_by_test_id("seat-open").first.click()
    console.get_by_test_id("seat-chats").fill("7")
    console.get_by_label("Возвраты: Уровень").select_option("4")
    console.get_by_test_id("save").first.click()
    expect(console.get_by_test_id("seat").first).to_contain_text("Возвраты 4")
    expect(console.get_by_test_id("seat").first).to_contain_text("/7")
    shot(console, "seats")
    assert faults(console) == []
    sign_in(console, server)
    expect(console.get_by_test_id("desk")).to_contain_text("/7")
