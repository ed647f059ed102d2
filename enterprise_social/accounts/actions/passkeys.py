"""Writes: make, show, name and remove passkeys (WebAuthn)."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select

from enterprise_social.accounts.actions.factors import PASSKEY, added, keep_enough, removed
from enterprise_social.accounts.events import SecurityChanged
from enterprise_social.accounts.factors import ceremonies, queries
from enterprise_social.accounts.factors.models import (
    LONGEST_PASSKEY_NAME,
    Passkey,
    PasskeyChallenge,
)
from enterprise_social.accounts.secret_tokens import token_hash
from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.core.text import safe_name
from enterprise_social.people.models import Person

log = logging.getLogger(__name__)
CHALLENGE_LASTS = timedelta(minutes=5)
MOST_PASSKEYS = 25
# What a challenge is for: one that was given out for one use is no good for another.
ENROL, SIGN_IN, SECOND, PROVE = "enrol", "sign_in", "second", "prove"


@action
def new_challenge(use: str, person: Person | None = None) -> str:
    """Return a challenge that is good once, for ``use``, within CHALLENGE_LASTS.

    ``person`` is who has to answer, where that is known.
    """
    challenge = ceremonies.new_challenge()
    db.session.execute(
        delete(PasskeyChallenge)
        .where(PasskeyChallenge.expires_at <= now())
        .execution_options(synchronize_session=False)
    )
    db.session.add(
        PasskeyChallenge(
            challenge_hash=token_hash(challenge),
            use=use,
            person_id=None if person is None else person.id,
            expires_at=now() + CHALLENGE_LASTS,
        )
    )
    return challenge


def begin_enrolment(actor: Person) -> tuple[str, str]:
    """Return a challenge and the options with which a browser makes a passkey, as JSON.

    Raises Conflict above MOST_PASSKEYS.
    """
    mine = queries.factors_of(actor.id).passkeys
    _check_number(mine)
    challenge = new_challenge(ENROL, actor)
    handle = mine[0].user_handle if mine else ceremonies.new_handle()
    known = [each.credential_id for each in mine]
    options = ceremonies.enrolment_options(challenge, handle, actor.email, actor.name, known)
    return f"{challenge}.{handle}", options


def add_passkey(
    actor: Person, name: str, answer: str, kept: str, *, session_id: int | None
) -> tuple[Passkey, Sequence[str] | None]:
    """Take a passkey into use that a browser made.

    ``answer`` is the browser's, ``kept`` what begin_enrolment gave it first. Returns it, and
    recovery codes to be shown this once where it is the first factor. Raises Invalid, Conflict.
    """
    name = _name(name)
    challenge, _dot, handle = kept.partition(".")
    if not _take(challenge, ENROL, actor.id):
        raise _refused()
    try:
        enrolled = ceremonies.check_enrolment(answer, challenge)
    except ceremonies.Refused as error:
        log.info("a passkey was not taken: %s", error)
        raise _refused() from error
    return _add(actor, name, enrolled, handle, session_id)


@action
def rename_passkey(actor: Person, passkey: Passkey, name: str) -> None:
    """Give one's passkey another name. Raises Invalid that names ``name``."""
    require(passkey.person_id == actor.id, _("This is somebody else's passkey."))
    lock(Passkey, passkey.id).name = _name(name)


@action
def remove_passkey(actor: Person, passkey: Passkey) -> None:
    """Take one's passkey out of use. Raises Conflict where it is needed to come in."""
    require(passkey.person_id == actor.id, _("This is somebody else's passkey."))
    lock(Person, actor.id)
    keep_enough(actor, PASSKEY)
    db.session.delete(lock(Passkey, passkey.id))
    db.session.flush()
    removed(actor, PASSKEY)


def proof_options(use: str, person: Person | None = None) -> tuple[str, str]:
    """Return a challenge and the options with which a browser shows a passkey, as JSON.

    Without a ``person`` any passkey that the browser knows for us will do.
    """
    challenge = new_challenge(use, person)
    mine = queries.factors_of(person.id).passkeys if person is not None else ()
    known = [each.credential_id for each in mine]
    return challenge, ceremonies.proof_options(challenge, known, alone=use == SIGN_IN)


def check_passkey(answer: str, challenge: str, use: str, person: Person | None = None) -> Person:
    """Return who showed a passkey.

    The challenge is used up, whatever comes of it. Raises Invalid, the same whatever was wrong: a
    passkey or challenge that isn't ours or somebody else's, another origin, a bad signature, or a
    counter that went back, which a copy of the passkey would cause.
    """
    if not _take(challenge, use, None if person is None else person.id):
        raise _unknown()
    try:
        shown = ceremonies.read_proof(answer)
        return _prove(shown, challenge, use, None if person is None else person.id)
    except ceremonies.Refused as error:
        log.info("a passkey was refused: %s", error)
        raise _unknown() from error


def _prove(shown: ceremonies.Shown, challenge: str, use: str, expected_id: int | None) -> Person:
    passkey = queries.passkey_of(shown.credential_id)
    if passkey is None:
        raise ceremonies.Refused("no such passkey")
    if expected_id is not None and passkey.person_id != expected_id:
        raise ceremonies.Refused("somebody else's passkey")
    # The authenticator must name whose it is where any passkey would do (7.2, step 6).
    handle = shown.user_handle or ("" if use == SIGN_IN else passkey.user_handle)
    if not hmac.compare_digest(handle.encode(), passkey.user_handle.encode()):
        raise ceremonies.Refused("the passkey names somebody else")
    count = ceremonies.check_proof(shown, challenge, passkey.public_key, alone=use == SIGN_IN)
    person = _note_use(passkey.id, count)
    if person is None:
        raise ceremonies.Refused("the counter went back, or its owner may not come in")
    return person


@action
def _note_use(passkey_id: int, count: int) -> Person | None:
    found = lock(Passkey, passkey_id)
    person = lock(Person, found.person_id)
    if (count or found.sign_count) and count <= found.sign_count:
        # Signed rightly, and yet behind what we have seen: two devices hold the same passkey.
        details = {"passkey": found.id, "seen": found.sign_count, "shown": count}
        audit.record(person, "accounts.passkey_copied", f"person:{person.id}", details)
        announce(SecurityChanged(person.id, "passkey_copied"))
        return None
    if not person.is_active:
        return None
    found.sign_count, found.last_used_at = count, now()
    return person


@action
def _add(
    actor: Person, name: str, made: ceremonies.Enrolled, handle: str, session_id: int | None
) -> tuple[Passkey, Sequence[str] | None]:
    lock(Person, actor.id)
    have = queries.factors_of(actor.id)
    _check_number(have.passkeys)
    if queries.passkey_of(made.credential_id) is not None:
        raise Conflict(_("This passkey is in use already."))
    passkey = Passkey(
        person_id=actor.id,
        name=name,
        credential_id=made.credential_id,
        credential_hash=token_hash(made.credential_id),
        user_handle=handle,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=made.transports,
        backed_up=made.backed_up,
        created_at=now(),
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey, added(actor, PASSKEY, first=not have, session_id=session_id)


@action
def _take(challenge: str, use: str, person_id: int | None) -> bool:
    """Use a challenge up; tells whether it was ours, for this, for them, and not used before."""
    statement = (
        select(PasskeyChallenge)
        .where(PasskeyChallenge.challenge_hash == token_hash(challenge))
        .with_for_update()
    )
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        return False
    db.session.delete(found)
    return found.use == use and found.person_id == person_id and found.expires_at > now()


def _check_number(mine: Sequence[Passkey]) -> None:
    if len(mine) >= MOST_PASSKEYS:
        raise Conflict(_("You have too many passkeys. Remove some first."))


def _name(text: str) -> str:
    name = safe_name(text)
    if not name:
        raise Invalid(errors={"name": [_("Give it a name, such as that of the device.")]})
    if len(name) > LONGEST_PASSKEY_NAME:
        most = _("At most %(count)d characters fit here.", count=LONGEST_PASSKEY_NAME)
        raise Invalid(errors={"name": [most]})
    return name


def _refused() -> Invalid:
    text = _("The passkey could not be made. Try again.")
    return Invalid(errors={"passkey": [text]})


def _unknown() -> Invalid:
    return Invalid(errors={"passkey": [_("This passkey does not open anything here.")]})
