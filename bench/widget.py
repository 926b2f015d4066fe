"""What the widget costs a page: bytes and requests as a real Chromium counts them, layout shift, cookies."""

from playwright.sync_api import Page, Request, sync_playwright

from bench.measure import result
from tests.support.process import Server, data_folder
from tools.check_repository import STATIC, compressed, entry_files
from tools.test_tools import chromium

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
SHIFT = """() => new Promise((done) => {
  let sum = 0
  new PerformanceObserver((list) => { for (const it of list.getEntries()) sum += it.value })
    .observe({ type: "layout-shift", buffered: true })
  setTimeout(() => done(sum), 500)
})"""


def main() -> None:
    """Prints one RESULT a figure; the panel is everything from intent until the first message could be sent."""
    with data_folder() as data, sync_playwright() as playwright:
        server = Server(data).start()
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        try:
            _measure(browser.new_page(locale="ru"), server.url)
        finally:
            browser.close()
            server.stop()
    widget = STATIC / "widget"
    pages = [set(entry_files(widget / f"panel.{language}.html")) for language in ("ru", "en")]
    first = pages[0] | pages[1]
    lazy = {p: compressed(p, ".gz") for p in (widget / "assets").glob("*.js") if p not in first}
    for path, size in sorted(lazy.items(), key=lambda found: -found[1]):
        print(f"lazy {path.name}: {size} bytes gz", flush=True)
    plain = max(size for path, size in lazy.items() if not path.name.startswith("emoji"))
    result("widget-lazy-largest", plain, "bytes-gz", 8_000, most=True)
    emoji = max(size for path, size in lazy.items() if path.name.startswith("emoji"))
    result("widget-lazy-emoji", emoji, "bytes-gz", 25_000, most=True)
    result(
        "widget-panel", max(sum(compressed(p, ".gz") for p in page) for page in pages), "bytes-gz", 20_000, most=True
    )
    result("widget-loader", compressed(widget / "w.js", ".br"), "bytes-br", 2_400, most=True)
    result("widget-idle", compressed(widget / "idle.js", ".br"), "bytes-br", 3_000, most=True)


def _measure(page: Page, url: str) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - playwright marks its handlers
    page.goto(f"{url}/demo")
    page.wait_for_timeout(2_000)
    ours = [r for r in asked if "/w" in r.url or "/api/" in r.url]
    gets = [r for r in ours if r.method == "GET"]
    for request in gets:
        print(f"before intent: {request.url.split('?')[0]} {request.sizes()['responseBodySize']} bytes on the wire")
    result("widget-gets-before-intent", len(gets), "requests", 2, most=True)
    result("widget-beacons-a-page", len(ours) - len(gets), "requests", 1, most=True)
    asked.clear()
    page.get_by_test_id("launcher").click()
    frame = page.frame_locator("okno-widget iframe")
    frame.locator("[data-testid=status][data-state=online]").wait_for(state="attached")
    lazy = ("dress", "more")  # fetched after the panel is there; nothing waits for them
    panel = [r for r in asked if r.method == "GET" and "/w/" in r.url and not any(n in r.url for n in lazy)]
    size = sum(r.sizes()["responseBodySize"] for r in panel)
    result("widget-panel-on-the-wire", size, "bytes", 20_000, most=True)
    page.wait_for_timeout(500)
    result("widget-cls", float(page.evaluate(SHIFT)), "score", 0, most=True)
    result("widget-cookies", len(page.context.cookies()), "cookies", 0, most=True)
