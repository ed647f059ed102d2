"""Reads of the fields that the organisation defined, and of the built-in ones that it hides."""

from __future__ import annotations

from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.people.models import HiddenField


def hidden_names() -> frozenset[str]:
    """Return the names of the built-in fields that this organisation doesn't show."""
    return frozenset(db.session.scalars(select(HiddenField.name)))
