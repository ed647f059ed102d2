"""Accounts: sign-in, sessions, passwords, invitations, access tokens."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Make ``app`` know who asks, and add the pages of sign-in and settings."""
    from enterprise_social.accounts import identity, listeners, views
    from enterprise_social.accounts.factors import rules
    from enterprise_social.accounts.sign_on import directory, provider, saml
    from enterprise_social.accounts.sign_on import models as sign_on_models

    del listeners, sign_on_models  # imported to be registered
    rules.other_ways["sign-on"] = provider.is_configured
    rules.other_ways["saml"] = saml.is_configured
    rules.other_ways["directory"] = directory.is_configured
    identity.register(app)
    for blueprint in views.blueprints:
        app.register_blueprint(blueprint)
