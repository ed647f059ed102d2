"""What the organisation asks at the door, and help for those who lost what they showed there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import actions, devices, identity
from enterprise_social.accounts import queries as account_queries
from enterprise_social.accounts.factors import queries, rules
from enterprise_social.core import settings
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import Forbidden, Invalid
from enterprise_social.people import policy as people_policy
from enterprise_social.people.models import ROLES, Person

blueprint = Blueprint("admin_security", __name__, url_prefix="/admin")
PAGE = "/admin/security"
NUMBERS = {
    "grace_days": rules.FACTOR_GRACE_DAYS,
    "idle_hours": rules.IDLE_HOURS,
    "longest_days": rules.LONGEST_DAYS,
    "most_sessions": rules.MOST_SESSIONS,
}
FIELDS = {
    "required": rules.FACTOR_REQUIRED,
    "passwords": rules.PASSWORD_SIGN_IN,
    "break_glass": rules.BREAK_GLASS,
    **NUMBERS,
}


@blueprint.get("/security")
def show() -> str:
    """Show the rules, who keeps them, and how to change them."""
    _admin()
    return _page(_present(), {})


@blueprint.post("/security")
def change() -> Response | tuple[str, int]:
    """Change the rules."""
    admin, form = _admin(), request.form
    identity.require_fresh()
    given: dict[str, Any] = {
        "required": form.get("required", ""),
        "passwords": bool(form.get("passwords")),
        "break_glass": _ids(form.getlist("break_glass")),
        **{name: form.get(name, "") for name in NUMBERS},
    }
    try:
        actions.change_rules(admin, {FIELDS[name]: value for name, value in given.items()})
    except Invalid as error:
        names = {setting: name for name, setting in FIELDS.items()}
        return _page(given, {names[each]: texts for each, texts in error.errors.items()}), 422
    flash(_("It is in force, everywhere and at once."))
    return redirect(PAGE, 303)


@blueprint.get("/people/<int:person_id>/security")
def account(person_id: int) -> str:
    """Show how somebody comes in, and where they are signed in."""
    admin = _admin()
    person = find(Person, person_id, admin)
    sessions = account_queries.sessions_of(person)
    return render_template(
        "admin/account.html",
        person=person,
        factors=queries.factors_of(person.id),
        has_password=account_queries.has_password(person.id),
        tokens=len(account_queries.tokens_of(person)),
        sessions=[(devices.describe(each.user_agent), each) for each in sessions],
        own=person.id == admin.id,
    )


@blueprint.post("/people/<int:person_id>/sign-outs")
def sign_out(person_id: int) -> Response:
    """Sign somebody out everywhere."""
    admin = _admin()
    person = find(Person, person_id, admin)
    identity.require_fresh()
    actions.sign_out_everywhere(admin, person, tokens=bool(request.form.get("tokens")))
    if person.id == admin.id:
        return redirect("/login", 303)
    return _back(person, _("%(name)s is signed out everywhere.", name=person.name))


@blueprint.post("/people/<int:person_id>/factor-resets")
def reset(person_id: int) -> Response:
    """Take somebody's second factors away who lost them."""
    admin = _admin()
    person = find(Person, person_id, admin)
    identity.require_fresh()
    try:
        actions.reset_factors(admin, person)
    except Forbidden as error:
        return _back(person, error.detail)
    text = _("%(name)s has no second factor any more, and was told so.", name=person.name)
    return _back(person, text)


def _admin() -> Person:
    viewer = identity.signed_in()
    require(people_policy.is_admin(viewer), _("Only admins may do this."))
    return viewer


def _back(person: Person, text: str) -> Response:
    flash(text)
    return redirect(f"/admin/people/{person.id}/security", 303)


def _ids(texts: list[str]) -> list[int]:
    return [int(each) for each in texts if each.isascii() and each.isdigit() and len(each) < 19]


def _present() -> dict[str, Any]:
    return {name: settings.get(setting) for name, setting in FIELDS.items()}


def _page(form: dict[str, Any], errors: dict[str, list[str]]) -> str:
    admins = queries.active_admins()
    found = queries.coverage()
    return render_template(
        "admin/security.html",
        form=form,
        errors=errors,
        audiences=rules.AUDIENCES,
        admins=admins,
        with_factor=queries.with_factor([each.id for each in admins]),
        coverage=[(role, *found[role]) for role in reversed(ROLES) if role in found],
        passkeys_possible=rules.passkeys_are_possible(),
    )
