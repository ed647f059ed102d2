"""What following takes from what happens elsewhere: blocks, people who come and go, new posts."""

from __future__ import annotations

from enterprise_social.channels.models import STORYLINE, Channel
from enterprise_social.core import live
from enterprise_social.core.db import db
from enterprise_social.core.events import after, during
from enterprise_social.following.actions import part
from enterprise_social.following.actions.storylines import settle, take_part
from enterprise_social.people.events import (
    PersonBlocked,
    PersonChanged,
    PersonDeactivated,
    PersonReactivated,
    RoleChanged,
)
from enterprise_social.posts.events import PostCreated, PostUpdated
from enterprise_social.posts.models import Post


@during(PersonBlocked)
def nobody_follows_across_a_block(event: PersonBlocked) -> None:
    """End it both ways, in the same transaction; it does not come back with the block's end."""
    part(event.blocker_id, event.blocked_id)


@after(PersonChanged, PersonDeactivated, PersonReactivated, RoleChanged, batch=100)
def storylines_follow_their_people(
    events: list[PersonChanged | PersonDeactivated | PersonReactivated | RoleChanged],
) -> None:
    """Call a storyline as its person is called; close it while they are not here, or are a guest.

    A new guest is let out of those of others.
    """
    for person_id in sorted({event.person_id for event in events}):
        settle(person_id)


def whoever_is_named_takes_part(event: PostCreated | PostUpdated) -> None:
    """Let those who are named in a storyline hear of it: they are not in it yet."""
    post = db.session.get(Post, event.post_id)
    channel = db.session.get(Channel, post.channel_id) if post and post.mention_ids else None
    if post is not None and channel is not None and channel.kind == STORYLINE:
        take_part(channel, [each for each in post.mention_ids if each != post.author_id])


during(PostCreated)(whoever_is_named_takes_part)
during(PostUpdated)(whoever_is_named_takes_part)


@during(PostCreated)
def those_who_look_hear_of_it(event: PostCreated) -> None:
    """Tell every process that there is something new for those who follow."""
    post = db.session.get(Post, event.post_id)
    if post is None or post.parent_id is not None or ("#" not in post.body and not _own(post)):
        return
    live.control("tell_followers", post_id=post.id)


def _own(post: Post) -> bool:
    channel = db.session.get(Channel, post.channel_id)
    return channel is not None and channel.kind == STORYLINE
