"""An announcement as everyone who gets it is shown it; nothing here depends on who looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from enterprise_social.announcements.models import Announcement
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.db import db
from enterprise_social.core.text import plain_excerpt
from enterprise_social.people.models import Person

EXCERPT = 180


@dataclass(frozen=True)
class Banner:
    """What a banner shows."""

    id: int
    title: str
    excerpt: str
    priority: str
    kind: str
    follows_id: int | None
    drill: bool
    asks: str
    ask_text: str
    choices: tuple[tuple[int, str], ...]
    takes_note: bool
    due_at: datetime | None
    sender_name: str

    def document(self) -> dict[str, Any]:
        """Return it as programs and pages get it by the socket."""
        return {
            "announcement_id": self.id,
            "title": self.title,
            "excerpt": self.excerpt,
            "priority": self.priority,
            "kind": self.kind,
            "follows_id": self.follows_id,
            "drill": self.drill,
            "asks": self.asks,
            "choices": [text for _number, text in self.choices],
            "due_at": rfc3339(self.due_at),
            "sender_name": self.sender_name,
        }


def banner_facts(announcement: Announcement, sender: Person | None = None) -> Banner:
    """Return what is shown of an announcement before it is opened."""
    sender_id = announcement.in_name_of_id or announcement.author_id
    sender = sender or db.session.get_one(Person, sender_id)
    return Banner(
        id=announcement.id,
        title=announcement.title,
        excerpt=plain_excerpt(announcement.plain, EXCERPT),
        priority=announcement.priority,
        kind=announcement.kind,
        follows_id=announcement.follows_id,
        drill=announcement.drill,
        asks=announcement.asks,
        ask_text=announcement.ask_text,
        choices=tuple((i, each["text"]) for i, each in enumerate(announcement.choices)),
        takes_note=announcement.takes_note,
        due_at=announcement.due_at,
        sender_name=sender.name,
    )
