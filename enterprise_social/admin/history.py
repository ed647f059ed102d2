"""Who changed what of somebody, for admins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from babel.dates import get_day_names
from flask import Blueprint, render_template, request
from flask_babel import format_date, format_datetime, get_locale
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core.access import find, require
from enterprise_social.people.models import Person
from enterprise_social.people.policy.fields import may_see_history
from enterprise_social.people.queries.history import Change, history_of

blueprint = Blueprint("admin_history", __name__, url_prefix="/admin/people")
LONGEST_SHOWN = 160
LEAD = 40  # shown before the first difference of long texts
MOST_SHOWN = 12  # of a list


@blueprint.get("/<int:person_id>/history")
def show(person_id: int) -> str:
    """Show the changes of somebody, the newest first."""
    viewer = identity.signed_in()
    require(may_see_history(viewer), _("Only admins may read this."))
    person = find(Person, person_id, viewer)
    page = history_of(viewer, person, cursor=request.args.get("cursor"))
    return render_template(
        "admin/history.html",
        person=person,
        changes=page.items,
        next=page.next_cursor,
        first="cursor" not in request.args,
        said=said,
    )


def said(change: Change) -> tuple[str, str]:
    """Return what stood in a field before and after in words; empty where nothing did.

    Of long texts it is the place where they begin to differ.
    """
    before, after = _words(change, change.before), _words(change, change.after)
    longest = max(len(before), len(after))
    same = sum(
        1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    )
    start = max(0, min(same - LEAD, longest - LONGEST_SHOWN))
    return _excerpt(before, start), _excerpt(after, start)


def _excerpt(text: str, start: int) -> str:
    part = text[start : start + LONGEST_SHOWN].strip()
    if not part:
        return "…" if text else ""
    end = "…" if start + LONGEST_SHOWN < len(text) else ""
    return f"{'…' if start else ''}{part}{end}"


def _words(change: Change, value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    if change.kind == "person":
        named = change.people.get(value) if isinstance(value, int) else None
        return named.name if named else _("somebody who is not known here")
    if change.field == "photo":
        return _("a photo")
    if change.field in ("works_from", "works_until") and isinstance(value, int):
        return f"{value // 60:02}:{value % 60:02}"
    if change.field == "works_on" and isinstance(value, list):
        days = get_day_names("abbreviated", locale=get_locale() or "en")
        return ", ".join(str(days[day]) for day in value if day in days)
    if change.field == "role":
        roles = {
            "guest": _("Guest"),
            "employee": _("Employee"),
            "manager": _("Manager"),
            "admin": _("Admin"),
        }
        return roles.get(value, str(value))
    return _moment(change, value) or _plain(value)


def _moment(change: Change, value: Any) -> str:
    is_day = change.field == "started_on" or change.kind == "date"
    if not isinstance(value, str) or not (is_day or change.field == "deactivated_at"):
        return ""
    try:
        if is_day:
            return str(format_date(date.fromisoformat(value), "long"))
        return str(format_datetime(datetime.fromisoformat(value), "medium"))
    except ValueError:
        return ""


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return ", ".join(filter(None, (_plain(each) for each in value.values())))
    if isinstance(value, list):
        return "; ".join(filter(None, (_plain(each) for each in value[:MOST_SHOWN])))
    return "" if value is None else str(value)
