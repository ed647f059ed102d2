"""Writes: go on from a right password to a session, or come in by a passkey alone."""

from __future__ import annotations

from enterprise_social.accounts.actions import attempts
from enterprise_social.accounts.actions.factors import PASSKEY, check_code
from enterprise_social.accounts.actions.passkeys import SECOND, SIGN_IN, check_passkey
from enterprise_social.accounts.actions.pending import gone, take_pending
from enterprise_social.accounts.actions.sessions import begin_session
from enterprise_social.accounts.factors import queries
from enterprise_social.accounts.models import SignInSession
from enterprise_social.core.actions import action, lock
from enterprise_social.people.models import Person

Begun = tuple[SignInSession, str]


def finish_by_code(
    pending: str, code: str, *, address: str = "", user_agent: str = "", browser: str = ""
) -> Begun:
    """Begin the session of a half sign-in by a code of the app, or a recovery code.

    Raises Gone where the half sign-in is over, Invalid and TooManyRequests as check_code does.
    """
    person = queries.pending_person(pending)
    if person is None:
        raise gone()
    factor = check_code(person, code, address=address)
    return _finish(pending, factor, address, user_agent, browser)


def finish_by_passkey(
    pending: str,
    answer: str,
    challenge: str,
    *,
    address: str = "",
    user_agent: str = "",
    browser: str = "",
) -> Begun:
    """Begin the session of a half sign-in by a passkey.

    Raises Gone where the half sign-in is over, and Invalid as check_passkey does.
    """
    person = queries.pending_person(pending)
    if person is None:
        raise gone()
    check_passkey(answer, challenge, SECOND, person)
    return _finish(pending, PASSKEY, address, user_agent, browser)


def sign_in_by_passkey(
    answer: str,
    challenge: str,
    *,
    address: str = "",
    user_agent: str = "",
    remember: bool = False,
    browser: str = "",
) -> Begun:
    """Begin a session by a passkey alone, which verified whoever holds it. Raises Invalid."""
    person = check_passkey(answer, challenge, SIGN_IN)
    return begin_session(
        person,
        address=address,
        user_agent=user_agent,
        remember=remember,
        factor=PASSKEY,
        browser=browser,
    )


@action
def _finish(pending: str, factor: str, address: str, user_agent: str, browser: str) -> Begun:
    found = take_pending(pending)
    person = lock(Person, found.person_id)
    if not person.is_active:
        raise gone()
    attempts.forget_failures(attempts.account_key(person.email))
    return begin_session(
        person,
        address=address,
        user_agent=user_agent,
        remember=found.remember,
        factor=factor,
        browser=browser,
    )
