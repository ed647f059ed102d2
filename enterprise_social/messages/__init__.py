"""Messages: direct conversations, which are channels of kind direct; no tables of its own."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages of direct conversations."""
    from enterprise_social.messages import listeners, views

    del listeners  # imported for what it hears
    app.register_blueprint(views.blueprint)
