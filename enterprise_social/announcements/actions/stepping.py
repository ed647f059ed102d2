"""The ladder's steps: what is tried for whom now, written to the ledger in bounded batches.

Each batch is a transaction of its own, so that a stop in the middle loses none and doubles none:
who was served has their next step, the others are still due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, insert, select, update

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

# What holds the writers' turn for some milliseconds: posts go on in between.
BATCH = 100
# Of a query's list, such as those who are reminded.
MOST_AT_ONCE = 400
# Steps by hand are numbered far above those of any ladder.
FIRST_NUDGE = 1000
NUDGE_WAYS = ("app", "push", "email")


@dataclass
class Plan:
    """What is to be done for a batch: lines of the ledger, and everyone's next step.

    ``moves`` are (steps done, when the next one is due) by person; ``calls`` are those to whose
    pages it is brought now.
    """

    moment: datetime = field(default_factory=now)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    moves: dict[int, tuple[int, datetime | None]] = field(default_factory=dict)
    steps_before: dict[int, int] = field(default_factory=dict)
    calls: set[int] = field(default_factory=set)


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


def climb(announcement_id: int, due: str) -> int:
    """Carry out the due steps of one batch of recipients; return how many there were.

    0 says that nobody is left now; then the next turn is scheduled. Does nothing for a turn that
    another took the place of, or of an announcement that has ended.

    What is to be done is found out before the transaction, so that it holds nobody up for long.
    """
    current = db.session.get_one(Announcement, announcement_id, populate_existing=True)
    if not current.is_open or rfc3339(current.ladder_at) != due:
        return 0
    rows = _due(announcement_id)
    return _carry_out(announcement_id, due, _plan(current, rows)) if rows else _rest(current, due)


@action
def _carry_out(announcement_id: int, due: str, plan: Plan) -> int:
    current = lock(Announcement, announcement_id)
    if not current.is_open or rfc3339(current.ladder_at) != due:
        return 0
    _write(current, plan)
    return len(plan.moves)


@action
def _rest(announcement: Announcement, due: str) -> int:
    """Schedule the next turn, which is at once where something came due meanwhile."""
    current = lock(Announcement, announcement.id)
    if not current.is_open or rfc3339(current.ladder_at) != due:
        return 0
    current.ladder_at = None
    schedule_ladder(current)
    return 0


def nudge(
    actor: Person, announcement: Announcement, person_ids: Sequence[int] | None = None
) -> int:
    """Remind those who have not answered, all or the named ones; return how many.

    In batches, each a transaction of its own. Raises Forbidden, and Conflict where it has ended.
    """
    waiting, step = _begin_nudging(actor, announcement, person_ids)
    for start in range(BATCH, len(waiting), BATCH):
        _go_on_nudging(announcement.id, waiting[start : start + BATCH], step)
    if waiting:
        _call_again(announcement.id)
    return len(waiting)


@action
def _begin_nudging(
    actor: Person, announcement: Announcement, person_ids: Sequence[int] | None
) -> tuple[Sequence[int], int]:
    """Find whom to remind and remind the first batch: that takes the step's number."""
    current = lock(Announcement, announcement.id)
    require(policy.may_manage(actor, current), _("This is not your announcement."))
    require(policy.may_go_on(actor, current), _("You may not announce to these people any more."))
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
        statement = statement.where(Recipient.person_id.in_(list(person_ids)[:MOST_AT_ONCE]))
    waiting = db.session.scalars(statement.order_by(Recipient.person_id)).all()
    last = select(func.max(Delivery.step)).where(Delivery.announcement_id == current.id)
    step = max(FIRST_NUDGE, (db.session.execute(last).scalar_one() or 0) + 1)
    if waiting:
        _queue_nudges(current, waiting[:BATCH], step)
        audit.record(actor, "announcements.nudged", f"announcement:{current.id}",
                     {"people": len(waiting)})  # fmt: skip
    return waiting, step


@action
def _go_on_nudging(announcement_id: int, ids: Sequence[int], step: int) -> None:
    current = lock(Announcement, announcement_id)
    if current.is_open:
        _queue_nudges(current, ids, step)


@action
def _call_again(announcement_id: int) -> None:
    """Bring it to the pages of those of whom something is still wanted."""
    live.control("announce", announcement_id=announcement_id)


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


def _plan(current: Announcement, rows: Sequence[Any]) -> Plan:
    plan = Plan()
    ids = [row.person_id for row in rows]
    known, reaches = ways_of(ids), reach_of(ids)
    tried = _tried(current.id, ids)
    for row in rows:
        reach = reaches[row.person_id]
        later = reach.wait_until(plan.moment, current.priority)
        if not reach.active or later is not None:
            plan.moves[row.person_id] = (row.steps_done, later if reach.active else None)
            continue
        ways = _ways(current, row, reach, tried.get(row.person_id, set()), known[row.person_id])
        silent = reach.wants_silence(plan.moment, current.priority)
        plan.deliveries += [_delivery(current, row, way, plan.moment, silent) for way in ways]
        if "app" in ways and (row.steps_done > 0 or row.begins_at > current.published_at):
            plan.calls.add(row.person_id)
        after = ladder.next_moment(current.ladder or {}, row.begins_at, row.steps_done, plan.moment)
        plan.moves[row.person_id] = (row.steps_done + 1, after)
    plan.steps_before = {row.person_id: row.steps_done for row in rows}
    return plan


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
    current: Announcement, row: Any, way: str, moment: datetime, silent: bool
) -> dict[str, Any]:
    return {
        "announcement_id": current.id,
        "person_id": row.person_id,
        "step": row.steps_done,
        "way": way,
        "state": "queued",
        "silent": silent,
        "queued_at": moment,
        "delivered_at": None,
        "next_try_at": moment,
        "attempts": 0,
        "problem": "",
    }


def _write(current: Announcement, plan: Plan) -> None:
    """Write what was planned for those to whom it still applies.

    Who answered in this very second climbs no further, whom another worker served is served.
    """
    statement = select(Recipient.person_id, Recipient.steps_done, Recipient.reached_at).where(
        Recipient.announcement_id == current.id,
        Recipient.person_id.in_(list(plan.moves)),
        Recipient.next_step_at <= plan.moment,
    )
    still = {
        row.person_id: row.reached_at
        for row in db.session.execute(statement.order_by(Recipient.person_id).with_for_update())
        if row.steps_done == plan.steps_before[row.person_id]
    }
    deliveries = [each for each in plan.deliveries if each["person_id"] in still]
    for each in deliveries:
        if each["way"] == "app" and still[each["person_id"]] is not None:
            # The page was faster than the ladder: it has it already.
            each.update(state="delivered", delivered_at=still[each["person_id"]])
    if deliveries:
        db.session.execute(insert(Delivery), deliveries)
    groups: dict[tuple[int, datetime | None], list[int]] = {}
    for person_id in still:
        groups.setdefault(plan.moves[person_id], []).append(person_id)
    for (steps, at), ids in groups.items():
        db.session.execute(
            update(Recipient)
            .where(Recipient.announcement_id == current.id, Recipient.person_id.in_(ids))
            .values(steps_done=steps, next_step_at=at)
            .execution_options(synchronize_session=False)
        )
    for way in sorted({each["way"] for each in deliveries} - {"app"}):
        announce(DeliveriesQueued(way))
    calls = sorted(plan.calls & still.keys())
    if calls:
        live.control("announce", announcement_id=current.id, person_ids=calls)


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
