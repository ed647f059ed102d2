"""Home: the shell around every page, the first page, and the demo workspace."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the shell and the home page."""
    from enterprise_social.home import shell, views

    shell.register(app)
    app.register_blueprint(views.blueprint)
