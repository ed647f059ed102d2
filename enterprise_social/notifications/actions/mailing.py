"""What goes out by mail, and when: gathered under lock, so that no line is told twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update

from enterprise_social.announcements.queries.reachability import Reach, reach_of
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.core.language import zone_of
from enterprise_social.core.whereabouts import active_of
from enterprise_social.notifications.actions.choosing import (
    next_digest,
    set_digest,
    set_preference,
)
from enterprise_social.notifications.defaults import CHOOSABLE, JOIN_WITHIN, MAIL_AFTER
from enterprise_social.notifications.events import DigestReady, DigestTime, MailReady, MailTime
from enterprise_social.notifications.models import Digest, Notification
from enterprise_social.notifications.queries.preferences import matrix
from enterprise_social.people.models import Person
from enterprise_social.people.quiet import end_of_span


@action
def gather_mail(person_id: int) -> None:
    """Set apart what somebody has not read until now, for one mail.

    It waits while they are at work in the application, want quiet or are not to be disturbed.
    """
    moment = now()
    person = db.session.get(Person, person_id)
    lines = _waiting(person_id)
    if person is None or not any(line.mail_at and line.mail_at <= moment for line in lines):
        return
    if not person.is_active:
        for line in lines:
            line.mail_at = None
        return
    later = _wait_until(person_id, moment)
    if later is not None:
        for line in lines:
            line.mail_at = max(later, line.mail_at or later)
        announce(MailTime(person_id), run_at=later)
        return
    ready = [line for line in lines if line.mail_at and line.mail_at <= moment + JOIN_WITHIN]
    wanted = matrix(person)
    told = [line for line in ready if wanted[line.kind]["email"]]
    for line in ready:
        line.mail_at = None
    for line in told:
        line.mailed_at = moment
    if told:
        ids = tuple(sorted(line.id for line in told))
        announce(MailReady(person_id, ids, str(rfc3339(moment))))


def _waiting(person_id: int) -> Sequence[Notification]:
    statement = (
        select(Notification)
        .where(
            Notification.person_id == person_id,
            Notification.mail_at.is_not(None),
            Notification.read_at.is_(None),
        )
        .order_by(Notification.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).all()


def _wait_until(person_id: int, moment: datetime) -> datetime | None:
    reach = reach_of([person_id])[person_id]
    quiet = _quiet_until(reach, moment)
    if quiet is not None:
        return quiet
    return moment + MAIL_AFTER if active_of([person_id]) else None


def _quiet_until(reach: Reach, moment: datetime) -> datetime | None:
    """Return when quiet hours and do-not-disturb are over, or None where neither holds."""
    until: datetime | None = None
    if reach.undisturbed_until is not None and reach.undisturbed_until > moment:
        until = reach.undisturbed_until
    if reach.quiet is not None:
        ends = end_of_span(until or moment, zone_of(reach.zone), reach.quiet)
        until = ends or until
    return until


@action
def gather_digest(person_id: int, due: str) -> None:
    """Call for the summary of somebody whose turn it is, and plan the next one."""
    mine = db.session.get(Digest, person_id, with_for_update=True, populate_existing=True)
    if mine is None or mine.next_at is None or rfc3339(mine.next_at) != due:
        return
    moment, person = now(), db.session.get_one(Person, person_id)
    if not person.is_active:
        mine.next_at = None
        return
    since, mine.told_until = mine.told_until or moment, moment
    mine.next_at = next_digest(moment, person.time_zone, mine.rhythm)
    if mine.next_at is not None:
        announce(DigestTime(person_id, str(rfc3339(mine.next_at))), run_at=mine.next_at)
    announce(DigestReady(person_id, str(rfc3339(since)), str(rfc3339(moment))))


@action
def plan_digests(person_ids: Collection[int]) -> None:
    """Plan summaries anew, as when somebody comes back or moves to another zone."""
    statement = select(Digest, Person).join(Person, Person.id == Digest.person_id)
    for mine, person in db.session.execute(
        statement.where(Digest.person_id.in_(person_ids), Person.deactivated_at.is_(None))
    ):
        wanted = next_digest(now(), person.time_zone, mine.rhythm)
        if wanted is not None and wanted != mine.next_at:
            mine.next_at = wanted
            announce(DigestTime(person.id, str(rfc3339(wanted))), run_at=wanted)


@action
def unsubscribe(actor: Person, what: str) -> None:
    """Get no more mails of that sort: ``digest``, or ``mail`` for what one has not seen."""
    if what == "digest":
        set_digest(actor, "never")
        return
    for kind in CHOOSABLE:
        set_preference(actor, kind, "email", False)
    db.session.execute(
        update(Notification)
        .where(Notification.person_id == actor.id, Notification.mail_at.is_not(None))
        .values(mail_at=None)
        .execution_options(synchronize_session=False)
    )
