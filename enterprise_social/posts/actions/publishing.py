"""Writing the rows of a post that nothing stands against any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import bindparam, delete, update

from enterprise_social.channels.actions.log import append_change, write_change
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core import screening
from enterprise_social.core.actions import action
from enterprise_social.core.db import db, table
from enterprise_social.core.errors import Invalid
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.attaching import attach
from enterprise_social.posts.actions.content import Prepared, apply, write_references
from enterprise_social.posts.events import PostCreated
from enterprise_social.posts.models import MOST_FACES, Draft, Post


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a new post besides its text; see ``create_post``."""

    parent_id: int | None
    client_id: str | None
    also_in_channel: bool
    quoted_post_id: int | None
    confirm_mention_all: bool
    file_ids: tuple[int, ...]
    at: datetime | None
    ruled: bool = True

    @property
    def is_said_now(self) -> bool:
        """Whether the channel's rules hold for it."""
        return self.ruled and self.at is None


@action
def publish(
    actor: Person,
    channel: Channel,
    text: Prepared,
    wanted: Wanted,
    root: Post | None,
    file_ids: Sequence[int],
) -> Post:
    """Write a post of ``actor`` that nothing stands against any more, in a locked channel."""
    in_stream = root is None or wanted.also_in_channel
    step = append_change(channel.id, "post_created", in_stream_post=in_stream, at=wanted.at)
    post = Post(
        channel_id=channel.id,
        seq=step.seq,
        changed_seq=step.seq,
        parent_id=root.id if root else None,
        in_stream=in_stream,
        type="post",
        author_id=actor.id,
        client_id=wanted.client_id,
        created_at=step.at,
        quoted_post_id=checked_quote(channel, wanted.quoted_post_id),
        reply_count=0,
        reply_faces=[],
        file_count=len(file_ids),
    )
    apply(post, text)
    db.session.add(post)
    db.session.flush()
    write_references(post, text.content)
    if file_ids:
        attach(post, file_ids)
    if root is not None:
        _count_reply(root, post)
    write_change(channel.id, step, "post_created", post_id=post.id, person_id=actor.id)
    _after_sending(actor, post)
    screening.note(text.verdict, f"post:{post.id}")
    announce(PostCreated(post.id))
    return post


def checked_quote(channel: Channel, quoted_post_id: int | None) -> int | None:
    """Return the id of a post to be quoted. Raises Invalid where it isn't in the channel."""
    if quoted_post_id is None:
        return None
    quoted = db.session.get(Post, quoted_post_id)
    # Within one channel only: everyone who reads the quote could read what is quoted.
    if quoted is None or quoted.channel_id != channel.id or quoted.deleted or quoted.hidden:
        raise Invalid(errors={"quoted_post_id": [_("There is no such post in this channel.")]})
    return quoted.id


def _count_reply(root: Post, reply: Post) -> None:
    faces = [reply.author_id, *(face for face in root.reply_faces if face != reply.author_id)]
    db.session.execute(
        update(Post)
        .where(Post.id == root.id)
        .values(
            reply_count=Post.reply_count + 1,
            last_reply_at=reply.created_at,
            changed_seq=reply.seq,
            reply_faces=faces[:MOST_FACES],
        )
        .execution_options(synchronize_session=False)
    )


_drafts, _memberships = table(Draft).c, table(Membership).c
_DROP_DRAFT = delete(table(Draft)).where(
    _drafts.person_id == bindparam("of_person"),
    _drafts.channel_id == bindparam("of_channel"),
    _drafts.parent_id == bindparam("of_thread"),
)
_MARK_READ = (
    update(table(Membership))
    .where(
        _memberships.person_id == bindparam("of_person"),
        _memberships.channel_id == bindparam("of_channel"),
    )
    .values(read_seq=bindparam("up_to"))
)


def drop_draft(person_id: int, channel_id: int, thread_id: int) -> None:
    """Throw away what somebody had begun to write there: it is sent."""
    where = {"of_person": person_id, "of_channel": channel_id, "of_thread": thread_id}
    db.session.execute(_DROP_DRAFT, where)


def _after_sending(actor: Person, post: Post) -> None:
    drop_draft(actor.id, post.channel_id, post.parent_id or 0)
    if post.in_stream:
        # Who writes has read what stands above.
        here = {"of_person": actor.id, "of_channel": post.channel_id}
        db.session.execute(_MARK_READ, {**here, "up_to": post.seq})
