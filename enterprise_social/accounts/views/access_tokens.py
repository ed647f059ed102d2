"""One's own access tokens for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import actions, identity, policy, queries
from enterprise_social.accounts.models import AccessToken
from enterprise_social.core.access import find
from enterprise_social.core.clock import now
from enterprise_social.core.errors import Conflict, Invalid

blueprint = Blueprint("own_tokens", __name__, url_prefix="/settings/tokens")
LIFETIMES = (30, 90, 365)  # days; none of them: without an end


@blueprint.get("")
def index() -> str:
    """List the tokens, with the form for a new one."""
    return _page({"scopes": ["read"], "days": "90"}, {})


@blueprint.post("")
def create() -> tuple[str, int]:
    """Make a token and show its text, this once."""
    identity.require_fresh()
    form: dict[str, Any] = {
        "name": request.form.get("name", ""),
        "scopes": request.form.getlist("scopes"),
        "days": request.form.get("days", ""),
    }
    days = next((one for one in LIFETIMES if str(one) == form["days"]), None)
    expires_at = None if days is None else now() + timedelta(days=days)
    try:
        if days is None and form["days"]:
            raise Invalid(errors={"days": [_("Choose how long it is valid.")]})
        token, text = actions.create_access_token(
            identity.signed_in(), form["name"], form["scopes"], expires_at
        )
    except Invalid as error:
        return _page(form, error.errors), 422
    except Conflict as error:
        return _page(form, {"name": [error.detail]}), 409
    return _page({"scopes": ["read"], "days": "90"}, {}, new_token=text, new_id=token.id), 201


@blueprint.post("/<int:token_id>/revocation")
def revoke(token_id: int) -> Response:
    """End a token."""
    person = identity.signed_in()
    actions.revoke_access_token(person, find(AccessToken, token_id, person))
    flash(_("The token no longer works."))
    return redirect("/settings/tokens", 303)


def _page(form: dict[str, Any], errors: dict[str, list[str]], **more: Any) -> str:
    person = identity.signed_in()
    return render_template(
        "settings/tokens.html",
        tokens=queries.tokens_of(person),
        scopes=policy.grantable_scopes(person),
        lifetimes=LIFETIMES,
        form=form,
        errors=errors,
        fresh=identity.is_fresh(),
        now=now(),
        **more,
    )
