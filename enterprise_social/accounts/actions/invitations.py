"""Writes: invite, invite again, revoke, accept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update

from enterprise_social.accounts import passwords, policy, queries
from enterprise_social.accounts.actions.passwords import store_password
from enterprise_social.accounts.events import InvitationAccepted
from enterprise_social.accounts.models import Invitation
from enterprise_social.accounts.secret_tokens import new_token, token_hash
from enterprise_social.core import audit, mail
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Gone, Invalid
from enterprise_social.core.events import announce
from enterprise_social.core.organisation import organisation_name
from enterprise_social.people import queries as people_queries
from enterprise_social.people.actions import create_person, update_person
from enterprise_social.people.details import clean
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin

INVITATION_LASTS = timedelta(days=7)


@action
def invite(
    actor: Person | None,
    email: str,
    *,
    name: str = "",
    role: str = "employee",
    channel_ids: Sequence[int] = (),
) -> tuple[Invitation, str]:
    """Invite somebody by mail; an earlier invitation to the same address ends.

    Somebody imported without a password is invited to the account that they have. Returns the
    invitation and its link, which is kept nowhere else; it is empty where an account waits behind
    it already and the actor is no admin: only its mailbox gets it. ``channel_ids`` are where a
    guest is put, checked by the room of channels. Raises Forbidden and Invalid.
    """
    fields = {"email": email, "role": role} | ({"name": name} if name.strip() else {})
    values = clean(fields)
    existing = people_queries.by_email(values["email"])
    if existing is not None:
        _check_existing(existing)
        values |= {"name": existing.name, "role": existing.role}
    allowed = policy.may_invite(actor, values["role"])
    require(allowed, _("You may not invite people to this role."))
    end_invitations(values["email"])
    invitation = Invitation(
        **values,
        invited_by_id=None if actor is None else actor.id,
        created_at=now(),
        channel_ids=sorted(set(channel_ids)),
    )
    link = _renew(invitation)
    db.session.add(invitation)
    db.session.flush()
    _send(actor, invitation, link)
    details: dict[str, Any] = {"role": invitation.role, "email": invitation.email}
    if invitation.channel_ids:
        details["channel_ids"] = invitation.channel_ids
    audit.record(actor, "accounts.invited", f"invitation:{invitation.id}", details)
    return invitation, _shown_to(actor, link, existing)


def _shown_to(actor: Person | None, link: str, existing: Person | None) -> str:
    # Whoever follows it sets the password of an account that has fields, messages and channels.
    return link if existing is None or is_admin(actor) else ""


@action
def end_invitations(email: str, *, seen_by_others: bool = False) -> None:
    """End every open invitation to an address, or those whose link others have seen.

    What a manager was shown is for an account that there isn't yet: it must not open one that
    came with this address since.
    """
    statement = update(Invitation).where(Invitation.email == email)
    if seen_by_others:
        admins = select(Person.id).where(Person.role == "admin")
        statement = statement.where(Invitation.invited_by_id.not_in(admins))
    db.session.execute(
        statement.where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .values(revoked_at=now())
        .execution_options(synchronize_session="fetch")
    )


@action
def resend_invitation(actor: Person | None, invitation: Invitation) -> tuple[Invitation, str]:
    """Send an open invitation again with a new link; the old link ends. Returns as above."""
    invitation = _open(actor, invitation)
    link = _renew(invitation)
    _send(actor, invitation, link)
    audit.record(actor, "accounts.invited_again", f"invitation:{invitation.id}")
    return invitation, _shown_to(actor, link, people_queries.by_email(invitation.email))


@action
def revoke_invitation(actor: Person | None, invitation: Invitation) -> None:
    """End an open invitation."""
    invitation = _open(actor, invitation)
    invitation.revoked_at = now()
    audit.record(actor, "accounts.invitation_revoked", f"invitation:{invitation.id}")


def accept_invitation(
    token: str, name: str, password: str, *, time_zone: str = "UTC", locale: str = "en"
) -> Person:
    """Make the account that an invitation is for and set its password.

    Raises Gone where the link is used, revoked, too old or none of ours, and Invalid.
    """
    invitation = queries.invitation_of(token)
    if invitation is None:
        raise _gone()
    errors: dict[str, list[str]] = {}
    try:
        clean({"name": name})
    except Invalid as error:
        errors |= error.errors
    try:
        passwords.check_new_password(password, (name, invitation.email))
    except Invalid as error:
        errors |= error.errors
    if errors:
        raise Invalid(errors=errors)
    return _accept(token, name, passwords.hash_password(password), time_zone, locale)


@action
def _accept(token: str, name: str, password_hash: str, time_zone: str, locale: str) -> Person:
    statement = (
        select(Invitation)
        .where(queries.usable_invitation(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    invitation = db.session.execute(statement).scalar_one_or_none()
    if invitation is None:
        raise _gone()
    person = people_queries.by_email(invitation.email)
    invitation.accepted_at = now()
    db.session.flush()
    if person is None:
        person = create_person(
            None,
            email=invitation.email,
            name=name,
            role=invitation.role,
            time_zone=time_zone,
            locale=locale,
        )
    else:
        _check_existing(person)
        person = update_person(person, person, name=name)
    store_password(person, person.id, password_hash)
    invitation.person_id = person.id
    audit.record(person, "accounts.invitation_accepted", f"invitation:{invitation.id}")
    announce(InvitationAccepted(person.id, invitation.id))
    return person


def _check_existing(person: Person) -> None:
    problem = None
    if not person.is_active:
        problem = _("This account is deactivated. An admin can bring it back.")
    elif person.is_bot or queries.comes_in(person.id):
        problem = _("Somebody with this e-mail address has an account already.")
    if problem:
        raise Invalid(errors={"email": [problem]})


def _open(actor: Person | None, invitation: Invitation) -> Invitation:
    invitation = lock(Invitation, invitation.id)
    allowed = policy.may_manage_invitation(actor, invitation)
    require(allowed, _("This is somebody else's invitation."))
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise Conflict(_("This invitation is closed already."))
    return invitation


def _renew(invitation: Invitation) -> str:
    token = new_token()
    invitation.token_hash = token_hash(token)
    invitation.expires_at = now() + INVITATION_LASTS
    return f"{current_app.config['BASE_URL']}/invitations/{token}"


def _send(actor: Person | None, invitation: Invitation, link: str) -> None:
    workspace = organisation_name()
    mail.send(
        invitation.email,
        _("Your invitation to %(workspace)s", workspace=workspace),
        _(
            "Hello %(name)s,\n\n%(inviter)s invites you to %(workspace)s. Follow this link within "
            "%(days)d days to choose a password and come in:\n\n%(link)s\n",
            name=invitation.name or invitation.email,
            inviter=workspace if actor is None else actor.name,
            workspace=workspace,
            days=INVITATION_LASTS.days,
            link=link,
        ),
        to_name=invitation.name,
    )


def _gone() -> Gone:
    return Gone(_("This invitation was used already, taken back, or is too old."))
