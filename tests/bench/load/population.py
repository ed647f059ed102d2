"""The people who use it: an organisation in the database, each with a session and their channels.

One channel for everybody, departments of 150, projects of 40 of which everybody is in four, teams
of ten of which everybody is in two, and three conversations of two each. So a post reaches 40
people on average at 2,000 (``profile.PLACES`` says where posts are written).
"""

from __future__ import annotations

import html
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, insert, select, text, update

from enterprise_social import create_app
from enterprise_social.accounts.identity import SESSION_KEY
from enterprise_social.accounts.models import SignInSession
from enterprise_social.accounts.secret_tokens import new_token, token_hash
from enterprise_social.channels.models import Change, Channel, Membership
from enterprise_social.config import DEFAULTS
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.messages.actions import direct_key, direct_slug
from enterprise_social.people.actions.directory import index_everyone
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from tests.bench.words import Texts

DEPARTMENT, PROJECT, TEAM, PAIRS = 150, 40, 10, 3
PROJECTS_EACH, TEAMS_EACH = 4, 2
POSTS = {"company": 60, "department": 60, "project": 60, "team": 40, "direct": 12}
BATCH = 2_000


@dataclass
class Town:
    """What the clients need to know; ``people`` are documents for ``person.Person``."""

    people: list[dict[str, Any]] = field(default_factory=list)
    admin: dict[str, Any] = field(default_factory=dict)
    channels: int = 0
    posts: int = 0


@dataclass
class Group:
    """A channel that is to be made, by its kind here."""

    kind: str
    members: list[int]
    id: int = 0
    url: str = ""


def application(environment: Mapping[str, str]) -> Flask:
    """Return an application on the database of a running server, which serves nobody itself."""
    settings = {name: environment[name] for name in DEFAULTS if environment.get(name)}
    settings.pop("REDIS_URL", None)
    app = create_app({"TESTING": True, **settings})
    app.extensions["live"].transport = None
    return app


def populate(app: Flask, people: int, *, posts: bool = True) -> Town:
    """Write that many people with their channels and, unless told otherwise, posts in them.

    What is there already stays.
    """
    town = Town()
    with app.app_context():
        ids = _people(people + 1)
        groups = _groups(ids[1:])
        for start in range(0, len(groups), BATCH):
            part = groups[start : start + BATCH]
            _channels(part, ids[0])
            town.posts += _posts(part) if posts else 0
        index_everyone(lambda _done: None)
        _set_sequences()
        documents = _signed_in(app, ids)
        town.channels = len(groups)
        for group in groups:
            facts = {"id": group.id, "url": group.url, "kind": group.kind}
            for person in group.members:
                documents[person]["channels"].append(facts)
        town.admin = documents[ids[0]]
        town.people = [documents[each] for each in ids[1:]]
        db.session.remove()
    return town


def heads(app: Flask) -> dict[int, int]:
    """Return where each channel stands."""
    with app.app_context():
        found = {row.id: row.seq for row in db.session.execute(select(Channel.id, Channel.seq))}
        db.session.remove()
    return found


def written(app: Flask, client_ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Return what the database holds of these: client_id → (how often, channel, number)."""
    found: dict[str, tuple[int, int, int]] = {}
    with app.app_context():
        for start in range(0, len(client_ids), 500):
            part = client_ids[start : start + 500]
            statement = (
                select(Post.client_id, func.count(), func.max(Post.channel_id), func.max(Post.seq))
                .where(Post.client_id.in_(part))
                .group_by(Post.client_id)
            )
            for client_id, count, channel, seq in db.session.execute(statement):
                found[client_id] = (count, channel, seq)
        db.session.remove()
    return found


@action
def _people(count: int) -> list[int]:
    # Long ago: accounts of yesterday may write only so often.
    moment = now() - timedelta(days=400)
    first = (db.session.scalar(select(func.max(Person.id))) or 0) + 1
    numbers = range(first, first + count)
    for start in range(0, count, BATCH):
        rows = [
            {
                "id": n,
                "email": f"load{n}@example.com",
                "username": f"load{n}",
                "name": f"Colleague Number{n}",
                "role": "admin" if n == first else "employee",
                "department": f"Department {n // DEPARTMENT}",
                "created_at": moment,
            }
            for n in numbers[start : start + BATCH]
        ]
        db.session.execute(insert(Person), rows)
    return list(numbers)


def _set_sequences() -> None:
    """Let PostgreSQL count on from the ids that were given here."""
    if db.engine.dialect.name != "postgresql":
        return
    for table in ("people", "channels", "posts"):
        last = f"(SELECT max(id) FROM {table})"
        db.session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})"))
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _groups(ids: Sequence[int]) -> list[Group]:
    dice = random.Random(11)
    found = [Group("company", list(ids))]
    found += [Group("department", part) for part in _parts(ids, DEPARTMENT)]
    for kind, size, each in (("project", PROJECT, PROJECTS_EACH), ("team", TEAM, TEAMS_EACH)):
        for _turn in range(each):
            mixed = list(ids)
            dice.shuffle(mixed)
            found += [Group(kind, part) for part in _parts(mixed, size)]
    pairs = set()
    for _turn in range(PAIRS):
        mixed = list(ids)
        dice.shuffle(mixed)
        pairs |= {tuple(sorted(part)) for part in _parts(mixed, 2) if len(part) == 2}
    found += [Group("direct", list(pair)) for pair in sorted(pairs)]
    return found


def _parts(ids: Sequence[int], size: int) -> list[list[int]]:
    return [list(ids[start : start + size]) for start in range(0, len(ids), size)]


@action
def _channels(groups: Sequence[Group], maker: int) -> None:
    moment = now()
    first = (db.session.scalar(select(func.max(Channel.id))) or 0) + 1
    rows, seats = [], []
    for number, group in enumerate(groups, start=first):
        direct = group.kind == "direct"
        slug = direct_slug(group.members) if direct else f"{group.kind}-{number}"
        group.id, group.url = number, f"/messages/{number}" if direct else f"/channels/{slug}"
        rows.append(
            {
                "id": number,
                "slug": slug,
                "name": "" if direct else slug,
                "kind": "direct" if direct else "public" if group.kind != "team" else "private",
                "topic": "",
                "member_count": len(group.members),
                "created_by_id": maker,
                "created_at": moment - timedelta(days=100),
                "direct_key": direct_key(group.members) if direct else None,
                "seq": 0,
                "rules": {},
            }
        )
        seats += [
            {"channel_id": number, "person_id": each, "joined_at": moment} for each in group.members
        ]
    db.session.execute(insert(Channel), rows)
    for start in range(0, len(seats), 5_000):
        db.session.execute(insert(Membership), seats[start : start + 5_000])


@action
def _posts(groups: Sequence[Group]) -> int:
    """Write some posts into each, so that pages are full; nobody has them before them."""
    texts, moment = Texts(seed=3), now()
    first = (db.session.scalar(select(func.max(Post.id))) or 0) + 1
    posts, changes = [], []
    for group in groups:
        for seq in range(1, POSTS[group.kind] + 1):
            text = texts.plain(len(posts))
            author = group.members[seq * 7 % len(group.members)]
            at = moment - timedelta(minutes=5 * (POSTS[group.kind] - seq + 1))
            posts.append(
                {
                    "id": first + len(posts),
                    "channel_id": group.id,
                    "seq": seq,
                    "changed_seq": seq,
                    "in_stream": True,
                    "type": "post",
                    "author_id": author,
                    "body": text,
                    "html": f"<p>{html.escape(text)}</p>\n",
                    "plain": text,
                    "created_at": at,
                    "reply_count": 0,
                    "reply_faces": [],
                    "mention_ids": [],
                    "mentions_all": False,
                    "has_link": False,
                }
            )
            changes.append(
                {
                    "channel_id": group.id,
                    "seq": seq,
                    "type": "post_created",
                    "at": at,
                    "post_id": posts[-1]["id"],
                    "person_id": author,
                }
            )
    for model, rows in ((Post, posts), (Change, changes)):
        for start in range(0, len(rows), 5_000):
            db.session.execute(insert(model), rows[start : start + 5_000])
    for kind, count in POSTS.items():
        ids = [group.id for group in groups if group.kind == kind]
        values = {"seq": count, "last_post_seq": count, "last_post_at": moment}
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            db.session.execute(update(Channel).where(Channel.id.in_(part)).values(**values))
            seats = update(Membership).where(Membership.channel_id.in_(part))
            db.session.execute(seats.values(read_seq=count))
    return len(posts)


def _signed_in(app: Flask, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Begin a session for each, as signing in does, and sign its cookie."""
    with app.test_request_context("/"):
        csrf = generate_csrf()
        raw = session["csrf_token"]
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    name, moment = app.config["SESSION_COOKIE_NAME"], now()
    found, rows = {}, []
    for person in ids:
        token = new_token()
        rows.append(
            {
                "person_id": person,
                "token_hash": token_hash(token),
                "created_at": moment,
                "last_seen_at": moment,
                "expires_at": moment + timedelta(days=2),
                "proven_at": moment,
                "user_agent": "load",
            }
        )
        cookie = signer.dumps({SESSION_KEY: token, "csrf_token": raw})
        found[person] = {"id": person, "cookie": f"{name}={cookie}", "csrf": csrf, "channels": []}
    _sessions(rows)
    return found


@action
def _sessions(rows: Sequence[Mapping[str, Any]]) -> None:
    for start in range(0, len(rows), BATCH):
        db.session.execute(insert(SignInSession), list(rows[start : start + BATCH]))
