"""Moderation: what people report, what the organisation's rules stop, and what was decided."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages of moderation."""
    from enterprise_social.moderation import listeners, models, views, words

    app.register_blueprint(views.blueprint)
    words.register(app)
    del listeners, models
