"""Writes: people come in by a name and password that the organisation's directory knows."""

from __future__ import annotations

import logging

from enterprise_social.accounts.actions import attempts, sessions, sign_on
from enterprise_social.accounts.actions.checking import mismatch
from enterprise_social.accounts.actions.pending import begin_pending
from enterprise_social.accounts.errors import FactorNeeded
from enterprise_social.accounts.factors import queries as factors
from enterprise_social.accounts.models import SignInSession
from enterprise_social.accounts.sign_on import directory, queries
from enterprise_social.accounts.sign_on.models import ExternalIdentity
from enterprise_social.accounts.sign_on.refusals import SignOnRefused
from enterprise_social.core.actions import action, finish_reading, lock
from enterprise_social.core.errors import Invalid
from enterprise_social.people.models import Person

log = logging.getLogger(__name__)


def sign_in_by_directory(
    login: str,
    password: str,
    *,
    address: str = "",
    user_agent: str = "",
    remember: bool = False,
    browser: str = "",
) -> tuple[SignInSession, str] | None:
    """Begin a session for whom the directory knows by this name and password.

    Returns it and its token; None where there is no directory, where it knows nobody so or doesn't
    answer: then a password of ours may be meant, and a failure is counted there. A second factor
    is asked for as after any password. Raises Invalid, TooManyRequests and FactorNeeded.
    """
    if not directory.is_configured():
        return None
    key = attempts.account_key(login)
    attempts.refuse_while_paused(key, address)
    finish_reading()
    try:
        told = directory.person_with(login, password)
    except directory.DirectoryAway as error:
        log.error("the directory: %s", error.reason)
        return None
    if told is None:
        return None
    try:
        identity = sign_on.known_as(told)
        begun = _begin(identity, key, address, user_agent, remember, browser)
    except SignOnRefused as error:
        log.info("sign-on was refused: %s", error.reason)
        raise Invalid(errors={"password": [error.detail]}) from error
    if isinstance(begun, str):
        raise FactorNeeded(begun)
    return begun


def confirm_by_directory(person: Person, password: str, *, address: str = "") -> bool:
    """Tell whether it is the directory's password of somebody whom the directory knows.

    Where it isn't, one of ours may be meant, and a failure is counted there. Raises
    TooManyRequests.
    """
    if not may_confirm(person.id):
        return False
    attempts.refuse_while_paused(attempts.account_key(person.email), address)
    finish_reading()
    try:
        told = directory.person_with(person.email, password)
    except directory.DirectoryAway as error:
        log.error("the directory: %s", error.reason)
        return False
    return told is not None and queries.is_known(person.id, told.issuer, told.subject)


def may_confirm(person_id: int) -> bool:
    """Tell whether the directory knows somebody's password."""
    return directory.is_configured() and queries.is_known(person_id, directory.issuer())


@action
def _begin(
    identity: ExternalIdentity,
    key: str,
    address: str,
    user_agent: str,
    remember: bool,
    browser: str,
) -> tuple[SignInSession, str] | str:
    person = lock(Person, identity.person_id)
    sign_on.refuse_inactive(person)
    if attempts.is_paused(key):
        raise Invalid(errors={"password": [mismatch()]})
    if factors.has_factor(person.id):
        return begin_pending(person, remember=remember)
    attempts.forget_failures(key)
    return sessions.begin_session(
        person, address=address, user_agent=user_agent, remember=remember, browser=browser
    )
