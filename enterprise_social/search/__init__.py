"""Search: finding a post again, by its words, author, place or time."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Choose the engine, follow what happens to posts, and add the pages."""
    from enterprise_social.search import engines, keeping, listeners, models, views

    del models  # its tables are in the schema once it is loaded, whichever engine is used
    engines.register(app)
    keeping.register(app)
    listeners.register(app)
    app.register_blueprint(views.blueprint)
