"""What the tests of following have in common."""

from __future__ import annotations

from flask import current_app

from enterprise_social.core.db import db
from enterprise_social.notifications import sentences
from enterprise_social.notifications.queries import lists
from enterprise_social.people.models import Person


def settled() -> None:
    """Let the worker do what is due."""
    current_app.extensions["worker"].run_until_idle()
    db.session.rollback()


def lines_of(person: Person) -> list[str]:
    """Return what somebody's notifications say, the newest first."""
    db.session.rollback()
    return [sentences.plain_sentence(line) for line in lists.listing(person).items]
