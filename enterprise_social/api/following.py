"""Following people and threads, storylines, and what is new from all of it."""

from __future__ import annotations

from typing import Any

from enterprise_social.api import documents
from enterprise_social.api.calls import call
from enterprise_social.api.wire import listing
from enterprise_social.channels.queries import seat
from enterprise_social.core.access import find
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.errors import NotFound
from enterprise_social.feed.queries import post_writer
from enterprise_social.feed.queries.followed import followed_posts
from enterprise_social.following import actions, queries
from enterprise_social.notifications.queries.threads import followed_threads
from enterprise_social.people.models import Person

NOBODY = {404: "No such person."}
CUT_OFF = {**NOBODY, 403: "A block stands between the two."}


def _standing(viewer: Person, person: Person) -> dict[str, Any]:
    found = queries.connections(viewer, person.id)
    return {
        "user_id": person.id,
        "follows": found.is_followed,
        "followers": found.followers,
        "following": found.following,
    }


@call(
    "GET",
    "/users/{user_id}/follow",
    "Tell whether one follows somebody, and how many do",
    answer="Follow",
    refusals=NOBODY,
)
def get_follow(viewer: Person, *, user_id: int) -> dict[str, Any]:
    """Counted are those whom the caller may know of and who are here."""
    return _standing(viewer, find(Person, user_id, viewer))


@call("PUT", "/users/{user_id}/follow", "Follow somebody", answer="Follow", refusals=CUT_OFF)
def put_follow(viewer: Person, *, user_id: int) -> dict[str, Any]:
    """They are told once. 409 for who left, for programs, and for more than a thousand people."""
    person = find(Person, user_id, viewer)
    actions.follow_person(viewer, person)
    return _standing(viewer, person)


@call(
    "DELETE",
    "/users/{user_id}/follow",
    "Follow somebody no more",
    answer="Follow",
    refusals=NOBODY,
)
def delete_follow(viewer: Person, *, user_id: int) -> dict[str, Any]:
    """They are not told."""
    person = find(Person, user_id, viewer)
    actions.unfollow_person(viewer, person)
    return _standing(viewer, person)


@call(
    "GET",
    "/users/{user_id}/followers",
    "List who follows somebody, the newest first",
    answer="[User]",
    paged=True,
    refusals=NOBODY,
)
def list_followers(
    viewer: Person, *, user_id: int, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Those whom the caller may know of and who are here."""
    person = find(Person, user_id, viewer)
    page = queries.followers(viewer, person.id, cursor=cursor, limit=limit)
    return listing(page, documents.person_document)


@call(
    "GET",
    "/users/{user_id}/following",
    "List whom somebody follows, the newest first",
    answer="[User]",
    paged=True,
    refusals=NOBODY,
)
def list_following(
    viewer: Person, *, user_id: int, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Those whom the caller may know of and who are here."""
    person = find(Person, user_id, viewer)
    page = queries.following(viewer, person.id, cursor=cursor, limit=limit)
    return listing(page, documents.person_document)


@call("GET", "/me/following", "List whom and what one follows", answer="MyFollowing", paged=True)
def list_my_following(viewer: Person, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """People in pages, the newest first, and with each page all hashtags."""
    page = queries.following(viewer, viewer.id, cursor=cursor, limit=limit)
    document = listing(page, documents.person_document)
    return {**document, "hashtags": list(queries.hashtags_of(viewer.id))}


@call(
    "GET",
    "/me/following/posts",
    "List what is new from those whom one follows",
    answer="[FollowedPost]",
    paged=True,
)
def list_followed_posts(viewer: Person, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """Of followed people's storylines and under followed hashtags, the newest first, with why."""
    page = followed_posts(viewer, before=cursor, limit=limit)
    write = post_writer(viewer.id, [each.card for each in page.items])
    items = [
        {"post": write(each.card), "by_author": each.by_author, "hashtags": each.tags}
        for each in page.items
    ]
    return {"items": items, "next_cursor": page.older}


@call(
    "GET",
    "/me/threads",
    "List the threads that one follows, the newest reply first",
    answer="[FollowedThread]",
    paged=True,
)
def list_my_threads(viewer: Person, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """With how many replies are unread; threads are read by `POST /notifications/read`."""
    page = followed_threads(viewer, cursor=cursor, limit=limit)
    write = post_writer(viewer.id, [each.root for each in page.items])
    return listing(
        page,
        lambda each: {
            "post": write(each.root),
            "unread": each.unread,
            "last_reply_at": rfc3339(each.root.last_reply_at),
        },
    )


@call(
    "GET",
    "/users/{user_id}/storyline",
    "Read somebody's storyline",
    answer="Channel",
    refusals={404: "No such person, or they never wrote one, or the caller may not read it."},
)
def get_storyline(viewer: Person, *, user_id: int) -> dict[str, Any]:
    """A channel in which only that person begins posts; its posts are read as any channel's."""
    channel = queries.storyline_of(find(Person, user_id, viewer).id)
    if channel is None:
        raise NotFound()
    return documents.seat_document(seat(viewer, channel_id=channel.id), viewer)


@call(
    "PUT",
    "/me/storyline",
    "Begin one's storyline",
    answer="Channel",
    refusals={403: "Guests write none."},
)
def put_storyline(viewer: Person) -> dict[str, Any]:
    """Made once; after that it is only answered."""
    channel = actions.open_storyline(viewer)
    return documents.seat_document(seat(viewer, channel_id=channel.id), viewer)
