"""Pure decisions on visits: where a visitor came from, and with what."""

from urllib.parse import parse_qs, urlsplit

SEARCH_HOSTS = {"google": "Google", "yandex": "Яндекс", "bing": "Bing", "duckduckgo": "DuckDuckGo", "ya": "Яндекс"}
LIVE_MINUTES = 30  # without a sign for so long a visit is over


def source_of(referrer: str, utm: str, own_url: str) -> str:
    """Where a visit came from, in a few words; empty for a direct one."""
    if utm:
        campaign = parse_qs(utm)
        return " / ".join(campaign[k][0] for k in ("utm_source", "utm_medium", "utm_campaign") if k in campaign) or utm
    try:
        host = urlsplit(referrer).hostname or ""
        own = urlsplit(own_url).hostname or ""
    except ValueError:
        return ""
    if not host or host == own:
        return ""
    for part in host.split("."):
        if part in SEARCH_HOSTS:
            return SEARCH_HOSTS[part]
    return host.removeprefix("www.")


DEVICES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"))
BROWSERS = (
    ("YaBrowser", "Яндекс"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
)


def device_of(user_agent: str) -> str:
    """System and browser by name; unknown ones stay unnamed."""
    system = next((name for mark, name in DEVICES if mark in user_agent), "Linux" if "Linux" in user_agent else "")
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "Safari" if "Safari" in user_agent else "")
    return " · ".join(part for part in (system, browser) if part)
