"""What announcements follow: their time, their ladder, and people who join later."""

from __future__ import annotations

import time

from sqlalchemy import select

from enterprise_social.announcements import actions
from enterprise_social.announcements.carriers import email, gateway, manager, push
from enterprise_social.announcements.events import (
    DeliveriesQueued,
    ExpiryDue,
    LadderDue,
    ProgressMade,
    PublishingDue,
    RecipientAnswered,
)
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.queries import board, lists
from enterprise_social.announcements.sending import carry_out
from enterprise_social.channels.events import MemberJoined, MembersChanged
from enterprise_social.channels.models import COMMENTS, Channel
from enterprise_social.core import live
from enterprise_social.core.db import db
from enterprise_social.core.events import after, during
from enterprise_social.people.events import (
    GroupChanged,
    PersonChanged,
    PersonCreated,
    PersonReactivated,
    RoleChanged,
)
from enterprise_social.people.lines import below
from enterprise_social.posts.events import PostCreated, PostUpdated
from enterprise_social.posts.models import Post

# What must not wait for anything else, and what waits for servers of others.
LADDER = "ladder"
BETWEEN_BATCHES = 0.01  # seconds
MOST_NAMED = 500
MAILS = "announced mails"
GATEWAY = "gateway"
PUSH = "push"


@after(PublishingDue, lane=LADDER)
def publish_at_its_time(event: PublishingDue) -> None:
    """Send what was scheduled for now."""
    actions.publish_scheduled(event.announcement_id, event.version)


@after(ExpiryDue, lane=LADDER)
def end_at_its_time(event: ExpiryDue) -> None:
    """End what was to end now."""
    actions.expire(event.announcement_id)


@after(LadderDue, lane=LADDER)
def climb_the_ladder(event: LadderDue) -> None:
    """Carry out the due steps of everyone, batch by batch."""
    while actions.climb(event.announcement_id, event.due):
        # Whoever waits to write, such as a post, comes before the next batch.
        time.sleep(BETWEEN_BATCHES)


@after(PersonCreated, PersonChanged, PersonReactivated, MemberJoined, batch=200)
def reach_those_who_join(
    events: list[PersonCreated | PersonChanged | PersonReactivated | MemberJoined],
) -> None:
    """Give open announcements to those who came into their audience.

    Whoever gets another manager takes everyone below them into that one's line.
    """
    if not _takes_joiners():
        return
    people = {each.person_id for each in events}
    moved = {each.person_id for each in events if isinstance(each, PersonChanged) and each.moved}
    if moved:
        people.update(db.session.scalars(below(moved)))
    # More than a statement takes well: whoever they are.
    actions.add_joiners(sorted(people) if len(people) <= MOST_NAMED else None)


@after(GroupChanged, MembersChanged, batch=200)
def reach_those_who_join_together(_events: list[GroupChanged | MembersChanged]) -> None:
    """Give open announcements to all who came into their audience with a group."""
    if _takes_joiners():
        actions.add_joiners(None)


def _takes_joiners() -> bool:
    open_ones = select(Announcement.id).where(
        Announcement.state == "published", Announcement.adds_joiners
    )
    return db.session.execute(open_ones.limit(1)).first() is not None


def let_in_whom_a_comment_names(event: PostCreated | PostUpdated) -> None:
    """Whoever is named in a comment that they may read hears of it and of what follows."""
    post = db.session.get_one(Post, event.post_id)
    if not post.mention_ids:
        return
    channel = db.session.get_one(Channel, post.channel_id)
    if channel.kind == COMMENTS:
        actions.take_part(channel, post.mention_ids)


during(PostCreated)(let_in_whom_a_comment_names)
during(PostUpdated)(let_in_whom_a_comment_names)


@after(RoleChanged)
def let_out_who_may_not_read_comments(event: RoleChanged) -> None:
    """Whoever was an admin, and read them as such, reads no more of them."""
    actions.leave_what_is_not_theirs(event.person_id)


@after(RecipientAnswered, ProgressMade, batch=1000)
def show_the_progress(events: list[RecipientAnswered | ProgressMade]) -> None:
    """Tell the senders how far it has come; many answers at once are one message."""
    for announcement_id in sorted({each.announcement_id for each in events}):
        announcement = db.session.get(Announcement, announcement_id)
        if announcement is None:
            continue
        found = board.counts(announcement)
        payload = {
            "announcement_id": announcement.id,
            "recipients": found.recipients,
            "reached": found.reached,
            "seen": found.seen,
            "acknowledged": found.answered,
        }
        told = {announcement.author_id, announcement.in_name_of_id} - {None}
        told |= {each.id for each in lists.responders_of(announcement.id)}
        for person_id in told:
            live.bus().put("emit", "announcement_progress", payload, f"person:{person_id}")


@after(DeliveriesQueued, batch=1000, lane=MAILS, only=lambda event: bool(event.way == "email"))
def send_mails(_events: list[DeliveriesQueued]) -> None:
    """Send what is due by e-mail."""
    carry_out("email", email.carry, most=email.BATCH)


@after(DeliveriesQueued, batch=1000, lane=MAILS, only=lambda event: bool(event.way == "manager"))
def tell_managers(_events: list[DeliveriesQueued]) -> None:
    """Tell managers who is missing."""
    carry_out("manager", manager.carry, most=manager.BATCH)


@after(DeliveriesQueued, batch=1000, lane=PUSH, only=lambda event: bool(event.way == "push"))
def push_to_browsers(_events: list[DeliveriesQueued]) -> None:
    """Push to the browsers of those who want that."""
    carry_out("push", push.carry, most=push.BATCH)


@after(DeliveriesQueued, batch=1000, lane=GATEWAY, only=lambda event: bool(event.way == "gateway"))
def hand_to_the_gateway(_events: list[DeliveriesQueued]) -> None:
    """Have short messages sent, or calls made."""
    carry_out("gateway", gateway.carry, most=gateway.BATCH)
