"""Notifications: what somebody is told of, by which way, and what they have read."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages of notifications, and listen for what people are told of."""
    from enterprise_social.notifications import listeners, views

    del listeners  # imported for what it hears
    app.register_blueprint(views.blueprint)
