"""A channel's stream as a page and as fragments, and sending without a script."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from enterprise_social.accounts import identity
from enterprise_social.channels.guests import may_bring_guest
from enterprise_social.channels.models import UNLISTED_KINDS
from enterprise_social.channels.queries import Seat, groups_in, members, seat
from enterprise_social.core.access import find
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.core.limits import POSTS, limiter
from enterprise_social.feed.queries import (
    Place,
    Slice,
    pins,
    place,
    stream,
    stream_after,
    stream_around,
)
from enterprise_social.feed.queries.boxes import Failed, Where, message_box, thread_view
from enterprise_social.feed.queries.places import channel_url
from enterprise_social.files.actions import store_files
from enterprise_social.files.limits import largest_form
from enterprise_social.messages.queries import local_times
from enterprise_social.notifications.queries.preferences import follows, muted_until
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.people.queries.presence import blocks
from enterprise_social.posts.actions import Held, create_post
from enterprise_social.posts.models import Post
from enterprise_social.records.queries.retention import period_of

LARGEST_ID = 2**63 - 1


def show(slug: str) -> ResponseReturnValue:
    """Show a channel: its newest posts, or those around a post or a cursor."""
    viewer = identity.signed_in()
    here = seat(viewer, slug=slug)
    if here.channel.kind in UNLISTED_KINDS:
        return _moved(channel_url(here.channel))
    return _page(viewer, here)


def conversation(channel_id: int) -> ResponseReturnValue:
    """Show a direct conversation; what became a channel is at that channel's address."""
    viewer = identity.signed_in()
    here = seat(viewer, channel_id=channel_id)
    if here.channel.kind != "direct":
        return _moved(channel_url(here.channel))
    return _page(viewer, here)


def _moved(address: str) -> ResponseReturnValue:
    query = request.query_string.decode("ascii", "ignore")
    return redirect(f"{address}?{query}" if query else address, 302)


def posts(slug: str) -> ResponseReturnValue:
    """Give a stretch of the stream as fragments."""
    viewer = identity.signed_in()
    here = seat(viewer, slug=slug)
    found = _slice(viewer, here)
    return render_template(
        "channels/_posts.html",
        channel=place(viewer, here),
        posts=found.posts,
        older=None if request.args.get("after") else found.older,
        newer=None if request.args.get("before") else found.newer,
    )


def send(slug: str) -> ResponseReturnValue:
    """Send a post from the plain form."""
    actor = identity.signed_in()
    here = seat(actor, slug=slug)
    body = request.form.get("body", "")
    try:
        sent = [(file.stream, file.filename or "") for file in request.files.getlist("files")]
        create_post(
            actor,
            here.channel,
            body,
            file_ids=store_files(actor, sent),
            client_id=request.form.get("client_id") or None,
            quoted_post_id=request.form.get("quoted_post_id", type=identity_of),
            confirm_mention_all=request.form.get("confirm_mention_all") == "1",
        )
    except NotFound:
        raise
    except Held:
        # Taken: the page shows it to its author as waiting.
        pass
    except AppError as error:
        return _page(actor, here, Failed(body, error)), error.status
    return redirect(f"{channel_url(here.channel)}#end", 303)


def _page(viewer: Person, here: Seat, failed: Failed | None = None) -> str:
    found = _slice(viewer, here)
    shown = place(viewer, here)
    unread = here.membership is not None and here.channel.last_post_seq > shown.read_seq
    return render_template(
        "channels/show.html",
        page_title=shown.name,
        channel=shown,
        posts=found.posts,
        older=found.older,
        newer=found.newer,
        at=_id("at"),
        new_after=shown.read_seq if unread else None,
        composer=message_box(viewer, shown, failed=failed) if shown.may_post else None,
        times=local_times(shown.others),
        blocked=_blocked(viewer, shown),
        thread=_open_thread(viewer, shown),
        details=details_of(viewer, here) if request.args.get("details") else None,
    )


def _blocked(viewer: Person, shown: Place) -> bool:
    """Tell whether the block in a conversation of two is the viewer's own."""
    return shown.cut_off and blocks(viewer.id, shown.others[0].id)


def _slice(viewer: Person, here: Seat) -> Slice:
    before, after, at = request.args.get("before"), request.args.get("after"), _id("at")
    if before:
        return stream(here.channel.id, before=before)
    if after:
        return stream_after(here.channel.id, after)
    if at:
        return stream_around(_in_stream(viewer, here, at))
    return stream(here.channel.id)


def _in_stream(viewer: Person, here: Seat, post_id: int) -> Post:
    post = find(Post, post_id, viewer)
    if not post.in_stream and post.parent_id:
        post = find(Post, post.parent_id, viewer)
    if post.channel_id != here.channel.id:
        raise NotFound()
    return post


def _id(name: str) -> int | None:
    value = request.args.get(name, type=int)
    return value if value and 0 < value <= LARGEST_ID else None


def _open_thread(viewer: Person, shown: Place) -> dict[str, Any] | None:
    root_id = _id("thread")
    if root_id is None:
        return None
    root = find(Post, root_id, viewer)
    if root.channel_id != shown.id or root.parent_id is not None:
        raise NotFound()
    return {**thread_view(viewer, shown, root, Where()), "follows": follows(viewer.id, root.id)}


def details_of(
    viewer: Person, here: Seat, *, text: str = "", cursor: str | None = None
) -> dict[str, Any]:
    """Return what a channel's details show: members, the groups that fill it, and pins."""
    found = members(here.channel.id, text=text, cursor=cursor)
    mine = here.membership
    return {
        "muted_until": muted_until(mine.person_id, mine.channel_id) if mine else None,
        "members": [
            {
                "id": member.person.id,
                "name": member.person.name,
                "username": member.person.username,
                "title": member.person.title,
                "av": member.person.av,
                "initials": member.person.initials,
                "photo": member.person.photo,
                "is_guest": is_guest(member.person),
                "deactivated_at": member.person.deactivated_at,
                "role": member.role,
                "joined_at": member.joined_at,
            }
            for member in found.items
        ],
        "q": text,
        "next": found.next_cursor,
        "may_bring_guest": may_bring_guest(viewer, here.channel, mine),
        "groups": groups_in(here.channel.id, viewer) if here.channel.kind != "direct" else [],
        "pins": pins(here.channel.id),
        "kept_days": period_of(here.channel.id).days,
    }


def add_to(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.get("/channels/<slug>")(show)
    blueprint.get("/messages/<int:channel_id>")(conversation)
    blueprint.get("/channels/<slug>/posts")(posts)
    receive = identity.large_form(largest_form)(send)
    blueprint.post("/channels/<slug>/posts")(limiter.limit(POSTS)(receive))
