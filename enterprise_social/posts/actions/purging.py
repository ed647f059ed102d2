"""Removing posts for good, with all that hangs on them, and putting them out of sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased

from enterprise_social.channels.actions.log import Step, append_change, write_change
from enterprise_social.channels.models import Channel
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.files.actions.storing import erase
from enterprise_social.posts.actions.editing import recount_channel, recount_thread
from enterprise_social.posts.events import PostsEmptied, PostsPurged
from enterprise_social.posts.models import Draft, Mention, Post, PostFile, PostHashtag, Revision

# The name of the change by which clients hear of it; it has many posts and not one.
PURGED = "posts_purged"
_PLAIN = {"synchronize_session": False}


@dataclass(frozen=True)
class Purged:
    """How many posts and files are gone."""

    posts: int
    files: int


@action
def purge_posts(channel_id: int, post_ids: Sequence[int]) -> Purged:
    """Remove posts of one channel for good; the caller has asked whether that is right.

    With them go their revisions, mentions, hashtags, files and notifications. The root of a thread
    in which replies are left is emptied instead, and goes with the last of them. Whoever has them
    on the screen, or in an index, hears of it.
    """
    lock(Channel, channel_id)
    ids = _of_channel(channel_id, post_ids)
    if not ids:
        return Purged(0, 0)
    # Before they go: what is to go with them is found by them.
    announce(PostsPurged(channel_id, tuple(ids)))
    emptied = _with_other_replies(ids)
    roots = _roots_of(ids)
    step = append_change(channel_id, PURGED)
    files = _take_off(ids, step)
    gone = [each for each in ids if each not in emptied]
    _delete(gone)
    orphans = _without_replies(roots - set(gone))
    _delete(orphans)
    _empty(sorted(emptied), step)
    for root_id in sorted(roots - set(gone) - set(orphans)):
        recount_thread(root_id, step.seq)
    recount_channel(channel_id)
    _tell(channel_id, step, [*ids, *orphans])
    return Purged(len(ids), erase(files))


@action
def put_away(channel_id: int, post_ids: Sequence[int]) -> int:
    """Take posts out of everybody's sight that must be kept all the same; returns how many.

    Nobody brings them back; what they say stays for an export.
    """
    lock(Channel, channel_id)
    there = select(Post.id).where(Post.deleted_at.is_(None))
    ids = sorted(
        db.session.scalars(there.where(Post.channel_id == channel_id, Post.id.in_(post_ids)))
    )
    if not ids:
        return 0
    announce(PostsPurged(channel_id, tuple(ids)))
    step = append_change(channel_id, PURGED)
    db.session.execute(
        update(Post)
        .where(Post.id.in_(ids))
        .values(deleted_at=now(), pinned_at=None, pinned_by_id=None, changed_seq=step.seq)
        .execution_options(**_PLAIN)
    )
    for root_id in sorted(_roots_of(ids)):
        recount_thread(root_id, step.seq)
    recount_channel(channel_id)
    _tell(channel_id, step, ids)
    return len(ids)


def _of_channel(channel_id: int, post_ids: Sequence[int]) -> list[int]:
    statement = select(Post.id).where(Post.channel_id == channel_id, Post.id.in_(post_ids))
    return sorted(db.session.scalars(statement))


def _with_other_replies(ids: Sequence[int]) -> set[int]:
    """Return which of these are roots of threads with replies that aren't among them."""
    statement = select(Post.parent_id).where(Post.parent_id.in_(ids), Post.id.not_in(ids))
    return {each for each in db.session.scalars(statement.distinct()) if each is not None}


def _roots_of(ids: Sequence[int]) -> set[int]:
    statement = select(Post.parent_id).where(Post.id.in_(ids), Post.parent_id.is_not(None))
    return {each for each in db.session.scalars(statement.distinct()) if each is not None}


def _without_replies(root_ids: set[int]) -> list[int]:
    """Return which of these were emptied before and have nothing left to stand for."""
    reply = aliased(Post)
    statement = select(Post.id).where(
        Post.id.in_(root_ids),
        Post.emptied_at.is_not(None),
        ~exists().where(reply.parent_id == Post.id),
    )
    return sorted(db.session.scalars(statement))


def _take_off(ids: Sequence[int], step: Step) -> list[int]:
    """Take off posts whatever hangs on them; return the ids of the files that did."""
    files = list(db.session.scalars(select(PostFile.file_id).where(PostFile.post_id.in_(ids))))
    for model in (PostFile, Revision, Mention, PostHashtag):
        db.session.execute(delete(model).where(model.post_id.in_(ids)).execution_options(**_PLAIN))
    db.session.execute(
        update(Post)
        .where(Post.quoted_post_id.in_(ids))
        .values(quoted_post_id=None, changed_seq=step.seq)
        .execution_options(**_PLAIN)
    )
    return files


def _delete(ids: Sequence[int]) -> None:
    if not ids:
        return
    db.session.execute(delete(Draft).where(Draft.parent_id.in_(ids)).execution_options(**_PLAIN))
    db.session.execute(delete(Post).where(Post.id.in_(ids)).execution_options(**_PLAIN))


def _empty(ids: Sequence[int], step: Step) -> None:
    if not ids:
        return
    announce(PostsEmptied(tuple(ids)))
    db.session.execute(
        update(Post)
        .where(Post.id.in_(ids))
        .values(
            body="",
            html="",
            plain="",
            client_id=None,
            import_data=None,
            edited_at=None,
            pinned_at=None,
            pinned_by_id=None,
            quoted_post_id=None,
            mention_ids=[],
            mention_group_ids=[],
            mentions_all=False,
            reaction_counts=[],
            has_link=False,
            file_count=0,
            deleted_at=func.coalesce(Post.deleted_at, now()),
            deleted_by_id=None,
            emptied_at=now(),
            changed_seq=step.seq,
        )
        .execution_options(**_PLAIN)
    )


def _tell(channel_id: int, step: Step, ids: Sequence[int]) -> None:
    db.session.expire_all()
    write_change(channel_id, step, PURGED, post_ids=ids)
