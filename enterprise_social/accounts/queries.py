"""Reads: who holds a session or a token, and the lists of the settings pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select

from enterprise_social.accounts.factors.models import Passkey
from enterprise_social.accounts.models import (
    AccessToken,
    Credential,
    Invitation,
    PasswordReset,
    SignInSession,
)
from enterprise_social.accounts.secret_tokens import token_hash
from enterprise_social.accounts.sign_on.models import ExternalIdentity
from enterprise_social.core.access import visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Person


@dataclass(frozen=True)
class SessionHolder:
    """Somebody who is signed in, by which session, and when and how they proved who they are."""

    person: Person
    session_id: int
    last_seen_at: datetime
    proven_at: datetime | None
    factor: str


@dataclass(frozen=True)
class TokenHolder:
    """Somebody for whom a program acts, by which token, and what it may do."""

    person: Person
    token_id: int
    scopes: frozenset[str]
    last_used_at: datetime | None


# Whoever was suspended is out until then, with the sessions and tokens that they have.
_LET_IN = and_(
    Person.deactivated_at.is_(None),
    or_(Person.suspended_until.is_(None), Person.suspended_until <= bindparam("now")),
)
# Every request runs one of these, and building a statement costs more than running it.
_SESSION_HOLDER = (
    select(
        Person,
        SignInSession.id,
        SignInSession.last_seen_at,
        SignInSession.proven_at,
        SignInSession.factor,
    )
    .join(SignInSession, SignInSession.person_id == Person.id)
    .where(SignInSession.token_hash == bindparam("hash"))
    .where(SignInSession.expires_at > bindparam("now"), _LET_IN)
)
_TOKEN_HOLDER = (
    select(Person, AccessToken.id, AccessToken.scopes, AccessToken.last_used_at)
    .join(AccessToken, AccessToken.person_id == Person.id)
    .where(AccessToken.token_hash == bindparam("hash"), _LET_IN)
    .where(AccessToken.expires_at.is_(None) | (AccessToken.expires_at > bindparam("now")))
)


def session_holder(token: str) -> SessionHolder | None:
    """Return who holds the session of this token; None where it is over or never was."""
    asked = {"hash": token_hash(token), "now": now()}
    row = db.session.execute(_SESSION_HOLDER, asked).one_or_none()
    if row is None:
        return None
    return SessionHolder(*row)


def token_holder(token: str) -> TokenHolder | None:
    """Return who holds this access token; None where it is over or never was."""
    asked = {"hash": token_hash(token), "now": now()}
    row = db.session.execute(_TOKEN_HOLDER, asked).one_or_none()
    if row is None:
        return None
    person, token_id, scopes, last_used_at = row
    return TokenHolder(person, token_id, frozenset(scopes), last_used_at)


def sessions_of(viewer: Person) -> Sequence[SignInSession]:
    """Return the viewer's open sessions, the last used first."""
    statement = (
        select(SignInSession)
        .where(visible(SignInSession, viewer), SignInSession.expires_at > now())
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc())
    )
    return db.session.scalars(statement).all()


def tokens_of(viewer: Person) -> Sequence[AccessToken]:
    """Return the viewer's access tokens, expired ones too, the newest first."""
    statement = select(AccessToken).where(visible(AccessToken, viewer))
    return db.session.scalars(statement.order_by(AccessToken.id.desc())).all()


def open_invitations(viewer: Person) -> Sequence[Invitation]:
    """Return the invitations that were neither accepted nor revoked, expired ones too."""
    statement = (
        select(Invitation)
        .where(visible(Invitation, viewer))
        .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .order_by(Invitation.id.desc())
        .limit(500)
    )
    return db.session.scalars(statement).all()


def invitation_of(token: str) -> Invitation | None:
    """Return the invitation of this token as long as it can be accepted, or None."""
    statement = select(Invitation).where(usable_invitation(token))
    return db.session.execute(statement).scalar_one_or_none()


def usable_invitation(token: str) -> ColumnElement[bool]:
    """Return the condition for an invitation that can still be accepted."""
    return and_(
        Invitation.token_hash == token_hash(token),
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now(),
    )


def reset_holder(token: str) -> Person | None:
    """Return who may set a new password with this token, or None."""
    statement = (
        select(Person)
        .join(PasswordReset, PasswordReset.person_id == Person.id)
        .where(usable_reset(token), Person.deactivated_at.is_(None))
    )
    return db.session.execute(statement).scalar_one_or_none()


def usable_reset(token: str) -> ColumnElement[bool]:
    """Return the condition for a reset link that can still be used."""
    return and_(
        PasswordReset.token_hash == token_hash(token),
        PasswordReset.used_at.is_(None),
        PasswordReset.expires_at > now(),
    )


def has_password(person_id: int) -> bool:
    """Tell whether the person has a password."""
    statement = select(Credential.person_id).where(Credential.person_id == person_id)
    return db.session.execute(statement).first() is not None


def comes_in(person_id: int) -> bool:
    """Tell whether the person has a way in: a password, a passkey, or an account at a provider."""
    others = (Passkey.person_id, ExternalIdentity.person_id)
    ways = [exists().where(column == person_id) for column in others]
    return has_password(person_id) or bool(db.session.execute(select(or_(*ways))).scalar_one())


def without_password(person_ids: Sequence[int]) -> set[int]:
    """Return those of the people who can't sign in yet."""
    statement = select(Credential.person_id).where(Credential.person_id.in_(person_ids))
    return set(person_ids) - set(db.session.scalars(statement))
