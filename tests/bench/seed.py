"""A database with many posts, written at once through the models, and its index."""

from __future__ import annotations

import html
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from datetime import timedelta
from json import dumps, loads
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert, update

from enterprise_social import create_app
from enterprise_social.accounts.actions import create_access_token
from enterprise_social.accounts.models import Credential
from enterprise_social.accounts.passwords import hash_password
from enterprise_social.channels.models import Change, Channel, Membership
from enterprise_social.config import ROOT
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.text import render
from enterprise_social.people.actions import create_person
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Mention, Post
from enterprise_social.posts.queries import References
from tests.bench.words import Texts
from tests.services.server import CHEAP_PASSWORDS, program

VERSION = 1
PASSWORD = "bench-only-password"  # noqa: S105 - of a database that lives for minutes
SECRET_KEY = "only-for-measuring-on-one-machine"  # noqa: S105
STEP = timedelta(seconds=40)
RENDERED = 200  # different posts with markup; the others are plain paragraphs


@dataclass
class Seeded:
    """What the clients need to know of a filled database."""

    posts: int
    tokens: list[str]
    usernames: list[str]
    email: str
    channel_ids: list[int]
    slugs: list[str]


def settings(data_dir: Path) -> dict[str, str]:
    """Return the environment of the server and of its commands."""
    return {
        **CHEAP_PASSWORDS,
        "DATA_DIR": str(data_dir),
        "RATE_LIMITS": "off",
        "HOST": "127.0.0.1",
        "SECRET_KEY": SECRET_KEY,
    }


def prepared(data_dir: Path, *, posts: int, channels: int, people: int, kept: Path) -> Seeded:
    """Put a filled and indexed copy into ``data_dir``; what was made once is kept in ``kept``."""
    original = kept / f"{VERSION}-{posts}-{channels}-{people}"
    facts = original / "seeded.json"
    if not facts.exists():
        shutil.rmtree(original, ignore_errors=True)
        original.mkdir(parents=True)
        seeded = _fill(original, posts, channels, people)
        facts.write_text(dumps(asdict(seeded)))
    command(original, "db", "upgrade")
    if not command(original, "search", "status", must=False):  # none, or of an older version
        command(original, "search", "rebuild")
    shutil.copytree(original, data_dir, dirs_exist_ok=True)
    return Seeded(**loads(facts.read_text()))


def command(data_dir: Path, *arguments: str, must: bool = True) -> bool:
    """Run the program on a folder; tell whether it went well."""
    environment = {**os.environ, **settings(data_dir)}
    done = subprocess.run(
        [*program(), *arguments],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=None if must else subprocess.DEVNULL,
        check=must,
    )
    return done.returncode == 0


def _fill(data_dir: Path, posts: int, channels: int, people: int) -> Seeded:
    app = create_app({"TESTING": True, **settings(data_dir)})
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        persons, tokens = some_people(people)
        places = many_posts(posts, channels, persons)
        seeded = Seeded(
            posts,
            tokens,
            [person.username for person in persons],
            persons[0].email,
            [channel.id for channel in places],
            [channel.slug for channel in places],
        )
        db.session.remove()
        db.engine.dispose()
    return seeded


@action
def some_people(count: int) -> tuple[list[Person], list[str]]:
    """Let that many people work here, who can sign in, each with a token."""
    persons, tokens = [], []
    for number in range(count):
        person = create_person(
            None, email=f"colleague{number}@example.com", name=f"Colleague Number{number}"
        )
        persons.append(person)
        tokens.append(create_access_token(person, "bench")[1])
        db.session.add(
            Credential(person_id=person.id, password_hash=hash_password(PASSWORD), changed_at=now())
        )
    return persons, tokens


def many_posts(posts: int, channels: int, persons: list[Person]) -> list[Channel]:
    """Write that many posts, ``STEP`` apart, the last one now; returns their channels."""
    places = _channels(channels, persons)
    _posts(posts, places, persons)
    return places


@action
def _channels(count: int, persons: list[Person]) -> list[Channel]:
    made = []
    for number in range(count):
        channel = Channel(
            slug=f"channel-{number}",
            name=f"channel-{number}",
            kind="private" if number % 5 == 4 else "public",
            topic="What is on the way",
            member_count=len(persons),
            created_by_id=persons[0].id,
            created_at=now() - timedelta(days=365),
            seq=0,
        )
        db.session.add(channel)
        db.session.flush()
        made.append(channel)
        rows = [
            {"channel_id": channel.id, "person_id": person.id, "joined_at": now()}
            for person in persons
        ]
        db.session.execute(insert(Membership), rows)
    return made


@action
def _posts(count: int, channels: list[Channel], persons: list[Person]) -> None:
    maker = _Maker(count, channels, persons)
    for start in range(0, count, 5_000):
        rows = [maker.post(number) for number in range(start, min(count, start + 5_000))]
        db.session.execute(insert(Post), rows)
        changes = [
            {
                "channel_id": row["channel_id"],
                "seq": row["seq"],
                "type": "post_created",
                "at": row["created_at"],
                "post_id": row["id"],
                "person_id": row["author_id"],
            }
            for row in rows
        ]
        db.session.execute(insert(Change), changes)
        mentions = [
            {
                "post_id": row["id"],
                "person_id": person_id,
                "channel_id": row["channel_id"],
                "author_id": row["author_id"],
                "seq": row["seq"],
            }
            for row in rows
            for person_id in row["mention_ids"]
        ]
        if mentions:
            db.session.execute(insert(Mention), mentions)
    for root, replies in maker.replies.items():
        values = {
            "reply_count": len(replies),
            "last_reply_at": replies[-1]["created_at"],
            "changed_seq": replies[-1]["seq"],
            "reply_faces": list(dict.fromkeys(row["author_id"] for row in replies[::-1]))[:3],
        }
        db.session.execute(update(Post).where(Post.id == root).values(**values))
    for channel in channels:
        channel.seq = channel.last_post_seq = maker.seqs[channel.id]
        channel.last_post_at = now()


class _Maker:
    """Makes the rows: a quarter of the posts are replies to one of the channel's last roots."""

    def __init__(self, count: int, channels: list[Channel], persons: list[Person]) -> None:
        self.seqs = {channel.id: 0 for channel in channels}
        self.replies: dict[int, list[dict[str, Any]]] = {}
        self._channels = channels
        self._persons = persons
        self._roots: dict[int, list[int]] = {channel.id: [] for channel in channels}
        self._texts = Texts()
        self._began = now() - STEP * (count + 1)
        self._rich: list[tuple[str, str, str, list[int], bool]] = []
        resolver = References(channels[0].id)
        for number in range(RENDERED * 5):
            body = self._texts.written(number, persons[number % len(persons)].username)
            done = render(body, resolver)
            rich = len(done.html) > len(done.plain) + 12
            if rich and len(self._rich) < RENDERED:
                named = list(done.person_ids)
                self._rich.append((body, done.html, done.plain, named, bool(done.links)))

    def post(self, number: int) -> dict[str, Any]:
        """Return the row of post ``number``."""
        channel_id = self._channels[number % len(self._channels)].id
        self.seqs[channel_id] += 1
        body, made, plain, mentions, link = self._content(number)
        roots = self._roots[channel_id]
        parent_id = roots[-1 - number % min(5, len(roots))] if number % 4 == 3 and roots else None
        row = {
            "id": number + 1,
            "channel_id": channel_id,
            "seq": self.seqs[channel_id],
            "changed_seq": self.seqs[channel_id],
            "parent_id": parent_id,
            "in_stream": parent_id is None,
            "type": "post",
            "author_id": self._persons[number * 7 % len(self._persons)].id,
            "body": body,
            "html": made,
            "plain": plain,
            "created_at": self._began + STEP * number,
            "reply_count": 0,
            "reply_faces": [],
            "mention_ids": mentions,
            "mentions_all": False,
            "has_link": link,
        }
        if parent_id is None:
            roots.append(number + 1)
        else:
            self.replies.setdefault(parent_id, []).append(row)
        return row

    def _content(self, number: int) -> tuple[str, str, str, list[int], bool]:
        if number % 4 == 1:
            return self._rich[number % len(self._rich)]
        text = self._texts.plain(number)
        return text, f"<p>{html.escape(text)}</p>\n", text, [], False
