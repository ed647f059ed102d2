"""The directory."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from enterprise_social.accounts import identity
from enterprise_social.people import queries

blueprint = Blueprint("people", __name__, url_prefix="/people")


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
