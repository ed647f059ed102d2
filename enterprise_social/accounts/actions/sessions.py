"""Writes: sign in, sign out, end sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import case, delete, select, update

from enterprise_social.accounts import passwords
from enterprise_social.accounts.actions import attempts
from enterprise_social.accounts.models import Credential, SignInSession
from enterprise_social.accounts.secret_tokens import new_token, token_hash
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.people.details import clean_email
from enterprise_social.people.models import Person

REMEMBERED = timedelta(days=30)
IDLE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)


def sign_in(
    email: str, password: str, *, address: str = "", user_agent: str = "", remember: bool = False
) -> tuple[SignInSession, str]:
    """Begin a session for whoever has this e-mail address and password.

    ``address`` is the network address that the request comes from. Returns the session and its
    token, which is kept nowhere else. Raises Invalid, the same whatever was wrong, and
    TooManyRequests while the account or the place has to wait.
    """
    return _begin_checked(_verify(email, password, address), address, user_agent, remember)


def check_password(email: str, password: str, *, address: str = "") -> int:
    """Return the id of whoever has this e-mail address and password; counts what fails.

    Raises Invalid and TooManyRequests as sign_in does. Not to be called inside an action: it takes
    its time.
    """
    return _accept(_verify(email, password, address)).id


@action
def begin_session(
    person: Person, *, address: str = "", user_agent: str = "", remember: bool = False
) -> tuple[SignInSession, str]:
    """Begin a session for somebody whose identity is proven; returns it and its token."""
    token = new_token()
    session = SignInSession(
        person_id=person.id,
        token_hash=token_hash(token),
        created_at=now(),
        last_seen_at=now(),
        expires_at=now() + (REMEMBERED if remember else IDLE),
        remembered=remember,
        user_agent=_printable(user_agent, 300),
        address=_printable(address, 64),
    )
    db.session.execute(
        delete(SignInSession)
        .where(SignInSession.person_id == person.id, SignInSession.expires_at <= now())
        .execution_options(synchronize_session=False)
    )
    db.session.add(session)
    db.session.flush()
    audit.record(person, "accounts.signed_in", f"session:{session.id}")
    return session, token


@action
def sign_out(person: Person, session_id: int) -> None:
    """End the session that asks for it; its sockets close."""
    if _end(person.id, [session_id]):
        audit.record(person, "accounts.signed_out", f"session:{session_id}")


@action
def revoke_session(actor: Person, session: SignInSession) -> None:
    """End one of one's own sessions; the next request of that browser is not signed in."""
    require(session.person_id == actor.id, _("This is somebody else's session."))
    if _end(actor.id, [session.id]):
        audit.record(actor, "accounts.session_revoked", f"session:{session.id}")


@action
def revoke_other_sessions(actor: Person, keep_id: int | None) -> int:
    """End all of one's sessions but ``keep_id``; returns how many there were."""
    return end_sessions(actor.id, keep_id)


@action
def end_sessions(person_id: int, keep_id: int | None = None) -> int:
    """End somebody's sessions, all or all but one; returns how many there were."""
    mine = select(SignInSession.id).where(SignInSession.person_id == person_id)
    ended = [one for one in db.session.scalars(mine) if one != keep_id]
    return _end(person_id, ended)


@action
def touch_session(session_id: int) -> None:
    """Note that a session is in use; one that isn't remembered lasts IDLE from now on."""
    lasts = case((SignInSession.remembered, SignInSession.expires_at), else_=now() + IDLE)
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id)
        .values(last_seen_at=now(), expires_at=lasts)
        .execution_options(synchronize_session=False)
    )


def is_stale(last_seen_at: datetime | None) -> bool:
    """Tell whether it is time to note again that a session or token is in use."""
    return last_seen_at is None or last_seen_at <= now() - SEEN_EVERY


@dataclass(frozen=True)
class _Verified:
    key: str
    person_id: int
    changed_at: datetime
    fresh_hash: str | None


def _verify(email: str, password: str, address: str) -> _Verified:
    key = attempts.account_key(email)
    attempts.refuse_while_paused(key, address)
    known = _credential(email)
    right = passwords.verify_password(known.password_hash if known else None, password)
    if known is None or not right:
        attempts.count_failure(key, address)
        raise _no_match()
    stale = passwords.needs_rehash(known.password_hash)
    fresh_hash = passwords.hash_password(password) if stale else None
    return _Verified(key, known.person_id, known.changed_at, fresh_hash)


@action
def _accept(verified: _Verified) -> Person:
    """Take a right password, unless the account was locked or changed in the meantime."""
    # In the order in which a new password is stored, so that the two wait for each other.
    person = lock(Person, verified.person_id)
    credential = lock(Credential, verified.person_id)
    changed = credential.changed_at != verified.changed_at
    if changed or not person.is_active or attempts.is_paused(verified.key):
        raise _no_match()
    if verified.fresh_hash is not None:
        credential.password_hash = verified.fresh_hash
    attempts.forget_failures(verified.key)
    return person


@action
def _begin_checked(
    verified: _Verified, address: str, user_agent: str, remember: bool
) -> tuple[SignInSession, str]:
    person = _accept(verified)
    return begin_session(person, address=address, user_agent=user_agent, remember=remember)


def _credential(email: str) -> Credential | None:
    statement = (
        select(Credential)
        .join(Person, Person.id == Credential.person_id)
        .where(Person.email == (clean_email(email) or ""), Person.deactivated_at.is_(None))
    )
    found: Credential | None = db.session.execute(statement).scalar_one_or_none()
    return found


def _end(person_id: int, session_ids: Sequence[int]) -> int:
    ended = db.session.execute(
        delete(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.id.in_(session_ids))
        .returning(SignInSession.id)
        .execution_options(synchronize_session=False)
    ).all()
    for row in ended:
        live.control("sign_out_session", session_id=row.id)
    return len(ended)


def _no_match() -> Invalid:
    return Invalid(errors={"password": [_("E-mail and password don't match.")]})


def _printable(text: str, longest: int) -> str:
    return "".join(character for character in text if character.isprintable())[:longest]
