"""One's own profile."""

from __future__ import annotations

from zoneinfo import available_timezones

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.core.errors import Invalid
from enterprise_social.core.language import babel
from enterprise_social.people.actions import update_person

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
FIELDS = (
    "name", "title", "department", "location", "pronouns", "phone", "time_zone", "locale",
)  # fmt: skip


@blueprint.get("")
def edit() -> str:
    """Show the form."""
    person = identity.signed_in()
    return _page({field: getattr(person, field) for field in FIELDS}, {})


@blueprint.post("")
def update() -> Response | tuple[str, int]:
    """Change what others see of oneself."""
    form = {field: request.form[field] for field in FIELDS if field in request.form}
    known = {code for code, _name in _languages()}
    try:
        if form.get("locale", "en") not in known:
            raise Invalid(errors={"locale": [_("There is no such language.")]})
        update_person(identity.signed_in(), identity.signed_in(), **form)
    except Invalid as error:
        return _page(form, error.errors), 422
    flash(_("Your profile is saved."))
    return redirect("/settings", 303)


def _page(form: dict[str, str], errors: dict[str, list[str]]) -> str:
    return render_template(
        "settings/profile.html",
        form=form,
        errors=errors,
        time_zones=_time_zones(),
        languages=_languages(),
    )


def _time_zones() -> list[str]:
    # The others are old names and fixed distances, which nobody lives in.
    skipped = ("Etc/", "SystemV/", "US/", "Canada/", "Mexico/", "Chile/", "Brazil/")
    zones = (name for name in available_timezones() if "/" in name)
    return ["UTC", *sorted(name for name in zones if not name.startswith(skipped))]


def _languages() -> list[tuple[str, str]]:
    locales = {"en": Locale("en")} | {str(one): one for one in babel.list_translations()}
    return [(code, str(one.get_display_name(one)).capitalize()) for code, one in locales.items()]
