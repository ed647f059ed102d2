"""Search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask_babel import gettext as _
from markupsafe import escape

from enterprise_social.announcements.queries.attached import files_of
from enterprise_social.announcements.queries.comments import counts_of
from enterprise_social.announcements.queries.lists import receipts_of
from enterprise_social.api.announcement_documents import announcement_document
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Choice, Text
from enterprise_social.core.errors import Invalid, Unavailable
from enterprise_social.feed.queries import Card, post_writer
from enterprise_social.people.models import Person
from enterprise_social.search import queries
from enterprise_social.search.announced import announced
from enterprise_social.search.engine import BadCursor, Sort
from enterprise_social.search.queries import Facet, Found
from enterprise_social.search.query import Query


@call(
    "GET",
    "/search",
    "Search posts",
    answer="SearchAnswer",
    paged=True,
    query={
        "q": Text(1000, summary="The query, in the language of the search page."),
        "sort": Choice(("relevance", "newest"), "The order.", default="relevance"),
    },
    refusals={503: "There is no index at the moment; `detail` says why."},
)
def search(
    viewer: Person, *, limit: int, cursor: str | None, q: str = "", sort: str = "relevance"
) -> dict[str, Any]:
    """Only what the caller may read is found and counted.

    A query is never refused for its form: what isn't understood is searched as words. The first
    `complete_count` items of the page hold all the words, the others most of them; null: all do.
    """
    try:
        answer = queries.search(viewer, q, sort=cast(Sort, sort), cursor=cursor, limit=limit)
    except BadCursor as error:
        raise Invalid(errors={"cursor": [_("This cursor is not one of ours.")]}) from error
    if answer.unavailable:
        raise Unavailable(answer.unavailable)
    write = post_writer(viewer.id, [found.card for found in answer.found])
    return {
        "items": [_found(found, write) for found in answer.found],
        "announcements": [] if cursor else _announcements(viewer, answer.query),
        "next_cursor": answer.next_cursor,
        "total": answer.total,
        "facets": {
            group: [_facet(facet) for facet in facets] for group, facets in answer.facets.items()
        },
        "corrected": answer.corrected,
        "complete_count": answer.partial_at,
    }


def _announcements(viewer: Person, query: Query) -> list[dict[str, Any]]:
    found = announced(viewer, query)
    receipts = receipts_of(viewer.id, [each.announcement.id for each in found])
    ids = [each.announcement.id for each in found]
    files, said = files_of(ids), counts_of(ids)
    return [
        announcement_document(
            each.announcement,
            viewer,
            each.sender,
            receipts.get(each.announcement.id),
            files[each.announcement.id],
            said.get(each.announcement.id),
        )
        for each in found
    ]


def _found(found: Found, write: Callable[[Card], dict[str, Any]]) -> dict[str, Any]:
    pieces = (
        f"<mark>{escape(piece.text)}</mark>" if piece.marked else str(escape(piece.text))
        for piece in found.snippet
    )
    return {"post": write(found.card), "snippet": "".join(pieces)}


def _facet(facet: Facet) -> dict[str, Any]:
    return {"term": facet.term, "label": facet.label, "count": facet.count}
