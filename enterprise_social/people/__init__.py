"""People: who works here, in which department, under whom."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the directory's pages."""
    from enterprise_social.people import listeners, views
    from enterprise_social.people.views.hiding import hides

    del listeners  # imported for what they listen to
    app.jinja_env.globals["hides"] = hides
    app.register_blueprint(views.blueprint)
    app.register_blueprint(views.groups)
    app.register_blueprint(views.org)
    app.register_blueprint(views.photos)
    app.register_blueprint(views.presence)
    app.register_blueprint(views.settings)
