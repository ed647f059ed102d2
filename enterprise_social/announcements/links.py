"""Links by which somebody acknowledges without signing in: signed, and good for one recipient.

The token names the announcement, the person and the delivery that brought it, so that a link says
by itself by which way an answer came. Nothing is stored: what it is good for is read from the
recipient's row when it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from enterprise_social.core.sealing import secret_keys

LIFE = timedelta(days=30)
WAYS = {"e": "email", "g": "gateway"}
_LETTERS = {way: letter for letter, way in WAYS.items()}


@dataclass(frozen=True)
class Link:
    """What a link is good for."""

    announcement_id: int
    person_id: int
    delivery_id: int
    way: str


def address(link: Link) -> str:
    """Return the whole address of a link."""
    parts = [link.announcement_id, link.person_id, link.delivery_id, _LETTERS[link.way]]
    return f"{current_app.config['BASE_URL']}/a/{_serializer().dumps(parts)}"


def read(token: str) -> tuple[Link, bool] | None:
    """Return what a token is good for and whether it still is, or None for one that isn't ours."""
    try:
        parts, fresh = _serializer().loads(token, max_age=int(LIFE.total_seconds())), True
    except SignatureExpired as error:
        # Signed by us, only too long ago.
        parts, fresh = _serializer().load_payload(error.payload or b""), False
    except BadSignature:
        return None
    announcement_id, person_id, delivery_id, letter = parts
    return Link(announcement_id, person_id, delivery_id, WAYS[letter]), fresh


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_keys()[::-1], salt="announcements.acknowledge.1")
