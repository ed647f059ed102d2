"""Writes: is this the password of whoever has this address? Failures are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.accounts import passwords
from enterprise_social.accounts.actions import attempts
from enterprise_social.accounts.factors import queries as factors
from enterprise_social.accounts.factors import rules
from enterprise_social.accounts.models import Credential
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.people.details import clean_email
from enterprise_social.people.models import Person
from enterprise_social.people.policy.sanctions import suspension_of


def check_password(email: str, password: str, *, address: str = "") -> int:
    """Return the id of whoever has this e-mail address and password; counts what fails.

    Raises Invalid and TooManyRequests as sign_in does. Not to be called inside an action: it takes
    its time.
    """
    return accept(verify(email, password, address)).id


@dataclass(frozen=True)
class Verified:
    """A password that was right a moment ago, and what has to be so still."""

    key: str
    person_id: int
    changed_at: datetime
    fresh_hash: str | None


def verify(email: str, password: str, address: str) -> Verified:
    """Look whether the password is right; takes its time. Raises as check_password does."""
    key = attempts.account_key(email)
    attempts.refuse_while_paused(key, address)
    known = _credential(email)
    right = passwords.verify_password(known.password_hash if known else None, password)
    if known is None or not right or not rules.may_use_password(known.person_id):
        attempts.count_failure(key, address, known.person_id if known else None)
        raise _no_match()
    stale = passwords.needs_rehash(known.password_hash)
    fresh_hash = passwords.hash_password(password) if stale else None
    return Verified(key, known.person_id, known.changed_at, fresh_hash)


@action
def accept(verified: Verified) -> Person:
    """Take a right password, unless the account was locked or changed in the meantime."""
    # In the order in which a new password is stored, so that the two wait for each other.
    person = lock(Person, verified.person_id)
    credential = lock(Credential, verified.person_id)
    changed = credential.changed_at != verified.changed_at
    gone = person.deactivated_at is not None
    if changed or gone or attempts.is_paused(verified.key):
        raise _no_match()
    suspended = suspension_of(person)
    if suspended is not None:
        raise Invalid(errors={"password": [suspended]})
    if verified.fresh_hash is not None:
        credential.password_hash = verified.fresh_hash
    if not factors.has_factor(person.id):
        # With a second one the failures count until that was shown: its codes are few.
        attempts.forget_failures(verified.key)
    return person


def _credential(email: str) -> Credential | None:
    statement = (
        select(Credential)
        .join(Person, Person.id == Credential.person_id)
        .where(Person.email == (clean_email(email) or ""), Person.deactivated_at.is_(None))
    )
    found: Credential | None = db.session.execute(statement).scalar_one_or_none()
    return found


def _no_match() -> Invalid:
    return Invalid(errors={"password": [mismatch()]})


def mismatch() -> str:
    """Return what everybody is told who doesn't come in by a password, whatever was wrong."""
    return _("E-mail and password don't match.")
