"""Both screens over bad links: nothing lost, nothing doubled, everything in order, and nobody has to reload."""

import asyncio
import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, ViewportSize

from tests.e2e.conftest import sign_in
from tests.e2e.test_conversation import open_latest, panel, say
from tests.support.process import Server
from tests.support.proxy import Fault, Proxy

SOAK = bool(os.environ.get("OKNO_SOAK"))
RUNS = int(os.environ.get("OKNO_SOAK_N") or 20) if SOAK else 2
SETTLE_S = 240.0  # several back-offs of the clients, on a machine that is busy with other things
STEP_MS = 60_000
TEXT = re.compile(r"(?:Вопрос|Ответ) \d+-\d+\.")
FAULTS: tuple[Fault, ...] = ("black-hole", "cut", "delay")
# The texts of one run stay few enough for the tall console to draw them all: it leaves out what is far from the window.
TALL = ViewportSize(width=1440, height=2_400)
LINES = "all => all.map(line => [Number(line.dataset.seq || 0), line.textContent])"


class Line:
    """The proxy on a loop and a thread of its own: playwright's must not be waited on by the bytes it waits for."""

    def __init__(self, port: int, run: int) -> None:
        self.run = run
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.proxy = Proxy(port, run)
        asyncio.run_coroutine_threadsafe(self.proxy.start(), self._loop).result(STEP_MS / 1000)

    def cut_all(self) -> None:
        self._loop.call_soon_threadsafe(self.proxy.cut_all)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.proxy.stop(), self._loop).result(STEP_MS / 1000)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(params=range(1, RUNS + 1))
def line(request: pytest.FixtureRequest, server: Server) -> Iterator[Line]:
    line = Line(server.port, request.param)
    yield line
    line.close()


@pytest.fixture
def pages(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """The customer's and the operator's, in browsers of their own."""
    contexts = [browser.new_context(locale="ru-RU", viewport=TALL) for _ in range(2)]
    for context in contexts:
        context.set_default_timeout(STEP_MS)
    yield contexts[0].new_page(), contexts[1].new_page()
    for context in contexts:
        context.close()


class Talk:
    """A customer and an operator who write by turns; `asked` and `answered` in the order they were written."""

    def __init__(self, run: int, customer: FrameLocator, console: Page) -> None:
        self.run = run
        self.customer = customer
        self.console = console
        self.asked: list[str] = []
        self.answered: list[str] = []
        self.past = 0  # answers the operator has sent past a question he had not seen

    def ask(self) -> None:
        self.asked.append(f"Вопрос {self.run}-{len(self.asked) + 1}.")
        say(self.customer, self.asked[-1])

    def answer(self) -> None:
        """Enter as often as it takes: what has come in meanwhile is shown before it is answered past."""
        self.answered.append(f"Ответ {self.run}-{len(self.answered) + 1}.")
        field = self.console.get_by_test_id("composer")
        field.fill(self.answered[-1])

        def sent() -> bool:
            field.press("Enter")
            return not field.input_value()

        until(self.console, sent, lambda: "the console does not send")

    def both(self) -> None:
        self.ask()
        self.answer()

    def shown(self) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
        """The texts on the customer's and on the operator's screen, from above: number (0 on its way) and words."""
        return tuple(
            [(seq, found[0]) for seq, text in lines.evaluate_all(LINES) if (found := TEXT.search(text))]
            for lines in (
                self.customer.get_by_test_id("message"),
                self.console.get_by_test_id("thread").get_by_test_id("message"),
            )
        )

    def complete(self) -> bool:
        """Whether both screens have at least as many texts as were written, each with its number.

        An answer that met an unseen question is held back until the operator wants it sent all the same.
        """
        held = self.console.get_by_test_id("send-past")
        while held.count():
            held.first.click()
            self.past += 1
        total = len(self.asked) + len(self.answered)
        return all(len(lines) >= total and all(seq for seq, _ in lines) for lines in self.shown())


def until(page: Page, done: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    """Ask again and again; the page's events go on between."""
    end = time.monotonic() + SETTLE_S
    while not done():
        assert time.monotonic() < end, otherwise()
        page.wait_for_timeout(250)


def spoil(fault: Fault | Literal["kill"], line: Line, server: Server, talk: Talk) -> None:
    """Both write before, during and after the fault; what fell into a black hole the clients find out by themselves."""
    talk.both()
    for lines in (talk.customer, talk.console):  # a fault without a link would hit nothing
        lines.locator("[data-testid=status][data-state=online]").wait_for(state="attached", timeout=SETTLE_S * 1000)
    if fault == "kill":
        server.kill()
        try:
            talk.both()
        finally:
            server.start()
    else:
        line.proxy.fault = fault
        for wait_ms in (300, 1_200):
            talk.both()
            talk.console.wait_for_timeout(wait_ms)
        line.proxy.fault = "none"
    if fault == "cut":
        line.cut_all()
    talk.both()


@pytest.mark.timeout(1_800)
def test_every_text_is_on_both_screens_once_and_in_order(line: Line, server: Server, pages: tuple[Page, Page]) -> None:
    """In a train, behind a dying router or over a restart, a text would be lost, doubled or out of place."""
    shop, console = pages
    sign_in(console, server)
    console.goto(f"{line.proxy.url}/conversations")
    shop.goto(f"{line.proxy.url}/demo")
    talk = Talk(line.run, panel(shop), console)
    talk.ask()
    open_latest(console, talk.asked[0])
    until(console, talk.complete, lambda: f"the first question did not come: {talk.shown()}")
    frames = [frame for page in pages for frame in page.frames]
    for frame in frames:
        frame.evaluate("window.neverReloaded = true")

    faults: list[Fault | Literal["kill"]] = [*FAULTS, "kill"]
    random.Random(line.run).shuffle(faults)
    for fault in faults:
        spoil(fault, line, server, talk)

    until(console, talk.complete, lambda: f"{faults}: {talk.asked} {talk.answered}, but shown {talk.shown()}")
    console.wait_for_timeout(1_000)  # what would be shown twice has come by now
    customers, operators = talk.shown()
    assert customers == operators == sorted(customers), faults
    assert [text for _, text in customers if text in talk.asked] == talk.asked, faults
    answers = [text for _, text in customers if text in talk.answered]
    assert sorted(answers) == sorted(talk.answered), faults
    assert talk.past or answers == talk.answered, faults
    assert line.proxy.swallowed > 0
    assert line.proxy.cuts > 0
    assert [frame for page in pages for frame in page.frames] == frames
    assert all(frame.evaluate("window.neverReloaded === true") for frame in frames)
