"""One's own security: the authenticator app, recovery codes, and what the organisation asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.wrappers import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from enterprise_social.accounts import actions, devices, identity
from enterprise_social.accounts import queries as account_queries
from enterprise_social.accounts.factors import codes, queries, rules
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.organisation import organisation_name

blueprint = Blueprint("own_factors", __name__, url_prefix="/settings/security")
OVERVIEW = "/settings/security"


@blueprint.get("")
def index() -> str:
    """Show which factors there are, and what is missing."""
    return overview({})


@blueprint.get("/app")
def new_app() -> str:
    """Show a new key as a picture and as text."""
    identity.require_fresh()
    return _setup(codes.new_key(), {})


@blueprint.post("/app")
def set_app() -> BaseResponse | tuple[str, int]:
    """Take the app into use once it shows a code."""
    identity.require_fresh()
    person, sealed = identity.signed_in(), request.form.get("setup", "")
    code = request.form.get("code", "")
    try:
        made = actions.set_app(person, sealed, code, session_id=g.session_id)
    except Invalid as error:
        key = codes.key_of_setup(person.id, sealed) or codes.new_key()
        return _setup(key, error.errors), 422
    return done(_("Your authenticator app is set up."), made)


@blueprint.post("/app/removal")
def remove_app() -> BaseResponse:
    """Take the app out of use."""
    identity.require_fresh()
    try:
        actions.remove_app(identity.signed_in())
    except Conflict as error:
        return back(error.detail)
    return back(_("The authenticator app is removed."))


@blueprint.post("/recovery-codes")
def make_recovery_codes() -> BaseResponse | tuple[str, int]:
    """Make new recovery codes and show them, this once."""
    identity.require_fresh()
    try:
        made = actions.make_recovery_codes(identity.signed_in())
    except Conflict as error:
        return back(error.detail)
    return done(_("The recovery codes from before no longer work."), made)


@blueprint.post("/recovery-codes/file")
def download_recovery_codes() -> Response:
    """Give the codes that the page shows as a file: the server no longer knows them."""
    identity.signed_in()
    given = request.form.getlist("recovery_code")[: codes.RECOVERY_CODES]
    sound = [each for each in given if codes.recovery_hash(each) is not None and len(each) < 30]
    heading = _("Recovery codes for %(name)s", name=organisation_name())
    text = "\n".join([heading, "", *sound, "", _("Each works once."), ""])
    answer = Response(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return answer


def overview(errors: dict[str, list[str]]) -> str:
    """Render the page of one's own security."""
    person = identity.signed_in()
    return _render(
        "settings/security.html",
        factors=queries.factors_of(person.id),
        has_password=account_queries.has_password(person.id),
        enforced_from=rules.enforced_from(person),
        passkeys_possible=rules.passkeys_are_possible(),
        device=devices.describe(request.user_agent.string),
        errors=errors,
    )


def done(text: str, made: Sequence[str] | None) -> BaseResponse | tuple[str, int]:
    """Go back to the overview, or show recovery codes that were made."""
    if made is None:
        return back(text)
    return _render("settings/recovery_codes.html", made=made, done=text), 201


def back(text: str) -> BaseResponse:
    """Go back to the overview with a word of what was done."""
    flash(text)
    return redirect(OVERVIEW, 303)


def _setup(key: str, errors: dict[str, list[str]]) -> str:
    # Only who sets one up needs it.
    import segno

    person = identity.signed_in()
    address = codes.key_address(key, person.email, organisation_name())
    picture = segno.make(address, error="m", micro=False)
    return _render(
        "settings/app.html",
        picture=picture.svg_data_uri(border=2, dark="#000", light="#fff", omitsize=True),
        address=address,
        key=codes.spaced(key),
        setup=codes.begin_setup(person.id, key),
        errors=errors,
    )


def _render(template: str, **facts: Any) -> str:
    """Render a page in the frame of settings, or in one of its own where nothing else is open."""
    alone = identity.must_enrol(identity.signed_in())
    frame = "accounts/enrolment.html" if alone else "settings/frame.html"
    return render_template(template, frame=frame, alone=alone, **facts)
