"""Sign in by the organisation's identity provider, where it speaks SAML 2.0."""

from __future__ import annotations

import logging
import secrets
from dataclasses import asdict

from flask import Blueprint, Response, current_app, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from enterprise_social.accounts import identity
from enterprise_social.accounts.actions import sign_on as actions
from enterprise_social.accounts.sign_on import attempts, saml
from enterprise_social.accounts.sign_on.claims import Told
from enterprise_social.accounts.sign_on.refusals import SignOnRefused
from enterprise_social.accounts.views.sign_on import COOKIE_PATH, failed, keep_attempt, refused
from enterprise_social.core import limits
from enterprise_social.core.ephemeral import ephemeral
from enterprise_social.core.errors import NotFound
from enterprise_social.core.web import csrf, local_path

log = logging.getLogger(__name__)
blueprint = Blueprint("saml", __name__, url_prefix="/sign-on/saml")
WAITS_SECONDS = 120  # between the provider's answer and the browser's next request
REPLAY_SECONDS = 24 * 3600


@blueprint.before_request
def demand_provider() -> None:
    """Have none of these addresses where no provider is set."""
    if not saml.is_configured():
        raise NotFound()


@blueprint.get("")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def begin() -> BaseResponse:
    """Send the browser to the provider."""
    target = local_path(request.args.get("next"))
    if identity.current_person() is not None:
        return redirect(target, 303)
    attempt = attempts.begin(target)
    request_id, url = saml.begin(attempt.state)
    return keep_attempt(redirect(url, 303), attempts.answering(attempt, request_id))


@blueprint.get("/metadata")
@identity.public
@limits.limiter.limit(limits.READS, key_func=limits.address)
def metadata() -> Response:
    """Describe us to the provider."""
    return Response(saml.metadata(), content_type="application/samlmetadata+xml")


@blueprint.post("/acs")
@csrf.exempt
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def take() -> BaseResponse | tuple[str, int]:
    """Take the provider's answer, which the browser brings from its site without our cookies.

    So nobody is signed in here: what was verified waits a moment, and the browser is led on to
    where its cookies show whether it is the one that asked.
    """
    try:
        answer = saml.read(request.form.get("SAMLResponse", ""))
    except saml.BadResponse as error:
        log.warning("a SAML response proves nothing: %s", error)
        return failed(_("What the provider answered could not be verified."), "/", saml.name())
    if ephemeral().increment(f"saml-assertion:{answer.assertion_id[:200]}", REPLAY_SECONDS) > 1:
        log.warning("a SAML assertion was played again")
        return failed(_("What the provider answered could not be verified."), "/", saml.name())
    key = secrets.token_urlsafe(24)
    told = {**asdict(answer.told), "groups": sorted(answer.told.groups or ())}
    state = request.form.get("RelayState", "")[:200]
    waiting = {"told": told, "request_id": answer.request_id, "state": state}
    ephemeral().put(f"saml-answer:{key}", waiting, WAITS_SECONDS)
    return redirect(f"/sign-on/saml/finish/{key}", 303)


@blueprint.get("/finish/<key>")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def finish(key: str) -> BaseResponse | tuple[str, int]:
    """Let the browser in that asked, and no other."""
    waiting = ephemeral().get(f"saml-answer:{key}")
    ephemeral().delete(f"saml-answer:{key}")
    state = str(waiting["state"]) if waiting else ""
    cookie = attempts.cookie_of(state)
    attempt = attempts.resume(request.cookies.get(cookie, ""), state)
    if waiting is None or attempt is None or attempt.nonce != waiting["request_id"]:
        text = _("This sign-in is too old, or was begun in another browser.")
        return failed(text, "/", saml.name())
    told = Told(**{**waiting["told"], "groups": frozenset(waiting["told"]["groups"])})
    try:
        session, token = actions.sign_on(
            told, address=request.remote_addr or "", user_agent=request.user_agent.string
        )
    except SignOnRefused as error:
        log.info("sign-on was refused: %s", error.reason)
        return refused(error.detail, saml.name())
    identity.start_session(session, token)
    answer = current_app.make_response(redirect(attempt.target, 303))
    answer.delete_cookie(cookie, path=COOKIE_PATH)
    return answer
