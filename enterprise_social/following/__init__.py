"""Whom and what somebody wants to hear of: people, hashtags, and the storylines of people."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages, and listen for what changes who follows whom."""
    from enterprise_social.following import listeners, views

    del listeners  # imported for what it hears
    app.register_blueprint(views.blueprint)
