"""Random tokens: given out once, kept as SHA-256.

Their 256 bits can't be guessed, so they need no slow hash.
"""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32
ACCESS_TOKEN_PREFIX = "es_"  # noqa: S105  # lets scanners find leaked ones


def new_token(prefix: str = "") -> str:
    """Return a new token for addresses, cookies and headers."""
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def connection_id_of_token(token_id: int) -> int:
    """Return the id by which an access token's sockets are closed; sessions have positive ones."""
    return -token_id
