"""What an announcement looks like as a mail."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.announcements import links
from enterprise_social.announcements.actions.delivering import Due
from enterprise_social.announcements.models import Announcement
from enterprise_social.core import mail
from enterprise_social.core.circulars import LINK, Circular, circular
from enterprise_social.core.db import db
from enterprise_social.core.fragments import fragment
from enterprise_social.core.language import zone_of
from enterprise_social.core.organisation import organisation_name
from enterprise_social.files.queries import Attachment
from enterprise_social.people.models import Person

_OUR_PATHS = re.compile(r'(?<= href=")/(?!/)')
_PICTURES = re.compile(r"<img\b[^>]*>")


@dataclass(frozen=True)
class Letter:
    """The mails of one announcement to everyone, made once for each language and zone."""

    announcement: Announcement
    sender: Person
    files: Sequence[Attachment] = ()
    circulars: dict[tuple[str, str], Circular] = field(default_factory=dict)

    def to(self, person: Person, due: Due) -> bytes:
        """Return the mail of one delivery; written again it has the same Message-ID."""
        key = (person.locale or "en", person.time_zone)
        if key not in self.circulars:
            with force_locale(key[0]):
                self.circulars[key] = self._circular(*key)
        link = links.Link(self.announcement.id, person.id, due.id, "email")
        return self.circulars[key].to(
            person.email,
            person.name,
            message_id(f"{self.announcement.id}.{due.id}"),
            links.address(link) if self.announcement.wants_answer else "",
        )

    def _circular(self, locale: str, zone: str) -> Circular:
        announcement = self.announcement
        base = current_app.config["BASE_URL"]
        page = f"{base}/announcements/{announcement.id}"
        # Addresses of ours are whole in a mail; pictures need a signed-in reader, so they stay
        # behind.
        html = _PICTURES.sub("", _OUR_PATHS.sub(f"{base}/", announcement.html))
        words = _words(announcement, self.sender, zone)
        files = [(each.name, f"{base}{each.url}", each.size_text) for each in self.files]
        # The steps of one announcement stand together in a mail program.
        headers = {"References": message_id(f"{announcement.id}")}
        if announcement.priority == "critical":
            headers["Importance"] = "high"
        shown = fragment(
            "announcements/_mail.html",
            announcement=announcement,
            # It was cleaned at writing, and whole addresses add nothing to it.
            body={"html": html},
            files=files,
            address=page,
            answer_address=LINK if announcement.wants_answer else "",
            words=words,
            language=locale,
        )
        text = _text(announcement, files, page, words)
        subject = subject_of(announcement)
        return circular(current_app.config["MAIL_FROM"], subject, text, str(shown), headers)


def subject_of(announcement: Announcement) -> str:
    """Return the title with what it is in front: an exercise, how urgent, what it follows."""
    marks = []
    if announcement.drill:
        marks.append(_("Exercise"))
    if announcement.kind == "all_clear":
        marks.append(_("All-clear"))
    elif announcement.kind == "correction":
        marks.append(_("Correction"))
    elif announcement.priority == "critical":
        marks.append(_("Critical"))
    elif announcement.priority == "important":
        marks.append(_("Important"))
    return "".join(f"[{mark}] " for mark in marks) + announcement.title


def message_id(part: str) -> str:
    """Return a Message-ID (RFC 5322, 3.6.4) that is the same each time and of this installation."""
    return mail.fixed_id(f"announcement.{part}")


def clock_time(moment: datetime, zone: str) -> str:
    """Return a moment as the clock of somebody's zone shows it, with the zone's name."""
    known = zone_of(zone)
    return f"{moment.astimezone(known):%Y-%m-%d, %H:%M} ({known})"


def _words(announcement: Announcement, sender: Person, zone: str) -> dict[str, str]:
    organisation = organisation_name()
    words = {
        "from": _("%(name)s to everyone concerned", name=sender.name),
        "open": _("Open it"),
        "exercise": _("This is an exercise.") if announcement.drill else "",
        "answer": "",
        "due": "",
        "why": _(
            "%(organisation)s sends you this because you are one of those it is for. The link is"
            " yours alone: don't pass it on.",
            organisation=organisation,
        ),
    }
    if announcement.asks == "acknowledgement":
        words["answer"] = announcement.ask_text or _("I have read this")
    elif announcement.asks == "answer":
        words["answer"] = _("Answer")
    if announcement.due_at is not None:
        words["due"] = _("Please answer by %(time)s.", time=clock_time(announcement.due_at, zone))
    return words


def _text(
    announcement: Announcement,
    files: Sequence[tuple[str, str, str]],
    page: str,
    words: dict[str, str],
) -> str:
    parts = [words["exercise"], announcement.title, words["from"], announcement.plain.strip()]
    parts += [f"{name} ({size}):\n{address}" for name, address, size in files]
    if announcement.wants_answer:
        parts += [words["due"], f"{words['answer']}:\n{LINK}"]
    parts += [f"{words['open']}:\n{page}", f"-- \n{words['why']}"]
    return "\n\n".join(part for part in parts if part) + "\n"


def announcements_of(announcement_ids: Collection[int]) -> dict[int, Announcement]:
    """Return these announcements by id, as they are now."""
    statement = select(Announcement).where(Announcement.id.in_(announcement_ids))
    statement = statement.execution_options(populate_existing=True)
    return {each.id: each for each in db.session.scalars(statement)}


def people_of(person_ids: Collection[int]) -> dict[int, Person]:
    """Return these people by id, as they are now."""
    statement = select(Person).where(Person.id.in_(person_ids))
    statement = statement.execution_options(populate_existing=True)
    return {each.id: each for each in db.session.scalars(statement)}
