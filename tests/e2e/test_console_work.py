"""An operator's day in the console: by keyboard alone, with files, drafts, colleagues and a long history."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import close_everything, sign_in
from tests.e2e.test_conversation import SLOW_MS, open_latest, panel, say
from tests.support.process import Server


def russian(page: Page, code: str, key: str) -> None:
    """Press a key on the Russian layout: the place is the same, the letter is not."""
    event = f"new KeyboardEvent('keydown', {{ code: '{code}', key: '{key}', bubbles: true }})"
    page.evaluate(f"(document.activeElement ?? document.body).dispatchEvent({event})")


def test_a_conversation_is_answered_and_closed_by_keyboard_on_a_russian_layout(
    shop: Page, console: Page, browser: Browser, server: Server
) -> None:
    """An operator who never touches the mouse, with the layout he writes in, could not work."""
    context = browser.new_context(locale="ru-RU")
    other = context.new_page()
    other.goto(f"{server.url}/demo")
    say(panel(other), "Следующий по списку")
    console.get_by_test_id("conversation").filter(has_text="Следующий по списку").wait_for()
    context.close()
    frame = panel(shop)
    say(frame, "Вопрос с клавиатуры")
    asked = console.get_by_test_id("conversation").filter(has_text="Вопрос с клавиатуры")
    asked.wait_for()
    at: str | None = "none"
    while at != asked.get_attribute("data-id"):  # others may stand before it
        russian(console, "KeyJ", "о")
        walked_to = console.locator(f"[data-testid=conversation][aria-current=true]:not([data-id='{at}'])")
        at = walked_to.get_attribute("data-id")
    expect(console.get_by_test_id("thread")).to_contain_text("Вопрос с клавиатуры")
    expect(console.get_by_test_id("composer")).not_to_be_focused()
    russian(console, "KeyA", "ф")
    expect(console.get_by_test_id("assignee")).to_contain_text("У вас")
    taken = console.get_by_test_id("system").filter(has_text="берёт диалог").locator(".cut")
    expect(taken).to_have_text("Анна Кленова берёт диалог")
    russian(console, "KeyR", "к")
    expect(console.get_by_test_id("composer")).to_be_focused()
    console.keyboard.type("jek — это текст, а не клавиши")
    console.keyboard.press("Enter")
    expect(frame.get_by_test_id("message").last).to_contain_text("jek — это текст")
    console.keyboard.press("Escape")
    russian(console, "KeyE", "у")
    expect(console.get_by_text("Закрыто.")).to_be_visible()
    russian(console, "KeyZ", "я")
    expect(console.get_by_test_id("close")).to_be_visible()
    expect(console.get_by_test_id("thread")).to_contain_text("Вопрос с клавиатуры")


def test_a_draft_waits_on_the_server_for_another_device(
    shop: Page, console: Page, browser: Browser, server: Server
) -> None:
    """Half an answer would be lost with the tab it was written in."""
    say(panel(shop), "Вопрос про черновик")
    open_latest(console, "Вопрос про черновик")
    console.get_by_test_id("composer").fill("Половина отве")
    expect(console.get_by_test_id("draft")).to_have_text("Черновик сохранён")
    address = console.url
    context = browser.new_context(locale="ru-RU", viewport={"width": 390, "height": 844})
    other = context.new_page()
    sign_in(other, server)
    expect(other.get_by_test_id("conversation").filter(has_text="Половина отве")).to_be_visible()
    other.goto(address)
    expect(other.get_by_test_id("composer")).to_have_value("Половина отве")
    expect(other.get_by_test_id("card")).to_have_attribute("aria-pressed", "false")
    other.get_by_test_id("composer").fill("Половина ответа готова")
    other.get_by_test_id("send").click()
    expect(other.get_by_test_id("thread")).to_contain_text("Половина ответа готова")
    context.close()


def test_an_answer_of_a_colleague_is_shown_before_one_is_sent_past_it(
    shop: Page, console: Page, browser: Browser, server: Server
) -> None:
    """Two operators would answer one customer twice, and the second would lose what he has written."""
    frame = panel(shop)
    say(frame, "Кто из вас ответит?")
    open_latest(console, "Кто из вас ответит?")
    console.get_by_test_id("composer").fill("Мой медленный ответ")
    say(frame, "И ещё: можно быстрее?")
    expect(console.get_by_test_id("stale")).to_contain_text("можно быстрее?")
    console.get_by_test_id("composer").press("Enter")
    expect(console.get_by_test_id("composer")).to_have_value("Мой медленный ответ")
    console.get_by_test_id("send-anyway").click()
    expect(frame.get_by_test_id("message").last).to_contain_text("Мой медленный ответ")
    expect(console.get_by_test_id("composer")).to_have_value("")


def test_a_message_is_quoted_edited_answered_with_an_emoji_and_taken_back(shop: Page, console: Page) -> None:
    """What was said wrongly would stay said; a quote would not say of what."""
    frame = panel(shop)
    say(frame, "Есть ли синий абажур?")
    open_latest(console, "Есть ли синий абажур?")
    theirs = console.locator("[data-state=got]").filter(has_text="синий абажур")
    theirs.hover()
    theirs.get_by_role("button", name="Ответить с цитатой").click()
    say(console, "Есть, два")
    mine = console.locator("[data-testid=message][data-seq]").filter(has_text="Есть, два")
    expect(mine).to_contain_text("Есть ли синий абажур?")
    theirs.hover()
    theirs.get_by_role("button", name="Реакция").click()
    theirs.get_by_role("button", name="Поставить 👍").click()
    expect(theirs).to_contain_text("👍")
    mine.hover()
    mine.get_by_role("button", name="Изменить").click()
    expect(console.get_by_test_id("composer")).to_have_value("Есть, два")
    console.get_by_test_id("composer").fill("Есть, три")
    console.get_by_test_id("composer").press("Enter")
    edited = console.locator("[data-testid=message][data-seq]").filter(has_text="Есть, три")
    expect(edited).to_contain_text("изменено")
    edited.hover()
    edited.get_by_role("button", name="Удалить для всех").click()
    console.get_by_test_id("erase-now").click()
    expect(console.get_by_test_id("thread")).to_contain_text("Сообщение удалено")
    expect(frame.get_by_test_id("message").filter(has_text="Есть, три")).to_have_count(0)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "лампа.png"
    Image.new("RGB", (640, 360), "#2c49c6").save(file)
    return file


def test_a_photo_reaches_the_customer_and_opens_large(shop: Page, console: Page, picture: Path) -> None:
    """A photo would stop at the operator, or could not be looked at."""
    frame = panel(shop)
    say(frame, "Покажите лампу")
    open_latest(console, "Покажите лампу")
    console.get_by_test_id("file").set_input_files(picture)
    expect(console.locator("[data-testid=upload][data-state=done]")).to_have_count(1, timeout=SLOW_MS)
    say(console, "Вот она")
    shown = console.locator("[data-testid=message][data-seq]").filter(has_text="Вот она").locator("img")
    expect(shown).to_be_visible(timeout=SLOW_MS)
    expect(frame.get_by_test_id("message").filter(has_text="Вот она").locator("img")).to_be_visible(timeout=SLOW_MS)
    shown.click()
    expect(console.get_by_test_id("lightbox").locator("img")).to_be_visible()
    console.keyboard.press("Escape")
    expect(console.get_by_test_id("lightbox")).to_have_count(0)


def test_the_list_stands_still_under_the_hand(shop: Page, console: Page, browser: Browser, server: Server) -> None:
    """A row would jump away in the moment it is clicked, and the wrong customer would be opened."""
    say(panel(shop), "Первый в списке")
    first = console.get_by_test_id("conversation").first
    expect(first).to_contain_text("Первый в списке")
    first.hover()
    context = browser.new_context(locale="ru-RU")
    other = context.new_page()
    other.goto(f"{server.url}/demo")
    say(panel(other), "Второй посетитель")
    expect(console.get_by_test_id("held")).to_be_visible(timeout=SLOW_MS)
    expect(first).to_contain_text("Первый в списке")
    console.get_by_test_id("held").click()
    expect(first).to_contain_text("Второй посетитель")
    context.close()


def test_first_steps_name_the_workspace_and_give_the_snippet(console: Page, server: Server) -> None:
    """A new company would not get from the first link to a chat on its site."""
    console.goto(f"{server.url}/welcome")
    console.get_by_test_id("welcome-name").fill("Тихая лампа")
    for _ in range(3):
        console.get_by_test_id("welcome-next").click()
    expect(console.get_by_test_id("snippet")).to_have_value(re.compile("<script"))
    console.get_by_test_id("welcome-next").click()
    expect(console.get_by_test_id("tab-all")).to_be_visible()
    console.set_viewport_size({"width": 1024, "height": 700})  # the panel stands below the form
    console.goto(f"{server.url}/settings/widget")
    look = console.get_by_test_id("widget-look").frame_locator("iframe")
    expect(look.get_by_role("heading")).to_contain_text("Здравствуйте")
    expect(console.get_by_test_id("snippet")).to_be_in_viewport()
    assert console.evaluate("document.activeElement.tagName") != "IFRAME"
    console.get_by_test_id("widget-greeting").fill("Рады видеть")
    expect(look.get_by_role("heading")).to_contain_text("Рады видеть")
    expect(look.get_by_test_id("status")).to_have_text("")
    console.get_by_role("button", name="English").click()
    expect(look.get_by_role("heading")).to_contain_text("Hello")


def test_the_card_lies_over_the_thread_only_when_it_is_asked_for(shop: Page, console: Page) -> None:
    """On a phone, or in a window made small, an operator would see the customer's data where the words should be."""
    say(panel(shop), "Вопрос с телефона")
    open_latest(console, "Вопрос с телефона")
    words = console.get_by_test_id("thread").get_by_text("Вопрос с телефона", exact=True)
    words.wait_for()
    card = console.get_by_test_id("card")
    expect(card).to_have_attribute("aria-pressed", "true")
    console.set_viewport_size({"width": 390, "height": 844})
    words.click()  # refused when something lies over it
    console.reload()
    words.click()
    card.click()
    expect(console.get_by_role("complementary", name="Карточка клиента")).to_be_visible()


def test_an_invitation_asks_for_a_name_and_gives_a_link(console: Page, server: Server) -> None:
    """An administrator would not know what to write, or would have nothing to hand to the colleague."""
    console.goto(f"{server.url}/settings/operators")
    expect(console.get_by_label("Имя", exact=True)).to_have_count(1)
    console.get_by_label("Почта", exact=True).fill("boris@example.com")
    console.get_by_label("Имя", exact=True).fill("Борис Ольхин")
    console.get_by_role("button", name="Пригласить").click()
    expect(console.get_by_test_id("operator").filter(has_text="Борис Ольхин")).to_be_visible()
    expect(console.get_by_test_id("invite-link").first).to_be_visible()


def test_space_on_the_only_one_who_waits_gives_the_hand_to_his_answer(shop: Page, console: Page) -> None:
    """What is typed next would run as commands; a slash that was a key would go out before the answer."""
    close_everything(console)
    say(panel(shop), "Единственный вопрос")
    open_latest(console, "Единственный вопрос")
    console.get_by_test_id("composer").press("Escape")
    console.keyboard.press("Space")
    expect(console.get_by_test_id("composer")).to_be_focused()
    console.keyboard.press("Slash")
    expect(console.get_by_test_id("composer")).to_have_value("/")
    console.keyboard.press("Escape")
    expect(console.get_by_test_id("composer")).to_have_value("")


def test_a_closing_is_taken_back_after_its_notice_has_gone(shop: Page, console: Page) -> None:
    """The key that undoes would do nothing, and he who waited would be in no list of those who wait."""
    say(panel(shop), "Вопрос, который закрыли случайно")
    open_latest(console, "Вопрос, который закрыли случайно")
    console.get_by_test_id("composer").press("Escape")
    console.keyboard.press("e")
    notice = console.get_by_text("Закрыто.")
    expect(notice).to_be_visible()
    expect(notice).to_be_hidden(timeout=10_000)
    console.keyboard.press("z")
    expect(console.get_by_test_id("thread")).to_contain_text("Вопрос, который закрыли случайно")
    again = console.get_by_test_id("conversation").filter(has_text="Вопрос, который закрыли случайно")
    expect(again.get_by_test_id("clock").locator(".blind, .lucide-timer")).to_be_attached()
    console.keyboard.press("z")
    expect(console.get_by_text("Возвращать нечего")).to_be_visible()


def test_what_was_not_saved_is_asked_about_before_it_is_lost(console: Page, server: Server) -> None:
    """Half an hour of settings would be gone by one click."""
    console.goto(f"{server.url}/settings/workspace")
    field = console.locator("form input").first
    was = field.input_value()
    field.fill("Другое имя")
    console.get_by_role("link", name="Профиль", exact=True).click()
    question = console.get_by_test_id("leave")
    expect(question).to_be_visible()
    expect(console.get_by_test_id("leave-stay")).to_be_focused()
    console.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(field).to_have_value("Другое имя")
    console.get_by_role("link", name="Профиль", exact=True).click()
    console.get_by_test_id("leave-sure").click()
    expect(console).to_have_url(f"{server.url}/settings/profile")
    console.goto(f"{server.url}/settings/workspace")
    expect(field).to_have_value(was)


def test_a_part_that_could_not_be_loaded_comes_when_the_server_is_back(console: Page, shop: Page) -> None:
    """The help would stay blank until the page is loaded again."""
    console.route("**/assets/ShortcutHelp*", lambda route: route.abort())
    console.keyboard.press("Shift+?")
    console.wait_for_timeout(500)
    expect(console.get_by_test_id("help")).to_have_count(0)
    console.unroute("**/assets/ShortcutHelp*")
    expect(console.get_by_test_id("help")).to_be_visible()
