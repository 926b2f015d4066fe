"""The place of an address, from a local database in MaxMind's format; nothing is asked over the network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import maxminddb

from okno.kit.errors import OknoError


class WrongPlaces(OknoError):
    """`OKNO_GEOIP_DB` cannot be used; `detail` says why."""

    slug, title = "wrong-places", "The database of places cannot be used"


class Places:
    """`place_of` is empty for everything without a database, and for addresses it does not know."""

    def __init__(self, path: str = "") -> None:
        """Raises `WrongPlaces`."""
        self._reader: maxminddb.Reader | None = None
        if path:
            try:
                self._reader = maxminddb.open_database(Path(path))
            except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
                raise WrongPlaces(f"OKNO_GEOIP_DB={path}: {error}") from None

    def place_of(self, address: str, locale: str) -> str:
        """City and country in the reader's language, as far as the database has them."""
        if self._reader is None:
            return ""
        try:
            found = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return ""
        if not isinstance(found, dict):
            return ""
        names = (_name(found.get(part), locale) for part in ("city", "country"))
        return ", ".join(name for name in names if name)


def _name(record: Any, locale: str) -> str:
    names: Mapping[str, str] = record.get("names", {}) if isinstance(record, dict) else {}
    return names.get(locale) or names.get("en") or next(iter(names.values()), "")
