"""What people answer a post with, without words: an emoji."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Connect the room with the application."""
    from enterprise_social.reactions import listeners, views

    app.jinja_env.globals["emoji_facts"] = views.emoji_facts
    app.register_blueprint(views.blueprint)
    del listeners  # imported for what it registers
