"""Who may see, edit and take away a post, and who may see the files that hang on posts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from enterprise_social.channels import policy as channel_policy
from enterprise_social.channels.models import READ_BY_ALL, Channel, Membership
from enterprise_social.core.access import visibility
from enterprise_social.core.clock import now
from enterprise_social.files.models import File
from enterprise_social.files.policy import hangs_on
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import is_no_guest, reads
from enterprise_social.people.policy.rights import has_right, judges
from enterprise_social.posts.models import HeldFile, HeldPost, Post, PostFile

# A note of what somebody did, such as letting others read what was said: not theirs to reword.
NOTICE = "notice"
# The root of comments: it stands for what they are about, and stays as long as that does.
ANCHOR = "anchor"
UNDO = timedelta(hours=24)


_keepers: list[Callable[[], ColumnElement[bool]]] = []


def keeps(condition: Callable[[], ColumnElement[bool]]) -> Callable[[], ColumnElement[bool]]:
    """Register a function that says, as SQL beside ``Post``, what must not be removed for good.

    Rooms to the right know of holds and of cases that are open.
    """
    if condition not in _keepers:
        _keepers.append(condition)
    return condition


def kept() -> ColumnElement[bool]:
    """Return, as SQL beside ``Post``, which posts must not be removed for good now."""
    return or_(false(), *(each() for each in _keepers))


@visibility(Post, once=True)
def visible(viewer: Any) -> ColumnElement[bool]:
    """The posts of the channels that the viewer may see."""
    return or_(
        Post.channel_id.in_(channel_policy.member_channel_ids(viewer)),
        Post.channel_id.in_(
            select(Channel.id).where(Channel.kind.in_(READ_BY_ALL), is_no_guest(viewer))
        ),
        channel_policy.may_read_comments(viewer, Post.channel_id),
    )


@reads
def read_as_author(viewer: Any) -> ColumnElement[bool]:
    """Whoever wrote what a guest may read, though they have left its channel since."""
    mine = channel_policy.member_channel_ids(viewer)
    return exists().where(Post.author_id == Person.id, Post.channel_id.in_(mine))


@hangs_on(PostFile.file_id)
def files_of_visible(viewer: Any) -> ColumnElement[bool]:
    """The files of posts that the viewer may see and that are neither taken away nor hidden."""
    return exists().where(
        PostFile.file_id == File.id,
        Post.id == PostFile.post_id,
        Post.deleted_at.is_(None),
        or_(Post.hidden_at.is_(None), Post.author_id == viewer.id),
        visible(viewer),
    )


@hangs_on(HeldFile.file_id)
def files_of_held(viewer: Any) -> ColumnElement[bool]:
    """The files of posts that wait, for their authors and for those who judge them."""
    return exists().where(
        HeldFile.file_id == File.id, HeldPost.id == HeldFile.held_id, visible_held(viewer)
    )


@visibility(HeldPost)
def visible_held(viewer: Any) -> ColumnElement[bool]:
    """What one wrote oneself; what waits where one leads; all that the organisation judges."""
    led = HeldPost.channel_id.in_(channel_policy.led_channel_ids(viewer))
    return or_(
        HeldPost.author_id == viewer.id,
        and_(HeldPost.level == "channel", led),
        and_(HeldPost.level == "organisation", judges(viewer)),
    )


def may_approve(actor: Person, held: HeldPost, channel: Channel, mine: Membership | None) -> bool:
    """Those who lead the channel, or whoever judges everywhere; nobody what they wrote."""
    if held.author_id == actor.id:
        return False
    if held.level == "organisation":
        return has_right(actor, "moderate")
    return channel_policy.may_moderate(actor, channel, mine)


def may_edit(actor: Person, channel: Channel, mine: Membership | None, post: Post) -> bool:
    """Authors edit what they wrote while they are members and the channel is open."""
    return (
        post.author_id == actor.id
        and post.type not in (NOTICE, ANCHOR)
        and not post.deleted
        and channel_policy.may_mend(actor, channel, mine)
    )


def may_delete(actor: Person, channel: Channel, mine: Membership | None, post: Post) -> bool:
    """Authors take away their own, those who lead the channel everyone's."""
    if post.deleted or channel.archived or post.type == ANCHOR:
        return False
    if post.author_id == actor.id and mine is not None and post.type != NOTICE:
        return True
    return channel_policy.may_moderate(actor, channel, mine)


def may_restore(actor: Person, channel: Channel, mine: Membership | None, post: Post) -> bool:
    """Whoever took a post away may bring it back within a day; so may those who lead."""
    if post.deleted_at is None or channel.archived or mine is None:
        return False
    if post.hidden and post.deleted_by_id != actor.id:
        return False  # taken away by a decision, which is appealed and not undone
    if post.deleted_by_id is None:
        return False  # past its time
    if channel_policy.may_moderate(actor, channel, mine):
        return True
    return post.deleted_by_id == actor.id and now() - post.deleted_at <= UNDO
