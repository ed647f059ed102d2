"""The files of a post: hung on it when it is written, gone when it is gone for good."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from enterprise_social.channels.actions.log import append_change, write_change
from enterprise_social.channels.models import Channel
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.core.events import announce
from enterprise_social.files import actions as files
from enterprise_social.posts.events import PostUpdated
from enterprise_social.posts.models import Post, PostFile
from enterprise_social.posts.policy import UNDO, kept


@action
def attach(post: Post, file_ids: Sequence[int]) -> None:
    """Hang files on a post that is being written, in their order."""
    rows = [
        {"post_id": post.id, "file_id": file_id, "position": position}
        for position, file_id in enumerate(file_ids)
    ]
    db.session.execute(insert(PostFile), rows)


@action
def retell(file_id: int) -> None:
    """Tell those who look that what a post shows of a file has changed."""
    post_id = post_of(file_id)
    post = db.session.get(Post, post_id) if post_id is not None else None
    if post is None or post.deleted:
        return
    lock(Channel, post.channel_id)
    _tell(lock(Post, post.id))


@action
def attach_imported(post_id: int, file_ids: Sequence[int]) -> None:
    """Hang files that came from elsewhere on the post that they belong to there."""
    post = db.session.get(Post, post_id)
    if post is None:
        return
    lock(Channel, post.channel_id)
    post = lock(Post, post.id)
    rows = [
        {"post_id": post.id, "file_id": file_id, "position": post.file_count + place}
        for place, file_id in enumerate(file_ids)
    ]
    db.session.execute(insert(PostFile), rows)
    post.file_count += len(rows)
    _tell(post)


def _tell(post: Post) -> None:
    step = append_change(post.channel_id, "post_updated")
    post.changed_seq = step.seq
    db.session.flush()
    write_change(post.channel_id, step, "post_updated", post_id=post.id, person_id=post.author_id)
    announce(PostUpdated(post.id))


@action
def drop_files(post_id: int) -> None:
    """Throw the files of a post away that was deleted more than a day ago."""
    try:
        post = lock(Post, post_id)
    except NotFound:
        return
    if post.deleted_at is None or now() - post.deleted_at < UNDO or not post.file_count:
        return
    if db.session.scalars(select(Post.id).where(Post.id == post_id, kept())).first() is not None:
        return  # they go with the post, when it may go
    ids = db.session.execute(select(PostFile.file_id).where(PostFile.post_id == post.id)).scalars()
    gone = list(ids)
    db.session.execute(
        delete(PostFile)
        .where(PostFile.post_id == post.id)
        .execution_options(synchronize_session=False)
    )
    post.file_count = 0
    db.session.flush()
    for file_id in gone:
        files.discard(file_id)


def post_of(file_id: int) -> int | None:
    """Return the id of the post that a file hangs on."""
    return db.session.execute(
        select(PostFile.post_id).where(PostFile.file_id == file_id)
    ).scalar_one_or_none()
