"""Notifications: reading them, and choosing what one is told by which way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from enterprise_social.api import documents
from enterprise_social.api.calls import call
from enterprise_social.api.fields import (
    Body,
    Choice,
    Flag,
    Items,
    Moment,
    Nullable,
    Record,
    Text,
    Whole,
    identity,
)
from enterprise_social.api.posts import NO_POST
from enterprise_social.api.wire import listing
from enterprise_social.channels.models import STORYLINE, Channel
from enterprise_social.channels.queries import seat
from enterprise_social.core.access import find
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.notifications import actions, sentences, settings
from enterprise_social.notifications.defaults import CHOOSABLE
from enterprise_social.notifications.models import LONGEST_KEYWORD, MOST_KEYWORDS, RHYTHMS, WAYS
from enterprise_social.notifications.queries import lists, preferences
from enterprise_social.notifications.queries.lists import FILTERS, Line
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post

MOST = actions.MOST_AT_ONCE
SHOWN = tuple(FILTERS)
QUIET = Record(
    {
        "mode": Choice(settings.MODES, "The organisation's, one's own, or none."),
        "days": Items(Whole(0, 6), 7, "On which it begins; 0 is Monday."),
        "from": Text(5, summary="`20:00`"),
        "until": Text(5, summary="`07:00`"),
    },
    ["mode"],
)
SETTINGS = Body(
    {
        "ways": Record(
            {kind: Record({way: Flag() for way in WAYS}) for kind in CHOOSABLE},
            summary="What isn't named stays. Announcements go by their own ladder.",
        ),
        "keywords": Items(Text(2 * LONGEST_KEYWORD), 2 * MOST_KEYWORDS, "Words to hear of."),
        "quiet_hours": QUIET,
        "order": Items(Text(20), 10, "Ways by which announcements come, the preferred first."),
        "digest": Choice(RHYTHMS, "How often what one has not seen comes by mail."),
        "deputy_id": Nullable(identity("Who stands in when one is away.")),
    }
)


def _document(line: Line) -> dict[str, Any]:
    one = line.notification
    return {
        "id": one.id,
        "kind": one.kind,
        "text": sentences.plain_sentence(line),
        "reason": sentences.reason(line),
        "excerpt": line.excerpt,
        "url": line.url,
        "channel_id": one.channel_id,
        "root_id": one.root_id,
        "post_id": one.post_id,
        "announcement_id": one.announcement_id,
        "case_id": one.case_id,
        "actors": [documents.person_document(each) for each in line.actors],
        "actor_count": one.actor_count,
        "count": one.count,
        "created_at": rfc3339(one.created_at),
        "updated_at": rfc3339(one.updated_at),
        "read_at": rfc3339(one.read_at),
    }


@call(
    "GET",
    "/notifications",
    "List what one was told, the newest first",
    answer="[Notification]",
    query={
        "unread": Flag("Only what was not read yet."),
        "show": Choice(SHOWN, "Only some kinds."),
    },
    paged=True,
)
def list_notifications(
    viewer: Person, *, limit: int, cursor: str | None, unread: bool = False, show: str = "all"
) -> dict[str, Any]:
    """What is of a channel that the caller is no longer in is left out."""
    page = lists.listing(viewer, show=show, unread=unread, cursor=cursor, limit=limit)
    return listing(page, _document)


@call(
    "GET",
    "/notifications/counts",
    "Count what one has not read",
    answer="NotificationCounts",
)
def count_notifications(viewer: Person) -> dict[str, Any]:
    """The same numbers that the list would give."""
    return lists.unread_counts(viewer.id)


@call(
    "POST",
    "/notifications/read",
    "Mark notifications as read",
    answer="NotificationsRead",
    refusals={404: "No such channel."},
    body=Body(
        {
            "up_to": identity("All up to this one; what has grown since stays unread."),
            "ids": Items(identity(), MOST, "These."),
            "root_id": identity("What is told of this thread."),
            "announcement_id": identity("What is told of this announcement."),
            "channel_id": identity("What is told of this channel, as far as one has read it."),
            "kind": Choice(("followed_post",), "What is told of whom one follows."),
        }
    ),
)
def read_notifications(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """One of them says which. All other devices of the caller hear of it at once."""
    if len(given) != 1:
        raise Invalid(
            errors={name: [_("Name exactly one of them.")] for name in given or ["up_to"]}
        )
    if "up_to" in given:
        moment = actions.mark_all_read(viewer, given["up_to"])
    elif "ids" in given:
        moment = actions.mark_read(viewer, given["ids"])
    elif "root_id" in given:
        moment = actions.read_thread(viewer, given["root_id"])
    elif "kind" in given:
        moment = actions.read_kind(viewer, given["kind"])
    elif "channel_id" in given:
        moment = actions.read_channel(viewer.id, given["channel_id"], _read_so_far(viewer, given))
    else:
        moment = actions.read_announcement(viewer.id, given["announcement_id"])
    return {"read_at": rfc3339(moment), "unread": lists.unread_count(viewer.id)}


def _read_so_far(viewer: Person, given: Mapping[str, Any]) -> int:
    here = seat(viewer, channel_id=given["channel_id"])
    if here.membership is not None:
        return here.membership.read_seq
    # Who reads a storyline without being in it has no place there: it was on their screen.
    return here.channel.seq if here.channel.kind == STORYLINE else 0


@call(
    "POST",
    "/notifications/unread",
    "Mark notifications as unread",
    answer="NotificationsUnread",
    body=Body(
        {
            "ids": Items(identity(), MOST, "These."),
            "read_at": Moment("Those that were marked as read at this moment: an undo."),
        }
    ),
)
def unread_notifications(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """A line of which a newer one is unread already stays read."""
    if not given:
        raise Invalid(errors={"ids": [_("This field is needed.")]})
    actions.mark_unread(viewer, read_at=given.get("read_at"), ids=given.get("ids", ()))
    return {"unread": lists.unread_count(viewer.id)}


@call(
    "GET",
    "/me/notification-settings",
    "Read what one is told by which way",
    answer="NotificationSettings",
)
def get_notification_settings(viewer: Person) -> dict[str, Any]:
    """With the organisation's defaults where one chose nothing."""
    return settings.document(viewer)


@call(
    "PATCH",
    "/me/notification-settings",
    "Choose what one is told by which way",
    answer="NotificationSettings",
    body=SETTINGS,
    refusals={404: "There is no such deputy."},
)
def patch_notification_settings(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """What isn't sent stays."""
    chosen = dict(given)
    if chosen.get("deputy_id") is not None:
        chosen["deputy_id"] = find(Person, chosen["deputy_id"], viewer)
    settings.change(viewer, chosen)
    return settings.document(viewer)


@call(
    "GET",
    "/posts/{post_id}/following",
    "Tell whether one follows a thread",
    answer="Following",
    refusals=NO_POST,
)
def get_following(viewer: Person, *, post_id: int) -> dict[str, Any]:
    """The thread is that which the post begins or stands in."""
    post = find(Post, post_id, viewer)
    root_id = post.parent_id or post.id
    return {"root_id": root_id, "follows": preferences.follows(viewer.id, root_id)}


@call(
    "PUT",
    "/posts/{post_id}/following",
    "Follow a thread, or no longer",
    answer="Following",
    body=Body({"follows": Flag("Whether one hears of replies.")}, required=["follows"]),
    refusals=NO_POST,
)
def put_following(viewer: Person, *, post_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """The thread is that which the post begins or stands in."""
    post = find(Post, post_id, viewer)
    root = post if post.parent_id is None else find(Post, post.parent_id, viewer)
    actions.set_following(viewer, root, given["follows"])
    return {"root_id": root.id, "follows": given["follows"]}


@call(
    "PUT",
    "/channels/{channel_id}/mute",
    "Hear nothing of a channel for a while",
    answer="Mute",
    body=Body({"until": Nullable(Moment("Until when; null ends it."))}, required=["until"]),
    refusals={404: "No such channel of the caller's."},
)
def put_mute(viewer: Person, *, channel_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """Not even one's own name is told meanwhile."""
    channel = find(Channel, channel_id, viewer)
    if seat(viewer, channel_id=channel.id).membership is None:
        raise NotFound()
    actions.mute_channel(viewer, channel, given["until"])
    until = preferences.muted_until(viewer.id, channel.id)
    return {"channel_id": channel.id, "until": rfc3339(until)}
