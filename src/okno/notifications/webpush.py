"""Web Push: messages encrypted for one browser (RFC 8291, aes128gcm of RFC 8188), signed by us (VAPID, RFC 8292)."""

import base64
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Invalid
from okno.notifications.rules import may_push_to

log = structlog.get_logger()
CURVE = ec.SECP256R1()
RECORD_BYTES = 4096
SALT_BYTES = 16
AUTH_BYTES = 16
LAST_RECORD = b"\x02"
GONE = frozenset({404, 410})


class Browser(NamedTuple):
    """A subscription: its address at the push service, and the keys only the browser can open."""

    id: UUID
    endpoint: str
    p256dh: bytes
    auth: bytes


class Delivery(NamedTuple):
    """What the push service answered. `gone`: the browser has taken the subscription back."""

    browser: Browser
    ok: bool
    gone: bool
    said: str


def new_key() -> tuple[str, bytes]:
    """A VAPID pair: the public half as browsers take it, the private one as DER."""
    private = ec.generate_private_key(CURVE)
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64url(_point(private.public_key())), der


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def parse_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """The browser's public point and secret. Raises `Invalid`."""
    try:
        point, secret = (
            base64.urlsafe_b64decode(k.rstrip("=") + "=" * (-len(k.rstrip("=")) % 4)) for k in (p256dh, auth)
        )
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        raise Invalid("this is no key of a browser", field="p256dh") from None
    if len(secret) != AUTH_BYTES:
        raise Invalid("the secret of a browser has 16 bytes", field="auth")
    return point, secret


def encrypt(
    plain: bytes,
    p256dh: bytes,
    auth: bytes,
    *,
    private: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """One record that only this browser can read. `private` and `salt` are fresh unless a test gives them."""
    private = private or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(SALT_BYTES)
    public = _point(private.public_key())
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, p256dh))
    key = _derive(auth, b"WebPush: info\0" + p256dh + public, 32, shared)
    cipher = AESGCM(_derive(salt, b"Content-Encoding: aes128gcm\0", 16, key))
    nonce = _derive(salt, b"Content-Encoding: nonce\0", 12, key)
    head = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(public)]) + public
    return head + cipher.encrypt(nonce, plain + LAST_RECORD, None)


def _derive(salt: bytes, info: bytes, length: int, secret: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class Pusher:
    """Sends. A push service complains to `contact_url`; `extra_hosts` are allowed besides the browsers' own."""

    def __init__(self, clock: Clock, contact_url: str, extra_hosts: Sequence[str] = ()) -> None:
        self._clock = clock
        self._contact = contact_url if contact_url.startswith("https://") else "mailto:okno@localhost.localdomain"
        self._hosts = extra_hosts
        self._key: ec.EllipticCurvePrivateKey | None = None
        self.public_key = ""
        self._client: httpx.AsyncClient | None = None

    def use(self, public_key: str, der: bytes) -> None:
        key = load_der_private_key(der, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - we made it
        self.public_key, self._key = public_key, key

    def check(self, endpoint: str) -> None:
        """Raises `Invalid` for an address that is no push service's."""
        if not may_push_to(endpoint, self._hosts):
            raise Invalid("this is not the address of a push service", field="endpoint")

    async def send(self, browser: Browser, payload: bytes, *, topic: str, urgent: bool = True) -> Delivery:
        """Deliver or say why not; tried again while the service is busy. `topic`: a later one replaces it."""
        if not may_push_to(browser.endpoint, self._hosts):
            return Delivery(browser, ok=False, gone=True, said="not a push service")
        body = encrypt(payload, browser.p256dh, browser.auth)
        headers = {
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(limits.PUSH_TTL_S),
            "urgency": "high" if urgent else "normal",
            "topic": topic[: limits.PUSH_TOPIC_LEN],
            "authorization": self._authorization(browser.endpoint, self._clock.now()),
        }
        said = ""
        for attempt in range(limits.PUSH_TRIES_MAX):
            if attempt:
                await self._clock.sleep(limits.PUSH_PAUSE_S * 2**attempt)
            try:
                response = await self._http().post(browser.endpoint, content=body, headers=headers)
            except httpx.HTTPError as error:
                said = type(error).__name__
                continue
            said = f"{response.status_code} {response.reason_phrase}".strip()
            if response.is_success or response.status_code in GONE:
                return Delivery(browser, response.is_success, response.status_code in GONE, said)
            if response.status_code not in (429, 500, 502, 503, 504):
                break
        log.warning("push not delivered", host=urlsplit(browser.endpoint).hostname, said=said)
        return Delivery(browser, ok=False, gone=False, said=said)

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=limits.PUSH_S_MAX, follow_redirects=False, trust_env=False)
        return self._client

    def _authorization(self, endpoint: str, now: datetime) -> str:
        assert self._key is not None  # noqa: S101 - read at the start
        parts = urlsplit(endpoint)
        until = int((now + timedelta(hours=limits.PUSH_SIGNED_HOURS)).timestamp())
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": until, "sub": self._contact}
        return f"vapid t={jwt.encode(claims, self._key, algorithm='ES256')}, k={self.public_key}"

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
