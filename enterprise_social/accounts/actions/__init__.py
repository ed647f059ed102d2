"""Writes of accounts, by noun. An actor of None is the installation itself."""

from __future__ import annotations

from enterprise_social.accounts.actions.access_tokens import (
    create_access_token,
    end_access_tokens,
    revoke_access_token,
    touch_access_token,
)
from enterprise_social.accounts.actions.checking import check_password
from enterprise_social.accounts.actions.factors import (
    check_code,
    make_recovery_codes,
    remove_app,
    set_app,
)
from enterprise_social.accounts.actions.invitations import (
    accept_invitation,
    end_invitations,
    invite,
    resend_invitation,
    revoke_invitation,
)
from enterprise_social.accounts.actions.notices import (
    tell_of_break_glass,
    tell_of_browser,
    tell_of_change,
)
from enterprise_social.accounts.actions.passkeys import (
    add_passkey,
    begin_enrolment,
    check_passkey,
    proof_options,
    remove_passkey,
    rename_passkey,
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
from enterprise_social.accounts.actions.pending import (
    begin_pending,
    end_pending,
)
from enterprise_social.accounts.actions.second_steps import (
    finish_by_code,
    finish_by_passkey,
    sign_in_by_passkey,
)
from enterprise_social.accounts.actions.security import (
    change_rules,
    close_unproven_sockets,
    reset_factors,
    sign_out_everywhere,
)
from enterprise_social.accounts.actions.sessions import (
    ask_for_proof,
    begin_session,
    end_sessions,
    is_stale,
    renew_session,
    revoke_other_sessions,
    revoke_session,
    sign_in,
    sign_out,
    touch_session,
)

__all__ = [
    "accept_invitation",
    "add_passkey",
    "ask_for_proof",
    "begin_enrolment",
    "begin_pending",
    "begin_session",
    "change_password",
    "change_rules",
    "check_code",
    "check_passkey",
    "check_password",
    "close_unproven_sockets",
    "create_access_token",
    "create_password_reset",
    "end_access_tokens",
    "end_invitations",
    "end_pending",
    "end_sessions",
    "finish_by_code",
    "finish_by_passkey",
    "forget_credentials",
    "invite",
    "is_stale",
    "make_recovery_codes",
    "proof_options",
    "remove_app",
    "remove_passkey",
    "rename_passkey",
    "renew_session",
    "request_password_reset",
    "resend_invitation",
    "reset_factors",
    "reset_password",
    "revoke_access_token",
    "revoke_invitation",
    "revoke_other_sessions",
    "revoke_session",
    "send_password_reset",
    "set_app",
    "set_password",
    "sign_in",
    "sign_in_by_passkey",
    "sign_out",
    "sign_out_everywhere",
    "tell_of_break_glass",
    "tell_of_browser",
    "tell_of_change",
    "touch_access_token",
    "touch_session",
]
