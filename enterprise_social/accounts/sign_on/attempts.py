"""One try to sign on: what a browser keeps while its person is at the provider.

It lies sealed in a cookie of that browser, so that nobody can finish in their own browser, or in
somebody else's, what was begun in another one (login CSRF); and it is good once.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from enterprise_social.core.ephemeral import ephemeral
from enterprise_social.core.sealing import CantUnseal, seal, unseal

LASTS_SECONDS = 15 * 60
PURPOSE = "accounts.sign_on_attempt"
COOKIE = "es_sign_on_"


@dataclass(frozen=True)
class Attempt:
    """``target`` is where the person wanted to go, ``at`` when it began, in Unix seconds.

    ``proves`` is the id of whoever is signed in and proves again that it is them, else 0.
    """

    state: str
    nonce: str
    verifier: str
    target: str
    at: float
    proves: int = 0

    @property
    def cookie(self) -> str:
        """The name of its cookie: each tab has its own."""
        return cookie_of(self.state)


def begin(target: str, proves: int = 0) -> Attempt:
    """Begin a try."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _each in range(3))
    return Attempt(state, nonce, verifier, target[:1000], time.time(), proves)


def answering(attempt: Attempt, request_id: str) -> Attempt:
    """Return the try as the one that made this request of SAML's."""
    return replace(attempt, nonce=request_id)


def cookie_of(state: str) -> str:
    """Return the name of the cookie of the try with this state."""
    return COOKIE + sha256(state.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sealed(attempt: Attempt) -> str:
    """Return what the browser keeps."""
    return seal(json.dumps(asdict(attempt)), PURPOSE)


def resume(kept: str, state: str) -> Attempt | None:
    """Return the try that a browser kept, once; None where it isn't this one, or over."""
    try:
        attempt = Attempt(**json.loads(unseal(kept, PURPOSE)))
    except (CantUnseal, ValueError, TypeError):
        return None
    if not secrets.compare_digest(attempt.state.encode(), state.encode("utf-8", "surrogatepass")):
        return None
    if not 0 <= time.time() - attempt.at <= LASTS_SECONDS:
        return None
    used = ephemeral().increment(f"sign-on-used:{cookie_of(state)}", 2 * LASTS_SECONDS)
    return attempt if used == 1 else None
