"""Web Push: messages to browsers that are closed, encrypted for each of them."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Serve the service worker, and have the key by which push services know us."""
    from enterprise_social.push import vapid, views

    vapid.register(app)
    app.register_blueprint(views.blueprint)
