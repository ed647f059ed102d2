"""An announcement to a few people, and what of it is to be carried by one way."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import select

from enterprise_social.announcements import actions
from enterprise_social.announcements.models import Announcement, Delivery
from enterprise_social.core.db import db
from enterprise_social.people.models import Person

LADDERS = {
    way: [{"after": 0, "ways": [way]}] for way in ("push", "email", "gateway", "manager", "app")
}


def announce(author: Person, way: str, **fields: Any) -> Announcement:
    """Publish to the department 'Yard' with a ladder that begins, and ends, with ``way``."""
    content = {
        "title": "Stop all cranes",
        "body": "Park them **now**, see [the yard](/channels/yard).",
        "priority": "critical",
        "asks": "acknowledgement",
        "reason": "Two near misses",
        "audience_text": "department is Yard",
        **fields,
    }
    draft, _new = actions.create_draft(author, **content)
    actions.set_policy(author, content["priority"], steps=LADDERS[way], repeat=None)
    return actions.publish(author, draft, version=draft.version)


def work() -> None:
    """Let the worker do what is due."""
    current_app.extensions["worker"].run_until_idle()
    db.session.rollback()


def ledger(announcement: Announcement) -> dict[str, Delivery]:
    """Return the deliveries of an announcement by the recipient's name."""
    db.session.rollback()
    statement = select(Person.name, Delivery).join(Delivery, Delivery.person_id == Person.id)
    statement = statement.where(Delivery.announcement_id == announcement.id)
    rows = db.session.execute(statement.execution_options(populate_existing=True))
    return {row[0]: row[1] for row in rows}
