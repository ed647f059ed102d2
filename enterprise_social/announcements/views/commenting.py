"""The comments below an announcement, and opening and closing them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.announcements import actions, policy
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.queries.comments import discussion_of
from enterprise_social.announcements.views.place import HERE, blueprint, found
from enterprise_social.channels.queries import Seat, membership
from enterprise_social.core.access import find
from enterprise_social.core.errors import NotFound
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.feed.queries import place
from enterprise_social.feed.queries.boxes import Where, thread_view
from enterprise_social.notifications.queries.preferences import follows
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin
from enterprise_social.posts.models import Post


@blueprint.post("/<int:announcement_id>/comments")
def set_comments(announcement_id: int) -> ResponseReturnValue:
    """Let people comment, or no more."""
    viewer, announcement = found(announcement_id)
    on = request.form.get("open") == "1"
    actions.set_comments(viewer, announcement, on)
    flash(_("People may comment now.") if on else _("Comments are closed."))
    return redirect(f"{HERE}/{announcement.id}#comments", 303)


def comments_part(
    viewer: Person, announcement: Announcement, *, hidden: bool
) -> dict[str, Any] | None:
    """Return what the page shows of the comments: none where there can't be any."""
    senders = policy.may_manage(viewer, announcement) or is_admin(viewer)
    may_set = senders and announcement.is_open and announcement.kind != "test"
    discussion = None if hidden else discussion_of(announcement.id)
    if discussion is None:
        return {"may_set": True, "open": False, "count": 0} if may_set else None
    channel, root = discussion.channel, discussion.root
    seat = Seat(channel, membership(channel.id, viewer.id))
    shown = place(viewer, seat)
    return {
        "may_set": may_set,
        "open": discussion.open,
        "count": discussion.count,
        "channel": shown,
        "thread": {
            **thread_view(viewer, shown, root, _where(viewer, root)),
            "follows": seat.membership is not None and follows(viewer.id, root.id),
        },
    }


def _where(viewer: Person, root: Post) -> Where:
    asked = request.args.get("at", type=identity_of)
    at = find(Post, asked, viewer) if asked else None
    if at is not None and at.parent_id != root.id:
        raise NotFound()
    return Where(before=request.args.get("before"), after=request.args.get("after"), at=at)
