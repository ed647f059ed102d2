"""What every page needs around its own content."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from babel.dates import format_date, format_datetime
from flask import Flask, g, has_request_context, request
from flask.wrappers import Response
from flask_babel import get_locale

from enterprise_social.accounts import identity
from enterprise_social.announcements.queries.banners import Banner, banner_facts
from enterprise_social.announcements.queries.lists import banners
from enterprise_social.core import organisation
from enterprise_social.core.fragments import KeptParts
from enterprise_social.core.language import zone_of
from enterprise_social.feed.queries import Rail, rail
from enterprise_social.notifications.queries.lists import unread_count
from enterprise_social.people.queries.groups import group_ids_of

RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}


class LazyRail:
    """The rail, read only by pages that show it."""

    def __init__(self) -> None:
        self._rail: Rail | None = None

    def __getattr__(self, name: str) -> Any:
        if self._rail is None:
            person = identity.current_person()
            self._rail = rail(person) if person else Rail()
        return getattr(self._rail, name)


def context() -> dict[str, Any]:
    """Give templates the viewer, the rail and the words of the frame."""
    locale = str(get_locale() or "en")
    return {
        "viewer": identity.current_person(),
        "viewer_groups": _groups,
        "rail": LazyRail(),
        "standing_alarms": _standing_alarms,
        "unread_notifications": _unread_notifications,
        "shell": request.headers.get("X-Shell", "") if has_request_context() else "",
        "workspace_name": organisation.organisation_name(),
        "workspace_logo": organisation.logo(),
        "workspace_style": organisation.style_key(),
        "locale": locale,
        "text_direction": "rtl" if locale.split("_")[0] in RIGHT_TO_LEFT else "ltr",
    }


def _groups() -> list[int]:
    """Return the ids of the viewer's groups, for pages that are whole."""
    person = identity.current_person()
    return group_ids_of(person.id) if person else []


def _standing_alarms() -> list[Banner]:
    """Return the critical announcements that stand over the viewer's pages, the newest first."""
    person = identity.current_person()
    if person is None:
        return []
    return [banner_facts(each.announcement, each.sender) for each in banners(person.id)]


def _unread_notifications() -> int:
    """Return how many notifications the viewer has not read, for pages that are whole."""
    person = identity.current_person()
    return unread_count(person.id) if person else 0


def day(moment: datetime) -> str:
    """Write the day of a moment in the viewer's zone as a key, ``2026-11-22``."""
    return moment.astimezone(_zone()).strftime("%Y-%m-%d")


def day_name(moment: datetime) -> str:
    """Write the day of a moment in the viewer's zone in words."""
    return str(
        format_date(moment.astimezone(_zone()).date(), "EEEE d MMMM", locale=get_locale() or "en")
    )


def moment_text(moment: datetime) -> str:
    """Write a moment in the viewer's zone in full."""
    here = moment.astimezone(_zone())
    return str(format_datetime(here, "d MMM y, HH:mm", locale=get_locale() or "en"))


def _zone() -> Any:
    if "zone" not in g:
        person = identity.current_person()
        g.zone = zone_of(person.time_zone if person else None)
    return g.zone


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.add("X-Shell")
    return response


def register(app: Flask) -> None:
    """Add the shell to ``app``'s pages."""
    app.context_processor(context)
    app.jinja_env.globals["kept"] = KeptParts(app)
    app.after_request(_vary)
    app.jinja_env.filters.update(day=day, dayname=day_name, moment=moment_text)
