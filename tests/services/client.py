"""A test client whose requests share nothing with the test but the database."""

from __future__ import annotations

from contextvars import Context
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient

from enterprise_social.core.db import db


class IsolatedClient(FlaskClient):
    """Runs each request outside the test's application context.

    Flask would reuse a context that the test has open, and with it the session and whoever is
    signed in; in the real server each request has its own. Afterwards the test's session forgets
    what it has read, so it sees what the request wrote.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request and return its whole answer."""
        kwargs.setdefault("buffered", True)
        answer = Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.rollback()
            db.session.expire_all()
        return answer
