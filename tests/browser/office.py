"""A running server and the people who use it: each with a browser window and an API client."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from enterprise_social import create_app
from enterprise_social.accounts import actions as accounts
from enterprise_social.channels.actions import add_member, create_channel
from enterprise_social.channels.models import Channel
from enterprise_social.config import DEFAULTS
from enterprise_social.core.db import db
from enterprise_social.people.actions import create_person
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import create_post
from tests.services.ending import let_go
from tests.services.server import LiveServer

PASSWORD = "correct horse battery"


@dataclass
class Colleague:
    """Somebody who works here."""

    id: int
    name: str
    username: str
    email: str
    cookie: str
    http: httpx.Client = field(repr=False)

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Call the API as them, while their browser is elsewhere; returns the answer's JSON."""
        answer = self.http.request(method, path, json=body or None)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def write(self, place: Place, body: str, **fields: Any) -> int:
        """Write a post by the API and return its id."""
        found = self.call("POST", f"/channels/{place.id}/posts", body=body, **fields)
        return int(found["id"])

    def read(self, place: Place) -> None:
        """Read a channel to its end."""
        seq = self.call("GET", f"/channels/{place.id}")["seq"]
        self.call("PUT", f"/channels/{place.id}/read", seq=seq)


@dataclass(frozen=True)
class Place:
    """A channel."""

    id: int
    slug: str
    name: str

    @property
    def url(self) -> str:
        """The path of its page."""
        return f"/channels/{self.slug}"


class Office:
    """A server, with what its tests find there made by real actions on its database."""

    def __init__(self, server: LiveServer) -> None:
        """Prepare to fill the data of ``server``, whether or not it runs already."""
        self.server = server
        settings = {name: server.env[name] for name in DEFAULTS if server.env.get(name)}
        self.app = create_app({"TESTING": True, **settings})
        self._numbers = itertools.count(1)
        self._clients: list[httpx.Client] = []

    def close(self) -> None:
        """Let go of the database and of all clients."""
        for client in self._clients:
            client.close()
        let_go(self.app)

    def person(self, name: str, *, role: str = "employee", **fields: Any) -> Colleague:
        """Let somebody work here who is signed in already."""
        number = next(self._numbers)
        email = f"{name.split()[0].lower()}{number}@example.org"
        with self.app.app_context():
            row = create_person(None, email=email, name=name, role=role, **fields)
            accounts.set_password(None, row, PASSWORD)
            _session, session_token = accounts.begin_session(row, address="127.0.0.1")
            _token, text = accounts.create_access_token(row, "test")
            client = httpx.Client(
                base_url=f"{self.server.url}/api/v1",
                headers={"Authorization": f"Bearer {text}"},
                timeout=30,
            )
            self._clients.append(client)
            return Colleague(
                row.id, row.name, row.username, email, self._cookie(session_token), client
            )

    def _cookie(self, session_token: str) -> str:
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = session_token
        cookie = client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        return cookie.value

    def new_cookie(self, person: Colleague) -> str:
        """Sign somebody in once more and return the cookie."""
        with self.app.app_context():
            _session, token = accounts.begin_session(self._row(person), address="127.0.0.1")
            return self._cookie(token)

    def pair(self, first: str = "Ada Berg", second: str = "Ben Ito") -> tuple[Colleague, Colleague]:
        """Let two people work here."""
        return self.person(first), self.person(second)

    def channel(
        self, owner: Colleague, *members: Colleague, name: str = "", kind: str = "public"
    ) -> Place:
        """Open a channel with its owner and these members."""
        with self.app.app_context():
            found = create_channel(
                self._row(owner), name or f"yard {next(self._numbers)}", kind=kind
            )
            for member in members:
                add_member(self._row(owner), found, self._row(member))
            return Place(found.id, found.slug, found.name)

    def add(self, place: Place, owner: Colleague, member: Colleague) -> None:
        """Add a member to a channel."""
        with self.app.app_context():
            add_member(self._row(owner), db.session.get(Channel, place.id), self._row(member))

    def write(
        self,
        author: Colleague,
        place: Place,
        body: str,
        *,
        parent_id: int | None = None,
        at: datetime | None = None,
    ) -> int:
        """Write a post before anybody looks (no page hears of it); returns its id."""
        with self.app.app_context():
            channel = db.session.get(Channel, place.id)
            assert channel is not None
            post, _new = create_post(self._row(author), channel, body, parent_id=parent_id, at=at)
            return post.id

    @staticmethod
    def _row(colleague: Colleague) -> Person:
        row = db.session.get(Person, colleague.id)
        assert row is not None
        return row
