"""Read and unread, the same on all of somebody's devices at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import aliased

from enterprise_social.core import live
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.db import db
from enterprise_social.notifications.models import Following, Notification
from enterprise_social.notifications.queries.lists import unread_count
from enterprise_social.people.models import Person

MOST_AT_ONCE = 200


@action
def mark_read(actor: Person, notification_ids: Sequence[int]) -> datetime:
    """Mark one's own notifications as read; return the moment, by which it can be undone."""
    return _read(actor.id, Notification.id.in_(list(notification_ids)[:MOST_AT_ONCE]))


@action
def mark_all_read(actor: Person, up_to: int) -> datetime:
    """Mark this line of one's own as read, and all that are listed below it.

    What has come or grown since stays unread. Returns the moment, by which it can be undone.
    """
    newest = db.session.get(Notification, up_to, populate_existing=True)
    condition: ColumnElement[bool] = Notification.id <= up_to
    if newest is not None and newest.person_id == actor.id:
        same = (Notification.updated_at == newest.updated_at) & (Notification.id <= up_to)
        condition = or_(Notification.updated_at < newest.updated_at, same)
    return _read(actor.id, condition)


@action
def mark_unread(actor: Person, *, read_at: datetime | None = None, ids: Sequence[int] = ()) -> int:
    """Undo a marking by its moment, or mark single ones as unread; return how many they were.

    A line of which a newer one is open already stays read: it is told there.
    """
    chosen: list[ColumnElement[bool]] = [Notification.id.in_(list(ids)[:MOST_AT_ONCE])]
    if read_at is not None:
        chosen.append(Notification.read_at == read_at)
    other = aliased(Notification)
    is_open = (
        select(other.id)
        .where(
            other.person_id == Notification.person_id,
            other.group_key == Notification.group_key,
            other.read_at.is_(None),
        )
        .exists()
    )
    newest_of_each = (
        select(func.max(Notification.id))
        .where(Notification.person_id == actor.id, Notification.read_at.is_not(None), or_(*chosen))
        .where(~is_open)
        .group_by(Notification.group_key)
    )
    wanted = db.session.scalars(newest_of_each).all()
    db.session.execute(
        update(Notification)
        .where(Notification.id.in_(wanted))
        .values(read_at=None)
        .execution_options(synchronize_session=False)
    )
    if wanted:
        live.personal(actor.id, "notifications_changed", {"unread": unread_count(actor.id)})
    return len(wanted)


@action
def read_channel(person_id: int, channel_id: int, seq: int) -> datetime:
    """Mark what was told of a channel up to ``seq`` as read; threads are read by themselves.

    Returns the moment.
    """
    here = and_(Notification.channel_id == channel_id, Notification.seq <= seq)
    return _read(person_id, and_(here, Notification.root_id.is_(None)))


@action
def read_thread(actor: Person, root_id: int) -> datetime:
    """Mark what was told of a thread as read, and the thread itself; return the moment."""
    db.session.execute(
        update(Following)
        .where(Following.root_id == root_id, Following.person_id == actor.id)
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )
    return _read(actor.id, Notification.root_id == root_id)


@action
def read_kind(actor: Person, kind: str) -> datetime:
    """Mark all that was told of one kind as read; return the moment."""
    return _read(actor.id, Notification.kind == kind)


@action
def read_all_threads(actor: Person) -> datetime:
    """Mark all threads that one follows as read, and what was told of them."""
    db.session.execute(
        update(Following)
        .where(Following.person_id == actor.id)
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )
    return _read(actor.id, Notification.kind == "reply")


@action
def read_announcement(person_id: int, announcement_id: int) -> datetime:
    """Mark what was told of an announcement as read; return the moment."""
    return _read(person_id, Notification.announcement_id == announcement_id)


def _read(person_id: int, condition: ColumnElement[bool]) -> datetime:
    moment = now()
    found = db.session.execute(
        update(Notification)
        .where(Notification.person_id == person_id, Notification.read_at.is_(None), condition)
        .values(read_at=moment, mail_at=None)
        .returning(Notification.id)
        .execution_options(synchronize_session=False)
    ).all()
    if found:
        ids = sorted(row.id for row in found)[:MOST_AT_ONCE]
        unread = unread_count(person_id)
        payload = {"ids": ids, "read_at": rfc3339(moment), "unread": unread}
        live.personal(person_id, "notifications_read", payload)
    return moment
