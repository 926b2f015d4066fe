"""TLS without a proxy: HTTP and sockets on one port, by a real client that checks the certificate."""

import re
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.process import Server, data_folder
from tests.support.tls import certificate, say_hello


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Server, ssl.SSLContext]]:
    cert, key = certificate(tmp_path)
    with data_folder() as home:
        server = Server(home, environment={"OKNO_TLS_CERT": str(cert), "OKNO_TLS_KEY": str(key)}).start()
        server.url = server.url.replace("http://", "https://")
        try:
            yield server, ssl.create_default_context(cafile=str(cert))
        finally:
            server.stop()


async def test_http_and_sockets_speak_tls_on_one_port(secure: tuple[Server, ssl.SSLContext]) -> None:
    """A small company without a proxy would have chat in the clear, or pages without a socket."""
    server, context = secure
    link = server.first_link()
    async with httpx.AsyncClient(base_url=server.url, verify=context) as http:
        assert (await http.get("/readyz")).status_code == 200
        key = re.search(r'data-key="(\w+)"', (await http.get("/demo")).text)
        answer = await http.post(f"/api/v1/links/{link}", json={"password": "long enough words"})
        assert "Secure" in answer.headers["set-cookie"]
    assert key
    await say_hello(server.url, key[1], context)


async def test_who_does_not_speak_tls_is_not_answered(secure: tuple[Server, ssl.SSLContext]) -> None:
    """A password could be sent in the clear by mistake."""
    server, _ = secure
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.HTTPError):
            await http.get(server.url.replace("https", "http") + "/readyz")
