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


def test_a_conversation_is_laid_aside_by_key_and_the_customer_brings_it_back(
    shop: Page, console: Page, maria: Page
) -> None:
    """What was put off would stay in everybody's way, or the customer would write into the dark until it is due."""
    frame = panel(shop)
    say(frame, "Когда приедет заказ?")
    open_latest(console, "Когда приедет заказ?")
    console.get_by_test_id("composer").press("Escape")
    console.keyboard.press("h")
    expect(console.get_by_test_id("snooze-hour")).to_be_focused()
    console.keyboard.press("ArrowDown")
    console.keyboard.press("Enter")
    expect(console.get_by_text("Отложено: завтра")).to_be_visible()
    row = maria.get_by_test_id("conversation").filter(has_text="Когда приедет заказ?")
    expect(row).to_have_count(0)
    maria.get_by_test_id("tab-snoozed").click()
    expect(row).to_contain_text("завтра")
    say(frame, "Всё ещё жду")
    maria.get_by_test_id("tab-waiting").click()
    maria.get_by_test_id("conversation").filter(has_text="Всё ещё жду").click()
    expect(maria.get_by_test_id("system").filter(has_text="Вернулся: клиент написал")).to_be_visible()
    maria.get_by_test_id("snooze").click()
    maria.get_by_test_id("snooze-customer").click()
    expect(maria.get_by_test_id("undo")).to_be_visible()
    maria.keyboard.press("Escape")
    maria.keyboard.press("z")
    expect(maria.get_by_test_id("system").filter(has_text="Возвращён в работу")).to_be_visible()


def test_a_colleague_is_named_given_a_task_and_many_are_closed_at_once(
    shop: Page, console: Page, maria: Page, browser: Browser, server: Server
) -> None:
    """Colleagues could ask each other for nothing where they talk, and ten of a kind would be closed one by one."""
    frame = panel(shop)
    say(frame, "Нужен второй взгляд")
    open_latest(console, "Нужен второй взгляд")
    console.get_by_test_id("note-mode").click()
    console.get_by_test_id("composer").press_sequentially("Глянь, @vfh")  # on the wrong layout
    expect(console.get_by_test_id("mention").first).to_contain_text("Мария Ветрова")
    console.keyboard.press("Enter")
    console.keyboard.press("Enter")
    expect(console.locator(".note[data-testid=message] .name")).to_have_text("@Мария Ветрова")
    card = console.get_by_test_id("card-pane")
    card.get_by_test_id("task-text").fill("Перезвонить")
    her = maria.request.get(f"{server.url}/api/v1/session").json()["operator"]["id"]
    card.locator("select.who").select_option(her)
    card.get_by_role("button", name="Добавить", exact=True).click()
    expect(console.get_by_test_id("system").filter(has_text="Задача: Перезвонить")).to_be_visible()
    maria.get_by_test_id("tasks-link").click()
    task = maria.get_by_test_id("task").filter(has_text="Гость")
    expect(task.get_by_role("textbox", name="Задача")).to_have_value("Перезвонить")
    task.get_by_role("checkbox").check()
    expect(console.get_by_test_id("system").filter(has_text="Сделано: Перезвонить")).to_be_visible()
    for text in ("Первый из двух", "Второй из двух"):
        context = browser.new_context(locale="ru-RU")
        other = context.new_page()
        other.goto(f"{server.url}/demo")
        say(panel(other), text)
        console.get_by_test_id("conversation").filter(has_text=text).wait_for()
        context.close()
    first = console.get_by_test_id("conversation").filter(has_text="Первый из двух")
    first.click()
    console.get_by_test_id("composer").press("Escape")
    console.keyboard.press("x")
    console.keyboard.press("Shift+K")
    expect(console.get_by_test_id("bulk")).to_contain_text("Выбрано: 2")
    console.get_by_test_id("bulk-close").click()
    expect(console.get_by_text("Закрыто. Диалогов: 2")).to_be_visible()
    expect(first).to_have_count(0)
    console.get_by_test_id("undo").click()
    expect(first).to_be_visible()
