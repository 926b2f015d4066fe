"""What axe finds in a page: the faults that keep somebody with weak eyes, a screen reader or a keyboard out."""

from pathlib import Path

from playwright.sync_api import Frame, Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STILL = """() => Promise.all(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime < 5000)
  .map(a => a.finished.catch(() => null)))"""
LOOK = "only => axe.run(document, {iframes: false, resultTypes: ['violations'], runOnly: only})"


def faults(page: Page) -> list[str]:
    """In every frame, once nothing moves: in the middle of a fade it would measure a colour nobody is meant to read.

    Something may begin to move while it looks, so what it finds is looked at again.
    """
    found = _look(page)
    if not found:
        return []
    page.wait_for_load_state("networkidle")
    return _look(page)


def faults_in_both_themes(page: Page) -> list[str]:
    """The same page in the light and in the dark one."""
    found = faults(page)
    page.emulate_media(color_scheme="dark")
    try:
        return found + faults(page)
    finally:
        page.emulate_media(color_scheme="light")


def faults_in(frame: Frame) -> list[str]:
    """In this one alone."""
    frame.evaluate(STILL)
    if not frame.evaluate("'axe' in self"):
        frame.evaluate(AXE.read_text())
    return [
        f"{v['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for v in frame.evaluate(LOOK, {"type": "tag", "values": TAGS})["violations"]
        for node in v["nodes"]
    ]


def _look(page: Page) -> list[str]:
    return [fault for frame in page.frames for fault in faults_in(frame)]
