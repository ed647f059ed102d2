"""The organisation's name, look and defaults."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.admin import contact
from enterprise_social.admin.actions import branding
from enterprise_social.core import colours, organisation, settings
from enterprise_social.core.access import require
from enterprise_social.core.errors import Invalid, TooLarge
from enterprise_social.core.limits import WRITES, limiter
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin

blueprint = Blueprint("organisation", __name__, url_prefix="/admin/organisation")
HERE = "/admin/organisation"
DEFAULT_ACCENT = "#0b666d"
ENVELOPE = 64 * 1024
FIELDS = {
    "name": organisation.NAME,
    "accent": organisation.ACCENT,
    "security_contact": contact.CONTACT,
}


@blueprint.get("")
def show() -> str:
    """Show what the organisation is called and looks like."""
    _admin()
    return _page()


def save() -> ResponseReturnValue:
    """Change the name, the accent colour and the logo."""
    admin = _admin()
    form = request.form
    try:
        given: dict[str, Any] = {
            setting: form[field] for field, setting in FIELDS.items() if field in form
        }
        if form.get("default_accent") == "1" or form.get("accent") == DEFAULT_ACCENT:
            given[organisation.ACCENT] = ""
        if form.get("no_logo") == "1":
            given[organisation.LOGO] = ""
        branding.set_organisation(admin, given)
        file = request.files.get("logo")
        if file is not None and file.filename:
            branding.set_logo(admin, cast(BinaryIO, file.stream))
    except Invalid as error:
        return _page(form.to_dict(), error.errors), 422
    except TooLarge as error:
        return _page(form.to_dict(), {organisation.LOGO: [str(error.detail)]}), 413
    flash(_("Saved. Everybody sees it with the next page they open."))
    return redirect(HERE, 303)


_receive = identity.large_form(lambda: branding.LARGEST_LOGO + ENVELOPE)(save)
blueprint.post("", endpoint="save")(limiter.limit(WRITES)(_receive))


def _admin() -> Person:
    viewer = identity.signed_in()
    require(is_admin(viewer), _("Only admins may do this."))
    return viewer


def _page(form: dict[str, str] | None = None, errors: dict[str, list[str]] | None = None) -> str:
    colour = organisation.accent() or DEFAULT_ACCENT
    return render_template(
        "admin/organisation.html",
        form={
            "name": organisation.organisation_name(),
            "accent": colour,
            "security_contact": settings.get(contact.CONTACT),
            **(form or {}),
        },
        accent_is_default=not organisation.accent(),
        configured_name=current_app.config["ORGANISATION"],
        checks=_lowest(colour),
        errors={field: (errors or {}).get(setting) for field, setting in FIELDS.items()}
        | {"logo": (errors or {}).get(organisation.LOGO)},
        largest=branding.LARGEST_LOGO,
    )


def _lowest(colour: str) -> list[tuple[str, float, float]]:
    """Return what is least readable in light and in dark: the contrast, and what it must be."""
    found = colours.checks(colour)
    half = len(found) // 2
    return [
        (title, lowest.ratio, lowest.least)
        for title, part in ((_("Light"), found[:half]), (_("Dark"), found[half:]))
        for lowest in [min(part, key=lambda each: each.ratio / each.least)]
    ]
