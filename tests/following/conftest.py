"""What the tests of following stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from enterprise_social.core.db import db


@pytest.fixture
def house(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The application on SQLite, with its context around the test."""
    app = make_app()
    with app.app_context():
        yield app
        db.session.rollback()
