"""Public holidays by the library `holidays`, imported where a calendar asks: a third of a second a country, once."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=1)
def known_regions() -> Mapping[str, tuple[str, ...]]:
    """Regions by country."""
    import holidays  # noqa: PLC0415 - half of okno's companies never need it

    return {
        country: tuple(regions)
        for country, regions in sorted(holidays.list_supported_countries(include_aliases=False).items())
        if len(country) == 2  # noqa: PLR2004 - ISO 3166-1 alpha-2
    }


@lru_cache(maxsize=256)
def holidays_of(place: str, year: int, locale: str) -> Mapping[date, str]:
    """Names by day; empty for an unknown place or year. `place` is a country, or a region of one (`DE-BY`)."""
    import holidays  # noqa: PLC0415

    country, _, region = place.partition("-")
    if country not in known_regions() or (region and region not in known_regions()[country]):
        return {}
    language = {"ru": "ru", "en": "en_US"}[locale]
    found = holidays.country_holidays(country, subdiv=region or None, years=year, language=language)
    return dict(found)
