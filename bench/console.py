"""A key in a console that holds 10,000 conversations: from the press to what is painted, in a real Chromium.

The key is J: the selection moves in the list and the thread opens from what the console holds. A frame is painted when
the task after it begins. Beside it: the bytes that travel before the inbox works.
"""

import os
import sys
from pathlib import Path
from typing import Any

import asyncpg
from playwright.async_api import Page, async_playwright

from bench.measure import median, percentile, result
from bench.world import World, make_world, serving
from okno.access.api import Access
from okno.access.keys import load_keys
from okno.access.types import NewOperator
from okno.db.embedded import EmbeddedPostgres
from okno.db.pool import Database
from okno.kit.clock import SystemClock
from tests.support.process import data_folder

sys.path.insert(0, str(Path(__file__).parent.parent))
from tools.check_repository import STATIC, compressed, route_files
from tools.test_tools import chromium

CONVERSATIONS = int(os.environ.get("BENCH_CONSOLE_CONVERSATIONS", "10000"))
WARM_KEYS, KEYS = 8, 60
KEY_MS_MAX, WEIGHT_KB_MAX = 50.0, 150.0
EMAIL, PASSWORD = "anna@example.com", "correct horse battery"
MESSAGES = """
INSERT INTO event (workspace_id, conversation_id, seq, client_id, actor, actor_id, type, body, created_at)
SELECT c.workspace_id, c.id, n, gen_random_uuid(), 'customer', c.contact_id, 'message',
       '{"type":"message","text":"' || repeat('when will it come ', 1 + n::int % 6) || '"}',
       now() - (30 - n) * interval '1 minute'
  FROM (SELECT * FROM conversation WHERE workspace_id = $1 AND status = 'open' AND id <> $2
         ORDER BY last_at DESC, id DESC LIMIT 200) c, generate_series(1, 30) n
"""
PRESS = """async () => {
  const before = document.querySelector('[aria-current=true][data-id]')?.dataset.id
  const frame = () => new Promise((done) => requestAnimationFrame(done))
  await frame()
  const begun = performance.now()
  dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyJ', key: 'о', bubbles: true }))
  for (;;) {
    await frame()
    const now = document.querySelector('[data-testid=conversation][aria-current=true]')?.dataset.id
    const thread = document.querySelector('[data-testid=thread] [data-testid=message]')
    if (now && now !== before && location.pathname.endsWith(now) && (thread || !%s)) {
      await new Promise((done) => { const c = new MessageChannel(); c.port1.onmessage = done; c.port2.postMessage(0) })
      return performance.now() - begun
    }
    if (performance.now() - begun > 5000) throw new Error('nothing was painted')
  }
}"""


async def operator(world: World, home: Path) -> None:
    """Somebody who sees everything, and threads with something to read."""
    database = await Database.connect(world.url, size=2)
    access = Access(database, load_keys(home / "master.key"), SystemClock())
    person, _ = await access.create_operator(world.workspace, NewOperator(email=EMAIL, name="Anna", role="owner"))
    await access.set_password(world.workspace, person.id, PASSWORD)
    await database.close()
    connection = await asyncpg.connect(world.url)
    await connection.execute("UPDATE conversation SET status = 'open', closed_at = NULL, waiting_since = NULL")
    await connection.execute(MESSAGES, world.workspace, world.thread)
    await connection.execute("UPDATE conversation SET last_seq = 30 WHERE id <> $1", world.thread)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def load_list(page: Page) -> int:
    """Scroll until every conversation is in the list; how many there are."""
    held = 0
    for _ in range(CONVERSATIONS // 50):
        await page.evaluate("document.querySelector('.rows').scrollTop = 1e9")
        await page.wait_for_timeout(60)
        held = await page.evaluate("document.querySelector('.rows ul').offsetHeight / 64")
        if held >= CONVERSATIONS:
            break
    await page.evaluate("document.querySelector('.rows').scrollTop = 0")
    return int(held)


async def press(page: Page, count: int, *, cached: bool) -> list[float]:
    """Milliseconds from the key to the paint; `cached`: with the thread's messages."""
    took = []
    for _ in range(count):
        took.append(float(await page.evaluate(PRESS % ("true" if cached else "false"))))
        await page.wait_for_timeout(120)
    return took


async def measure(address: str) -> tuple[list[float], list[float], dict[str, Any]]:
    async with async_playwright() as engine:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await engine.chromium.launch(executable_path=str(chromium()), args=arguments)
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(f"{address}/login")
        await page.get_by_test_id("login-email").fill(EMAIL)
        await page.get_by_test_id("login-password").fill(PASSWORD)
        await page.get_by_test_id("login-submit").click()
        await page.get_by_test_id("conversation").first.wait_for()
        held = await load_list(page)
        await press(page, WARM_KEYS, cached=False)
        first = await press(page, KEYS, cached=False)
        await page.evaluate("document.activeElement?.blur()")
        # Back and forth over threads the console holds: their messages are part of the paint.
        kept = []
        for _ in range(KEYS // 6):
            for _ in range(6):
                await page.keyboard.press("k")
                await page.wait_for_timeout(30)
            kept += await press(page, 6, cached=True)
        facts = {"rows": held, "elements": await page.evaluate("document.querySelectorAll('*').length")}
        await browser.close()
    return first, kept, facts


async def main() -> None:
    inbox = route_files(STATIC / "console", "src/pages/WorkPage.vue", "src/pages/InboxPage.vue")
    with data_folder() as home:
        postgres = EmbeddedPostgres(home)
        postgres.start()
        try:
            world = await make_world(postgres, home, "console", CONVERSATIONS)
            await operator(world, home)
            async with serving(home, world.url) as (address, _):
                first, kept, facts = await measure(address)
        finally:
            postgres.stop()
    print(f"-- {facts['rows']:,} conversations in the list, {facts['elements']:,} elements in the page")
    for name, took in (("selection, thread asked for", first), ("selection and thread from memory", kept)):
        print(f"{name:34} median {median(took):5.1f}  p95 {percentile(took, 0.95):5.1f} ms  of {len(took)}", flush=True)
    result("console-key-paint", median(kept), "ms", KEY_MS_MAX, most=True)
    weight = sum(compressed(file, ".gz") for file in inbox) / 1000
    result("console-weight", weight, "KB gz to the inbox", WEIGHT_KB_MAX, most=True)
