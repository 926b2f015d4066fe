"""A callback from the shop's page to the operator's browser, with real sound over a real Asterisk."""

import asyncio
import itertools
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.axe import faults
from tests.e2e.conftest import fresh_server, sign_in
from tests.support.phone import Phone
from tests.support.process import Server
from tests.telephony.installed import choose, installed

SHOTS = os.environ.get("OKNO_SHOTS")


class Outside:
    """The telephone network, in a thread of its own: playwright keeps the loop of this one."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.phone: Phone = self.ask(lambda: Phone(0, "outside", behave=1.5).__aenter__())

    def ask(self, work: Callable[[], Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work(), self.loop).result(20)

    def hang_up(self) -> None:
        async def end() -> None:
            self.phone.hang_up(self.phone.talks[-1])

        self.ask(end)

    def close(self) -> None:
        self.ask(self.phone.__aexit__)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    outside = Outside()
    yield outside
    outside.close()


@pytest.fixture(scope="module")
def telephone(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An okno whose Asterisk it has started itself."""
    asterisk = installed(tmp_path_factory.mktemp("asterisk"))
    if asterisk is None:
        pytest.skip("no asterisk")

    with fresh_server(browser, prepare=lambda data: choose(data, asterisk)) as server:
        yield server


def shot(page: Page, name: str) -> None:
    """In both themes and three widths, for people to look at; only where they are asked for."""
    if not SHOTS:
        return
    was = page.viewport_size or {"width": 1440, "height": 900}
    for width, theme in itertools.product((was["width"], 1024, 390), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": was["height"]})
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(300)
        page.screenshot(path=str(Path(SHOTS) / f"phone-{name}-{width}-{theme}.png"))
    page.set_viewport_size(was)
    page.emulate_media(color_scheme="light")


def test_a_customer_is_called_back(
    browser: Browser, context: BrowserContext, telephone: Server, outside: Outside
) -> None:
    """He would wait for a call nobody makes, or speak with somebody who has another chat before him."""
    console = context.new_page()
    sign_in(console, telephone)
    console.goto(f"{telephone.url}/settings/telephony")
    expect(console.get_by_test_id("phone-health")).to_contain_text("Asterisk 2", timeout=30_000)
    console.get_by_test_id("phone-host").fill("127.0.0.1")
    console.get_by_test_id("phone-port").fill(str(outside.phone.port))
    console.get_by_test_id("phone-number").fill("8 800 555-35-35")
    console.get_by_test_id("phone-callbacks").check()
    console.get_by_test_id("phone-record").check()
    console.get_by_test_id("save").click()
    expect(console.get_by_text("Сохранено")).to_be_visible()
    expect(console.get_by_test_id("phone-number")).to_have_value("+78005553535")
    shot(console, "settings")
    assert faults(console) == []
    console.goto(f"{telephone.url}/conversations")
    console.get_by_test_id("desk").click()
    expect(console.get_by_test_id("phone-status")).to_have_attribute("data-status", "ready", timeout=30_000)
    shot(console, "desk")
    assert faults(console) == []
    console.keyboard.press("Escape")

    page = browser.new_context(locale="ru-RU", viewport={"width": 1024, "height": 800}).new_page()
    page.goto(f"{telephone.url}/demo")
    page.locator("okno-widget button").first.click()
    panel = page.frame_locator("iframe")
    panel.get_by_test_id("callback-open").click()
    panel.get_by_test_id("callback-number").fill("+7 916 123-45-67")
    panel.get_by_test_id("callback-send").click()
    expect(panel.get_by_text("Без согласия позвонить нельзя")).to_be_visible()
    expect(panel.get_by_text("Разговор записывается")).to_be_visible()
    panel.get_by_test_id("callback-consent").check()
    shot(page, "widget-form")
    panel.get_by_test_id("callback-send").click()
    expect(panel.get_by_test_id("callback-state")).to_have_attribute("data-step", "asked")

    rings = console.get_by_test_id("call-rings")
    expect(rings).to_be_visible()
    shot(page, "widget-asked")
    shot(console, "rings")
    assert faults(console) == []
    console.keyboard.press("Alt+Enter")
    talk = console.get_by_test_id("call-talk")
    expect(talk).to_be_visible()
    expect(panel.get_by_test_id("callback-state")).to_have_attribute("data-step", "calls")
    expect(talk).to_have_attribute("data-phase", "talking")
    shot(page, "widget-calls")
    shot(console, "talk")
    assert faults(console) == []
    until(console, lambda: outside.phone.talks and outside.phone.talks[-1].heard > 20)  # his voice reaches the customer
    expect(console).to_have_url(f"{telephone.url}/conversations/{conversation_of(console)}")
    console.keyboard.press("Alt+h")
    expect(console.get_by_test_id("call-hold")).to_have_attribute("aria-pressed", "true")
    console.keyboard.press("Alt+h")
    expect(console.get_by_test_id("call-hold")).to_have_attribute("aria-pressed", "false")
    console.keyboard.press("Alt+m")
    expect(console.get_by_test_id("call-mute")).to_have_attribute("aria-pressed", "true")
    tape = console.get_by_test_id("call-tape")
    expect(tape).to_have_text("Запись")
    console.keyboard.press("Alt+p")
    expect(tape).to_have_text("Запись на паузе")
    console.keyboard.press("Alt+p")
    expect(tape).to_have_text("Запись")
    console.keyboard.press("Alt+t")
    colleagues = console.get_by_test_id("call-colleagues")
    expect(colleagues).to_contain_text("Сейчас звонки никто больше не принимает")
    shot(console, "transfer")
    assert faults(console) == []
    console.keyboard.press("Escape")
    expect(console.get_by_test_id("call-transfer")).to_be_focused()
    console.wait_for_timeout(1_000)
    outside.hang_up()
    expect(talk).to_have_count(0)
    expect(console.get_by_test_id("call-passed")).to_contain_text("Поговорили")
    expect(console.get_by_text("Звонок: поговорили")).to_be_visible()
    expect(panel.get_by_test_id("callback-open")).to_be_visible()
    wave = console.get_by_test_id("recording-wave")
    expect(wave.locator("svg")).to_be_visible(timeout=30_000)
    shot(console, "after")
    assert faults(console) == []
    assert console.evaluate("""async () => {
      const id = document.querySelector('[data-testid=recording] audio').src
      const response = await fetch(id, {headers: {range: 'bytes=0-3'}})
      return [response.status, await response.text(), response.headers.get('content-type')]
    }""") == [206, "OggS", "audio/ogg"]
    console.get_by_test_id("recording-play").click()
    until(console, lambda: int(wave.get_attribute("aria-valuenow") or 0) >= 1)
    wave.press("Home")

    console.get_by_test_id("call-customer").click()  # and he is called again, from the card
    expect(rings).to_be_visible()
    console.get_by_test_id("call-accept").click()
    expect(talk).to_have_attribute("data-phase", "talking")
    console.keyboard.press("Alt+Backspace")
    expect(talk).to_have_count(0)
    page.context.close()
    console.goto(f"{telephone.url}/settings/profile")
    expect(console.get_by_test_id("own-telephone")).to_contain_text("OKNO_SIP_HOST")
    shot(console, "profile")
    assert faults(console) == []


def conversation_of(console: Page) -> str:
    rows = console.evaluate("async () => (await (await fetch('/api/v1/conversations')).json()).rows")
    return str(rows[0]["id"])


def until(page: Page, condition: Callable[[], Any]) -> None:
    for _ in range(200):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen")
