"""Runs imports in tests and finds what they made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from enterprise_social.channels.models import Change, Channel, Membership
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.integrations.actions import import_slack
from enterprise_social.integrations.report import ImportReport
from enterprise_social.integrations.slack.archive import open_archive
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from tests.integrations.exports import SmallExport

DAY = 1_700_000_000


def moment(second: int, fraction: str = "000100") -> str:
    """A time of an export, in seconds after ``DAY``."""
    return f"{DAY + second}.{fraction}"


def run_import(export: SmallExport, tmp_path: Path, actor: Person | None = None) -> ImportReport:
    """Import it as a zip file."""
    runs = len(list(tmp_path.glob("export*.zip")))
    with open_archive(export.zip(tmp_path / f"export{runs}.zip")) as archive:
        report = import_slack(actor, archive)
    db.session.expire_all()
    return report


def all_posts() -> Sequence[Post]:
    """Every post, by channel and number."""
    return db.session.scalars(select(Post).order_by(Post.channel_id, Post.seq)).all()


def channel_named(slug: str) -> Channel:
    """The channel of that slug."""
    return db.session.scalars(select(Channel).where(Channel.slug == slug)).one()


def person_named(username: str) -> Person:
    """The person of that username."""
    return db.session.scalars(select(Person).where(Person.username == username)).one()


def members_of(channel: Channel) -> dict[str, Membership]:
    """Who is in a channel, by username."""
    rows = db.session.execute(
        select(Person.username, Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.channel_id == channel.id)
    )
    return {row[0]: row[1] for row in rows}


def nothing_is_here() -> None:
    """Check that the database is as empty as before."""
    for table in (Person, Channel, Post, Membership, Change):
        assert db.session.execute(select(func.count()).select_from(table)).scalar_one() == 0


@action
def add_person(**fields: Any) -> Person:
    """Somebody who was here before."""
    person = Person(created_at=now(), **fields)
    db.session.add(person)
    db.session.flush()
    return person


@action
def add_channel(**fields: Any) -> Channel:
    """A channel that was here before."""
    channel = Channel(created_at=now(), **fields)
    db.session.add(channel)
    db.session.flush()
    return channel


@action
def remove_membership(membership: Membership) -> None:
    """Take somebody out of a channel."""
    db.session.delete(membership)
