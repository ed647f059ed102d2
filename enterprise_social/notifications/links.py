"""Links by which somebody gets no more mails, without signing in (RFC 8058).

The token names the person and the sort of mail. It never ages: an old mail's link must work.
"""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from enterprise_social.core.sealing import secret_keys

SORTS = ("mail", "digest")


def address(person_id: int, sort: str) -> str:
    """Return the whole address of a link."""
    token = _serializer().dumps([person_id, SORTS.index(sort)])
    return f"{current_app.config['BASE_URL']}/unsubscribe/{token}"


def read(token: str) -> tuple[int, str] | None:
    """Return whom a token is of and which sort of mail, or None for one that isn't ours."""
    try:
        person_id, sort = _serializer().loads(token)
    except BadSignature:
        return None
    return int(person_id), SORTS[sort]


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_keys()[::-1], salt="notifications.unsubscribe.1")
