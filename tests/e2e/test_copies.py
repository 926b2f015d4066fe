"""A conversation and a person's data leave okno as files, from both windows."""

import io
import os
import zipfile
from pathlib import Path

import pypdf
from playwright.sync_api import Page, expect

from tests.e2e.test_conversation import SLOW_MS, open_latest, panel, say

SHOTS = os.environ.get("OKNO_SHOTS")


def shot(page: Page, name: str) -> None:
    """For looking at, when asked for by OKNO_SHOTS."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def words_of(path: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())


def test_a_customer_saves_the_conversation(shop: Page, console: Page) -> None:
    """The menu would offer a file and give none, or one with somebody's notes in it."""
    frame = panel(shop)
    say(frame, "Сохраню этот разговор 🙂")
    open_latest(console, "Сохраню этот разговор")
    console.get_by_test_id("thread").focus()
    console.keyboard.press("n")
    say(console, "это заметка")
    expect(console.locator(".note[data-testid=message]")).to_have_count(1)
    frame.get_by_test_id("options").click()
    frame.get_by_test_id("copies").press("Enter")
    expect(frame.get_by_test_id("copy-pdf")).to_be_focused(timeout=SLOW_MS)
    shot(shop, "widget-copies")
    with shop.expect_download(timeout=SLOW_MS) as saved:
        frame.get_by_test_id("copy-pdf").press("Enter")
    assert saved.value.suggested_filename.endswith(".pdf")
    text = words_of(saved.value.path())
    assert "Сохраню этот разговор" in text
    assert "заметка" not in text
    expect(frame.get_by_role("menu")).to_have_count(0)
    for ending, sign in (("txt", "Сохраню этот разговор 🙂"), ("html", "<!doctype html>")):
        frame.get_by_test_id("options").click()
        frame.get_by_test_id("copies").click()
        with shop.expect_download(timeout=SLOW_MS) as saved:
            frame.get_by_test_id(f"copy-{ending}").click()
        assert sign in saved.value.path().read_text()


def test_an_operator_saves_a_copy_from_the_palette(shop: Page, console: Page) -> None:
    """Whoever works by keyboard, on the Russian layout too, would not find it."""
    frame = panel(shop)
    say(frame, "Нужна копия для отчёта")
    open_latest(console, "Нужна копия для отчёта")
    expect(console.get_by_test_id("thread")).to_contain_text("Нужна копия")
    console.keyboard.press("Escape")
    console.keyboard.press("Control+k")
    expect(console.get_by_test_id("palette-field")).to_be_focused()
    console.keyboard.type("rjgbz lbf")  # "копия диа" on a keyboard that is still English
    console.keyboard.press("Enter")
    expect(console.get_by_test_id("copy")).to_be_visible()
    shot(console, "console-copy")
    console.get_by_test_id("copy-internal").check()
    console.get_by_test_id("copy-txt").click()
    with console.expect_download(timeout=SLOW_MS) as saved:
        console.get_by_test_id("copy-save").click()
    text = saved.value.path().read_text()
    assert saved.value.suggested_filename.startswith("Диалог ")
    assert "Внутренняя копия" in text
    assert "Нужна копия для отчёта" in text
    expect(console.get_by_test_id("copy")).to_have_count(0)


def test_a_person_is_exported_from_the_card(shop: Page, console: Page) -> None:
    """An administrator could not answer a customer who asks for his data."""
    frame = panel(shop)
    say(frame, "Пришлите все мои данные")
    open_latest(console, "Пришлите все мои данные")
    console.get_by_test_id("export-ask").click()
    expect(console.get_by_test_id("export-take")).to_be_visible(timeout=60_000)
    console.get_by_test_id("export-ask").scroll_into_view_if_needed()
    shot(console, "console-export")
    with console.expect_download(timeout=SLOW_MS) as saved:
        console.get_by_test_id("export-take").click()
    archive = zipfile.ZipFile(io.BytesIO(saved.value.path().read_bytes()))
    assert "index.html" in archive.namelist()
    assert "Пришлите все мои данные" in "".join(
        archive.read(n).decode() for n in archive.namelist() if n.endswith(".html")
    )


def test_copies_are_switched_off_in_the_settings(console: Page, shop: Page) -> None:
    """The switch would look off and the chat give files."""
    frame = panel(shop)
    say(frame, "А копию можно?")
    address = console.url.split("/conversations")[0]
    console.goto(f"{address}/settings/reach")
    console.get_by_test_id("copies-download").uncheck()
    form = console.locator("form").filter(has=console.get_by_test_id("copies-download"))
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).not_to_be_empty()
    shot(console, "settings-copies")
    frame.get_by_test_id("options").click()
    frame.get_by_test_id("copies").click()
    expect(frame.get_by_text("Копии здесь не выдаются")).to_be_visible(timeout=SLOW_MS)
    console.get_by_test_id("copies-download").check()
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).not_to_be_empty()
