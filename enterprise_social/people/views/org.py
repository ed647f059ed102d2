"""The org chart's page, and the parts of it that are loaded when somebody is opened."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import NotFound
from enterprise_social.people import policy, queries
from enterprise_social.people.models import Person
from enterprise_social.people.queries import org

blueprint = Blueprint("org", __name__, url_prefix="/people/org")
DEPARTMENT_COLOURS = 8
MOST_SUGGESTED = 8


@blueprint.get("")
def index() -> Response | str:
    """Show the chart around somebody, at first around whoever looks; or its top."""
    viewer = _viewer()
    words = request.args.get("q", "").strip()[:200]
    if words:
        return _jump(viewer, words)
    asked = request.args.get("around", "")[:120]
    person = queries.by_username(asked) if asked else viewer
    if person is None:
        raise NotFound()
    if "top" in request.args:
        return _show_top(viewer)
    root, line = org.chart_around(viewer, person, request.args.get("after"))
    if not asked and not line.managers and not root.under:
        return _show_top(viewer)
    above = [] if line.loop else list(reversed(line.managers))
    return _show([root], around=person, line=above, loop=line.loop, is_cut=line.is_cut)


@blueprint.get("/<int:person_id>/reports")
def reports(person_id: int) -> str:
    """Answer with those under somebody as items of the chart."""
    viewer = _viewer()
    manager = find(Person, person_id, viewer)
    nodes, cursor = org.chart_below(viewer, manager, request.args.get("after"))
    return render_template(
        "people/org_reports.html",
        nodes=nodes,
        manager=manager,
        next=cursor,
        department_colour=department_colour,
    )


@blueprint.get("/top")
def top() -> str:
    """Answer with those without a manager as items of the chart."""
    viewer = _viewer()
    nodes, cursor = org.chart_below(viewer, None, request.args.get("after"))
    return render_template(
        "people/org_reports.html",
        nodes=nodes,
        manager=None,
        next=cursor,
        department_colour=department_colour,
    )


def _viewer() -> Person:
    viewer = identity.signed_in()
    require(policy.may_see_lines(viewer), _("Guests don't see who leads whom."))
    return viewer


def department_colour(name: str) -> int:
    """Return the number of a department's colour, 1 to 8, the same on every server."""
    return crc32(name.casefold().encode()) % DEPARTMENT_COLOURS + 1


def _show_top(viewer: Person) -> str:
    nodes, cursor = org.chart_below(viewer, None, request.args.get("after"))
    return _show(nodes, next=cursor, top_total=org.top_total(viewer))


def _show(roots: list[org.Node], **facts: Any) -> str:
    as_list = request.args.get("view") == "list"
    return render_template(
        "people/org.html",
        roots=roots,
        as_list=as_list,
        department_colour=department_colour,
        **facts,
    )


def _jump(viewer: Person, words: str) -> Response | str:
    """Go to the one who is meant, or ask which one."""
    named = queries.by_username(words.removeprefix("@"))
    found = [named] if named else list(queries.suggest(viewer, words, MOST_SUGGESTED))
    if len(found) == 1:
        return redirect(f"/people/org?around={found[0].username}")
    return _show([], q=words, found=found)
