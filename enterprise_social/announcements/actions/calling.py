"""Whoever must act at once is told at once: on their screen, and by a mail that waits for them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, or_, select

from enterprise_social.announcements.models import Announcement, Recipient, Responder
from enterprise_social.core import live, mail
from enterprise_social.core.db import db
from enterprise_social.people.models import Person

MOST_APPROVERS = 20


def call_responders(current: Announcement, person: Person, theirs: Recipient) -> None:
    """Tell those who answer for an announcement that somebody needs help.

    Call it inside the action that writes the answer.
    """
    statement = select(Person).join(Responder, Responder.person_id == Person.id)
    statement = statement.where(Responder.announcement_id == current.id)
    answer = current.choices[theirs.choice or 0]["text"]
    payload = {
        "announcement_id": current.id,
        "person_id": person.id,
        "name": person.name,
        "answer": answer,
        "note": theirs.note,
        "drill": current.drill,
    }
    for responder in _active(statement):
        live.personal(responder.id, "announcement_help", payload)
        with force_locale(responder.locale or "en"):
            subject = _("%(name)s: %(answer)s", name=person.name, answer=answer)
            if current.drill:
                subject = _("Exercise: %(subject)s", subject=subject)
            lines = [f"{person.name}: {answer}", theirs.note, person.phone, current.title]
            _mail(responder, subject, lines, f"/announcements/{current.id}/board")


def call_approvers(current: Announcement, author: Person) -> None:
    """Tell admins, and the author's manager, that an announcement waits for a second word."""
    statement = (
        select(Person)
        .where(or_(Person.role == "admin", Person.id == author.manager_id))
        .where(Person.id.not_in([current.author_id, current.in_name_of_id or 0]))
        .where(Person.role.in_(("manager", "admin")))
    )
    payload = {"announcement_id": current.id, "title": current.title, "name": author.name}
    for approver in _active(statement.limit(MOST_APPROVERS)):
        live.personal(approver.id, "announcement_approval", payload)
        with force_locale(approver.locale or "en"):
            subject = _("To approve: %(title)s", title=current.title)
            asked = _("%(name)s asks you to approve an announcement.", name=author.name)
            _mail(approver, subject, [asked, current.title], f"/announcements/{current.id}")


def tell_author(current: Announcement, approved: bool) -> None:
    """Tell the author what the second person said."""
    author = db.session.get_one(Person, current.author_id)
    with force_locale(author.locale or "en"):
        said = _("It was approved and goes out.") if approved else _("It was sent back to you.")
        _mail(author, current.title, [said], f"/announcements/{current.id}")


def tell_author_why_not(current: Announcement, why: str) -> None:
    """Tell the author, in the language that is set, why what was scheduled did not go out."""
    author = db.session.get_one(Person, current.author_id)
    said = _("It was not sent at its time, and is a draft again.")
    _mail(author, current.title, [said, why], f"/announcements/{current.id}")


def _active(statement: Select[Person]) -> Sequence[Person]:
    wanted = statement.where(Person.deactivated_at.is_(None)).order_by(Person.id)
    return db.session.scalars(wanted).all()


def _mail(person: Person, subject: str, lines: Sequence[str], path: str) -> None:
    if person.email:
        text = "\n\n".join([*filter(None, lines), f"{current_app.config['BASE_URL']}{path}"])
        mail.send(person.email, subject, text + "\n", to_name=person.name)
