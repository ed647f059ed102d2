"""Signatures of requests between us and other servers, as Standard Webhooks 1.0 has them.

Headers ``webhook-id``, ``webhook-timestamp`` (Unix seconds) and ``webhook-signature``: ``v1,`` and
the base64 of HMAC-SHA256 over ``id.timestamp.body``; several, for a change of secrets, stand with a
space between them. See https://www.standardwebhooks.com.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

# How far the clocks of both sides may be apart, and how long a request can be played again.
TOLERANCE_SECONDS = 300


def sign(secret: str, request_id: str, body: bytes, *, at: float | None = None) -> dict[str, str]:
    """Return the headers that sign ``body``; ``at`` is the time in Unix seconds, else now."""
    moment = str(int(time.time() if at is None else at))
    return {
        "webhook-id": request_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{_signature(secret, request_id, moment, body)}",
    }


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Tell whether a request was signed with ``secret`` within the last minutes."""
    request_id = headers.get("webhook-id", "")
    moment = headers.get("webhook-timestamp", "")
    if not request_id or not (moment.isascii() and moment.isdigit() and len(moment) < 12):
        return False
    expected = _signature(secret, request_id, moment, body)
    given = headers.get("webhook-signature", "").split(" ")[:5]
    # Each is compared in constant time, and before the time is: nothing is learnt from how long.
    known = [hmac.compare_digest(one.encode(), f"v1,{expected}".encode()) for one in given]
    return any(known) and abs(time.time() - int(moment)) <= TOLERANCE_SECONDS


def _signature(secret: str, request_id: str, moment: str, body: bytes) -> str:
    signed = b".".join((request_id.encode(), moment.encode(), body))
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
