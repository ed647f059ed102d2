"""Who gets an announcement: its audience, those who stand in, and those who join later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, cast, func, insert, literal, null, select, true, update

from enterprise_social.announcements import audience, checks, policy
from enterprise_social.announcements.actions.stepping import schedule_ladder
from enterprise_social.announcements.models import Announcement, Recipient
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import BigId, db
from enterprise_social.people.models import Absence, Person

# Who stands in for somebody may be away as well.
DEPUTIES_OF_DEPUTIES = 5


@action
def add_joiners(person_ids: list[int] | None) -> int:
    """Give open announcements to people who came into their audience; return how many rows.

    None: whoever they are.
    """
    statement = select(Announcement).where(
        Announcement.state == "published", Announcement.adds_joiners
    )
    added = 0
    for announcement in db.session.scalars(statement.order_by(Announcement.id)).all():
        current = lock(Announcement, announcement.id)
        sender_id = current.in_name_of_id or current.author_id
        if current.is_open and audience.may_name(current.audience, {current.author_id, sender_id}):
            added += insert_recipients(current, now(), joined_later=True, among=person_ids)
    return added


def insert_recipients(
    current: Announcement,
    moment: datetime,
    *,
    joined_later: bool = False,
    among: list[int] | None = None,
) -> int:
    """Write the recipients, and the deputies of those who are away; return how many there are."""
    before = current.recipient_count
    wanted = audience.condition_of(current)
    if joined_later:
        # Whom the sender may not announce to does not join by being put into a group.
        sender = db.session.get_one(Person, current.in_name_of_id or current.author_id)
        reach = policy.reach(sender, critical=current.priority == "critical")
        wanted = wanted & reach
    if among is not None:
        wanted = wanted & Person.id.in_(among)
    _write(current, moment, select(Person.id, cast(null(), BigId)).where(wanted), joined_later)
    mine = select(Recipient.person_id).where(Recipient.announcement_id == current.id)
    away = (
        select(func.min(Absence.person_id).label("away"), Absence.deputy_id.label("deputy"))
        .where(Absence.person_id.in_(mine), Absence.begins_at <= moment, Absence.ends_at > moment)
        .group_by(Absence.deputy_id)
        .subquery()
    )
    stand_in = (
        select(Person.id, away.c.away)
        .join(away, away.c.deputy == Person.id)
        .where(Person.deactivated_at.is_(None))
        .where(Person.id.not_in([current.author_id, current.in_name_of_id or 0]))
    )
    for _level in range(DEPUTIES_OF_DEPUTIES):
        if not _write(current, moment, stand_in, joined_later):
            break
    counting = select(func.count()).where(Recipient.announcement_id == current.id)
    current.recipient_count = db.session.execute(counting).scalar_one()
    if joined_later and current.recipient_count > before:
        if current.local_at:
            begin_in_own_zones(current, moment, joined_later=True)
        # Its first step brings it to their pages.
        schedule_ladder(current)
    return current.recipient_count - before


def _write(current: Announcement, moment: datetime, people: Any, joined_later: bool) -> int:
    there = select(Recipient.person_id).where(Recipient.announcement_id == current.id)
    chosen = people.where(Person.id.not_in(there)).subquery()
    columns = [
        literal(current.id), chosen.c[0], chosen.c[1], literal(moment, Recipient.begins_at.type),
        literal(moment, Recipient.begins_at.type), literal(joined_later),
    ]  # fmt: skip
    done = db.session.execute(
        insert(Recipient).from_select(
            ["announcement_id", "person_id", "stands_in_for_id", "begins_at", "next_step_at",
             "joined_later"],
            select(*columns).where(true()),
        )
    )  # fmt: skip
    return int(done.rowcount)  # type: ignore[attr-defined]


def begin_in_own_zones(
    current: Announcement, moment: datetime, *, joined_later: bool = False
) -> None:
    """Let it begin for each at the wall-clock time of their own zone, and never before now."""
    mine = and_(
        Recipient.announcement_id == current.id,
        Recipient.begins_at == moment,
        Recipient.joined_later.is_(joined_later),
    )
    zones = select(Person.time_zone).join(Recipient, Recipient.person_id == Person.id).where(mine)
    for zone in db.session.scalars(zones.distinct()).all():
        begins = max(checks.at_local(str(current.local_at), zone), moment)
        there = select(Person.id).where(Person.time_zone == zone)
        db.session.execute(
            update(Recipient)
            .where(mine, Recipient.person_id.in_(there))
            .values(begins_at=begins, next_step_at=begins)
            .execution_options(synchronize_session=False)
        )
