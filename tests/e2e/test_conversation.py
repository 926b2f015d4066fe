"""The main job: a visitor and an operator talk in two windows, and nothing is lost."""

from playwright.sync_api import FrameLocator, Page, expect

from tests.support.process import Server

SLOW_MS = 20_000


def panel(shop: Page) -> FrameLocator:
    """Open the widget; its frame."""
    shop.get_by_test_id("launcher").click()
    frame = shop.frame_locator("okno-widget iframe")
    expect(frame.locator("[data-testid=status][data-state=online]")).to_be_attached(timeout=SLOW_MS)
    return frame


def say(frame: FrameLocator | Page, text: str) -> None:
    frame.get_by_test_id("composer").fill(text)
    frame.get_by_test_id("composer").press("Enter")


def open_latest(console: Page, text: str) -> None:
    console.get_by_test_id("tab-all").click()
    console.get_by_test_id("conversation").filter(has_text=text).first.click()


def test_a_visitor_and_an_operator_talk(shop: Page, console: Page) -> None:
    """A message reaches the other window by itself, both ways, and its sender sees it read."""
    frame = panel(shop)
    say(frame, "Подойдёт ли умная лампа?")
    open_latest(console, "Подойдёт ли умная лампа?")
    expect(console.get_by_test_id("thread")).to_contain_text("Подойдёт ли умная лампа?")
    expect(frame.locator("[data-testid=message][data-state=read]")).to_have_count(1, timeout=SLOW_MS)
    say(console, "Да, цоколь E27")
    expect(frame.get_by_test_id("message").last).to_contain_text("Да, цоколь E27")
    expect(console.locator("[data-testid=message][data-state=read]")).to_have_count(1, timeout=SLOW_MS)


def test_a_note_never_reaches_the_visitor(shop: Page, console: Page) -> None:
    """What is marked as a note is not in the visitor's page, not even hidden."""
    frame = panel(shop)
    say(frame, "Где мой заказ?")
    open_latest(console, "Где мой заказ?")
    console.get_by_test_id("composer").press("Escape")
    console.keyboard.press("n")
    say(console, "Клиент уже жаловался")
    expect(console.locator(".note[data-testid=message]")).to_have_count(1)
    console.keyboard.press("Escape")
    console.keyboard.press("r")
    say(console, "Едет, будет завтра")
    expect(frame.get_by_test_id("message").last).to_contain_text("Едет, будет завтра")
    assert "жаловался" not in shop.frames[-1].content()


def test_history_and_outbox_survive_a_reload_without_a_link(shop: Page, console: Page) -> None:
    """What was typed offline is kept over a reload and arrives once when the link is back."""
    frame = panel(shop)
    say(frame, "Первое")
    expect(frame.locator("[data-testid=message][data-seq]").filter(has_text="Первое")).to_have_count(1)
    shop.context.set_offline(True)
    say(frame, "Написано без связи")
    expect(frame.locator("[data-testid=message]").filter(has_text="без связи")).to_have_count(1)
    shop.context.set_offline(False)
    shop.reload()
    frame = shop.frame_locator("okno-widget iframe")
    kept = frame.locator("[data-testid=message][data-seq]").filter(has_text="без связи")
    expect(kept).to_have_count(1, timeout=SLOW_MS)
    open_latest(console, "Написано без связи")
    expect(console.get_by_test_id("thread").get_by_text("Написано без связи", exact=True)).to_have_count(1)


def test_a_killed_server_is_survived_without_a_reload(shop: Page, console: Page, server: Server) -> None:
    """After kill -9 both windows come back by themselves; each message is there once."""
    frame = panel(shop)
    say(frame, "До падения")
    open_latest(console, "До падения")
    thread = console.get_by_test_id("thread")
    for number in range(3):
        say(frame, f"Вопрос {number}")
        asked = thread.locator("[data-testid=message][data-seq]").filter(has_text=f"Вопрос {number}")
        expect(asked).to_have_count(1)  # an answer to less than was asked is held back
        server.kill()
        say(console, f"Ответ {number}")
        server.start()
        answer = frame.locator("[data-testid=message][data-seq]").filter(has_text=f"Ответ {number}")
        expect(answer).to_have_count(1, timeout=60_000)
    for number in range(3):
        for text, window in ((f"Вопрос {number}", thread), (f"Ответ {number}", frame)):
            found = window.locator("[data-testid=message][data-seq]").filter(has_text=text)
            expect(found).to_have_count(1, timeout=60_000)
    numbers = [int(x) for x in console.locator("[data-seq]").evaluate_all("all => all.map(x => x.dataset.seq)")]
    assert numbers == sorted(numbers)


def test_the_visitor_leaves_nothing_behind_after_logout(shop: Page) -> None:
    """Whoever sits down next sees nothing of the person before."""
    frame = panel(shop)
    say(frame, "Мой секрет")
    expect(frame.locator("[data-testid=message][data-seq]").filter(has_text="Мой секрет")).to_have_count(1)
    shop.evaluate("okno('logout')")
    shop.wait_for_timeout(300)
    assert "Мой секрет" not in shop.evaluate("JSON.stringify(localStorage)")
    shop.reload()
    frame = panel(shop)
    expect(frame.get_by_test_id("message")).to_have_count(0)


def test_before_intent_there_is_no_socket_and_no_cookie(shop: Page) -> None:
    """An idle visitor costs two cached files and one beacon."""
    asked: list[str] = []
    shop.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    sockets: list[str] = []
    shop.on("websocket", lambda socket: sockets.append(socket.url))
    shop.reload()
    shop.wait_for_timeout(800)
    ours = [a for a in asked if "/w" in a or "/api/" in a]
    assert [a.split("/", 3)[3].split("?")[0] for a in ours] == ["w.js", "w/idle.js", ours[-1].split("/", 3)[3]]
    assert "/page-views" in ours[-1]
    assert sockets == []
    assert shop.context.cookies() == []
