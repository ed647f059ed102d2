"""The notice to managers: who of their people is missing, one mail for each step."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from email.policy import SMTP
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select, tuple_

from enterprise_social.announcements import actions
from enterprise_social.announcements.actions import delivering
from enterprise_social.announcements.actions.delivering import Due
from enterprise_social.announcements.carriers.letters import (
    announcements_of,
    message_id,
    people_of,
    subject_of,
)
from enterprise_social.announcements.models import Announcement, Recipient
from enterprise_social.announcements.sending import Batch, OtherSideAway
from enterprise_social.core import mail
from enterprise_social.core.actions import finish_reading
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Absence, Availability, Person
from enterprise_social.people.queries.fields import hidden_names

# Large, so that one notice names everybody who is missing at a step.
BATCH = 5000
MOST_NAMED = 200
HIGHEST = 30  # levels of managers who have left, one above the other
CLIMB_AGAIN = timedelta(seconds=2)
CLIMB_AT_MOST = timedelta(seconds=60)
# (announcement_id, step, person_id of who is told)
Notice = tuple[int, int, int]


def carry(batch: Batch) -> None:
    """Tell each manager of a batch's recipients, or who stands in for them, who is missing."""
    _wait_for_the_climb(batch)
    dues = [due for due in batch.dues if due.id in batch.left]
    wanted: set[int] = set()
    for some in _chunks([due.id for due in dues]):
        wanted |= delivering.still_due(some)
    told = told_instead_of({due.person_id for due in dues})
    notices: dict[Notice, list[Due]] = {}
    for due in dues:
        if due.id not in wanted:
            delivering.put_off([due.id], now())
            batch.left.discard(due.id)
        elif due.person_id not in told:
            batch.failed(due, "nobody above who could be told", for_good=True)
        else:
            key = (due.announcement_id, due.step, told[due.person_id])
            notices.setdefault(key, []).append(due)
    if notices:
        _send_all(batch, notices)


def told_instead_of(person_ids: Collection[int]) -> dict[int, int]:
    """Return who is told of each of these people: the next active manager above, or who stands in.

    People with nobody active above them are left out.
    """
    above = _next_active_above(person_ids)
    stand_in = _stand_ins(set(above.values()))
    return {each: stand_in.get(boss, boss) for each, boss in above.items()}


def _wait_for_the_climb(batch: Batch) -> None:
    """Put off what belongs to a step that is being carried out: the rest of it is named as well."""
    ids = {due.announcement_id for due in batch.dues}
    climbing = set(
        db.session.scalars(
            select(Recipient.announcement_id)
            .where(Recipient.announcement_id.in_(ids), Recipient.next_step_at <= now())
            .where(Recipient.next_step_at > now() - CLIMB_AT_MOST)
            .distinct()
        )
    )
    waiting = {due.id for due in batch.dues if due.announcement_id in climbing}
    if waiting:
        delivering.put_off(waiting, now() + CLIMB_AGAIN)
        batch.left -= waiting


def _next_active_above(person_ids: Collection[int]) -> dict[int, int]:
    above = _managers_of(person_ids)
    found: dict[int, int] = {}
    for _level in range(HIGHEST):
        active = {each: people_id for each, (people_id, is_active) in above.items() if is_active}
        found.update(active)
        left = {each: boss for each, (boss, is_active) in above.items() if not is_active}
        if not left:
            break
        higher = _managers_of(set(left.values()))
        above = {each: higher[boss] for each, boss in left.items() if boss in higher}
    return found


def _managers_of(person_ids: Collection[int]) -> dict[int, tuple[int, bool]]:
    """Return the manager of each who has one, and whether that one is active."""
    of = Person.__table__.alias("of")
    found: dict[int, tuple[int, bool]] = {}
    for some in _chunks(sorted(person_ids)):
        statement = (
            select(of.c.id.label("of_id"), Person.id, Person.deactivated_at)
            .join_from(of, Person, Person.id == of.c.manager_id)
            .where(of.c.id.in_(some))
        )
        for row in db.session.execute(statement):
            found[row.of_id] = (row.id, row.deactivated_at is None)
    return found


def _stand_ins(person_ids: set[int]) -> dict[int, int]:
    """Return who stands in for those of these people who are away now."""
    moment = now()
    found: dict[int, int] = {}
    for some in _chunks(sorted(person_ids)):
        statement = (
            select(Absence.person_id, Person.id)
            .outerjoin(Availability, Availability.person_id == Absence.person_id)
            .join(
                Person,
                or_(
                    Person.id == Absence.deputy_id,
                    Absence.deputy_id.is_(None) & (Person.id == Availability.deputy_id),
                ),
            )
            .where(Absence.person_id.in_(some), Person.deactivated_at.is_(None))
            .where(Absence.begins_at <= moment, Absence.ends_at > moment)
            .order_by(Absence.id.desc())
        )
        found.update({row[0]: row[1] for row in db.session.execute(statement)})
    return found


def _send_all(batch: Batch, notices: dict[Notice, list[Due]]) -> None:
    announcements = announcements_of({key[0] for key in notices})
    bosses = people_of({key[2] for key in notices})
    shows_phone = "phone" not in hidden_names()
    lists = {
        key: _missing(announcements[key[0]], dues, shows_phone=shows_phone)
        for key, dues in notices.items()
    }
    for key, dues in notices.items():
        if min(due.attempts for due in dues) == 1:
            # At once on the screen, however the mail server is.
            actions.tell_who_is_missing(key[2], announcements[key[0]], lists[key])
    finish_reading()
    try:
        with mail.sender().line() as line:
            for key, dues in notices.items():
                boss = bosses[key[2]]
                data = _letter(announcements[key[0]], key, boss, lists[key])
                try:
                    line.hand_over(boss.email, data)
                except mail.MailRefused as error:
                    for due in dues:
                        batch.failed(due, str(error), for_good=error.for_good)
                else:
                    delivering.record_told([due.id for due in dues])
                    batch.left -= {due.id for due in dues}
    except mail.MailServerAway as error:
        raise OtherSideAway(str(error)) from error


def _missing(
    announcement: Announcement, dues: Sequence[Due], *, shows_phone: bool
) -> list[dict[str, Any]]:
    """Return who is missing, by name, with what is known of each."""
    rows: list[Any] = []
    pairs = [(announcement.id, due.person_id) for due in dues]
    for some in _chunks(pairs):
        statement = (
            select(Person.id, Person.name, Person.phone, Recipient.reached_at, Recipient.seen_at)
            .join(Recipient, Recipient.person_id == Person.id)
            .where(tuple_(Recipient.announcement_id, Recipient.person_id).in_(some))
        )
        rows += db.session.execute(statement).all()
    return [
        {
            "id": row.id,
            "name": row.name,
            "phone": row.phone if shows_phone else "",
            "state": "seen" if row.seen_at else "reached" if row.reached_at else "not_reached",
        }
        for row in sorted(rows, key=lambda row: (row.name.casefold(), row.id))
    ]


def _letter(
    announcement: Announcement, key: Notice, boss: Person, missing: Sequence[dict[str, Any]]
) -> bytes:
    with force_locale(boss.locale or "en"):
        states = {
            "seen": _("has seen it, and not answered"),
            "reached": _("it was sent, and not seen yet"),
            "not_reached": _("not reached"),
        }
        lines = [
            " · ".join(
                part for part in (each["name"], each["phone"], states[each["state"]]) if part
            )
            for each in missing[:MOST_NAMED]
        ]
        if len(missing) > MOST_NAMED:
            lines.append(_("and %(count)d more", count=len(missing) - MOST_NAMED))
        count = _("Missing: %(count)d of your people", count=len(missing))
        text = "\n\n".join(
            (
                _("These people have not answered “%(title)s”:", title=announcement.title),
                "\n".join(lines),
                _("Please find out how they are, and ask them to answer."),
                f"{current_app.config['BASE_URL']}/announcements/{announcement.id}",
            )
        )
        subject = f"{subject_of(announcement)} · {count}"
    part = f"{announcement.id}.{key[1]}.manager.{boss.id}"
    composed = mail.compose(boss.email, boss.name, subject, text, message_id(part))
    return composed.as_bytes(policy=SMTP)


def _chunks(values: Sequence[Any]) -> Iterable[list[Any]]:
    iterator = iter(values)
    while some := list(itertools.islice(iterator, 400)):
        yield some
