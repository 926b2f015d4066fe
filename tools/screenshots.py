"""`make screenshots`: docs/images/*.png of the present console and widget, with the example shop, in both languages.

A server of its own in a temporary folder; a Chromium as the tests use it. Each picture stays under IMAGE_BYTES_MAX.
"""

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tests.support.process import Server, data_folder  # noqa: E402
from tools.test_tools import chromium  # noqa: E402

IMAGES = ROOT / "docs" / "images"
IMAGE_BYTES_MAX = 300 * 1024
COLORS = 256
WAIT_MS = 60_000


class Story(NamedTuple):
    """What is said in the pictures, by turns: customer first."""

    suffix: str
    language: str
    workspace: str
    operator: str
    customer: str
    lines: tuple[str, ...]


STORIES = (
    Story(
        "",
        "en-GB",
        "Quiet Lamp",
        "Anna Maple",
        "Emma Brown",
        (
            "Hello! Does the “Evening” floor lamp work with a dimmer?",
            "Hello! Yes, with the bulb it comes with: it dims down to 5 %.",
            "Great. And can I have it by Friday?",
            "If you order today it is with you on Thursday between 10 and 14.",
        ),
    ),
    Story(
        "-ru",
        "ru-RU",
        "Тихая лампа",
        "Анна Кленова",
        "Ольга Берёзова",
        (
            "Здравствуйте! Торшер «Вечер» можно подключить к диммеру?",
            "Здравствуйте! Да, с лампой из комплекта: она приглушается до 5 %.",
            "Отлично. А до пятницы успеете привезти?",
            "Если заказать сегодня, привезём в четверг с 10 до 14.",
        ),
    ),
)


@contextmanager
def shop(story: Story) -> Iterator[Server]:
    """A server with the example loaded."""
    with data_folder() as home:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("OKNO_")} | {"OKNO_DATA": str(home)}
        command = [sys.executable, "-m", "okno.app.command", "demo", "load", "--locale", story.language[:2]]
        subprocess.run([*command, "--conversations", "300"], env=environment, check=True)
        server = Server(home, environment={"OKNO_LOCALE": story.language[:2]}).start()
        try:
            yield server
        finally:
            server.stop()


def signed_in(browser: Browser, server: Server, story: Story) -> Page:
    """A console of the owner, past the first-run screens."""
    context = browser.new_context(locale=story.language, viewport={"width": 1440, "height": 900}, color_scheme="light")
    api = context.request
    link = f"{server.url}/api/v1/links/{server.first_link()}"
    data = {"password": "correct horse battery", "name": story.operator, "email": "anna@example.com"}
    me = api.post(link, data=data).json()
    headers = {"x-csrf-token": me["csrf"]}
    workspace = {"name": story.workspace, "onboarded": True, "locale": story.language[:2]}
    api.patch(f"{server.url}/api/v1/workspace", data=workspace, headers=headers)
    api.patch(f"{server.url}/api/v1/profile", data={"locale": story.language[:2]}, headers=headers)
    page = context.new_page()
    page.goto(f"{server.url}/")
    page.locator("[data-testid=status][data-state=online]").wait_for(state="attached", timeout=WAIT_MS)
    return page


def visiting(browser: Browser, server: Server, story: Story) -> Page:
    context: BrowserContext = browser.new_context(
        locale=story.language, viewport={"width": 1280, "height": 800}, color_scheme="light"
    )
    page = context.new_page()
    page.goto(f"{server.url}/demo?lang={story.language[:2]}")
    page.get_by_test_id("launcher").wait_for(timeout=WAIT_MS)
    page.evaluate("person => window.okno('identify', person)", {"name": story.customer, "email": "someone@example.com"})
    page.get_by_test_id("launcher").click()
    return page


def talk(console: Page, customer: Page, story: Story) -> None:
    """The lines, each in its window; the console has the conversation open."""
    frame = customer.frame_locator("okno-widget iframe")
    frame.locator("[data-testid=status][data-state=online]").wait_for(state="attached", timeout=WAIT_MS)
    for number, line in enumerate(story.lines):
        window = frame if number % 2 == 0 else console
        window.get_by_test_id("composer").fill(line)
        window.get_by_test_id("composer").press("Enter")
        frame.get_by_test_id("message").filter(has_text=re.compile(re.escape(line))).first.wait_for(timeout=WAIT_MS)
        if number == 0:
            console.get_by_test_id("tab-all").click()
            console.get_by_test_id("conversation").filter(has_text=line[:20]).first.click()
            console.get_by_test_id("composer").wait_for(timeout=WAIT_MS)
        # With its number: what a customer is typing is shown, too, and an answer begun before the message is held.
        arrived = console.get_by_test_id("thread").locator("[data-testid=message][data-seq]").filter(has_text=line)
        arrived.wait_for(timeout=WAIT_MS)
    time.sleep(2)  # read marks, typing marks and transitions come to rest


def keep(picture: bytes, name: str) -> None:
    """As PNG, with a palette where that is needed to stay small."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for form in (image, image.quantize(COLORS)):
        out = io.BytesIO()
        form.save(out, "PNG", optimize=True)
        if out.tell() <= IMAGE_BYTES_MAX:
            break
    else:
        sys.exit(f"{name} is {out.tell():,} bytes: {IMAGE_BYTES_MAX:,} at most")
    IMAGES.mkdir(parents=True, exist_ok=True)
    (IMAGES / name).write_bytes(out.getvalue())
    print(f"docs/images/{name} {out.tell():,} bytes")


def main() -> int:
    executable = chromium()
    if executable is None:
        sys.exit("there is no Chromium: run `make test-tools`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        for story in STORIES:
            with shop(story) as server:
                console, customer = signed_in(browser, server, story), visiting(browser, server, story)
                talk(console, customer, story)
                keep(console.screenshot(), f"console{story.suffix}.png")
                keep(customer.screenshot(), f"widget{story.suffix}.png")
                console.context.close()
                customer.context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
