"""Pure decisions on visits: where a visitor came from, and with what."""

from urllib.parse import parse_qs, urlsplit

SEARCH_HOSTS = {"google": "Google", "yandex": "Яндекс", "bing": "Bing", "duckduckgo": "DuckDuckGo", "ya": "Яндекс"}
LIVE_MINUTES = 30  # without a sign for so long a visit is over


CONTRAST_MIN = 4.5


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


def look_of(accent: str) -> str:
    """The widget's CSS variables of a colour (#rrggbb): letters on it are white where that can be read (WCAG 4.5)."""
    shares = [int(accent[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = ((s + 0.055) ** 2.4 / 1.055**2.4 if s > 0.04045 else s / 12.92 for s in shares)  # noqa: PLR2004 - sRGB
    white = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    return f"--okno-accent:{accent};--okno-ink:{'#fff' if white >= CONTRAST_MIN else '#000'}"
