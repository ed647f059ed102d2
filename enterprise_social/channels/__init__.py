"""Channels: places to talk, who is in them, and what changed in each."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the channels' pages."""
    from enterprise_social.channels import listeners, views

    del listeners  # imported for what they listen to
    app.register_blueprint(views.blueprint)
