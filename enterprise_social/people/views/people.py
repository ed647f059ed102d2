"""The directory."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

from flask import Blueprint, make_response, render_template, request
from flask.wrappers import Response
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core.access import require
from enterprise_social.core.errors import NotFound
from enterprise_social.core.limits import READS, limiter
from enterprise_social.following.queries import followed_among
from enterprise_social.people import policy
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_username
from enterprise_social.people.queries.directory import find_people
from enterprise_social.people.queries.listing import Filters, filters_of
from enterprise_social.people.queries.skills import names_of

blueprint = Blueprint("people", __name__, url_prefix="/people")
LOOKS = ("list", "cards")
REMEMBERED = "people_look"
A_YEAR = 365 * 24 * 3600


@blueprint.get("")
@limiter.limit(READS)
def index() -> Response:
    """Show the directory, filtered by what is asked for."""
    viewer = identity.signed_in()
    filters = filters_of(request.args)
    asked = request.args.get("look", "")
    look = asked if asked in LOOKS else request.cookies.get(REMEMBERED, "")
    look = look if look in LOOKS else LOOKS[0]
    found = find_people(viewer, filters, cursor=request.args.get("cursor"))
    ids = [each.id for each in found.people]
    page = render_template(
        "people/index.html",
        found=found,
        filters=filters,
        look=look,
        asked=asked if asked in LOOKS else "",
        skills=names_of(ids) if look == "cards" else {},
        followed=followed_among(viewer.id, ids),
        may_export=policy.is_admin(viewer),
        may_see_lines=policy.may_see_lines(viewer),
        address=address,
    )
    answer = make_response(page)
    if asked in LOOKS and asked != request.cookies.get(REMEMBERED, LOOKS[0]):
        # Only how it looks: nothing about anybody, so it may stay in the browser.
        answer.set_cookie(REMEMBERED, asked, max_age=A_YEAR, path="/people", samesite="Lax",
                          httponly=True, secure=request.is_secure)  # fmt: skip
    return answer


def named(username: str) -> Person:
    """Return whom an address names, if whoever asks may know of them. Raises NotFound."""
    person = by_username(username, identity.signed_in())
    if person is None:
        raise NotFound()
    return person


def editable(username: str) -> Person:
    """Return whom an address names, for whoever may change that profile. Raises Forbidden too."""
    person = named(username)
    allowed = policy.may_edit(identity.signed_in(), person)
    require(allowed, _("You may only change your own profile."))
    return person


def address(filters: Filters, path: str = "/people", **changes: str | None) -> str:
    """Return the address of a list with these changes; what is empty is left out."""
    values = {**asdict(filters), "look": request.args.get("look", ""), **changes}
    values["q"] = values.pop("query")
    values.pop("former")
    kept = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{kept}" if kept else path
