"""How announcements travel, and who may announce to whom."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.announcements import actions, audience, policy
from enterprise_social.announcements.ladder import MOST_STEPS, STEP_WAYS
from enterprise_social.announcements.models import PRIORITIES
from enterprise_social.announcements.queries import settings
from enterprise_social.core.access import find_where, require
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.people.models import Person

HERE = "/admin/announcements"
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
SPARE_ROWS = 2
blueprint = Blueprint("admin_announcements", __name__, url_prefix=HERE)


@blueprint.get("")
def index() -> str:
    """Show the ladder of each priority, and every granted right."""
    _admin()
    return _page()


@blueprint.post("/policies/<priority>")
def set_policy(priority: str) -> ResponseReturnValue:
    """Set the ladder, the quota and the approval of a priority."""
    admin = _admin()
    if priority not in PRIORITIES:
        raise NotFound()
    rows = _rows()
    filled = [index for index, row in enumerate(rows) if row["ways"]]
    errors: dict[str, list[str]] = {}
    numbers = {name: _number(name, errors) for name in ("approval_over", "quota")}
    steps = [{"after": rows[index]["seconds"], "ways": rows[index]["ways"]} for index in filled]
    again = _repeat()
    try:
        if errors:
            raise Invalid(errors=errors)
        actions.set_policy(
            admin,
            priority,
            steps=steps,
            repeat={"after": again["seconds"], "ways": again["ways"]} if again["ways"] else None,
            **numbers,
        )
    except Invalid as error:
        found = {_at_row(field, filled): words for field, words in error.errors.items()}
        return _page(priority=priority, errors=found, rows=rows, again=again), error.status
    flash(_("Saved. It holds for what is published from now on."))
    return redirect(HERE, 303)


@blueprint.post("/rights")
def grant() -> ResponseReturnValue:
    """Let somebody announce."""
    admin = _admin()
    form = request.form
    named = form.get("who", "").strip().lstrip("@").casefold()
    try:
        person = find_where(Person, (Person.username == named) | (Person.email == named), admin)
        actions.grant_right(
            admin,
            person,
            form.get("scope", ""),
            rule_text=form.get("rule_text", ""),
            may_be_critical=form.get("may_be_critical") == "1",
        )
    except NotFound:
        unknown = {"who": [_("Nobody here has this username or e-mail address.")]}
        return _page(errors=unknown), 422
    except Invalid as error:
        return _page(errors=error.errors), error.status
    flash(_("%(name)s may announce.", name=person.name))
    return redirect(f"{HERE}#rights", 303)


@blueprint.post("/rights/<int:right_id>/revocation")
def revoke(right_id: int) -> ResponseReturnValue:
    """Take a right back."""
    actions.revoke_right(_admin(), right_id)
    return redirect(f"{HERE}#rights", 303)


def _admin() -> Person:
    viewer = identity.signed_in()
    require(policy.may_set_policies(viewer), _("Only admins set how announcements travel."))
    return viewer


def _number(name: str, errors: dict[str, list[str]]) -> int | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        errors[name] = [_("A whole number, or nothing.")]
        return None
    return int(text)


def _span(number: str, unit: str) -> int:
    text = number.strip()
    whole = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
    return whole * UNITS.get(unit, 60)


def _rows() -> list[dict[str, Any]]:
    """Return the rows of the form, empty ones too."""
    form = request.form
    rows = []
    for index in range(MOST_STEPS):
        if f"after.{index}" not in form:
            continue
        after, unit = form[f"after.{index}"] or "0", form.get(f"unit.{index}", "min")
        ways = [way for way in form.getlist(f"ways.{index}") if way in STEP_WAYS]
        rows.append({"after": after, "unit": unit, "ways": ways, "seconds": _span(after, unit)})
    return rows


def _repeat() -> dict[str, Any]:
    form = request.form
    after, unit = form.get("repeat_after", ""), form.get("repeat_unit", "min")
    ways = [way for way in form.getlist("repeat_ways") if way in STEP_WAYS]
    return {"after": after, "unit": unit, "ways": ways, "seconds": _span(after, unit)}


def _at_row(field: str, filled: list[int]) -> str:
    """Return under which row of the form an error of a step stands."""
    name, _dot, number = field.partition(".")
    if name == "steps" and number.isdecimal() and int(number) < len(filled):
        return f"steps.{filled[int(number)]}"
    return field


def _shown(step: dict[str, Any]) -> dict[str, Any]:
    seconds = step["after"]
    unit = next(
        (name for name, size in reversed(UNITS.items()) if seconds and seconds % size == 0), "min"
    )
    return {"after": seconds // UNITS[unit], "unit": unit, "ways": step["ways"]}


def _page(
    *,
    priority: str = "",
    errors: dict[str, list[str]] | None = None,
    rows: list[dict[str, Any]] | None = None,
    again: dict[str, Any] | None = None,
) -> str:
    ladders = []
    for name, chosen in settings.policies().items():
        mine = name == priority
        shown = rows if mine and rows is not None else [_shown(each) for each in chosen["steps"]]
        blank = [{"after": "", "unit": "min", "ways": []}] * SPARE_ROWS
        repeat = _shown(chosen["repeat"]) if chosen["repeat"] else blank[0]
        ladders.append(
            {
                "priority": name,
                "rows": shown if mine else [*shown, *blank][:MOST_STEPS],
                "repeat": again if mine and again is not None else repeat,
                "approval_over": request.form.get("approval_over", "")
                if mine
                else chosen["approval_over"],
                "quota": request.form.get("quota", "") if mine else chosen["quota"],
                "errors": (errors or {}) if mine else {},
            }
        )
    rights = [
        (right, person, audience.words(right.rule, identity.signed_in()) if right.rule else "")
        for right, person in settings.granted_rights()
    ]
    return render_template(
        "admin/announcements.html",
        page_title=_("Announcements"),
        ladders=ladders,
        ways=STEP_WAYS,
        rights=rights,
        given=request.form if not priority else {},
        errors={} if priority else (errors or {}),
    )
