"""The town of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.moderation.town import Town, make_town


@pytest.fixture
def town(app: Flask) -> Iterator[Town]:
    """A channel with a rude post in it, those who read it, and those who judge."""
    with app.app_context():
        yield make_town(app)
