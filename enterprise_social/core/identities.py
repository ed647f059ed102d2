"""Ids in addresses and forms: what no row can have names nothing, and never reaches a database."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST = 2**63 - 1  # what both databases hold in an id


class IdentityConverter(IntegerConverter):
    """``<int:…>`` in a route; a greater number than any id leads to no page."""

    def __init__(self, map: Any, *args: Any, **kwargs: Any) -> None:  # noqa: A002
        kwargs.setdefault("max", LARGEST)
        super().__init__(map, *args, **kwargs)


def identity(text: str) -> int:
    """Read an id or change number of a form, for ``request.form.get(…, type=identity)``.

    Raises ValueError for anything else, greater numbers than any id among it.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        raise ValueError(text)
    number = int(text)
    if number > LARGEST:
        raise ValueError(text)
    return number


def register(app: Flask) -> None:
    """Make the routes of ``app`` read ids so."""
    app.url_map.converters["int"] = IdentityConverter
