"""An authenticator in software (WebAuthn level 3): makes passkeys, signs, and lies if told."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from enterprise_social.accounts import actions
from enterprise_social.accounts.factors.models import Passkey
from enterprise_social.people.models import Person

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftKey:
    """A device with one passkey."""

    origin: str = "http://localhost"
    rp_id: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    user_handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: dict[str, Any]) -> str:
        """Answer ``navigator.credentials.create``."""
        self.user_handle = options["user"]["id"]
        client = self._client("webauthn.create", options["challenge"])
        data = self._data(self.flags | ATTESTED)
        data += bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data += cbor2.dumps(self._public())
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            {
                "clientDataJSON": encode(client),
                "attestationObject": encode(attestation),
                "transports": ["internal"],
            }
        )

    def get(self, options: dict[str, Any], **lies: Any) -> str:
        """Answer ``navigator.credentials.get``; ``lies`` replace what is said of the response."""
        self.count += 1
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(self.flags)
        signed = data + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": encode(client),
            "authenticatorData": encode(data),
            "signature": encode(self.key.sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": self.user_handle,
        }
        return self._answer({**response, **lies})

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _data(self, flags: int) -> bytes:
        head = hashlib.sha256(self.rp_id.encode()).digest()
        return head + bytes([flags]) + self.count.to_bytes(4, "big")

    def _public(self) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (numbers.x, numbers.y))
        return {1: 2, 3: -7, -1: 1, -2: x, -3: y}

    def _answer(self, response: dict[str, Any]) -> str:
        named = encode(self.credential_id)
        return json.dumps(
            {
                "id": named,
                "rawId": named,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )


def enrol(person: Person, name: str = "Phone", **device: Any) -> tuple[SoftKey, Passkey]:
    """Give somebody a passkey; returns the device and what is kept of it."""
    kept, options = actions.begin_enrolment(person)
    key = SoftKey(**device)
    passkey, _codes = actions.add_passkey(
        person, name, key.create(json.loads(options)), kept, session_id=None
    )
    return key, passkey
