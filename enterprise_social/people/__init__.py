"""People: who works here, in which department, under whom."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the directory's pages."""
    from enterprise_social.people import views

    app.register_blueprint(views.blueprint)
    app.register_blueprint(views.org)
    app.register_blueprint(views.presence)
