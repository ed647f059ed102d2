"""Records: how long things are kept, what is held, what is given out, and what is erased."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages of keeping, giving out and erasing."""
    from enterprise_social.records import models, policy
    from enterprise_social.records.listeners import exports as making_exports

    del app, models, policy, making_exports
