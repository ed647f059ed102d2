"""Taking back what somebody reacted with who is here no more, or under another name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.posts.actions.editing import place_of
from enterprise_social.posts.models import Post
from enterprise_social.reactions.actions.reacting import tell
from enterprise_social.reactions.models import Reaction
from enterprise_social.reactions.queries import counts_of

_PLAIN = {"synchronize_session": False}


@action
def forget_reactions(post_id: int, person_id: int) -> None:
    """Take all of somebody's reactions to a post back."""
    post = _locked(post_id)
    if post is not None:
        db.session.execute(
            delete(Reaction)
            .where(Reaction.post_id == post.id, Reaction.person_id == person_id)
            .execution_options(**_PLAIN)
        )
        _recount(post)


@action
def hand_reactions_over(post_id: int, person_id: int, into_id: int) -> None:
    """Let somebody's reactions to a post be another account's; the same one counts once."""
    post = _locked(post_id)
    if post is None:
        return
    theirs: Any = (Reaction.post_id == post.id, Reaction.person_id == person_id)
    there = select(Reaction.emoji).where(Reaction.post_id == post.id, Reaction.person_id == into_id)
    known = db.session.scalars(there).all()
    db.session.execute(
        delete(Reaction).where(*theirs, Reaction.emoji.in_(known)).execution_options(**_PLAIN)
    )
    db.session.execute(
        update(Reaction).where(*theirs).values(person_id=into_id).execution_options(**_PLAIN)
    )
    _recount(post)


def _locked(post_id: int) -> Post | None:
    found = db.session.get(Post, post_id)
    return place_of(found)[0] if found is not None else None


def _recount(post: Post) -> None:
    post.reaction_counts = counts_of(post.id)
    tell(post, None, turned=not post.reaction_counts)
