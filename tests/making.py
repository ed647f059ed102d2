"""Makes people, channels and posts for tests, by the real actions."""

from __future__ import annotations

import itertools
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.accounts import actions as accounts
from enterprise_social.channels.actions import add_member, create_channel
from enterprise_social.channels.actions.membership import admit
from enterprise_social.channels.models import Channel
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.people.actions import create_person
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import create_post
from enterprise_social.posts.models import Post

_numbers = itertools.count(1)


def make_person(name: str = "", *, role: str = "employee", **fields: Any) -> Person:
    """Make a colleague with a unique e-mail address."""
    number = next(_numbers)
    return create_person(
        None,
        email=fields.pop("email", f"person{number}@example.org"),
        name=name or f"Person {number}",
        role=role,
        **fields,
    )


def make_channel(owner: Person, name: str = "", *members: Person, kind: str = "public") -> Channel:
    """Make a channel with its owner and these members."""
    channel = create_channel(owner, name or f"channel {next(_numbers)}", kind=kind)
    for member in members:
        add_member(owner, channel, member)
    db.session.refresh(channel)
    return channel


@action
def bring_in(channel: Channel, person: Person) -> None:
    """Put somebody into a channel whoever may bring them there, such as a guest."""
    admit(lock(Channel, channel.id), person.id, "member")


def write(author: Person, channel: Channel, body: str = "", **options: Any) -> Post:
    """Write a post."""
    post, _new = create_post(author, channel, body or f"post {next(_numbers)}", **options)
    return post


def fresh(row: Any) -> Any:
    """Return a row as the database has it now."""
    db.session.rollback()
    db.session.refresh(row)
    return row


def sign_in(app: Flask, person: Person) -> FlaskClient:
    """Return a client whose browser is signed in as ``person``, without a password."""
    client = app.test_client()
    sign_in_session, token = accounts.begin_session(person, address="127.0.0.1", user_agent="test")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert sign_in_session.person_id == person.id
    return client
