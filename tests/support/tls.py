"""A certificate of our own and a visitor's first frames, for servers that speak TLS."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from picows import WSListener, WSMsgType, ws_connect


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


class Ear(WSListener):
    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def on_ws_frame(self, transport, frame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.heard.put_nowait(bytes(frame.get_payload_as_bytes()))


async def say_hello(url: str, key: str, context: ssl.SSLContext) -> None:
    """Hello, welcome, ping, pong over a socket at the server `url`."""
    transport, ear = await ws_connect(Ear, url.replace("https", "wss") + "/realtime", ssl_context=context)
    transport.send(WSMsgType.TEXT, msgspec.json.encode({"t": "visitor", "version": 1, "key": key}))
    async with asyncio.timeout(20):
        assert msgspec.json.decode(await ear.heard.get())["t"] == "visitor"
        transport.send(WSMsgType.TEXT, msgspec.json.encode({"t": "ping", "n": 7}))
        while msgspec.json.decode(await ear.heard.get()).get("n") != 7:
            pass
    transport.disconnect()
