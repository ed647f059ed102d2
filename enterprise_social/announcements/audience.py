"""The audience: a rule over people, whoever it may name.

Beside what every rule can say it may name ``everyone``, groups and channels, and take some out by
``except``. A channel is the author's to name where they are in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from enterprise_social.announcements.models import Announcement
from enterprise_social.channels.models import UNLISTED_KINDS, Channel, Membership
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.people import rules
from enterprise_social.people.models import Group, GroupMember, Person

SAMPLE = 12


def names_for(author_id: int | None, reader: Person | None = None) -> rules.KnownNames:
    """Return what an audience may name where ``author_id`` writes it; None: no channel.

    Where it is read, ``reader`` is who does.
    """
    return rules.KnownNames(
        {
            "group": rules.Operand("@", _group_called, _handle_of, _in_group),
            "channel": rules.Operand(
                "#", partial(_channel_called, author_id), partial(_slug_for, reader), _in_channel
            ),
        }
    )


def parse(text: str, author_id: int | None = None, field: str = "audience_text") -> Any:
    """Return the rule of a text, or None for an empty one.

    Raises Invalid, with the place and what was expected there.
    """
    if not text.strip():
        return None
    try:
        return rules.parse(text, names_for(author_id))
    except rules.RuleError as error:
        raise Invalid(errors={field: [str(error)]}) from error


def condition(rule: dict[str, Any]) -> ColumnElement[bool]:
    """Return the condition for the people of a rule that may name groups and channels."""
    return rules.condition(rule, rules.Spellings(names=names_for(None)))


def matching(rule: dict[str, Any]) -> ColumnElement[bool]:
    """Return the condition for the active people whom a rule names."""
    return and_(condition(rule), Person.deactivated_at.is_(None), Person.is_bot.is_(False))


def words(rule: dict[str, Any], reader: Person) -> str:
    """Say in the reader's language whom a rule means; a channel of others stays unnamed."""
    return rules.in_words(rule, names_for(None, reader))


def condition_of(announcement: Announcement) -> ColumnElement[bool]:
    """Return the condition for those who get an announcement: not who sends it."""
    senders = [announcement.author_id]
    if announcement.in_name_of_id is not None:
        senders.append(announcement.in_name_of_id)
    return and_(matching(announcement.audience or {}), Person.id.not_in(senders))


def may_name(rule: Any, person_ids: Collection[int]) -> bool:
    """Tell whether one of these people is in each channel that a rule names, as of now.

    Whoever left a channel learns no more of who is in it, nor announces to them.
    """
    named = set(_channels_of(rule))
    theirs = select(Membership.channel_id).where(
        Membership.channel_id.in_(named), Membership.person_id.in_(person_ids)
    )
    return not named or named == set(db.session.scalars(theirs))


def _channels_of(rule: Any) -> Iterator[int]:
    if isinstance(rule, list):
        for part in rule:
            yield from _channels_of(part)
    elif isinstance(rule, dict):
        if rule.get("in") == "channel":
            yield rule["id"]
        for name in ("all", "any", "not"):
            yield from _channels_of(rule.get(name))


def count(wanted: ColumnElement[bool]) -> int:
    """Count the people of a condition."""
    return int(db.session.execute(select(func.count(Person.id)).where(wanted)).scalar_one())


def sample(wanted: ColumnElement[bool], most: int = SAMPLE) -> Sequence[Person]:
    """Return some of the people of a condition, by name."""
    statement = select(Person).where(wanted).order_by(Person.name, Person.id).limit(most)
    return db.session.scalars(statement).all()


def _group_called(handle: str) -> int | None:
    statement = select(Group.id).where(Group.slug == handle, Group.archived_at.is_(None))
    return db.session.execute(statement).scalar_one_or_none()


def _handle_of(group_id: int) -> str | None:
    return db.session.execute(select(Group.slug).where(Group.id == group_id)).scalar_one_or_none()


def _in_group(group_id: int) -> ColumnElement[bool]:
    people = select(GroupMember.person_id).where(GroupMember.group_id == group_id)
    return Person.id.in_(people)


def _channel_called(author_id: int | None, slug: str) -> int | None:
    statement = (
        select(Channel.id)
        .join(Membership, Membership.channel_id == Channel.id)
        .where(Channel.slug == slug, Channel.archived_at.is_(None))
        .where(Channel.kind.not_in(UNLISTED_KINDS))
        .where(Membership.person_id == author_id)
    )
    return db.session.execute(statement).scalar_one_or_none()


def _slug_for(reader: Person | None, channel_id: int) -> str | None:
    statement = select(Channel.slug).where(Channel.id == channel_id)
    if reader is not None:
        statement = statement.where(visible(Channel, reader))
    return db.session.execute(statement).scalar_one_or_none() or "…"


def _in_channel(channel_id: int) -> ColumnElement[bool]:
    people = select(Membership.person_id).where(Membership.channel_id == channel_id)
    return Person.id.in_(people)
