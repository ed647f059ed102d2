"""Starting a direct conversation."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import exists, select

from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.queries import met_in_listed
from enterprise_social.core import live
from enterprise_social.core.access import visible
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden, Invalid
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.people.policy.sanctions import refuse_muted
from enterprise_social.people.queries import by_ids
from enterprise_social.people.queries.presence import cut_off_from
from enterprise_social.posts.actions import Held, create_post
from enterprise_social.posts.actions.newcomers import check_conversation
from enterprise_social.posts.models import HeldPost, Post

LARGEST = 20


def direct_key(person_ids: Sequence[int]) -> str:
    """Return what tells the conversation of exactly these people from all others."""
    return ",".join(str(each) for each in sorted(set(person_ids)))


def direct_slug(person_ids: Sequence[int]) -> str:
    """Return the address of the conversation of exactly these people."""
    return "dm-" + hashlib.sha256(direct_key(person_ids).encode()).hexdigest()[:16]


@action
def start_conversation(actor: Person, person_ids: Sequence[int]) -> tuple[Channel, bool]:
    """Return the conversation of ``actor`` with these people, and whether it is new.

    Raises Invalid for nobody, too many, or people who are not here, Forbidden for somebody who
    can't be reached.
    """
    others = checked_people(actor, person_ids)
    if len(others) + 1 > LARGEST:
        raise Invalid(errors={"user_ids": [_("At most %(most)d people.", most=LARGEST)]})
    ids = [actor.id, *others]
    known = db.session.execute(
        select(Channel).where(Channel.direct_key == direct_key(ids))
    ).scalar_one_or_none()
    if known is not None:
        return known, False
    require_reachable(actor, others.values())
    require_met([actor, *others.values()])
    if any(other.role != "admin" for other in others.values()):
        refuse_muted(actor)
    check_conversation(actor)
    channel = Channel(
        slug=_free_slug(ids),
        name="",
        kind="direct",
        direct_key=direct_key(ids),
        member_count=len(ids),
        created_by_id=actor.id,
        created_at=now(),
        seq=0,
    )
    db.session.add(channel)
    db.session.flush()
    for person_id in ids:
        db.session.add(Membership(channel_id=channel.id, person_id=person_id, joined_at=now()))
        live.control("enter", person_id=person_id, channel_id=channel.id)
    db.session.flush()
    channel.seq = log_change(channel.id, "membership_changed", person_id=actor.id).seq
    for person_id in ids:
        joined = {"channel_id": channel.id, "user_id": person_id, "state": "joined"}
        live.personal(person_id, "membership_changed", joined)
    return channel, True


@action
def begin_conversation(
    actor: Person, person_ids: Sequence[int], body: str, *, client_id: str | None = None
) -> tuple[Channel, Post | HeldPost]:
    """Write the first post of a conversation, or the next one where there is one already.

    Where it waits for approval, that is returned. Raises what ``start_conversation`` and
    ``create_post`` raise otherwise; then neither is done.
    """
    channel, _new = start_conversation(actor, person_ids)
    try:
        post, _sent = create_post(actor, channel, body, client_id=client_id)
    except Held as held:
        return channel, held.held
    return channel, post


def checked_people(actor: Person, person_ids: Collection[int]) -> dict[int, Person]:
    """Return the others among these people. Raises Invalid for nobody or unknown ones.

    For guests whoever they don't meet in a channel is unknown.
    """
    wanted = set(person_ids) - {actor.id}
    others = by_ids(wanted)
    if is_guest(actor):
        known = select(Person.id).where(Person.id.in_(wanted), visible(Person, actor))
        others = {each: others[each] for each in db.session.scalars(known)}
    if not others or set(others) != wanted:
        raise Invalid(errors={"user_ids": [_("Choose colleagues who are here.")]})
    return others


def require_met(people: Collection[Person]) -> None:
    """Raise Forbidden where a guest would talk with somebody who is in no channel with them."""
    for guest in (person for person in people if is_guest(person)):
        others = {person.id for person in people} - {guest.id}
        if others - met_in_listed(guest.id, others):
            name = guest.name
            raise Forbidden(_("%(name)s is a guest and in no channel with everyone.", name=name))


def require_reachable(actor: Person, people: Collection[Person]) -> None:
    """Raise Invalid for former colleagues, and Forbidden where a block stands between.

    Whose block it is nobody is told.
    """
    if not all(person.is_active for person in people):
        raise Invalid(errors={"user_ids": [_("This account is deactivated.")]})
    cut = cut_off_from(actor.id, [person.id for person in people])
    for person in people:
        if person.id in cut:
            raise Forbidden(_("%(name)s can't be reached.", name=person.name))


def _free_slug(person_ids: Sequence[int]) -> str:
    """Return the address of these people's conversation; another one where others took it.

    People who came into a conversation or left it keep its address.
    """
    slug = direct_slug(person_ids)
    taken = db.session.execute(select(exists().where(Channel.slug == slug))).scalar_one()
    return f"dm-{secrets.token_hex(8)}" if taken else slug
