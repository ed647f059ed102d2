"""What people do at the door, as the tests of accounts need it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from enterprise_social.accounts import actions
from enterprise_social.core.db import db
from enterprise_social.people.actions import create_person
from enterprise_social.people.models import Person

PASSWORD = "nine grey herons on a quay"


def employ(name: str = "Maren Visser", role: str = "employee", password: str = PASSWORD) -> Person:
    """Create somebody who can sign in; the address is made of the first name."""
    email = f"{name.split()[0].lower()}@northquay.example"
    person = create_person(None, email=email, name=name, role=role)
    if password:
        actions.set_password(None, person, password)
    return person


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **form: str) -> TestResponse:
    """Send the sign-in form."""
    return client.post("/login", data={"email": email, "password": password, **form})


def is_signed_in(client: FlaskClient) -> bool:
    """Tell whether the client's next request is answered to somebody."""
    return client.get("/settings/password").status_code == 200


def work(app: Flask) -> None:
    """Let the worker do what is due."""
    app.extensions["worker"].run_until_idle()


def mails(app: Flask) -> list[EmailMessage]:
    """Return the mails that were written, the oldest first, once the worker has run."""
    work(app)
    files = sorted((Path(app.config["DATA_DIR"]) / "mail").glob("*.eml"))
    return [
        message_from_bytes(file.read_bytes(), policy=policy.default)  # type: ignore[misc]
        for file in files
    ]


def link_in(mail: EmailMessage) -> str:
    """Return the path of the link in a mail."""
    text = mail.get_content()
    found = re.search(r"http://localhost(/\S+)", text)
    assert found, text
    return found.group(1)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the database statements of the block; transactions' begin and end don't count."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.upper().startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
