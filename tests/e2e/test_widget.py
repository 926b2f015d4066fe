"""The widget on other people's pages: strict, hostile, small, offline, in every state readable by everyone."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Page, Playwright, expect

from tests.e2e.axe import faults_in, faults_in_both_themes
from tests.e2e.conftest import ARGUMENTS
from tests.e2e.test_conversation import SLOW_MS, open_latest, panel, say
from tests.support.process import Server
from tools.test_tools import chromium

HOSTILE = "*{font-size:40px!important;display:block!important;color:lime!important;position:static!important}"
CUT_OFF = """[...document.querySelectorAll("button, a, textarea")].filter(one => {
  const {left, right, width} = one.getBoundingClientRect()
  return width > 1 && (left < 0 || right > innerWidth)
}).map(one => one.outerHTML.slice(0, 160))"""
MOVING = "document.getAnimations().filter(it => it.playState === 'running').map(it => it.animationName)"


class Proxy:
    """A TCP relay to the server that can swallow everything, as a dead line does."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.hole = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(a, b), daemon=True).start()

    def _pump(self, a: socket.socket, b: socket.socket) -> None:
        born_in_hole = self.hole
        try:
            while data := a.recv(65536):
                if self.hole or born_in_hole:
                    born_in_hole = True  # what fell in never comes out, not even later
                    continue
                b.sendall(data)
        except OSError:
            pass
        finally:
            b.close()

    def close(self) -> None:
        self._listener.close()


@contextmanager
def host_page(body: str, headers: dict[str, str]) -> Iterator[str]:
    """A site of its own, on `localhost` while the server is 127.0.0.1: another site to the browser."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{site.server_port}/"
    finally:
        site.shutdown()
        site.server_close()


def snippet(shop: Page, server_url: str) -> str:
    key = shop.locator("script[data-key]").get_attribute("data-key")
    return f'<script async src="{server_url}/w.js" data-key="{key}"></script>'


def opened(page: Page) -> FrameLocator:
    page.get_by_test_id("launcher").click()
    frame = page.frame_locator("okno-widget iframe")
    expect(frame.locator("[data-testid=status][data-state=online]")).to_be_attached(timeout=SLOW_MS)
    return frame


def test_a_strict_page_without_third_party_storage(playwright: Playwright, shop: Page, server: Server) -> None:
    """The chat would not start on careful sites, or would forget its visitor in browsers that block frames' storage."""
    strict = {
        "content-security-policy": f"default-src 'none'; script-src {server.url}; frame-src {server.url}; "
        "style-src 'none'; connect-src 'none'"
    }
    text = f"<!doctype html><html lang=en><title>Strict</title><body><p>Text{snippet(shop, server.url)}"
    browser = playwright.chromium.launch(
        executable_path=chromium(), args=[*ARGUMENTS, "--test-third-party-cookie-phaseout"]
    )
    with host_page(text, strict) as url:
        page = browser.new_page()
        page.goto(url)
        frame = opened(page)
        say(frame, "Strict and kept")
        expect(frame.locator("[data-testid=message][data-seq]")).to_have_count(1, timeout=SLOW_MS)
        page.reload()
        frame = page.frame_locator("okno-widget iframe")
        expect(frame.locator("[data-testid=message][data-seq]")).to_have_text(
            re.compile("Strict and kept"), timeout=SLOW_MS
        )
        assert page.context.cookies() == []
    browser.close()


def test_hostile_styles_do_not_reach_the_widget(browser: Browser, shop: Page, server: Server) -> None:
    """A site's blunt rules would blow up the launcher and push the panel off the screen; right-to-left pages too."""
    tag = snippet(shop, server.url)
    text = f"<!doctype html><html lang=en dir=rtl><title>x</title><style>{HOSTILE}</style><body><p>Text{tag}"
    with host_page(text, {}) as url:
        page = browser.new_page(viewport={"width": 1000, "height": 800})
        page.goto(url)
        frame = opened(page)
        box = page.get_by_test_id("launcher").bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (56, 56)
        field = frame.get_by_test_id("composer").bounding_box()
        assert field is not None
        assert field["x"] >= 0
        assert field["x"] + field["width"] <= 1000
        assert field["y"] + field["height"] <= 800
        assert frame.get_by_test_id("composer").evaluate("el => getComputedStyle(el).fontSize") == "16px"
        page.context.close()


def test_a_phone_gives_the_whole_screen_and_the_back_button_closes(browser: Browser, server: Server) -> None:
    """On a phone the panel would be cut off, fields would zoom, and "back" would leave the shop instead of the chat."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en")
    page = context.new_page()
    page.goto(f"{server.url}/demo?lang=en")
    frame = opened(page)
    page.wait_for_timeout(400)
    assert page.locator("okno-widget iframe").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert frame.get_by_test_id("composer").evaluate("el => parseFloat(getComputedStyle(el).fontSize)") >= 16
    address = page.url
    page.go_back()
    expect(page.get_by_test_id("launcher")).to_have_attribute("aria-expanded", "false")
    assert page.url == address
    context.close()


def test_focus_goes_in_and_comes_back(shop: Page) -> None:
    """People without a mouse would lose their place: the composer takes focus, Escape gives it back to the launcher."""
    shop.get_by_test_id("launcher").focus()
    shop.keyboard.press("Enter")
    frame = shop.frame_locator("okno-widget iframe")
    expect(frame.get_by_test_id("composer")).to_be_focused(timeout=SLOW_MS)
    shop.keyboard.press("Escape")
    expect(shop.get_by_test_id("launcher")).to_be_focused()
    expect(shop.get_by_test_id("launcher")).to_have_attribute("aria-expanded", "false")


def test_axe_finds_nothing_in_any_state(browser: Browser, server: Server, console: Page, tmp_path: Path) -> None:
    """Somebody could not read or reach a part of the chat."""
    context = browser.new_context(color_scheme="light", locale="en", reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{server.url}/demo?lang=en")
    frame = opened(page)
    page.wait_for_timeout(300)
    assert faults_in_both_themes(page) == []
    say(frame, "Is it light?")
    open_latest(console, "Is it light?")
    say(console, "Yes, see https://example.com/lamp")
    message = frame.get_by_test_id("message").filter(has_text="see https")
    message.hover()
    message.get_by_test_id("actions").click()
    expect(frame.get_by_test_id("menu")).to_be_visible()
    assert faults_in_both_themes(page) == []
    frame.get_by_role("menuitem").first.click()
    expect(message.get_by_test_id("reaction")).to_be_visible()
    for opener, shown in (("options", "language"), ("emoji-open", "emoji")):
        frame.get_by_test_id(opener).click()
        expect(frame.get_by_test_id(shown)).to_be_visible()
        page.wait_for_timeout(500)
        assert faults_in_both_themes(page) == []
        page.keyboard.press("Escape")
    frame.get_by_test_id("voice-open").click()
    expect(frame.get_by_role("button", name="Stop")).to_be_visible()
    assert faults_in_both_themes(page) == []
    expect(frame.get_by_role("timer")).not_to_have_text("0:00")
    frame.get_by_role("button", name="Stop").click()
    expect(frame.locator("audio")).to_be_visible()
    assert faults_in_both_themes(page) == []
    page.keyboard.press("Escape")
    picture = tmp_path / "lamp.png"
    Image.new("RGB", (640, 360), "#2c49c6").save(picture)
    frame.get_by_test_id("file").set_input_files(picture)
    expect(frame.get_by_test_id("tray").locator("li")).to_be_visible()
    assert faults_in_both_themes(page) == []
    say(frame, "This one")
    frame.get_by_test_id("picture").click()
    expect(frame.get_by_test_id("lightbox").locator("img")).to_be_visible()
    assert faults_in_both_themes(page) == []
    page.keyboard.press("Escape")
    context.set_offline(True)
    say(frame, "Kept")
    expect(frame.locator("[data-state=queued]")).to_be_visible(timeout=SLOW_MS)
    assert faults_in_both_themes(page) == []
    context.close()


def test_a_narrow_page_in_forced_colours_without_motion(browser: Browser, server: Server) -> None:
    """At 400 % zoom, in colours of one's own or without motion the chat would be cut off, unseen or moving."""
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, forced_colors="active", reduced_motion="reduce", locale="en"
    )
    page = context.new_page()
    page.goto(f"{server.url}/demo?lang=en")
    frame = opened(page)
    say(frame, "A question with https://example.com/" + "long" * 30)
    expect(frame.locator("[data-testid=message][data-seq]")).to_have_count(1, timeout=SLOW_MS)
    inside = page.frames[-1]
    assert inside.evaluate("document.documentElement.scrollWidth") <= 320
    assert inside.evaluate(CUT_OFF) == []
    assert inside.evaluate("matchMedia('(forced-colors: active)').matches")
    frame.get_by_test_id("composer").focus()
    page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert inside.evaluate(outline) != "none"
    assert inside.evaluate(MOVING) == []
    assert faults_in(inside) == []
    context.close()


def test_an_answer_is_announced_once(shop: Page, console: Page) -> None:
    """A screen reader would be silent about an answer, or say it again and again."""
    frame = panel(shop)
    say(frame, "Кто здесь?")
    open_latest(console, "Кто здесь?")
    frame.get_by_test_id("announce").evaluate(
        "it => { self.told = []; new MutationObserver(() => told.push(it.textContent))"
        ".observe(it, {childList: true, characterData: true, subtree: true}) }"
    )
    say(console, "Анна, слушаю вас")
    expect(frame.get_by_test_id("announce")).to_contain_text("Анна, слушаю вас", timeout=SLOW_MS)
    console.get_by_test_id("message").last.hover()
    shop.wait_for_timeout(300)
    told = shop.frames[-1].evaluate("told.filter(text => text.includes('слушаю'))")
    assert len(told) == 1


def test_a_voice_message_arrives(shop: Page, console: Page) -> None:
    """What a customer said into the microphone would be lost on the way."""
    frame = panel(shop)
    frame.get_by_test_id("voice-open").click()
    expect(frame.get_by_role("timer")).not_to_have_text("0:00", timeout=SLOW_MS)
    frame.get_by_role("button", name="Остановить").click(timeout=SLOW_MS)
    expect(frame.locator("audio")).to_be_visible()
    frame.get_by_test_id("voice-send").click()
    expect(frame.locator("[data-testid=message][data-seq]")).to_have_count(1, timeout=SLOW_MS)
    console.get_by_test_id("tab-all").click()
    console.get_by_test_id("conversation").first.click()
    expect(console.get_by_test_id("thread").locator("audio").last).to_be_attached(timeout=SLOW_MS)


def test_quotes_reactions_edits_and_deletions_reach_the_operator(shop: Page, console: Page) -> None:
    """What a customer corrects or takes back would stay as it was on the operator's screen."""
    frame = panel(shop)
    say(frame, "Нужна ламра")
    open_latest(console, "Нужна ламра")
    say(console, "Какая именно?")
    theirs = frame.get_by_test_id("message").filter(has_text="Какая именно?")
    theirs.hover()
    theirs.get_by_test_id("actions").click()
    frame.get_by_test_id("do-quote").click()
    say(frame, "Торшер")
    expect(frame.get_by_test_id("quote")).to_contain_text("Какая именно?")
    mine = frame.get_by_test_id("message").filter(has_text="Нужна ламра")
    mine.hover()
    mine.get_by_test_id("actions").click()
    frame.get_by_test_id("do-edit").click()
    say(frame, "Нужна лампа")
    expect(console.get_by_test_id("thread")).to_contain_text("Нужна лампа")
    expect(console.get_by_test_id("thread")).not_to_contain_text("Нужна ламра")
    last = frame.get_by_test_id("message").filter(has_text="Торшер")
    last.hover()
    last.get_by_test_id("actions").click()
    frame.get_by_test_id("do-erase").click()
    expect(console.get_by_test_id("thread").get_by_text("Торшер", exact=True)).to_have_count(0)


def test_files_arrive_and_photos_are_made_smaller(shop: Page, console: Page, tmp_path: Path) -> None:
    """Photos of a phone would travel whole over a bad link, or not arrive at all."""
    Image.effect_noise((2600, 1300), 90).convert("RGB").save(tmp_path / "lamp.jpg")
    (tmp_path / "offer.txt").write_text("two lamps\n" * 2000)
    frame = panel(shop)
    frame.get_by_test_id("file").set_input_files([tmp_path / "lamp.jpg", tmp_path / "offer.txt"])
    expect(frame.get_by_test_id("tray").locator("li")).to_have_count(2)
    frame.get_by_test_id("composer").fill("Вот файлы")
    frame.get_by_test_id("send").click()
    sent = frame.locator("[data-testid=message][data-seq]").filter(has_text="Вот файлы")
    expect(sent).to_have_count(1, timeout=SLOW_MS)
    expect(sent.get_by_test_id("document")).to_contain_text("offer.txt")
    sent.get_by_test_id("picture").click()
    big = frame.get_by_test_id("lightbox").locator("img")
    expect(big).to_have_js_property("naturalWidth", 1600, timeout=SLOW_MS)
    shop.keyboard.press("Escape")
    expect(frame.get_by_test_id("lightbox")).to_have_count(0)
    open_latest(console, "Вот файлы")
    expect(console.get_by_test_id("thread")).to_contain_text("offer.txt")


def test_a_file_chosen_without_a_link_is_sent_after_a_reload(shop: Page, tmp_path: Path) -> None:
    """A visitor in a tunnel would have to find the photo again."""
    (tmp_path / "cheque.txt").write_text("1" * 300_000)
    frame = panel(shop)
    say(frame, "Сначала текст")
    expect(frame.locator("[data-testid=message][data-seq]")).to_have_count(1, timeout=SLOW_MS)
    shop.wait_for_timeout(500)
    shop.route("**/files/**", lambda route: route.abort())
    shop.route("**/files", lambda route: route.abort())
    frame.get_by_test_id("file").set_input_files(tmp_path / "cheque.txt")
    expect(frame.get_by_test_id("tray").locator("li")).to_have_count(1)
    shop.wait_for_timeout(500)
    shop.unroute_all()
    shop.reload()
    frame = shop.frame_locator("okno-widget iframe")
    expect(frame.get_by_test_id("tray")).to_contain_text("cheque.txt", timeout=SLOW_MS)
    expect(frame.get_by_test_id("tray").locator("progress")).to_have_count(0, timeout=SLOW_MS)
    frame.get_by_test_id("send").click()
    expect(frame.get_by_test_id("document")).to_contain_text("cheque.txt", timeout=SLOW_MS)


def test_a_dead_line_is_noticed_while_a_message_waits(browser: Browser, server: Server) -> None:
    """A socket that only looks open would swallow messages for minutes."""
    proxy = Proxy(server.port)
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{proxy.port}/demo?lang=en")
    frame = opened(page)
    say(frame, "before")
    expect(frame.locator("[data-testid=message][data-seq]")).to_have_count(1, timeout=SLOW_MS)
    proxy.hole = True
    say(frame, "into the hole")
    expect(frame.locator("[data-testid=status]:not([data-state=online])")).to_be_attached(timeout=10_000)
    proxy.hole = False
    after = frame.locator("[data-testid=message][data-seq]").filter(has_text="into the hole")
    expect(after).to_have_count(1, timeout=40_000)
    context.close()
    proxy.close()


def test_a_panel_that_does_not_come_is_replaced_by_words(browser: Browser, server: Server) -> None:
    """The visitor would look at an empty box."""
    page = browser.new_page(locale="en")
    page.route("**/w/assets/**", lambda route: None)
    page.goto(f"{server.url}/demo?lang=en")
    page.get_by_test_id("launcher").click()
    expect(page.locator("okno-widget").get_by_role("alert")).to_contain_text("did not open", timeout=12_000)
    page.context.close()


def test_a_reported_event_is_kept_with_the_visit(shop: Page, console: Page, server: Server) -> None:
    """What the site tells by okno('track') would be lost."""
    frame = panel(shop)
    say(frame, "Куплю торшер")
    expect(frame.locator("[data-testid=message][data-seq]")).to_have_count(1, timeout=SLOW_MS)
    shop.goto(f"{server.url}/demo/evening")
    shop.locator("okno-widget").wait_for(state="attached")
    shop.locator("button[data-good]").click()
    open_latest(console, "Куплю торшер")
    contact = console.evaluate(
        "async () => (await (await fetch('/api/v1/conversations?tab=all')).json())"
        ".rows.find(r => r.preview.includes('торшер')).contact"
    )
    visits: list[Any] = []
    for _ in range(20):
        visits = console.evaluate(f"async () => await (await fetch('/api/v1/contacts/{contact}/visits')).json()")
        if visits and visits[0]["tracked"]:
            break
        console.wait_for_timeout(250)
    said = visits[0]["tracked"][0]
    assert said["name"] == "basket"
    assert json.loads(said["data"])["price"] == "8 490 ₽"
    assert any("/demo/evening" in p["url"] and "Вечер" in p["title"] for p in visits[0]["pages"])


def test_a_token_that_is_refused_is_renewed_once_and_then_given_up(shop: Page) -> None:
    """A site with a wrong secret would have its pages ask without end, and its customers could not write at all."""
    shop.evaluate(
        """() => {
          window.told = {renewed: 0, errors: []}
          okno('on', 'error', (problem) => told.errors.push(problem.status))
          okno('identify', {token: 'no.good.token', renew: () => { told.renewed++; return 'no.better.token' }})
        }"""
    )
    frame = panel(shop)
    say(frame, "Пишу и без входа")
    expect(frame.locator("[data-testid=message][data-seq]")).to_have_count(1, timeout=SLOW_MS)
    assert shop.evaluate("told") == {"renewed": 1, "errors": [401]}
