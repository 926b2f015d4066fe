"""The master key and what is derived from it: signatures, sealed fields, hashes of secrets."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from okno.kit.errors import OknoError

KEY_BYTES = 32
NONCE_BYTES = 12
SIGNATURE_BYTES = 16  # 128 bits: forging is hopeless, tokens stay short


class MasterKeyLost(OknoError):
    """Sealed fields and signatures cannot be read; restore the key from a backup."""

    slug, title = "master-key-lost", "The master key is missing or is another one"


class Keys:
    """Purposes never share a key: each is derived from the master key by its name."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise MasterKeyLost(f"the master key has {len(master)} bytes instead of {KEY_BYTES}")
        self._master = master
        self._derived: dict[str, bytes] = {}

    @property
    def master(self) -> bytes:
        """For the sealed backup only."""
        return self._master

    def _key(self, purpose: str) -> bytes:
        key = self._derived.get(purpose)
        if key is None:
            key = self._derived[purpose] = hmac.digest(self._master, purpose.encode(), "sha256")
        return key

    def sign(self, purpose: str, text: str) -> str:
        """A url-safe signature of `text`."""
        digest = hmac.digest(self._key(purpose), text.encode(), "sha256")[:SIGNATURE_BYTES]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def signed(self, purpose: str, text: str, signature: str) -> bool:
        """Constant time."""
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode("utf-8", "replace"))

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """AES-256-GCM; the nonce goes first."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._key(purpose)).encrypt(nonce, plain, None)

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        """Raises `MasterKeyLost` when it was sealed by another key."""
        try:
            return AESGCM(self._key(purpose)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except InvalidTag:
            raise MasterKeyLost("a sealed field was written with another master key") from None


def load_keys(path: Path) -> Keys:
    """The key in `path`; made there at the first start, readable by its owner only."""
    if not path.exists():
        save_keys(path, secrets.token_bytes(KEY_BYTES))
    return Keys(path.read_bytes())


def save_keys(path: Path, master: bytes) -> None:
    """Whole or not at all, mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(master)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def hash_secret(secret: str) -> bytes:
    """For secrets of full entropy; passwords go through argon2."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def new_secret() -> str:
    """256 bits, url-safe."""
    return secrets.token_urlsafe(32)
