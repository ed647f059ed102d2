"""People, tokens and channels for a server that is about to be started, made by real actions."""

from __future__ import annotations

from dataclasses import dataclass, field

from enterprise_social import create_app
from enterprise_social.accounts.actions import create_access_token
from enterprise_social.channels.actions import create_channel, join_channel
from enterprise_social.config import DEFAULTS
from enterprise_social.core.db import db
from enterprise_social.people.actions import create_person
from tests.services.server import LiveServer


@dataclass
class Colleague:
    """Somebody who acts by the API."""

    id: int
    username: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What a request of theirs carries."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Workspace:
    """Colleagues who all are in all of the channels."""

    colleagues: list[Colleague] = field(default_factory=list)
    channel_ids: list[int] = field(default_factory=list)


def prepare(server: LiveServer, *, people: int, channels: int) -> Workspace:
    """Fill the database of a server that doesn't run yet."""
    settings = {name: server.env[name] for name in DEFAULTS if name in server.env}
    app = create_app({"TESTING": True, **settings})
    app.extensions["live"].transport = None  # nobody is connected to this one
    made = Workspace()
    with app.app_context():
        persons = [
            create_person(None, email=f"person{number}@example.com", name=f"Person {number}")
            for number in range(people)
        ]
        for person in persons:
            _token, text = create_access_token(person, "test")
            made.colleagues.append(Colleague(person.id, person.username, text))
        for number in range(channels):
            channel = create_channel(persons[0], f"Channel {number}")
            for person in persons[1:]:
                join_channel(person, channel)
            made.channel_ids.append(channel.id)
        db.session.remove()
        db.engine.dispose()
    return made
