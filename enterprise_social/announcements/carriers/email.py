"""E-mail: a batch over one connection, each mail asked for once more right before it leaves."""

from __future__ import annotations

import logging
from collections.abc import Collection

from enterprise_social.announcements.actions.delivering import Due
from enterprise_social.announcements.carriers.letters import Letter, announcements_of, people_of
from enterprise_social.announcements.sending import Batch, OtherSideAway
from enterprise_social.core import mail
from enterprise_social.core.actions import finish_reading
from enterprise_social.people.models import Person

log = logging.getLogger(__name__)
# Servers like to be left alone after some hundred mails.
BATCH = 100


def carry(batch: Batch) -> None:
    """Send the mails of a batch."""
    letters = letters_of({due.announcement_id for due in batch.dues})
    people = people_of({due.person_id for due in batch.dues})
    finish_reading()
    try:
        with mail.sender().line() as line:
            for due in batch.dues:
                if batch.wanted(due):
                    _send(line, batch, due, letters[due.announcement_id], people[due.person_id])
    except mail.MailServerAway as error:
        raise OtherSideAway(str(error)) from error


def _send(line: mail.Line, batch: Batch, due: Due, letter: Letter, person: Person) -> None:
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
    try:
        line.hand_over(person.email, data)
    except mail.MailRefused as error:
        batch.failed(due, str(error), for_good=error.for_good)
    else:
        batch.sent(due)


def letters_of(announcement_ids: Collection[int]) -> dict[int, Letter]:
    """Prepare the mails of these announcements."""
    found = announcements_of(announcement_ids).values()
    senders = people_of({each.in_name_of_id or each.author_id for each in found})
    return {each.id: Letter(each, senders[each.in_name_of_id or each.author_id]) for each in found}
