"""Hashtags: what stands under one, who follows it, and what rises."""

from __future__ import annotations

from typing import Any

from enterprise_social.api.calls import call
from enterprise_social.api.wire import listing
from enterprise_social.core.errors import NotFound
from enterprise_social.core.paging import Page
from enterprise_social.feed.queries import post_writer
from enterprise_social.feed.queries.followed import tagged
from enterprise_social.following import actions, queries
from enterprise_social.following.queries.rising import Rising, beside, rising
from enterprise_social.following.tags import tag_of
from enterprise_social.people.models import Person

NO_TAG = {404: "This can't be a hashtag."}


def _checked(tag: str) -> str:
    found = tag_of(tag)
    if found is None:
        raise NotFound()
    return found


def _document(viewer: Person, tag: str) -> dict[str, Any]:
    found = queries.tag_counts(viewer, tag)
    return {
        "tag": tag,
        "posts": found.posts,
        "followers": found.followers,
        "follows": found.is_followed,
        "beside": list(beside(viewer, tag)),
    }


def _rising(each: Rising) -> dict[str, Any]:
    return {"tag": each.tag, "people": each.people, "before": each.before, "score": each.score}


@call("GET", "/rising-hashtags", "List the hashtags that rise this week", answer="[RisingHashtag]")
def list_rising(viewer: Person) -> dict[str, Any]:
    """Counted in what everybody in the organisation can read, the same for everyone.

    `score` is (people - before) / sqrt(before + 1); guests get an empty list.
    """
    return listing(Page(rising(viewer), None), _rising)


@call("GET", "/hashtags/{tag}", "Read a hashtag", answer="Hashtag", refusals=NO_TAG)
def get_hashtag(viewer: Person, *, tag: str) -> dict[str, Any]:
    """One that nobody used is answered as one that only others can read: with no posts.

    Posts are those that the caller may read, counted up to a thousand; `followers` is null
    where that is none.
    """
    return _document(viewer, _checked(tag))


@call(
    "GET",
    "/hashtags/{tag}/posts",
    "List what stands under a hashtag, the newest first",
    answer="[Post]",
    paged=True,
    refusals=NO_TAG,
)
def list_tagged(viewer: Person, *, tag: str, limit: int, cursor: str | None) -> dict[str, Any]:
    """Posts and replies that the caller may read."""
    found = tagged(viewer, _checked(tag), before=cursor, limit=limit)
    return listing(Page(found.posts, found.older), post_writer(viewer.id, found.posts))


@call("PUT", "/hashtags/{tag}/follow", "Follow a hashtag", answer="Hashtag", refusals=NO_TAG)
def put_hashtag_follow(viewer: Person, *, tag: str) -> dict[str, Any]:
    """Used or not yet; nobody is told. 409 for more than two hundred."""
    return _document(viewer, actions.follow_hashtag(viewer, _checked(tag)))


@call(
    "DELETE", "/hashtags/{tag}/follow", "Follow a hashtag no more", answer="Hashtag",
    refusals=NO_TAG,
)  # fmt: skip
def delete_hashtag_follow(viewer: Person, *, tag: str) -> dict[str, Any]:
    """Done twice, nothing happens."""
    return _document(viewer, actions.unfollow_hashtag(viewer, _checked(tag)))
