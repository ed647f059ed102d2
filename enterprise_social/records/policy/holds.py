"""What is on legal hold: no retention, purge or erasing may lose it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal, not_, or_, select

from enterprise_social.channels.models import Channel
from enterprise_social.core.access import visibility
from enterprise_social.core.db import db
from enterprise_social.files.models import File
from enterprise_social.people import policy as people_policy
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post, PostFile
from enterprise_social.records.models import LegalHold, MembershipSpan


def held_posts(as_in: int | None = None) -> ColumnElement[bool]:
    """Return, as SQL beside ``Post``, which posts an active hold keeps.

    With a post are kept its revisions and its files, also where it was taken away. ``as_in`` asks
    as if they stood in that channel.
    """
    hold = LegalHold
    place: Any = Post.channel_id if as_in is None else literal(as_in)
    held = exists().where(
        hold.released_at.is_(None),
        or_(hold.person_id.is_(None), hold.person_id == Post.author_id, _spoken_to(hold)),
        or_(hold.channel_id.is_(None), hold.channel_id == place),
        or_(hold.begins_at.is_(None), hold.begins_at <= Post.created_at),
        or_(hold.ends_at.is_(None), hold.ends_at > Post.created_at),
    )
    return held.correlate(Post)


def _spoken_to(hold: Any) -> ColumnElement[bool]:
    """Whoever is held has others' words in their conversations held as well."""
    spoken = exists().where(
        Channel.id == Post.channel_id,
        Channel.kind == "direct",
        # Also where they have left it since.
        MembershipSpan.channel_id == Channel.id,
        MembershipSpan.person_id == hold.person_id,
    )
    # Said, since neither stands in the FROM of the condition around this one.
    return spoken.correlate(Post, hold)


def held_files() -> ColumnElement[bool]:
    """Return, as SQL beside ``File``, which files hang on a held post."""
    return exists().where(
        PostFile.file_id == File.id,
        Post.id == PostFile.post_id,
        held_posts(),
    )


def is_held(post_id: int) -> bool:
    """Tell whether a post is on hold now."""
    statement = select(Post.id).where(Post.id == post_id, held_posts())
    return db.session.execute(statement).first() is not None


def lose_a_hold(post_ids: Sequence[int], channel_id: int) -> bool:
    """Tell whether posts were on hold in the channel that they come from, and no longer are."""
    lost = and_(held_posts(channel_id), not_(held_posts()))
    statement = select(Post.id).where(Post.id.in_(post_ids), lost)
    return db.session.execute(statement.limit(1)).first() is not None


def is_person_held(person_id: int) -> bool:
    """Tell whether a hold names a person, or keeps anything that they wrote."""
    named = select(LegalHold.id).where(
        LegalHold.released_at.is_(None), LegalHold.person_id == person_id
    )
    wrote = select(Post.id).where(and_(Post.author_id == person_id, held_posts()))
    return any(db.session.execute(each.limit(1)).first() for each in (named, wrote))


def may_hold(actor: Person | None) -> bool:
    """Admins, and the installation itself, set and release holds."""
    return actor is None or people_policy.is_admin(actor)


@visibility(LegalHold)
def visible_holds(viewer: Any) -> ColumnElement[bool]:
    """Admins alone know of holds."""
    admin = select(Person.id).where(Person.id == viewer.id, Person.role == "admin")
    return admin.exists()
