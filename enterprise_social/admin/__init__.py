"""Administration: people, their roles and invitations."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages of administration."""
    from enterprise_social.admin import views

    app.register_blueprint(views.blueprint)
