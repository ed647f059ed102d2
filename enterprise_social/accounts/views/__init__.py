"""Pages of accounts: sign-in, recovery, invitations and one's own settings."""

from __future__ import annotations

from enterprise_social.accounts.views import (
    access_tokens,
    confirmation,
    factors,
    invitations,
    passkeys,
    password,
    recovery,
    saml,
    second_step,
    sessions,
    sign_in,
    sign_on,
    sign_on_settings,
)

blueprints = (
    sign_in.blueprint,
    second_step.blueprint,
    confirmation.blueprint,
    sign_on.blueprint,
    saml.blueprint,
    sign_on_settings.blueprint,
    recovery.blueprint,
    invitations.blueprint,
    password.blueprint,
    factors.blueprint,
    passkeys.blueprint,
    sessions.blueprint,
    access_tokens.blueprint,
)
