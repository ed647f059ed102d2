"""Links by which somebody appeals without signing in, as whoever is suspended must.

The token names the decision and the person. It is good for as long as the decision can be
appealed, and a month longer to read what came of it.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from enterprise_social.core.sealing import secret_keys
from enterprise_social.moderation import settings

READABLE = timedelta(days=31)


def address(decision_id: int, person_id: int) -> str:
    """Return the whole address of a link."""
    token = _serializer().dumps([decision_id, person_id])
    return f"{current_app.config['BASE_URL']}/appeals/{token}"


def read(token: str) -> tuple[int, int] | None:
    """Return the decision and the person that a token is of, or None for one that is no good."""
    life = timedelta(days=settings.appeal_days()) + READABLE
    try:
        decision_id, person_id = _serializer().loads(token, max_age=int(life.total_seconds()))
    except BadSignature:
        return None
    return int(decision_id), int(person_id)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_keys()[::-1], salt="moderation.appeal.1")
