"""Telling people: each source once, joined with what is still unread of its group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from enterprise_social.core import live
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.notifications.defaults import MAIL_AFTER
from enterprise_social.notifications.events import MailTime, NotificationsMade
from enterprise_social.notifications.models import MOST_FACES, Notification, NotificationSource
from enterprise_social.notifications.queries.preferences import wanted_ways

CHUNK = 400


@dataclass(frozen=True)
class Told:
    """What people are told: the same for all of them but for the reason."""

    kind: str
    group_key: str
    source: str
    actor_id: int | None
    channel_id: int | None = None
    root_id: int | None = None
    post_id: int | None = None
    announcement_id: int | None = None
    seq: int = 0
    at: datetime | None = None


def tell(told: Told, reasons: dict[int, str]) -> int:
    """Tell people of something, ``reasons`` by their ids; return how many it was news to.

    In chunks of CHUNK people, each a transaction of its own: who was told is not told again when
    the rest is tried anew.
    """
    ids = sorted(reasons)
    return sum(
        _tell(told, {each: reasons[each] for each in ids[start : start + CHUNK]})
        for start in range(0, len(ids), CHUNK)
    )


@action
def forget_sources(source: str) -> None:
    """Take back what was told of something that is gone; lines that told only of it go with it."""
    gone = select(NotificationSource.notification_id, NotificationSource.person_id).where(
        NotificationSource.source == source
    )
    rows = db.session.execute(gone).all()
    db.session.execute(delete(NotificationSource).where(NotificationSource.source == source))
    for start in range(0, len(rows), CHUNK):
        ids = [row.notification_id for row in rows[start : start + CHUNK]]
        others = select(NotificationSource.notification_id)
        only = Notification.id.in_(ids) & Notification.id.not_in(others)
        db.session.execute(delete(Notification).where(only).execution_options(**_PLAIN))
        db.session.execute(
            update(Notification)
            .where(Notification.id.in_(ids))
            .values(count=Notification.count - 1)
            .execution_options(**_PLAIN)
        )
    for person_id in {row.person_id for row in rows}:
        live.personal(person_id, "notifications_changed", {})


@action
def _tell(told: Told, reasons: dict[int, str]) -> int:
    moment = told.at or now()
    news = _untold(told, reasons)
    wanted = wanted_ways(news, told.kind)
    news = [person_id for person_id in news if "app" in wanted[person_id]]
    if not news:
        return 0
    open_lines = _open_lines(told, news)
    for line in open_lines.values():
        _grow(line, told, moment)
    fresh = [person_id for person_id in news if person_id not in open_lines]
    made = _insert(told, {each: reasons[each] for each in fresh}, wanted, moment)
    lines = {**{person_id: line.id for person_id, line in open_lines.items()}, **made}
    db.session.flush()
    db.session.execute(
        insert(NotificationSource),
        [
            {
                "person_id": person_id,
                "source": told.source,
                "notification_id": notification_id,
                "actor_id": told.actor_id,
            }
            for person_id, notification_id in lines.items()
        ],
    )
    announce(NotificationsMade(tuple(sorted(lines.values()))))
    for person_id in sorted(made):
        if "email" in wanted[person_id]:
            announce(MailTime(person_id), run_at=now() + MAIL_AFTER + timedelta(seconds=1))
    for person_id, notification_id in lines.items():
        live.personal(person_id, "notification_created", _document(told, notification_id, moment))
    return len(lines)


_PLAIN = {"synchronize_session": False}


def _untold(told: Told, reasons: Iterable[int]) -> list[int]:
    known = select(NotificationSource.person_id).where(
        NotificationSource.source == told.source,
        NotificationSource.person_id.in_(list(reasons)),
    )
    return sorted(set(reasons) - set(db.session.scalars(known)))


def _open_lines(told: Told, person_ids: Sequence[int]) -> dict[int, Notification]:
    statement = (
        select(Notification)
        .where(
            Notification.person_id.in_(person_ids),
            Notification.group_key == told.group_key,
            Notification.read_at.is_(None),
        )
        .order_by(Notification.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {line.person_id: line for line in db.session.scalars(statement)}


def _grow(line: Notification, told: Told, moment: datetime) -> None:
    line.count += 1
    line.updated_at = max(line.updated_at, moment)
    line.post_id = told.post_id or line.post_id
    line.seq = max(line.seq, told.seq)
    if told.actor_id is not None and told.actor_id not in line.actor_ids:
        known = select(NotificationSource.actor_id).where(
            NotificationSource.notification_id == line.id,
            NotificationSource.actor_id == told.actor_id,
        )
        if db.session.execute(known.limit(1)).first() is None:
            line.actor_count += 1
    if told.actor_id is not None:
        others = [each for each in line.actor_ids if each != told.actor_id]
        line.actor_ids = [told.actor_id, *others][:MOST_FACES]


def _insert(
    told: Told, reasons: dict[int, str], wanted: dict[int, frozenset[str]], moment: datetime
) -> dict[int, int]:
    if not reasons:
        return {}
    rows: list[dict[str, Any]] = [
        {
            "person_id": person_id,
            "kind": told.kind,
            "group_key": told.group_key,
            "reason": reason,
            "channel_id": told.channel_id,
            "root_id": told.root_id,
            "post_id": told.post_id,
            "announcement_id": told.announcement_id,
            "seq": told.seq,
            "actor_ids": [] if told.actor_id is None else [told.actor_id],
            "actor_count": 0 if told.actor_id is None else 1,
            "count": 1,
            "created_at": moment,
            "updated_at": moment,
            "mail_at": now() + MAIL_AFTER if "email" in wanted[person_id] else None,
        }
        for person_id, reason in reasons.items()
    ]
    statement = insert(Notification).returning(Notification.id, Notification.person_id)
    return {row.person_id: row.id for row in db.session.execute(statement, rows)}


def _document(told: Told, notification_id: int, moment: datetime) -> dict[str, Any]:
    return {
        "id": notification_id,
        "kind": told.kind,
        "channel_id": told.channel_id,
        "post_id": told.post_id,
        "announcement_id": told.announcement_id,
        "at": rfc3339(moment),
    }
