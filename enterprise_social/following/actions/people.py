"""Following people."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import and_, delete, func, or_, select

from enterprise_social.core import live
from enterprise_social.core.access import find_where, require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.following import policy
from enterprise_social.following.events import PersonFollowed, PersonUnfollowed
from enterprise_social.following.models import MOST_PEOPLE, PersonFollow
from enterprise_social.people.models import Person
from enterprise_social.people.policy import listed_people
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.people.queries.presence import block_between, cut_off_from


@action
def follow_person(actor: Person, person: Person) -> None:
    """Hear of what somebody writes in their storyline; done twice, nothing happens.

    Raises Invalid for oneself, Conflict for who left, a program, or too many, Forbidden across a
    block, and NotFound where a guest doesn't meet them.
    """
    if person.id == actor.id:
        raise Invalid(errors={"user_id": [_("Choose somebody else.")]})
    if is_guest(actor):
        find_where(Person, and_(Person.id == person.id, listed_people(actor)), actor)
    # Whoever blocks, leaves or is followed at the same moment waits for it, or this for them.
    low, high = (lock(Person, each) for each in sorted((actor.id, person.id)))
    person = high if high.id == person.id else low
    if db.session.get(PersonFollow, (actor.id, person.id), populate_existing=True) is not None:
        return
    if not policy.may_be_followed(person):
        raise Conflict(_("This account can't be followed."))
    reachable = not block_between(actor.id, person.id)
    require(reachable, _("%(name)s can't be reached.", name=person.name))
    if _followed(actor.id) >= MOST_PEOPLE:
        raise Conflict(_("You follow %(most)d people already.", most=MOST_PEOPLE))
    db.session.add(PersonFollow(follower_id=actor.id, followed_id=person.id, since=now()))
    db.session.flush()
    announce(PersonFollowed(actor.id, person.id))
    _tell(actor.id, person.id, follows=True)


@action
def unfollow_person(actor: Person, person: Person) -> None:
    """Hear of somebody's storyline no more; done twice, nothing happens."""
    _end(actor.id, person.id)


@action
def part(one_id: int, other_id: int) -> None:
    """Let neither of two people follow the other, as when one blocks the other."""
    _end(one_id, other_id)
    _end(other_id, one_id)


def _end(follower_id: int, followed_id: int) -> None:
    pair = PersonFollow.follower_id == follower_id, PersonFollow.followed_id == followed_id
    gone = db.session.execute(
        delete(PersonFollow)
        .where(*pair)
        .returning(PersonFollow.followed_id)
        .execution_options(synchronize_session=False)
    )
    if gone.first() is None:
        return
    db.session.expire_all()
    announce(PersonUnfollowed(follower_id, followed_id))
    _tell(follower_id, followed_id, follows=False)


@action
def hand_over(kept_id: int, double_id: int) -> None:
    """Let an account follow and be followed as its double was; done twice, nothing happens.

    Not across a block of the account that is kept.
    """
    # Whoever blocks it at the same moment waits.
    for each in sorted((kept_id, double_id)):
        lock(Person, each)
    either = or_(PersonFollow.follower_id == double_id, PersonFollow.followed_id == double_id)
    theirs = db.session.scalars(select(PersonFollow).where(either)).all()
    known = {
        (row.follower_id, row.followed_id)
        for row in db.session.scalars(
            select(PersonFollow).where(
                or_(PersonFollow.follower_id == kept_id, PersonFollow.followed_id == kept_id)
            )
        )
    }
    wanted = {}
    for row in theirs:
        pair = tuple(kept_id if each == double_id else each
                     for each in (row.follower_id, row.followed_id))  # fmt: skip
        if pair[0] != pair[1] and pair not in known:
            wanted[pair] = row.since
    db.session.execute(delete(PersonFollow).where(either))
    cut_off = cut_off_from(kept_id, {each for pair in wanted for each in pair})
    for (follower_id, followed_id), since in wanted.items():
        if cut_off.isdisjoint((follower_id, followed_id)):
            row = PersonFollow(follower_id=follower_id, followed_id=followed_id, since=since)
            db.session.add(row)
    db.session.flush()


def _followed(person_id: int) -> int:
    mine = select(func.count()).where(PersonFollow.follower_id == person_id)
    return int(db.session.execute(mine).scalar_one())


def _tell(follower_id: int, followed_id: int, *, follows: bool) -> None:
    payload = {"user_id": followed_id, "follows": follows}
    live.personal(follower_id, "following_changed", payload)
