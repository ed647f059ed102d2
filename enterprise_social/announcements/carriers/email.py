"""E-mail: a batch over one connection, each mail asked for once more right before it leaves."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flask import Flask, current_app

from enterprise_social.announcements.actions.delivering import Due
from enterprise_social.announcements.carriers.letters import Letter, announcements_of, people_of
from enterprise_social.announcements.queries.attached import files_of
from enterprise_social.announcements.sending import Batch, OtherSideAway
from enterprise_social.core import mail
from enterprise_social.core.actions import finish_reading
from enterprise_social.people.models import Person

log = logging.getLogger(__name__)
# Servers like to be left alone after some hundred mails.
BATCH = 100
MOST_LINES = 8
# Slower than this a mail, another connection is worth it.
QUICK_SECONDS = 0.05


def carry(batch: Batch) -> None:
    """Send the mails of a batch."""
    letters = letters_of({due.announcement_id for due in batch.dues})
    people = people_of({due.person_id for due in batch.dues})
    finish_reading()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    pace: Pace = app.extensions.setdefault("announced_mails_pace", Pace())

    def send(some: Sequence[Due]) -> None:
        with app.app_context():
            _send_some(batch, some, letters, people, pace)

    count = pace.lines()
    shares = [batch.dues[number::count] for number in range(count)]
    with ThreadPoolExecutor(count) as lines:
        # What one line could not send is put off; the others go on to their end.
        done = [lines.submit(send, share) for share in shares if share]
    for each in done:
        each.result()


@dataclass
class Pace:
    """How long the mail server takes for a mail: by one connection, where it is quick.

    One is enough for a server beside this one, and lets a crash double one mail at most; a server
    far away, or slow, gets some at a time.
    """

    seconds: float = 0.0

    def note(self, seconds: float) -> None:
        """Take into account how long one took."""
        self.seconds += (seconds - self.seconds) / 10

    def lines(self) -> int:
        """Return how many connections are used."""
        return max(1, min(MOST_LINES, int(self.seconds / QUICK_SECONDS)))


def _send_some(
    batch: Batch,
    dues: Sequence[Due],
    letters: dict[int, Letter],
    people: dict[int, Person],
    pace: Pace,
) -> None:
    try:
        with mail.sender().line() as line:
            for due in dues:
                if batch.wanted(due):
                    letter, person = letters[due.announcement_id], people[due.person_id]
                    _send(line, batch, due, letter, person, pace)
    except mail.MailServerAway as error:
        raise OtherSideAway(str(error)) from error


def _send(
    line: mail.Line, batch: Batch, due: Due, letter: Letter, person: Person, pace: Pace
) -> None:
    if not person.is_active:
        batch.failed(due, "no longer here", for_good=True)
        return
    try:
        data = letter.to(person, due)
    except Exception as error:
        # An address that is none, say: the others' mails go out all the same.
        log.exception("a mail could not be written")
        batch.failed(due, str(error), for_good=True)
        return
    began = time.monotonic()
    try:
        line.hand_over(person.email, data)
    except mail.MailRefused as error:
        batch.failed(due, str(error), for_good=error.for_good)
    else:
        pace.note(time.monotonic() - began)
        batch.sent(due)


def letters_of(announcement_ids: Collection[int]) -> dict[int, Letter]:
    """Prepare the mails of these announcements."""
    found = announcements_of(announcement_ids).values()
    files = files_of(announcement_ids)
    senders = people_of({each.in_name_of_id or each.author_id for each in found})
    return {
        each.id: Letter(each, senders[each.in_name_of_id or each.author_id], files[each.id])
        for each in found
    }
