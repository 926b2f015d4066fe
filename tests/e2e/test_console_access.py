"""Everybody can use every screen: axe finds nothing in either theme, nothing is cut off at 320 px."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.e2e.axe import faults, faults_in_both_themes
from tests.e2e.conftest import sign_in
from tests.e2e.test_conversation import SLOW_MS, panel, say
from tests.support.process import Server

ROUTES = Path(__file__).parents[2] / "web/console/src/routes.ts"
NARROW_PX = 320
# Controls that can be seen and hang over an edge; what is only for screen readers is one pixel wide.
OVERHANGING = """[...document.querySelectorAll("button, a, input, select, textarea")].filter(one => {
  const {left, right, width} = one.getBoundingClientRect()
  return width > 1 && getComputedStyle(one).visibility === "visible" && (left < 0 || right > innerWidth)
}).map(one => one.outerHTML.slice(0, 160))"""


def paths() -> list[str]:
    """Every address of the router; parts of an address that are ids are filled in by the test."""
    found = re.findall(r'path: "([^"]+)"', ROUTES.read_text())
    settings = found[found.index("settings") + 1 : -1]
    top = ["/login", "/forgot", "/link/nothing", "/welcome", "/nowhere"]
    top += ["/conversations", "/tasks", "/search", "/reports", "/floor", "/visitors"]
    known = {"/login", "/forgot", "/link/:token", "/welcome", "/", "settings", "/:rest(.*)*"}
    known |= {"conversations/:id?", "tasks", "search", "reports", "floor/:id?", "visitors/:id?"}
    assert set(found) - set(settings) == known, "a new screen: say here how it is opened"
    return top + [f"/settings/{name}" for name in settings]


def settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")


@pytest.fixture(scope="module")
def wide(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(locale="ru-RU", viewport={"width": 1440, "height": 900}, color_scheme="light")
    page = context.new_page()
    sign_in(page, server)
    yield page
    context.close()


@pytest.mark.parametrize("path", paths())
def test_a_screen_is_for_everybody(wide: Page, server: Server, path: str) -> None:
    """A screen would be closed to people with a screen reader, a keyboard, weak eyes, or 400 % zoom."""
    wide.goto(f"{server.url}{path}")
    settled(wide)
    assert faults_in_both_themes(wide) == []
    wide.set_viewport_size({"width": NARROW_PX, "height": 640})
    try:
        settled(wide)
        assert wide.evaluate("document.documentElement.scrollWidth") <= NARROW_PX
    finally:
        wide.set_viewport_size({"width": 1440, "height": 900})


def help_overlay(page: Page) -> None:
    page.keyboard.press("Shift+Slash")
    expect(page.get_by_test_id("help")).to_be_visible()


def palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("palette-field")).to_be_focused()
    page.keyboard.type("gthtl")
    expect(page.get_by_test_id("guess")).to_contain_text("перед")


def emoji(page: Page) -> None:
    page.get_by_test_id("emoji").click()
    expect(page.get_by_test_id("emoji-picker")).to_be_visible()


def note(page: Page) -> None:
    page.keyboard.press("n")
    page.keyboard.type("только коллегам")


def colleagues(page: Page) -> None:
    page.keyboard.press("t")
    expect(page.locator("#assignees")).to_be_visible()


def label_filter(page: Page) -> None:
    page.get_by_test_id("filter").click()
    expect(page.locator("#labels")).to_be_visible()


def toast(page: Page) -> None:
    page.keyboard.press("a")
    expect(page.get_by_test_id("undo")).to_be_visible()


def card(page: Page) -> None:
    """Over the thread where there is no room beside it."""
    if page.get_by_test_id("card-pane").count() == 0:
        page.get_by_test_id("card").click()
    expect(page.get_by_test_id("card-pane")).to_be_visible()


def long_draft(page: Page) -> None:
    page.get_by_test_id("composer").fill("Длинный ответ, который долго пишут " * 8)
    expect(page.get_by_test_id("draft")).not_to_be_empty()


def quick_replies(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_test_id("quick")).to_be_visible()


def macro_menu(page: Page) -> None:
    page.keyboard.press("q")
    expect(page.get_by_test_id("macros")).to_be_visible()


def tray(page: Page) -> None:
    page.get_by_test_id("file").set_input_files({"name": "план.txt", "mimeType": "text/plain", "buffer": b"plan"})
    expect(page.get_by_test_id("upload")).to_be_visible()


def lightbox(page: Page) -> None:
    page.get_by_test_id("thread").locator("img[alt='лампа.png']").last.click()
    expect(page.get_by_test_id("lightbox").locator("img")).to_be_visible()


def thread_menu(page: Page) -> None:
    page.get_by_test_id("thread-menu").click()
    expect(page.get_by_test_id("menu-merge")).to_be_focused()


def merge_dialog(page: Page) -> None:
    page.keyboard.press("m")
    expect(page.get_by_test_id("merge").get_by_role("combobox")).to_be_focused()


def choosing(page: Page) -> None:
    thread_menu(page)
    page.get_by_test_id("menu-split").click()
    expect(page.get_by_test_id("split-bar")).to_be_visible()


def joined(page: Page) -> None:
    """Once for all who look: a message is split off and merged back."""
    if page.get_by_test_id("undo-join").count() == 0:
        choosing(page)
        page.get_by_test_id("pick-message").first.check()
        page.get_by_test_id("split-do").click()
        expect(page.get_by_test_id("carried")).to_be_visible()
        page.get_by_test_id("thread").focus()
        merge_dialog(page)
        page.get_by_test_id("merge-do").click()
    expect(page.get_by_test_id("undo-join").last).to_be_visible()


def moved(page: Page) -> None:
    joined(page)
    page.get_by_test_id("other-conversation").last.click()
    expect(page.get_by_test_id("moved")).to_be_visible()


def no_link(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.locator("[data-testid=status]:not([data-state=online])")).to_be_attached(timeout=SLOW_MS)
    page.get_by_test_id("composer").fill("Отправится потом")
    page.get_by_test_id("composer").press("Enter")


def copy_dialog(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("palette-field")).to_be_focused()
    page.keyboard.type("Копия диалога")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("copy")).to_be_visible()


STATES = [
    *(help_overlay, palette, emoji, note, colleagues, label_filter, toast, card, long_draft),
    *(quick_replies, macro_menu, copy_dialog, tray, lightbox),
    *(thread_menu, merge_dialog, choosing, joined, moved, no_link),
]
QUESTION = "Вопрос для проверки"
SHOWN = re.compile(f"{QUESTION}|только коллегам|Длинный ответ|Отправится")  # the row shows a draft where there is one


@pytest.fixture(scope="module")
def asked(browser: Browser, server: Server) -> None:
    """A customer with a question and a picture, whose conversation every state is shown on."""
    context = browser.new_context(locale="ru-RU")
    shop = context.new_page()
    shop.goto(f"{server.url}/demo")
    frame = panel(shop)
    say(frame, QUESTION)
    picture = io.BytesIO()
    Image.new("RGB", (640, 360), "#2c49c6").save(picture, "PNG")
    lamp: FilePayload = {"name": "лампа.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    frame.get_by_test_id("file").set_input_files(lamp)
    say(frame, QUESTION)
    expect(frame.locator("[data-testid=message][data-seq]")).to_have_count(2, timeout=SLOW_MS)
    context.close()


@pytest.fixture
def online(wide: Page) -> Iterator[Page]:
    yield wide
    wide.context.set_offline(False)


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_a_dialog_or_state(
    online: Page, server: Server, asked: None, state: Callable[[Page], None]
) -> None:
    """A dialog or a state of the thread would be closed to somebody."""
    online.goto(f"{server.url}/conversations")
    online.get_by_test_id("conversation").filter(has_text=SHOWN).first.click()
    expect(online.get_by_test_id("composer")).to_be_visible()
    settled(online)
    online.get_by_test_id("thread").focus()
    state(online)
    assert faults_in_both_themes(online) == []


@pytest.fixture(scope="module")
def narrow(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(locale="ru-RU", viewport={"width": NARROW_PX, "height": 640})
    page = context.new_page()
    sign_in(page, server)
    yield page
    context.close()


@pytest.mark.parametrize("state", [one for one in STATES if one not in (label_filter, no_link)])
def test_a_dialog_or_state_fits_320_pixels(
    narrow: Page, server: Server, asked: None, state: Callable[[Page], None]
) -> None:
    """At 400 % zoom a dialog would hang over the edge, and its buttons could not be read or pressed."""
    narrow.goto(f"{server.url}/conversations")
    narrow.get_by_test_id("conversation").filter(has_text=SHOWN).first.click()
    expect(narrow.get_by_test_id("composer")).to_be_visible()
    expect(narrow.get_by_test_id("card-pane")).to_have_count(0)
    narrow.get_by_test_id("thread").focus()
    state(narrow)
    settled(narrow)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW_PX
    assert narrow.evaluate(OVERHANGING) == []
    assert faults(narrow) == []


def test_the_lists_of_the_inbox_fit_320_pixels(narrow: Page, server: Server) -> None:
    """On a small screen somebody could not get from one list to the other."""
    narrow.goto(f"{server.url}/conversations")
    for name in ("tab-mine", "tab-waiting", "closed", "tab-all", "filter"):
        narrow.get_by_test_id(name).click()
        settled(narrow)
        assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW_PX, name
        assert narrow.evaluate(OVERHANGING) == [], name
        assert faults(narrow) == [], name
