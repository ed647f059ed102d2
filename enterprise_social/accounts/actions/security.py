"""Writes: what admins do for the safety of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.accounts import queries as account_queries
from enterprise_social.accounts.actions.access_tokens import end_access_tokens
from enterprise_social.accounts.actions.factors import forget_factors
from enterprise_social.accounts.actions.pending import end_pending
from enterprise_social.accounts.actions.sessions import end_sessions, shorten_sessions
from enterprise_social.accounts.events import FactorsDue, SecurityChanged
from enterprise_social.accounts.factors import queries, rules
from enterprise_social.accounts.models import SignInSession
from enterprise_social.core import audit, live, settings
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.events import announce
from enterprise_social.people import policy as people_policy
from enterprise_social.people.models import Person


@action
def sign_out_everywhere(actor: Person | None, person: Person, *, tokens: bool = True) -> int:
    """End every session of somebody and, with ``tokens``, their access tokens.

    Returns how many sessions there were; their sockets close with the commit. Raises Forbidden.
    """
    require(people_policy.is_admin(actor), _("Only an admin may sign others out."))
    ended = _end_all(person.id, tokens=tokens)
    details = {"sessions": ended, "tokens": tokens}
    audit.record(actor, "accounts.signed_out_everywhere", f"person:{person.id}", details)
    return ended


@action
def reset_factors(actor: Person | None, person: Person) -> int:
    """Take all second factors of somebody away who lost them, and sign them out.

    They are told by mail. Returns how many factors there were. Raises Forbidden, also for one's
    own: those are removed by whoever can still show them.
    """
    require(people_policy.is_admin(actor), _("Only an admin may reset a second factor."))
    own = actor is not None and actor.id == person.id
    require(not own, _("Remove your own factors on your security page."))
    lock(Person, person.id)
    taken = forget_factors(person.id)
    _end_all(person.id, tokens=False)
    audit.record(actor, "accounts.factors_reset", f"person:{person.id}", {"factors": taken})
    announce(SecurityChanged(person.id, "reset"))
    return taken


@action
def change_rules(actor: Person | None, given: Mapping[str, Any]) -> None:
    """Change what the organisation asks at the door: settings by the names of ``factors.rules``.

    The grace of a second factor begins when it is asked of more people. Passwords can be switched
    off only while somebody can still come in. Raises Forbidden, and Invalid by the settings' names.
    """
    require(people_policy.is_admin(actor), _("Only an admin may change this."))
    values = dict(given)
    _check_break_glass(actor, values)
    before = settings.get(rules.FACTOR_REQUIRED)
    if values.get(rules.FACTOR_REQUIRED, before) != before:
        values[rules.FACTOR_REQUIRED_SINCE] = now().isoformat()
    settings.change(actor, values)
    if {rules.FACTOR_REQUIRED, rules.FACTOR_GRACE_DAYS} & set(values):
        grace = int(values.get(rules.FACTOR_GRACE_DAYS, settings.get(rules.FACTOR_GRACE_DAYS)))
        announce(FactorsDue(), run_at=now() + timedelta(days=grace))
    if {rules.IDLE_HOURS, rules.LONGEST_DAYS} & set(values):
        shorten_sessions(
            int(values.get(rules.IDLE_HOURS, settings.get(rules.IDLE_HOURS))),
            int(values.get(rules.LONGEST_DAYS, settings.get(rules.LONGEST_DAYS))),
        )


@action
def close_unproven_sockets() -> None:
    """Close the sockets of sessions that open nothing any more until a factor is set up."""
    begun = select(SignInSession.id, Person).join(Person, Person.id == SignInSession.person_id)
    for session_id, person in db.session.execute(begun.where(SignInSession.factor == "")):
        if rules.is_enforced(person):
            live.control("sign_out_session", session_id=session_id)


def _end_all(person_id: int, *, tokens: bool) -> int:
    ended = end_sessions(person_id)
    end_pending(person_id)
    if tokens:
        end_access_tokens(person_id)
    live.control("sign_out", person_id=person_id)
    return ended


def _check_break_glass(actor: Person | None, values: Mapping[str, Any]) -> None:
    """Refuse to lock everybody out: somebody must be able to come in, whatever else fails."""
    on = bool(values.get(rules.PASSWORD_SIGN_IN, rules.passwords_are_on()))
    named = {int(each) for each in values.get(rules.BREAK_GLASS, settings.get(rules.BREAK_GLASS))}
    admins = {each.id for each in queries.active_admins()}
    if not named <= admins:
        raise _refuse(rules.BREAK_GLASS, _("Only admins can keep their password."))
    if on:
        return
    sound = queries.with_factor(named) - account_queries.without_password(sorted(named))
    if not named or sound != named:
        text = _("Name at least one admin, each with a password and a second factor.")
        raise _refuse(rules.BREAK_GLASS, text)
    if rules.is_another_way_ready() or actor is None:
        return
    passkeys = queries.factors_of(actor.id).passkeys
    if not any(each.last_used_at for each in passkeys) or not rules.passkeys_are_possible():
        text = _("Set up sign-on first, or sign in with a passkey yourself.")
        raise _refuse(rules.PASSWORD_SIGN_IN, text)


def _refuse(setting: str, text: str) -> Invalid:
    return Invalid(errors={setting: [text]})
