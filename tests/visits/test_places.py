"""The place of a visitor's address."""

from pathlib import Path

import pytest

from okno.visits.places import Places, WrongPlaces
from tests.support.mmdb import write_places

RECORD = {
    "city": {"names": {"en": "Kazan", "ru": "Казань"}},
    "country": {"names": {"en": "Russia", "ru": "Россия"}},
}


def test_an_address_has_a_place_in_the_readers_language(tmp_path: Path) -> None:
    """Operators would see bare addresses though a database is configured."""
    places = Places(str(write_places(tmp_path / "city.mmdb", "203.0.113.0/24", RECORD)))
    assert places.place_of("203.0.113.9", "ru") == "Казань, Россия"
    assert places.place_of("203.0.113.9", "en") == "Kazan, Russia"
    assert places.place_of("198.51.100.1", "en") == ""
    assert places.place_of("2001:db8::1", "en") == ""
    assert places.place_of("", "en") == ""


def test_without_a_database_there_is_no_place_and_a_wrong_one_refuses_the_start(tmp_path: Path) -> None:
    """A typing mistake would look like customers from nowhere."""
    assert Places().place_of("203.0.113.9", "en") == ""
    (tmp_path / "no.mmdb").write_bytes(b"nothing")
    for path in (tmp_path / "no.mmdb", tmp_path / "missing.mmdb"):
        with pytest.raises(WrongPlaces, match="OKNO_GEOIP_DB"):
            Places(str(path))
