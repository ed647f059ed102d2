"""The ledger's work: what is to be sent by one way, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, update

from enterprise_social.announcements.events import DeliveriesQueued, ProgressMade
from enterprise_social.announcements.models import Announcement, Delivery, Recipient
from enterprise_social.core import live
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.core.text import safe_name

# Whoever is at work on deliveries holds on to them (``hold_deliveries``); after a crash others
# take them up when this is over.
CLAIM = timedelta(seconds=15)
MOST_ATTEMPTS = 12
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_PROBLEM = 200
# What tells somebody else of a recipient doesn't reach the recipient.
INDIRECT = ("manager",)

# Written out, not as a parameter: only so do both databases know that the index is for this.
_QUEUED: ColumnElement[bool] = Delivery.state == literal_column("'queued'")


@dataclass(frozen=True)
class Due:
    """One delivery that is to be tried now."""

    id: int
    way: str
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
    while True:
        rows = _due_rows(way, moment, most)
        needless = [row.id for row in rows if row.needless]
        if needless:
            _set(needless, state="skipped")
        wanted = [row for row in rows if not row.needless]
        if wanted or not rows:
            break
    if wanted:
        ids = [row.id for row in wanted]
        _set(ids, next_try_at=moment + CLAIM, attempts=Delivery.attempts + 1)
    return [
        Due(row.id, way, row.announcement_id, row.person_id, row.step, row.silent, row.attempts + 1)
        for row in wanted
    ]


@action
def hold_deliveries(ids: Collection[int]) -> None:
    """Hold claimed deliveries longer: whoever claimed them is still at work on them."""
    _set(ids, next_try_at=now() + CLAIM)


@action
def free_claims(way: str) -> None:
    """Let what was claimed be claimed anew: whoever claimed it is known to be gone."""
    moment = now()
    claimed = (Delivery.way == way, _QUEUED, Delivery.attempts > 0)
    _update(Delivery, (*claimed, Delivery.next_try_at <= moment + CLAIM), {"next_try_at": moment})


@action
def put_off(ids: Collection[int], until: datetime, problem: str = "") -> None:
    """Give claimed deliveries back: it was not tried, for a reason that isn't theirs."""
    values: dict[str, Any] = {"next_try_at": until, "attempts": Delivery.attempts - 1}
    _set(ids, **values, **({"problem": _one_line(problem)} if problem else {}))


@action
def call_again(way: str, at: datetime) -> None:
    """Have the deliveries of a way looked for again at that time."""
    announce(DeliveriesQueued(way), run_at=at)


@action
def record_sent(delivery_id: int, *, delivered: bool = False) -> None:
    """Note that a delivery was handed over; ``delivered`` where the other side has said so."""
    moment = now()
    columns = (Delivery.announcement_id, Delivery.person_id, Delivery.way)
    statement = select(*columns).where(Delivery.id == delivery_id).with_for_update()
    row = db.session.execute(statement).one()
    if _hand_over(delivery_id, row, row.way, moment, delivered=delivered):
        announce(ProgressMade(row.announcement_id))


@action
def record_handed_over(due: Due) -> None:
    """Note that a claimed delivery was handed over; the senders are told by ``tell_progress``."""
    _hand_over(due.id, due, due.way, now(), delivered=False)


def _hand_over(delivery_id: int, row: Any, way: str, moment: datetime, *, delivered: bool) -> bool:
    """Write it down; return whether it is what reached the recipient first."""
    values: dict[str, Any] = {"state": "delivered" if delivered else "sent", "problem": ""}
    values["sent_at"] = func.coalesce(Delivery.sent_at, moment)
    changed = [Delivery.id == delivery_id]
    if delivered:
        values["delivered_at"] = moment
    else:
        changed.append(Delivery.state != "delivered")
    _update(Delivery, changed, values)
    if way in INDIRECT:
        return False
    theirs = (
        Recipient.announcement_id == row.announcement_id,
        Recipient.person_id == row.person_id,
        Recipient.reached_at.is_(None),
    )
    return bool(_update(Recipient, theirs, {"reached_at": moment, "reached_way": way}))


@action
def record_told(ids: Collection[int]) -> None:
    """Note that somebody else was told of the recipients of these deliveries."""
    moment = now()
    _set(ids, state="sent", sent_at=moment, problem="")


@action
def tell_who_is_missing(
    person_id: int, announcement: Announcement, missing: Sequence[dict[str, Any]]
) -> None:
    """Show somebody who of their people has not answered, where they are connected."""
    payload = {
        "announcement_id": announcement.id,
        "title": announcement.title,
        "exercise": announcement.drill,
        "missing": list(missing),
    }
    live.personal(person_id, "announcement_missing", payload)


@action
def record_failed(
    delivery_id: int, problem: str, *, for_good: bool = False, wait: timedelta | None = None
) -> None:
    """Note why a delivery failed; unless it is for good it is tried again.

    That is after waits that grow, and not before ``wait``. What was delivered stays delivered.
    """
    moment = now()
    row = db.session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if row.state == "delivered":
        return
    row.problem = _one_line(problem)
    if for_good or row.attempts >= MOST_ATTEMPTS:
        row.state = "failed"
        row.failed_at = moment
        return
    grown = min(FIRST_WAIT * 2 ** max(0, row.attempts - 1), LONGEST_WAIT)
    row.next_try_at = moment + max(wait or grown, grown)


@action
def tell_progress(announcement_ids: Collection[int]) -> None:
    """Have the senders of these announcements told how far they have come."""
    for announcement_id in sorted(set(announcement_ids)):
        announce(ProgressMade(announcement_id))


def next_try(way: str) -> datetime | None:
    """Return when a delivery of that way is due next, or None where none waits."""
    statement = (
        select(Delivery.next_try_at)
        .where(Delivery.way == way, _QUEUED)
        .order_by(Delivery.next_try_at)
        .limit(1)
    )
    found: datetime | None = db.session.execute(statement).scalar_one_or_none()
    return found


def is_still_due(delivery_id: int) -> bool:
    """Tell whether a claimed delivery is still wanted: asked right before it is handed over."""
    return bool(still_due([delivery_id]))


def still_due(ids: Sequence[int]) -> set[int]:
    """Return which of these claimed deliveries (at most some hundred) are still wanted."""
    statement = _joined(Delivery.id).where(Delivery.id.in_(ids), _QUEUED, ~_needless())
    return set(db.session.scalars(statement))


def _due_rows(way: str, moment: datetime, most: int) -> Sequence[Any]:
    columns = (
        Delivery.id, Delivery.announcement_id, Delivery.person_id, Delivery.step, Delivery.silent,
        Delivery.attempts, _needless().label("needless"),
    )  # fmt: skip
    statement = (
        _joined(*columns)
        .where(Delivery.way == way, _QUEUED, Delivery.next_try_at <= moment)
        .order_by(Delivery.next_try_at, Delivery.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    return db.session.execute(statement).all()


def _joined(*columns: Any) -> Any:
    theirs = and_(
        Recipient.announcement_id == Delivery.announcement_id,
        Recipient.person_id == Delivery.person_id,
    )
    return (
        select(*columns)
        .select_from(Delivery)
        .join(Recipient, theirs)
        .join(Announcement, Announcement.id == Delivery.announcement_id)
    )


def _needless() -> ColumnElement[bool]:
    return or_(
        Recipient.answered_at.is_not(None),
        Announcement.state != "published",
        and_(Announcement.asks == "nothing", Recipient.seen_at.is_not(None)),
    )


def _set(ids: Collection[int], **values: Any) -> None:
    chosen = sorted(ids)
    for start in range(0, len(chosen), 500):
        _update(Delivery, [Delivery.id.in_(chosen[start : start + 500]), _QUEUED], values)


def _update(model: type[Any], conditions: Sequence[Any], values: dict[str, Any]) -> int:
    statement = update(model).where(*conditions).values(**values)
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _one_line(problem: str) -> str:
    # The words of another server: what can't be stored or shown stays behind.
    return safe_name(problem)[:LONGEST_PROBLEM]
