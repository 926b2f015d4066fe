"""Pure decisions: when a customer is told and how, whom an alert reaches by which way."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from okno.kit import limits
from okno.notifications.events import AlertNews
from okno.notifications.types import AlertClass, AlertSetting, NoticeSettings

Step = Literal["push", "email", "rest"]
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
"""Push services of browsers. Any other address would have us call whatever a visitor names."""

# app, push, email, sound
DEFAULTS: dict[AlertClass, tuple[bool, bool, bool, bool]] = {
    "message": (True, True, False, True),
    "queue": (True, True, False, True),
    "offer": (True, True, False, True),
    "missed": (True, True, False, False),
    "assigned": (True, True, False, True),
    "mention": (True, True, True, True),
    "task": (True, True, True, False),
    "snooze": (True, True, False, False),
    "sla_warning": (True, False, False, False),
    "sla_breach": (True, True, False, True),
    "promise": (True, False, False, False),
    "calls_stopped": (True, True, True, True),
}


class Facts(NamedTuple):
    """What is known when a notice comes due. `first_at`: the first message that is neither seen nor told."""

    now: datetime
    step: Step
    first_at: datetime | None
    awake: bool
    can_push: bool
    can_email: bool
    zone: ZoneInfo
    emailed_at: datetime | None


class Turn(NamedTuple):
    """What to do now, and where the notice stands then; `due_at` null: it rests until the next message."""

    act: Literal["none", "push", "email"]
    step: Step
    due_at: datetime | None


def plan_turn(facts: Facts, settings: NoticeSettings) -> Turn:
    """One step of the ladder. Never for what was read, never twice for one burst, not in quiet hours."""
    now, first_at = facts.now, facts.first_at
    if first_at is None or facts.step == "rest":
        return Turn("none", "rest", None)
    push, email = facts.can_push and settings.push, facts.can_email and settings.email
    after_s = settings.push_after_s if facts.step == "push" else settings.email_after_s
    due_at = first_at + timedelta(seconds=after_s)
    if facts.step == "email" and facts.emailed_at:
        due_at = max(due_at, facts.emailed_at + timedelta(seconds=limits.NOTICE_EMAIL_GAP_S))
    if due_at > now:  # what was unseen is seen meanwhile, and something newer is not
        return Turn("none", facts.step, due_at)
    if settings.quiet and not facts.awake:
        until = quiet_until(now, facts.zone, settings.quiet_from_min, settings.quiet_to_min)
        if until and (push or email):
            return Turn("none", facts.step, until)
    if facts.step == "push":
        mail_at = max(first_at + timedelta(seconds=settings.email_after_s), now)
        after: tuple[Step, datetime | None] = ("email", mail_at) if email else ("rest", None)
        return Turn("push" if push else "none", *after)
    return Turn("email" if email else "none", "rest", None)


def quiet_until(now: datetime, zone: ZoneInfo, from_min: int, to_min: int) -> datetime | None:
    """When the quiet hours that hold now end; null outside of them. `from_min` after `to_min` goes over midnight."""
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    over_midnight = from_min > to_min
    inside = (minute >= from_min or minute < to_min) if over_midnight else from_min <= minute < to_min
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and minute >= from_min else 0)
    end = datetime(day.year, day.month, day.day, to_min // 60, to_min % 60, tzinfo=zone).astimezone(UTC)
    return max(end, now + timedelta(minutes=1))  # the hour that a change of clocks repeats


def zone_of(name: str, fallback: str) -> ZoneInfo:
    """The customer's own zone, else the site's."""
    for candidate in (name, fallback):
        try:
            if candidate:
                return ZoneInfo(candidate)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def may_push_to(endpoint: str, extra_hosts: Sequence[str]) -> bool:
    """Whether the address is a push service's; `extra_hosts` (host or host:port) are the administrator's own."""
    try:
        parts = urlsplit(endpoint)
        host, netloc = parts.hostname or "", parts.netloc
    except ValueError:
        return False
    if parts.scheme in ("http", "https") and (netloc in extra_hosts or host in extra_hosts):
        return True
    known = any(host == known or host.endswith(f".{known}") for known in PUSH_HOSTS)
    return known and parts.scheme == "https" and netloc == host


def masked(address: str) -> str:
    """An address its owner recognises and nobody else can use."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if domain else ""


def detail_of(topic: str, news: AlertNews) -> str:
    """The few words of an alert that are no part of a conversation."""
    return news.text if topic == "task.due" else news.by or news.queue


def setting_of(alert_class: AlertClass, stored: AlertSetting | None) -> AlertSetting:
    return stored or AlertSetting(alert_class, *DEFAULTS[alert_class])
