"""Writes: sign in, sign out, end sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from enterprise_social.accounts.actions.browsers import note_browser
from enterprise_social.accounts.actions.checking import Verified, accept, verify
from enterprise_social.accounts.actions.pending import begin_pending
from enterprise_social.accounts.errors import FactorNeeded
from enterprise_social.accounts.events import BreakGlassUsed
from enterprise_social.accounts.factors import queries as factors
from enterprise_social.accounts.factors import rules
from enterprise_social.accounts.models import SignInSession
from enterprise_social.accounts.secret_tokens import new_token, token_hash
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person
from enterprise_social.people.policy.sanctions import suspension_of

SEEN_EVERY = timedelta(minutes=5)


def sign_in(
    email: str,
    password: str,
    *,
    address: str = "",
    user_agent: str = "",
    remember: bool = False,
    browser: str = "",
) -> tuple[SignInSession, str]:
    """Begin a session for whoever has this e-mail address and password.

    ``address`` is the network address that the request comes from, ``browser`` the token by which
    the browser is known again. Returns the session and its token, which is kept nowhere else.
    Raises Invalid, the same whatever was wrong, TooManyRequests while the account or the place has
    to wait, and FactorNeeded where the person has to show a second factor first.
    """
    verified = verify(email, password, address)
    begun = _begin_checked(verified, address, user_agent, remember, browser)
    if isinstance(begun, str):
        raise FactorNeeded(begun)
    return begun


@action
def begin_session(
    person: Person,
    *,
    address: str = "",
    user_agent: str = "",
    remember: bool = False,
    factor: str = "",
    browser: str = "",
) -> tuple[SignInSession, str]:
    """Begin a session for somebody whose identity is proven; returns it and its token.

    ``factor`` is what they showed besides a password: ``app``, ``recovery``, ``passkey``, or
    ``sso`` where the provider answers for it. Above the limit those unused the longest end.
    Raises Forbidden, with until when, for somebody who is suspended.
    """
    suspended = suspension_of(person)
    require(suspended is None, suspended or "")
    token = new_token()
    session = SignInSession(
        person_id=person.id,
        token_hash=token_hash(token),
        created_at=now(),
        last_seen_at=now(),
        expires_at=now() + (rules.longest() if remember else min(rules.idle(), rules.longest())),
        remembered=remember,
        user_agent=_printable(user_agent, 300),
        address=_printable(address, 64),
        proven_at=now(),
        factor=factor,
    )
    db.session.execute(
        delete(SignInSession)
        .where(SignInSession.person_id == person.id, SignInSession.expires_at <= now())
        .execution_options(synchronize_session=False)
    )
    _make_room(person.id)
    db.session.add(session)
    db.session.flush()
    details = {"factor": factor} if factor else None
    audit.record(person, "accounts.signed_in", f"session:{session.id}", details)
    note_browser(person, session, browser)
    only_for_some = not rules.passwords_are_on() and rules.is_break_glass(person.id)
    if only_for_some and factor not in ("passkey", "sso"):
        audit.record(person, "accounts.break_glass_used", f"session:{session.id}")
        announce(BreakGlassUsed(person.id, session.address, session.user_agent))
    return session, token


@action
def renew_session(person: Person, session_id: int, factor: str = "") -> str:
    """Note that somebody proved anew who they are, and give their session another token.

    Returns it; the one before ends. ``factor`` is what was shown, where it was no password.
    """
    session = lock(SignInSession, session_id)
    require(session.person_id == person.id, _("This is somebody else's session."))
    token = new_token()
    session.token_hash, session.proven_at = token_hash(token), now()
    session.factor = factor or session.factor
    audit.record(person, "accounts.proved_again", f"session:{session_id}")
    return token


def mark_factor(session_id: int, factor: str) -> None:
    """Note, inside an action, that a factor was set up in a session."""
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id)
        .values(factor=factor)
        .execution_options(synchronize_session=False)
    )


@action
def ask_for_proof(person_id: int) -> None:
    """Have somebody prove who they are before their next sensitive act, in every session."""
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.person_id == person_id)
        .values(proven_at=None)
        .execution_options(synchronize_session=False)
    )


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
    ended = end_sessions(actor.id, keep_id)
    if ended:
        audit.record(actor, "accounts.sessions_revoked", f"person:{actor.id}", {"count": ended})
    return ended


@action
def end_sessions(person_id: int, keep_id: int | None = None) -> int:
    """End somebody's sessions, all or all but one; returns how many there were."""
    mine = select(SignInSession.id).where(SignInSession.person_id == person_id)
    ended = [one for one in db.session.scalars(mine) if one != keep_id]
    return _end(person_id, ended)


@action
def end_these(person_id: int, session_ids: Sequence[int]) -> int:
    """End these of somebody's sessions; returns how many there still were."""
    return _end(person_id, session_ids)


@action
def touch_session(session_id: int) -> None:
    """Note that a session is in use; one that isn't remembered lasts a while from now on.

    None lasts longer than the organisation lets any last.
    """
    session = db.session.get(SignInSession, session_id, populate_existing=True)
    if session is None:
        return
    end = session.created_at + rules.longest()
    lasts = session.expires_at if session.remembered else now() + rules.idle()
    session.last_seen_at, session.expires_at = now(), min(lasts, end)


@action
def shorten_sessions(idle_hours: int, longest_days: int) -> None:
    """Have no session last longer than the organisation allows from now on; none lasts longer."""
    idle, longest = timedelta(hours=idle_hours), timedelta(days=longest_days)
    one = SignInSession
    shorter = []
    # Columns alone: there are many sessions, and others wait to write.
    for row in db.session.execute(
        select(one.id, one.created_at, one.last_seen_at, one.remembered, one.expires_at)
    ):
        end = row.created_at + longest
        if not row.remembered:
            end = min(end, row.last_seen_at + idle)
        if end < row.expires_at:
            shorter.append({"id": row.id, "expires_at": end})
    if shorter:
        db.session.execute(update(one), shorter)


def is_stale(last_seen_at: datetime | None) -> bool:
    """Tell whether it is time to note again that a session or token is in use."""
    return last_seen_at is None or last_seen_at <= now() - SEEN_EVERY


@action
def _begin_checked(
    verified: Verified, address: str, user_agent: str, remember: bool, browser: str
) -> tuple[SignInSession, str] | str:
    """Return a session and its token, or the token of a sign-in that waits for the factor."""
    person = accept(verified)
    if factors.has_factor(person.id):
        return begin_pending(person, remember=remember)
    return begin_session(
        person, address=address, user_agent=user_agent, remember=remember, browser=browser
    )


def _make_room(person_id: int) -> None:
    mine = (
        select(SignInSession.id)
        .where(SignInSession.person_id == person_id)
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc())
        .offset(rules.most_sessions() - 1)
    )
    _end(person_id, db.session.scalars(mine).all())


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


def _printable(text: str, longest: int) -> str:
    return "".join(character for character in text if character.isprintable())[:longest]
