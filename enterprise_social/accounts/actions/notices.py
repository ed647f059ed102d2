"""Mails about the safety of one's own account, written in the reader's language."""

from __future__ import annotations

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from enterprise_social.accounts import devices
from enterprise_social.accounts.factors import queries
from enterprise_social.core import mail
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.core.organisation import organisation_name
from enterprise_social.people.models import Person


@action
def tell_of_change(person_id: int, what: str) -> None:
    """Mail somebody what changed about their account; does nothing for those who left."""
    person = db.session.get(Person, person_id)
    if person is None or not person.is_active or person.is_bot:
        return
    with force_locale(person.locale):
        sentence = _sentences().get(what)
        if sentence is None:
            return
        if what == "recovery_code_used":
            left = queries.factors_of(person.id).recovery_codes
            sentence += " " + _("%(count)d are left.", count=left)
        _send(person, _("Your account's security"), sentence, _("If it wasn't you:"))


@action
def tell_of_browser(person_id: int, address: str, user_agent: str) -> None:
    """Mail somebody that they were signed in where they never were before."""
    person = db.session.get(Person, person_id)
    if person is None or not person.is_active:
        return
    with force_locale(person.locale):
        sentence = _(
            "you signed in with a browser that we didn't know: %(device)s, from %(address)s.",
            device=devices.describe(user_agent),
            address=address or "?",
        )
        _send(person, _("New sign-in"), sentence, _("If it wasn't you:"))


@action
def tell_of_break_glass(person_id: int, address: str, user_agent: str) -> None:
    """Mail all admins that an account for emergencies was used."""
    who = db.session.get_one(Person, person_id)
    for admin in queries.active_admins():
        with force_locale(admin.locale):
            sentence = _(
                "%(name)s signed in with a password although passwords are switched off: "
                "%(device)s, from %(address)s.",
                name=who.name,
                device=devices.describe(user_agent),
                address=address or "?",
            )
            heading = _("An account for emergencies was used")
            _send(admin, heading, sentence, _("If that was not agreed on, look at it now:"))


def _send(person: Person, heading: str, sentence: str, then: str) -> None:
    workspace = organisation_name()
    link = f"{current_app.config['BASE_URL']}/settings/security"
    text = _("Hello %(name)s,", name=person.name)
    text = f"{text}\n\n{sentence}\n\n{then} {link}\n"
    mail.send(person.email, f"{heading} · {workspace}", text, to_name=person.name)


def _sentences() -> dict[str, str]:
    return {
        "app_added": _("an authenticator app was set up for your account."),
        "app_removed": _("the authenticator app of your account was removed."),
        "passkey_added": _("a passkey was added to your account."),
        "passkey_removed": _("a passkey of your account was removed."),
        "passkey_copied": _(
            "a passkey of yours was refused, because its counter went back: there may be a copy "
            "of it. Remove it and make a new one."
        ),
        "recovery_codes_made": _("new recovery codes were made for your account."),
        "recovery_code_used": _("one of your recovery codes was used to sign in."),
        "reset": _(
            "an admin took the second factors from your account. Set up a new one when you next "
            "sign in."
        ),
    }
