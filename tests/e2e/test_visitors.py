"""Who is on the site is seen while he is there, and spoken to before he writes."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import faults, faults_in_both_themes
from tests.e2e.conftest import close_everything
from tests.e2e.test_conversation import SLOW_MS, open_latest, panel, say
from tests.e2e.test_routing import ASK, shot
from tests.support.process import Server


def test_a_visitor_appears_moves_and_leaves(browser: Browser, console: Page, server: Server) -> None:
    """The operator would look at a list of people who are long gone, or not where it says they are."""
    console.get_by_test_id("rail-visitors").click()
    expect(console.get_by_test_id("visitors-count")).to_be_visible()
    context = browser.new_context(locale="ru-RU")
    shop = context.new_page()
    shop.goto(f"{server.url}/demo?utm_source=vesna")
    line = console.get_by_test_id("visitor").filter(has_text="vesna")
    expect(line).to_have_count(1, timeout=SLOW_MS)
    first = line.get_by_test_id("visitor-title").inner_text()
    line.click()
    expect(console.get_by_test_id("visitor-pane")).to_contain_text("vesna")
    shop.locator("a[href*='/demo/']").first.click()
    shop.wait_for_url(re.compile("/demo/.+"))
    title = shop.title()
    assert title != first
    expect(line.get_by_test_id("visitor-title")).to_have_text(title, timeout=SLOW_MS)
    expect(console.get_by_test_id("pane-title")).to_have_text(title)
    shot(console, "visitors")
    console.get_by_test_id("visitors-search").fill("никогда не бывало")
    expect(console.get_by_test_id("visitor")).to_have_count(0)
    console.get_by_test_id("visitors-search").fill("vesna")
    expect(line).to_have_count(1)
    shop.goto("about:blank")
    expect(line).to_have_count(0, timeout=SLOW_MS)
    expect(console.get_by_test_id("visitor-left")).to_be_visible()
    context.close()


def shopper(browser: Browser, server: Server, mark: str, **more: Any) -> Page:
    """A visitor of the example shop, told apart by where he came from."""
    page = browser.new_context(**{"locale": "ru-RU", "viewport": {"width": 1024, "height": 760}, **more}).new_page()
    page.goto(f"{server.url}/demo?utm_source={mark}")
    page.get_by_test_id("launcher").wait_for()
    return page


def test_an_invited_visitor_talks_to_who_invited(browser: Browser, console: Page, server: Server) -> None:
    """The invitation would not arrive, or its answer reach a stranger or nobody."""
    shop = shopper(browser, server, "zima")
    console.get_by_test_id("rail-visitors").click()
    line = console.get_by_test_id("visitor").filter(has_text="zima")
    line.click(timeout=SLOW_MS)
    console.get_by_test_id("invite-text").fill("Здравствуйте! Помочь выбрать торшер?")
    console.get_by_test_id("invite-text").press("Enter")
    expect(console.get_by_test_id("invited")).to_be_visible()
    card = shop.get_by_test_id("hello")
    expect(card).to_contain_text("Помочь выбрать торшер?", timeout=SLOW_MS)
    expect(card).to_contain_text("Анна Кленова")
    expect(console.get_by_test_id("invited")).to_have_attribute("data-state", "shown", timeout=SLOW_MS)
    shot(shop, "invitation")
    shot(console, "invited")
    shop.get_by_test_id("hello-answer").click()
    frame = shop.frame_locator("okno-widget iframe")
    expect(frame.get_by_test_id("message")).to_contain_text("Помочь выбрать торшер?", timeout=SLOW_MS)
    expect(frame.get_by_test_id("who")).to_have_text("Анна Кленова")
    expect(shop.get_by_test_id("hello")).to_have_count(0)
    frame.get_by_test_id("composer").fill("Да, до двух метров")
    frame.get_by_test_id("composer").press("Enter")
    console.get_by_test_id("visitor-chat").click(timeout=SLOW_MS)
    expect(console.get_by_test_id("thread")).to_contain_text("Да, до двух метров", timeout=SLOW_MS)
    expect(console.get_by_test_id("thread")).to_contain_text("Принято приглашение")
    expect(console.get_by_test_id("assignee")).to_contain_text("У вас")
    console.get_by_test_id("composer").fill("Есть два, смотрите")
    console.get_by_test_id("composer").press("Enter")
    expect(frame.get_by_test_id("message").last).to_contain_text("Есть два", timeout=SLOW_MS)
    shop.context.close()


def test_an_invitation_that_is_put_away_stays_away(browser: Browser, console: Page, server: Server) -> None:
    """A visitor who said no would be asked again on the next page."""
    shop = shopper(browser, server, "leto")
    console.get_by_test_id("rail-visitors").click()
    console.get_by_test_id("visitor").filter(has_text="leto").click(timeout=SLOW_MS)
    console.get_by_test_id("invite-text").fill("Помочь?")
    console.get_by_test_id("invite").click()
    shop.get_by_test_id("hello-close").click(timeout=SLOW_MS)
    expect(shop.get_by_test_id("hello")).to_have_count(0)
    expect(console.get_by_test_id("invited")).to_have_attribute("data-state", "dismissed", timeout=SLOW_MS)
    shop.reload()
    with shop.expect_response(lambda answer: "/beats" in answer.url, timeout=SLOW_MS) as beat:
        pass
    assert beat.value.json()["invitation"] is None
    expect(shop.get_by_test_id("hello")).to_have_count(0)
    shop.context.close()


def change_widget(console: Page, change: dict[str, Any]) -> None:
    inbox = console.evaluate(ASK, ["GET", "/inboxes", None])[0]["id"]
    assert "id" in console.evaluate(ASK, ["PATCH", f"/inboxes/{inbox}", change])


def test_a_greeting_by_page_and_time_shows_once_and_is_answered(
    browser: Browser, console: Page, server: Server
) -> None:
    """Visitors would be greeted on the wrong page or again and again, or the operator not know what they answer."""
    rule = {
        "id": str(uuid4()),
        "name": "Торшеры",
        "after_s": 2,
        "often": "once",
        "text_ru": "Показать торшеры у вас дома?",
    }
    change_widget(console, {"greetings": [{**rule, "when": {"pages": ["/demo/floor*"], "visits_max": 1}}]})
    try:
        shop = shopper(browser, server, "osen")
        shop.wait_for_timeout(3_000)  # longer than the rule waits: the page is another
        expect(shop.get_by_test_id("hello")).to_have_count(0)
        shop.goto(f"{server.url}/demo/floor")
        card = shop.get_by_test_id("hello")
        expect(card).to_contain_text("Показать торшеры", timeout=SLOW_MS)
        shop.get_by_test_id("hello-answer").click()
        frame = shop.frame_locator("okno-widget iframe")
        expect(frame.get_by_test_id("greet")).to_contain_text("Показать торшеры")
        shot(shop, "greeted")
        frame.get_by_test_id("composer").fill("Да, покажите")
        frame.get_by_test_id("composer").press("Enter")
        expect(frame.get_by_test_id("greet")).to_have_count(0, timeout=SLOW_MS)
        open_latest(console, "Да, покажите")
        expect(console.get_by_test_id("thread")).to_contain_text(
            "Отвечает на приветствие: «Показать торшеры у вас дома?»"
        )
        shop.get_by_test_id("launcher").click()
        shop.goto(f"{server.url}/demo/floor?again")
        shop.wait_for_timeout(3_000)
        expect(shop.get_by_test_id("hello")).to_have_count(0)
        figures = console.evaluate(ASK, ["GET", "/visitors/figures", None])["greetings"]
        mine = next(one for one in figures if one["greeting"] == rule["id"])
        assert (mine["shown"], mine["opened"], mine["answered"]) == (1, 1, 1)
        shop.context.close()
    finally:
        change_widget(console, {"greetings": []})


def test_rules_say_what_the_widget_is_on_a_page(browser: Browser, console: Page, server: Server) -> None:
    """The chat would cover the checkout, or a page for partners speak as the shop does."""
    hide = {"id": str(uuid4()), "name": "Оплата", "show": "hidden", "when": {"pages": ["/demo/floor*"]}}
    speak = {"id": str(uuid4()), "name": "Партнёры", "show": "texts", "texts_ru": {"title": "Отдел партнёров"}}
    change_widget(console, {"rules": [hide, {**speak, "when": {"sources": ["partner"]}}]})
    try:
        shop = shopper(browser, server, "partner")
        shop.get_by_test_id("launcher").click()
        frame = shop.frame_locator("okno-widget iframe")
        expect(frame.get_by_test_id("who")).to_have_text("Отдел партнёров")
        frame.get_by_test_id("close").click()
        shop.goto(f"{server.url}/demo/floor")
        expect(shop.locator("okno-widget")).to_be_hidden()
        shop.evaluate("history.pushState({}, '', '/demo')")
        expect(shop.get_by_test_id("launcher")).to_be_visible()
        shop.context.close()
    finally:
        change_widget(console, {"rules": []})


@pytest.mark.parametrize("options", [{}, {"forced_colors": "active"}])
def test_what_is_said_first_is_for_everybody(
    browser: Browser, console: Page, server: Server, options: dict[str, str]
) -> None:
    """A bubble would be closed to people with a screen reader, weak eyes or 400 % zoom."""
    rule = {"id": str(uuid4()), "name": "Сразу", "text_ru": "Добрый день! Подсказать что-нибудь по светильникам?"}
    change_widget(console, {"greetings": [rule]})
    try:
        shop = shopper(browser, server, "axe", viewport={"width": 320, "height": 640}, **options)
        card = shop.get_by_test_id("hello")
        expect(card).to_be_visible(timeout=SLOW_MS)
        shop.wait_for_timeout(300)  # its coming is an animation
        box = card.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        assert box["y"] >= 0
        assert faults_in_both_themes(shop) == []
        shot(shop, f"hello-{'-'.join(options.values()) or 'light'}")
        shop.get_by_test_id("hello-close").press("Escape")
        expect(card).to_have_count(0)
        shop.context.close()
    finally:
        change_widget(console, {"greetings": []})


FORM = {
    "on": True,
    "fields": [
        {"field": "name", "required": True},
        {"field": "email", "required": True},
        {"field": "topic", "required": False},
    ],
    "topics": [{"ru": "Доставка"}, {"ru": "Возврат"}],
    "consent_ru": "Согласен на обработку данных: https://example.com/privacy",
    "consent_version": "2026-11",
}


def test_a_stranger_fills_in_the_form_before_the_chat(browser: Browser, console: Page, server: Server) -> None:
    """The operator would not know who writes, or a mistake in the address be found when the answer does not arrive."""
    change_widget(console, {"form": FORM})
    try:
        shop = shopper(browser, server, "forma")
        shop.get_by_test_id("launcher").click()
        frame = shop.frame_locator("okno-widget iframe")
        form = frame.get_by_test_id("form")
        expect(form).to_be_visible(timeout=SLOW_MS)
        expect(frame.get_by_test_id("composer")).to_be_hidden()
        shot(shop, "form")
        frame.get_by_test_id("form-name").fill("Олег Рябов")
        frame.get_by_test_id("form-email").fill("oleg@example")
        frame.get_by_test_id("form-topic").select_option(label="Возврат")
        frame.get_by_test_id("form-text").fill("Хочу вернуть торшер")
        frame.get_by_test_id("form-send").click()
        expect(form).to_contain_text("имя@почта.рф")
        expect(form).to_contain_text("Без согласия")
        expect(frame.get_by_test_id("form-email")).to_be_focused()
        shot(shop, "form-wrong")
        assert faults(shop) == []
        frame.get_by_test_id("form-email").fill("oleg@example.com")
        frame.get_by_test_id("form-consent").check()
        frame.get_by_test_id("form-send").click()
        expect(frame.get_by_test_id("message")).to_contain_text("Хочу вернуть торшер", timeout=SLOW_MS)
        expect(form).to_have_count(0)
        expect(frame.get_by_test_id("composer")).to_be_visible()
        open_latest(console, "Хочу вернуть торшер")
        expect(console.get_by_test_id("card-name")).to_have_value("Олег Рябов", timeout=SLOW_MS)
        card = console.get_by_test_id("card-pane")
        expect(card).to_contain_text("Возврат")
        expect(card.get_by_test_id("consents")).to_contain_text("2026-11", timeout=SLOW_MS)
        shop.reload()  # the panel opens again by itself
        expect(shop.get_by_test_id("launcher")).to_have_attribute("aria-expanded", "true", timeout=SLOW_MS)
        expect(frame.get_by_test_id("message")).to_contain_text("Хочу вернуть торшер", timeout=SLOW_MS)
        expect(form).to_have_count(0)
        shop.once("dialog", lambda dialog: dialog.accept())
        frame.get_by_test_id("options").click()
        with shop.expect_response(lambda answer: "/consents/withdrawal" in answer.url) as withdrawn:
            frame.get_by_test_id("withdraw-consent").click()
        assert withdrawn.value.status == 204
        console.reload()
        expect(card.get_by_test_id("consents")).to_contain_text("отозвано", timeout=SLOW_MS)
        shop.context.close()
    finally:
        change_widget(console, {"form": {}})


@pytest.mark.parametrize("options", [{}, {"forced_colors": "active"}])
def test_the_form_is_for_everybody(browser: Browser, console: Page, server: Server, options: dict[str, str]) -> None:
    """At 400 % zoom or with a screen reader the chat could not be begun."""
    change_widget(console, {"form": FORM})
    try:
        shop = shopper(browser, server, "form320", viewport={"width": 320, "height": 640}, **options)
        shop.get_by_test_id("launcher").click()
        frame = shop.frame_locator("okno-widget iframe")
        expect(frame.get_by_test_id("form")).to_be_visible(timeout=SLOW_MS)
        frame.get_by_test_id("form-send").click()
        expect(frame.get_by_test_id("form-name")).to_be_focused()
        shop.wait_for_timeout(300)  # its coming is an animation
        inside = shop.frames[-1]
        assert inside.evaluate("document.documentElement.scrollWidth") <= 320
        behind = ("landmark-one-main", "page-has-heading-one")  # of the shop, which rests behind a phone's panel
        assert [fault for fault in faults_in_both_themes(shop) if not fault.startswith(behind)] == []
        shot(shop, f"form-{'-'.join(options.values()) or 'light'}")
        shop.context.close()
    finally:
        change_widget(console, {"form": {}})


def test_a_greeting_is_set_up_tried_and_seen(browser: Browser, console: Page, server: Server) -> None:
    """An administrator could not know what visitors will see before they see it."""
    try:
        console.goto(f"{server.url}/settings/greetings")
        console.get_by_test_id("greeting-add").click()
        console.get_by_test_id("greeting-name").fill("Бра")
        console.get_by_test_id("greeting-ru").fill("Подобрать бра по размеру стены?")
        console.get_by_test_id("greeting-after").fill("1")
        console.get_by_test_id("when-pages").fill("/demo/wall*")
        console.get_by_test_id("dry-page").fill("/demo/floor")
        expect(console.get_by_test_id("dry-said")).to_contain_text("страница не подходит")
        console.get_by_test_id("dry-page").fill("/demo/wall?size=2")
        expect(console.get_by_test_id("dry-said")).to_contain_text("сработает: Бра")
        console.get_by_test_id("save").click()
        expect(console.locator("form .bar [role=status]")).to_contain_text("Сохранено", timeout=SLOW_MS)
        shot(console, "settings-greetings")
        assert faults(console) == []
        shop = shopper(browser, server, "bra")
        shop.goto(f"{server.url}/demo/wall")
        expect(shop.get_by_test_id("hello")).to_contain_text("Подобрать бра", timeout=SLOW_MS)
        shop.context.close()
        console.reload()
        expect(console.get_by_test_id("greeting-figures")).to_contain_text("показано 1", timeout=SLOW_MS)
        console.set_viewport_size({"width": 320, "height": 640})
        console.get_by_test_id("greeting").locator("b").click()
        assert console.evaluate("document.documentElement.scrollWidth") <= 320
        assert faults(console) == []
    finally:
        change_widget(console, {"greetings": []})


def test_the_form_is_set_up(console: Page, server: Server) -> None:
    """Topics would lead nowhere, or a consent be asked that nobody can show later."""
    try:
        console.goto(f"{server.url}/settings/form")
        console.get_by_test_id("form-on").check()
        for field in ("name", "topic"):
            console.get_by_test_id("form-add").select_option(field)
        console.get_by_test_id("topic-add").click()
        console.get_by_test_id("topic-ru").fill("Гарантия")
        console.get_by_test_id("consent-ru").fill("Согласен")
        console.get_by_test_id("consent-version").fill("1")
        shot(console, "settings-form")
        assert faults(console) == []
        console.get_by_test_id("save").click()
        expect(console.locator("form .bar [role=status]")).to_contain_text("Сохранено", timeout=SLOW_MS)
        form = console.evaluate(ASK, ["GET", "/inboxes", None])[0]["form"]
        assert (form["on"], [one["field"] for one in form["fields"]]) == (True, ["name", "topic"])
        assert (form["topics"][0]["ru"], form["consent_version"]) == ("Гарантия", "1")
    finally:
        change_widget(console, {"form": {}})


def test_the_place_in_the_queue_counts_down_and_goes_away(browser: Browser, console: Page, server: Server) -> None:
    """Who waits would not know whether it moves, or be told of a queue while somebody answers."""
    close_everything(console)  # where many wait, an answer later is promised instead
    shops = [shopper(browser, server, f"line{n}") for n in range(2)]
    frames = []
    for n, shop in enumerate(shops):
        frame = panel(shop)
        say(frame, f"Жду в очереди, {n}")
        frames.append(frame)
        expect(frame.get_by_test_id("place")).to_be_visible(timeout=SLOW_MS)
    second = frames[1].get_by_test_id("place").locator("b")
    expect(second).to_have_text("2")
    open_latest(console, "Жду в очереди, 0")
    console.get_by_test_id("assign").click()
    expect(frames[0].get_by_test_id("place")).to_have_count(0)
    expect(second).to_have_text("1", timeout=SLOW_MS)
    open_latest(console, "Жду в очереди, 1")
    console.get_by_test_id("assign").click()
    expect(frames[1].get_by_test_id("place")).to_have_count(0)
    for shop in shops:
        shop.context.close()
