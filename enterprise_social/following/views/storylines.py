"""Somebody's storyline: a stream in which that person alone begins posts."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from enterprise_social.accounts import identity
from enterprise_social.channels.queries import Seat, seat
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.core.limits import POSTS, limiter
from enterprise_social.feed.queries import place, stream, stream_after, stream_around
from enterprise_social.feed.queries.boxes import Where, message_box, thread_view
from enterprise_social.feed.queries.streams import Slice
from enterprise_social.following import actions, policy, queries
from enterprise_social.following.views.place import blueprint, named
from enterprise_social.notifications.queries.preferences import follows
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import Held, create_post
from enterprise_social.posts.models import Post

LARGEST_ID = 2**63 - 1


@blueprint.get("/storylines/<int:person_id>")
def storyline_by_id(person_id: int) -> ResponseReturnValue:
    """Lead to somebody's storyline: an address that stays when they are called otherwise."""
    person = find(Person, person_id, identity.signed_in())
    query = request.query_string.decode("ascii", "ignore")
    address = f"/people/{person.username}/storyline"
    return redirect(f"{address}?{query}" if query else address, 302)


@blueprint.get("/people/<username>/storyline")
def storyline(username: str) -> ResponseReturnValue:
    """Show somebody's storyline; guests read none."""
    person = named(username)
    if person.username != username:
        return redirect(f"/people/{person.username}/storyline", 301)
    return _page(identity.signed_in(), person)


@blueprint.post("/storyline")
@limiter.limit(POSTS)
def begin_storyline() -> ResponseReturnValue:
    """Write the first post of one's storyline."""
    viewer = identity.signed_in()
    body = request.form.get("body", "")
    try:
        create_post(viewer, actions.open_storyline(viewer), body)
    except Held:
        # Taken: the page shows it to its author as waiting.
        pass
    except AppError as error:
        return _page(viewer, viewer, body=body, error=error), error.status
    return redirect(f"/people/{viewer.username}/storyline", 303)


def _page(viewer: Person, person: Person, *, body: str = "", error: AppError | None = None) -> str:
    require(policy.may_read_storylines(viewer), "")
    channel = queries.storyline_of(person.id)
    numbers = queries.connections(viewer, person.id)
    facts: dict[str, Any] = {
        "person": person,
        "numbers": numbers,
        "is_self": viewer.id == person.id,
    }
    if channel is None:
        said = [error.detail] if error is not None else []
        may_begin = facts["is_self"] and policy.may_have_storyline(person)
        return render_template(
            "following/no_storyline.html", body=body, errors=said, may_begin=may_begin, **facts
        )
    here = seat(viewer, channel_id=channel.id)
    shown = place(viewer, here)
    found = _slice(viewer, here)
    unread = here.membership is not None and here.channel.last_post_seq > shown.read_seq
    return render_template(
        "following/storyline.html",
        channel=shown,
        posts=found.posts,
        older=found.older,
        newer=found.newer,
        at=_id("at"),
        new_after=shown.read_seq if unread and not facts["is_self"] else None,
        composer=message_box(viewer, shown) if shown.may_post else None,
        thread=_open_thread(viewer, here),
        **facts,
    )


def _slice(viewer: Person, here: Seat) -> Slice:
    before, after, at = request.args.get("before"), request.args.get("after"), _id("at")
    if before:
        return stream(here.channel.id, before=before)
    if after:
        return stream_after(here.channel.id, after)
    if at is None:
        return stream(here.channel.id)
    post = find(Post, at, viewer)
    if not post.in_stream and post.parent_id:
        post = find(Post, post.parent_id, viewer)
    if post.channel_id != here.channel.id:
        raise NotFound()
    return stream_around(post)


def _open_thread(viewer: Person, here: Seat) -> dict[str, Any] | None:
    root_id = _id("thread")
    if root_id is None:
        return None
    root = find(Post, root_id, viewer)
    if root.channel_id != here.channel.id or root.parent_id is not None:
        raise NotFound()
    shown = thread_view(viewer, place(viewer, here), root, Where())
    return {**shown, "follows": follows(viewer.id, root.id)}


def _id(name: str) -> int | None:
    value = request.args.get(name, type=int)
    return value if value and 0 < value <= LARGEST_ID else None
