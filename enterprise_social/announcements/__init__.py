"""Announcements: what must reach people, who was reached by which way, and who answered."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages of announcements, and listen for what they follow."""
    from enterprise_social.announcements import listeners, views
    from enterprise_social.announcements.views import gateway, links

    del listeners  # imported for what it hears
    app.register_blueprint(views.blueprint)
    app.register_blueprint(views.delegates)
    app.register_blueprint(links.blueprint)
    app.register_blueprint(gateway.blueprint)
