"""Editing, taking away, bringing back and pinning a post."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from enterprise_social.channels import policy as channel_policy
from enterprise_social.channels.actions.log import append_change, write_change
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.queries import membership
from enterprise_social.core import audit, screening
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, NotFound
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person
from enterprise_social.people.policy.sanctions import refuse_muted
from enterprise_social.posts import policy
from enterprise_social.posts.actions.calling import count_called
from enterprise_social.posts.actions.channel_rules import check_calls, waits
from enterprise_social.posts.actions.content import (
    Prepared,
    apply,
    prepare,
    write_references,
)
from enterprise_social.posts.actions.holding import Held, drop_waiting_edit, hold
from enterprise_social.posts.actions.writing import CONFIRM_ABOVE
from enterprise_social.posts.events import (
    DeletionSettled,
    PostDeleted,
    PostRestored,
    PostUpdated,
)
from enterprise_social.posts.models import MOST_FACES, HeldPost, Post, Revision

MOST_PINS = 100


class Place(NamedTuple):
    """A post with its channel, both locked, and the actor's membership."""

    post: Post
    channel: Channel
    mine: Membership | None


def edit_post(actor: Person, post: Post, body: str, *, at: datetime | None = None) -> Post:
    """Change what a post says; what it said before stays readable in its history.

    ``at`` is for what is loaded with its own time.
    Raises Invalid, Forbidden (not the author), Conflict (archived, or so many would be called by
    it who weren't before that a new post is the place where one is asked), NotFound, and Held where
    the edit waits for approval: until then the post stays as it is.
    """
    channel = db.session.get_one(Channel, post.channel_id)
    text = prepare(actor, body, channel, files=post.file_count)
    edited = _edit(actor, post, text, at)
    if isinstance(edited, HeldPost):
        raise Held(edited)
    return edited


@action
def _edit(actor: Person, post: Post, text: Prepared, at: datetime | None) -> Post | HeldPost:
    post, channel, mine = _place(actor, post)
    if channel.archived:
        raise Conflict(_("This channel is archived."))
    if not channel_policy.may_speak(actor, channel):
        refuse_muted(actor)
    require(policy.may_edit(actor, channel, mine, post), _("Only its author may edit a post."))
    if text.body == post.body:
        return post
    if at is None:
        if not post.mentions_all:
            check_calls(actor, channel, mine, text)
        _refuse_to_call_many(post, channel, text)
    if text.verdict.held_by or (at is None and waits(channel, mine, text)):
        return hold(actor, channel, text, parent_id=post.parent_id, edits=post)
    drop_waiting_edit(post)
    return write_edit(actor, post, text, at or now())


@action
def write_edit(actor: Person, post: Post, text: Prepared, moment: datetime) -> Post:
    """Put another text into a locked post that nothing stands against any more."""
    db.session.add(
        Revision(
            post_id=post.id,
            editor_id=actor.id,
            body=post.body,
            html=post.html,
            replaced_at=moment,
        )
    )
    apply(post, text)
    post.edited_at = moment
    log_post(actor, post, "post_updated")
    write_references(post, text.content, replace=True)
    screening.note(text.verdict, f"post:{post.id}")
    announce(PostUpdated(post.id))
    return post


def _refuse_to_call_many(post: Post, channel: Channel, text: Prepared) -> None:
    new = sorted(set(text.content.group_ids) - set(post.mention_group_ids))
    called = count_called(channel.id, new) if new else 0
    if text.content.mentions_all and not post.mentions_all:
        called = channel.member_count
    if called > CONFIRM_ABOVE:
        detail = _("This would call %(count)d people. Say it in a new post.", count=called)
        raise Conflict(detail)


@action
def delete_post(actor: Person, post: Post) -> Post:
    """Take a post away; a thread keeps its replies under a note that the root was deleted."""
    post, channel, mine = _place(actor, post)
    if post.deleted:
        return post
    if channel.archived:
        raise Conflict(_("This channel is archived."))
    require(
        policy.may_delete(actor, channel, mine, post),
        _("Only its author or those who lead the channel may delete a post."),
    )
    post.deleted_at, post.deleted_by_id = now(), actor.id
    post.pinned_at = post.pinned_by_id = None
    log_post(actor, post, "post_deleted")
    recount(post, channel)
    if post.author_id != actor.id:
        audit.record(actor, "posts.delete", f"post:{post.id}", {"channel_id": channel.id})
    announce(PostDeleted(post.id))
    if post.file_count:
        announce(DeletionSettled(post.id), run_at=post.deleted_at + policy.UNDO)
    return post


@action
def restore_post(actor: Person, post: Post) -> Post:
    """Undo a deletion, in its old place. Raises Forbidden a day later, or for others."""
    post, channel, mine = _place(actor, post)
    if not post.deleted:
        return post
    require(
        policy.may_restore(actor, channel, mine, post),
        _("This can no longer be undone."),
    )
    post.deleted_at = post.deleted_by_id = None
    log_post(actor, post, "post_restored")
    recount(post, channel)
    announce(PostRestored(post.id))
    return post


@action
def set_pinned(actor: Person, post: Post, pinned: bool) -> Post:
    """Pin a post to its channel, or unpin it."""
    post, channel, mine = _place(actor, post)
    if (post.pinned_at is not None) == pinned:
        return post
    if channel.archived or post.deleted or post.hidden:
        raise Conflict(_("This can't be pinned."))
    require(
        channel_policy.may_pin(actor, channel, mine), _("Only members may pin in this channel.")
    )
    if pinned and _pins(channel.id) >= MOST_PINS:
        raise Conflict(_("There are %(most)d pins already; take one down first.", most=MOST_PINS))
    post.pinned_at = now() if pinned else None
    post.pinned_by_id = actor.id if pinned else None
    log_post(actor, post, "post_updated")
    announce(PostUpdated(post.id))
    return post


def _place(actor: Person, post: Post) -> Place:
    post, channel = place_of(post)
    mine = membership(channel.id, actor.id)
    if mine is None and not channel_policy.is_open_to(actor, channel):
        raise NotFound()
    return Place(post, channel, mine)


@action
def place_of(post: Post) -> tuple[Post, Channel]:
    """Lock a post's channel and then the post, for an action that asks for the right itself.

    Raises Conflict where the post went to another channel while one waited for it.
    """
    channel = lock(Channel, post.channel_id)
    post = lock(Post, post.id)
    if post.channel_id != channel.id:
        raise Conflict(_("This was moved to another channel just now. Look at it there."))
    return post, channel


def log_post(actor: Person | None, post: Post, kind: str) -> None:
    """Write a change of a post into its channel's log, inside an action that has locked both."""
    step = append_change(post.channel_id, kind)
    post.changed_seq = step.seq
    db.session.flush()
    write_change(
        post.channel_id, step, kind, post_id=post.id, person_id=actor.id if actor else None
    )


def recount(post: Post, channel: Channel) -> None:
    """Bring what is counted from a post back to the truth after it went or came back."""
    if post.parent_id is not None:
        recount_thread(post.parent_id, post.changed_seq)
    if post.in_stream and post.seq >= channel.last_post_seq:
        recount_channel(channel.id)


@action
def recount_channel(channel_id: int) -> None:
    """Find a channel's newest post anew, after some came, went or left its stream."""
    newest = (
        select(Post.seq)
        .where(Post.channel_id == channel_id, Post.in_stream.is_(True), Post.deleted_at.is_(None))
        # By number: what was imported lately may have been said long ago.
        .order_by(Post.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    db.session.execute(
        update(Channel)
        .where(Channel.id == channel_id)
        .values(last_post_seq=func.coalesce(newest, 0))
        .execution_options(synchronize_session=False)
    )


def recount_thread(root_id: int, seq: int) -> None:
    """Count a thread's replies anew; ``seq`` is the change that they came or went by."""
    replies = (Post.parent_id == root_id, Post.deleted_at.is_(None))
    count, last = db.session.execute(
        select(func.count(), func.max(Post.created_at)).where(*replies)
    ).one()
    authors = db.session.execute(
        select(Post.author_id)
        .where(*replies)
        .group_by(Post.author_id)
        .order_by(func.max(Post.created_at).desc())
        .limit(MOST_FACES)
    )
    db.session.execute(
        update(Post)
        .where(Post.id == root_id)
        .values(
            reply_count=count,
            last_reply_at=last,
            reply_faces=list(authors.scalars()),
            changed_seq=seq,
        )
        .execution_options(synchronize_session=False)
    )


def _pins(channel_id: int) -> int:
    return db.session.execute(
        select(func.count())
        .select_from(Post)
        .where(Post.channel_id == channel_id, Post.pinned_at.is_not(None))
    ).scalar_one()
