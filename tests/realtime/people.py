"""People who use the API of a running server, by a token each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from enterprise_social import create_app
from enterprise_social.accounts.actions import create_access_token, set_password
from enterprise_social.config import DEFAULTS
from enterprise_social.core.db import db
from enterprise_social.people.actions import create_person
from tests.services.server import LiveServer

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """Somebody with a token, and the address of the server that they talk to."""

    id: int
    email: str
    token: str
    url: str
    http: httpx.Client = field(repr=False)

    @property
    def auth(self) -> dict[str, Any]:
        """What a socket signs in with."""
        return {"token": self.token}

    def at(self, url: str) -> Person:
        """Return the same person as a client of another server process."""
        client = httpx.Client(base_url=f"{url}/api/v1", headers=self.http.headers, timeout=30)
        return Person(self.id, self.email, self.token, url, client)

    def call(self, method: str, path: str, expected: int | None = None, **body: Any) -> Any:
        """Call the API; returns the answer's JSON, or None where it has none."""
        answer = self.http.request(method, path, json=body or None)
        if expected is None:
            assert answer.is_success, (method, path, answer.status_code, answer.text)
        else:
            assert answer.status_code == expected, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def make_channel(self, name: str, *members: Person, kind: str = "public") -> int:
        """Make a channel with these members and return its id."""
        channel_id: int = self.call("POST", "/channels", name=name, kind=kind)["id"]
        for member in members:
            self.call("PUT", f"/channels/{channel_id}/members/{member.id}")
        return channel_id

    def write(self, channel_id: int, body: str, **fields: Any) -> dict[str, Any]:
        """Write a post and return it."""
        post: dict[str, Any] = self.call(
            "POST", f"/channels/{channel_id}/posts", body=body, **fields
        )
        return post

    def events_after(self, channel_id: int, seq: int) -> list[dict[str, Any]]:
        """Return every change of a channel after ``seq``."""
        items: list[dict[str, Any]] = []
        while True:
            page = self.http.get(
                f"/channels/{channel_id}/events", params={"after": seq, "limit": 200}
            )
            assert page.status_code == 200, page.text
            found = page.json()
            items += found["items"]
            if found["next_cursor"] is None:
                return items
            seq = items[-1]["seq"]


def make_people(server: LiveServer, *names: str, role: str = "employee") -> list[Person]:
    """Create people with a password and a token each on a server's data, beside the server."""
    settings = {name: server.env[name] for name in DEFAULTS if server.env.get(name)}
    app = create_app({"TESTING": True, **settings})
    found = []
    with app.app_context():
        for name in names:
            email = f"{name.lower()}@example.org"
            row = create_person(None, email=email, name=name, role=role)
            set_password(None, row, PASSWORD)
            _token, text = create_access_token(row, "test")
            headers = {"Authorization": f"Bearer {text}"}
            client = httpx.Client(base_url=f"{server.url}/api/v1", headers=headers, timeout=30)
            found.append(Person(row.id, email, text, server.url, client))
        db.session.remove()
        db.engine.dispose()
    return found
