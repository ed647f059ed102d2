"""Writes: authenticator apps and recovery codes."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from enterprise_social.accounts.actions import attempts
from enterprise_social.accounts.actions.sessions import end_sessions, mark_factor
from enterprise_social.accounts.events import SecurityChanged
from enterprise_social.accounts.factors import codes, queries, rules
from enterprise_social.accounts.factors.models import AuthenticatorApp, RecoveryCode
from enterprise_social.core import audit
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.core.sealing import CantUnseal, is_current
from enterprise_social.people.models import Person

log = logging.getLogger(__name__)
APP, RECOVERY, PASSKEY = "app", "recovery", "passkey"


def check_code(person: Person, code: str, *, address: str = "") -> str:
    """Take a code of somebody's app, or one of their recovery codes, which is used up by it.

    Returns ``app`` or ``recovery``. Wrong ones are counted with wrong passwords: raises Invalid
    that names ``code``, and TooManyRequests while the account or the place has to wait.
    """
    key = attempts.account_key(person.email)
    attempts.refuse_while_paused(key, address)
    used = _use(key, person.id, code)
    if used is None:
        attempts.count_failure(key, address, person.id)
        raise Invalid(errors={"code": [_("This code is not right, or was used already.")]})
    return used


@action
def set_app(
    actor: Person, sealed_setup: str, code: str, *, session_id: int | None
) -> Sequence[str] | None:
    """Take an authenticator app into use, in the place of the one before, once it shows a code.

    ``sealed_setup`` is what codes.begin_setup gave the form. Returns new recovery codes, to be
    shown this once, where it is the person's first factor. Raises Invalid that names ``code``.
    """
    key = codes.key_of_setup(actor.id, sealed_setup)
    if key is None:
        raise Invalid(errors={"code": [_("This page was too old. Scan the new picture.")]})
    step = codes.matching_step(key, code, after=0)
    if step is None:
        wrong = _("This is not the code of this key. Is the clock of your phone right?")
        raise Invalid(errors={"code": [wrong]})
    lock(Person, actor.id)
    first = not queries.has_factor(actor.id)
    app = db.session.get(AuthenticatorApp, actor.id)
    if app is None:
        app = AuthenticatorApp(person_id=actor.id)
        db.session.add(app)
    app.sealed_key, app.last_step = codes.seal_key(key), step
    app.created_at, app.last_used_at = now(), None
    db.session.flush()
    return added(actor, APP, first=first, session_id=session_id)


@action
def remove_app(actor: Person) -> None:
    """Take one's authenticator app out of use. Raises Conflict where it is the last factor."""
    lock(Person, actor.id)
    app = db.session.get(AuthenticatorApp, actor.id)
    if app is None:
        return
    keep_enough(actor, APP)
    db.session.delete(app)
    db.session.flush()
    removed(actor, APP)


@action
def make_recovery_codes(actor: Person) -> Sequence[str]:
    """Make ten new recovery codes; those before end. Returns them, to be shown this once.

    Raises Conflict where there is no factor that they could stand in for.
    """
    lock(Person, actor.id)
    if not queries.has_factor(actor.id):
        raise Conflict(_("Set up an authenticator app or a passkey first."))
    made = _renew_recovery(actor.id)
    audit.record(actor, "accounts.recovery_codes_made", f"person:{actor.id}")
    announce(SecurityChanged(actor.id, "recovery_codes_made"))
    return made


def added(
    actor: Person, factor: str, *, first: bool, session_id: int | None
) -> Sequence[str] | None:
    """Write down that somebody has a factor more; part of the action that adds it.

    With the first one all other sessions end: they were begun without. Returns recovery codes.
    """
    audit.record(actor, "accounts.factor_added", f"person:{actor.id}", {"factor": factor})
    announce(SecurityChanged(actor.id, f"{factor}_added"))
    if session_id is not None:
        mark_factor(session_id, factor)
    if not first:
        return None
    end_sessions(actor.id, session_id)
    return _renew_recovery(actor.id)


def removed(actor: Person, factor: str) -> None:
    """Write down that somebody has a factor less; recovery codes go with the last one."""
    if not queries.has_factor(actor.id):
        _forget_recovery(actor.id)
    audit.record(actor, "accounts.factor_removed", f"person:{actor.id}", {"factor": factor})
    announce(SecurityChanged(actor.id, f"{factor}_removed"))


def keep_enough(actor: Person, factor: str) -> None:
    """Raise Conflict where somebody would lose what they need to come in."""
    have = queries.factors_of(actor.id)
    if have.count == 1 and rules.requires_factor(actor):
        raise Conflict(_("Your role needs a second factor. Set up another one first."))
    if factor == PASSKEY and len(have.passkeys) == 1 and not _has_another_way(actor):
        raise Conflict(_("Without this passkey you could not sign in any more."))
    if rules.is_break_glass(actor.id) and have.count == 1:
        raise Conflict(_("An account for emergencies needs a second factor."))


def forget_factors(person_id: int) -> int:
    """Take all factors of somebody away, inside an action; returns how many there were."""
    have = queries.factors_of(person_id)
    for each in (*have.passkeys, *([have.app] if have.app else [])):
        db.session.delete(each)
    db.session.flush()
    _forget_recovery(person_id)
    return have.count


def _has_another_way(actor: Person) -> bool:
    return rules.may_use_password(actor.id) or rules.is_another_way_ready()


@action
def _use(key: str, person_id: int, code: str) -> str | None:
    """Use a code up; None where it is wrong or the account was paused in the meantime."""
    person = lock(Person, person_id)
    if not person.is_active or attempts.is_paused(key):
        return None
    if _use_app(person_id, code):
        used = APP
    elif _use_recovery(person_id, code):
        used = RECOVERY
        audit.record(person, "accounts.recovery_code_used", f"person:{person_id}")
        announce(SecurityChanged(person_id, "recovery_code_used"))
    else:
        return None
    attempts.forget_failures(key)
    return used


def _use_app(person_id: int, code: str) -> bool:
    statement = (
        select(AuthenticatorApp)
        .where(AuthenticatorApp.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    app = db.session.execute(statement).scalar_one_or_none()
    if app is None:
        return False
    try:
        key = codes.opened(app.sealed_key)
    except CantUnseal as error:
        # Recovery codes and passkeys still work.
        log.error("the key of an authenticator app can't be read: %s", error)
        return False
    step = codes.matching_step(key, code, after=app.last_step)
    if step is None:
        return False
    app.last_step, app.last_used_at = step, now()
    if not is_current(app.sealed_key):
        app.sealed_key = codes.seal_key(key)
    return True


def _use_recovery(person_id: int, code: str) -> bool:
    wanted = codes.recovery_hash(code)
    if wanted is None:
        return False
    used = db.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.code_hash == wanted)
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=now())
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(used)


def _renew_recovery(person_id: int) -> Sequence[str]:
    _forget_recovery(person_id)
    made = codes.new_recovery_codes()
    for code in made:
        hashed = codes.recovery_hash(code)
        db.session.add(RecoveryCode(person_id=person_id, code_hash=hashed, created_at=now()))
    db.session.flush()
    return made


def _forget_recovery(person_id: int) -> None:
    db.session.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.person_id == person_id)
        .execution_options(synchronize_session=False)
    )
