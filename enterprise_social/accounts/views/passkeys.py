"""One's own passkeys: make, name and remove them."""

from __future__ import annotations

from flask import Blueprint, g, request
from flask.wrappers import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from enterprise_social.accounts import actions, identity
from enterprise_social.accounts.factors import rules
from enterprise_social.accounts.factors.models import Passkey
from enterprise_social.accounts.views.factors import back, done, overview
from enterprise_social.accounts.views.second_step import give_challenge, take_challenge
from enterprise_social.core import limits
from enterprise_social.core.access import find
from enterprise_social.core.errors import Conflict, Invalid, NotFound

blueprint = Blueprint("own_passkeys", __name__, url_prefix="/settings/security/passkeys")


@blueprint.post("/challenge")
@limits.limiter.limit(limits.SIGN_INS)
def challenge() -> Response:
    """Give the browser what it makes a passkey of."""
    identity.require_fresh()
    if not rules.passkeys_are_possible():
        raise NotFound()
    return give_challenge(actions.begin_enrolment(identity.signed_in()))


@blueprint.post("")
def add() -> BaseResponse | tuple[str, int]:
    """Take a new passkey into use."""
    identity.require_fresh()
    form, kept = request.form, take_challenge()
    name, answer = form.get("name", ""), form.get("credential", "")
    try:
        _passkey, made = actions.add_passkey(
            identity.signed_in(), name, answer, kept, session_id=g.session_id
        )
    except Invalid as error:
        return overview(error.errors), 422
    except Conflict as error:
        return back(error.detail)
    return done(_("The passkey is set up. You can sign in with it."), made)


@blueprint.post("/<int:passkey_id>/name")
def rename(passkey_id: int) -> BaseResponse:
    """Give a passkey another name."""
    person = identity.signed_in()
    passkey = find(Passkey, passkey_id, person)
    try:
        actions.rename_passkey(person, passkey, request.form.get("name", ""))
    except Invalid as error:
        return back(error.detail)
    return back(_("The passkey has another name now."))


@blueprint.post("/<int:passkey_id>/removal")
def remove(passkey_id: int) -> BaseResponse:
    """Take a passkey out of use."""
    identity.require_fresh()
    person = identity.signed_in()
    try:
        actions.remove_passkey(person, find(Passkey, passkey_id, person))
    except Conflict as error:
        return back(error.detail)
    return back(_("The passkey no longer opens anything."))
