"""Codes: those of authenticator apps (TOTP, RFC 6238) and those on paper.

Whatever is compared is compared in constant time; nothing here touches the database.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import timedelta

import pyotp

from enterprise_social.core.clock import now
from enterprise_social.core.sealing import CantUnseal, seal, unseal

STEP_SECONDS = 30
DIGITS = 6
# Clocks differ, and people type slowly: the step before and the one after are good as well
# (RFC 6238, 5.2).
NEIGHBOURS = (-1, 0, 1)
KEY_PURPOSE = "accounts.authenticator_app"
SETUP_PURPOSE = "accounts.authenticator_setup"
SETUP_LASTS = timedelta(minutes=30)

RECOVERY_CODES = 10
GROUPS, GROUP_LETTERS = 4, 4
# Crockford's base 32: nothing in it looks like something else.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_ALIKE = str.maketrans({"o": "0", "i": "1", "l": "1"})


def new_key() -> str:
    """Return a new key of 160 random bits in base 32, as apps take it."""
    return pyotp.random_base32(32)


def seal_key(key: str) -> str:
    """Return a key as it is stored."""
    return seal(key, KEY_PURPOSE)


def key_address(key: str, account: str, issuer: str) -> str:
    """Return the ``otpauth:`` address that apps read from a QR code."""
    return pyotp.TOTP(key).provisioning_uri(name=account, issuer_name=issuer)


def spaced(key: str) -> str:
    """Return a key in groups of four, as people type it."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def begin_setup(person_id: int, key: str) -> str:
    """Return a new key sealed for the form that asks for its first code: nothing is stored yet."""
    facts = {"person": person_id, "key": key, "at": now().timestamp()}
    return seal(json.dumps(facts), SETUP_PURPOSE)


def key_of_setup(person_id: int, sealed: str) -> str | None:
    """Return the key that a form brings back, or None: not this person's, altered, or too old."""
    try:
        facts = json.loads(unseal(sealed, SETUP_PURPOSE))
    except CantUnseal:
        return None
    fresh = now().timestamp() - facts["at"] <= SETUP_LASTS.total_seconds()
    return str(facts["key"]) if fresh and facts["person"] == person_id else None


def matching_step(key: str, code: str, *, after: int) -> int | None:
    """Return the step that ``code`` is of, or None where it is of none that is still good.

    ``after`` is the last step that was used: a code is good once.
    """
    given = _digits(code)
    present = int(now().timestamp()) // STEP_SECONDS
    found: int | None = None
    generator = pyotp.HOTP(key, digits=DIGITS)
    for step in (present + offset for offset in NEIGHBOURS):
        right = hmac.compare_digest(generator.at(step).encode(), given)
        if right and step > after:
            found = step
    return found


def opened(sealed_key: str) -> str:
    """Return a stored key. Raises CantUnseal."""
    return unseal(sealed_key, KEY_PURPOSE)


def new_recovery_codes() -> list[str]:
    """Return ten codes of 80 random bits each, none like another."""
    return [_new_recovery_code() for _number in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> str | None:
    """Return what is stored of a recovery code, or None for what has not its form.

    Upper or lower case, with or without hyphens and spaces, o for zero: as people write.
    """
    letters = "".join(each for each in code.lower() if each.isalnum()).translate(_ALIKE)
    if len(letters) != GROUPS * GROUP_LETTERS or not set(letters) <= set(_LETTERS):
        return None
    return hashlib.sha256(letters.encode()).hexdigest()


def _new_recovery_code() -> str:
    groups = (
        "".join(secrets.choice(_LETTERS) for _ in range(GROUP_LETTERS)) for _ in range(GROUPS)
    )
    return "-".join(groups)


def _digits(code: str) -> bytes:
    return "".join(each for each in code if each.isascii() and each.isdigit())[
        : DIGITS + 1
    ].encode()
