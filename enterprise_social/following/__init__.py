"""Whom and what somebody wants to hear of: people, hashtags, and the storylines of people."""

from __future__ import annotations

from flask import Flask


def register(_app: Flask) -> None:
    """Listen for what changes who follows whom."""
    from enterprise_social.following import listeners

    del listeners  # imported for what it hears
