"""What is new from those whom one follows, and the threads that one follows."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from enterprise_social.accounts import identity
from enterprise_social.feed.queries.followed import followed_posts
from enterprise_social.following import queries
from enterprise_social.following.queries.rising import rising
from enterprise_social.following.tags import tag_url
from enterprise_social.following.views.place import blueprint
from enterprise_social.notifications.actions import read_all_threads
from enterprise_social.notifications.queries.threads import followed_threads, unread_threads
from enterprise_social.people.queries.fields import hidden_names

PEOPLE_BESIDE = 8
RISING_BESIDE = 5
TABS = ("new", "people", "hashtags")


@blueprint.get("/following")
def index() -> str:
    """Show what is new, or whom and what one follows."""
    viewer = identity.signed_in()
    tab = request.args.get("show", "new")
    tab = tab if tab in TABS else "new"
    cursor = request.args.get("cursor")
    paged = cursor if tab == "people" else None
    people = queries.following(viewer, viewer.id, cursor=paged)
    return render_template(
        "following/index.html",
        tab=tab,
        news=followed_posts(viewer, before=cursor) if tab == "new" else None,
        cursor=cursor,
        people=people.items,
        next=people.next_cursor,
        hashtags=queries.hashtags_of(viewer.id),
        numbers=queries.connections(viewer, viewer.id),
        rising=rising(viewer, limit=RISING_BESIDE) if tab == "new" else [],
        hidden=hidden_names(),
        tag_url=tag_url,
    )


@blueprint.get("/threads")
def threads() -> str:
    """Show the threads that one follows, the one with the newest reply first."""
    viewer = identity.signed_in()
    cursor = request.args.get("cursor")
    page = followed_threads(viewer, cursor=cursor)
    return render_template(
        "following/threads.html",
        threads=page.items,
        cursor=cursor,
        next=page.next_cursor,
        unread=unread_threads(viewer),
    )


@blueprint.post("/threads/read")
def read_threads() -> ResponseReturnValue:
    """Mark all of them as read."""
    read_all_threads(identity.signed_in())
    return redirect("/threads", 303)
