"""An administrator makes a rule, sees what it would meet, and it works in the next conversation."""

import os
import re
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.axe import faults
from tests.e2e.test_conversation import SLOW_MS, panel, say
from tests.e2e.test_hours import call

SHOTS = os.environ.get("OKNO_SHOTS")


def shot(page: Page, name: str) -> None:
    """For looking at, when asked for by OKNO_SHOTS."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_a_rule_is_made_tried_and_works(shop: Page, console: Page) -> None:
    """A company would have to sort its conversations by hand; or switch on a rule it does not know the reach of."""
    word = f"возврат{time.time_ns()}"
    frame = panel(shop)
    say(frame, f"Как оформить {word}?")
    expect(frame.locator("[data-testid=message][data-seq]")).to_have_count(1, timeout=SLOW_MS)
    template = call(
        console,
        *("POST", "/templates"),
        {"name": f"Принято {word[-6:]}", "text": "Уже смотрим ваш заказ", "scope": "everybody"},
    )
    console.goto(f"{console.url.partition('/conversations')[0]}/settings/rules")
    console.get_by_test_id("rule-new").click()
    console.get_by_test_id("rule-name").fill("Возвраты")
    console.get_by_test_id("rule-trigger").select_option("message")
    console.get_by_test_id("rule-value").fill(f"{word}, невозможное слово")
    console.get_by_test_id("rule-add-group").click()
    group = console.get_by_role("group", name="верно хоть одно")
    group.get_by_test_id("rule-field").select_option("visit.count")
    group.get_by_test_id("rule-op").select_option("at_least")
    group.get_by_test_id("rule-value").fill("1")
    console.get_by_test_id("rule-try").click()
    expect(console.get_by_test_id("rule-found")).to_contain_text("Сработало бы в 1 из")
    for kind in ("label", "route", "reply"):
        console.get_by_test_id("rule-add-act").select_option(kind)
    console.get_by_test_id("rule-labels").fill("возврат")
    console.get_by_test_id("rule-priority").select_option("5")
    console.get_by_label("Шаблон", exact=True).select_option(template["id"])
    shot(console, "rule-editor")
    assert faults(console) == []
    console.get_by_test_id("save").click()
    expect(console.get_by_test_id("rule-line")).to_contain_text("Возвраты")

    say(frame, f"Ещё раз про {word}")
    answer = frame.get_by_test_id("message").filter(has_text="Уже смотрим ваш заказ")
    expect(answer).to_be_visible(timeout=SLOW_MS)
    expect(answer).to_contain_text("Автоответ")
    shot(shop, "rule-widget")
    console.reload()
    expect(console.get_by_test_id("rule-line")).to_contain_text("1 раз за 30 дней")
    console.get_by_test_id("rule-edit").click()
    run = console.get_by_test_id("rule-runs").get_by_role("listitem")
    expect(run).to_contain_text("сделано")
    shot(console, "rule-runs")
    assert faults(console) == []
    run.get_by_role("link").click()
    thread = console.get_by_test_id("thread")
    expect(thread).to_contain_text("Автоответ")
    expect(thread).to_contain_text("+возврат")
    shot(console, "rule-thread")

    # Switched off it is silent, and it goes with its history.
    console.goto(re.sub(r"/conversations.*", "/settings/rules", console.url))
    console.get_by_role("switch").click()
    expect(console.get_by_role("switch")).not_to_be_checked()
    console.get_by_role("button", name="Удалить: Возвраты").click()
    console.get_by_role("button", name="Удалить", exact=True).click()
    expect(console.get_by_text("Правил пока нет")).to_be_visible()
