"""The page on which somebody chooses what reaches them, when, and by which way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from enterprise_social.accounts import identity
from enterprise_social.announcements.queries.reachability import DEFAULT_QUIET
from enterprise_social.announcements.queries.settings import policy_of
from enterprise_social.core.access import find_where
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.core.language import zone_of
from enterprise_social.notifications import settings
from enterprise_social.notifications.defaults import CHOOSABLE
from enterprise_social.notifications.models import WAYS
from enterprise_social.notifications.views.place import blueprint
from enterprise_social.people.actions import availability
from enterprise_social.people.hours import days_text, minute_text
from enterprise_social.people.models import Person
from enterprise_social.people.queries.availability import (
    absences_of,
    availability_of,
    deputy_of,
)
from enterprise_social.push.vapid import vapid

PAGE = "/settings/notifications"
KINDS = {
    "mention": (lazy_gettext("Someone mentions me"), lazy_gettext("With @ and my name")),
    "group_mention": (lazy_gettext("A group of mine is mentioned"), lazy_gettext("@crew")),
    "channel_mention": (
        lazy_gettext("Everyone in a channel is called"),
        lazy_gettext("@channel, where I have not silenced it"),
    ),
    "direct": (
        lazy_gettext("A direct message"),
        lazy_gettext("From one person or a small group"),
    ),
    "reply": (
        lazy_gettext("A reply in a thread I follow"),
        lazy_gettext("Threads I wrote in, or chose to follow"),
    ),
    "keyword": (lazy_gettext("A word that I watch"), lazy_gettext("The list is further down")),
    "reaction": (lazy_gettext("A reaction to my post"), lazy_gettext("Several come as one line")),
    "invitation": (lazy_gettext("I am added to a channel"), lazy_gettext("With who did it")),
    "follow": (lazy_gettext("Someone follows me"), lazy_gettext("With who it is")),
    "followed_post": (
        lazy_gettext("Someone I follow writes"),
        lazy_gettext("In their storyline; all of it is under Following"),
    ),
}
PRIORITY_WORDS = {
    "critical": (lazy_gettext("Critical"), lazy_gettext("Always on: it is about safety")),
    "important": (lazy_gettext("Important"), lazy_gettext("At once, without a sound when quiet")),
    "routine": (lazy_gettext("Routine"), lazy_gettext("In my working hours")),
}


@blueprint.get(PAGE)
def choices() -> str:
    """Show what one has chosen."""
    return _page(identity.signed_in(), {})


@blueprint.post(PAGE)
def choose() -> ResponseReturnValue:
    """Save one part of it."""
    actor = identity.signed_in()
    part = request.form.get("part", "")
    readers = {
        "ways": _ways,
        "keywords": _keywords,
        "quiet": _quiet,
        "order": _order,
        "digest": _digest,
        "deputy": _deputy,
    }
    if part not in readers:
        raise Invalid(errors={"part": [_("There is no such part.")]})
    try:
        settings.change(actor, readers[part](actor))
    except Invalid as error:
        return _page(actor, error.errors), 422
    if request.headers.get("X-Saves") != "quietly":
        flash(_("Saved."))
    return redirect(f"{PAGE}#{part}", 303)


@blueprint.post(f"{PAGE}/absences")
def add_absence() -> ResponseReturnValue:
    """Say that one is away from a time to another."""
    actor = identity.signed_in()
    try:
        availability.add_absence(
            actor, *_span(actor), _person(actor, request.form.get("deputy", ""))
        )
    except Invalid as error:
        return _page(actor, error.errors), 422
    return redirect(f"{PAGE}#away", 303)


@blueprint.post(f"{PAGE}/absences/<int:absence_id>/removal")
def remove_absence(absence_id: int) -> ResponseReturnValue:
    """Take an absence back."""
    availability.remove_absence(identity.signed_in(), absence_id)
    return redirect(f"{PAGE}#away", 303)


def _page(viewer: Person, errors: dict[str, list[str]]) -> str:
    theirs = availability_of(viewer)
    return render_template(
        "settings/notifications.html",
        chosen=settings.document(viewer),
        kinds=KINDS,
        ways=WAYS,
        priorities={name: (*PRIORITY_WORDS[name], _ways_of(name)) for name in PRIORITY_WORDS},
        default_quiet=_("%(days)s, %(begins)s to %(ends)s", **_default_quiet()),
        day_names=[days_text([day]) for day in range(7)],
        deputy=deputy_of(theirs),
        absences=absences_of(viewer),
        push_key=vapid().public_key,
        errors=errors,
        given=request.form,
    )


def _default_quiet() -> dict[str, str]:
    span = DEFAULT_QUIET
    return {
        "days": _("every day") if len(span.days) == 7 else days_text(span.days),
        "begins": minute_text(span.begins),
        "ends": minute_text(span.ends),
    }


def _ways_of(priority: str) -> set[str]:
    """Return by which ways announcements of a priority come, as the ladder is now."""
    ladder = policy_of(priority)
    steps = [*ladder["steps"], *([ladder["repeat"]] if ladder["repeat"] else [])]
    return {"app", *(way for step in steps for way in step["ways"])} & set(WAYS)


def _ways(actor: Person) -> dict[str, Any]:
    """Read the boxes; where a kind isn't wanted at all, its other boxes are left as they were."""
    ticked = set(request.form.getlist("way"))
    found = {}
    for kind in CHOOSABLE:
        in_app = f"{kind}:app" in ticked
        ways = WAYS if in_app else ("app",)
        found[kind] = {way: f"{kind}:{way}" in ticked for way in ways}
    del actor
    return {"ways": found}


def _keywords(_actor: Person) -> dict[str, Any]:
    text = request.form.get("keywords", "")[:10_000]
    return {"keywords": [word for line in text.splitlines() for word in line.split(",")]}


def _quiet(_actor: Person) -> dict[str, Any]:
    mode = request.form.get("quiet", "")
    if mode not in settings.MODES:
        raise Invalid(errors={"quiet_hours": [_("Choose one of the three.")]})
    days = [int(day) for day in request.form.getlist("day") if day in set("0123456")]
    times = {name: request.form.get(name, "") for name in ("from", "until")}
    return {"quiet_hours": {"mode": mode, "days": days, **times}}


def _order(actor: Person) -> dict[str, Any]:
    """Move one way a place up."""
    order = list(settings.document(actor)["order"])
    way = request.form.get("up", "")
    if way in order and order.index(way) > 0:
        at = order.index(way)
        order[at - 1], order[at] = order[at], order[at - 1]
    return {"order": order}


def _digest(_actor: Person) -> dict[str, Any]:
    return {"digest": request.form.get("digest", "")}


def _deputy(actor: Person) -> dict[str, Any]:
    return {"deputy_id": _person(actor, request.form.get("deputy", ""))}


def _person(viewer: Person, named: str) -> Person | None:
    name = named.strip().lstrip("@").casefold()
    if not name:
        return None
    try:
        return find_where(Person, (Person.username == name) | (Person.email == name), viewer)
    except NotFound:
        unknown = _("Nobody here has this username or e-mail address.")
        raise Invalid(errors={"deputy_id": [unknown]}) from None


def _span(actor: Person) -> tuple[datetime, datetime]:
    """Read the beginning and the end, as the clock shows them where the person is."""
    zone = zone_of(actor.time_zone)
    found = []
    for name in ("begins_at", "ends_at"):
        try:
            wall = datetime.fromisoformat(request.form.get(name, "")[:25])
            found.append(wall.replace(tzinfo=zone))
        except (ValueError, OverflowError):
            raise Invalid(errors={"ends_at": [_("Say from when to when.")]}) from None
    return found[0], found[1]
