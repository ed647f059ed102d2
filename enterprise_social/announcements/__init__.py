"""Announcements: what must reach people, who was reached by which way, and who answered."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Listen for what announcements follow."""
    from enterprise_social.announcements import listeners

    del app, listeners  # imported for what it hears
