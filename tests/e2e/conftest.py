"""A real server and a real Chromium; run apart from the async tests, because playwright keeps a loop of its own."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.process import Server, data_folder

sys.path.insert(0, str(Path(__file__).parents[2]))
from tools.test_tools import chromium

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
]
expect.set_options(timeout=20_000)  # a loaded machine is slow, not wrong
EMAIL, PASSWORD = "anna@example.com", "correct horse battery"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium() is None:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="no chromium"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    return {**browser_type_launch_args, "executable_path": chromium(), "headless": True, "args": ARGUMENTS}


@contextmanager
def fresh_server(
    browser: Browser,
    environment: Mapping[str, str] | None = None,
    module: str = "okno.app.command",
    prepare: Callable[[Path], None] | None = None,
) -> Iterator[Server]:
    """A new okno whose first administrator came by the printed link, in the browser. `environment` adds settings."""
    with data_folder() as data:
        if prepare:
            prepare(data)
        settings = {"OKNO_CONNECT_NETWORKS": "127.0.0.0/8", "OKNO_FLOOD_LIMITS": "false", **(environment or {})}
        server = Server(data, environment=settings, module=module).start()
        try:
            _first_administrator(browser, server)
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def server(browser: Browser) -> Iterator[Server]:
    """One for all journeys that do not change how conversations are given out."""
    with fresh_server(browser) as server:
        yield server


def _first_administrator(browser: Browser, server: Server) -> None:
    page = browser.new_context(locale="ru-RU").new_page()
    page.goto(f"{server.url}/link/{server.first_link()}")
    page.get_by_test_id("link-name").fill("Анна Кленова")
    page.get_by_test_id("link-email").fill(EMAIL)
    page.get_by_test_id("link-password").fill(PASSWORD)
    page.get_by_test_id("link-submit").click()
    page.get_by_test_id("welcome-skip").click()
    page.get_by_test_id("tab-all").wait_for()
    page.context.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="ru-RU", viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def console(context: BrowserContext, server: Server) -> Page:
    """A signed-in console."""
    page = context.new_page()
    sign_in(page, server)
    return page


COOKIES: dict[str, list] = {}
"""Of the administrator's session, by server: hashing a password at every test is what a real one never does."""


def sign_in(page: Page, server: Server) -> None:
    """As the first administrator: by the session there is, else by the password."""
    page.context.add_cookies(COOKIES.get(server.url, []))
    page.goto(server.url)
    online = page.locator("[data-testid=status][data-state=online]")
    online.or_(page.get_by_test_id("login-email")).first.wait_for(state="attached")
    if online.count() == 0:
        give_password(page, server)
        COOKIES[server.url] = page.context.cookies()


def give_password(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/login")
    page.get_by_test_id("login-email").fill(EMAIL)
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()
    page.locator("[data-testid=status][data-state=online]").wait_for(state="attached")


@pytest.fixture
def shop(browser: Browser, server: Server) -> Iterator[Page]:
    """The demo shop in another browser."""
    context = browser.new_context(locale="ru-RU", viewport={"width": 1024, "height": 800})
    page = context.new_page()
    page.goto(f"{server.url}/demo")
    yield page
    context.close()


def close_everything(console: Page) -> None:
    """Nobody waits any more: a journey that counts who waits does not depend on those before it."""
    console.evaluate(
        """async () => {
          const me = await (await fetch("/api/v1/session")).json()
          const headers = { "x-csrf-token": me.csrf }
          const { rows } = await (await fetch("/api/v1/conversations?limit=100")).json()
          for (const { id } of rows) await fetch(`/api/v1/conversations/${id}/closing`, { method: "POST", headers })
        }"""
    )
