"""The organisation's reasons and rules, and how long things may take."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core import settings as kept
from enterprise_social.core.access import require
from enterprise_social.core.errors import Invalid
from enterprise_social.moderation import settings
from enterprise_social.moderation.views.place import blueprint
from enterprise_social.people.policy import is_admin

NUMBERS = (settings.HIDE_AFTER, settings.TARGET_HOURS, settings.APPEAL_DAYS)


@blueprint.get("/admin/moderation/settings")
def show_rules() -> ResponseReturnValue:
    """Show what holds."""
    _require_admin()
    rows = [vars(each) for each in settings.reasons()]
    values = {name.partition(".")[2]: kept.get(name) for name in NUMBERS}
    return _page(rows, values, {}, 200)


@blueprint.post("/admin/moderation/settings")
def save_rules() -> ResponseReturnValue:
    """Set it, in force at once."""
    _require_admin()
    form = request.form
    columns = [form.getlist(name)[:50] for name in ("key", "label", "rule")]
    rows = [
        {"key": key, "label": label, "rule": rule}
        for key, label, rule in zip(*columns, strict=False)
        if label.strip() or rule.strip()
    ]
    values: dict[str, Any] = {
        name.partition(".")[2]: form.get(name.partition(".")[2], "") for name in NUMBERS
    }
    given: dict[str, Any] = {f"moderation.{name}": value for name, value in values.items()}
    try:
        kept.change(identity.signed_in(), {**given, settings.REASONS: rows})
    except Invalid as error:
        errors = {name.partition(".")[2]: texts for name, texts in error.errors.items()}
        return _page(rows, values, errors, 422)
    flash(_("Saved. It holds at once."))
    return redirect("/admin/moderation/settings", 303)


def _require_admin() -> None:
    require(is_admin(identity.signed_in()), _("Only admins may change this."))


def _page(
    rows: list[dict[str, str]], values: dict[str, Any], errors: dict[str, list[str]], status: int
) -> ResponseReturnValue:
    page = render_template(
        "moderation/settings.html",
        page_title=_("Rules and reports"),
        rows=rows,
        values=values,
        errors=errors,
    )
    return page, status
