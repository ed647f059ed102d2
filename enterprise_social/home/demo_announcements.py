"""The demo's announcements: one that waits, one that is news, and an exercise that is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from enterprise_social.announcements import actions
from enterprise_social.announcements.models import Announcement, Recipient
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Person

# In hundredths: how many were reached, saw it, and answered.
Share = tuple[int, int, int]
NOTES = {
    0: ("Out through hall 2.", "With the night shift, all here.", "At the dentist, safe."),
    1: ("Stairwell B, twisted my ankle.",),
}


def write_announcements(people: Mapping[str, Person]) -> None:
    """Send them, as if it had been some time ago. Call it inside the action that loads the demo."""
    actions.grant_right(None, people["ruth.hollins"], "everyone", may_be_critical=True)
    actions.grant_right(None, people["grace.adomako"], "everyone")
    actions.grant_right(None, people["agnieszka.mazur"], "rule", rule_text="location is Gdynia")
    _send(
        people["grace.adomako"],
        hours=26,
        share=(100, 92, 0),
        title="Office days between the years",
        body="All sites stay open for ships and trucks. Offices close on **24 December at noon** "
        "and open again on 2 January.\n\nEnter your days by Friday.",
        audience_text="everyone",
    )
    drill = _send(
        people["ruth.hollins"],
        hours=76,
        share=(100, 98, 94),
        title="Evacuation of Gdynia: where are you?",
        body="This is the exercise of the quarter. Go to your assembly point, then answer.",
        priority="critical",
        drill=True,
        asks="answer",
        choices=[{"text": "I am safe"}, {"text": "I need help", "alerts": True}],
        takes_note=True,
        responder_ids=[people["agnieszka.mazur"].id],
        audience_text="location is Gdynia",
    )
    actions.end(people["ruth.hollins"], drill)
    drill.ended_at = now() - timedelta(hours=75)
    _send(
        people["agnieszka.mazur"],
        hours=3,
        share=(100, 80, 55),
        waits=people["magdalena.sikora"],
        title="New assembly point: gate B",
        body="From Monday the assembly point of the Gdynia yard is **gate B**, not the car "
        "park.\n\n- Walk the way once before your next shift.\n- Shift leads show it to drivers.",
        priority="important",
        asks="acknowledgement",
        ask_text="I know the way",
        due_at=now() + timedelta(days=2),
        audience_text="location is Gdynia or reports to @agnieszka.mazur",
    )


def _send(
    author: Person, *, hours: int, share: Share, waits: Person | None = None, **fields: Any
) -> Announcement:
    """Publish; ``waits`` has seen it and has not answered."""
    sent, _new = actions.send(author, **fields)
    begin = now() - timedelta(hours=hours)
    sent.created_at = sent.updated_at = sent.published_at = begin
    sent.ladder_at = None
    db.session.flush()
    db.session.execute(
        update(Recipient)
        .where(Recipient.announcement_id == sent.id)
        .values(begins_at=begin, next_step_at=None, steps_done=1)
    )
    statement = select(Recipient).where(Recipient.announcement_id == sent.id)
    rows = db.session.scalars(statement.order_by(Recipient.person_id)).all()
    for number, theirs in enumerate(rows):
        place = number * 100 // len(rows)
        is_late = waits is not None and theirs.person_id == waits.id
        spread = timedelta(minutes=1 + (number * 7) % 40)
        theirs.reached_at = begin + spread / 2 if place < share[0] else None
        theirs.reached_way = "app" if theirs.reached_at else ""
        theirs.seen_at = begin + spread if place < share[1] or is_late else None
        if place < share[2] and not is_late and sent.wants_answer:
            theirs.answered_at, theirs.answered_way = begin + 1.5 * spread, "app"
            if sent.choices:
                theirs.choice = 1 if number == 4 else 0
                notes = NOTES[theirs.choice]
                theirs.note = notes[number % len(notes)] if number % 3 == 1 else ""
    db.session.flush()
    return sent
