"""What proves who somebody is: one's own factors, and help by admins."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from enterprise_social.accounts import actions, identity
from enterprise_social.accounts.factors import queries, rules
from enterprise_social.accounts.factors.models import Passkey
from enterprise_social.api.calls import call
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import rfc3339
from enterprise_social.people import policy
from enterprise_social.people.models import Person

REFUSALS = {
    404: "No such person.",
    403: "The caller is no admin, the token lacks `admin`, or a browser must prove who it is.",
}


@call("GET", "/me/security", "Read one's own second factors", answer="Security")
def get_security(viewer: Person) -> dict[str, Any]:
    """Which there are, and whether the organisation asks for one.

    They are set up, shown and removed in a browser alone.
    """
    have, moment = queries.factors_of(viewer.id), rules.enforced_from(viewer)
    return {
        "required": rules.requires_factor(viewer),
        "enforced_from": None if moment is None else rfc3339(moment),
        "app": have.app is not None,
        "recovery_codes_left": have.recovery_codes,
        "passkeys": [_passkey(each) for each in have.passkeys],
    }


@call(
    "DELETE",
    "/users/{user_id}/second-factor",
    "Reset somebody's second factor",
    refusals=REFUSALS,
)
def delete_second_factor(viewer: Person, *, user_id: int) -> None:
    """For admins, of others.

    App, passkeys and recovery codes end, the person is signed out and told by mail.
    """
    actions.reset_factors(viewer, _of(viewer, user_id))


@call("DELETE", "/users/{user_id}/sessions", "Sign somebody out everywhere", refusals=REFUSALS)
def delete_sessions(viewer: Person, *, user_id: int) -> None:
    """For admins. Sessions, sockets and access tokens end at once."""
    actions.sign_out_everywhere(viewer, _of(viewer, user_id))


def _of(viewer: Person, user_id: int) -> Person:
    person = find(Person, user_id, viewer)
    identity.require_scope("admin")
    require(policy.is_admin(viewer), _("Only admins may do this."))
    identity.require_fresh()
    return person


def _passkey(passkey: Passkey) -> dict[str, Any]:
    used = passkey.last_used_at
    return {
        "id": passkey.id,
        "name": passkey.name,
        "created_at": rfc3339(passkey.created_at),
        "last_used_at": None if used is None else rfc3339(used),
    }
