"""The matrix of rights: who may what beyond their role, why, and by whom it was granted."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from enterprise_social.accounts import identity
from enterprise_social.admin.rights_matrix import SHOWN, lines, why
from enterprise_social.core import settings
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import AppError, Conflict, Invalid
from enterprise_social.core.limits import READS, limiter
from enterprise_social.people.actions.rights import grant_right, revoke_right
from enterprise_social.people.models import RIGHTS, Person
from enterprise_social.people.policy.guests import guests_come_by
from enterprise_social.people.policy.rights import may_grant

HERE = "/admin/rights"
blueprint = Blueprint("admin_rights", __name__, url_prefix=HERE)
# Each right in a word, and what somebody who has it does.
WORDS = {
    "moderate": (
        lazy_gettext("Moderate"),
        lazy_gettext("Judges reports everywhere and sets the rules of words."),
    ),
    "analytics": (lazy_gettext("Analytics"), lazy_gettext("Sees how the network is used.")),
    "export": (
        lazy_gettext("Export"),
        lazy_gettext("Takes part in giving out others' data, which always needs two."),
    ),
    "audit": (lazy_gettext("Audit"), lazy_gettext("Reads the audit log.")),
}


@blueprint.get("")
@limiter.limit(READS)
def index() -> str:
    """Show who may what beyond their role, or whoever is searched for."""
    viewer = _admin()
    text = request.args.get("q", "").strip()[:200]
    show = request.args.get("show", SHOWN[0])
    show = show if show in SHOWN else SHOWN[0]
    page = lines(viewer, text=text, show=show, cursor=request.args.get("cursor"))
    return render_template(
        "admin/rights/index.html",
        lines=page.items,
        next=page.next_cursor,
        q=text,
        show=show,
        rights=RIGHTS,
        words=WORDS,
        guests_come_by=guests_come_by(),
    )


@blueprint.get("/<int:person_id>")
def show(person_id: int) -> str:
    """Explain what somebody may, and why."""
    viewer = _admin()
    return _page(viewer, find(Person, person_id, viewer))


@blueprint.post("/<int:person_id>")
def save(person_id: int) -> ResponseReturnValue:
    """Grant somebody a right or take it back, with a reason."""
    actor = _admin()
    person = find(Person, person_id, actor)
    identity.require_fresh()
    form = request.form
    name, reason = form.get("right", ""), form.get("reason", "")
    try:
        if form.get("granted") == "1":
            grant_right(actor, person, name, reason=reason)
            flash(_("Granted."))
        else:
            revoke_right(actor, person, name, reason=reason)
            flash(_("Taken back."))
    except (Invalid, Conflict) as error:
        return _page(actor, person, error), error.status
    return redirect(f"{HERE}/{person.id}", 303)


@blueprint.post("/guests")
def save_guests() -> ResponseReturnValue:
    """Say who brings guests in."""
    actor = _admin()
    settings.change(actor, {"people.guests_come_by": request.form.get("guests_come_by", "")})
    flash(_("Saved."))
    return redirect(HERE, 303)


def _admin() -> Person:
    viewer = identity.signed_in()
    require(may_grant(viewer), _("Only admins grant rights."))
    return viewer


def _page(viewer: Person, person: Person, error: AppError | None = None) -> str:
    errors = error.errors if isinstance(error, Invalid) else {}
    if error is not None and not errors:
        errors = {"right": [error.detail]}
    return render_template(
        "admin/rights/show.html",
        person=person,
        why=why(viewer, person),
        rights=RIGHTS,
        words=WORDS,
        errors=errors,
        asked=request.form.get("right", "") if error is not None else "",
        typed=request.form.get("reason", "") if error is not None else "",
    )
