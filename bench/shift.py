"""An operator's shift in one tab: 200 chats answered and closed by keyboard, the processor slowed down four times.

Customers write through the widget's API; the operator takes the most urgent one (Space), types an answer key by key,
sends it, reads a second question, answers and closes. From a key to the next paint as the browser itself counts it
(Event Timing: an event that took less than 16 ms is not listed and counts as 16); the heap is read after a collection.
"""

import asyncio
import os
import sys
from pathlib import Path

import httpx
from playwright.async_api import CDPSession, Page, async_playwright

from bench.console import EMAIL, PASSWORD, operator
from bench.measure import median, percentile, result
from bench.world import make_world, serving, value
from okno.db.embedded import EmbeddedPostgres
from okno.kit.ids import uuid7
from tests.support.process import data_folder

sys.path.insert(0, str(Path(__file__).parent.parent))
from tools.test_tools import chromium

HELD = 10_000  # conversations there before, all closed but a few
CHATS = int(os.environ.get("BENCH_SHIFT_CHATS", "200"))
AT_ONCE = 6
SLOWER = 4
KEY_MS_MAX, HEAP_MB_MAX, UNLISTED_MS = 50.0, 150.0, 16.0
ANSWER = "Yes, on Friday"
WATCH = """() => {
  self.keys = []
  const take = (it) => it.name === 'keydown' && keys.push(it.duration)
  new PerformanceObserver((list) => list.getEntries().forEach(take))
    .observe({ type: 'event', durationThreshold: 16 })
}"""


class Customer:
    """Somebody on the site, through the widget's API."""

    def __init__(self, http: httpx.AsyncClient, key: str, number: int) -> None:
        self.http, self.number, self.base = http, number, f"/api/v1/widget/{key}"
        self.hello = {"t": "visitor", "version": 1, "key": key, "name": f"Customer {number}"}
        self.headers: dict[str, str] = {}

    async def come(self) -> None:
        session = (await self.http.post("/realtime/sessions", json=self.hello)).json()["session"]
        async with self.http.stream("GET", f"/realtime/sessions/{session}/stream") as stream:
            async for line in stream.aiter_lines():
                if '"token"' in line:
                    token = line.split('"token":"')[1].split('"')[0]
                    self.headers = {"authorization": f"Bearer {token}"}
                    return

    async def say(self, text: str) -> None:
        body = {"type": "message", "text": f"{text} (order {self.number})"}
        answer = await self.http.post(
            f"{self.base}/events", params={"id": str(uuid7())}, json=body, headers=self.headers
        )
        answer.raise_for_status()


async def heap_mb(cdp: CDPSession) -> float:
    await cdp.send("HeapProfiler.collectGarbage")
    return float((await cdp.send("Runtime.getHeapUsage"))["usedSize"]) / 1e6


async def answer(page: Page, customer: Customer, question: str) -> None:
    """The question is on the screen; the answer is typed and has its number."""
    thread = page.get_by_test_id("thread")
    await thread.get_by_text(f"{question} (order {customer.number})").wait_for()
    if not await page.get_by_test_id("composer").evaluate("it => it === document.activeElement"):
        await page.keyboard.press("r")
    await page.keyboard.type(f"{ANSWER} ({question})", delay=20)
    await page.keyboard.press("Enter")
    await thread.locator("[data-testid=message][data-seq]").filter(has_text=f"{ANSWER} ({question})").wait_for()
    await page.keyboard.press("Escape")


async def opened(page: Page, waiting: "dict[int, Customer]") -> int:
    """Whose conversation is on the screen: closing the last one has opened it, or the key for the most urgent does."""
    asked = page.get_by_test_id("thread").get_by_text("Where is it? (order ").last
    for turn in range(600):
        if await asked.count():
            number = int((await asked.inner_text()).split("(order ")[1].partition(")")[0])
            if number in waiting:
                return number
        if turn % 20 == 10:
            await page.keyboard.press("Escape")
            await page.keyboard.press("Space")
        await page.wait_for_timeout(100)
    raise RuntimeError("nobody's question came to the screen")


async def work(page: Page, waiting: "dict[int, Customer]") -> None:
    """One chat from taking it to closing it."""
    number = await opened(page, waiting)
    customer = waiting.pop(number)
    await answer(page, customer, "Where is it?")
    await customer.say("And when?")
    await answer(page, customer, "And when?")
    await page.keyboard.press("e")


async def shift(page: Page, cdp: CDPSession, http: httpx.AsyncClient, key: str) -> tuple[list[float], list[float]]:
    """Milliseconds of every key, and megabytes of heap at the beginning and after each tenth of the day."""
    heaps = [await heap_mb(cdp)]
    waiting: dict[int, Customer] = {}
    came = 0
    for done in range(CHATS):
        while came < CHATS and len(waiting) < AT_ONCE:
            customer = waiting[came] = Customer(http, key, came)
            await customer.come()
            await customer.say("Where is it?")
            came += 1
        await work(page, waiting)
        if (done + 1) % max(CHATS // 10, 1) == 0:
            heaps.append(await heap_mb(cdp))
            print(f"{done + 1} chats, heap {heaps[-1]:.1f} MB", flush=True)
    listed, pressed = await page.evaluate("[keys, performance.eventCounts.get('keydown')]")
    return [*listed, *[UNLISTED_MS] * (pressed - len(listed))], heaps


async def day(address: str, key: str) -> tuple[list[float], list[float]]:
    async with async_playwright() as engine, httpx.AsyncClient(base_url=address, timeout=30) as http:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await engine.chromium.launch(executable_path=str(chromium()), args=arguments)
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="en")
        await page.goto(f"{address}/login")
        await page.get_by_test_id("login-email").fill(EMAIL)
        await page.get_by_test_id("login-password").fill(PASSWORD)
        await page.get_by_test_id("login-submit").click()
        await page.get_by_test_id("conversation").first.wait_for()
        cdp = await page.context.new_cdp_session(page)
        await cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await page.evaluate(WATCH)
        took = await shift(page, cdp, http, key)
        await browser.close()
    return took


async def main() -> None:
    with data_folder() as home:
        postgres = EmbeddedPostgres(home)
        postgres.start()
        try:
            world = await make_world(postgres, home, "shift", HELD)
            await operator(world, home)
            async with serving(home, world.url) as (address, _pid):
                key = await value(world.url, "SELECT key FROM inbox LIMIT 1")
                keys, heaps = await day(address, str(key))
        finally:
            postgres.stop()
    print(f"-- {CHATS} chats, processor {SLOWER} times slower, {len(keys):,} keys")
    print(f"key to paint median {median(keys):.0f}  p95 {percentile(keys, 0.95):.0f}  longest {max(keys):.0f} ms")
    print(f"heap at first {heaps[0]:.1f} MB, at the end {heaps[-1]:.1f} MB")
    result("shift-key-paint", percentile(keys, 0.95), "ms p95", KEY_MS_MAX, most=True)
    result("shift-heap", heaps[-1], "MB", HEAP_MB_MAX, most=True)


if __name__ == "__main__":
    asyncio.run(main())
