"""What people may do who came lately, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core import settings
from enterprise_social.core.access import require
from enterprise_social.core.errors import Invalid
from enterprise_social.moderation.views.place import blueprint
from enterprise_social.people.policy import is_admin
from enterprise_social.posts.actions.channel_rules import NEW_DAYS
from enterprise_social.posts.actions.newcomers import DEFAULT, SETTING

PATH = "/admin/moderation/limits"


@blueprint.get(PATH)
def show_limits() -> ResponseReturnValue:
    """Show the limits for new people."""
    _require_admin()
    return _page({**settings.get(SETTING), "new_member_days": settings.get(NEW_DAYS)}, {}, 200)


@blueprint.post(PATH)
def save_limits() -> ResponseReturnValue:
    """Set the limits for new people."""
    _require_admin()
    given = {name: _number(name) for name in (*DEFAULT, "new_member_days")}
    present = {**settings.get(SETTING), "new_member_days": settings.get(NEW_DAYS)}
    wanted = {name: present[name] if value is None else value for name, value in given.items()}
    new_days = wanted.pop("new_member_days")
    try:
        settings.change(identity.signed_in(), {SETTING: wanted, NEW_DAYS: new_days})
    except Invalid as error:
        return _page({**wanted, "new_member_days": new_days}, error.errors, 422)
    flash(_("Saved. It holds at once."))
    return redirect(PATH, 303)


def _require_admin() -> None:
    require(is_admin(identity.signed_in()), _("Only admins may change this."))


def _number(name: str) -> int | None:
    """Read a number of the form; what isn't sent is None, what is no number -1."""
    text = request.form.get(name)
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _page(values: Mapping[str, Any], errors: Mapping[str, Any], status: int) -> ResponseReturnValue:
    page = render_template(
        "moderation/limits.html",
        page_title=_("Limits for new people"),
        values=values,
        errors={"limits": errors.get(SETTING, ()), "new": errors.get(NEW_DAYS, ())},
    )
    return page, status
