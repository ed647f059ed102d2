"""Following hashtags."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from enterprise_social.core import live
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.following.models import MOST_HASHTAGS, HashtagFollow
from enterprise_social.following.tags import tag_of
from enterprise_social.people.models import Person


@action
def follow_hashtag(actor: Person, name: str) -> str:
    """Follow a hashtag, used or not yet; done twice, nothing happens. Returns it as it is kept.

    That somebody follows one says nothing of where it is used: nobody is told of it.
    Raises Invalid for what can't be a hashtag, Conflict for too many.
    """
    tag = _checked(name)
    lock(Person, actor.id)
    if db.session.get(HashtagFollow, (actor.id, tag), populate_existing=True) is not None:
        return tag
    mine = select(func.count()).where(HashtagFollow.person_id == actor.id)
    if db.session.execute(mine).scalar_one() >= MOST_HASHTAGS:
        raise Conflict(_("You follow %(most)d hashtags already.", most=MOST_HASHTAGS))
    db.session.add(HashtagFollow(person_id=actor.id, tag=tag, since=now()))
    db.session.flush()
    live.personal(actor.id, "following_changed", {"hashtag": tag, "follows": True})
    return tag


@action
def unfollow_hashtag(actor: Person, name: str) -> str:
    """Follow a hashtag no more; done twice, nothing happens. Returns it as it was kept."""
    tag = _checked(name)
    gone = delete(HashtagFollow).where(
        HashtagFollow.person_id == actor.id, HashtagFollow.tag == tag
    )
    db.session.execute(gone)
    live.personal(actor.id, "following_changed", {"hashtag": tag, "follows": False})
    return tag


@action
def hand_over(kept_id: int, double_id: int) -> None:
    """Let an account follow the hashtags of its double; done twice, nothing happens."""
    mine = select(HashtagFollow.tag).where(HashtagFollow.person_id == kept_id)
    known = set(db.session.scalars(mine))
    theirs = select(HashtagFollow).where(HashtagFollow.person_id == double_id)
    for row in db.session.scalars(theirs).all():
        if row.tag not in known:
            db.session.add(HashtagFollow(person_id=kept_id, tag=row.tag, since=row.since))
        db.session.delete(row)
    db.session.flush()


def _checked(name: str) -> str:
    tag = tag_of(name)
    if tag is None:
        raise Invalid(errors={"tag": [_("This can't be a hashtag.")]})
    return tag
