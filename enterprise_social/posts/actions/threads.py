"""Threads that go elsewhere: to another channel, or apart.

For actions that have checked the right; see ``reviewing``.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select, update

from enterprise_social.channels.actions.log import append_change, write_change
from enterprise_social.channels.models import OPEN_KINDS, Channel
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict
from enterprise_social.core.events import announce
from enterprise_social.core.text import render
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.editing import (
    log_post,
    place_of,
    recount,
    recount_channel,
    recount_thread,
)
from enterprise_social.posts.events import PostUpdated, ThreadMoved
from enterprise_social.posts.models import WAITING, HeldPost, Mention, Post
from enterprise_social.posts.queries import References

MOST_MOVED = 500  # posts of a thread
_PLAIN = {"synchronize_session": False}


@action
def move_thread(root: Post, target: Channel) -> None:
    """Put a thread with its replies into another channel, where it keeps its address and times.

    What quotes it where it stood loses the quote: not everybody there may read it any more. Raises
    Conflict for a thread that is too long.
    """
    source, target = _lock_both(root.channel_id, target.id)
    root = lock(Post, root.id)
    posts = _thread(root)
    ids = [post.id for post in posts]
    _unquote(ids)
    for post in posts:
        _log(source.id, "post_moved", post.id)
    for post in posts:
        _put(post, source, target)
    _take_waiting_along(ids, target)
    recount_channel(source.id)
    recount_channel(target.id)
    announce(ThreadMoved(tuple(ids), source.id, target.id))
    for post in posts:
        announce(PostUpdated(post.id))


@action
def split_thread(root: Post, reply_ids: Sequence[int]) -> Post:
    """Give these replies of a thread one of their own, and return what begins it.

    The oldest of them begins it. Raises Conflict where none of them is a reply of the thread.
    """
    root, channel = place_of(root)
    posts = [post for post in _thread(root)[1:] if post.id in set(reply_ids)]
    if not posts:
        raise Conflict(_("Choose replies of this thread."))
    first, *rest = posts
    first.parent_id, first.in_stream = None, True
    for post in rest:
        post.parent_id = first.id
    db.session.flush()
    _tell_of(posts, channel)
    recount_thread(first.id, first.changed_seq)
    _recount_and_tell(root)
    db.session.refresh(first)
    return first


@action
def join_threads(post_ids: Sequence[int], root: Post, *, in_stream: Sequence[int] = ()) -> None:
    """Put posts of the same channel back into a thread: what undoes ``split_thread``.

    ``in_stream`` are those of them that stood in the channel as well. What was answered to them
    meanwhile comes along.
    """
    root, channel = place_of(root)
    ids = set(post_ids)
    posts = list(
        db.session.scalars(
            select(Post)
            .where(Post.id.in_(ids) | Post.parent_id.in_(ids), Post.channel_id == channel.id)
            .order_by(Post.created_at, Post.id)
            .execution_options(populate_existing=True)
        )
    )
    for post in posts:
        post.parent_id = root.id
        if post.id in ids:
            post.in_stream = post.id in in_stream
        post.reply_count, post.reply_faces, post.last_reply_at = 0, [], None
    db.session.flush()
    _tell_of(posts, channel)
    recount_channel(channel.id)
    _recount_and_tell(root)


def _thread(root: Post) -> list[Post]:
    statement = (
        select(Post)
        .where((Post.id == root.id) | (Post.parent_id == root.id))
        .order_by(Post.created_at, Post.id)
        .limit(MOST_MOVED + 1)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    posts = list(db.session.scalars(statement))
    if len(posts) > MOST_MOVED:
        raise Conflict(_("At most %(most)d posts can be moved at once.", most=MOST_MOVED))
    return sorted(posts, key=lambda post: post.id != root.id)


def _lock_both(first_id: int, second_id: int) -> tuple[Channel, Channel]:
    # In one order, so that two that go opposite ways wait for each other.
    locked = {one: lock(Channel, one) for one in sorted({first_id, second_id})}
    return locked[first_id], locked[second_id]


def _unquote(ids: Sequence[int]) -> None:
    """Take quotes away that would show, where some can read it, what others said elsewhere."""
    quoting = (
        select(Post)
        .where(Post.quoted_post_id.in_(ids) | (Post.id.in_(ids) & Post.quoted_post_id.is_not(None)))
        .execution_options(populate_existing=True)
    )
    for post in db.session.scalars(quoting).all():
        if post.id in ids and post.quoted_post_id in ids:
            continue
        post.quoted_post_id = None
        if post.id not in ids:
            log_post(None, post, "post_updated")


def _put(post: Post, source: Channel, target: Channel) -> None:
    """Give a post its place and number in the channel that it comes to."""
    step = append_change(target.id, "post_created", in_stream_post=post.in_stream)
    post.channel_id, post.seq, post.changed_seq = target.id, step.seq, step.seq
    post.pinned_at = post.pinned_by_id = None
    if source.kind not in OPEN_KINDS and "#" in post.body:
        # It may name the channel that it comes from, which not everybody here may know of.
        author = db.session.get_one(Person, post.author_id)
        content = render(post.body, References(target.id, author))
        post.html, post.plain = content.html, content.plain
    db.session.flush()
    db.session.execute(
        update(Mention)
        .where(Mention.post_id == post.id)
        .values(channel_id=target.id, seq=step.seq)
        .execution_options(**_PLAIN)
    )
    write_change(target.id, step, "post_created", post_id=post.id)


def _take_waiting_along(ids: Sequence[int], target: Channel) -> None:
    """Have edits and replies that wait be judged where their thread stands now."""
    db.session.execute(
        update(HeldPost)
        .where(HeldPost.edits_id.in_(ids) | HeldPost.parent_id.in_(ids), HeldPost.state == WAITING)
        .values(channel_id=target.id)
        .execution_options(**_PLAIN)
    )


def _log(channel_id: int, kind: str, post_id: int) -> None:
    step = append_change(channel_id, kind)
    write_change(channel_id, step, kind, post_id=post_id)


def _tell_of(posts: Sequence[Post], channel: Channel) -> None:
    for post in posts:
        log_post(None, post, "post_moved")
        recount(post, channel)
        announce(PostUpdated(post.id))


def _recount_and_tell(root: Post) -> None:
    recount_thread(root.id, root.changed_seq)
    db.session.refresh(root)
    log_post(None, root, "post_updated")
