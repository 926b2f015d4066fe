"""The API's page for people."""

import re

import msgspec

from okno.app.wiring import App
from okno.http.api_page import CSP, render_api_page
from okno.http.reference import schema_of


def test_the_page_shows_every_operation_and_type_and_loads_nothing(app: App) -> None:
    """A developer would miss an operation, or the page would be empty without the internet."""
    document = msgspec.json.decode(schema_of(app.asgi()))
    page = render_api_page(document)
    for path, methods in document["paths"].items():
        assert path in page
        for method in methods.values():
            assert f'id="{method["operationId"]}"' in page
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    assert not re.search(r"<script|<link|<img|https?://", page)
    assert "default-src 'none'" in CSP


def test_every_operation_says_what_it_does(app: App) -> None:
    """A list of bare addresses helps nobody."""
    document = msgspec.json.decode(schema_of(app.asgi()))
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), f"{method} {path}"
            assert operation.get("tags"), f"{method} {path}"
