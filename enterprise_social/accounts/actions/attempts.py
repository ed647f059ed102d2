"""Failures to sign in: slowed after a few, locked after more, alike for every address.

They are counted by the address that was tried, whether or not it is anybody's, so that the pause
tells nothing; and by where the tries come from, so that many addresses don't help either.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import timedelta
from math import ceil

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from enterprise_social.accounts.models import SignInAttempts
from enterprise_social.core import audit
from enterprise_social.core.actions import action, current_unit
from enterprise_social.core.clock import now
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.ephemeral import ephemeral
from enterprise_social.core.errors import TooManyRequests
from enterprise_social.people.details import clean_email

FREE_FAILURES = 4
LOCKING_FAILURES = 10
LOCK = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
# An office behind one address has many people in it.
FAILURES_OF_ONE_PLACE = 100
PLACE_SECONDS = 15 * 60


def account_key(email: str) -> str:
    """Return what failures are counted by: a hash, since the address may be a mistyped password.

    However an address is spelt (a soft hyphen or another dot in its domain), it is counted as the
    one that it signs in to.
    """
    address = clean_email(email) or email.strip()
    folded = unicodedata.normalize("NFKC", address).casefold()
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()


def refuse_while_paused(key: str, address: str) -> None:
    """Raise TooManyRequests while this account or this place has to wait."""
    failures = ephemeral().get(_place(address))
    if isinstance(failures, int) and failures >= FAILURES_OF_ONE_PLACE:
        raise _wait(PLACE_SECONDS)
    statement = select(SignInAttempts.locked_until).where(SignInAttempts.key == key)
    locked_until = db.session.execute(statement).scalar_one_or_none()
    if locked_until is not None and locked_until > now():
        raise _wait((locked_until - now()).total_seconds())


def is_paused(key: str) -> bool:
    """Tell inside an action, with the row locked, whether the account has to wait.

    Of many tries at once only as many count as one after the other would have had.
    """
    attempts = _locked(key)
    return attempts.locked_until is not None and attempts.locked_until > now()


@action
def count_failure(key: str, address: str, person_id: int | None = None) -> None:
    """Count one failure and set the pause that follows from it.

    ``person_id`` is whose account it is, where it is anybody's; a lock is in the audit log.
    """
    attempts = _locked(key)
    if attempts.last_at < now() - FORGOTTEN_AFTER:
        attempts.failures = 0
    attempts.failures += 1
    attempts.last_at = now()
    attempts.locked_until = now() + pause_after(attempts.failures)
    if attempts.failures >= LOCKING_FAILURES:
        # Not the address that was tried: it may be a mistyped password.
        target = "account:unknown" if person_id is None else f"person:{person_id}"
        details = {"failures": attempts.failures, "address": address}
        audit.record(None, "accounts.locked_out", target, details)
    ephemeral().increment(_place(address), PLACE_SECONDS)


@action
def forget_failures(key: str) -> None:
    """Start anew after a success."""
    db.session.execute(
        delete(SignInAttempts)
        .where(SignInAttempts.key == key)
        .execution_options(synchronize_session="evaluate")
    )


def pause_after(failures: int) -> timedelta:
    """Return how long an account has to wait after that many failures in a row."""
    if failures >= LOCKING_FAILURES:
        return LOCK
    if failures <= FREE_FAILURES:
        return timedelta(0)
    return timedelta(seconds=2 ** (failures - FREE_FAILURES))


def _locked(key: str) -> SignInAttempts:
    current_unit()
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    new = insert(SignInAttempts).values(key=key, failures=0, last_at=now())
    db.session.execute(new.on_conflict_do_nothing(index_elements=[SignInAttempts.key]))
    statement = (
        select(SignInAttempts)
        .where(SignInAttempts.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).scalar_one()


def _place(address: str) -> str:
    return f"sign-in-failures:{address}"


def _wait(seconds: float) -> TooManyRequests:
    detail = _("Too many tries that failed. Wait a little before the next one.")
    return TooManyRequests(detail, retry_after=max(1, ceil(seconds)))
