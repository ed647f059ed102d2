"""VAPID: how push services know that a message is from this installation (RFC 8292).

The key is made at the first start and kept in DATA_DIR. Browsers subscribe to it, so a new one
makes every subscription worthless: it belongs into the backup.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from flask import Flask, current_app

from enterprise_social.core import mail
from enterprise_social.push.sealing import encode, raw_public_key

FILE = "push-key.pem"
LIFE_SECONDS = 12 * 3600  # of a token; RFC 8292 allows 24 hours
RENEW_SECONDS = 6 * 3600


class Vapid:
    """Signs requests to push services; a token for one service is used for some hours."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[float, str]] = {}
        self._loaded: EllipticCurvePrivateKey | None = None

    @property
    def public_key(self) -> str:
        """The key that browsers subscribe to, in base64url."""
        return encode(raw_public_key(self._key()))

    def authorization(self, origin: str, subject: str) -> str:
        """Return the ``Authorization`` header for the push service at ``origin``."""
        with self._lock:
            made_at, token = self._tokens.get(origin, (0.0, ""))
        if time.time() - made_at > RENEW_SECONDS:
            made_at = time.time()
            token = self._sign({"aud": origin, "exp": int(made_at) + LIFE_SECONDS, "sub": subject})
            with self._lock:
                if len(self._tokens) > 1000:
                    self._tokens.clear()
                self._tokens[origin] = (made_at, token)
        return f"vapid t={token}, k={self.public_key}"

    def _sign(self, claims: dict[str, str | int]) -> str:
        """Return a JSON Web Token (RFC 7519) signed with ES256 (RFC 7518, 3.4)."""
        parts = [{"typ": "JWT", "alg": "ES256"}, claims]
        head = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
        r, s = decode_dss_signature(self._key().sign(head.encode(), ECDSA(SHA256())))
        return f"{head}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def _key(self) -> EllipticCurvePrivateKey:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> EllipticCurvePrivateKey:
        if not self._path.exists():
            self._make()
        key = load_pem_private_key(self._path.read_bytes(), None)
        if not isinstance(key, EllipticCurvePrivateKey):
            raise ValueError(f"{self._path} holds no key of P-256")
        return key

    def _make(self) -> None:
        """Write a new key; where several processes begin at once, the first one's stays."""
        pem = generate_private_key(SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        draft = self._path.with_suffix(f".{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        try:
            os.link(draft, self._path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()


def vapid() -> Vapid:
    """Return the signer of the current application."""
    found: Vapid = current_app.extensions["vapid"]
    return found


def subject() -> str:
    """Return by which address a push service may reach who runs this (RFC 8292, 2.1)."""
    base: str = current_app.config["BASE_URL"]
    return base if base.startswith("https://") else f"mailto:{mail.address()}"


def register(app: Flask) -> None:
    """Make the signer of ``app``; its key is read, or made, when it is needed first."""
    app.extensions["vapid"] = Vapid(Path(app.config["DATA_DIR"]) / FILE)
