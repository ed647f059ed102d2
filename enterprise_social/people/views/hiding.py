"""Which built-in fields pages leave out, asked for once a request."""

from __future__ import annotations

from flask import g

from enterprise_social.people.queries.fields import hidden_names


def hides(name: str) -> bool:
    """Tell whether the organisation doesn't use a built-in field."""
    names: frozenset[str] | None = g.get("hidden_names")
    if names is None:
        names = g.hidden_names = hidden_names()
    return name in names
