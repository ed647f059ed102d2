"""Whom and what somebody wants to hear of: people, hashtags, and the storylines of people."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Connect the room with the application."""
