"""Passkeys on the wire: the options that browsers are given, and the check of what they answer.

WebAuthn level 3 (W3C), sections 7.1 and 7.2; the signatures and formats are the library's work. It
is loaded with the first passkey: it costs memory that most processes never need.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from enterprise_social.core.organisation import organisation_name

CHALLENGE_BYTES = 32
HANDLE_BYTES = 32
TIMEOUT_MS = 5 * 60 * 1000
# An answer holds an id of at most 1023 bytes, a signature and a few flags; an enrolment more.
LARGEST_ANSWER = 20_000
MOST_TRANSPORTS = 8


class Refused(Exception):
    """An answer that proves nothing; the message is for the log and never for whoever sent it."""


@dataclass(frozen=True)
class Enrolled:
    """A passkey that a browser has made."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: list[str]
    backed_up: bool


@dataclass(frozen=True)
class Shown:
    """What a browser claims before it is checked: which passkey, and whose it says it is."""

    credential_id: str
    user_handle: str | None
    answer: dict[str, Any]


def rp_id() -> str:
    """Return whom passkeys are for: the host name of BASE_URL."""
    return urlsplit(current_app.config["BASE_URL"]).hostname or ""


def origin() -> str:
    """Return the origin that answers must come from (RFC 6454): BASE_URL without a path."""
    parts = urlsplit(current_app.config["BASE_URL"])
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()


def are_possible() -> bool:
    """Tell whether browsers make passkeys here: for a name, by https or on this very machine."""
    host = rp_id()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return origin().startswith("https://") or host == "localhost"
    return False


def new_challenge() -> str:
    """Return 256 random bits in base64url."""
    return secrets.token_urlsafe(CHALLENGE_BYTES)


def new_handle() -> str:
    """Return a new user handle in base64url, which tells nothing of the person (14.6.1)."""
    return secrets.token_urlsafe(HANDLE_BYTES)


def enrolment_options(
    challenge: str, handle: str, account: str, name: str, known: Sequence[str]
) -> str:
    """Return what ``navigator.credentials.create`` is given, as JSON; none of ``known`` again."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=rp_id(),
        rp_name=organisation_name(),
        user_id=webauthn.base64url_to_bytes(handle),
        user_name=account,
        user_display_name=name,
        challenge=webauthn.base64url_to_bytes(challenge),
        timeout=TIMEOUT_MS,
        attestation=structs.AttestationConveyancePreference.NONE,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return webauthn.options_to_json(options)


def proof_options(challenge: str, known: Sequence[str], *, alone: bool) -> str:
    """Return what ``navigator.credentials.get`` is given, as JSON.

    ``alone``: it stands for a password as well, so whoever holds it must be verified by it.
    """
    import webauthn
    from webauthn.helpers import structs

    wanted = structs.UserVerificationRequirement
    options = webauthn.generate_authentication_options(
        rp_id=rp_id(),
        challenge=webauthn.base64url_to_bytes(challenge),
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(known),
        user_verification=wanted.REQUIRED if alone else wanted.PREFERRED,
    )
    return webauthn.options_to_json(options)


def check_enrolment(answer: str, challenge: str) -> Enrolled:
    """Return the passkey of an answer to enrolment_options. Raises Refused."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url, structs
    from webauthn.helpers.exceptions import WebAuthnException

    given = _read(answer)
    try:
        found = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=rp_id(),
            expected_origin=origin(),
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(str(error)) from error
    return Enrolled(
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
        _transports(given),
        found.credential_device_type == structs.CredentialDeviceType.MULTI_DEVICE,
    )


def read_proof(answer: str) -> Shown:
    """Return what an answer to proof_options claims; nothing of it is checked. Raises Refused."""
    given = _read(answer)
    response = given.get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    credential_id = given.get("id")
    if not isinstance(credential_id, str) or not isinstance(handle, str | None):
        raise Refused("no id")
    return Shown(credential_id, handle or None, given)


def check_proof(shown: Shown, challenge: str, public_key: str, *, alone: bool) -> int:
    """Check what was claimed against the stored public key; returns the signature counter.

    Raises Refused. Whether the counter may be that low is for the caller to judge: only after the
    signature is right does it say anything.
    """
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        found = webauthn.verify_authentication_response(
            credential=shown.answer,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=rp_id(),
            expected_origin=origin(),
            credential_public_key=webauthn.base64url_to_bytes(public_key),
            credential_current_sign_count=0,
            require_user_verification=alone,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(str(error)) from error
    return found.new_sign_count


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LARGEST_ANSWER:
        raise Refused("too long")
    try:
        given = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise Refused("not JSON") from error
    if not isinstance(given, dict):
        raise Refused("not an object")
    return given


def _transports(given: dict[str, Any]) -> list[str]:
    found = given.get("response", {}).get("transports", [])
    if not isinstance(found, list):
        return []
    return [each[:20] for each in found[:MOST_TRANSPORTS] if isinstance(each, str)]


def _descriptors(known: Sequence[str]) -> list[Any]:
    import webauthn
    from webauthn.helpers import structs

    return [
        structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(each))
        for each in known
    ]
