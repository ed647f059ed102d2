"""Where one is signed in."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from enterprise_social.accounts import actions, devices, identity, queries
from enterprise_social.accounts.models import SignInSession
from enterprise_social.core.access import find

blueprint = Blueprint("own_sessions", __name__, url_prefix="/settings/sessions")


@blueprint.get("")
def index() -> str:
    """List the open sessions, this one first."""
    found = queries.sessions_of(identity.signed_in())
    sessions = [
        {
            "id": one.id,
            "device": devices.describe(one.user_agent),
            "portable": devices.is_portable(one.user_agent),
            "address": one.address,
            "created_at": one.created_at,
            "last_seen_at": one.last_seen_at,
            "current": one.id == g.session_id,
        }
        for one in found
    ]
    sessions.sort(key=lambda one: not one["current"])
    return render_template("settings/sessions.html", sessions=sessions)


@blueprint.post("/<int:session_id>/revocation")
def revoke(session_id: int) -> Response:
    """End one session; ending this one signs out."""
    person = identity.signed_in()
    actions.revoke_session(person, find(SignInSession, session_id, person))
    if session_id == g.session_id:
        identity.end_session()
        return redirect("/login", 303)
    flash(_("That browser is signed out."))
    return redirect("/settings/sessions", 303)


@blueprint.post("/revocations")
def revoke_others() -> Response:
    """End all sessions but this one."""
    ended = actions.revoke_other_sessions(identity.signed_in(), g.session_id)
    flash(ngettext("%(num)d browser is signed out.", "%(num)d browsers are signed out.", ended))
    return redirect("/settings/sessions", 303)
