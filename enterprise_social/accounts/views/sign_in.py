"""Sign in and out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from enterprise_social.accounts import actions, identity
from enterprise_social.accounts.actions.directory import sign_in_by_directory
from enterprise_social.accounts.errors import FactorNeeded
from enterprise_social.accounts.factors import rules
from enterprise_social.accounts.sign_on import directory
from enterprise_social.accounts.views import browsers, second_step
from enterprise_social.accounts.views.sign_on import farewell_of, provider_name, provider_path
from enterprise_social.core import limits
from enterprise_social.core.errors import Invalid, TooManyRequests
from enterprise_social.core.web import csrf_refused, local_path

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/login")
@identity.public
def show() -> Response | str:
    """Show the form."""
    if identity.current_person() is not None:
        return redirect(_target(), 303)
    return _page({}, {})


@blueprint.post("/login")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def create() -> Response | tuple[str, int, dict[str, str]]:
    """Sign somebody in and lead them where they wanted to go."""
    form = request.form
    email, password = form.get("email", "").strip(), form.get("password", "")
    missing = {
        field: [text]
        for field, value, text in (
            ("email", email, _("Enter your e-mail address.")),
            ("password", password, _("Enter your password.")),
        )
        if not value
    }
    if missing:
        return _page({"email": email}, missing), 422, {}
    try:
        given: dict[str, Any] = {"remember": bool(form.get("remember")), **browsers.facts()}
        by_directory = sign_in_by_directory(email, password, **given)
        session, token = by_directory or actions.sign_in(email, password, **given)
    except FactorNeeded as more:
        return second_step.lead_on(more.pending, _target())
    except Invalid as error:
        return _page({"email": email}, error.errors), 422, {}
    except TooManyRequests as error:
        page = _page({"email": email}, {"password": [error.detail]})
        return page, 429, {"Retry-After": str(error.retry_after)}
    identity.start_session(session, token)
    return redirect(_target(), 303)


@blueprint.errorhandler(CSRFError)
def begin_again(error: CSRFError) -> Response:
    """Offer the form anew: signing in or out in another tab makes this one's too old."""
    if request.path != "/login":
        return csrf_refused(error)
    flash(_("This page was too old. Sign in once more."))
    return redirect(url_for("sign_in.show", next=_target()), 303)


@blueprint.post("/logout")
@identity.public
def end() -> Response:
    """Sign out; whoever isn't signed in any more ends up in the same place."""
    person = identity.current_person()
    farewell = None
    if person is not None:
        farewell = farewell_of(g.session_id)
        actions.sign_out(person, g.session_id)
    identity.end_session()
    if farewell is not None:
        return redirect(farewell, 303)
    flash(_("You are signed out."))
    return redirect("/login", 303)


def _target() -> str:
    target = local_path(request.values.get("next"))
    return "/" if target.startswith(("/login", "/logout")) else target


def _page(form: dict[str, str], errors: dict[str, list[str]]) -> str:
    target = _target()
    return render_template(
        "accounts/login.html",
        form={"remember": request.form.get("remember", ""), **form},
        errors=errors,
        next="" if target == "/" else target,
        provider=provider_name(),
        provider_path=provider_path(),
        passwords_on=rules.passwords_are_on() or directory.is_configured(),
        directory=directory.is_configured(),
        passkeys_possible=rules.passkeys_are_possible(),
    )
