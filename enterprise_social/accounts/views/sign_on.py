"""Sign in and out by the organisation's identity provider (OpenID Connect)."""

from __future__ import annotations

import json
import logging
import secrets
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.accounts.actions import sessions
from enterprise_social.accounts.actions import sign_on as actions
from enterprise_social.accounts.sign_on import attempts, provider, queries, saml, tokens
from enterprise_social.accounts.sign_on.claims import told
from enterprise_social.accounts.sign_on.refusals import SignOnRefused
from enterprise_social.core import limits
from enterprise_social.core.actions import finish_reading
from enterprise_social.core.ephemeral import ephemeral
from enterprise_social.core.errors import NotFound, Unavailable
from enterprise_social.core.web import csrf, local_path

log = logging.getLogger(__name__)
blueprint = Blueprint("sign_on", __name__, url_prefix="/sign-on/oidc")
COOKIE_PATH = "/sign-on"
FAREWELL_SECONDS = 300
LONGEST_CODE = 4096


def provider_name() -> str:
    """Return what the sign-in page's button says, or nothing where there is no provider."""
    if saml.is_configured():
        return saml.name()
    return provider.name() if provider.is_configured() else ""


def provider_path() -> str:
    """Return where the sign-in page's button leads."""
    return "/sign-on/saml" if saml.is_configured() else "/sign-on/oidc"


@blueprint.before_request
def demand_provider() -> None:
    """Have none of these addresses where no provider is set."""
    if not provider.is_configured():
        raise NotFound()


@blueprint.get("")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def begin() -> Response | tuple[str, int]:
    """Send the browser to the provider."""
    target, person = local_path(request.args.get("next")), identity.current_person()
    proves = person is not None and "again" in request.args
    if person is not None and not proves:
        return redirect(target, 303)
    attempt = attempts.begin(target, person.id if person is not None else 0)
    try:
        url = provider.authorization_url(
            attempt.state, attempt.nonce, attempt.verifier, anew=proves
        )
    except provider.ProviderError as error:
        return _away(error, target)
    return keep_attempt(redirect(url, 303), attempt)


def keep_attempt(answer: Response, attempt: attempts.Attempt) -> Response:
    """Give the browser what it keeps while its person is at the provider."""
    answer.set_cookie(
        attempt.cookie,
        attempts.sealed(attempt),
        max_age=attempts.LASTS_SECONDS,
        path=COOKIE_PATH,
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )
    return answer


@blueprint.get("/callback")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def callback() -> Response | tuple[str, int]:
    """Take the browser back from the provider."""
    state = request.args.get("state", "")
    cookie = attempts.cookie_of(state)
    attempt = attempts.resume(request.cookies.get(cookie, ""), state)
    if attempt is None:
        return _failed(_("This sign-in is too old, or was begun in another browser."), "/")
    answer = _finish(attempt)
    made = current_app.make_response(answer)
    made.delete_cookie(cookie, path=COOKIE_PATH)
    return made


def _finish(attempt: attempts.Attempt) -> Response | tuple[str, int]:
    asked = request.args
    # RFC 9207: an answer of another provider than the one that was asked (mix-up).
    if asked.get("iss", provider.issuer()) != provider.issuer():
        return _failed(_("Another provider answered than the one that was asked."), attempt.target)
    code = asked.get("code", "")
    if not 1 <= len(code) <= LONGEST_CODE:
        log.warning("the sign-in provider answered with %r", asked.get("error", "")[:80])
        return _failed(_("You were not signed in there."), attempt.target)
    try:
        if attempt.proves:
            return _prove(code, attempt)
        session, token = _sign_on(code, attempt)
    except provider.ProviderError as error:
        return _away(error, attempt.target)
    except tokens.BadToken as error:
        log.warning("an ID token proves nothing: %s", error)
        return _failed(_("What the provider answered could not be verified."), attempt.target)
    except SignOnRefused as error:
        log.info("sign-on was refused: %s", error.reason)
        return refused(error.detail, provider.name())
    identity.start_session(session, token)
    return redirect(attempt.target, 303)


def _exchanged(code: str, attempt: attempts.Attempt) -> tuple[dict[str, Any], str, str]:
    """Return the claims, the ID token and the access token that the provider gives for a code."""
    # It may take its time: no transaction waits for it.
    finish_reading()
    answer = provider.exchange(code, attempt.verifier)
    id_token, access_token = answer["id_token"], str(answer.get("access_token", ""))
    claims = tokens.id_token_claims(id_token, nonce=attempt.nonce, access_token=access_token)
    return claims, id_token, access_token


def _prove(code: str, attempt: attempts.Attempt) -> Response | tuple[str, int]:
    """Take the provider's word that whoever is signed in here proved anew who they are."""
    person = identity.current_person()
    claims, _id_token, _access_token = _exchanged(code, attempt)
    if claims.get("auth_time", 0) < attempt.at - tokens.LEEWAY_SECONDS:
        raise tokens.BadToken("they were not asked anew who they are")
    same = person is not None and person.id == attempt.proves
    if person is None or not same:
        return _failed(_("You were signed out here meanwhile."), attempt.target)
    if not queries.is_known(person.id, provider.issuer(), claims["sub"]):
        return _failed(_("Somebody else signed in there."), attempt.target)
    identity.renew_session(sessions.renew_session(person, g.session_id, "sso"))
    return redirect(attempt.target, 303)


def _sign_on(code: str, attempt: attempts.Attempt) -> Any:
    claims, id_token, access_token = _exchanged(code, attempt)
    more = provider.userinfo(access_token)
    if more and more.get("sub") != claims["sub"]:
        raise tokens.BadToken("userinfo is about somebody else")
    sid = claims.get("sid")
    return actions.sign_on(
        told(provider.issuer(), {**more, **claims}),
        sid=sid if isinstance(sid, str) and sid.isprintable() else "",
        id_token=id_token,
        address=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )


@blueprint.post("/logout")
@csrf.exempt
@identity.public
@limits.limiter.limit(limits.WRITES, key_func=limits.address)
def ended_by_provider() -> tuple[str, int, dict[str, str]]:
    """Take the provider's word that somebody signed out there (Back-Channel Logout 1.0)."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    try:
        logout = tokens.logout_of(request.form.get("logout_token", ""))
    except tokens.BadToken as error:
        log.warning("a logout token proves nothing: %s", error)
        return json.dumps({"error": "invalid_request"}), 400, headers
    except provider.ProviderError as error:
        log.warning("the sign-in provider: %s", error.reason)
        return json.dumps({"error": "temporarily_unavailable"}), 503, headers
    # A token that is played again would sign out who came back since.
    played = f"logout-token:{logout.token_id[:200]}"
    if ephemeral().get(played):
        return json.dumps({"error": "invalid_request"}), 400, headers
    actions.end_sign_on_sessions(provider.issuer(), subject=logout.subject, sid=logout.sid)
    ephemeral().put(played, True, 2 * tokens.LOGOUT_LASTS_SECONDS)
    return "", 200, headers


@blueprint.get("/farewell/<key>")
@identity.public
def farewell(key: str) -> tuple[str, dict[str, str]]:
    """Say that one is signed out here, and lead on to sign out at the provider.

    A page that refreshes (HTML, 'pragma directives') and no redirect: the browser holds what
    follows a form to its own site (form-action).
    """
    kept = ephemeral().get(f"farewell:{key}")
    ephemeral().delete(f"farewell:{key}")
    url = provider.end_session_url(str(kept), _back()) if kept is not None else None
    page = render_template("accounts/farewell.html", provider=provider.name(), url=url)
    return page, {"Refresh": f"0; url={url}"} if url else {}


def provider_knows(person_id: int) -> bool:
    """Tell whether somebody can prove by the provider who they are."""
    return provider.is_configured() and queries.is_known(person_id, provider.issuer())


def farewell_of(session_id: int | None) -> str | None:
    """Return where a session that ends now leads, where it began at the provider.

    Asked before it ends: after that nobody knows any more how it began.
    """
    if session_id is None or not provider.is_configured():
        return None
    began = queries.at_provider(session_id)
    if began is None or began.issuer != provider.issuer():
        return None
    finish_reading()
    try:
        if provider.end_session_url("", _back()) is None:
            return None
    except Unavailable:
        return None
    key = secrets.token_urlsafe(24)
    ephemeral().put(f"farewell:{key}", began.id_token, FAREWELL_SECONDS)
    return f"/sign-on/oidc/farewell/{key}"


def _back() -> str:
    return f"{current_app.config['BASE_URL']}/login"


def _away(error: provider.ProviderError, target: str) -> tuple[str, int]:
    log.error("the sign-in provider: %s", error.reason)
    page, _status = _failed(error.detail, target)
    return page, 503


def _failed(text: str, target: str) -> tuple[str, int]:
    return failed(text, target, provider.name())


def failed(text: str, target: str, name: str) -> tuple[str, int]:
    """Say why nobody is signed in, and offer to begin again."""
    return _page(_("You are not signed in"), text, target, name), 400


def refused(text: str, name: str) -> tuple[str, int]:
    """Say why somebody whom the provider knows can't come in."""
    return _page(_("You can't come in"), text, None, name), 403


def _page(title: str, text: str, target: str | None, name: str) -> str:
    return render_template(
        "accounts/sign_on_failed.html",
        page_title=title,
        text=text,
        provider=name,
        path=provider_path(),
        again=target,
    )
