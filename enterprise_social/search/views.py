"""The search page, and the suggestions of the jump box."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from enterprise_social.accounts.identity import signed_in
from enterprise_social.core import limits
from enterprise_social.core.errors import Invalid
from enterprise_social.following.tags import tag_of, tag_url
from enterprise_social.people.models import Person
from enterprise_social.people.policy import may_see_lines
from enterprise_social.people.queries import find_people
from enterprise_social.people.queries.listing import Filters, Found
from enterprise_social.search import queries
from enterprise_social.search.announced import announced, asks_for
from enterprise_social.search.engine import BadCursor, Sort
from enterprise_social.search.plan import DEEPEST
from enterprise_social.search.query import Query
from enterprise_social.search.wording import facet_label, note_text

blueprint = Blueprint("search", __name__)

PAGE = 20
MOST_PEOPLE = 3
LONGEST_NAME = 200
# What only posts are asked for by: words in a row, without a word, by a beginning, a hashtag.
_OPERATORS = ('"', "*", "#", ":", " -", " OR ", "(")


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter as the page shows it: on or off, and the address that changes it."""

    label: str
    url: str
    count: int | None = None
    on: bool = False


@blueprint.get("/search")
@limits.limiter.limit(limits.READS)
def show() -> str:
    """The page of one search."""
    viewer = signed_in()
    text = request.args.get("q", "").strip()
    sort: Sort = "newest" if request.args.get("sort") == "newest" else "relevance"
    try:
        answer = queries.search(
            viewer, text, sort=sort, cursor=request.args.get("cursor"), limit=PAGE
        )
    except BadCursor as error:
        raise Invalid(errors={"cursor": [_("This cursor is not one of ours.")]}) from error
    query = answer.query
    return render_template(
        "search/index.html",
        q=text,
        sort=sort,
        answer=answer,
        notes=[note_text(note) for note in query.notes],
        chips=[
            Choice(f"{one.kind}: {one.value}", _address(_without(text, one.source), sort), on=True)
            for one in query.understood
        ],
        facets=_facets(answer, text, sort),
        times=_times(query, text, sort),
        corrected_url=_address(answer.corrected or "", sort),
        next_url=_address(text, sort, answer.next_cursor) if answer.next_cursor else None,
        seconds=f"{answer.seconds:.2f}",
        deepest=DEEPEST,
        colleagues=_colleagues(viewer, query) if not request.args.get("cursor") else None,
        announcements=announced(viewer, query) if not request.args.get("cursor") else [],
        only_announcements=asks_for(query),
        tag=tag_of(text) if text.strip().startswith("#") else None,
        tag_url=tag_url,
    )


def _colleagues(viewer: Person, query: Query) -> Found | None:
    """People who are found by the same words; none where it is asked for posts of some kind."""
    text = " ".join(query.source.split())[:LONGEST_NAME]
    if query.empty or query.understood or any(sign in text for sign in _OPERATORS):
        return None
    return find_people(viewer, Filters(query=text), limit=MOST_PEOPLE)


@blueprint.get("/jump")
@limits.limiter.limit(limits.READS)
def jump() -> str:
    """Suggestions of channels and people for the jump box, as HTML options."""
    text = request.args.get("q", "")
    viewer = signed_in()
    found = queries.places(viewer, text)
    icons = {"private": "lock", "announcement": "megaphone", "public": "hash", "person": ""}
    options = [
        {
            "url": place.url,
            "label": place.label,
            "detail": place.detail,
            "icon": icons[place.kind],
            "av": place.av,
            "initials": place.initials,
            "person_id": place.person_id,
            "photo": place.photo,
        }
        for place in found
    ]
    pages = _pages(viewer, text)
    return render_template("search/_jump.html", options=[*options, *pages])


def _pages(viewer: Person, text: str) -> list[dict[str, str]]:
    """Return the pages of the frame whose name begins with what somebody types."""
    wanted = text.strip().casefold()
    pages = (
        ("/announcements", _("Announcements"), "megaphone"),
        ("/notifications", _("Notifications"), "bell"),
        ("/settings/notifications", _("What reaches you"), "sliders-horizontal"),
        ("/messages", _("Messages"), "message-square"),
        ("/threads", _("Threads"), "reply"),
        ("/following", _("Following"), "user-plus"),
        ("/hashtags", _("Hashtags"), "hash"),
        ("/people", _("People"), "users"),
        ("/people/org", _("Org chart"), "network"),
        ("/settings", _("Settings"), "settings"),
    )
    return [
        {"url": url, "label": label, "detail": _("Page"), "icon": icon, "initials": ""}
        for url, label, icon in pages
        if (url != "/people/org" or may_see_lines(viewer))
        and len(wanted) > 1
        and label.casefold().startswith(wanted)
    ]


def _address(text: str, sort: Sort, cursor: str | None = None) -> str:
    values = {"q": text}
    if sort == "newest":
        values["sort"] = sort
    if cursor:
        values["cursor"] = cursor
    return f"/search?{urlencode(values)}"


def _without(text: str, source: str) -> str:
    return " ".join(text.replace(source, " ", 1).split())


def _facets(answer: queries.Answer, text: str, sort: Sort) -> list[tuple[str, list[Choice]]]:
    """The groups of the filters panel; a facet that is already asked for takes itself back."""
    asked = {f"{one.kind}:{one.value}": one.source for one in answer.query.understood}
    titles = {"channel": _("Channel"), "author": _("From"), "with": _("With")}
    groups = []
    for group, title in titles.items():
        choices = []
        for facet in answer.facets.get(group, ()):
            source = asked.get(facet.term)
            changed = _without(text, source) if source else f"{text} {facet.term}".strip()
            label = facet_label(facet.kind, facet.label) if group == "with" else facet.label
            choices.append(Choice(label, _address(changed, sort), facet.count, source is not None))
        if choices:
            groups.append((title, choices))
    return groups


def _times(query: Query, text: str, sort: Sort) -> list[Choice]:
    """Spans of time to narrow to; choosing one replaces the other."""
    plain = text
    for one in query.understood:
        if one.kind in {"after", "before", "on"}:
            plain = _without(plain, one.source)
    spans = (
        (_("Today"), "on:today"),
        (_("Yesterday"), "on:yesterday"),
        (_("7 days"), "after:7d"),
        (_("30 days"), "after:30d"),
    )
    asked = {f"{one.kind}:{one.value}" for one in query.understood}
    return [
        Choice(
            label,
            _address(plain if term in asked else f"{plain} {term}".strip(), sort),
            on=term in asked,
        )
        for label, term in spans
    ]
