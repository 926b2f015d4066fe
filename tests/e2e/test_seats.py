"""Working hours and absence at the desk, and the settings around them, in the browser."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import faults
from tests.e2e.conftest import fresh_server, give_password
from tests.e2e.test_conversation import SLOW_MS
from tests.e2e.test_hours import call
from tests.support.process import Server

SHOTS = os.environ.get("OKNO_SHOTS")
SIZES = {"wide": (1440, 900), "middle": (1024, 800), "phone": (390, 844)}


def shots(page: Page, name: str) -> None:
    """Each width, light and dark; only when somebody wants to look."""
    if not SHOTS:
        return
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{size}-{scheme}.png"))
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture(scope="module")
def server(browser: Browser) -> Iterator[Server]:
    """Of its own: nobody else's desk goes on a break here."""
    with fresh_server(browser) as server:
        yield server


def test_outside_the_shift_the_desk_says_so_and_one_key_works_on(console: Page, server: Server) -> None:
    """An operator would wonder why nothing comes, or be given customers after hours against his will."""
    console.goto(f"{server.url}/settings/shifts")
    console.get_by_test_id("shift-open").click()
    console.get_by_role("button", name="Круглосуточно").click()
    console.get_by_test_id("save").click()
    row = console.get_by_test_id("shift")
    expect(row).to_contain_text("168 ч в неделю")
    expect(row).to_contain_text("на смене")
    shots(console, "shifts")
    assert faults(console) == []
    expect(console.get_by_test_id("duty")).to_have_count(0)
    me = call(console, "GET", "/session")["operator"]["id"]
    later = {"day": (datetime.now(UTC).weekday() + 3) % 7, "from_min": 540, "to_min": 1080}
    call(console, "PATCH", f"/seats/{me}", {"shifts": [later], "time_zone": "UTC"})
    duty = console.get_by_test_id("duty")
    expect(duty).to_contain_text("не ваша смена")
    shots(console, "duty")
    assert faults(console) == []
    console.goto(f"{server.url}/conversations")
    expect(duty).to_be_visible()
    console.keyboard.press("KeyO")
    expect(duty).to_have_count(0)
    console.get_by_test_id("desk").click()
    expect(console.get_by_test_id("desk-duty")).to_contain_text("сверх смены до")
    console.get_by_test_id("desk-extra").click()
    expect(duty).to_be_visible()
    console.goto(f"{server.url}/floor")
    expect(console.get_by_test_id("wall-operator")).to_contain_text("не на смене")
    shots(console, "floor")
    call(console, "PATCH", f"/seats/{me}", {"shifts": [], "days": []})
    expect(duty).to_have_count(0)


def test_a_desk_nobody_touches_goes_on_a_break_and_one_key_brings_it_back(console: Page, server: Server) -> None:
    """Customers would be given to an empty chair."""
    console.goto(f"{server.url}/conversations")
    console.locator("[data-testid=desk][data-state=online]").wait_for()
    call(console, "PATCH", "/routing", {"idle_s": 16})
    duty = console.get_by_test_id("duty")
    expect(duty).to_contain_text("Вы здесь?", timeout=SLOW_MS)
    console.keyboard.press("Shift")
    expect(duty).to_have_count(0)
    call(console, "PATCH", "/routing", {"idle_s": 3})
    expect(duty).to_contain_text("Вы отошли", timeout=SLOW_MS)
    expect(console.get_by_test_id("desk")).to_have_attribute("data-state", "break")
    shots(console, "away")
    call(console, "PATCH", "/routing", {"idle_s": 0})
    console.keyboard.press("KeyO")
    expect(console.get_by_test_id("desk")).to_have_attribute("data-state", "online")
    expect(duty).to_have_count(0)


def test_the_queue_form_shows_who_would_get_it(console: Page, server: Server) -> None:
    """A queue nobody can serve would be found out by the customers who wait in it."""
    call(console, "PATCH", "/routing", {"idle_s": 0})
    console.goto(f"{server.url}/settings/queues")
    console.get_by_test_id("queue-open").first.click()
    expect(console.get_by_test_id("queue-gets")).to_contain_text("Анна Кленова")
    shots(console, "queues")
    assert faults(console) == []
    call(console, "POST", "/teams", {"name": "Пустая"})
    console.reload()
    console.get_by_test_id("queue-open").first.click()
    console.get_by_test_id("queue-team").select_option(label="Пустая")
    expect(console.get_by_test_id("queue-gets")).to_contain_text("Никто не подходит")
    console.get_by_test_id("queue-team").select_option(label="Все")
    expect(console.get_by_test_id("idle-min")).to_have_value("0")


def test_one_sees_where_one_is_signed_in_and_ends_it(browser: Browser, console: Page, server: Server) -> None:
    """A laptop left at home, or a thief's browser, would stay signed in."""
    other = browser.new_context(locale="ru-RU").new_page()
    give_password(other, server)
    console.goto(f"{server.url}/settings/sessions")
    expect(console.get_by_test_id("session").first).to_contain_text("Chrome, Linux")
    expect(console.get_by_test_id("session").filter(has_text="этот браузер")).to_have_count(1)
    shots(console, "sessions")
    assert faults(console) == []
    console.get_by_test_id("sessions-end").click()
    expect(console.get_by_test_id("session")).to_have_count(1)
    expect(other.get_by_role("link", name="Войти").or_(other.get_by_test_id("login-email"))).to_be_visible(
        timeout=SLOW_MS
    )
    other.context.close()


def test_goals_are_set_roles_have_every_right_and_the_log_speaks_words(console: Page, server: Server) -> None:
    """Half of the rights could not be given, and the log would read like code."""
    console.goto(f"{server.url}/settings/goals")
    console.get_by_test_id("goal").fill("45")
    console.get_by_test_id("watched-shown").uncheck()
    console.get_by_test_id("save").click()
    expect(console.get_by_role("status").filter(has_text="Сохранено")).to_be_visible()
    assert call(console, "GET", "/reports/goals")["answer_s"] == 45
    assert call(console, "GET", "/supervision")["watched_shown"] is False
    shots(console, "goals")
    assert faults(console) == []
    rights = [one for one in call(console, "GET", "/session")["permissions"] if one != "owners"]
    console.goto(f"{server.url}/settings/roles")
    console.get_by_test_id("role-name").fill("Всё сразу")
    for right in rights:
        console.get_by_test_id(f"right-{right}").check()
    shots(console, "roles")
    assert faults(console) == []
    console.get_by_test_id("save").click()
    expect(console.get_by_test_id("role")).to_contain_text("наблюдать")
    assert sorted(call(console, "GET", "/roles")[0]["permissions"]) == sorted(rights)
    call(console, "PATCH", "/desk", {"state": "busy"})
    call(console, "PATCH", "/desk", {"state": "online"})
    console.goto(f"{server.url}/settings/audit")
    expect(console.get_by_test_id("audit-entry").filter(has_text="Цели: изменение")).to_have_count(1)
    expect(console.get_by_test_id("audit-entry").filter(has_text="desk")).to_have_count(0)
    shots(console, "audit")
    assert faults(console) == []


def test_an_article_is_written_found_changed_and_deleted(console: Page, server: Server) -> None:
    """What the company knows could be written by programs alone."""
    console.goto(f"{server.url}/settings/articles")
    console.get_by_test_id("article-new").click()
    expect(console.get_by_test_id("article-title")).to_be_focused()
    console.get_by_test_id("article-title").fill("Как вернуть лампу")
    console.get_by_test_id("article-folder").fill("Возвраты")
    console.get_by_test_id("article-text").fill("Четырнадцать дней, чек не нужен.")
    console.get_by_test_id("save").click()
    expect(console.get_by_role("status").filter(has_text="Сохранено")).to_be_visible()
    assert faults(console) == []
    shots(console, "article")
    console.get_by_test_id("articles-back").click()
    shots(console, "articles")
    assert faults(console) == []
    console.get_by_test_id("article-find").fill("возвр")
    console.get_by_test_id("article").get_by_role("button").click()
    expect(console.get_by_test_id("article-text")).to_have_value("Четырнадцать дней, чек не нужен.")
    console.get_by_test_id("article-ask").click()
    console.get_by_test_id("article-drop").click()
    expect(console.get_by_test_id("article")).to_have_count(0)


def test_every_settings_page_fits_a_phone_with_its_section_in_sight(console: Page, server: Server) -> None:
    """On a phone one would scroll past thirty links to the first field, and not see where one is."""
    console.set_viewport_size({"width": 390, "height": 844})
    console.goto(f"{server.url}/settings/audit")
    link = console.locator("nav .router-link-active").last
    expect(link).to_be_in_viewport(ratio=0.9)
    box = console.locator(".settings nav").bounding_box()
    assert box and box["height"] <= 60
    assert console.evaluate("document.documentElement.scrollWidth") <= 390
