"""Reads of reactions: one's own, who reacted, what somebody likes to choose."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.models import Person
from enterprise_social.posts.models import CustomEmoji
from enterprise_social.reactions.counting import counted
from enterprise_social.reactions.emoji import characters_of
from enterprise_social.reactions.models import EmojiHabit, Reaction

MOST_RECENT = 24
# Among so many of one's newest reactions the recent emoji are looked for.
NEWEST = 200

_MINE = (
    select(Reaction.post_id, Reaction.emoji)
    .where(
        Reaction.person_id == bindparam("person_id"),
        Reaction.post_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(Reaction.id)
)


@dataclass(frozen=True)
class Reactor:
    """Somebody who reacted, with what and when."""

    person: Person
    emoji: str
    at: datetime

    @property
    def characters(self) -> str:
        """How the emoji is written; empty for one of the organisation's own."""
        return characters_of(self.emoji)


def mine(person_id: int, post_ids: Collection[int]) -> dict[int, list[str]]:
    """Return by post what somebody reacted with, for those of the posts that they reacted to."""
    found: dict[int, list[str]] = {}
    if post_ids:
        asked = {"person_id": person_id, "ids": sorted(post_ids)}
        for post_id, emoji in db.session.execute(_MINE, asked):
            found.setdefault(post_id, []).append(emoji)
    return found


def reactors(
    viewer: Person, post_id: int, emoji: str = "", *, cursor: str | None = None, limit: int = 50
) -> Page[Reactor]:
    """Return who reacted to a post that the viewer may see, the first at first.

    With ``emoji`` only those who chose that one. Whom the viewer can't know of is left out.
    """
    statement = (
        select(Reaction, Person)
        .join(Person, Person.id == Reaction.person_id)
        .where(Reaction.post_id == post_id, visible(Person, viewer))
    )
    if emoji:
        statement = statement.where(Reaction.emoji == emoji)
    if cursor:
        [last] = decode(cursor, int)
        statement = statement.where(Reaction.id > last)
    rows = db.session.execute(statement.order_by(Reaction.id).limit(limit + 1)).all()
    more = encode(rows[limit - 1][0].id) if len(rows) > limit else None
    found = [Reactor(person, row.emoji, row.created_at) for row, person in rows[:limit]]
    return Page(found, more)


def counts_of(post_id: int) -> list[list[Any]]:
    """Count a post's reactions anew, as the post keeps them."""
    statement = (
        select(Reaction.emoji, func.count())
        .where(Reaction.post_id == post_id)
        .group_by(Reaction.emoji)
        .order_by(func.min(Reaction.id))
    )
    rows = [(row[0], int(row[1])) for row in db.session.execute(statement)]
    return counted(rows, tokens_of({name for name, _count in rows if not characters_of(name)}))


def tokens_of(names: Collection[str]) -> dict[str, str]:
    """Return the pictures of the organisation's own emoji, of those also that are retired."""
    if not names:
        return {}
    statement = select(CustomEmoji.name, CustomEmoji.token).where(CustomEmoji.name.in_(names))
    return {row.name: row.token for row in db.session.execute(statement)}


def all_tokens() -> dict[str, str]:
    """Return the pictures of all of the organisation's own emoji, the retired ones too."""
    rows = db.session.execute(select(CustomEmoji.name, CustomEmoji.token))
    return {row.name: row.token for row in rows}


def own_emoji(name: str) -> CustomEmoji | None:
    """Return the organisation's own emoji of a name, the retired ones too."""
    return db.session.scalar(select(CustomEmoji).where(CustomEmoji.name == name))


def all_own() -> Sequence[CustomEmoji]:
    """Return those of the organisation's own emoji that are offered, by name."""
    statement = select(CustomEmoji).where(CustomEmoji.retired_at.is_(None))
    return db.session.scalars(statement.order_by(CustomEmoji.name)).all()


def recent_of(person_id: int, most: int = MOST_RECENT) -> list[str]:
    """Return the emoji that somebody reacted with lately, the newest first."""
    newest = (
        select(Reaction.emoji)
        .where(Reaction.person_id == person_id)
        .order_by(Reaction.id.desc())
        .limit(NEWEST)
    )
    return list(dict.fromkeys(db.session.scalars(newest)))[:most]


def tone_of(person_id: int) -> int:
    """Return the skin tone that somebody chose, or 0."""
    found = db.session.get(EmojiHabit, person_id, populate_existing=True)
    return found.tone if found is not None else 0
