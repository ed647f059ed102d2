"""Integrations: what comes from other systems and goes to them.

Now: the import of a Slack export (``slack`` reads it) and lists of people (``people_csv`` reads
them); ``actions`` writes what both bring. ``scim`` keeps people and groups as the organisation's
identity provider has them.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Load the tables, what the worker does, and the pages."""
    from enterprise_social.integrations import listeners, models, views
    from enterprise_social.integrations.scim import models as scim_models

    for blueprint in views.blueprints:
        app.register_blueprint(blueprint)
    del listeners, models, scim_models  # imported for what they register
