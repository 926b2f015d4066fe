"""Two windows: an operator answers, a supervisor looks over his shoulder and helps."""

from playwright.sync_api import Page, expect

from tests.e2e.test_conversation import open_latest, panel, say
from tests.e2e.test_together import maria  # noqa: F401 - a fixture


def test_a_supervisor_sees_the_draft_and_proposes_wording(shop: Page, console: Page, maria: Page) -> None:  # noqa: F811
    """A beginner would be left alone with an angry customer until the mistake is sent."""
    frame = panel(shop)
    say(frame, "Где мои деньги за возврат?")
    open_latest(maria, "Где мои деньги за возврат?")
    maria.get_by_test_id("assign").click()
    expect(maria.get_by_test_id("assignee")).to_contain_text("У вас")
    console.get_by_test_id("rail-floor").click()
    name = maria.get_by_test_id("card-pane").get_by_role("textbox", name="Имя").get_attribute("placeholder")
    console.get_by_test_id("wall-operator").filter(has_text="Мария Ветрова").get_by_title(str(name)).click()
    expect(maria.get_by_test_id("watched")).to_contain_text("Анна Кленова")
    maria.get_by_test_id("composer").press_sequentially("Ждите, банк")
    expect(console.get_by_test_id("operator-draft")).to_contain_text("Ждите, банк")
    assert "Ждите" not in shop.frames[-1].content()
    console.get_by_test_id("whisper-field").fill("Деньги вернутся сегодня до 18:00, проверил.")
    console.get_by_test_id("propose").click()
    expect(maria.get_by_test_id("whisper")).to_contain_text("до 18:00")
    maria.get_by_test_id("whisper-send").click()
    expect(frame.get_by_test_id("message").last).to_contain_text("Деньги вернутся сегодня")
    expect(console.get_by_test_id("whisper-told")).to_contain_text("отправлено вашими словами")
    console.get_by_test_id("whisper-field").fill("Спросите номер заказа")
    console.get_by_test_id("whisper").click()
    maria.get_by_test_id("whisper-seen").click()
    expect(console.get_by_test_id("whisper-told")).to_contain_text("прочитано")
    console.get_by_test_id("take-over").click()
    expect(console.get_by_test_id("assignee")).to_contain_text("У вас")
    expect(maria.get_by_test_id("watched")).to_have_count(0)
