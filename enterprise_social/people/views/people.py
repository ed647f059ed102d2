"""The directory."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from enterprise_social.accounts import identity
from enterprise_social.people.queries.directory import find_people
from enterprise_social.people.queries.listing import SORTS, Filters

blueprint = Blueprint("people", __name__, url_prefix="/people")
LONGEST = {"q": 200, "department": 120, "location": 120, "skill": 60}


@blueprint.get("")
def index() -> str:
    """Show the directory, filtered by what is asked for."""
    viewer = identity.signed_in()
    filters = asked_for()
    found = find_people(viewer, filters, cursor=request.args.get("cursor"))
    return render_template(
        "people/index.html",
        found=found,
        people=found.people,
        next=found.next_cursor,
        total=found.total,
        q=filters.query,
        department=filters.department,
        location=filters.location,
        departments=found.departments,
        locations=found.locations,
    )


def asked_for() -> Filters:
    """Read what the directory is narrowed to from the request's address."""
    given = {name: request.args.get(name, "").strip()[:most] for name, most in LONGEST.items()}
    sort = request.args.get("sort", "")
    return Filters(
        query=given["q"],
        department=given["department"],
        location=given["location"],
        skill=given["skill"],
        sort=sort if sort in SORTS else "",
    )
