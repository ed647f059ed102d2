"""The first admin of an installation where nobody is yet."""

from __future__ import annotations

import base64
import hmac
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import exists, select

from enterprise_social.accounts import passwords
from enterprise_social.accounts.actions.passwords import store_password
from enterprise_social.core import audit, organisation, settings
from enterprise_social.core.actions import action
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.errors import Gone
from enterprise_social.people.actions import create_person
from enterprise_social.people.models import Person

_BEGINNING = 7303  # of advisory locks: one of ours among those of others


def nobody_is_here() -> bool:
    """Tell whether the installation has no people yet."""
    return not db.session.execute(select(exists().where(Person.id > 0))).scalar_one()


def setup_key() -> str:
    """Return the secret that only whoever started the server is shown; the same until it is used.

    It follows from SECRET_KEY, so that every process knows it and nothing needs to be stored.
    """
    secret = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.digest(secret, b"enterprise-social first run", "sha256")
    return base64.urlsafe_b64encode(digest[:18]).decode()


def is_setup_key(given: str) -> bool:
    """Tell whether somebody was shown the secret, in constant time."""
    return hmac.compare_digest(given.encode(), setup_key().encode())


def begin_organisation(
    *, organisation_name: str, name: str, email: str, password: str, time_zone: str, locale: str
) -> Person:
    """Make the first admin, with a password, and name the organisation; returns the admin.

    Raises Invalid by field, and Gone where somebody is here already.
    """
    passwords.check_new_password(password, (name, email))
    facts = _Facts(name, email, time_zone, locale)
    return _begin(organisation_name, facts, passwords.hash_password(password))


class _Facts(NamedTuple):
    name: str
    email: str
    time_zone: str
    locale: str


@action
def _begin(organisation_name: str, facts: _Facts, password_hash: str) -> Person:
    if not is_sqlite():
        # Of two who come at the same moment the second finds the first.
        db.session.execute(select(db.func.pg_advisory_xact_lock(_BEGINNING, 0)))
    if not nobody_is_here():
        raise Gone(_("Somebody is here already. Sign in, or ask an admin for an invitation."))
    person = create_person(
        None,
        role="admin",
        name=facts.name,
        email=facts.email,
        time_zone=facts.time_zone,
        locale=facts.locale,
    )
    store_password(None, person.id, password_hash)
    settings.change(person, {organisation.NAME: organisation_name})
    audit.record(person, "organisation.begun", f"person:{person.id}")
    return person
