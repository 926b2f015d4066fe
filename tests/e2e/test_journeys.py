"""Whole journeys: a night and a morning after, the end of an episode, rights that change under an open console."""

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PASSWORD, fresh_server
from tests.e2e.test_conversation import SLOW_MS, open_latest, panel, say
from tests.e2e.test_hours import call
from tests.e2e.test_routing import shot
from tests.notifications.conftest import Phone, Postbox
from tests.support.process import Server, free_port

WIDE = {"width": 1440, "height": 900}
DAY_MIN = 24 * 60
SUBSCRIBE = """([endpoint, p256dh, auth]) => {
  // A push service cannot be reached from here: this browser's subscription is one at the test's own.
  PushManager.prototype.subscribe = async () => ({ endpoint, toJSON: () => ({ endpoint, keys: { p256dh, auth } }) })
}"""


class Pushes:
    """A push service: keeps what it was sent. The keys of the browser are the test's, so it is decrypted here."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        got = self.got

        class Service(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                got.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(201)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.phone = Phone(f"http://{self.host}/send/one")
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class World(NamedTuple):
    server: Server
    pushes: Pushes
    letters: Postbox
    late: Path

    @property
    def now(self) -> datetime:
        """By the server's clock."""
        return datetime.now(UTC) + timedelta(seconds=float(self.late.read_text()))

    def go_to(self, at: datetime) -> None:
        self.late.write_text(str((at - datetime.now(UTC)).total_seconds()))


@pytest.fixture(scope="module")
def world(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of its own with a mail server and a push service beside it, whose clock can be put forward."""
    late = tmp_path_factory.mktemp("late") / "seconds"
    late.write_text("0")
    letters, pushes = Postbox(), Pushes()
    mail = Controller(letters, hostname="127.0.0.1", port=free_port())
    mail.start()
    settings = {
        "OKNO_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        "OKNO_SMTP_FROM": "Магазин <help@shop.example>",
        "OKNO_PUSH_HOSTS": pushes.host,
        "OKNO_LATE": str(late),
    }
    try:
        with fresh_server(browser, settings, "tests.support.late") as server:
            yield World(server, pushes, letters, late)
    finally:
        mail.stop()
        pushes.close()


@pytest.fixture(scope="module")
def server(world: World) -> Server:
    return world.server


@pytest.fixture
def igor(browser: Browser, console: Page, server: Server) -> Iterator[Page]:
    """A second operator, in a browser of his own."""
    made = call(console, "POST", "/operators", {"email": f"{time.time_ns()}@example.com", "name": "Игорь Соколов"})
    context = browser.new_context(locale="ru-RU", viewport=WIDE)
    context.request.post(f"{server.url}/api/v1/links/{made['url'].rsplit('/', 1)[1]}", data={"password": PASSWORD})
    page = context.new_page()
    page.goto(f"{server.url}/conversations")
    page.locator("[data-testid=status][data-state=online]").wait_for(state="attached")
    yield page
    context.close()


def until(page: Page, what: Any) -> Any:
    """What it comes to, waited for while the page lives on."""
    end = time.monotonic() + 3 * SLOW_MS / 1000  # a letter goes from hand to hand
    while not (found := what()):
        assert time.monotonic() < end, "it did not come"
        page.wait_for_timeout(50)
    return found


def test_the_end_of_an_episode_is_rated_or_skipped_by_one_tap_and_a_bad_score_says_why(
    browser: Browser, console: Page, world: World
) -> None:
    """Nobody would know who left unhappy and why; or the question would come again and again."""
    frames = {}
    for name in ("Довольная", "Немногословная", "Сердитая"):
        context = browser.new_context(locale="ru-RU", viewport={"width": 1024, "height": 800})
        shop = context.new_page()
        shop.goto(f"{world.server.url}/demo")
        frames[name] = panel(shop)
        say(frames[name], f"{name}: где заказ?")
        open_latest(console, f"{name}: где заказ?")
        say(console, "Сегодня привезём")
        expect(frames[name].get_by_test_id("message").last).to_contain_text("Сегодня привезём")
        console.get_by_test_id("composer").press("Escape")
        console.keyboard.press("e")
        expect(frames[name].get_by_test_id("rate")).to_be_visible(timeout=SLOW_MS)
    silent = frames["Немногословная"]
    silent.get_by_test_id("rate-skip").click()
    expect(silent.get_by_test_id("rate")).to_have_count(0)
    happy = frames["Довольная"]
    happy.get_by_test_id("rate-5").click()
    happy.get_by_test_id("rate-yes").click()
    expect(happy.get_by_test_id("rate").get_by_role("status")).to_have_text("Спасибо за оценку")
    angry = frames["Сердитая"]
    angry.get_by_test_id("rate-2").click()
    angry.get_by_test_id("rate-no").click()
    angry.get_by_test_id("rate-why").fill("Третий день обещаете")
    shot(shop, "journey-rate")
    angry.get_by_test_id("rate-send").click()
    expect(angry.get_by_test_id("rate").get_by_role("status")).to_have_text("Спасибо за оценку")

    console.goto(f"{world.server.url}/floor")
    expect(console.get_by_test_id("floor-rating")).to_have_text("3,5 (2)", timeout=SLOW_MS)
    shot(console, "journey-floor")
    console.goto(f"{world.server.url}/reports?period=today")
    expect(console.get_by_test_id("rating-average")).to_have_text("3,5", timeout=SLOW_MS)
    console.get_by_test_id("ratings-card").scroll_into_view_if_needed()
    shot(console, "journey-ratings")
    low = console.get_by_test_id("rating-low")
    expect(low).to_have_count(1)
    expect(low).to_contain_text("Третий день обещаете")
    low.click()
    expect(console.get_by_test_id("rating-comment")).to_have_text("Третий день обещаете")
    expect(console.get_by_test_id("system").filter(has_text="Третий день обещаете")).to_be_visible()
    for one in browser.contexts:
        if one is not console.context:
            one.close()


def test_a_role_or_team_that_changes_takes_effect_in_the_open_console(
    shop: Page, console: Page, igor: Page, server: Server
) -> None:
    """Whoever lost a right would go on reading until he reloads; whoever got one would not find it."""
    him = call(igor, "GET", "/session")["operator"]["id"]
    team = call(console, "POST", "/teams", {"name": "Возвраты"})["id"]
    call(console, "PATCH", f"/operators/{him}", {"teams": [team]})
    frame = panel(shop)
    say(frame, "Верните деньги за лампу")
    open_latest(console, "Верните деньги за лампу")
    thread = console.url.rsplit("/", 1)[1]
    call(console, "POST", f"/conversations/{thread}/transfer", {"team": team})
    open_latest(igor, "Верните деньги за лампу")
    expect(igor.get_by_test_id("thread")).to_contain_text("Верните деньги")

    call(console, "PATCH", f"/operators/{him}", {"teams": []})
    expect(igor.get_by_test_id("thread")).to_have_count(0)
    expect(igor.get_by_test_id("conversation").filter(has_text="Верните деньги")).to_have_count(0)
    expect(igor.locator(".toast")).to_contain_text("больше не доступен")
    expect(igor).to_have_url(re.compile("/conversations$"))
    say(frame, "И ещё за доставку")
    expect(console.get_by_test_id("thread")).to_contain_text("И ещё за доставку")
    assert "за доставку" not in igor.content()

    call(console, "PATCH", f"/operators/{him}", {"teams": [team]})
    expect(igor.get_by_test_id("conversation").filter(has_text="И ещё за доставку")).to_be_visible()

    expect(igor.get_by_test_id("rail-floor")).to_have_count(0)
    call(console, "PATCH", f"/operators/{him}", {"role": "supervisor"})
    igor.get_by_test_id("rail-floor").click()
    expect(igor.get_by_test_id("floor-waiting")).to_be_visible()
    call(console, "PATCH", f"/operators/{him}", {"role": "operator"})
    expect(igor.get_by_test_id("rail-floor")).to_have_count(0)
    expect(igor).to_have_url(re.compile("/conversations"))


def take_pushes(page: Page, pushes: Pushes, key: str, server: Server) -> None:
    """The customer lets the site's chat tell him of answers."""
    taken = pushes.phone.subscription
    page.context.grant_permissions(["notifications"], origin=server.url)
    page.add_init_script(f"({SUBSCRIBE})({json.dumps([taken.endpoint, taken.p256dh, taken.auth])})")
    page.goto(f"{server.url}/chat/{key}#notify")
    page.get_by_role("button", name="Включить уведомления").click()
    expect(page.get_by_role("heading", name="Готово: уведомления включены")).to_be_visible(timeout=SLOW_MS)


def show_push(page: Page, told: bytes, server: Server) -> list[dict[str, str]]:
    """Give the browser's service worker what its push service would have given it; the notifications it shows."""
    worker: list[str] = []
    cdp = page.context.new_cdp_session(page)
    seen = "ServiceWorker.workerRegistrationUpdated"
    cdp.on(seen, lambda it: worker.extend(r["registrationId"] for r in it["registrations"]))
    cdp.send("ServiceWorker.enable")
    registration = until(page, lambda: worker)[0]
    data = {"origin": f"{server.url}/", "registrationId": registration, "data": told.decode()}
    cdp.send("ServiceWorker.deliverPushMessage", data)
    shown = """async () => (await (await navigator.serviceWorker.getRegistration("/chat/")).getNotifications())
      .map(({ title, body, data }) => ({ title, body, data }))"""
    return until(page, lambda: page.evaluate(shown))


def test_a_message_left_at_night_is_answered_in_the_morning_and_brings_the_customer_back_to_his_operator(
    browser: Browser, console: Page, igor: Page, world: World
) -> None:
    """The answer would never reach who left, or he would come back to somebody who has never heard of him."""
    server = world.server
    queue = call(console, "GET", "/queues")[0]
    call(console, "PATCH", f"/queues/{queue['id']}", {"mode": "automatic"})
    call(console, "PATCH", "/notices/settings", {"push_after_s": 0, "email_after_s": 1, "quiet": False})
    tomorrow = (world.now + timedelta(days=1)).replace(hour=9, minute=30)
    week = [{"day": tomorrow.weekday(), "from_min": 540, "to_min": 1080}]
    hours = call(console, "POST", "/calendars", {"name": "Днём", "time_zone": "UTC", "week": week})
    inbox = call(console, "GET", "/inboxes")[0]
    call(console, "PATCH", f"/inboxes/{inbox['id']}", {"calendar": hours["id"]})
    for page in (console, igor):  # nobody works at night
        call(page, "PATCH", "/desk", {"state": "break", "reason": "Ночь"})

    # Night: nobody answers, and the customer is told when somebody will.
    customer = browser.new_context(locale="ru-RU", viewport={"width": 1024, "height": 800})
    shop = customer.new_page()
    shop.goto(f"{server.url}/demo")
    shop.get_by_test_id("launcher").click()
    frame = shop.frame_locator("okno-widget iframe")
    frame.get_by_test_id("leave-open").click(timeout=SLOW_MS)
    frame.get_by_test_id("leave-name").fill("Ольга Ветрова")
    frame.get_by_test_id("leave-email").fill("olga@shop.example")
    frame.get_by_test_id("leave-text").fill("Посылка не пришла, что делать?")
    frame.get_by_test_id("leave-send").click()
    expect(frame.get_by_test_id("promise")).to_contain_text("Ответим до", timeout=SLOW_MS)
    shot(shop, "journey-promise")
    key = shop.locator("script[data-key]").get_attribute("data-key")
    shop.close()
    chat = customer.new_page()
    take_pushes(chat, world.pushes, str(key), server)

    # Morning: Igor is the first at work and gets it; he answers and goes on.
    world.go_to(tomorrow)
    call(igor, "PATCH", "/desk", {"state": "online"})
    row = igor.get_by_test_id("conversation").filter(has_text="Ольга Ветрова")
    row.click(timeout=SLOW_MS)
    expect(igor.get_by_test_id("assignee")).to_contain_text("У вас", timeout=SLOW_MS)
    say(igor, "Нашли: курьер привезёт сегодня к трём")
    sealed = until(igor, lambda: world.pushes.got)[0]
    told = world.pushes.phone.read(sealed)
    assert "курьер привезёт" not in sealed.decode("latin-1")
    assert json.loads(told)["body"] == "Нашли: курьер привезёт сегодня к трём"
    (notification,) = show_push(chat, told, server)
    assert notification["body"] == "Нашли: курьер привезёт сегодня к трём"
    assert notification["data"] == f"/chat/{key}"
    letter = until(igor, lambda: [one for one in world.letters.got if one["To"] == "olga@shop.example"])[0]
    text = letter.get_payload()[0].get_payload(decode=True).decode()
    assert "курьер привезёт" in text
    igor.get_by_test_id("composer").press("Escape")
    igor.keyboard.press("e")
    expect(igor.get_by_test_id("undo")).to_be_visible()

    # She comes back by the letter, on another device, while both are at work: Igor gets her, Anna does not.
    call(console, "PATCH", "/desk", {"state": "online"})
    phone = browser.new_context(locale="ru-RU", viewport={"width": 390, "height": 800})
    back = phone.new_page()
    back.goto(re.search(r"https?://\S+#open=[\w-]+", text)[0])
    back.get_by_role("button", name="Открыть разговор").click()
    panel = back.frame_locator("iframe")
    expect(panel.get_by_test_id("message").filter(has_text="Посылка не пришла")).to_be_visible(timeout=SLOW_MS)
    expect(panel.get_by_test_id("message").filter(has_text="курьер привезёт")).to_be_visible()
    say(panel, "Спасибо! А можно к пяти?")
    shot(back, "journey-back")
    igor.get_by_test_id("tab-mine").click()
    row.filter(has_text="А можно к пяти?").click(timeout=SLOW_MS)
    again = igor.get_by_test_id("system").filter(has_text="Снова у: Игорь Соколов")
    expect(again).to_be_visible(timeout=SLOW_MS)
    expect(igor.get_by_test_id("assignee")).to_contain_text("У вас")
    igor.get_by_test_id("assignee").click()
    expect(igor.get_by_test_id("why")).to_contain_text("говорил с вами")
    him = call(igor, "GET", "/session")["operator"]["id"]
    assert call(console, "GET", f"/conversations/{igor.url.rsplit('/', 1)[1]}")["assignee"] == him
    igor.keyboard.press("Escape")
    customer.close()
    phone.close()
    call(console, "PATCH", f"/inboxes/{inbox['id']}", {"calendar": None})
    call(console, "PATCH", f"/queues/{queue['id']}", {"mode": "pull"})
