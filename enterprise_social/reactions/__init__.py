"""What people answer a post with, without words: an emoji."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Connect the room with the application."""
