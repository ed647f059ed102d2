"""Erasing a person: what it would do, then the second step, then how far it is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.core import limits
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.people.models import Person
from enterprise_social.records.actions import erasing as actions
from enterprise_social.records.actions.erasing_steps import STEPS
from enterprise_social.records.models import LONGEST_ERASURE_REASON
from enterprise_social.records.policy.erasing import may_erase
from enterprise_social.records.queries import erasing as queries

blueprint = Blueprint("erasing", __name__, url_prefix="/admin/people/<int:person_id>/erasure")


def _person(person_id: int) -> Person:
    viewer = identity.signed_in()
    person = find(Person, person_id, viewer)
    require(may_erase(viewer, person), _("Only an admin may erase somebody, and not themselves."))
    return person


@blueprint.get("")
def show(person_id: int) -> str:
    """Show what erasing would do, or how far it is."""
    return _page(_person(person_id), {})


@blueprint.get("/progress")
def progress(person_id: int) -> str:
    """How far the worker is, alone."""
    erasure = queries.erasure_of(_person(person_id).id)
    return render_template("records/_erasure_progress.html", erasure=erasure, steps=len(STEPS))


@blueprint.post("")
@limits.limiter.limit("60/hour")
def erase(person_id: int) -> Response | tuple[str, int]:
    """Erase them."""
    person = _person(person_id)
    identity.require_fresh()
    form = request.form
    try:
        actions.erase_person(
            identity.signed_in(),
            person,
            confirmed=form.get("confirmed", ""),
            reason=form.get("reason", ""),
            removes_posts=form.get("posts") == "remove",
        )
    except Invalid as error:
        return _page(person, error.errors), 422
    except Conflict as error:
        flash(error.detail)
    return redirect(f"/admin/people/{person_id}/erasure", 303)


def _page(person: Person, errors: dict[str, list[str]]) -> str:
    erasure = queries.erasure_of(person.id)
    facts: dict[str, Any] = {"form": request.form if errors else {}}
    return render_template(
        "records/erasure.html",
        person=person,
        erasure=erasure,
        preview=None if erasure else queries.preview(person),
        steps=len(STEPS),
        errors=errors,
        longest=LONGEST_ERASURE_REASON,
        **facts,
    )
