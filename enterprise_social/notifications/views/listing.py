"""The list of notifications, and marking them as read."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from enterprise_social.accounts import identity
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.errors import NotFound
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.notifications import actions, sentences
from enterprise_social.notifications.queries import lists
from enterprise_social.notifications.queries.lists import FILTERS
from enterprise_social.notifications.views.place import HERE, back, blueprint

ICONS = {
    "mention": "at-sign",
    "group_mention": "users",
    "channel_mention": "megaphone",
    "reply": "message-square",
    "direct": "message-square",
    "keyword": "search",
    "reaction": "smile-plus",
    "invitation": "user-plus",
    "follow": "user-plus",
    "followed_post": "file-text",
    "announcement": "megaphone",
    "moderation": "shield",
    "export": "archive",
}


@blueprint.get(HERE)
def index() -> str:
    """List what one was told: the new ones first, then the earlier ones."""
    viewer = identity.signed_in()
    show = request.args.get("show", "all")
    show = show if show in FILTERS else "all"
    unread = request.args.get("unread") == "1"
    cursor = request.args.get("cursor")
    page = lists.listing(viewer, show=show, unread=unread, cursor=cursor, new_first=True)
    counts = lists.unread_counts(viewer.id)
    newest = next(iter(page.items), None)
    if show != "all" and counts["all"]:
        newest = next(iter(lists.listing(viewer, unread=True, limit=1).items), None)
    return render_template(
        "notifications/index.html",
        new=[line for line in page.items if line.notification.read_at is None],
        earlier=[line for line in page.items if line.notification.read_at is not None],
        next=page.next_cursor,
        cursor=cursor,
        show=show,
        unread=unread,
        counts=counts,
        up_to=newest.notification.id if newest and counts["all"] else None,
        marked=_moment(request.args.get("marked", "")),
        icons=ICONS,
        parts=sentences.sentence,
        reason=sentences.reason,
        here=address(show, unread=unread),
    )


@blueprint.post(f"{HERE}/<int:notification_id>/state")
def set_state(notification_id: int) -> ResponseReturnValue:
    """Mark one line as read or unread."""
    viewer = identity.signed_in()
    if lists.line_of(viewer, notification_id) is None:
        raise NotFound()
    if request.form.get("read") == "1":
        actions.mark_read(viewer, [notification_id])
    else:
        actions.mark_unread(viewer, ids=[notification_id])
    return redirect(back(), 303)


@blueprint.post(f"{HERE}/read")
def read_all() -> ResponseReturnValue:
    """Mark all as read that were on the page."""
    viewer = identity.signed_in()
    up_to = request.form.get("up_to", type=identity_of)
    if up_to is None:
        return redirect(back(), 303)
    moment = actions.mark_all_read(viewer, up_to)
    return redirect(f"{HERE}?{urlencode({'marked': rfc3339(moment)})}", 303)


@blueprint.post(f"{HERE}/unread")
def unread_again() -> ResponseReturnValue:
    """Undo a marking of all."""
    viewer = identity.signed_in()
    moment = _moment(request.form.get("read_at", ""))
    if moment is not None:
        actions.mark_unread(viewer, read_at=moment)
    return redirect(HERE, 303)


def address(show: str, *, unread: bool) -> str:
    """Return the address of a list."""
    facts = {"show": show if show != "all" else "", "unread": "1" if unread else ""}
    query = urlencode({name: value for name, value in facts.items() if value})
    return f"{HERE}?{query}" if query else HERE


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if len(text) <= 40 else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
