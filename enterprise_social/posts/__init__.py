"""Posts and threads: what is said, edited, pinned, deleted."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages of posts and threads."""
    from enterprise_social.posts import listeners, views

    app.register_blueprint(views.blueprint)
    del listeners  # imported for what it registers
