"""Follow an invitation: choose a password and come in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import actions, identity, queries
from enterprise_social.accounts.factors.queries import has_factor
from enterprise_social.accounts.views import browsers, second_step
from enterprise_social.core import limits
from enterprise_social.core.errors import Gone, Invalid
from enterprise_social.core.language import is_time_zone

blueprint = Blueprint("invitations", __name__, url_prefix="/invitations")
PRIVATE = {"Referrer-Policy": "no-referrer"}


@blueprint.get("/<token>")
@identity.public
def show(token: str) -> tuple[str, int, dict[str, str]]:
    """Show the form, or say that the invitation is over."""
    return _page(token, {}, {})


@blueprint.post("/<token>")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def accept(token: str) -> Response | tuple[str, int, dict[str, str]]:
    """Make the account and sign its owner in."""
    form = request.form
    zone = form.get("time_zone", "")
    try:
        person = actions.accept_invitation(
            token,
            form.get("name", "").strip(),
            form.get("password", ""),
            time_zone=zone if is_time_zone(zone) else "UTC",
            locale=str(get_locale() or "en"),
        )
    except Invalid as error:
        return _page(token, {"name": form.get("name", "")}, error.errors)
    except Gone:
        return _gone()
    if has_factor(person.id):
        return second_step.lead_on(actions.begin_pending(person, remember=False), "/")
    session, session_token = actions.begin_session(person, **browsers.facts())
    identity.start_session(session, session_token)
    return redirect("/", 303)


def _page(
    token: str, form: dict[str, str], errors: dict[str, list[str]]
) -> tuple[str, int, dict[str, str]]:
    invitation = queries.invitation_of(token)
    if invitation is None:
        return _gone()
    page = render_template(
        "accounts/invitation.html",
        invitation=invitation,
        form=form or {"name": invitation.name},
        errors=errors,
    )
    return page, 422 if errors else 200, PRIVATE


def _gone() -> tuple[str, int, dict[str, str]]:
    page = render_template(
        "accounts/gone.html",
        page_title=_("This invitation no longer works"),
        text=_("It was used already, taken back, or is too old. Ask whoever invited you."),
        action="/login",
        label=_("Sign in"),
    )
    return page, 410, PRIVATE
