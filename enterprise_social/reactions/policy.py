"""Who may react to a post."""

from __future__ import annotations

from enterprise_social.channels import policy as channel_policy
from enterprise_social.channels.models import ENTERED_BY_WRITING, Channel, Membership
from enterprise_social.channels.queries import cut_off
from enterprise_social.channels.rules import rules_of
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from enterprise_social.posts.policy import ANCHOR


def is_open(channel: Channel) -> bool:
    """Tell whether reactions come and go in a channel: not where nobody changes anything."""
    return not channel.archived and not rules_of(channel).read_only


def takes_reactions(post: Post) -> bool:
    """Tell whether a post can be reacted to; in a thread that takes no more replies it can."""
    return not post.deleted and not post.hidden and post.type != ANCHOR


def is_inside(channel: Channel, mine: Membership | None) -> bool:
    """Tell whether somebody takes part where they read: comments and storylines let in."""
    return mine is not None or channel.kind in ENTERED_BY_WRITING


def reaches_the_other(channel: Channel) -> bool:
    """Tell whether no block stands between the two of a conversation of two."""
    return channel.kind != "direct" or not cut_off(channel.id)


def may_react(actor: Person, channel: Channel, mine: Membership | None) -> bool:
    """Members, also where only some may write; whoever is muted is muted in this as well."""
    return (
        is_open(channel)
        and is_inside(channel, mine)
        and channel_policy.may_speak(actor, channel)
        and reaches_the_other(channel)
    )
