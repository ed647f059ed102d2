"""Somebody's profile, as a colleague reads it."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date
from flask import redirect, render_template
from flask_babel import get_locale
from sqlalchemy import and_, select
from sqlalchemy.orm import aliased
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.channels.models import UNLISTED_KINDS, Channel, Membership
from enterprise_social.core.access import visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.feed.queries import posts_of
from enterprise_social.following.policy import may_be_followed, may_read_storylines
from enterprise_social.following.queries import connections
from enterprise_social.people import hours, policy, queries
from enterprise_social.people.models import Person
from enterprise_social.people.queries.fields import hidden_names, values_for
from enterprise_social.people.queries.groups import groups_of
from enterprise_social.people.queries.profile import Told, led_by, told_by
from enterprise_social.people.queries.skills import skills_of
from enterprise_social.people.telling import language_name
from enterprise_social.people.views.people import blueprint, named
from enterprise_social.people.views.skills import endorsing

MOST_CHANNELS = 50
MOST_LED = 8


@blueprint.get("/<username>")
def show(username: str) -> Response | str:
    """Show somebody's profile, former colleagues' too."""
    viewer = identity.signed_in()
    person = named(username)
    if person.username != username:
        return redirect(f"/people/{person.username}", 301)
    sees_lines = policy.may_see_lines(viewer)
    manager = queries.by_ids([person.manager_id]) if sees_lines and person.manager_id else {}
    led, led_total = led_by(person, MOST_LED) if sees_lines else ([], 0)
    is_self = person.id == viewer.id
    shared, others = channels_of(viewer, person)
    told = told_by(person.id)
    return render_template(
        "people/show.html",
        person=person,
        told=told,
        hidden=hidden_names(),
        custom_fields=values_for(viewer, person),
        manager=next(iter(manager.values()), None),
        led=led,
        led_total=led_total,
        shared=shared,
        others=others,
        posts=posts_of(viewer, person.id),
        numbers=connections(viewer, person.id),
        may_follow=not is_self and may_be_followed(person),
        reads_storylines=may_read_storylines(viewer) and person.role != "guest",
        groups=groups_of(person.id, viewer),
        is_self=is_self,
        may_see_lines=sees_lines,
        may_edit=policy.may_edit(viewer, person),
        may_message=not is_self and person.is_active and not person.is_bot,
        month_text=month_text,
        **_times(viewer, person, told),
        **endorsing(viewer, person, skills_of(viewer, person)),
    )


def _times(viewer: Person, person: Person, told: Told) -> dict[str, Any]:
    """Return what depends on the clock and on the reader's language."""
    locale = get_locale() or Locale("en")
    moment = now()
    working = (told.works_on, told.works_from, told.works_until)
    since = person.started_on
    return {
        "clock": hours.clock_text(moment, person.time_zone),
        "distance": hours.distance_text(
            hours.minutes_ahead(person.time_zone, viewer.time_zone, moment)
        ),
        "hours": hours.hours_text(*working),
        "works_now": hours.works_at(*working, person.time_zone, moment),
        "since": format_date(since, "MMMM y", locale=locale) if since else "",
        "languages": [language_name(tag, locale) for tag in told.languages],
    }


def month_text(month: str) -> str:
    """Write a month, ``YYYY-MM``, in the reader's language: ``Mar 2021``."""
    return str(format_date(date.fromisoformat(f"{month}-01"), "MMM y", locale=get_locale() or "en"))


def channels_of(viewer: Person, person: Person) -> tuple[list[Channel], list[Channel]]:
    """Return the open channels that both are in, and the public ones that only ``person`` is in."""
    mine = aliased(Membership)
    statement = (
        select(Channel, mine.person_id.is_not(None))
        .join(Membership, Membership.channel_id == Channel.id)
        .outerjoin(mine, and_(mine.channel_id == Channel.id, mine.person_id == viewer.id))
        .where(Membership.person_id == person.id, visible(Channel, viewer))
        .where(Channel.kind.not_in(UNLISTED_KINDS), Channel.archived_at.is_(None))
        .order_by(mine.person_id.is_(None), Channel.name, Channel.id)
        .limit(MOST_CHANNELS)
    )
    shared: list[Channel] = []
    others: list[Channel] = []
    for channel, is_shared in db.session.execute(statement):
        if is_shared:
            shared.append(channel)
        elif channel.kind != "private":
            others.append(channel)
    return shared, others
