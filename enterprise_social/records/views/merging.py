"""Merging a double: which account is kept, then what that does, in one form."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.core import limits
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.people import queries as people_queries
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin
from enterprise_social.records.actions.merging import merge_people

blueprint = Blueprint("merging", __name__, url_prefix="/admin/people/<int:person_id>/merging")


@blueprint.get("")
def show(person_id: int) -> str:
    """Ask which account is kept."""
    return _page(_double(person_id), {})


@blueprint.post("")
@limits.limiter.limit("60/hour")
def merge(person_id: int) -> Response | tuple[str, int]:
    """Merge them."""
    double = _double(person_id)
    identity.require_fresh()
    form = request.form
    viewer = identity.signed_in()
    try:
        kept = merge_people(viewer, _kept(viewer), double, confirmed=form.get("confirmed", ""))
    except Invalid as error:
        return _page(double, error.errors), 422
    except Conflict as error:
        return _page(double, {"kept": [error.detail]}), 409
    flash(_("It is one account now. What it wrote follows within minutes."))
    return redirect(f"/people/{kept.username}", 303)


def _double(person_id: int) -> Person:
    viewer = identity.signed_in()
    require(is_admin(viewer), _("Only admins may do this."))
    return find(Person, person_id, viewer)


def _kept(viewer: Person) -> Person:
    name = request.form.get("kept", "").strip().removeprefix("@")
    found = people_queries.by_username(name, viewer) or people_queries.by_email(name)
    if found is None:
        raise Invalid(errors={"kept": [_("There is nobody of this username or address.")]})
    return found


def _page(double: Person, errors: dict[str, list[str]]) -> str:
    return render_template(
        "records/merging.html", person=double, errors=errors, form=request.form if errors else {}
    )
