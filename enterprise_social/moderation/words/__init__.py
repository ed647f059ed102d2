"""Word rules: what the organisation, or a channel, doesn't want to be said."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Ask the rules of words of everything that is written from now on."""
    from enterprise_social.core import screening
    from enterprise_social.moderation.words import listeners, models
    from enterprise_social.moderation.words.screener import WordScreener

    screening.register(WordScreener())
    del app, listeners, models
