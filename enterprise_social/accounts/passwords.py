"""Passwords: hashed with Argon2id (RFC 9106), checked in the same time whether known or not.

Hashing is slow on purpose, so it is done before an action begins, never inside one, and in a real
thread where the server's threads are cooperative.
"""

from __future__ import annotations

import base64
import re
import secrets
import threading
import unicodedata
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from flask_babel import gettext as _

from enterprise_social.core.beside import beside
from enterprise_social.core.errors import Invalid

SHORTEST = 10
LONGEST = 200
LEAST_BESIDE_THE_NAME = 6
HASH_BYTES = 32
SALT_BYTES = 16
# Each hash takes PASSWORD_MEMORY_COST of memory; a flood of sign-ins must not take all of it.
_turns = threading.BoundedSemaphore(4)

# The long ones among the passwords that turn up in every leak, without digits at their end.
_COMMON_WORDS = """
    password passwort motdepasse contrasena qwertyuiop qwertzuiop azertyuiop asdfghjkl letmein
    welcome iloveyou administrator changeme trustno football baseball superman princess sunshine
    monkey dragon master shadow michael jennifer computer internet abcdefghij qqww1122
    1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4t5 zaq12wsx willkommen bienvenue secret geheim
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_RUNS = "01234567890123456789 9876543210987654321 abcdefghijklmnopqrstuvwxyz"


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, with its parameters and salt."""
    with _turns:
        return beside(_hasher().hash, _normal(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Tell whether ``password`` is the one of ``stored``.

    None, for somebody without a password or nobody at all, takes as long and is never right.
    """
    usable = len(password) <= LONGEST
    with _turns:
        try:
            given = _normal(password if usable else "")
            right = beside(_hasher().verify, stored or _dummy(), given)
        except (VerificationError, InvalidHashError):
            return False
    return right and usable and stored is not None


def needs_rehash(stored: str) -> bool:
    """Tell whether the hash was made with other parameters than those of the settings."""
    return _hasher().check_needs_rehash(stored)


def check_new_password(
    password: str, personal: Sequence[str] = (), field: str = "password"
) -> None:
    """Refuse a new password that is too short, too long or among the first to be guessed.

    ``personal`` is the person's name and address, which don't count towards its strength. Raises
    Invalid that names ``field``.
    """
    if len(password) < SHORTEST:
        problem = _("Use at least %(count)d characters.", count=SHORTEST)
    elif len(password) > LONGEST:
        problem = _("Use at most %(count)d characters.", count=LONGEST)
    elif _is_obvious(password):
        problem = _("This password is among the first that somebody would try.")
    elif _is_personal(password, personal):
        problem = _("This password is too close to your name or e-mail address.")
    else:
        return
    raise Invalid(errors={field: [problem]})


def _is_obvious(password: str) -> bool:
    plain = re.sub(r"[^\w]", "", password.casefold())
    bare = plain.rstrip("0123456789_")
    halves = plain[: len(plain) // 2], plain[len(plain) // 2 :]
    return (
        len(set(plain)) < 4
        or plain in _COMMON
        or bare in _COMMON
        or halves[0] == halves[1] in _COMMON
        or plain in _RUNS
    )


def _is_personal(password: str, personal: Sequence[str]) -> bool:
    rest = password.casefold()
    words = {word for text in personal for word in re.split(r"[\W_]+", text.casefold())}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= 3:
            rest = rest.replace(word, "")
    return rest != password.casefold() and len(rest) < LEAST_BESIDE_THE_NAME


def _normal(password: str) -> str:
    # The same letters typed on two systems must give the same bytes (NIST SP 800-63B, 5.1.1.2).
    return unicodedata.normalize("NFKC", password)


def _hasher() -> PasswordHasher:
    settings = current_app.config
    return PasswordHasher(
        time_cost=settings["PASSWORD_TIME_COST"],
        memory_cost=settings["PASSWORD_MEMORY_COST"],
        parallelism=1,
        hash_len=HASH_BYTES,
        salt_len=SALT_BYTES,
    )


def _dummy() -> str:
    """Return a hash that no password has; to refuse it takes as long as a real one."""
    settings = current_app.config
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (SALT_BYTES, HASH_BYTES)
    )
    memory, rounds = settings["PASSWORD_MEMORY_COST"], settings["PASSWORD_TIME_COST"]
    return f"$argon2id$v=19$m={memory},t={rounds},p=1${salt}${digest}"
