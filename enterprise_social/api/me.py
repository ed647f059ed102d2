"""The caller: profile and unread counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api import documents
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Text
from enterprise_social.api.wire import listing
from enterprise_social.core.paging import Page
from enterprise_social.feed.queries import rail
from enterprise_social.people import actions
from enterprise_social.people.models import Person

PROFILE = Body(
    {
        "name": Text(400),
        "title": Text(400),
        "department": Text(400),
        "location": Text(400),
        "pronouns": Text(200),
        "phone": Text(200),
        "time_zone": Text(64, summary="A name of the IANA database, such as `Europe/Oslo`."),
        "locale": Text(16, summary="A language tag, such as `de`."),
    }
)


@call("GET", "/me", "Read one's own profile", answer="Me")
def get_me(viewer: Person) -> dict[str, Any]:
    """Who the token or session belongs to."""
    return documents.own_document(viewer)


@call("PATCH", "/me", "Change one's own profile", answer="Me", body=PROFILE)
def patch_me(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """What isn't sent stays. E-mail, username and role are an admin's to change."""
    return documents.own_document(actions.update_person(viewer, viewer, **given))


@call("GET", "/unread", "Read one's unread counts", answer="[Unread]")
def get_unread(viewer: Person) -> dict[str, Any]:
    """All of one's open channels with something unread, and others, on one page.

    `mentions` counts the unread posts that name one, in direct conversations all unread posts.
    """
    groups = rail(viewer, most=None)
    items = [*groups.starred, *groups.unread, *groups.channels, *groups.directs]
    return listing(Page(items, None), documents.unread_document)
