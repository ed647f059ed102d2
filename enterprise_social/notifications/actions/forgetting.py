"""Taking back what was told of something that is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select, update

from enterprise_social.core import live
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.notifications.models import MOST_FACES, Notification, NotificationSource
from enterprise_social.notifications.queries.lists import unread_counts_of
from enterprise_social.posts.models import Mention, Post

CHUNK = 400
_PLAIN = {"synchronize_session": False}


@action
def forget_sources(source: str) -> None:
    """Take back what was told of something that is gone; lines that told only of it go with it."""
    gone = select(NotificationSource.notification_id, NotificationSource.person_id).where(
        NotificationSource.source == source
    )
    rows = db.session.execute(gone).all()
    db.session.execute(delete(NotificationSource).where(NotificationSource.source == source))
    for start in range(0, len(rows), CHUNK):
        _take_back([row.notification_id for row in rows[start : start + CHUNK]])
    tell_changed({row.person_id for row in rows})


@action
def forget_lines_of_reactions(post_id: int) -> None:
    """Take back what was told of reactions to a post that is out of sight."""
    statement = delete(Notification).where(Notification.group_key == f"reaction:{post_id}")
    gone = db.session.execute(
        statement.returning(Notification.person_id).execution_options(**_PLAIN)
    )
    tell_changed({row.person_id for row in gone})


@action
def forget_the_unnamed(post: Post) -> None:
    """Take back, where it is unread, what told of a mention that an edit took out of a post."""
    if post.mentions_all:
        return
    named = select(Mention.person_id).where(
        Mention.post_id == post.id, Mention.person_id.is_not(None)
    )
    gone = (
        select(Notification.id, Notification.person_id)
        .where(Notification.group_key == f"mention:{post.id}", Notification.read_at.is_(None))
        .where(Notification.person_id.not_in(named))
    )
    rows = db.session.execute(gone).all()
    ids, people = [row.id for row in rows], [row.person_id for row in rows]
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        told = NotificationSource.notification_id.in_(chunk)
        db.session.execute(delete(NotificationSource).where(told).execution_options(**_PLAIN))
        _take_back(chunk)
    tell_changed(people)


@action
def drop_lines(post_ids: Collection[int]) -> None:
    """Take back the lines of posts that are going for good."""
    gone = db.session.execute(
        delete(Notification)
        .where(Notification.post_id.in_(post_ids))
        .returning(Notification.person_id, Notification.read_at)
        .execution_options(**_PLAIN)
    )
    tell_changed({row.person_id for row in gone if row.read_at is None})


@action
def move_lines(post_ids: Collection[int], channel_id: int) -> None:
    """Let the lines of posts that stand in another channel now belong to that one."""
    for post_id, seq in db.session.execute(
        select(Post.id, Post.seq).where(Post.id.in_(post_ids))
    ).all():
        db.session.execute(
            update(Notification)
            .where(Notification.post_id == post_id)
            .values(channel_id=channel_id, seq=seq)
            .execution_options(**_PLAIN)
        )


def _take_back(notification_ids: Sequence[int]) -> None:
    """Let lines that lost a source tell of the others alone; those without any go."""
    left: dict[int, list[NotificationSource]] = {}
    statement = select(NotificationSource).where(
        NotificationSource.notification_id.in_(notification_ids)
    )
    for each in db.session.scalars(statement):
        left.setdefault(each.notification_id, []).append(each)
    gone = set(notification_ids) - left.keys()
    db.session.execute(
        delete(Notification).where(Notification.id.in_(gone)).execution_options(**_PLAIN)
    )
    of_posts = {each: sources for each, sources in left.items() if _is_of_posts(sources)}
    if of_posts:
        db.session.execute(update(Notification), [_told_by(*each) for each in of_posts.items()])
    of_people = left.keys() - of_posts.keys()
    if of_people:
        lines = select(Notification).where(Notification.id.in_(of_people))
        for line in db.session.scalars(lines.execution_options(populate_existing=True)):
            _tell_of_those_left(line, left[line.id])


def _is_of_posts(sources: Sequence[NotificationSource]) -> bool:
    return all(each.source.startswith("post:") for each in sources)


def _tell_of_those_left(line: Notification, sources: Sequence[NotificationSource]) -> None:
    """Let a line of what several people did to one thing tell of those who still do it."""
    actors = {each.actor_id for each in sources if each.actor_id is not None}
    shown = [each for each in line.actor_ids if each in actors]
    line.actor_ids = [*shown, *sorted(actors - set(shown), reverse=True)][:MOST_FACES]
    line.actor_count = len(actors)
    line.count = len(sources)


def _told_by(notification_id: int, sources: Sequence[NotificationSource]) -> dict[str, Any]:
    """Return what a line shows where these posts are what it tells of."""
    posts = {int(each.source.partition(":")[2]): each.actor_id for each in sources}
    newest = sorted(posts, reverse=True)
    actors = list(dict.fromkeys(posts[each] for each in newest if posts[each] is not None))
    return {
        "id": notification_id,
        "count": len(posts),
        "post_id": newest[0],
        "actor_ids": actors[:MOST_FACES],
        "actor_count": len(actors),
    }


@action
def tell_changed(person_ids: Iterable[int]) -> None:
    """Tell these people's clients how many unread lines they have now."""
    ids = sorted(person_ids)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        unread = unread_counts_of(chunk)
        for person_id in chunk:
            live.personal(person_id, "notifications_changed", {"unread": unread[person_id]})
