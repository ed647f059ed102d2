"""Reads: which factors somebody has, and who has none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select

from enterprise_social.accounts.factors.models import (
    AuthenticatorApp,
    Passkey,
    PendingSignIn,
    RecoveryCode,
)
from enterprise_social.accounts.secret_tokens import token_hash
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Person


@dataclass(frozen=True)
class Factors:
    """What somebody can show besides a password."""

    app: AuthenticatorApp | None
    passkeys: Sequence[Passkey]
    recovery_codes: int
    codes_made_at: datetime | None

    @property
    def count(self) -> int:
        """How many factors there are; recovery codes only stand in for one."""
        return len(self.passkeys) + (self.app is not None)

    def __bool__(self) -> bool:
        return self.count > 0


def factors_of(person_id: int) -> Factors:
    """Return somebody's factors, the oldest passkey first."""
    app = db.session.get(AuthenticatorApp, person_id)
    passkeys = db.session.scalars(
        select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    ).all()
    left, made_at = db.session.execute(
        select(
            func.count().filter(RecoveryCode.used_at.is_(None)), func.max(RecoveryCode.created_at)
        ).where(RecoveryCode.person_id == person_id)
    ).one()
    return Factors(app, passkeys, left, made_at)


def has_factor(person_id: int) -> bool:
    """Tell whether somebody has a second factor."""
    statement = select(Person.id).where(Person.id == person_id, _has_one())
    return db.session.execute(statement).first() is not None


def with_factor(person_ids: Collection[int]) -> set[int]:
    """Return those of the people who have a second factor."""
    statement = select(Person.id).where(Person.id.in_(person_ids), _has_one())
    return set(db.session.scalars(statement))


def coverage() -> dict[str, tuple[int, int]]:
    """Return by role how many active people there are, and how many of them have a factor."""
    statement = (
        select(Person.role, func.count(), func.count().filter(_has_one()))
        .where(Person.deactivated_at.is_(None), Person.is_bot.is_(False))
        .group_by(Person.role)
    )
    return {role: (all_, have) for role, all_, have in db.session.execute(statement)}


def active_admins() -> Sequence[Person]:
    """Return the admins, by name."""
    statement = (
        select(Person)
        .where(Person.role == "admin", Person.deactivated_at.is_(None), Person.is_bot.is_(False))
        .order_by(Person.name, Person.id)
        .limit(500)
    )
    return db.session.scalars(statement).all()


def passkey_of(credential_id: str) -> Passkey | None:
    """Return the passkey with this credential id, whoever's it is."""
    statement = select(Passkey).where(Passkey.credential_hash == token_hash(credential_id))
    return db.session.execute(statement).scalar_one_or_none()


def pending_person(token: str) -> Person | None:
    """Return who gave the right password and still has to show a factor, or None."""
    statement = (
        select(Person)
        .join(PendingSignIn, PendingSignIn.person_id == Person.id)
        .where(usable_pending(token), Person.deactivated_at.is_(None))
    )
    return db.session.execute(statement).scalar_one_or_none()


def usable_pending(token: str) -> ColumnElement[bool]:
    """Return the condition for a sign-in that still waits for its second half."""
    return (PendingSignIn.token_hash == token_hash(token)) & (PendingSignIn.expires_at > now())


def _has_one() -> ColumnElement[bool]:
    return or_(
        exists().where(AuthenticatorApp.person_id == Person.id),
        exists().where(Passkey.person_id == Person.id),
    )
