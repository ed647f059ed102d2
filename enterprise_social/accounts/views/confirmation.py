"""Before a sensitive act: prove again that it is you."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, g, redirect, render_template, request
from flask.wrappers import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from enterprise_social.accounts import actions, identity
from enterprise_social.accounts import queries as account_queries
from enterprise_social.accounts.actions.directory import confirm_by_directory, may_confirm
from enterprise_social.accounts.actions.passkeys import PROVE
from enterprise_social.accounts.factors import queries, rules
from enterprise_social.accounts.views.second_step import give_challenge, take_challenge
from enterprise_social.accounts.views.sign_on import provider_knows, provider_name
from enterprise_social.core import limits
from enterprise_social.core.errors import Invalid, NotFound, TooManyRequests
from enterprise_social.core.web import local_path

blueprint = Blueprint("confirmation", __name__, url_prefix="/confirmation")
Page = tuple[str, int, dict[str, str]]


@blueprint.get("")
def show() -> BaseResponse | str:
    """Ask for the password, a code or a passkey; whoever just proved it goes on."""
    if identity.is_fresh():
        return redirect(_target(), 303)
    return _page({})


@blueprint.post("")
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def confirm() -> BaseResponse | Page:
    """Take the password or a code, and lead back."""
    person, form = identity.signed_in(), request.form
    password, code = form.get("password", ""), form.get("code", "").strip()
    address = request.remote_addr or ""
    factor = ""
    try:
        if password:
            if not confirm_by_directory(person, password, address=address):
                actions.check_password(person.email, password, address=address)
        elif code:
            factor = actions.check_code(person, code, address=address)
        else:
            raise Invalid(errors={"password": [_("Enter your password or a code.")]})
    except Invalid as wrong:
        mine = {"password": [_("This is not your password.")]}
        return _page(mine if password else wrong.errors), 422, {}
    except TooManyRequests as pause:
        page = _page({"password" if password else "code": [pause.detail]})
        return page, 429, {"Retry-After": str(pause.retry_after)}
    return _proven(factor)


@blueprint.post("/challenge")
@limits.limiter.limit(limits.SIGN_INS)
def challenge() -> Response:
    """Give the browser what it asks one of the person's passkeys."""
    if not rules.passkeys_are_possible():
        raise NotFound()
    return give_challenge(actions.proof_options(PROVE, identity.signed_in()))


@blueprint.post("/passkey")
@limits.limiter.limit(limits.SIGN_INS, key_func=limits.address)
def confirm_by_passkey() -> BaseResponse | Page:
    """Take a passkey, and lead back."""
    person, answer = identity.signed_in(), request.form.get("credential", "")
    try:
        actions.check_passkey(answer, take_challenge(), PROVE, person)
    except Invalid as error:
        return _page(error.errors), 422, {}
    return _proven("passkey")


def _proven(factor: str) -> BaseResponse:
    token = actions.renew_session(identity.signed_in(), g.session_id, factor)
    identity.renew_session(token)
    return redirect(_target(), 303)


def _target() -> str:
    target = local_path(request.values.get("next"), "/settings/security")
    return "/settings/security" if target.startswith(("/login", "/logout")) else target


def _page(errors: dict[str, list[str]]) -> str:
    person = identity.signed_in()
    with_password = rules.may_use_password(person.id) and account_queries.has_password(person.id)
    return render_template(
        "accounts/confirmation.html",
        email=person.email,
        with_password=with_password or may_confirm(person.id),
        factors=queries.factors_of(person.id),
        passkeys_possible=rules.passkeys_are_possible(),
        errors=errors,
        next=_target(),
        provider=provider_name() if provider_knows(person.id) else "",
        again=f"/login?next={quote(_target(), safe='/')}",
    )
