"""Pure figures of ratings."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from okno.feedback.types import RatingFigures

SCORES = 5


def figures_of(operator: UUID | None, groups: Iterable[Any]) -> RatingFigures:
    """From counts by (score, solved, asked, skipped): each with `episodes`."""
    closed = asked = rated = skipped = solved = unsolved = total = 0
    scores = [0] * SCORES
    for group in groups:
        count = group["episodes"]
        closed += count
        asked += count if group["asked"] else 0
        if group["score"] is None:
            skipped += count if group["skipped"] else 0
            continue
        rated += count
        scores[group["score"] - 1] += count
        total += group["score"] * count
        solved += count if group["solved"] is True else 0
        unsolved += count if group["solved"] is False else 0
    average = round(total / rated, 2) if rated else None
    percent = round(100 * rated / closed, 1) if closed else 0.0
    return RatingFigures(operator, closed, asked, rated, skipped, solved, unsolved, scores, average, percent)
