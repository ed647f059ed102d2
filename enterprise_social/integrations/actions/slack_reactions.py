"""Reactions of a Slack export: whose they are, and those that an older import only kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, insert, select

from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.core.events import announce
from enterprise_social.integrations.actions.slack_keys import import_key, timestamp
from enterprise_social.integrations.events import ReactionsWait
from enterprise_social.integrations.slack.records import SlackMessage
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.editing import place_of
from enterprise_social.posts.models import Post
from enterprise_social.reactions.actions.reacting import tell
from enterprise_social.reactions.counting import raised
from enterprise_social.reactions.emoji import named
from enterprise_social.reactions.models import Reaction
from enterprise_social.reactions.queries import tokens_of

PIECE = 200


@dataclass
class Landed:
    """What becomes of a message's reactions: pairs of emoji and person, and what can't be told."""

    pairs: list[tuple[str, int]] = field(default_factory=list)
    counts: list[list[Any]] = field(default_factory=list)
    # In Slack's form, those whose emoji or whose people nobody here knows.
    left: list[dict[str, Any]] = field(default_factory=list)

    @property
    def unknown(self) -> int:
        """How many there are that can't be told."""
        return sum(map(_count, self.left))

    def rows(self, post_id: int, moment: datetime) -> list[dict[str, Any]]:
        """Return them as rows; Slack doesn't say when, so it is when the message was said."""
        return [
            {"post_id": post_id, "person_id": person_id, "emoji": emoji, "created_at": moment}
            for emoji, person_id in self.pairs
        ]


def landed(
    reactions: Iterable[Mapping[str, Any]], people: Mapping[str, int], own: Mapping[str, str]
) -> Landed:
    """Return whose reactions these are.

    ``people`` has their ids by those of Slack, ``own`` the pictures of our own emoji by name.
    """
    found = Landed()
    for reaction in reactions:
        name = _name(reaction.get("name"), own)
        users = reaction.get("users")
        given = [each for each in users if isinstance(each, str)] if isinstance(users, list) else []
        known = [each for each in given if each in people] if name else []
        for person_id in dict.fromkeys(people[each] for each in known):
            if name and (name, person_id) not in found.pairs:
                found.pairs.append((name, person_id))
                found.counts = raised(found.counts, name, own.get(name, ""))
        missing = [each for each in given if each not in known]
        if missing or not given:
            found.left.append({**reaction, "users": missing})
    return found


def kept_of(message: SlackMessage, reactions: Landed) -> dict[str, Any]:
    """Return what a message has that there is no table for, and what says where it comes from."""
    data: dict[str, Any] = {"source": "slack", "ts": timestamp(message.ts)}
    if message.subtype:
        data["subtype"] = message.subtype
    if reactions.left:
        data["reactions"] = reactions.left
    for name in ("files", "attachments"):
        if values := getattr(message, name):
            data[name] = list(values)
    return data


def _count(reaction: Mapping[str, Any]) -> int:
    users, count = reaction.get("users"), reaction.get("count")
    if isinstance(users, list) and users:
        return len(users)
    return count if isinstance(count, int) and count > 0 else 1


def _name(text: Any, own: Mapping[str, str]) -> str:
    meant = named(text) if isinstance(text, str) else None
    if meant is None or not (meant.characters or meant.name in own):
        return ""
    return meant.name


def own_emoji_in(reactions: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the pictures of those of our own emoji that these reactions name."""
    names = {named(str(each.get("name"))) for each in reactions}
    return tokens_of({each.name for each in names if each is not None and not each.characters})


def bring_kept_in(after_id: int) -> None:
    """Make reactions of what imports kept of them, some posts at a time."""
    statement = (
        select(Post.id)
        .where(Post.id > after_id, cast(Post.import_data, String).like('%"reactions"%'))
        .order_by(Post.id)
        .limit(PIECE)
    )
    ids = db.session.scalars(statement).all()
    for post_id in ids:
        _bring_in(post_id)
    if len(ids) == PIECE:
        _go_on(ids[-1])


@action
def _go_on(after_id: int) -> None:
    announce(ReactionsWait(after_id))


@action
def _bring_in(post_id: int) -> None:
    found = db.session.get(Post, post_id)
    if found is None:
        return
    try:
        post, _channel = place_of(found)
    except NotFound:
        return
    data = dict(post.import_data or {})
    kept = [each for each in data.pop("reactions", None) or () if isinstance(each, dict)]
    workspace = str(post.import_key or "").split(":")[1:2]
    if not kept or not workspace:
        return
    result = landed(kept, _people(workspace[0], kept), own_emoji_in(kept))
    there = select(Reaction.person_id, Reaction.emoji).where(Reaction.post_id == post.id)
    known = {(row.emoji, row.person_id) for row in db.session.execute(there)}
    result.pairs = [each for each in result.pairs if each not in known]
    own = own_emoji_in(kept)
    first = not post.reaction_counts
    for emoji, _person_id in result.pairs:
        post.reaction_counts = raised(post.reaction_counts, emoji, own.get(emoji, ""))
    if result.pairs:
        db.session.execute(insert(Reaction), result.rows(post.id, post.created_at))
        tell(post, None, turned=first)
    post.import_data = {**data, "reactions": result.left} if result.left else data


def _people(workspace: str, kept: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    ids = {each for one in kept for each in one.get("users") or () if isinstance(each, str)}
    keys = {import_key(workspace, each): each for each in ids}
    rows = db.session.execute(
        select(Person.id, Person.import_key).where(Person.import_key.in_(list(keys)))
    )
    return {keys[row.import_key]: row.id for row in rows if row.import_key}
