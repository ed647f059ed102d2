"""The ladder's steps: what is tried for whom now, written to the ledger in bounded batches.

Each batch is a transaction of its own, so that a stop in the middle loses none and doubles none:
who was served has their next step, the others are still due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, func, insert, select, update

from enterprise_social.announcements import ladder, policy
from enterprise_social.announcements.events import DeliveriesQueued, LadderDue
from enterprise_social.announcements.models import Announcement, Delivery, Recipient
from enterprise_social.announcements.queries.reachability import Reach, reach_of
from enterprise_social.announcements.ways import ways_of
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person

BATCH = 400
# Steps by hand are numbered far above those of any ladder.
FIRST_NUDGE = 1000
NUDGE_WAYS = ("app", "push", "email")


def schedule_ladder(announcement: Announcement) -> None:
    """Have the ladder climbed when the next step of any recipient is due.

    There is one turn at a time: an earlier one takes the place of a later.
    """
    earliest = select(func.min(Recipient.next_step_at)).where(
        Recipient.announcement_id == announcement.id
    )
    due = db.session.execute(earliest).scalar_one()
    if due is None:
        announcement.ladder_at = None
    elif announcement.ladder_at is None or due < announcement.ladder_at:
        announcement.ladder_at = due
        announce(LadderDue(announcement.id, str(rfc3339(due))), run_at=due)


@action
def climb(announcement_id: int, due: str) -> int:
    """Carry out the due steps of one batch of recipients; return how many there were.

    0 says that nobody is left now; then the next turn is scheduled. Does nothing for a turn that
    another took the place of, or of an announcement that has ended.
    """
    current = lock(Announcement, announcement_id)
    if not current.is_open or rfc3339(current.ladder_at) != due:
        return 0
    rows = _due(announcement_id)
    if not rows:
        current.ladder_at = None
        schedule_ladder(current)
        return 0
    _step(current, rows)
    return len(rows)


@action
def nudge(
    actor: Person, announcement: Announcement, person_ids: Sequence[int] | None = None
) -> int:
    """Remind those who have not answered, all or the named ones; return how many.

    Raises Forbidden, and Conflict where it has ended.
    """
    current = lock(Announcement, announcement.id)
    require(policy.may_manage(actor, current), _("This is not your announcement."))
    if not current.is_open:
        raise Conflict(_("It has ended."))
    statement = select(Recipient.person_id).where(
        Recipient.announcement_id == current.id,
        Recipient.answered_at.is_(None),
        Recipient.begins_at <= now(),
    )
    if not current.wants_answer:
        statement = statement.where(Recipient.seen_at.is_(None))
    if person_ids is not None:
        statement = statement.where(Recipient.person_id.in_(list(person_ids)[:BATCH]))
    waiting = db.session.scalars(statement.order_by(Recipient.person_id)).all()
    last = select(func.max(Delivery.step)).where(Delivery.announcement_id == current.id)
    step = max(FIRST_NUDGE, (db.session.execute(last).scalar_one() or 0) + 1)
    for start in range(0, len(waiting), BATCH):
        _queue_nudges(current, waiting[start : start + BATCH], step)
    if waiting:
        audit.record(actor, "announcements.nudged", f"announcement:{current.id}",
                     {"people": len(waiting)})  # fmt: skip
        live.control("announce", announcement_id=current.id)
    return len(waiting)


def _due(announcement_id: int) -> Sequence[Any]:
    statement = (
        select(
            Recipient.person_id,
            Recipient.begins_at,
            Recipient.steps_done,
            Recipient.reached_at,
            Recipient.reached_way,
        )
        .where(Recipient.announcement_id == announcement_id, Recipient.next_step_at <= now())
        .order_by(Recipient.next_step_at, Recipient.person_id)
        .limit(BATCH)
    )
    return db.session.execute(statement).all()


def _step(current: Announcement, rows: Sequence[Any]) -> None:
    moment = now()
    ids = [row.person_id for row in rows]
    known, reaches = ways_of(ids), reach_of(ids)
    tried = _tried(current.id, ids)
    deliveries: list[dict[str, Any]] = []
    moves: list[dict[str, Any]] = []
    calls: list[int] = []
    for row in rows:
        reach = reaches[row.person_id]
        later = reach.wait_until(moment, current.priority)
        if not reach.active:
            moves.append(_move(row, row.steps_done, None))
            continue
        if later is not None:
            moves.append(_move(row, row.steps_done, later))
            continue
        ways = _ways(current, row, reach, tried.get(row.person_id, set()), known[row.person_id])
        silent = reach.wants_silence(moment, current.priority)
        deliveries += [_delivery(current, row, way, moment, silent=silent) for way in ways]
        if "app" in ways and (row.steps_done > 0 or row.begins_at > current.published_at):
            calls.append(row.person_id)
        after = ladder.next_moment(current.ladder or {}, row.begins_at, row.steps_done, moment)
        moves.append(_move(row, row.steps_done + 1, after))
    _write(current, deliveries, moves)
    if calls:
        live.control("announce", announcement_id=current.id, person_ids=calls)


def _ways(
    current: Announcement, row: Any, reach: Reach, tried: set[str], known: set[str]
) -> list[str]:
    wanted = ladder.ways_of_step(current.ladder or {}, row.steps_done)
    return ladder.choose_ways(wanted, reach.ways, tried, known)


def _tried(announcement_id: int, ids: Sequence[int]) -> dict[int, set[str]]:
    statement = select(Delivery.person_id, Delivery.way).where(
        Delivery.announcement_id == announcement_id, Delivery.person_id.in_(ids)
    )
    found: dict[int, set[str]] = {}
    for person_id, way in db.session.execute(statement.distinct()):
        found.setdefault(person_id, set()).add(way)
    return found


def _delivery(
    current: Announcement, row: Any, way: str, moment: datetime, *, silent: bool
) -> dict[str, Any]:
    # The page was faster than the ladder: it has it already.
    there = way == "app" and row.reached_at is not None
    return {
        "announcement_id": current.id,
        "person_id": row.person_id,
        "step": row.steps_done,
        "way": way,
        "state": "delivered" if there else "queued",
        "silent": silent,
        "queued_at": moment,
        "delivered_at": row.reached_at if there else None,
        "next_try_at": moment,
        "attempts": 0,
        "problem": "",
    }


def _move(row: Any, steps_done: int, at: datetime | None) -> dict[str, Any]:
    return {"of_person": row.person_id, "steps": steps_done, "at": at}


def _write(
    current: Announcement, deliveries: list[dict[str, Any]], moves: list[dict[str, Any]]
) -> None:
    if deliveries:
        db.session.execute(insert(Delivery), deliveries)
    table = Recipient.__table__
    db.session.connection().execute(
        update(table)  # type: ignore[arg-type]
        .where(
            table.c.announcement_id == current.id,
            table.c.person_id == bindparam("of_person"),
            # Who answered in this very second climbs no further.
            table.c.next_step_at.is_not(None),
        )
        .values(steps_done=bindparam("steps"), next_step_at=bindparam("at")),
        moves,
    )
    for way in sorted({each["way"] for each in deliveries} - {"app"}):
        announce(DeliveriesQueued(way))


def _queue_nudges(current: Announcement, ids: Sequence[int], step: int) -> None:
    moment = now()
    known = ways_of(ids)
    rows: list[dict[str, Any]] = [
        {
            "announcement_id": current.id, "person_id": each, "step": step, "way": way,
            "state": "queued", "silent": False, "queued_at": moment, "next_try_at": moment,
            "attempts": 0, "problem": "",
        }
        for each in ids
        for way in NUDGE_WAYS
        if way in known[each]
    ]  # fmt: skip
    db.session.execute(insert(Delivery), rows)
    for way in sorted({each["way"] for each in rows} - {"app"}):
        announce(DeliveriesQueued(way))
