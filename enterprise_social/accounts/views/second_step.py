"""The second half of a sign-in, a code or a passkey; and the whole of it, by a passkey alone.

The token of a half sign-in and the challenge of a passkey stand in the browser's own cookie: they
are good in no other browser, once, and for minutes.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, request, session
from flask.wrappers import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from enterprise_social.accounts import actions, identity
from enterprise_social.accounts.actions.passkeys import SECOND, SIGN_IN
from enterprise_social.accounts.factors import queries, rules
from enterprise_social.accounts.views import browsers
from enterprise_social.core import limits
from enterprise_social.core.errors import Gone, Invalid, NotFound, TooManyRequests
from enterprise_social.core.web import local_path
from enterprise_social.people.models import Person

blueprint = Blueprint("second_step", __name__, url_prefix="/login")
PENDING_KEY, CHALLENGE_KEY = "_pending", "_challenge"
Page = tuple[str, int, dict[str, str]]


def lead_on(pending: str, target: str) -> BaseResponse:
    """Lead somebody whose password was right to the second half of the sign-in."""
    session[PENDING_KEY] = pending
    return redirect(_with_target("/login/step", target), 303)


@blueprint.get("/step")
@identity.public
def show() -> BaseResponse | str:
    """Ask for a code or a passkey."""
    person = queries.pending_person(_pending())
    return _begin_again() if person is None else _page(person, {})


@blueprint.post("/step")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def take_code() -> BaseResponse | Page:
    """Take a code of the app, or a recovery code."""
    person = queries.pending_person(_pending())
    if person is None:
        return _begin_again()
    code = request.form.get("code", "").strip()
    try:
        if not code:
            raise Invalid(errors={"code": [_("Enter a code.")]})
        begun = actions.finish_by_code(_pending(), code, **browsers.facts())
    except Gone:
        return _begin_again()
    except Invalid as error:
        return _page(person, error.errors), 422, {}
    except TooManyRequests as error:
        page = _page(person, {"code": [error.detail]})
        return page, 429, {"Retry-After": str(error.retry_after)}
    return _come_in(begun)


@blueprint.post("/step/passkey")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def take_passkey() -> BaseResponse | Page:
    """Take a passkey as the second factor."""
    person = queries.pending_person(_pending())
    if person is None:
        return _begin_again()
    answer, challenge = request.form.get("credential", ""), take_challenge()
    try:
        begun = actions.finish_by_passkey(_pending(), answer, challenge, **browsers.facts())
    except Gone:
        return _begin_again()
    except Invalid as error:
        return _page(person, error.errors), 422, {}
    return _come_in(begun)


@blueprint.post("/challenge")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def challenge() -> Response:
    """Give the browser what it asks a passkey: of whoever is half in, or of anybody."""
    if not rules.passkeys_are_possible():
        raise NotFound()
    person = queries.pending_person(_pending())
    use = SIGN_IN if person is None else SECOND
    return give_challenge(actions.proof_options(use, person))


@blueprint.post("/passkey")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def sign_in() -> BaseResponse:
    """Sign somebody in by a passkey alone."""
    answer, given = request.form.get("credential", ""), take_challenge()
    remember = bool(request.form.get("remember"))
    try:
        begun = actions.sign_in_by_passkey(answer, given, remember=remember, **browsers.facts())
    except Invalid as error:
        flash(error.detail)
        return redirect(_with_target("/login", _target()), 303)
    return _come_in(begun)


def give_challenge(made: tuple[str, str]) -> Response:
    """Answer the options, and keep the challenge in the browser's cookie."""
    kept, options = made
    session[CHALLENGE_KEY] = kept
    return Response(options, mimetype="application/json")


def take_challenge() -> str:
    """Return the challenge that this browser was given last, and have it answer none twice."""
    return str(session.pop(CHALLENGE_KEY, ""))


def _come_in(begun: tuple[Any, str]) -> BaseResponse:
    target = _target()
    identity.start_session(*begun)
    return redirect(target, 303)


def _begin_again() -> BaseResponse:
    session.pop(PENDING_KEY, None)
    flash(_("That took too long. Begin again with your password."))
    return redirect(_with_target("/login", _target()), 303)


def _pending() -> str:
    return str(session.get(PENDING_KEY, ""))


def _target() -> str:
    target = local_path(request.values.get("next"))
    return "/" if target.startswith(("/login", "/logout")) else target


def _with_target(path: str, target: str) -> str:
    return path if target == "/" else f"{path}?next={quote(target, safe='/')}"


def _page(person: Person, errors: dict[str, list[str]]) -> str:
    target = _target()
    return render_template(
        "accounts/step.html",
        factors=queries.factors_of(person.id),
        passkeys_possible=rules.passkeys_are_possible(),
        errors=errors,
        next="" if target == "/" else target,
    )
