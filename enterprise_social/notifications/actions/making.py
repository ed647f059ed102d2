"""Telling people: each source once, joined with what is still unread of its group."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from enterprise_social.announcements.models import Recipient
from enterprise_social.announcements.queries.reachability import Reach, reach_of
from enterprise_social.channels.models import Membership
from enterprise_social.core import live
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.notifications.defaults import (
    MAIL_AFTER,
    MAIL_AGAIN_AFTER,
    NEWS_FOR,
)
from enterprise_social.notifications.events import MailTime, NotificationsMade
from enterprise_social.notifications.models import MOST_FACES, Notification, NotificationSource
from enterprise_social.notifications.queries.lists import unread_counts_of
from enterprise_social.notifications.queries.preferences import wanted_ways

# Of those told in one transaction: others who write, such as posts, have their turn in between.
TOLD_AT_ONCE = 80
BETWEEN_CHUNKS = 0.03  # seconds; the processor is theirs as well
# What needn't be listed once it was read where it stands.
ONLY_UNREAD = frozenset({"direct", "reply"})


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
    case_id: int | None = None
    seq: int = 0
    at: datetime | None = None


def tell(told: Told, reasons: dict[int, str]) -> int:
    """Tell people of something, ``reasons`` by their ids; return how many it was news to.

    In chunks of TOLD_AT_ONCE people, each a transaction of its own: who was told is not told
    again when the rest is tried anew.
    """
    ids = sorted(reasons)
    count = 0
    for start in range(0, len(ids), TOLD_AT_ONCE):
        if start:
            time.sleep(BETWEEN_CHUNKS)
        count += _tell(told, {each: reasons[each] for each in ids[start : start + TOLD_AT_ONCE]})
    return count


@action
def _tell(told: Told, reasons: dict[int, str]) -> int:
    moment = told.at or now()
    news = _untold(told, reasons)
    seen = _seen_already(told, news)
    if moment < now() - NEWS_FOR:
        seen = dict.fromkeys(seen, True)
    news = [each for each in news if each in seen]
    if told.kind in ONLY_UNREAD:
        news = [each for each in news if not seen[each]]
    wanted = wanted_ways(news, told.kind)
    news = [person_id for person_id in news if "app" in wanted[person_id]]
    if not news:
        return 0
    unseen = [each for each in news if not seen[each]]
    open_lines = _open_lines(told, unseen)
    # Those that wait for their mail already have their turn.
    unplanned = {each: line for each, line in open_lines.items() if line.mail_at is None}
    for person_id, line in open_lines.items():
        _grow(line, told, moment, by_mail="email" in wanted[person_id])
    fresh = [person_id for person_id in unseen if person_id not in open_lines]
    made = _insert(told, {each: reasons[each] for each in fresh}, wanted, moment)
    known = {each: reasons[each] for each in news if seen[each]}
    read = _insert(told, known, wanted, moment, read_at=now())
    unread = {**{person_id: line.id for person_id, line in open_lines.items()}, **made}
    db.session.flush()
    _note_sources(told, {**unread, **read})
    announce(NotificationsMade(tuple(sorted(unread.values()))))
    _call_for_mail(made, unplanned)
    _tell_clients(told, unread, wanted, moment)
    return len(news)


def _note_sources(told: Told, lines: dict[int, int]) -> None:
    rows = [
        {
            "person_id": person_id,
            "source": told.source,
            "notification_id": notification_id,
            "actor_id": told.actor_id,
        }
        for person_id, notification_id in lines.items()
    ]
    db.session.execute(insert(NotificationSource), rows)


def _call_for_mail(made: dict[int, int], grown: dict[int, Notification]) -> None:
    """Have the mails looked for when they are due."""
    dues = {person_id: line.mail_at for person_id, line in grown.items() if line.mail_at}
    if made:
        new = select(Notification.person_id, Notification.mail_at).where(
            Notification.id.in_(made.values()), Notification.mail_at.is_not(None)
        )
        dues |= {row.person_id: row.mail_at for row in db.session.execute(new)}
    for person_id, due in sorted(dues.items()):
        announce(MailTime(person_id), run_at=due)


def _tell_clients(
    told: Told, lines: dict[int, int], wanted: dict[int, frozenset[str]], moment: datetime
) -> None:
    if not lines:
        return
    unread, reaches = unread_counts_of(lines), reach_of(lines)
    for person_id, notification_id in lines.items():
        payload = {
            "id": notification_id,
            "kind": told.kind,
            "channel_id": told.channel_id,
            "root_id": told.root_id,
            "post_id": told.post_id,
            "announcement_id": told.announcement_id,
            "at": rfc3339(moment),
            "unread": unread[person_id],
            # Whether a device may make itself heard.
            "alert": "push" in wanted[person_id] and _may_sound(reaches.get(person_id)),
        }
        live.personal(person_id, "notification_created", payload)


def _may_sound(reach: Reach | None) -> bool:
    return reach is not None and not reach.wants_silence(now(), "important")


def _untold(told: Told, reasons: Iterable[int]) -> list[int]:
    known = select(NotificationSource.person_id).where(
        NotificationSource.source == told.source,
        NotificationSource.person_id.in_(list(reasons)),
    )
    return sorted(set(reasons) - set(db.session.scalars(known)))


def _seen_already(told: Told, person_ids: Sequence[int]) -> dict[int, bool]:
    """Tell of each of these people whether they have read the channel so far already.

    Who is no longer in it is left out. Their places are held until the commit, so that whoever
    reads on at the same moment reads what is told here as well.
    """
    if told.announcement_id is not None:
        return _answered_already(told.announcement_id, person_ids)
    if told.channel_id is None:
        return dict.fromkeys(person_ids, False)
    if told.kind == "followed_post":
        # Whoever follows somebody reads their storyline without being in it.
        return dict.fromkeys(person_ids, False) | _read_so_far(told, person_ids)
    return _read_so_far(told, person_ids)


def _read_so_far(told: Told, person_ids: Sequence[int]) -> dict[int, bool]:
    statement = (
        select(Membership.person_id, Membership.read_seq)
        .where(Membership.channel_id == told.channel_id, Membership.person_id.in_(person_ids))
        .order_by(Membership.person_id)
        .with_for_update(read=True, of=Membership)
    )
    # A thread is read by itself, whoever is added begins where the channel is, and what waits for
    # approval has no place in it yet.
    by_place = told.root_id is None and told.kind not in ("invitation", "moderation")
    return {
        row.person_id: by_place and row.read_seq >= told.seq
        for row in db.session.execute(statement)
    }


def _answered_already(announcement_id: int, person_ids: Sequence[int]) -> dict[int, bool]:
    statement = (
        select(Recipient.person_id, Recipient.answered_at)
        .where(Recipient.announcement_id == announcement_id, Recipient.person_id.in_(person_ids))
        .order_by(Recipient.person_id)
        .with_for_update(read=True)
    )
    return {row.person_id: row.answered_at is not None for row in db.session.execute(statement)}


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


def _grow(line: Notification, told: Told, moment: datetime, *, by_mail: bool) -> None:
    if by_mail and line.mail_at is None:
        # It was told by mail: what came since is told once more, and not all the time.
        line.mail_at = max(now() + MAIL_AFTER, (line.mailed_at or now()) + MAIL_AGAIN_AFTER)
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
    told: Told,
    reasons: dict[int, str],
    wanted: dict[int, frozenset[str]],
    moment: datetime,
    *,
    read_at: datetime | None = None,
) -> dict[int, int]:
    """Write new lines and return their ids by person."""
    if not reasons:
        return {}
    mail_at = now() + MAIL_AFTER
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
            "case_id": told.case_id,
            "seq": told.seq,
            "actor_ids": [] if told.actor_id is None else [told.actor_id],
            "actor_count": 0 if told.actor_id is None else 1,
            "count": 1,
            "created_at": moment,
            "updated_at": moment,
            "read_at": read_at,
            "mail_at": mail_at if "email" in wanted[person_id] and read_at is None else None,
        }
        for person_id, reason in reasons.items()
    ]
    statement = insert(Notification).returning(Notification.id, Notification.person_id)
    return {row.person_id: row.id for row in db.session.execute(statement, rows)}
