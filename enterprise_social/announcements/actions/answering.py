"""What recipients do: it reaches them, they see it, they answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, tuple_, update

from enterprise_social.announcements.actions.calling import call_responders
from enterprise_social.announcements.events import HelpAsked, ProgressMade, RecipientAnswered
from enterprise_social.announcements.models import (
    LONGEST_NOTE,
    Announcement,
    Delivery,
    Recipient,
)
from enterprise_social.core import audit, live
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.core.text import safe_name
from enterprise_social.people.models import Person

# (announcement_id, person_id) of somebody's own client.
Receipt = tuple[int, int]
CHUNK = 200


@action
def record_delivered(receipts: Sequence[Receipt]) -> int:
    """Note that announcements have come to people's clients; return how many were news.

    Receipts of what isn't the person's are passed over.
    """
    return _record(receipts, seen=False)


@action
def record_seen(receipts: Sequence[Receipt]) -> int:
    """Note what people had on their screen for a second; return how many were news."""
    return _record(receipts, seen=True)


@action
def answer(
    actor: Person,
    announcement: Announcement,
    *,
    choice: int | None = None,
    note: str = "",
    way: str = "app",
) -> Recipient:
    """Acknowledge, or answer by the number of a choice (from 0) and a note.

    An acknowledgement stays as it was the first time; an answer may change while it is open.
    Raises NotFound for who is no recipient, Invalid, and Conflict where it asks nothing or ended.
    """
    theirs = db.session.get(
        Recipient, (announcement.id, actor.id), with_for_update=True, populate_existing=True
    )
    current = db.session.get_one(Announcement, announcement.id, populate_existing=True)
    if theirs is None or theirs.begins_at > now():
        raise NotFound()
    if not current.wants_answer:
        raise Conflict(_("Nothing is asked here."))
    choice, note = _checked(current, choice, note)
    if theirs.answered_at is not None and (theirs.choice, theirs.note) == (choice, note):
        return theirs
    if not current.is_open:
        raise Conflict(_("It has ended: no answer is needed any more."))
    if theirs.answered_at is not None and current.asks == "acknowledgement":
        return theirs
    _write_answer(theirs, choice, note, way)
    details = {"choice": choice, "way": way} if current.asks == "answer" else {"way": way}
    audit.record(actor, "announcements.answered", f"announcement:{current.id}", details)
    announce(RecipientAnswered(current.id, actor.id))
    if choice is not None and current.choices[choice]["alerts"]:
        announce(HelpAsked(current.id, actor.id))
        call_responders(current, actor, theirs)
    payload = {"announcement_id": current.id, "choice": choice}
    live.personal(actor.id, "announcement_answered", payload)
    return theirs


def _checked(current: Announcement, choice: int | None, note: str) -> tuple[int | None, str]:
    note = safe_name(note) if current.takes_note else ""
    if len(note) > LONGEST_NOTE:
        detail = _("At most %(count)d characters fit here.", count=LONGEST_NOTE)
        raise Invalid(errors={"note": [detail]})
    if current.asks != "answer":
        return None, note
    if choice is None or not 0 <= choice < len(current.choices):
        raise Invalid(errors={"choice": [_("Choose one of the answers.")]})
    return choice, note


def _write_answer(theirs: Recipient, choice: int | None, note: str, way: str) -> None:
    moment = now()
    theirs.answered_at = moment
    theirs.answered_way = way
    theirs.choice = choice
    theirs.note = note
    theirs.next_step_at = None
    # Whoever answers has had it and seen it, by whatever way.
    theirs.seen_at = theirs.seen_at or moment
    if theirs.reached_at is None:
        theirs.reached_at, theirs.reached_way = moment, way
    db.session.flush()


def _record(receipts: Sequence[Receipt], *, seen: bool) -> int:
    moment = now()
    changed: set[int] = set()
    news = 0
    for chunk in _chunks(sorted(set(receipts))):
        for theirs, asks in _theirs(chunk, moment):
            if (theirs.seen_at if seen else theirs.reached_at) is not None:
                continue
            news += 1
            changed.add(theirs.announcement_id)
            if theirs.reached_at is None:
                theirs.reached_at, theirs.reached_way = moment, "app"
            if seen:
                theirs.seen_at = moment
                if asks == "nothing":
                    # Seen is all that such a one wants.
                    theirs.next_step_at = None
        db.session.flush()
        _arrived(chunk, moment)
    if news:
        for announcement_id in sorted(changed):
            announce(ProgressMade(announcement_id))
    return news


def _arrived(chunk: Sequence[Receipt], moment: datetime) -> None:
    pairs = tuple_(Delivery.announcement_id, Delivery.person_id)
    db.session.execute(
        update(Delivery)
        .where(pairs.in_(chunk), Delivery.way == "app", Delivery.state.in_(("queued", "sent")))
        .values(state="delivered", delivered_at=moment)
        .execution_options(synchronize_session=False)
    )


def _chunks(receipts: Sequence[Receipt]) -> Iterable[Sequence[Receipt]]:
    for start in range(0, len(receipts), CHUNK):
        yield receipts[start : start + CHUNK]


def _theirs(chunk: Sequence[Receipt], moment: datetime) -> Sequence[Any]:
    statement = (
        select(Recipient, Announcement.asks)
        .join(Announcement, Announcement.id == Recipient.announcement_id)
        .where(tuple_(Recipient.announcement_id, Recipient.person_id).in_(chunk))
        .where(Recipient.begins_at <= moment)
        .order_by(Recipient.announcement_id, Recipient.person_id)
        .with_for_update(of=Recipient)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).all()
