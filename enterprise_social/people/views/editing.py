"""The forms that write a profile: one's own under /settings, anybody's for admins."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import format_date, get_day_names
from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core.errors import Invalid
from enterprise_social.core.language import babel
from enterprise_social.people import forms, policy
from enterprise_social.people.actions.profile import update_profile
from enterprise_social.people.details import clean_email
from enterprise_social.people.models import Person
from enterprise_social.people.queries.fields import editable_for, given_in, hidden_names
from enterprise_social.people.queries.profile import told_by
from enterprise_social.people.views.people import blueprint as people
from enterprise_social.people.views.people import editable

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.get("")
def edit() -> str:
    """Show the form of one's own profile."""
    person = identity.signed_in()
    return _page(person, forms.shown(person, told_by(person.id)), {})


@blueprint.post("")
def update() -> ResponseReturnValue:
    """Change one's own profile, or add and take away a row of the form."""
    return _save(identity.signed_in(), identity.signed_in())


@people.get("/<username>/edit")
def edit_other(username: str) -> ResponseReturnValue:
    """Show the form of anybody's profile to an admin."""
    person = editable(username)
    if person.id == identity.signed_in().id:
        return redirect("/settings")
    return _page(person, forms.shown(person, told_by(person.id)), {})


@people.post("/<username>/edit")
def update_other(username: str) -> ResponseReturnValue:
    """Change anybody's profile, as an admin."""
    return _save(identity.signed_in(), editable(username))


def _save(actor: Person, person: Person) -> ResponseReturnValue:
    form = request.form
    if "more" in form or "drop" in form:
        return _page(person, _with_rows(form), {}, opened=form.get("more", ""))
    try:
        asked = forms.changes(form, admin=policy.is_admin(actor))
        if "locale" in asked and asked["locale"] not in {code for code, _name in _languages()}:
            raise Invalid(errors={"locale": [_("There is no such language.")]})
        if "email" in asked and clean_email(asked["email"]) != person.email:
            identity.require_fresh()  # whoever has the mailbox has the account
        custom = given_in(form, editable_for(actor, person))
        update_profile(actor, person, fields=custom, **asked)
    except Invalid as error:
        errors = forms.numbered(error.errors, form)
        if "manager_id" in errors:
            errors["manager"] = errors.pop("manager_id")
        return _page(person, forms.written(form), errors), 422
    if person.id == actor.id:
        flash(_("Your profile is saved."))
        return redirect("/settings", 303)
    return redirect(f"/people/{person.username}", 303)


def _with_rows(form: forms.Form) -> dict[str, Any]:
    """Return what the form holds with a row more, or without the one that is to go."""
    values = forms.written(form)
    name, _dot, index = form.get("drop", "").partition(".")
    if name in forms.ROWS and index.isdecimal() and int(index) < len(values[name]):
        del values[name][int(index)]
    if form.get("more") in forms.ROWS:
        values[form["more"]].append({})
    return values


def _page(
    person: Person, form: dict[str, Any], errors: dict[str, list[str]], opened: str = ""
) -> str:
    viewer = identity.signed_in()
    own = person.id == viewer.id
    is_admin = policy.is_admin(viewer)
    locale = get_locale() or Locale("en")
    hidden = hidden_names()
    return render_template(
        "settings/profile.html" if own else "people/edit.html",
        person=person,
        own=own,
        admin=is_admin,
        form=form,
        errors=errors,
        # Admins look after what is hidden, too.
        hidden=frozenset() if is_admin else hidden,
        opened=opened,
        custom_fields=editable_for(viewer, person),
        time_zones=_time_zones(person.time_zone),
        languages=_languages(),
        days=list(get_day_names("abbreviated", locale=locale).items()),
        since=format_date(person.started_on, "long", locale=locale) if person.started_on else "",
    )


def _time_zones(chosen: str) -> list[str]:
    # The others are old names and fixed distances, which nobody lives in.
    skipped = ("Etc/", "SystemV/", "US/", "Canada/", "Mexico/", "Chile/", "Brazil/")
    zones = {name for name in available_timezones() if "/" in name}
    lived = {name for name in zones if not name.startswith(skipped)} | {chosen}
    return ["UTC", *sorted(lived - {"UTC"})]


def _languages() -> list[tuple[str, str]]:
    locales = {"en": Locale("en")} | {str(one): one for one in babel.list_translations()}
    return [(code, str(one.get_display_name(one)).capitalize()) for code, one in locales.items()]
