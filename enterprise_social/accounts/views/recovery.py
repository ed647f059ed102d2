"""Forgotten passwords: ask for a link, follow it, set a new one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import actions, identity, queries
from enterprise_social.core import limits
from enterprise_social.core.errors import Gone, Invalid

blueprint = Blueprint("recovery", __name__, url_prefix="/password-resets")

# The address of these pages is a secret, so it goes nowhere (Referrer Policy, W3C).
PRIVATE = {"Referrer-Policy": "no-referrer"}


@blueprint.get("")
@identity.public
def new() -> str:
    """Show the form that asks for the address."""
    return render_template("accounts/reset_request.html", form={}, errors={}, sent=False)


@blueprint.post("")
@identity.public
@limits.limiter.limit(limits.MAILS, key_func=limits.address)
def create() -> str | tuple[str, int]:
    """Promise a mail, the same for every address."""
    form = {"email": request.form.get("email", "").strip()}
    template = "accounts/reset_request.html"
    try:
        actions.request_password_reset(form["email"])
    except Invalid as error:
        return render_template(template, form=form, errors=error.errors, sent=False), 422
    return render_template(template, form=form, errors={}, sent=True)


@blueprint.get("/<token>")
@identity.public
def edit(token: str) -> tuple[str, int, dict[str, str]]:
    """Show the form for the new password, or say that the link is used up."""
    return _form(token, {})


@blueprint.post("/<token>")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def update(token: str) -> Response | tuple[str, int, dict[str, str]]:
    """Set the new password."""
    try:
        actions.reset_password(token, request.form.get("password", ""))
    except Invalid as error:
        return _form(token, error.errors)
    except Gone:
        return _gone()
    identity.end_session()
    flash(_("Your password is changed. Sign in with the new one."))
    return redirect("/login", 303)


def _form(token: str, errors: dict[str, list[str]]) -> tuple[str, int, dict[str, str]]:
    person = queries.reset_holder(token)
    if person is None:
        return _gone()
    page = render_template("accounts/reset.html", email=person.email, errors=errors)
    return page, 422 if errors else 200, PRIVATE


def _gone() -> tuple[str, int, dict[str, str]]:
    page = render_template(
        "accounts/gone.html",
        page_title=_("This link no longer works"),
        text=_("It was used already, or it is older than an hour."),
        action="/password-resets",
        label=_("Ask for a new link"),
    )
    return page, 410, PRIVATE
