"""Change one's own password."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import actions, identity
from enterprise_social.accounts.factors import rules
from enterprise_social.core.errors import Invalid, TooManyRequests

blueprint = Blueprint("own_password", __name__, url_prefix="/settings/password")


@blueprint.get("")
def edit() -> str:
    """Show the form."""
    return _page({})


@blueprint.post("")
def update() -> Response | tuple[str, int]:
    """Change the password and end all other sessions; this one goes on under another token."""
    form, person = request.form, identity.signed_in()
    try:
        actions.change_password(
            person,
            form.get("current", ""),
            form.get("new", ""),
            session_id=g.session_id,
            address=request.remote_addr or "",
            end_tokens=bool(form.get("end_tokens")),
        )
    except Invalid as error:
        return _page(error.errors), 422
    except TooManyRequests as error:
        return _page({"current": [error.detail]}), 429
    identity.renew_session(actions.renew_session(person, g.session_id))
    flash(_("Your password is changed. Your other browsers are signed out."))
    return redirect("/settings/password", 303)


def _page(errors: dict[str, list[str]]) -> str:
    opens = rules.may_use_password(identity.signed_in().id)
    return render_template("settings/password.html", errors=errors, password_opens=opens)
