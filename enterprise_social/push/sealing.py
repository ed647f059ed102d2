"""The encryption of push messages: RFC 8291, in the content coding aes128gcm of RFC 8188.

Push services see how long a message is and to which browser it goes, and no word of it.
"""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD = 4096
# One record less its header, tag and the delimiter (RFC 8291, 4).
LARGEST = RECORD - 86 - 16 - 1


def decode(text: str) -> bytes:
    """Return the bytes of base64url, with or without padding. Raises ValueError."""
    try:
        raw = text.encode("ascii")
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("not base64url") from error


def encode(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw_public_key(key: EllipticCurvePrivateKey) -> bytes:
    """Return the public key as the uncompressed point, 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key(p256dh: str) -> EllipticCurvePublicKey:
    """Return a browser's public key. Raises ValueError where it is none."""
    raw = decode(p256dh)
    if len(raw) != 65:
        raise ValueError("not an uncompressed point of P-256")
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)


def secret(auth: str) -> bytes:
    """Return a browser's authentication secret, 16 bytes. Raises ValueError where it is none."""
    raw = decode(auth)
    if len(raw) != 16:
        raise ValueError("not a secret of 16 bytes")
    return raw


def seal(
    message: bytes,
    p256dh: str,
    auth: str,
    *,
    key: EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
) -> bytes:
    """Encrypt ``message`` (at most LARGEST bytes) for one browser; return the request's body.

    ``key`` and ``salt`` (16 bytes) are new each time; only a test gives them. Raises ValueError for
    a browser's key that is none, and a message that is too long.
    """
    if len(message) > LARGEST:
        raise ValueError("the message is too long to be pushed")
    theirs = public_key(p256dh)
    ours = key or generate_private_key(SECP256R1())
    salt = salt or os.urandom(16)
    ours_raw = raw_public_key(ours)
    their_raw = theirs.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = ours.exchange(ECDH(), theirs)
    material = _derive(shared, secret(auth), b"WebPush: info\x00" + their_raw + ours_raw, 32)
    content_key = _derive(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(material, salt, b"Content-Encoding: nonce\x00", 12)
    sealed = AESGCM(content_key).encrypt(nonce, message + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(ours_raw)]) + ours_raw + sealed


def _derive(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(material)
