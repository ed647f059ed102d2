"""Links in mails that open without a sign-in: their address is the secret of one person."""

from __future__ import annotations

import hashlib

from flask import request

# It goes nowhere and stays nowhere.
PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
Answer = tuple[str, int, dict[str, str]]


def counted_by_link() -> str:
    """Return the key by which calls are limited: many colleagues may share one address."""
    token = str((request.view_args or {}).get("token", ""))
    return f"link:{hashlib.sha256(token.encode()).hexdigest()}"
