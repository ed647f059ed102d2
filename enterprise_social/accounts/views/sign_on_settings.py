"""For admins: who comes in by the identity provider, as what, and what its groups mean here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.accounts.actions import sign_on as actions
from enterprise_social.accounts.sign_on import provider, queries, saml, settings
from enterprise_social.accounts.views.sign_on import provider_name
from enterprise_social.core import limits
from enterprise_social.core.access import require
from enterprise_social.core.errors import Invalid
from enterprise_social.people.models import ROLES, Person
from enterprise_social.people.policy import is_admin
from enterprise_social.people.queries import by_email

blueprint = Blueprint("sign_on_settings", __name__, url_prefix="/admin/sign-on")
HERE = "/admin/sign-on"
EMPTY_LINES = 3  # to write further ones into
SWITCHES = ("create_accounts", "update_profiles", "trust_email")


@blueprint.get("")
def show() -> str:
    """Show the settings, and what the provider must be told of us."""
    _admin()
    kept = {name: settings.get(name) for name in (*SWITCHES, "role", "group_claim", "claims")}
    domains = "\n".join(settings.get("domains"))
    return _page({**kept, "domains": domains, "groups": settings.get("groups")}, {})


@blueprint.post("")
@limits.limiter.limit(limits.WRITES)
def save() -> ResponseReturnValue:
    """Set them."""
    admin, form = _admin(), request.form
    identity.require_fresh()
    given: dict[str, Any] = {name: form.get(name) == "1" for name in SWITCHES}
    given |= {
        "role": form.get("role", ""),
        "group_claim": form.get("group_claim", ""),
        "claims": {field: form.get(f"claim-{field}", "").strip() for field in settings.FIELDS},
        "domains": form.get("domains", "").replace(",", " ").split(),
        "groups": _meanings(),
    }
    try:
        actions.change_sign_on(admin, given)
    except Invalid as error:
        again = {**given, "domains": form.get("domains", "")}
        return _page(again, error.errors), 422
    flash(_("Saved. It holds from the next sign-in on."))
    return redirect(HERE, 303)


@blueprint.post("/forgotten")
@limits.limiter.limit(limits.WRITES)
def forget() -> ResponseReturnValue:
    """Part somebody from their account at the provider."""
    admin = _admin()
    identity.require_fresh()
    person = by_email(request.form.get("email", "").strip())
    if person is None:
        flash(_("Nobody has this address."))
    elif actions.forget_identities(admin, person):
        flash(_("%(name)s is known by their address alone again.", name=person.name))
    else:
        flash(_("%(name)s has no account at the provider.", name=person.name))
    return redirect(HERE, 303)


def _admin() -> Person:
    viewer = identity.signed_in()
    require(is_admin(viewer), _("Only admins may do this."))
    return viewer


def _meanings() -> list[dict[str, Any]]:
    """Read the lines of the form; one without a group of the provider's is left out."""
    form = request.form
    lines = zip(
        form.getlist("group-claim"),
        form.getlist("group-role"),
        form.getlist("group-id"),
        strict=False,
    )
    return [
        {
            "claim": claim.strip(),
            "role": role,
            "group_id": int(group) if group.isascii() and group.isdigit() else None,
        }
        for claim, role, group in lines
        if claim.strip()
    ]


def _page(form: dict[str, Any], errors: dict[str, list[str]]) -> str:
    base = current_app.config["BASE_URL"]
    empty = {"claim": "", "role": "", "group_id": None}
    return render_template(
        "admin/sign_on.html",
        form={**form, "groups": [*form["groups"], *([empty] * EMPTY_LINES)]},
        errors=errors,
        **_provider(),
        scim=f"{base}/scim/v2" if current_app.config["SCIM_TOKEN"] else "",
        roles=ROLES,
        role_names=_role_names(),
        field_names=_field_names(),
        hand_groups=queries.groups_by_hand(),
    )


def _provider() -> dict[str, Any]:
    """Return what is shown of the provider, and what it must be told of us."""
    base, by_saml = current_app.config["BASE_URL"], saml.is_configured()
    issuer = saml.provider_id() if by_saml else provider.issuer()
    oidc = (
        (_("Redirect URI"), provider.callback_url()),
        (_("Back-channel logout URI"), f"{base}/sign-on/oidc/logout"),
        (_("Post-logout redirect URI"), f"{base}/login"),
    )
    of_saml = (
        (_("Entity ID, and where our metadata stand"), saml.entity_id()),
        (_("Assertion consumer service (POST)"), f"{base}/sign-on/saml/acs"),
    )
    return {
        "provider": provider_name(),
        "issuer": issuer,
        "known": queries.identity_count(issuer) if issuer else 0,
        "addresses": of_saml if by_saml else oidc,
    }


def _role_names() -> dict[str, str]:
    return {
        "guest": _("Guest"),
        "employee": _("Employee"),
        "manager": _("Manager"),
        "admin": _("Admin"),
    }


def _field_names() -> dict[str, str]:
    return {
        "title": _("Job title"),
        "department": _("Department"),
        "location": _("Location"),
        "phone": _("Phone"),
        "pronouns": _("Pronouns"),
        "employee_number": _("Employee number"),
    }
