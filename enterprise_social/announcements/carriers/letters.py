"""What an announcement looks like as a mail."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from email.message import EmailMessage

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from enterprise_social.announcements import links
from enterprise_social.announcements.actions.delivering import Due
from enterprise_social.announcements.models import Announcement
from enterprise_social.core import mail
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.fragments import fragment
from enterprise_social.people.models import Person

_OUR_PATHS = re.compile(r'(?<= href=")/(?!/)')
_PICTURES = re.compile(r"<img\b[^>]*>")


@dataclass(frozen=True)
class Letter:
    """What is the same in the mails of one announcement to everyone."""

    announcement: Announcement
    sender: Person
    html: Markup
    address: str


def letter_of(announcement: Announcement, sender: Person) -> Letter:
    """Prepare the mails of an announcement."""
    base = current_app.config["BASE_URL"]
    # Addresses of ours are whole in a mail; pictures need a signed-in reader, so they stay behind.
    html = _PICTURES.sub("", _OUR_PATHS.sub(f"{base}/", announcement.html))
    # It was cleaned at writing, and whole addresses add nothing to it.
    body = Markup(html)  # noqa: S704
    return Letter(announcement, sender, body, f"{base}/announcements/{announcement.id}")


def write(letter: Letter, person: Person, due: Due) -> EmailMessage:
    """Return the mail of one delivery; written again it has the same Message-ID."""
    announcement = letter.announcement
    link = links.Link(announcement.id, person.id, due.id, "email")
    answer = links.address(link) if announcement.wants_answer else ""
    with force_locale(person.locale or "en"):
        subject = subject_of(announcement)
        words = _words(announcement, letter.sender)
        message = mail.compose(
            person.email,
            person.name,
            subject,
            _text(letter, answer, words),
            message_id(f"{announcement.id}.{due.id}"),
            html=fragment(
                "announcements/_mail.html",
                announcement=announcement,
                body=letter.html,
                address=letter.address,
                answer_address=answer,
                words=words,
                language=person.locale or "en",
            ),
        )
    # The steps of one announcement stand together in a mail program.
    message["References"] = message_id(f"{announcement.id}")
    if announcement.priority == "critical":
        message["Importance"] = "high"
    return message


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
    key = current_app.config["SECRET_KEY"].encode()
    ours = hmac.new(key, f"message-id:{part}".encode(), hashlib.sha256).hexdigest()[:12]
    return f"<announcement.{part}.{ours}@{mail.domain()}>"


def _words(announcement: Announcement, sender: Person) -> dict[str, str]:
    organisation = current_app.config["ORGANISATION"]
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
        words["due"] = _("Please answer by %(time)s.", time=str(rfc3339(announcement.due_at)))
    return words


def _text(letter: Letter, answer: str, words: dict[str, str]) -> str:
    announcement = letter.announcement
    parts = [words["exercise"], announcement.title, words["from"], announcement.plain.strip()]
    if answer:
        parts.append("\n".join(each for each in (words["due"],) if each))
        parts.append(f"{words['answer']}:\n{answer}")
    parts.append(f"{words['open']}:\n{letter.address}")
    parts.append(f"-- \n{words['why']}")
    return "\n\n".join(part for part in parts if part) + "\n"
