"""A person's own data: what they wrote and uploaded, and what is kept about them.

Nothing that others wrote is in it, nor who reported or moderated them, nor any secret.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, exists, or_, select, true

from enterprise_social.channels.models import Channel
from enterprise_social.core.access import visible
from enterprise_social.core.actions import finish_reading
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.clock import now
from enterprise_social.core.db import Base, db
from enterprise_social.files.models import ARRIVING, File
from enterprise_social.people import photos
from enterprise_social.people.models import Person, PersonPhoto, Skill
from enterprise_social.posts.models import Post, PostFile, Revision
from enterprise_social.records.archives import json_lines, names
from enterprise_social.records.archives.contents import blocks_of
from enterprise_social.records.archives.zipping import ZipWriter
from enterprise_social.records.inventory import OWN
from enterprise_social.records.models import MembershipSpan

PIECE = 500
# Of the person's row: the rest says something to the program alone.
_LEFT_OUT = frozenset({"version", "import_key", "photo"})
README = """Your data

person.json     who you are here
posts.jsonl     what you wrote, with what it said before you edited it and what you took away
files/          what you uploaded
photo           your photo as it came
data/           what else is kept about you, a file a table, an object a line
activity.jsonl  what the audit log says that you did
SHA256SUMS      can be checked with: sha256sum -c SHA256SUMS

Times are in UTC. Lines are JSON. What others wrote is not in here, nor what others may not know.
"""


class OwnWriter:
    """Writes somebody's data into an archive; ``counts`` says what is in it."""

    def __init__(self, archive: ZipWriter, person: Person, step: Callable[[int], None]) -> None:
        """Prepare; ``step`` is told of each piece."""
        self._archive = archive
        self._person = person
        self._step = step
        self._was_there = _was_there(person)
        self._hangs_there = or_(
            ~exists().where(PostFile.file_id == File.id),
            exists().where(
                PostFile.file_id == File.id, Post.id == PostFile.post_id, self._was_there
            ),
        )
        self.counts: Counter[str] = Counter()

    def write(self) -> None:
        """Write all members."""
        self._archive.add("README.txt", README.encode())
        row = {
            column.name: getattr(self._person, column.name)
            for column in Person.__table__.columns
            if column.name not in _LEFT_OUT
        }
        self._archive.add("person.json", json_lines.document({"made_at": now(), **row}))
        self._archive.add("posts.jsonl", json_lines.lines(self._posts()))
        self._files()
        self._photo()
        for name, (columns, secret) in OWN.items():
            self._table(Base.metadata.tables[name], columns, secret)
        self._archive.add("activity.jsonl", json_lines.lines(self._activity()))
        self._archive.add("SHA256SUMS", self._archive.sums())

    def _posts(self) -> Iterator[dict[str, Any]]:
        columns = (
            Post.id, Post.channel_id, Post.parent_id, Post.type, Post.body, Post.created_at,
            Post.edited_at, Post.deleted_at, Post.quoted_post_id,
        )  # fmt: skip
        places: dict[int, str | None] = {}
        last = 0
        while True:
            mine = select(*columns).where(
                Post.author_id == self._person.id, Post.id > last, self._was_there
            )
            rows = db.session.execute(mine.order_by(Post.id).limit(PIECE)).all()
            before = self._before([row.id for row in rows])
            files = self._files_of([row.id for row in rows])
            self._learn_places({row.channel_id for row in rows}, places)
            finish_reading()
            for row in rows:
                yield {
                    **row._mapping,  # noqa: SLF001
                    "channel": places[row.channel_id],
                    "said_before": before.get(row.id, []),
                    "file_ids": files.get(row.id, []),
                }
            self.counts["posts"] += len(rows)
            self._step(len(rows))
            if len(rows) < PIECE:
                return
            last = rows[-1].id

    def _learn_places(self, ids: set[int], places: dict[int, str | None]) -> None:
        """Learn the names of channels that the person may see; of others only the id is told."""
        missing = ids - places.keys()
        statement = select(Channel.id, Channel.slug).where(
            Channel.id.in_(missing), visible(Channel, self._person)
        )
        places.update(dict.fromkeys(missing))
        places.update({row.id: row.slug for row in db.session.execute(statement)})

    def _before(self, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = {}
        statement = select(Revision.post_id, Revision.body, Revision.replaced_at).where(
            Revision.post_id.in_(ids), Revision.editor_id == self._person.id
        )
        for row in db.session.execute(statement.order_by(Revision.id)):
            said = {"body": row.body, "replaced_at": row.replaced_at}
            found.setdefault(row.post_id, []).append(said)
        return found

    def _files_of(self, ids: list[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        statement = select(PostFile.post_id, PostFile.file_id).where(PostFile.post_id.in_(ids))
        for row in db.session.execute(statement):
            found.setdefault(row.post_id, []).append(row.file_id)
        return found

    def _files(self) -> None:
        statement = (
            select(File.id, File.name)
            .where(
                File.owner_id == self._person.id, File.deleted_at.is_(None), File.state != ARRIVING
            )
            .where(self._hangs_there)
        )
        rows = db.session.execute(statement.order_by(File.id)).all()
        finish_reading()
        for row in rows:
            member = f"files/{names.part(row.name, before=str(row.id))}"
            self._archive.add(member, blocks_of(f"files/{row.id}"))
            self.counts["files"] += 1
            self._step(0)

    def _photo(self) -> None:
        kept = db.session.get(PersonPhoto, self._person.id)
        key = kept.storage_key if kept is not None and kept.storage_key else ""
        if not key and self._person.photo:
            key = photos.part_key(self._person.id, self._person.photo, photos.WHOLE)
        finish_reading()
        if key:
            self._archive.add("photo", blocks_of(key))

    def _table(self, table: Table, by: tuple[str, ...], secret: frozenset[str]) -> None:
        columns: list[Column[Any]] = [each for each in table.columns if each.name not in secret]
        mine = or_(*(table.c[name] == self._person.id for name in by))
        if table is File.__table__:
            mine = and_(mine, self._hangs_there)
        statement = select(*columns).where(mine).order_by(*table.primary_key.columns)
        with json_lines.Spool() as spool:
            count = 0
            for row in db.session.execute(statement.execution_options(yield_per=PIECE)):
                spool.write(json_lines.line(self._in_words(table.name, dict(row._mapping))))  # noqa: SLF001
                count += 1
            finish_reading()
            if count:
                self._archive.add(f"data/{table.name}.jsonl", spool.blocks())
                self.counts["records"] += count
        self._step(0)

    def _in_words(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        """Leave out who else is named where they may not be, and say what an id stands for."""
        if table in ("person_skills", "endorsements"):
            row["skill"] = self._skills().get(row["skill_id"])
        return row

    def _skills(self) -> dict[int, str]:
        if not hasattr(self, "_known_skills"):
            rows = db.session.execute(select(Skill.id, Skill.name))
            self._known_skills = {row.id: row.name for row in rows}
        return self._known_skills

    def _activity(self) -> Iterator[dict[str, Any]]:
        last = 0
        while True:
            statement = select(AuditEntry.id, AuditEntry.at, AuditEntry.action, AuditEntry.target)
            statement = statement.where(
                AuditEntry.actor_id == self._person.id, AuditEntry.id > last
            ).order_by(AuditEntry.id)
            rows = db.session.execute(statement.limit(PIECE)).all()
            finish_reading()
            self.counts["acts"] += len(rows)
            yield from (dict(row._mapping) for row in rows)  # noqa: SLF001
            if len(rows) < PIECE:
                return
            last = rows[-1].id


def _was_there(person: Person) -> ColumnElement[bool]:
    """Return, as SQL beside ``Post``, what somebody may be given of what is under their name.

    With another account that was merged into theirs came what it wrote where they never were:
    whoever merged the two would else choose who reads it.
    """
    merged = select(AuditEntry.id).where(
        AuditEntry.action == "people.merged", AuditEntry.target == f"person:{person.id}"
    )
    if db.session.execute(merged.limit(1)).first() is None:
        return true()
    inside = exists().where(
        MembershipSpan.channel_id == Post.channel_id, MembershipSpan.person_id == person.id
    )
    return or_(visible(Post, person), inside)
