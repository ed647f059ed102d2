"""Realtime: the socket endpoint. It connects, joins rooms, tells who types; it writes nothing."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Open the socket endpoint of ``app``."""
    from enterprise_social.realtime import endpoint

    endpoint.register(app)
