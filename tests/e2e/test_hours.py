"""Closed hours in the browser: a message is left with the time of its answer; an answer that is late is seen."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_conversation import SLOW_MS
from tests.support.process import Server


def call(page: Page, method: str, path: str, body: Any = None) -> Any:
    """The console's API, signed in as the page is."""
    return page.evaluate(
        """async ([method, path, body]) => {
          const me = await (await fetch("/api/v1/session")).json()
          const headers = { "content-type": "application/json", "x-csrf-token": me.csrf }
          const answer = await fetch("/api/v1" + path, { method, headers, body })
          return answer.status === 204 ? null : await answer.json()
        }""",
        [method, path, None if body is None else json.dumps(body)],
    )


def test_closed_hours_a_message_with_a_promise_and_a_late_answer(
    browser: Browser, console: Page, server: Server
) -> None:
    """At night a customer would write into the void, and nobody would see which answer is overdue."""
    console.goto(f"{server.url}/settings/hours")
    console.get_by_test_id("new-calendar").click()
    console.get_by_test_id("calendar-name").fill("Поддержка")
    console.get_by_test_id("calendar-zone").select_option("UTC")
    console.get_by_test_id("holidays").select_option("")
    console.get_by_test_id("save").click()
    expect(console.locator("[role=status]").filter(has_text=re.compile(r"\d\d:\d\d"))).to_be_visible(timeout=SLOW_MS)
    console.get_by_test_id("calendars-back").click()
    expect(console.get_by_test_id("calendar")).to_contain_text("Поддержка")
    made = call(console, "GET", "/calendars")[0]
    day = (datetime.now(UTC).weekday() + 2) % 7
    week = [{"day": day, "from_min": 540, "to_min": 1080}]
    call(console, "PUT", f"/calendars/{made['id']}", {"name": "Поддержка", "time_zone": "UTC", "week": week})
    inbox = call(console, "GET", "/inboxes")[0]
    console.goto(f"{server.url}/settings/widget")
    console.get_by_test_id("for-calendar").select_option(str(made["id"]))
    console.get_by_test_id("save").click()
    expect(console.locator("[role=status]").filter(has_text=re.compile(r"\d\d:\d\d"))).to_be_visible(timeout=SLOW_MS)
    context = browser.new_context(locale="ru-RU", viewport={"width": 1024, "height": 800})
    policy = None
    try:
        shop = context.new_page()
        shop.goto(f"{server.url}/demo")
        shop.get_by_test_id("launcher").click()
        frame = shop.frame_locator("okno-widget iframe")
        frame.get_by_test_id("leave-open").click(timeout=SLOW_MS)
        frame.get_by_test_id("leave-name").fill("Ольга Ветрова")
        frame.get_by_test_id("leave-email").fill("olga@example.com")
        frame.get_by_test_id("leave-text").fill("Посылка не пришла, что делать?")
        frame.get_by_test_id("leave-send").click()
        expect(frame.get_by_test_id("promise")).to_contain_text("Ответим до", timeout=SLOW_MS)
        console.goto(f"{server.url}/conversations")
        console.get_by_test_id("tab-due").click()
        row = console.get_by_test_id("conversation").filter(has_text="Ольга Ветрова")
        expect(row.get_by_test_id("clock")).to_have_attribute("title", re.compile("обещанный ответ"), timeout=SLOW_MS)
        policy = call(console, "POST", "/sla/policies", {"name": "Быстро", "first_answer_s": 10})
        expect(row.get_by_test_id("clock")).to_have_class(re.compile("late"), timeout=SLOW_MS)
        row.click()
        expect(console.get_by_test_id("system").filter(has_text="Просрочено: первый ответ")).to_be_visible(
            timeout=SLOW_MS
        )
        expect(console.get_by_test_id("system").filter(has_text="Клиенту обещан ответ")).to_be_visible()
        console.get_by_test_id("composer").fill("Нашли, везём!")
        console.keyboard.press("Enter")
        expect(frame.get_by_test_id("message").filter(has_text="Нашли")).to_be_visible(timeout=SLOW_MS)
        expect(frame.get_by_test_id("promise")).to_have_count(0)
        expect(row).to_have_count(0, timeout=SLOW_MS)
    finally:
        context.close()
        call(console, "PATCH", f"/inboxes/{inbox['id']}", {"calendar": None})
        call(console, "DELETE", f"/calendars/{made['id']}")
        if policy:
            call(console, "DELETE", f"/sla/policies/{policy['id']}")
