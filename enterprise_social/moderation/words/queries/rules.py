"""Lists of word rules, and the history of what each matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, case, func, select

from enterprise_social.channels.models import Channel
from enterprise_social.core.access import visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.moderation.words.models import WordHit, WordRule
from enterprise_social.people.models import Person

RECENT = timedelta(days=30)
_ORDER = case((WordRule.state == "on", 0), (WordRule.state == "draft", 1), else_=2)


@dataclass(frozen=True)
class Hit:
    """That a rule matched something, for who looks after the rule.

    ``channel`` is None where the viewer may not know of it, ``link`` empty where there is nothing
    that they may read.
    """

    hit: WordHit
    person: Person | None
    channel: Channel | None
    link: str


def rules_of_channel(channel_id: int | None, limit: int = 200) -> Sequence[WordRule]:
    """Return the rules of a channel, or of the organisation: those in force first, by name."""
    statement = select(WordRule).where(WordRule.channel_id.is_not_distinct_from(channel_id))
    return db.session.scalars(
        statement.order_by(_ORDER, WordRule.name, WordRule.id).limit(limit)
    ).all()


def visible_rules_page(
    viewer: Person, channel_id: int | None, *, cursor: str | None = None, limit: int = 50
) -> Page[WordRule]:
    """List rules that somebody may see by their ids: a channel's, or the organisation's."""
    statement = select(WordRule).where(
        visible(WordRule, viewer), WordRule.channel_id.is_not_distinct_from(channel_id)
    )
    if cursor:
        [last] = decode(cursor, int)
        statement = statement.where(WordRule.id > last)
    found = db.session.scalars(statement.order_by(WordRule.id).limit(limit + 1)).all()
    more = encode(found[limit - 1].id) if len(found) > limit else None
    return Page(found[:limit], more)


def counts_by_effect(rule_id: int) -> dict[str, int]:
    """Count what a rule matched in the last 30 days, by what it did."""
    statement = (
        select(WordHit.effect, func.count())
        .where(WordHit.rule_id == rule_id, WordHit.at > now() - RECENT)
        .group_by(WordHit.effect)
    )
    return {row[0]: int(row[1]) for row in db.session.execute(statement)}


def hits_of(
    viewer: Person, rule_id: int, *, cursor: str | None = None, limit: int = 20
) -> Page[Hit]:
    """List what a rule matched, the newest first."""
    statement = (
        select(WordHit, Person, Channel)
        .outerjoin(Person, Person.id == WordHit.person_id)
        .outerjoin(Channel, and_(Channel.id == WordHit.channel_id, visible(Channel, viewer)))
        .where(WordHit.rule_id == rule_id)
    )
    if cursor:
        [last] = decode(cursor, int)
        statement = statement.where(WordHit.id < last)
    rows = db.session.execute(statement.order_by(WordHit.id.desc()).limit(limit + 1)).all()
    more = encode(rows[limit - 1][0].id) if len(rows) > limit else None
    return Page([Hit(*row, link=_link(*row)) for row in rows[:limit]], more)


def _link(hit: WordHit, person: Person | None, channel: Channel | None) -> str:
    kind, _colon, number = hit.target.partition(":")
    if kind == "post" and channel is not None:
        return f"/posts/{number}"
    if kind == "person" and person is not None:
        return f"/people/{person.username}"
    return ""
