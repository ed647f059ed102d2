"""Secrets at rest: sealed before they are stored, so that a copy of the database opens none.

The form is ``sealed:1:<key id>:<base64url of nonce and ciphertext>``: AES-256-GCM (NIST SP
800-38D) with a random nonce of 96 bits and the first three parts as associated data. The key comes
from ``SECRET_KEY`` by HKDF-SHA256 (RFC 5869) with the purpose as its info, so what is sealed for
one purpose can't be passed off as another's. The key id tells which ``SECRET_KEY`` it was: after a
change the former ones stand in ``SECRET_KEY_PREVIOUS`` until everything was sealed anew.
"""

from __future__ import annotations

import base64
import binascii
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

PREFIX = "sealed:1:"
NONCE_BYTES = 12
KEY_ID_BYTES = 6


class CantUnseal(Exception):
    """What is sealed can't be opened; the message says why and holds none of it."""


def seal(text: str, purpose: str) -> str:
    """Return ``text`` so that only this installation can read it, and only for ``purpose``.

    ``purpose`` is ``room.noun`` and stays the same for good. Sealed twice, it looks different.
    """
    secret = secret_keys()[0]
    head = PREFIX + _key_id(secret)
    nonce = os.urandom(NONCE_BYTES)
    closed = AESGCM(_key(secret, purpose)).encrypt(nonce, text.encode(), head.encode())
    return f"{head}:{base64.urlsafe_b64encode(nonce + closed).decode().rstrip('=')}"


def unseal(sealed: str, purpose: str) -> str:
    """Return what was sealed for ``purpose``.

    Raises CantUnseal where it was altered, is for another purpose, was never sealed, or where the
    key that it was sealed with is neither SECRET_KEY nor in SECRET_KEY_PREVIOUS.
    """
    key_id, closed = _parts(sealed)
    secret = next((one for one in secret_keys() if _key_id(one) == key_id), None)
    if secret is None:
        raise CantUnseal("sealed with another SECRET_KEY; name it in SECRET_KEY_PREVIOUS")
    opener = AESGCM(_key(secret, purpose))
    try:
        opened = opener.decrypt(
            closed[:NONCE_BYTES], closed[NONCE_BYTES:], (PREFIX + key_id).encode()
        )
    except InvalidTag:
        raise CantUnseal("altered, or sealed for another purpose") from None
    return opened.decode()


def is_sealed(text: str) -> bool:
    """Tell whether ``text`` has the form of what seal returns; what came before it has not."""
    return text.startswith(PREFIX)


def is_current(sealed: str) -> bool:
    """Tell whether it was sealed with today's SECRET_KEY; if not, seal it anew when you write."""
    return sealed.startswith(f"{PREFIX}{_key_id(secret_keys()[0])}:")


def secret_keys() -> list[str]:
    """Return SECRET_KEY and those before it, the newest first."""
    config = current_app.config
    return [config["SECRET_KEY"], *config["SECRET_KEY_PREVIOUS"]]


def _parts(sealed: str) -> tuple[str, bytes]:
    if not is_sealed(sealed):
        raise CantUnseal("not sealed")
    key_id, _colon, text = sealed.removeprefix(PREFIX).partition(":")
    try:
        raw = text.encode("ascii")
        closed = base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        closed = b""
    if len(closed) <= NONCE_BYTES:
        raise CantUnseal("cut short, or not of our form")
    return key_id, closed


@lru_cache(maxsize=64)
def _key(secret: str, purpose: str) -> bytes:
    return _derive(secret, f"sealing:{purpose}", 32)


@lru_cache(maxsize=16)
def _key_id(secret: str) -> str:
    return _derive(secret, "key id", KEY_ID_BYTES).hex()


def _derive(secret: str, info: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=b"enterprise-social", info=info.encode()).derive(
        secret.encode()
    )
