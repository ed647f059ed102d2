"""A channel with a rude post in it, those who read it, and those who judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask

from enterprise_social.channels.models import Channel
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.moderation.actions.decisions import Verdict, decide
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.models import Case, Decision
from enterprise_social.notifications.models import Notification
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from tests.making import make_channel, make_person, write


@dataclass
class Town:
    """Ada judges everywhere with Mira, Owen leads the channel, Bogdan wrote, Elif and Kofi read."""

    app: Flask
    ada: Person
    mira: Person
    owen: Person
    bogdan: Person
    elif_: Person
    kofi: Person
    channel: Channel
    post: Post

    def reported(self, by: Person | None = None, post: Post | None = None, note: str = "") -> Case:
        """Have the post reported and return its case."""
        made, _new = report(by or self.elif_, "post", (post or self.post).id, "insult", note)
        return db.session.get_one(Case, made.case_id)

    def decided(self, act: str = "remove", case: Case | None = None, **options: Any) -> Decision:
        """Have Ada decide the case."""
        options.setdefault("rule", "insult")
        return decide(options.pop("by", self.ada), case or self.reported(), Verdict(act, **options))

    def work(self) -> None:
        """Let the worker do all that waits."""
        self.app.extensions["worker"].run_until_idle()

    def told(self, person: Person) -> list[str]:
        """Why somebody was told by moderation, the first thing first."""
        db.session.rollback()
        rows = db.session.query(Notification).filter_by(person_id=person.id, kind="moderation")
        return [row.reason for row in rows.order_by(Notification.id)]


def make_town(app: Flask) -> Town:
    """Make everybody."""
    ada, mira = make_person("Ada Lind", role="admin"), make_person("Mira Holt", role="admin")
    owen, bogdan = make_person("Owen Price"), make_person("Bogdan Ionescu")
    elif_, kofi = make_person("Elif Şahin"), make_person("Kofi Mensah")
    channel = make_channel(owen, "road planning", bogdan, elif_, kofi)
    write(kofi, channel, "Who can take the Sunday loop?")
    post = write(bogdan, channel, "Whoever asks **that** should try thinking.")
    return Town(app, ada, mira, owen, bogdan, elif_, kofi, channel, post)


def in_days(days: float) -> Any:
    """A moment so many days from now."""
    return now() + timedelta(days=days)
