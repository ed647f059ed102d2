"""Who is in the organisation: invite, give roles, deactivate and bring back.

Admins see everything here; managers may invite employees and see what they sent.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import actions as accounts
from enterprise_social.accounts import identity, policy
from enterprise_social.accounts import queries as account_queries
from enterprise_social.accounts.models import Invitation
from enterprise_social.admin import bulk
from enterprise_social.admin.queries import guide
from enterprise_social.admin.shell import INVITING, may_administer
from enterprise_social.channels.actions.guests import invite_guest
from enterprise_social.channels.queries import channels_named
from enterprise_social.core import limits, settings
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import now
from enterprise_social.core.errors import Conflict, Forbidden, Invalid
from enterprise_social.core.web import local_path
from enterprise_social.people import actions as people_actions
from enterprise_social.people import policy as people_policy
from enterprise_social.people import queries as people_queries
from enterprise_social.people.models import ROLES, Person
from enterprise_social.people.policy.guests import GUEST

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
LIST = "/admin/people"
LONGEST_CHANNELS = 2_000  # characters typed at once
# Where whoever is no admin begins, by the first right that they have.
FIRST_PAGES = (
    ("moderate", "/admin/moderation"),
    ("export", "/admin/exports"),
    ("audit", "/admin/audit"),
    (INVITING, LIST),
)


@blueprint.get("")
def index() -> Response:
    """Lead to the first page of administration."""
    viewer = identity.signed_in()
    if people_policy.is_admin(viewer):
        return redirect(LIST if settings.get(guide.PUT_AWAY) else "/admin/start", 303)
    for right, page in FIRST_PAGES:
        if may_administer(right):
            return redirect(page, 303)
    raise Forbidden(_("Only admins and managers come here."))


@blueprint.get("/people")
def people() -> str:
    """List people and open invitations, with the form for a new one."""
    return _page({}, {})


@blueprint.post("/invitations")
@limits.limiter.limit("200/hour")
def invite() -> Response | tuple[str, int]:
    """Send an invitation and show its link, this once."""
    form = {field: request.form.get(field, "").strip() for field in ("email", "name", "role")}
    form["role"] = form["role"] or "employee"
    viewer, channels = _viewer(), request.form.get("channels", "").strip()[:LONGEST_CHANNELS]
    _prove_for(form["role"], form["email"])
    try:
        if form["role"] == GUEST:
            named = channels_named(viewer, channels)
            invitation, link = invite_guest(viewer, form["email"], named, name=form["name"])
        else:
            invitation, link = accounts.invite(
                viewer, form["email"], name=form["name"], role=form["role"]
            )
    except Invalid as error:
        return _page({**form, "channels": channels}, error.errors), 422
    return _page({}, {}, sent=invitation, link=link), 201


@blueprint.post("/invitations/<int:invitation_id>/resending")
@limits.limiter.limit("200/hour")
def resend(invitation_id: int) -> Response | tuple[str, int]:
    """Send an invitation again with a new link."""
    viewer = _viewer()
    found = find(Invitation, invitation_id, viewer)
    _prove_for(found.role, found.email)
    try:
        invitation, link = accounts.resend_invitation(viewer, found)
    except Conflict as error:
        return _back(error.detail)
    return _page({}, {}, sent=invitation, link=link), 200


@blueprint.post("/invitations/<int:invitation_id>/revocation")
def revoke(invitation_id: int) -> Response:
    """Take an invitation back."""
    viewer = _viewer()
    try:
        accounts.revoke_invitation(viewer, find(Invitation, invitation_id, viewer))
    except Conflict as error:
        return _back(error.detail)
    return _back(_("The invitation no longer works."))


@blueprint.post("/people/<int:person_id>/role")
def change_role(person_id: int) -> Response:
    """Give somebody another role."""
    viewer = _admin()
    identity.require_fresh()
    person = find(Person, person_id, viewer)
    try:
        people_actions.set_role(viewer, person, request.form.get("role", ""))
    except (Invalid, Conflict) as error:
        return _back(error.detail)
    return _back(_("%(name)s has another role now.", name=person.name))


@blueprint.post("/people/<int:person_id>/deactivation")
def deactivate(person_id: int) -> Response:
    """Close somebody's account."""
    viewer = _admin()
    person = find(Person, person_id, viewer)
    return _try(
        lambda: people_actions.deactivate_person(viewer, person),
        _("%(name)s is signed out everywhere and can't come in any more.", name=person.name),
    )


@blueprint.post("/people/<int:person_id>/reactivation")
def reactivate(person_id: int) -> Response:
    """Open somebody's account again."""
    viewer = _admin()
    person = find(Person, person_id, viewer)
    return _try(
        lambda: people_actions.reactivate_person(viewer, person),
        _("%(name)s can come in again.", name=person.name),
    )


def _try(act: Any, done: str) -> Response:
    try:
        act()
    except (Conflict, Forbidden) as error:
        return _back(error.detail)
    return _back(done)


def _prove_for(role: str, email: str) -> None:
    """Ask for proof before a link is shown that gives more than a new colleague has."""
    if role in ("manager", "admin") or people_queries.by_email(email) is not None:
        identity.require_fresh()


def _viewer() -> Person:
    viewer = identity.signed_in()
    require(people_policy.is_manager(viewer), _("Only admins and managers come here."))
    return viewer


def _admin() -> Person:
    viewer = identity.signed_in()
    require(people_policy.is_admin(viewer), _("Only admins may do this."))
    return viewer


def _back(text: str) -> Response:
    flash(text)
    target = local_path(request.form.get("next"), LIST)
    return redirect(target if target.startswith(LIST) else LIST, 303)


def _page(form: dict[str, str], errors: dict[str, list[str]], **more: Any) -> str:
    viewer = _viewer()
    query = request.args.get("q", "").strip()[:200]
    page = people_queries.directory(
        viewer, query=query, cursor=request.args.get("cursor"), former=True
    )
    return render_template(
        "admin/people.html",
        people=page.items,
        next=page.next_cursor,
        total=people_queries.directory_total(viewer, query=query, former=True),
        without_password=account_queries.without_password([one.id for one in page.items]),
        invitations=account_queries.open_invitations(viewer),
        q=query,
        here=request.full_path.rstrip("?") if request.method == "GET" else LIST,
        is_admin=people_policy.is_admin(viewer),
        roles=[role for role in ROLES if policy.may_invite(viewer, role)],
        all_roles=ROLES,
        bulk_acts=bulk.ACTS,
        now=now(),
        form={"role": "employee", **form},
        errors=errors,
        **more,
    )
