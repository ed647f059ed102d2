"""Legal holds: the list, placing one, releasing one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import Invalid
from enterprise_social.people.models import Person
from enterprise_social.records.actions.holds import place_hold, release_hold
from enterprise_social.records.models import LONGEST_MATTER, LONGEST_REASON, LegalHold
from enterprise_social.records.policy.holds import may_hold
from enterprise_social.records.queries.holds import holds_page
from enterprise_social.records.views.places import (
    Errors,
    named_channel,
    named_day,
    named_person,
)

blueprint = Blueprint("holds", __name__, url_prefix="/admin/holds")
HERE = "/admin/holds"


@blueprint.get("")
def index() -> str:
    """Show all holds, those that hold now first."""
    return _page(_admin())


@blueprint.post("")
def create() -> Response | tuple[str, int]:
    """Place a hold."""
    viewer, form = _admin(), request.form
    errors: Errors = {}
    person = named_person(form.get("who", ""), "who", errors)
    channel = named_channel(form.get("channel", ""), "channel", errors)
    begins_at = named_day(viewer, form.get("since", ""), "since", errors)
    # The last day is held as a whole.
    ends_at = named_day(viewer, form.get("until", ""), "until", errors, later=1)
    try:
        if errors:
            raise Invalid(errors=errors)
        place_hold(
            viewer,
            form.get("matter", ""),
            form.get("reason", ""),
            person=person,
            channel=channel,
            begins_at=begins_at,
            ends_at=ends_at,
        )
    except Invalid as error:
        return _page(viewer, form, error.errors), 422
    flash(_("Held. Nothing of it is lost from now on."))
    return redirect(HERE, 303)


@blueprint.post("/<int:hold_id>/release")
def release(hold_id: int) -> Response | tuple[str, int]:
    """Release a hold."""
    viewer = _admin()
    hold = find(LegalHold, hold_id, viewer)
    try:
        release_hold(viewer, hold, request.form.get("release_reason", ""))
    except Invalid as error:
        return _page(viewer, request.form, error.errors, releasing=hold.id), 422
    flash(_("Released. What it kept goes its ordinary way now."))
    return redirect(HERE, 303)


def _admin() -> Person:
    viewer = identity.signed_in()
    require(may_hold(viewer), _("Only admins see legal holds."))
    return viewer


def _page(
    viewer: Person,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, list[str]] | None = None,
    releasing: int | None = None,
) -> str:
    return render_template(
        "records/holds.html",
        page=holds_page(viewer, request.args.get("cursor")),
        first="cursor" not in request.args,
        given={} if given is None or releasing else given,
        errors=errors or {},
        releasing=releasing,
        longest={"matter": LONGEST_MATTER, "reason": LONGEST_REASON},
    )
