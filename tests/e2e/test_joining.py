"""Two operators join and part one customer's conversations; the customer has one talk all the while."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_conversation import open_latest, panel, say
from tests.e2e.test_routing import shot
from tests.e2e.test_together import maria  # noqa: F401 - a fixture

FIRST, SECOND = "Где мой заказ 4512?", "И верните деньги за чехол"


@pytest.fixture
def frame(shop: Page) -> object:
    return panel(shop)


def split_off(console: Page, text: str) -> None:
    line = console.get_by_test_id("message").filter(has_text=text)
    line.hover()
    line.get_by_test_id("split-from").click()
    expect(console.get_by_test_id("split-bar")).to_contain_text("Отмечено: 1")


def test_a_question_is_split_off_to_a_colleague_and_the_customer_has_one_talk(
    shop: Page,
    console: Page,
    maria: Page,  # noqa: F811
) -> None:
    """The second question would be lost in the first, and the customer would have to ask it again elsewhere."""
    frame = panel(shop)
    say(frame, FIRST)
    say(frame, SECOND)
    open_latest(console, SECOND)
    split_off(console, SECOND)
    shot(console, "split-choose")
    console.get_by_test_id("split-hand").click()
    dialog = console.get_by_test_id("transfer")
    dialog.get_by_role("combobox").fill("Мария")
    dialog.get_by_test_id("transfer-note").fill("Возврат за чехол")
    dialog.get_by_test_id("transfer-do").click()
    expect(dialog).to_have_count(0)
    rows = maria.get_by_test_id("conversation").filter(has_text=SECOND)
    rows.filter(has_not=maria.get_by_test_id("here")).click()  # the other one is before her colleague's eyes
    expect(maria.get_by_test_id("carried")).to_contain_text(SECOND)
    expect(maria.get_by_test_id("system").filter(has_text="Отделено из другого диалога")).to_be_visible()
    maria.get_by_test_id("composer").fill("Деньги вернём сегодня")
    maria.get_by_test_id("composer").press("Enter")
    expect(frame.get_by_test_id("message").last).to_contain_text("Деньги вернём сегодня")
    expect(frame.get_by_test_id("message").first).to_contain_text(FIRST)
    say(frame, "Спасибо, жду")  # an answer to her
    expect(maria.get_by_test_id("message").last).to_contain_text("Спасибо, жду")
    console.get_by_test_id("composer").fill("Заказ 4512 уже в пути")
    console.get_by_test_id("composer").press("Enter")
    expect(frame.get_by_test_id("message").last).to_contain_text("Заказ 4512 уже в пути")
    said = [FIRST, SECOND, "Деньги вернём сегодня", "Спасибо, жду", "Заказ 4512 уже в пути"]
    expect(frame.get_by_test_id("message")).to_contain_text(said)
    expect(console.get_by_test_id("thread")).not_to_contain_text("Спасибо, жду")
    shot(shop, "one-talk")
    shot(maria, "split-hers")
    shop.reload()
    again = shop.frame_locator("okno-widget iframe")  # it was open, and is
    expect(again.get_by_test_id("message")).to_contain_text(said, timeout=30_000)
    say(again, "И когда он будет?")  # to whoever spoke last
    expect(console.get_by_test_id("message").last).to_contain_text("И когда он будет?")


def test_two_conversations_become_one_and_two_again(
    shop: Page,
    console: Page,
    maria: Page,  # noqa: F811
) -> None:
    """One matter would stay in two places, or a slip of the hand could not be taken back."""
    frame = panel(shop)
    say(frame, "Подскажите размер")
    say(frame, "Размер рубашки, артикул 77")
    open_latest(console, "артикул 77")
    split_off(console, "артикул 77")
    console.get_by_test_id("split-do").click()
    expect(console.get_by_test_id("carried")).to_contain_text("артикул 77")
    made = console.url
    hers = maria.get_by_test_id("conversation").filter(has_text="Размер рубашки, артикул 77")
    expect(hers).to_have_count(2)  # the last line of both
    console.get_by_test_id("composer").press("Escape")
    console.keyboard.press("KeyM")
    dialog = console.get_by_test_id("merge")
    expect(dialog.get_by_test_id("merge-target")).to_have_count(1)
    shot(console, "merge-dialog")
    dialog.get_by_test_id("merge-do").click()
    expect(dialog).to_have_count(0)
    expect(hers).to_have_count(1)
    joined = console.get_by_test_id("system").filter(has_text="Сюда присоединён другой диалог")
    expect(joined).to_be_visible()
    expect(console.get_by_test_id("message").filter(has_text="Подскажите размер")).to_be_visible()
    shot(console, "merged")
    console.get_by_test_id("undo").click()
    expect(hers).to_have_count(2)
    expect(console.get_by_test_id("message").filter(has_text="Подскажите размер")).to_have_count(0)
    console.get_by_test_id("undo").click()  # the parting is taken back, too
    expect(hers).to_have_count(1)
    console.reload()
    expect(console.get_by_test_id("message").filter(has_text="Подскажите размер")).to_be_visible()
    joined.last.get_by_test_id("other-conversation").click()
    expect(console.get_by_test_id("moved")).to_be_visible()
    shot(console, "moved")
    console.get_by_test_id("moved-go").click()
    expect(console).to_have_url(made)
    console.get_by_test_id("composer").fill("Сорок восьмой")
    console.get_by_test_id("composer").press("Enter")
    expect(frame.get_by_test_id("message")).to_contain_text(["Подскажите размер", "артикул 77", "Сорок восьмой"])
    joined.last.get_by_test_id("undo-join").click()
    expect(hers).to_have_count(1)
    expect(maria.get_by_test_id("conversation").filter(has_text="Сорок восьмой")).to_have_count(1)


def test_chosen_rows_of_one_customer_become_one_and_come_back(shop: Page, console: Page) -> None:
    """Conversations of one customer would be merged one by one, or those of two put together."""
    frame = panel(shop)
    say(frame, "Первый вопрос про доставку")
    say(frame, "Второй вопрос про доставку")
    open_latest(console, "Второй вопрос про доставку")
    console.get_by_test_id("thread-menu").click()
    console.get_by_test_id("menu-split").click()
    console.get_by_test_id("pick-message").nth(1).check()
    expect(console.get_by_test_id("split-bar")).to_contain_text("Отмечено: 1")
    console.get_by_test_id("split-do").click()
    rows = console.get_by_test_id("conversation").filter(has_text="вопрос про доставку")
    expect(rows).to_have_count(2)
    console.get_by_test_id("composer").press("Escape")
    for at in (0, 1):
        rows.nth(at).click()
        console.get_by_test_id("composer").press("Escape")
        console.keyboard.press("KeyX")
    console.get_by_test_id("bulk-merge").click()
    expect(rows).to_have_count(1)
    console.get_by_test_id("undo").click()
    expect(rows).to_have_count(2)


def test_a_deletion_waits_for_a_hand_that_slipped(shop: Page, console: Page) -> None:
    """A message deleted by mistake could not be brought back for anybody."""
    frame = panel(shop)
    say(frame, "Напишите мне цену")
    open_latest(console, "Напишите мне цену")
    for text in ("Тысяча рублей", "Тысяча двести"):
        console.get_by_test_id("composer").fill(text)
        console.get_by_test_id("composer").press("Enter")
    line = console.get_by_test_id("message").filter(has_text="Тысяча")
    line.nth(0).hover()
    line.nth(0).get_by_test_id("erase").click()
    shot(console, "erasing")
    console.get_by_test_id("erase-keep").click()
    expect(line).to_have_count(2)
    line.nth(1).hover()
    line.nth(1).get_by_test_id("erase").click()
    console.get_by_test_id("erase-now").click()
    expect(frame.get_by_test_id("message").filter(has_text="Тысяча двести")).to_have_count(0)
    expect(frame.get_by_test_id("message").filter(has_text="Тысяча рублей")).to_have_count(1)


def test_what_the_customer_writes_in_is_told_shown_and_corrected(shop: Page, console: Page) -> None:
    """The spell check would underline every word of the answer, and nobody could put a wrong guess right."""
    say(panel(shop), "Hello, can you help me with my order?")
    open_latest(console, "can you help me")
    expect(console.get_by_test_id("composer")).to_have_attribute("lang", "en")
    language = console.get_by_test_id("card-language")
    expect(language).to_have_value("en")
    shot(console, "language")
    language.select_option("de")
    expect(console.get_by_test_id("system").filter(has_text="Язык клиента: Немецкий")).to_be_visible()
    expect(console.get_by_test_id("composer")).to_have_attribute("lang", "de")
    console.get_by_test_id("note-mode").click()
    expect(console.get_by_test_id("composer")).to_have_attribute("lang", "ru")
