"""The caller: profile and unread counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api import documents, profiles
from enterprise_social.api.calls import call
from enterprise_social.api.wire import listing
from enterprise_social.core.paging import Page
from enterprise_social.feed.queries import rail
from enterprise_social.people.models import Person


@call("GET", "/me", "Read one's own profile", answer="Me")
def get_me(viewer: Person) -> dict[str, Any]:
    """Who the token or session belongs to."""
    return profiles.own_document(viewer)


@call("PATCH", "/me", "Change one's own profile", answer="Me", body=profiles.PROFILE)
def patch_me(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """What isn't sent stays; a list that is sent replaces the one there.

    E-mail, username, role, start date and employee number are an admin's to change.
    """
    return profiles.own_document(profiles.change_profile(viewer, viewer, given))


@call("GET", "/unread", "Read one's unread counts", answer="[Unread]")
def get_unread(viewer: Person) -> dict[str, Any]:
    """All of one's open channels with something unread, and others, on one page.

    `mentions` counts the unread posts that name one, in direct conversations all unread posts.
    """
    groups = rail(viewer, most=None)
    items = [*groups.starred, *groups.unread, *groups.channels, *groups.directs]
    return listing(Page(items, None), documents.unread_document)
