"""The ledger's work: what is to be sent by one way, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update

from enterprise_social.announcements.events import ProgressMade
from enterprise_social.announcements.models import Announcement, Delivery, Recipient
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce

CLAIM = timedelta(minutes=2)
MOST_ATTEMPTS = 12
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_PROBLEM = 200


@dataclass(frozen=True)
class Due:
    """One delivery that is to be tried now."""

    id: int
    announcement_id: int
    person_id: int
    step: int
    silent: bool
    attempts: int


@action
def claim_deliveries(way: str, most: int = 50) -> list[Due]:
    """Take deliveries of one way whose time has come; others leave them alone for CLAIM.

    Those of whom an answer came meanwhile, or whose announcement ended, become ``skipped``.
    """
    moment = now()
    _skip_answered(way, moment)
    chosen = (
        select(Delivery)
        .where(Delivery.way == way, Delivery.state == "queued", Delivery.next_try_at <= moment)
        .order_by(Delivery.next_try_at, Delivery.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(chosen).all()
    for row in rows:
        row.next_try_at = moment + CLAIM
        row.attempts += 1
    return [
        Due(row.id, row.announcement_id, row.person_id, row.step, row.silent, row.attempts)
        for row in rows
    ]


@action
def record_sent(delivery_id: int, *, delivered: bool = False) -> None:
    """Note that a delivery was handed over; ``delivered`` where the other side has said so."""
    moment = now()
    row = db.session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    row.sent_at = row.sent_at or moment
    row.state = "delivered" if delivered else "sent"
    row.delivered_at = moment if delivered else row.delivered_at
    row.problem = ""
    db.session.flush()
    reached = db.session.execute(
        update(Recipient)
        .where(
            Recipient.announcement_id == row.announcement_id,
            Recipient.person_id == row.person_id,
            Recipient.reached_at.is_(None),
        )
        .values(reached_at=moment, reached_way=row.way)
        .execution_options(synchronize_session=False)
    )
    if reached.rowcount:  # type: ignore[attr-defined]
        announce(ProgressMade(row.announcement_id))


@action
def record_failed(delivery_id: int, problem: str, *, for_good: bool = False) -> None:
    """Note why a delivery failed; it is tried again after growing waits unless it is for good."""
    moment = now()
    row = db.session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    row.problem = " ".join(problem.split())[:LONGEST_PROBLEM]
    if for_good or row.attempts >= MOST_ATTEMPTS:
        row.state = "failed"
        row.failed_at = moment
        return
    row.next_try_at = moment + min(FIRST_WAIT * 2 ** (row.attempts - 1), LONGEST_WAIT)


def next_try(way: str) -> datetime | None:
    """Return when a delivery of that way is due next, or None where none waits."""
    statement = (
        select(Delivery.next_try_at)
        .where(Delivery.way == way, Delivery.state == "queued")
        .order_by(Delivery.next_try_at)
        .limit(1)
    )
    found: datetime | None = db.session.execute(statement).scalar_one_or_none()
    return found


def is_still_due(delivery_id: int) -> bool:
    """Tell whether a claimed delivery is still wanted: asked right before it is handed over."""
    statement = select(Delivery.id).where(
        Delivery.id == delivery_id, Delivery.state == "queued", Delivery.id.not_in(_needless())
    )
    return db.session.execute(statement).first() is not None


def _skip_answered(way: str, moment: datetime) -> None:
    due = (Delivery.way == way, Delivery.state == "queued", Delivery.next_try_at <= moment)
    db.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(_needless().where(*due)))
        .values(state="skipped")
        .execution_options(synchronize_session=False)
    )


def _needless() -> Any:
    return (
        select(Delivery.id)
        .join(
            Recipient,
            and_(
                Recipient.announcement_id == Delivery.announcement_id,
                Recipient.person_id == Delivery.person_id,
            ),
        )
        .join(Announcement, Announcement.id == Delivery.announcement_id)
        .where(
            or_(
                Recipient.answered_at.is_not(None),
                Announcement.state != "published",
                and_(Announcement.asks == "nothing", Recipient.seen_at.is_not(None)),
            )
        )
        .correlate(None)
    )
