"""What may be dialled, when it is tried again, which times are offered; and Asterisk's configuration as text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from okno.kit.phone import parse_number
from okno.routing.hours.api import Schedule
from okno.telephony.asterisk.config import Net, Phone, Place, Trunk, endpoint, parse_endpoint, render
from okno.telephony.rules import Dialled, Policy, list_slots, plan_dial, plan_retry

NOW = datetime(2026, 11, 27, 12, 10, tzinfo=UTC)
NONE = Dialled(0, 0, 0, 0, 0)
POLICY = Policy(("RU",), 20, 500, stopped=False)
MOBILE = parse_number("+79161234567")


@pytest.mark.parametrize(
    ("number", "policy", "dialled", "blocked", "refusal"),
    [
        ("+79161234567", POLICY, NONE, False, None),
        ("+79161234567", POLICY._replace(stopped=True), NONE, False, "stopped"),
        ("+79161234567", POLICY, NONE, True, "blocked"),
        ("+78091234567", POLICY, NONE, False, "premium"),
        ("+12125550123", POLICY, NONE, False, "country"),
        ("+12125550123", POLICY._replace(countries=("RU", "US")), NONE, False, None),
        ("+881612345678", POLICY, NONE, False, "country"),
        ("+79161234567", POLICY, NONE._replace(number_day=3), False, "number"),
        ("+79161234567", POLICY, NONE._replace(visitor_hour=3), False, "visitor"),
        ("+79161234567", POLICY, NONE._replace(address_hour=29), False, None),  # an office behind one address
        ("+79161234567", POLICY, NONE._replace(address_hour=30), False, "address"),
        ("+79161234567", POLICY, NONE._replace(minute=20), False, "minute"),
        ("+79161234567", POLICY, NONE._replace(day=500), False, "day"),
    ],
)
def test_what_may_be_dialled(number, policy, dialled, blocked, refusal) -> None:
    """Thieves would have the company call for them, or honest customers not be called."""
    assert plan_dial(parse_number(number), policy, dialled, blocked=blocked) == refusal


def test_when_a_callback_is_tried_again() -> None:
    """A customer would be rung for ever, or forgotten after the first engaged line."""
    assert plan_retry("talked", 1, 3, 60, NOW) == (None, "done")
    assert plan_retry("busy", 1, 3, 60, NOW) == (NOW + timedelta(seconds=60), "failed")
    assert plan_retry("no_operator", 3, 3, 60, NOW) == (None, "failed")
    assert plan_retry("cancelled", 1, 3, 60, NOW) == (None, "cancelled")


def test_times_that_are_offered() -> None:
    """He would wait at an hour when nobody calls."""
    nine_to_six = ((9 * 60, 18 * 60),)
    schedule = Schedule(ZoneInfo("Europe/Moscow"), (nine_to_six,) * 5 + ((), ()), {})
    slots = list_slots(schedule, NOW)  # Friday, 15:10 in Moscow
    assert slots[0] == datetime(2026, 11, 27, 13, 0, tzinfo=UTC)
    assert slots[-1] < NOW + timedelta(days=3)
    local = [at.astimezone(ZoneInfo("Europe/Moscow")) for at in slots]
    assert all(9 <= at.hour < 18 and at.weekday() < 5 for at in local)
    assert len(list_slots(None, NOW)) == 48


PLACE = Place(*(Path(f"/a/{name}") for name in ("etc", "state", "modules", "data", "sounds", "moh")))
NET = Net(8088, 5038, "127.0.0.1", 5060)


def test_the_configuration_of_asterisk() -> None:
    """Others' telephones would be let in, or the provider's calls reach nobody."""
    trunk = Trunk(7, "sip.example", 5060, "udp", ["sip.example", "192.0.2.7"], "us", "secret", "+78005553535")
    files = render(PLACE, NET, "ari", [Phone(7, "ab", "pw")], [trunk])
    pjsip = files["pjsip.conf"]
    assert "[b7-ab]\ntype = endpoint" in pjsip
    assert "webrtc = yes" in pjsip
    assert "[s7-ab]\ntype = auth\nauth_type = userpass\nusername = s7-ab\npassword = pw\n" in pjsip
    assert "match = sip.example\nmatch = 192.0.2.7\n" in pjsip
    assert "client_uri = sip:us@sip.example:5060" in pjsip
    assert "[from-trunk-7]\nexten => _X!,1,Stasis(okno,in,7,${EXTEN})" in files["extensions.conf"]
    assert "bindaddr = 127.0.0.1" in files["http.conf"]
    open_net = replace(NET, sip_host="0.0.0.0", public="198.51.100.4")
    opened = render(PLACE, open_net, "ari", [Phone(7, "ab", "pw")], [trunk])["pjsip.conf"]
    assert "bind = 0.0.0.0:5060\nexternal_media_address = 198.51.100.4" in opened
    assert "media_address = 127.0.0.1" not in opened


def test_names_of_endpoints() -> None:
    """A call would ring at another company's desk."""
    assert parse_endpoint(endpoint("b", 12, "ab")) == ("b", 12, "ab")
    assert parse_endpoint(endpoint("t", 3)) == ("t", 3, "")
    assert parse_endpoint("somebody-else") is None
    assert parse_endpoint("") is None
