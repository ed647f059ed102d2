"""The directory and the profile pages."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.feed.queries import posts_of
from enterprise_social.people import queries
from enterprise_social.people.models import Person

blueprint = Blueprint("people", __name__, url_prefix="/people")
MOST_CHANNELS = 50


@blueprint.get("")
def index() -> str:
    """Show the directory, filtered by what is asked for."""
    viewer = identity.signed_in()
    query = request.args.get("q", "").strip()[:200]
    department = request.args.get("department", "")[:120]
    location = request.args.get("location", "")[:120]
    page = queries.directory(
        viewer,
        query=query,
        department=department,
        location=location,
        cursor=request.args.get("cursor"),
    )
    departments, locations = queries.directory_facets(
        viewer, query=query, department=department, location=location
    )
    return render_template(
        "people/index.html",
        people=page.items,
        next=page.next_cursor,
        total=queries.directory_total(
            viewer, query=query, department=department, location=location
        ),
        q=query,
        department=department,
        location=location,
        departments=departments,
        locations=locations,
    )


@blueprint.get("/<username>")
def show(username: str) -> Response | str:
    """Show somebody's profile, former colleagues' too."""
    viewer = identity.signed_in()
    person = queries.by_username(username)
    if person is None:
        raise NotFound()
    if person.username != username:
        return redirect(f"/people/{person.username}", 301)
    manager = queries.by_ids([person.manager_id]) if person.manager_id else {}
    is_self = person.id == viewer.id
    return render_template(
        "people/show.html",
        person=person,
        manager=next(iter(manager.values()), None),
        reports=queries.reports_of(person),
        channels=_channels(viewer, person),
        posts=posts_of(viewer, person.id),
        is_self=is_self,
        may_message=not is_self and person.is_active and not person.is_bot,
    )


def _channels(viewer: Person, person: Person) -> list[Channel]:
    """Return the open channels that ``person`` is in, as far as ``viewer`` may know of them."""
    statement = (
        select(Channel)
        .join(Membership, Membership.channel_id == Channel.id)
        .where(Membership.person_id == person.id, visible(Channel, viewer))
        .where(Channel.kind != "direct", Channel.archived_at.is_(None))
        .order_by(Channel.name, Channel.id)
        .limit(MOST_CHANNELS)
    )
    return list(db.session.scalars(statement))
