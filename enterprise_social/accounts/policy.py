"""Who may see sessions, tokens and invitations, and who may invite whom."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true

from enterprise_social.accounts.factors.models import Passkey
from enterprise_social.accounts.models import AccessToken, Invitation, SignInSession
from enterprise_social.core.access import visibility
from enterprise_social.people import policy as people_policy
from enterprise_social.people.models import Person

SCOPES = ("read", "write", "admin")


@visibility(SignInSession)
def visible_sessions(viewer: Person) -> ColumnElement[bool]:
    """Everybody sees their own sessions."""
    return SignInSession.person_id == viewer.id


@visibility(AccessToken)
def visible_tokens(viewer: Person) -> ColumnElement[bool]:
    """Everybody sees their own tokens."""
    return AccessToken.person_id == viewer.id


@visibility(Passkey)
def visible_passkeys(viewer: Person) -> ColumnElement[bool]:
    """Everybody sees their own passkeys."""
    return Passkey.person_id == viewer.id


@visibility(Invitation)
def visible_invitations(viewer: Person) -> ColumnElement[bool]:
    """Admins see all invitations, managers those that they sent."""
    if people_policy.is_admin(viewer):
        return true()
    if people_policy.is_manager(viewer):
        return Invitation.invited_by_id == viewer.id
    return false()


def may_invite(actor: Person | None, role: str) -> bool:
    """Tell whether the actor may invite somebody to that role."""
    return people_policy.may_create(actor, role)


def may_manage_invitation(actor: Person | None, invitation: Invitation) -> bool:
    """Tell whether the actor may send an invitation again or revoke it."""
    own = actor is not None and invitation.invited_by_id == actor.id
    return people_policy.is_admin(actor) or (own and may_invite(actor, invitation.role))


def grantable_scopes(actor: Person) -> tuple[str, ...]:
    """Return the scopes that the actor may give to a token."""
    return SCOPES if people_policy.is_admin(actor) else SCOPES[:2]
