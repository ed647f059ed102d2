"""Integrations: what comes from other systems and goes to them.

Now: the import of a Slack export (``slack`` reads it, ``actions`` writes it).
"""

from __future__ import annotations

from flask import Flask


def register(_app: Flask) -> None:
    """Load the tables."""
    from enterprise_social.integrations import models  # noqa: F401
