"""The first admin's way in, and the guide through the first steps."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import actions as accounts
from enterprise_social.accounts import identity
from enterprise_social.admin.actions import branding
from enterprise_social.admin.actions.first_run import (
    begin_organisation,
    is_setup_key,
    nobody_is_here,
)
from enterprise_social.admin.queries import guide
from enterprise_social.core import limits, organisation, settings
from enterprise_social.core.access import require
from enterprise_social.core.errors import Gone, Invalid, NotFound
from enterprise_social.core.language import is_time_zone
from enterprise_social.core.secret_links import PRIVATE
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin

blueprint = Blueprint("first_run", __name__)
GUIDE = "/admin/start"
ASKED = ("organisation_name", "name", "email")


@blueprint.get("/setup/<token>")
@identity.public
def show(token: str) -> tuple[str, int, dict[str, str]]:
    """Show the form to whoever was shown the secret, while nobody is here."""
    _require_open(token)
    return _form({}, {}), 200, PRIVATE


@blueprint.post("/setup/<token>")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def begin(token: str) -> Response | tuple[str, int, dict[str, str]]:
    """Make the first admin and sign them in."""
    _require_open(token)
    form = {field: request.form.get(field, "").strip() for field in ASKED}
    zone = request.form.get("time_zone", "")
    try:
        person = begin_organisation(
            **form,
            password=request.form.get("password", ""),
            time_zone=zone if is_time_zone(zone) else "UTC",
            locale=str(get_locale() or "en"),
        )
    except Invalid as error:
        return _form(form, _by_field(error.errors)), 422, PRIVATE
    except Gone:
        raise NotFound() from None
    session, secret = accounts.begin_session(
        person, address=request.remote_addr or "", user_agent=request.user_agent.string
    )
    identity.start_session(session, secret)
    return redirect(GUIDE, 303)


@blueprint.get(GUIDE)
def start() -> str:
    """Show the first steps, and which of them are done."""
    _admin()
    steps = guide.steps()
    return render_template(
        "admin/start.html",
        steps=steps,
        done=sum(each.done for each in steps),
        put_away=settings.get(guide.PUT_AWAY),
    )


@blueprint.post(f"{GUIDE}/ticks")
@limits.limiter.limit(limits.WRITES)
def tick() -> Response:
    """Tick a step that no program can see, or take the tick back."""
    admin = _admin()
    ticked = set(settings.get(guide.TICKED)) ^ {request.form.get("step", "")}
    branding.set_organisation(admin, {guide.TICKED: sorted(ticked)})
    return redirect(GUIDE, 303)


@blueprint.post(f"{GUIDE}/putting-away")
@limits.limiter.limit(limits.WRITES)
def put_away() -> Response:
    """Lead to the people first from now on, or to the guide again."""
    away = request.form.get("away") == "1"
    branding.set_organisation(_admin(), {guide.PUT_AWAY: away})
    return redirect("/admin" if away else GUIDE, 303)


def _require_open(token: str) -> None:
    """Raise NotFound for a wrong secret and where somebody is here: the page is gone for good."""
    if not is_setup_key(token) or not nobody_is_here():
        raise NotFound()


def _admin() -> Person:
    viewer = identity.signed_in()
    require(is_admin(viewer), _("Only admins may do this."))
    return viewer


def _by_field(errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    fields = {organisation.NAME: "organisation_name"}
    return {fields.get(name, name): texts for name, texts in errors.items()}


def _form(form: dict[str, str], errors: dict[str, list[str]]) -> str:
    return render_template("admin/setup.html", form=form, errors=errors)
