"""One's own status and availability, and whom one blocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from enterprise_social.accounts import identity
from enterprise_social.core.access import find
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.errors import Invalid
from enterprise_social.core.language import zone_of
from enterprise_social.core.web import local_path
from enterprise_social.people.actions import (
    set_blocked,
    set_hidden,
    set_status,
    set_undisturbed,
)
from enterprise_social.people.models import Person
from enterprise_social.people.queries.presence import blocked_people, status_of

blueprint = Blueprint("presence", __name__)
MORNING = time(8)
# What is chosen most: an emoji, what it says, and until when.
PRESETS = {
    "meeting": ("🗓️", lazy_gettext("In a meeting"), "1h"),
    "way": ("🚌", lazy_gettext("On the way"), "30m"),
    "ill": ("🤒", lazy_gettext("Ill"), "day"),
    "leave": ("🌴", lazy_gettext("On leave"), "never"),
    "home": ("🏡", lazy_gettext("Working from home"), "day"),
}
SPANS = {
    "never": lazy_gettext("Until I clear it"),
    "30m": lazy_gettext("For 30 minutes"),
    "1h": lazy_gettext("For an hour"),
    "4h": lazy_gettext("For 4 hours"),
    "day": lazy_gettext("Today"),
    "week": lazy_gettext("This week"),
}
PAUSES = {
    "off": lazy_gettext("No, I may be disturbed"),
    "30m": lazy_gettext("For 30 minutes"),
    "1h": lazy_gettext("For an hour"),
    "2h": lazy_gettext("For 2 hours"),
    "morning": lazy_gettext("Until tomorrow at 8"),
    "at": lazy_gettext("Until a time"),
}
LENGTHS = {"30m": 30, "1h": 60, "2h": 120, "4h": 240}


@blueprint.get("/settings/status")
def show() -> str:
    """Show what one says of oneself, and whom one blocks."""
    return _page(identity.signed_in(), {}, {})


@blueprint.post("/settings/status")
def save() -> ResponseReturnValue:
    """Save one's status, do-not-disturb and visibility."""
    actor = identity.signed_in()
    try:
        _save(actor, request.form)
    except Invalid as error:
        return _page(actor, dict(request.form), error.errors), 422
    if request.headers.get("X-Shell") != "panel":  # the dialog says so itself
        flash(_("Your status is saved."))
    return redirect("/settings/status", 303)


@blueprint.post("/blocks/<int:person_id>")
def block(person_id: int) -> ResponseReturnValue:
    """Block somebody, or no longer."""
    actor = identity.signed_in()
    set_blocked(actor, find(Person, person_id, actor), request.form.get("blocked") == "1")
    return redirect(local_path(request.form.get("next"), "/settings/status"), 303)


@action
def _save(actor: Person, form: Mapping[str, str]) -> None:
    current = status_of(actor.id)
    emoji, text, span = form.get("emoji", ""), form.get("text", ""), form.get("until", "never")
    preset = PRESETS.get(form.get("preset", ""))
    if preset:
        emoji, text, span = preset[0], str(preset[1]), preset[2]
    if form.get("preset") == "clear":
        emoji = text = ""
    until = current.until if span == "kept" else _end(actor, span)
    if until is not None and until <= now():
        emoji = text = ""
    set_status(actor, emoji, text, until=until if emoji or text else None)
    if "dnd" in form:
        kept = form["dnd"] == "kept"
        pause = current.undisturbed_until if kept else _pause(actor, form)
        if not kept or pause is None or pause > now():
            set_undisturbed(actor, pause)
        set_hidden(actor, form.get("hidden") == "1")


def _end(actor: Person, span: str) -> datetime | None:
    """Return when a span ends that begins now, where its person is."""
    if span in LENGTHS:
        return now() + timedelta(minutes=LENGTHS[span])
    here = now().astimezone(zone_of(actor.time_zone))
    days = {"day": 1, "week": 7 - here.weekday()}.get(span)
    if days is None:
        return None
    return _at(here, days, time(0))


def _pause(actor: Person, form: Mapping[str, str]) -> datetime | None:
    chosen = form["dnd"]
    here = now().astimezone(zone_of(actor.time_zone))
    if chosen == "morning":
        return _at(here, 1, MORNING)
    if chosen != "at":
        return _end(actor, chosen)
    try:
        return datetime.fromisoformat(form.get("dnd_at", "")).replace(tzinfo=here.tzinfo)
    except (ValueError, OverflowError):
        raise Invalid(errors={"dnd_until": [_("Choose a time.")]}) from None


def _at(here: datetime, days: int, hour: time) -> datetime:
    day = here.date() + timedelta(days=days)
    return datetime.combine(day, hour, tzinfo=here.tzinfo).astimezone(UTC)


def _page(actor: Person, form: Mapping[str, Any], errors: dict[str, list[str]]) -> str:
    moment = now()
    status = status_of(actor.id)
    says = status.says(moment)
    spans = list(SPANS.items())
    if says and status.until:
        spans.insert(0, ("kept", None))
    pauses = list(PAUSES.items())
    if status.undisturbed(moment):
        pauses.insert(1, ("kept", None))
    shown = {
        "emoji": status.emoji if says else "",
        "text": status.text if says else "",
        "until": "kept" if says and status.until else "never",
        "dnd": "kept" if status.undisturbed(moment) else "off",
        "hidden": "1" if status.hidden else "",
        "dnd_at": "",
    }
    return render_template(
        "settings/status.html",
        status=status,
        says=says,
        form={**shown, **form},
        errors=errors,
        spans=spans,
        pauses=pauses,
        presets=PRESETS,
        blocked=blocked_people(actor.id),
    )
