"""An announcement to many people by every way, for a server that is about to be started."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from enterprise_social import create_app
from enterprise_social.announcements import actions
from enterprise_social.announcements.models import Announcement, Delivery, Recipient
from enterprise_social.config import DEFAULTS
from enterprise_social.core import outbox
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.actions import create_person
from enterprise_social.people.models import Person
from enterprise_social.push.actions import subscribe
from tests.services.http_sink import HttpSink
from tests.services.push_service import PushService
from tests.services.server import LiveServer
from tests.services.smtp import MailSink

SECRET = "shared with the gateway"
# Everything at once, and again by the gateway three seconds later.
STEPS = [
    {"after": 0, "ways": ["app", "push", "email"]},
    {"after": 3, "ways": ["gateway"]},
]


@dataclass
class World:
    """The servers of others around the one that is tested."""

    mails: MailSink = field(default_factory=MailSink)
    push: PushService = field(default_factory=PushService)
    gateway: HttpSink = field(default_factory=HttpSink)

    @property
    def settings(self) -> dict[str, str]:
        """What the server is told of them."""
        return {
            "SMTP_URL": self.mails.url,
            "GATEWAY_URL": f"{self.gateway.url}/messages",
            "GATEWAY_SECRET": SECRET,
            "OUTGOING_ALLOW": "127.0.0.0/8",
        }

    def stop(self) -> None:
        """End them."""
        for each in (self.mails, self.push, self.gateway):
            each.stop()


class Office:
    """The database of a server, looked at and written to from outside."""

    def __init__(self, server: LiveServer) -> None:
        settings = {name: server.env[name] for name in DEFAULTS if name in server.env}
        self.app = create_app({"TESTING": True, **settings})
        self.app.extensions["live"].transport = None  # nobody is connected to this one

    def publish(self, world: World, people: int, steps: Sequence[Any] = STEPS) -> int:
        """Publish to so many people, each with a telephone and a browser; return its id."""
        with self.app.app_context():
            chief = create_person(None, email="chief@example.com", name="Chief", role="admin")
            first = create_person(None, email="p0@example.com", name="P 0", department="Yard")
            first.phone = "+31600000000"
            shared = {each.key: getattr(first, each.key) for each in Person.__table__.c}
            shared.pop("id")
            rows = [
                {
                    **shared, "email": f"p{number}@example.com", "username": f"p{number}",
                    "name": f"P {number}", "phone": f"+316{number:08}",
                }
                for number in range(1, people)
            ]  # fmt: skip
            db.session.execute(insert(Person), rows)
            db.session.commit()
            in_yard = select(Person).where(Person.department == "Yard")
            for person in db.session.scalars(in_yard).all():
                subscribe(person, **world.push.browser().keys, session_id=None)
            actions.set_policy(chief, "critical", steps=list(steps), repeat=None)
            draft, _new = actions.create_draft(
                chief, title="Leave the yard", body="At once.", priority="critical",
                asks="acknowledgement", reason="Fire", audience_text="department is Yard",
            )  # fmt: skip
            sent = actions.publish(chief, draft, version=draft.version)
            db.session.remove()
            return sent.id

    def states(self) -> Counter[tuple[int, str, str]]:
        """Count the ledger's lines by step, way and state."""
        with self.app.app_context():
            columns = (Delivery.step, Delivery.way, Delivery.state)
            rows = db.session.execute(select(*columns, func.count()).group_by(*columns)).all()
            db.session.remove()
        return Counter({(step, way, state): count for step, way, state, count in rows})

    def people_of(self, announcement_id: int) -> list[int]:
        """Return the recipients."""
        with self.app.app_context():
            statement = select(Recipient.person_id)
            found = db.session.scalars(
                statement.where(Recipient.announcement_id == announcement_id)
            ).all()
            db.session.remove()
        return list(found)

    def lines(self) -> list[tuple[int, int, str]]:
        """Return whom, at which step and by which way, each line of the ledger is for."""
        with self.app.app_context():
            columns = (Delivery.person_id, Delivery.step, Delivery.way)
            found = [tuple(row) for row in db.session.execute(select(*columns))]
            db.session.remove()
        return found  # type: ignore[return-value]

    def stuck(self) -> dict[str, int]:
        """Count what should have been done by now and was not."""
        moment: datetime = now()
        with self.app.app_context():
            queued = (Delivery.state == "queued", Delivery.way != "app")
            found = {
                "deliveries": _count(Delivery.id, *queued),
                "steps": _count(Recipient.person_id, Recipient.next_step_at <= moment),
                "ladders": _count(Announcement.id, Announcement.ladder_at <= moment),
                "failed jobs": _count(outbox.OutboxJob.id, outbox.OutboxJob.failed_at.is_not(None)),
            }
            db.session.remove()
        return found

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def _count(column: Any, *conditions: Any) -> int:
    found = db.session.execute(select(func.count(column)).where(*conditions)).scalar_one()
    return int(found)
