"""The browser in which somebody signs in: known again by a cookie that opens nothing."""

from __future__ import annotations

from typing import TypedDict

from flask import after_this_request, current_app, request
from flask.wrappers import Response

from enterprise_social.accounts.secret_tokens import new_token

COOKIE = "es_browser"
A_YEAR = 365 * 24 * 3600


class Facts(TypedDict):
    """What is noted with a session."""

    address: str
    user_agent: str
    browser: str


def facts() -> Facts:
    """Return what is noted with a session: where from, with what, and in which browser."""
    return {
        "address": request.remote_addr or "",
        "user_agent": request.user_agent.string,
        "browser": token(),
    }


def token() -> str:
    """Return the token by which this browser is known again, a new one where it has none.

    It opens nothing; it tells a browser that somebody uses from one that they never used.
    """
    known = request.cookies.get(COOKIE, "")[:100] or new_token()

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            known,
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
        return response

    return known
