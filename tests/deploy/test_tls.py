"""TLS without a proxy: HTTP and sockets on one port, by a real client that checks the certificate."""

import asyncio
import datetime as dt
import ipaddress
import re
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from picows import WSListener, WSMsgType, ws_connect

from tests.support.process import Server, data_folder


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "okno test")])
    now = dt.datetime.now(dt.UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


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


class Ear(WSListener):
    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def on_ws_frame(self, transport, frame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.heard.put_nowait(bytes(frame.get_payload_as_bytes()))


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
    transport, ear = await ws_connect(Ear, server.url.replace("https", "wss") + "/realtime", ssl_context=context)
    hello = {"t": "visitor", "version": 1, "key": key[1]}
    transport.send(WSMsgType.TEXT, msgspec.json.encode(hello))
    async with asyncio.timeout(20):
        assert msgspec.json.decode(await ear.heard.get())["t"] == "visitor"
        transport.send(WSMsgType.TEXT, msgspec.json.encode({"t": "ping", "n": 7}))
        while msgspec.json.decode(await ear.heard.get()).get("n") != 7:
            pass
    transport.disconnect()


async def test_who_does_not_speak_tls_is_not_answered(secure: tuple[Server, ssl.SSLContext]) -> None:
    """A password could be sent in the clear by mistake."""
    server, _ = secure
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.HTTPError):
            await http.get(server.url.replace("https", "http") + "/readyz")
