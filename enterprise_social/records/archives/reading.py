"""Posts as they are given out: a channel at a time, in pieces, so that no table is ever held."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select, true, tuple_

from enterprise_social.channels.models import READ_BY_ALL, Channel
from enterprise_social.core.actions import finish_reading
from enterprise_social.core.db import db
from enterprise_social.files.models import ARRIVING, File
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post, PostFile, Revision
from enterprise_social.reactions.models import Reaction
from enterprise_social.records.models import MembershipSpan

PIECE = 300
MOST_KEPT_PEOPLE = 20_000
#: Whom a post says that it could be seen by, one by one; of larger channels it says how many.
MOST_NAMED = 100


@dataclass(frozen=True)
class Span:
    """What of the posts is wanted: by whom (empty: everybody) and from when until when."""

    since: datetime | None = None
    until: datetime | None = None
    authors: frozenset[int] = frozenset()

    def condition(self, *, everybody: bool = False) -> ColumnElement[bool]:
        """Return it as SQL beside ``Post``; ``everybody`` leaves the authors out."""
        parts: list[ColumnElement[bool]] = [true()]
        if self.since is not None:
            parts.append(Post.created_at >= self.since)
        if self.until is not None:
            parts.append(Post.created_at < self.until)
        if self.authors and not everybody:
            parts.append(Post.author_id.in_(self.authors))
        return and_(*parts)


@dataclass
class Piece:
    """Some posts in the order of their times, with what belongs to each."""

    posts: Sequence[Any]
    revisions: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    files: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    roots: dict[int, Any] = field(default_factory=dict)
    reactions: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))


_POST = (*Post.__table__.columns,)
_FILE = (
    PostFile.post_id, File.id, File.name, File.mime, File.size, File.sha256, File.alt,
    File.state, File.deleted_at, File.owner_id, File.created_at, File.import_key,
)  # fmt: skip


def pieces(
    channel_id: int, span: Span, *, everybody: bool = False, deleted: bool = True
) -> Iterator[Piece]:
    """Yield the posts of a channel, oldest first; each piece is read in a moment of its own.

    ``everybody`` gives all authors' posts; without ``deleted`` those taken away are left out.
    """
    last: tuple[datetime, int] | None = None
    while True:
        statement = select(*_POST).where(
            Post.channel_id == channel_id, span.condition(everybody=everybody)
        )
        if not deleted:
            statement = statement.where(Post.deleted_at.is_(None))
        if last is not None:
            statement = statement.where(tuple_(Post.created_at, Post.id) > tuple_(*last))
        rows = db.session.execute(statement.order_by(Post.created_at, Post.id).limit(PIECE)).all()
        if not rows:
            finish_reading()
            return
        piece = _with_what_belongs(rows)
        last = (rows[-1].created_at, rows[-1].id)
        finish_reading()
        yield piece


def _with_what_belongs(rows: Sequence[Any]) -> Piece:
    piece = Piece(rows)
    ids = [row.id for row in rows]
    revisions = select(*Revision.__table__.columns).where(Revision.post_id.in_(ids))
    for row in db.session.execute(revisions.order_by(Revision.id)):
        piece.revisions[row.post_id].append(row)
    with_files = [row.id for row in rows if row.file_count]
    if with_files:
        files = select(*_FILE).join(File, File.id == PostFile.file_id)
        files = files.where(PostFile.post_id.in_(with_files))
        for row in db.session.execute(files.order_by(PostFile.post_id, PostFile.position)):
            piece.files[row.post_id].append(row)
    reacted = [row.id for row in rows if row.reaction_counts]
    if reacted:
        reactions = select(*Reaction.__table__.columns).where(Reaction.post_id.in_(reacted))
        for row in db.session.execute(reactions.order_by(Reaction.id)):
            piece.reactions[row.post_id].append(row)
    parents = {row.parent_id for row in rows if row.parent_id is not None}
    if parents:
        roots = select(Post.id, Post.created_at, Post.plain, Post.author_id, Post.deleted_at)
        for row in db.session.execute(roots.where(Post.id.in_(parents))):
            piece.roots[row.id] = row
    return piece


def count(channel_ids: Collection[int] | None, span: Span) -> int:
    """Count the posts of these channels (None: of all) that are wanted."""
    statement = select(func.count(Post.id)).where(span.condition())
    if channel_ids is not None:
        statement = statement.where(Post.channel_id.in_(channel_ids))
    return int(db.session.execute(statement).scalar_one())


def is_kept(file: Any) -> bool:
    """Tell whether a file's content should be there."""
    return file.deleted_at is None and file.state != ARRIVING


class KnownPerson(NamedTuple):
    """A person as far as an archive names them."""

    id: int
    name: str
    username: str
    email: str
    is_bot: bool


class People:
    """Names and addresses by id; looked up in one go, and the last used are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, KnownPerson] = OrderedDict()

    def get(self, ids: Collection[int]) -> dict[int, KnownPerson]:
        """Return those of these people who exist."""
        missing = {each for each in ids if each not in self._kept}
        columns = (Person.id, Person.name, Person.username, Person.email, Person.is_bot)
        if missing:
            for row in db.session.execute(select(*columns).where(Person.id.in_(missing))):
                self._kept[row.id] = KnownPerson(*row)
        found = {each: self._kept[each] for each in ids if each in self._kept}
        for each in found:
            self._kept.move_to_end(each)
        while len(self._kept) > MOST_KEPT_PEOPLE:
            self._kept.popitem(last=False)
        return found


class Audience:
    """Who could see what was said in a channel, at moments that only go forward."""

    def __init__(self, channel: Channel) -> None:
        # Comments are read by whoever may read the announcement, whose recipients are listed there.
        self._kind = {"private": "members", "direct": "members"}.get(channel.kind, "announcement")
        if channel.kind in READ_BY_ALL:
            self._kind = "everyone"
        self._steps: list[tuple[datetime, int, int]] = []
        self._at = 0
        self._inside: dict[int, int] = {}
        if self._kind != "members":
            return
        spans = select(
            MembershipSpan.person_id, MembershipSpan.began_at, MembershipSpan.ended_at
        ).where(MembershipSpan.channel_id == channel.id)
        for row in db.session.execute(spans):
            self._steps.append((row.began_at, 1, row.person_id))
            if row.ended_at is not None:
                self._steps.append((row.ended_at, -1, row.person_id))
        self._steps.sort()

    def at(self, moment: datetime) -> dict[str, Any]:
        """Return who could see what was said at a moment that is not before the last one."""
        if self._kind != "members":
            return {"kind": self._kind}
        while self._at < len(self._steps) and self._steps[self._at][0] <= moment:
            _when, change, person_id = self._steps[self._at]
            self._inside[person_id] = self._inside.get(person_id, 0) + change
            if not self._inside[person_id]:
                del self._inside[person_id]
            self._at += 1
        found: dict[str, Any] = {"kind": self._kind, "count": len(self._inside)}
        if len(self._inside) <= MOST_NAMED:
            found["person_ids"] = sorted(self._inside)
        return found
