"""Cards: a post with everything on it, read in a fixed number of queries."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Give pages the function that shows a card, and the bus the one that renders changes."""
    from enterprise_social.feed import live, views
    from enterprise_social.feed.crowds import Crowds

    app.extensions["crowds"] = Crowds()
    app.jinja_env.globals["render_post"] = live.show_post
    app.jinja_env.globals["own_reactions"] = live.own_reactions
    live.register(app)
    app.register_blueprint(views.blueprint)
