"""A push service and the browsers behind it, which read what was sealed for them.

Written from RFC 8291 and RFC 8188 by themselves, with nothing of the application's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.services.http_sink import HttpSink, Reply, Request


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """A browser that is subscribed at ``endpoint``; ``shown`` is what it was pushed."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey
    auth: bytes
    shown: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> dict[str, str]:
        """What its page tells the server."""
        return {"endpoint": self.endpoint, "p256dh": b64(self.point), "auth": b64(self.auth)}

    def open(self, body: bytes) -> bytes:
        """Decrypt a message."""
        salt, length = body[:16], body[20]
        sender = body[21 : 21 + length]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        secret = self.key.exchange(ec.ECDH(), point)
        first = hmac.digest(self.auth, secret, hashlib.sha256)
        info = b"WebPush: info\0" + self.point + sender
        material = hmac.digest(first, info + b"\x01", hashlib.sha256)
        second = hmac.digest(salt, material, hashlib.sha256)
        key = hmac.digest(second, b"Content-Encoding: aes128gcm\0\x01", hashlib.sha256)[:16]
        nonce = hmac.digest(second, b"Content-Encoding: nonce\0\x01", hashlib.sha256)[:12]
        padded = AESGCM(key).decrypt(nonce, body[21 + length :], None).rstrip(b"\0")
        assert padded.endswith(b"\x02")
        return padded[:-1]


class PushService:
    """The service; ``replies`` says what a browser's messages are answered, by its endpoint."""

    def __init__(self) -> None:
        """Start it."""
        self.sink = HttpSink()
        self.sink.answer = self._take
        self.browsers: dict[str, Browser] = {}
        self.replies: dict[str, Reply] = {}
        self.tokens: list[dict[str, Any]] = []
        self.asked = 0

    def browser(self) -> Browser:
        """Return a new browser, subscribed."""
        path = f"/push/{len(self.browsers)}"
        made = Browser(
            self.sink.url + path,
            ec.generate_private_key(ec.SECP256R1()),
            hashlib.sha256(path.encode()).digest()[:16],
        )
        self.browsers[path] = made
        return made

    def stop(self) -> None:
        """End it."""
        self.sink.stop()

    def _take(self, request: Request) -> Reply:
        self.asked += 1
        if request.path in self.replies:
            return self.replies[request.path]
        try:
            self.tokens.append(self._token(request.headers["authorization"]))
            browser = self.browsers[request.path]
            shown = json.loads(browser.open(request.body))
        except (KeyError, InvalidSignature):
            return Reply(403)
        browser.shown.append(shown)
        browser.headers.append(request.headers)
        return Reply(201, {"Location": "/message/1"})

    def _token(self, header: str) -> dict[str, Any]:
        """Check a VAPID header (RFC 8292) and return its claims."""
        scheme, _space, rest = header.partition(" ")
        assert scheme == "vapid"
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(given["k"]))
        signed, _dot, signature = given["t"].rpartition(".")
        raw = unb64(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        point.verify(der, signed.encode(), ec.ECDSA(SHA256()))
        return {"key": given["k"], **json.loads(unb64(signed.split(".")[1]))}
