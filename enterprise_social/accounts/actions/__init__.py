"""Writes of accounts, by noun. An actor of None is the installation itself."""

from __future__ import annotations

from enterprise_social.accounts.actions.access_tokens import (
    create_access_token,
    end_access_tokens,
    revoke_access_token,
    touch_access_token,
)
from enterprise_social.accounts.actions.invitations import (
    accept_invitation,
    end_invitations,
    invite,
    resend_invitation,
    revoke_invitation,
)
from enterprise_social.accounts.actions.passwords import (
    change_password,
    create_password_reset,
    forget_credentials,
    request_password_reset,
    reset_password,
    send_password_reset,
    set_password,
)
from enterprise_social.accounts.actions.sessions import (
    begin_session,
    check_password,
    end_sessions,
    is_stale,
    revoke_other_sessions,
    revoke_session,
    sign_in,
    sign_out,
    touch_session,
)

__all__ = [
    "accept_invitation",
    "begin_session",
    "change_password",
    "check_password",
    "create_access_token",
    "create_password_reset",
    "end_access_tokens",
    "end_invitations",
    "end_sessions",
    "forget_credentials",
    "invite",
    "is_stale",
    "request_password_reset",
    "resend_invitation",
    "reset_password",
    "revoke_access_token",
    "revoke_invitation",
    "revoke_other_sessions",
    "revoke_session",
    "send_password_reset",
    "set_password",
    "sign_in",
    "sign_out",
    "touch_access_token",
    "touch_session",
]
