"""Pure decisions: how often a page says that it is looked at."""

from okno.kit import limits


def again_s(online: int | None) -> float:
    """Seconds until the next beat; `online` null: nobody looks at the visitors."""
    if online is None:
        return limits.VISITOR_BEAT_S
    fair = online / limits.VISITOR_BEATS_PER_S_MAX
    return min(max(limits.VISITOR_BEAT_WATCHED_S, fair), limits.VISITOR_BEAT_S)
