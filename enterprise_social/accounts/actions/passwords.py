"""Writes: set, change and reset passwords.

The hash is made before the transaction begins: nobody waits for it with the database locked.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update

from enterprise_social.accounts import passwords, queries
from enterprise_social.accounts.actions import attempts
from enterprise_social.accounts.actions.access_tokens import end_access_tokens
from enterprise_social.accounts.actions.checking import check_password
from enterprise_social.accounts.actions.pending import end_pending
from enterprise_social.accounts.actions.sessions import end_sessions
from enterprise_social.accounts.events import PasswordChanged, PasswordResetRequested
from enterprise_social.accounts.factors import rules
from enterprise_social.accounts.models import Credential, PasswordReset
from enterprise_social.accounts.secret_tokens import new_token, token_hash
from enterprise_social.core import audit, mail
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Gone, Invalid
from enterprise_social.core.events import announce
from enterprise_social.core.organisation import organisation_name
from enterprise_social.people import policy as people_policy
from enterprise_social.people import queries as people_queries
from enterprise_social.people.details import clean_email
from enterprise_social.people.models import Person

RESET_LASTS = timedelta(hours=1)
MOST_RESETS = 5  # mails to one person within RESET_LASTS


def set_password(actor: Person | None, person: Person, password: str) -> None:
    """Give somebody a password without asking for the old one, and end their sessions.

    For the command line and imports: ``actor`` is None or an admin. Raises Invalid, Forbidden.
    """
    require(people_policy.is_admin(actor), _("Only an admin may set somebody's password."))
    passwords.check_new_password(password, (person.name, person.email))
    store_password(actor, person.id, passwords.hash_password(password))


def change_password(
    person: Person,
    current: str,
    new: str,
    *,
    session_id: int | None,
    address: str = "",
    end_tokens: bool = False,
) -> None:
    """Change one's own password and end all other sessions; with ``end_tokens`` tokens as well.

    Raises Invalid that names ``current`` or ``new``, and TooManyRequests after many wrong ones.
    """
    passwords.check_new_password(new, (person.name, person.email), field="new")
    try:
        check_password(person.email, current, address=address)
    except Invalid:
        wrong = _("This is not your present password.")
        raise Invalid(errors={"current": [wrong]}) from None
    _change(person, passwords.hash_password(new), session_id, end_tokens=end_tokens)


@action
def _change(
    person: Person, password_hash: str, session_id: int | None, *, end_tokens: bool
) -> None:
    store_password(person, person.id, password_hash, keep_session_id=session_id)
    if end_tokens:
        end_access_tokens(person.id)


@action
def request_password_reset(email: str) -> None:
    """Ask for a link to a new password, by mail.

    It does the same for every address: whether somebody has it is looked up by the worker, so
    neither the answer nor its time tells. Raises Invalid for what is no address.
    """
    address = clean_email(email)
    if address is None:
        raise Invalid(errors={"email": [_("Enter an e-mail address.")]})
    announce(PasswordResetRequested(address))


@action
def send_password_reset(email: str) -> None:
    """Mail a link to whoever has this address; does nothing where nobody has."""
    person = people_queries.by_email(email)
    if person is None or not person.is_active or person.is_bot or _too_many(person):
        return
    if not rules.may_use_password(person.id):
        return
    link = create_password_reset(person)
    with force_locale(person.locale):
        _mail_link(person, link)


@action
def create_password_reset(person: Person) -> str:
    """Make a link with which ``person`` can set a new password once; returns the link."""
    token = new_token()
    db.session.add(
        PasswordReset(
            token_hash=token_hash(token),
            person_id=person.id,
            created_at=now(),
            expires_at=now() + RESET_LASTS,
        )
    )
    audit.record(None, "accounts.reset_sent", f"person:{person.id}")
    return f"{current_app.config['BASE_URL']}/password-resets/{token}"


def reset_password(token: str, password: str) -> None:
    """Set a new password by a reset link, end all sessions and use the link up.

    Raises Gone where the link is used, too old or none of ours, and Invalid for the password.
    """
    person = queries.reset_holder(token)
    if person is None:
        raise _gone()
    passwords.check_new_password(password, (person.name, person.email))
    _use_reset(token, passwords.hash_password(password))


@action
def store_password(
    actor: Person | None,
    person_id: int,
    password_hash: str,
    *,
    keep_session_id: int | None = None,
) -> None:
    """Store the hash of a new password and end the person's sessions but one.

    Who may do so is for the caller to check.
    """
    person = lock(Person, person_id)
    credential = db.session.get(Credential, person_id)
    if credential is None:
        credential = Credential(person_id=person_id)
        db.session.add(credential)
    credential.password_hash = password_hash
    credential.changed_at = now()
    db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.person_id == person_id, PasswordReset.used_at.is_(None))
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    db.session.flush()
    attempts.forget_failures(attempts.account_key(person.email))
    end_sessions(person_id, keep_session_id)
    end_pending(person_id)
    audit.record(actor, "accounts.password_set", f"person:{person_id}")
    announce(PasswordChanged(person_id))


@action
def forget_credentials(person_id: int) -> None:
    """Use up every reset link of somebody who may no longer sign in."""
    db.session.execute(
        delete(PasswordReset)
        .where(PasswordReset.person_id == person_id)
        .execution_options(synchronize_session=False)
    )


@action
def _use_reset(token: str, password_hash: str) -> None:
    statement = (
        select(PasswordReset)
        .where(queries.usable_reset(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    reset = db.session.execute(statement).scalar_one_or_none()
    if reset is None:
        raise _gone()
    person = lock(Person, reset.person_id)
    if not person.is_active:
        raise _gone()
    reset.used_at = now()
    store_password(person, person.id, password_hash)
    # Whoever lost the password may have lost a token with it.
    end_access_tokens(person.id)


def _mail_link(person: Person, link: str) -> None:
    mail.send(
        person.email,
        _("Set a new password"),
        _(
            "Hello %(name)s,\n\nsomebody, probably you, asked for a new password for your account "
            "at %(workspace)s. Follow this link within the hour to set one:\n\n%(link)s\n\n"
            "If it wasn't you, there is nothing to do: your password stays as it is.\n",
            name=person.name,
            workspace=organisation_name(),
            link=link,
        ),
        to_name=person.name,
    )


def _too_many(person: Person) -> bool:
    recent = select(func.count(PasswordReset.id)).where(
        PasswordReset.person_id == person.id, PasswordReset.created_at > now() - RESET_LASTS
    )
    return int(db.session.execute(recent).scalar_one()) >= MOST_RESETS


def _gone() -> Gone:
    return Gone(_("This link was used already or is too old. Ask for a new one."))
