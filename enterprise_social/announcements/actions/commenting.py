"""Comments on an announcement: where they stand, who takes part, and when they are closed.

They are replies in a hidden channel of their own, so everything that is written once for posts
serves them. Nobody is put into it but who sent the announcement: its readers read by their right to
the announcement (``policy.comments_read_by``), and come in when they write, are named or follow.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from enterprise_social.announcements import policy
from enterprise_social.announcements.models import Announcement, CommentThread
from enterprise_social.announcements.queries.comments import readers_among, thread_of
from enterprise_social.channels.actions.log import append_change, log_change, write_change
from enterprise_social.channels.actions.membership import admit
from enterprise_social.channels.models import COMMENTS, Channel, Membership
from enterprise_social.channels.queries import membership
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin
from enterprise_social.posts.actions import create_post
from enterprise_social.posts.models import Post
from enterprise_social.posts.policy import ANCHOR

LONGEST_NAME = 80


def comment(
    actor: Person,
    announcement: Announcement,
    body: str,
    *,
    client_id: str | None = None,
    file_ids: Sequence[int] = (),
) -> tuple[Post, bool]:
    """Comment on an announcement; return the comment and whether it is new.

    Raises what ``create_post`` raises, and Conflict where there are no comments.
    """
    thread = thread_of(announcement.id)
    if thread is None:
        raise Conflict(_("Comments are closed."))
    channel = db.session.get_one(Channel, thread.channel_id)
    return create_post(
        actor,
        channel,
        body,
        parent_id=thread.root_id,
        client_id=client_id,
        file_ids=file_ids,
        confirm_mention_all=True,
    )


@action
def set_comments(actor: Person, announcement: Announcement, on: bool) -> Announcement:
    """Let people comment from now on, or no more: what was said stays to be read.

    Raises Forbidden for others than its senders and admins, Conflict unless it is open.
    """
    current = lock(Announcement, announcement.id)
    allowed = policy.may_manage(actor, current) or is_admin(actor)
    require(allowed, _("This is not your announcement."))
    if not current.is_open or current.kind == "test":
        raise Conflict(_("It is not published."))
    thread = thread_of(current.id)
    if thread is None:
        if on:
            open_comments(current)
    elif not _set_closed(thread, actor, closed=not on):
        return current
    current.comments = on
    audit.record(actor, "announcements.comments", f"announcement:{current.id}", {"on": on})
    return current


@action
def open_comments(current: Announcement) -> CommentThread:
    """Make the place for the comments of an announcement that its caller has locked."""
    moment = now()
    sender_id = current.in_name_of_id or current.author_id
    owners = sorted({current.author_id, sender_id})
    channel = Channel(
        slug=policy.comments_slug(current.id),
        name=current.title[:LONGEST_NAME],
        kind=COMMENTS,
        member_count=len(owners),
        created_by_id=current.author_id,
        created_at=moment,
        seq=0,
    )
    db.session.add(channel)
    db.session.flush()
    for person_id in owners:
        db.session.add(
            Membership(channel_id=channel.id, person_id=person_id, role="owner", joined_at=moment)
        )
        live.control("enter", person_id=person_id, channel_id=channel.id)
    step = append_change(channel.id, "channel_changed")
    root = Post(
        channel_id=channel.id,
        seq=step.seq,
        changed_seq=step.seq,
        in_stream=False,
        type=ANCHOR,
        author_id=current.author_id,
        body="",
        html="",
        plain="",
        created_at=moment,
    )
    db.session.add(root)
    db.session.flush()
    write_change(channel.id, step, "channel_changed", person_id=current.author_id)
    thread = CommentThread(announcement_id=current.id, channel_id=channel.id, root_id=root.id)
    db.session.add(thread)
    db.session.flush()
    return thread


@action
def close_comments(current: Announcement, actor: Person | None) -> None:
    """Close them with the announcement. Withdrawn, its readers are let out as well."""
    thread = thread_of(current.id)
    if thread is None:
        return
    _set_closed(thread, actor, closed=True)
    if current.ended_as != "withdrawn":
        return
    channel = db.session.get_one(Channel, thread.channel_id)
    inside = select(Membership.person_id).where(Membership.channel_id == channel.id)
    members = set(db.session.scalars(inside))
    gone = members - readers_among(channel.id, members)
    if gone:
        db.session.execute(
            delete(Membership)
            .where(Membership.channel_id == channel.id, Membership.person_id.in_(gone))
            .execution_options(synchronize_session=False)
        )
        channel.member_count = len(members) - len(gone)
        db.session.flush()
    live.control("recheck", channel_id=channel.id)


@action
def take_part(channel: Channel, person_ids: Collection[int]) -> None:
    """Let people hear of the comments in a channel: those of them who may read them."""
    if channel.kind != COMMENTS or not person_ids:
        return
    channel = lock(Channel, channel.id)
    for person_id in sorted(readers_among(channel.id, person_ids)):
        if membership(channel.id, person_id) is None:
            admit(channel, person_id, "member")


@action
def leave_what_is_not_theirs(person_id: int) -> None:
    """Take somebody out of comments that they may not read any more, as after a change of role."""
    statement = (
        select(Channel)
        .join(Membership, Membership.channel_id == Channel.id)
        .where(Membership.person_id == person_id, Channel.kind == COMMENTS)
        .order_by(Channel.id)
    )
    for channel in db.session.scalars(statement).all():
        if person_id in readers_among(channel.id, [person_id]):
            continue
        channel = lock(Channel, channel.id)
        mine = Membership.channel_id == channel.id, Membership.person_id == person_id
        db.session.execute(delete(Membership).where(*mine))
        inside = select(func.count()).where(Membership.channel_id == channel.id)
        channel.member_count = db.session.execute(inside).scalar_one()
        db.session.flush()
        live.control("leave", person_id=person_id, channel_id=channel.id)


def _set_closed(thread: CommentThread, actor: Person | None, *, closed: bool) -> bool:
    channel = lock(Channel, thread.channel_id)
    if channel.archived == closed:
        return False
    channel.archived_at = now() if closed else None
    db.session.flush()
    log_change(channel.id, "channel_changed", person_id=None if actor is None else actor.id)
    return True
