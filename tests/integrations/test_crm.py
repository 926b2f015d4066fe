"""A connector asks the example of the other side, and never what it must not."""

import importlib.util
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from okno.access.types import Actor
from okno.app.wiring import App
from okno.contacts.types import NewIdentity
from okno.integrations import rules
from okno.integrations.api import Integrations
from okno.integrations.types import CrmConnectorChange, CrmField, CrmQuestion, NewCrmConnector
from okno.kit.errors import Invalid, NotAllowed
from tests.conversations.people import make_contact, make_operator

EXAMPLE = Path(__file__).parents[2] / "docs/examples/crm-connector/server.py"
FIELDS = [
    CrmField("Plan", "account.plan"),
    CrmField("Balance", "account.balance"),
    CrmField("Active", "account.active"),
    CrmField("Last order", "orders.0.number"),
    CrmField("Record", "url"),
    CrmField("Nothing", "orders.9.number.x"),
]


class Other:
    """The example's server; it counts, and can be made to misbehave."""

    def __init__(self) -> None:
        spec = importlib.util.spec_from_file_location("crm_example", EXAMPLE)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.asked: list[str] = []
        self.instead: bytes | None = None
        other = self

        class Counted(module.Customers):
            def do_GET(self) -> None:  # noqa: N802
                other.asked.append(self.path)
                if other.instead is None:
                    return super().do_GET()
                self.wfile.write(other.instead)
                self.close_connection = True
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Counted)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def other() -> Iterator[Other]:
    other = Other()
    yield other
    other.server.shutdown()
    other.server.server_close()


@pytest.fixture
async def open_door(app: App) -> Any:
    """The same app, allowed to call this machine."""
    door = Integrations(app.database, app.access.keys, app.clock, app.contacts, "127.0.0.0/8")
    yield door
    await door.close()


async def customer(app: App, email: str) -> UUID:
    contact = await make_contact(app)
    if email:
        await app.contacts.add_identity(app.workspace_id, contact, NewIdentity("email", email))
    return contact


async def connect(door: Integrations, actor: Actor, other: Other, **more: Any) -> Any:
    url = f"http://127.0.0.1:{other.port}/customers?email={{{{contact.email}}}}"
    return await door.create_connector(
        actor, NewCrmConnector("CRM", url, "Authorization", "Bearer example", FIELDS, **more)
    )


async def test_the_card_shows_what_the_other_system_knows(app: App, open_door: Integrations, other: Other) -> None:
    """The operator would look the customer up in a second window, or not be told that what he sees is old."""
    actor = await make_operator(app, "admin")
    for one in await open_door.list_connectors(actor):
        await open_door.delete_connector(actor, one.id)
    made = await connect(open_door, actor, other)
    assert made.secret
    assert b"example" not in await app.database.fetchval("SELECT secret FROM crm_connector WHERE id = $1", made.id)
    anna = await customer(app, "anna@shop.example")
    other.asked.clear()
    (card,) = await open_door.list_cards(actor, anna)
    assert [(v.label, v.value) for v in card.values] == [
        *(("Plan", "Gold"), ("Balance", "1250.5"), ("Active", "✓"), ("Last order", "A-17")),
        ("Record", "https://crm.example/customers/42"),
    ]
    assert card.values[-1].link
    assert card.claimed
    await app.database.execute("UPDATE identity SET verified = true WHERE contact_id = $1", anna)
    (proven,) = await open_door.list_cards(actor, anna)
    assert not proven.claimed
    await app.database.execute("UPDATE identity SET verified = false WHERE contact_id = $1", anna)
    assert len(other.asked) == 1  # held
    other.instead = b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"
    (stale,) = await open_door.list_cards(actor, anna, fresh=True)
    assert (stale.error, stale.values, stale.fetched_at) == ("it answered 500", card.values, card.fetched_at)
    other.instead = None
    (unknown,) = await open_door.list_cards(actor, await customer(app, "b&c=d@shop.example"))
    assert (unknown.found, unknown.error, unknown.values) == (False, "", [])
    assert other.asked[-1] == "/customers?email=b%26c%3Dd%40shop.example"
    before = len(other.asked)
    (nameless,) = await open_door.list_cards(actor, await customer(app, ""))
    assert (nameless.fetched_at, len(other.asked)) == (None, before)  # nobody to ask for
    trial = await open_door.try_connector(actor, made.id, CrmQuestion(email="anna@shop.example"))
    assert (trial.values, trial.error) == (card.values, "")
    assert '"plan": "Gold"' in trial.body
    with pytest.raises(Invalid):
        await open_door.change_connector(
            actor, made.id, CrmConnectorChange(url="http://evil.example/?e={{contact.email}}")
        )
    operator = await make_operator(app, "operator")
    assert (await open_door.list_cards(operator, anna))[0].values == card.values
    with pytest.raises(NotAllowed):
        await open_door.list_connectors(operator)
    await open_door.change_connector(actor, made.id, CrmConnectorChange(enabled=False))
    assert await open_door.list_cards(actor, anna) == []
    await open_door.delete_connector(actor, made.id)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n<p>no", "the answer is no JSON"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n" + b"1" * 300_000, "the answer is too long"),
        (b"HTTP/1.1 302 Away\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", "it answered 302"),
        (b"nonsense\r\n\r\n", "no connection: RemoteProtocolError"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n" + b'"\xff', "no connection: RemoteProtocolError"),
    ],
)
async def test_a_system_that_misbehaves_is_an_error_on_the_card(
    app: App, open_door: Integrations, other: Other, said: bytes, error: str
) -> None:
    """A broken system of the company would break the operator's window with it."""
    actor = await make_operator(app, "admin")
    made = await connect(open_door, actor, other, keep_s=0)
    other.instead = said
    try:
        cards = await open_door.list_cards(actor, await customer(app, "anna@shop.example"))
    finally:
        other.instead = None
        await open_door.delete_connector(actor, made.id)
    assert error in [card.error for card in cards] or "RemoteProtocolError" in error


async def test_nobody_reaches_our_own_insides_by_a_connector(app: App, other: Other) -> None:
    """An administrator of one company, or a name that leads to 127.0.0.1, would read the server's own network."""
    actor = await make_operator(app, "admin")
    anna = await customer(app, "anna@shop.example")
    other.asked.clear()
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"):
        url = f"http://{host}:{other.port}/customers?email={{{{contact.email}}}}"
        made = await app.integrations.create_connector(actor, NewCrmConnector("inside", url))
        (card,) = await app.integrations.list_cards(actor, anna)
        assert card.error, host
        await app.integrations.delete_connector(actor, made.id)
    assert other.asked == []
    inside = ["10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "fe80::1%eth0", "::ffff:10.0.0.1"]
    assert not any(rules.may_call(address, []) for address in [*inside, "224.0.0.1", "100.64.0.1"])
    assert rules.may_call("93.184.216.34", [])
    assert rules.may_call("10.1.2.3", rules.parse_networks("10.0.0.0/8, 192.168.7.7"))
    for url in (
        "ftp://x.example/{{contact.email}}",
        "https://{{contact.name}}.example/{{contact.email}}",
        "https://user:pass@x.example/{{contact.email}}",
        "https://x.example/",
        "https:///{{contact.email}}",
        "https://x.example:99999/{{contact.email}}",
    ):
        with pytest.raises(Invalid):
            rules.check_url(url)


def test_a_path_leads_to_a_value_or_to_nothing() -> None:
    """One answer of another shape would take the whole card away."""
    answer = {"a": [{"b": 1.0}, {"b": None}], "t": "x\n y", "l": ["p", {"q": 1}, 2], "f": False}
    for path, text in (
        ("a.0.b", "1"),
        ("a.1.b", ""),
        ("a.7.b", ""),
        ("t", "x y"),
        ("l", "p, 2"),
        ("f", "✗"),
        ("a.x", ""),
    ):
        assert rules.shown(rules.find_value(answer, path)) == text
    for odd in (None, [], 5, "text"):
        assert rules.find_value(odd, "a.b") is None
