"""Reacting to a post, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from enterprise_social.channels import policy as channel_policy
from enterprise_social.channels.actions.log import append_change, write_change
from enterprise_social.channels.models import COMMENTS, ENTERED_BY_WRITING, Channel, Membership
from enterprise_social.channels.queries import membership
from enterprise_social.core import live
from enterprise_social.core.access import find, require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person
from enterprise_social.people.policy.sanctions import refuse_muted
from enterprise_social.posts.actions.editing import place_of
from enterprise_social.posts.models import Post
from enterprise_social.reactions import policy
from enterprise_social.reactions.counting import count_of, lowered, raised
from enterprise_social.reactions.emoji import Named, named
from enterprise_social.reactions.events import Reacted, ReactionsTurned, ReactionWithdrawn
from enterprise_social.reactions.models import Reaction
from enterprise_social.reactions.queries import own_emoji

MOST_EMOJI = 50  # different ones under a post
MOST_OF_ONE = 20  # of one person under a post
CHANGED = "reaction_changed"


@action
def react(actor: Person, post: Post, emoji: str) -> Post:
    """React to a post with an emoji: a shortcode, an alias of one, or its characters.

    Done already, nothing happens. Raises Invalid for what is no emoji that is offered, Forbidden,
    Conflict (archived, deleted, too many), NotFound.
    """
    post, channel = place_of(post)
    mine = _seat(actor, channel)
    _check_channel(channel)
    require(policy.is_inside(channel, mine), _("Join the channel to react in it."))
    if not channel_policy.may_speak(actor, channel):
        refuse_muted(actor)
    require(policy.reaches_the_other(channel), _("This person can't be reached."))
    require(policy.may_react(actor, channel, mine))
    if not policy.takes_reactions(post):
        raise Conflict(_("There is nothing to react to here."))
    name, token = _offered(emoji, post)
    chosen = _chosen(actor, post)
    if name in chosen:
        _tell_self(actor, post, chosen)
        return post
    _check_room(post, name, chosen)
    reaction = Reaction(post_id=post.id, person_id=actor.id, emoji=name, created_at=now())
    db.session.add(reaction)
    first = not post.reaction_counts
    post.reaction_counts = raised(post.reaction_counts, name, token)
    tell(post, actor, turned=first)
    _tell_self(actor, post, [*chosen, name])
    announce(Reacted(post.id, actor.id))
    return post


@action
def withdraw(actor: Person, post: Post, emoji: str) -> Post:
    """Take a reaction back; where there is none, nothing happens.

    Raises Invalid for what is no emoji, Forbidden, Conflict (archived), NotFound.
    """
    post, channel = place_of(post)
    mine = _seat(actor, channel)
    _check_channel(channel)
    require(policy.is_inside(channel, mine), _("Join the channel to react in it."))
    meant = _known(emoji)
    chosen = _chosen(actor, post)
    if meant.name not in chosen:
        _tell_self(actor, post, chosen)
        return post
    db.session.execute(
        delete(Reaction)
        .where(
            Reaction.post_id == post.id,
            Reaction.person_id == actor.id,
            Reaction.emoji == meant.name,
        )
        .execution_options(synchronize_session=False)
    )
    post.reaction_counts = lowered(post.reaction_counts, meant.name)
    tell(post, actor, turned=not post.reaction_counts)
    _tell_self(actor, post, [each for each in chosen if each != meant.name])
    announce(ReactionWithdrawn(post.id, actor.id))
    return post


def tell(post: Post, actor: Person | None, *, turned: bool) -> None:
    """Write into the channel's log that a locked post's reactions are others now.

    Where it ``turned`` from none to some or back, the index must know it otherwise.
    """
    step = append_change(post.channel_id, CHANGED)
    if turned:
        post.changed_seq = step.seq
        announce(ReactionsTurned(post.id))
    db.session.flush()
    person_id = actor.id if actor is not None else None
    write_change(post.channel_id, step, CHANGED, post_id=post.id, person_id=person_id)


def _seat(actor: Person, channel: Channel) -> Membership | None:
    mine = membership(channel.id, actor.id)
    if mine is None and channel.kind in ENTERED_BY_WRITING:
        find(Channel, channel.id, actor)
    elif mine is None and not channel_policy.is_open_to(actor, channel):
        raise NotFound()
    return mine


def _check_channel(channel: Channel) -> None:
    if channel.archived and channel.kind == COMMENTS:
        raise Conflict(_("Comments are closed."))
    if channel.archived:
        raise Conflict(_("This channel is archived."))
    require(policy.is_open(channel), _("Nobody writes in this channel for now."))


def _chosen(actor: Person, post: Post) -> list[str]:
    statement = select(Reaction.emoji).where(
        Reaction.post_id == post.id, Reaction.person_id == actor.id
    )
    return list(db.session.scalars(statement.order_by(Reaction.id)))


def _known(text: str) -> Named:
    meant = named(text)
    if meant is None or not (meant.characters or own_emoji(meant.name)):
        raise Invalid(errors={"emoji": [_("There is no such emoji.")]})
    return meant


def _offered(text: str, post: Post) -> tuple[str, str]:
    """Return an emoji's name, and its picture's token where it is one of the organisation's own."""
    meant = _known(text)
    own = None if meant.characters else own_emoji(meant.name)
    if own is None:
        return meant.name, ""
    # One that is retired is offered no more; where it stands others may still join in.
    if own.retired_at is not None and not count_of(post.reaction_counts, own.name):
        raise Invalid(errors={"emoji": [_("This emoji is no longer offered.")]})
    return own.name, own.token


def _check_room(post: Post, name: str, chosen: Sequence[str]) -> None:
    if len(chosen) >= MOST_OF_ONE:
        raise Conflict(_("At most %(most)d reactions of yours to one post.", most=MOST_OF_ONE))
    counts: list[Any] = post.reaction_counts or []
    if not count_of(counts, name) and len(counts) >= MOST_EMOJI:
        raise Conflict(_("At most %(most)d different reactions to one post.", most=MOST_EMOJI))


def _tell_self(actor: Person, post: Post, chosen: Sequence[str]) -> None:
    """Let all of somebody's devices know what is their own under a post.

    Where nothing changed as well: one of them did not know it.
    """
    live.personal(actor.id, "reactions_mine", {"post_id": post.id, "emoji": list(chosen)})
