"""Quick work at the desk: templates, macros and own fields, by few keys and on the Russian layout."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import faults
from tests.e2e.conftest import close_everything
from tests.e2e.test_conversation import SLOW_MS, panel, say
from tests.support.process import Server, free_port


class Keys:
    """Counts. On the Russian layout: the place of a key is the same everywhere, the letter is not."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, code: str, letter: str) -> None:
        self.count += 1
        event = f"new KeyboardEvent('keydown', {{ code: '{code}', key: '{letter}', bubbles: true, cancelable: true }})"
        if self.page.evaluate(f"(document.activeElement ?? document.body).dispatchEvent({event})") and len(letter) == 1:
            self.page.keyboard.insert_text(letter)


def customer(browser: Browser, server: Server, text: str) -> Page:
    page = browser.new_context(locale="ru-RU").new_page()
    page.goto(f"{server.url}/demo")
    say(panel(page), text)
    return page


def write_template(console: Page, server: Server, name: str, shortcut: str, text: str) -> None:
    console.goto(f"{server.url}/settings/templates")
    console.get_by_test_id("new-template").click()
    console.get_by_test_id("template-name").fill(name)
    console.get_by_test_id("template-shortcut").fill(shortcut)
    console.get_by_test_id("template-text").fill(text)
    console.get_by_test_id("save").click()
    expect(console.get_by_test_id("template").filter(has_text=name)).to_be_visible()


def walk_to(console: Page, text: str) -> None:
    """Open it as J does: the hand stays off the reply box."""
    row = console.get_by_test_id("conversation").filter(has_text=text)
    row.wait_for()
    row.click()
    expect(console.get_by_test_id("thread")).to_contain_text(text)
    console.get_by_test_id("composer").press("Escape")


def test_a_chat_is_answered_by_template_and_closed_by_six_keys(console: Page, browser: Browser, server: Server) -> None:
    """An operator with two hundred chats a day would lose an hour to the mouse, or have to switch the layout."""
    write_template(console, server, "Спасибо за обращение", "спс", "Спасибо, {{contact.name | друг}}! Хорошего дня.")
    expect(console.get_by_test_id("template-preview")).to_contain_text("Спасибо, Мария Соколова!")
    assert faults(console) == []
    close_everything(console)
    console.goto(f"{server.url}/conversations")
    asks = customer(browser, server, "Лампа пришла, всё хорошо")
    waits = customer(browser, server, "А у меня другой вопрос")
    console.get_by_test_id("tab-all").click()
    walk_to(console, "Лампа пришла, всё хорошо")
    keys = Keys(console)
    keys.press("Slash", ".")
    expect(console.get_by_test_id("composer")).to_have_value("/")
    keys.press("KeyC", "с")
    expect(console.get_by_test_id("quick-reply").first).to_contain_text("Спасибо за обращение")
    keys.press("Enter", "Enter")
    expect(console.get_by_test_id("composer")).to_have_value("Спасибо, друг! Хорошего дня.")
    keys.press("Enter", "Enter")
    expect(console.get_by_test_id("composer")).to_have_value("")
    keys.press("Escape", "Escape")
    keys.press("KeyE", "у")
    expect(console.get_by_test_id("thread")).not_to_contain_text("Лампа пришла")
    expect(console.get_by_test_id("thread").get_by_test_id("message").first).to_be_visible()
    assert keys.count <= 6
    answered = asks.frame_locator("okno-widget iframe").get_by_test_id("message")
    expect(answered.last).to_contain_text("Спасибо, друг! Хорошего дня.", timeout=SLOW_MS)
    expect(console.get_by_test_id("conversation").filter(has_text="Хорошего дня")).to_have_count(0)
    for page in (asks, waits):
        page.context.close()


def test_what_a_template_does_not_know_is_not_sent_by_accident(console: Page, shop: Page, server: Server) -> None:
    """A customer would read braces where his telephone number should be."""
    write_template(console, server, "Доставка курьером", "", "Позвоним вам по номеру {{contact.phone}} завтра.")
    frame = panel(shop)
    say(frame, "Когда доставите?")
    console.goto(f"{server.url}/conversations")
    console.get_by_test_id("tab-all").click()
    walk_to(console, "Когда доставите?")
    console.get_by_test_id("composer").click()
    console.keyboard.type("/ljcnfdrf")  # the Russian word on the English layout
    expect(console.get_by_test_id("quick-reply").first).to_contain_text("Доставка курьером")
    console.keyboard.press("Enter")
    expect(console.get_by_test_id("composer")).to_have_value("Позвоним вам по номеру {{contact.phone}} завтра.")
    expect(console.get_by_test_id("unfilled")).to_contain_text("телефон клиента")
    console.get_by_test_id("send").click()
    expect(console.get_by_test_id("send-unfilled")).to_be_visible()
    expect(frame.get_by_test_id("message")).to_have_count(1)
    console.keyboard.type("+7 900 111-22-33")  # over the place, which is marked
    expect(console.get_by_test_id("unfilled")).to_have_count(0)
    console.keyboard.press("Enter")
    expect(frame.get_by_test_id("message").last).to_contain_text("по номеру +7 900 111-22-33 завтра")


def test_a_macro_closes_by_two_keys_and_is_taken_back_by_one(console: Page, shop: Page, server: Server) -> None:
    """Labels would be put by hand two hundred times a day; a macro run by mistake could not be undone."""
    console.goto(f"{server.url}/settings/attributes")
    console.get_by_test_id("attribute-name").fill("Номер заказа")
    console.get_by_label("О чём").select_option("conversation")
    console.get_by_test_id("save").click()
    expect(console.get_by_test_id("attribute")).to_contain_text("conversation.nomer_zakaza")
    console.goto(f"{server.url}/settings/macros")
    console.get_by_test_id("new-macro").click()
    console.get_by_test_id("macro-name").fill("Решено")
    console.get_by_test_id("macro-digit").select_option("1")
    console.get_by_test_id("add-act").select_option("label")
    console.get_by_label("Поставить метки").fill("решено, заказ")
    console.get_by_test_id("add-act").select_option("close")
    assert faults(console) == []
    console.get_by_test_id("save").click()
    expect(console.get_by_test_id("macro-line")).to_contain_text("+решено +заказ")
    say(panel(shop), "Заказ не открывается")
    console.goto(f"{server.url}/conversations")
    console.get_by_test_id("tab-all").click()
    walk_to(console, "Заказ не открывается")
    field = console.get_by_test_id("card-attribute").get_by_role("textbox")
    field.fill("А-17")
    field.press("Enter")
    expect(console.get_by_test_id("system").filter(has_text="Номер заказа: А-17")).to_be_visible()
    keys = Keys(console)
    keys.press("KeyQ", "й")
    expect(console.get_by_test_id("macro")).to_be_focused()
    keys.press("Digit1", "1")
    expect(console.get_by_text("Сделано: Решено")).to_be_visible()
    keys.press("KeyZ", "я")
    expect(console.get_by_test_id("thread")).to_contain_text("Заказ не открывается")
    expect(console.get_by_test_id("close")).to_be_visible()
    expect(console.get_by_test_id("system").filter(has_text="−решено, −заказ")).to_be_visible()


def test_a_list_in_an_old_encoding_comes_in_and_goes_back(console: Page, server: Server) -> None:
    """A company that moves here would type its customers by hand, or live with a list that came in wrong."""
    console.goto(f"{server.url}/settings/imports")
    text = "ФИО;Почта;Город\nАнна Переездова;moved@shop.example;Казань\nБез адреса;не почта;Пермь\n"
    file = {"name": "клиенты.csv", "mimeType": "text/csv", "buffer": text.encode("cp1251")}
    console.get_by_test_id("import-file").set_input_files(file)
    draft = console.get_by_test_id("import-draft")
    expect(draft).to_contain_text("Анна Переездова")
    expect(console.get_by_test_id("import-encoding")).to_have_value("windows-1251")
    expect(console.get_by_label("Столбец Почта — это")).to_have_value("email")
    expect(console.get_by_test_id("foreseen")).to_contain_text("новых 1, уже есть 0, с ошибкой 1")
    assert faults(console) == []
    console.get_by_test_id("import-start").click()
    line = console.get_by_test_id("import").first
    expect(line).to_contain_text("новых 1", timeout=SLOW_MS)
    line.get_by_role("button", name="Ошибки").click()
    expect(line).to_contain_text("строка 3")
    console.keyboard.press("Control+k")
    console.get_by_test_id("palette-field").fill("переездова")
    expect(console.get_by_test_id("palette")).to_contain_text("moved@shop.example")
    console.keyboard.press("Escape")
    line.get_by_test_id("import-undo").click()
    line.get_by_test_id("import-undo-sure").click()
    expect(line).to_contain_text("Возвращено", timeout=SLOW_MS)


@pytest.fixture
def other_system() -> Iterator[int]:
    """The example of the other side of a connector; its port."""
    port = free_port()
    example = Path(__file__).parents[2] / "docs/examples/crm-connector/server.py"
    process = subprocess.Popen([sys.executable, str(example), str(port)])
    yield port
    process.kill()
    process.wait()


def test_the_card_shows_the_record_of_another_system(
    console: Page, shop: Page, server: Server, other_system: int
) -> None:
    """The operator would look every customer up in a second window."""
    console.goto(f"{server.url}/settings/crm")
    console.get_by_test_id("new-connector").click()
    console.get_by_test_id("crm-name").fill("Учёт")
    console.get_by_test_id("crm-url").fill(f"http://127.0.0.1:{other_system}/customers?email={{{{contact.email}}}}")
    console.get_by_test_id("crm-value").fill("Bearer example")
    console.get_by_test_id("crm-label").fill("Тариф")
    console.get_by_test_id("crm-path").fill("account.plan")
    console.get_by_test_id("save").click()
    console.get_by_test_id("crm-email").fill("anna@shop.example")
    console.get_by_test_id("crm-try").click()
    expect(console.get_by_test_id("crm-trial")).to_contain_text("Gold", timeout=SLOW_MS)
    assert faults(console) == []
    say(panel(shop), "Какой у меня тариф?")
    console.goto(f"{server.url}/conversations")
    console.get_by_test_id("tab-all").click()
    walk_to(console, "Какой у меня тариф?")
    console.get_by_role("button", name="Добавить адрес").click()
    console.get_by_placeholder("Почта или телефон").fill("anna@shop.example")
    console.keyboard.press("Enter")
    expect(console.get_by_test_id("crm")).to_contain_text("Gold", timeout=SLOW_MS)
    assert faults(console) == []
