"""The directory of colleagues."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from enterprise_social.api import documents, profiles
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Choice, Flag, Text
from enterprise_social.api.wire import listing
from enterprise_social.core.access import find, require
from enterprise_social.core.paging import Page
from enterprise_social.people import policy, queries
from enterprise_social.people.models import Person
from enterprise_social.people.queries import org
from enterprise_social.people.queries.listing import SORTS


@call(
    "GET",
    "/users",
    "Find colleagues",
    answer="[User]",
    paged=True,
    query={
        "query": Text(
            200,
            summary="Words of any field that everyone may see; accents, scripts and near "
            "spellings don't matter.",
        ),
        "department": Text(120, summary="The whole name of a department."),
        "location": Text(120, summary="The whole name of a place."),
        "skill": Text(60, summary="The name of a skill, in any spelling."),
        "sort": Choice(SORTS, "The best match first otherwise; without a query, by name."),
        "former": Flag("Also those who left."),
    },
)
def list_users(viewer: Person, *, cursor: str | None, **filters: Any) -> dict[str, Any]:
    """Every word must occur, the last one at least as a beginning. Of a search with more than a
    thousand hits the best thousand are listed, unless they are sorted."""
    return listing(queries.directory(viewer, cursor=cursor, **filters), documents.person_document)


@call(
    "GET",
    "/users/{user_id}",
    "Read a profile",
    answer="Profile",
    refusals={404: "No such person."},
)
def get_user(viewer: Person, *, user_id: int) -> dict[str, Any]:
    """Those who left stay readable, as authors; `active` is false then."""
    return profiles.profile_document(viewer, find(Person, user_id, viewer))


@call(
    "GET",
    "/users/{user_id}/managers",
    "List the managers above somebody",
    answer="[User]",
    refusals={404: "No such person.", 403: "Guests don't see who leads whom."},
)
def list_managers(viewer: Person, *, user_id: int) -> dict[str, Any]:
    """The next one first, up to the top; those who left stay in the line."""
    _require_lines(viewer)
    line = org.line_above(find(Person, user_id, viewer))
    return listing(Page(line.managers, None), documents.person_document)


@call(
    "GET",
    "/users/{user_id}/reports",
    "List who reports to somebody",
    answer="[User]",
    paged=True,
    refusals={404: "No such person.", 403: "Guests don't see who leads whom."},
)
def list_reports(viewer: Person, *, user_id: int, cursor: str | None, limit: int) -> dict[str, Any]:
    """Directly, and those who lead others first. Who left is among them while still over others."""
    _require_lines(viewer)
    manager = find(Person, user_id, viewer)
    page = org.reports_page(viewer, manager, cursor=cursor, limit=limit)
    return listing(page, documents.person_document)


def _require_lines(viewer: Person) -> None:
    require(policy.may_see_lines(viewer), _("Guests don't see who leads whom."))
