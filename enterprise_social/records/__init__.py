"""Records: how long things are kept, what must not be lost, what is given out, and what is erased."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages of keeping, giving out and erasing."""
    del app
