"""Posts as documents of the index, read from the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, tuple_

from enterprise_social.core.db import db
from enterprise_social.files.kinds import IMAGES
from enterprise_social.files.models import File
from enterprise_social.posts.models import Mention, Post, PostFile, PostHashtag
from enterprise_social.search import words
from enterprise_social.search.engine import Document

#: Posts read at once; well under every database's limit of values in one statement.
CHUNK = 500

_COLUMNS = (
    Post.id,
    Post.channel_id,
    Post.author_id,
    Post.parent_id,
    Post.created_at,
    Post.changed_seq,
    Post.plain,
    Post.mention_ids,
    Post.mentions_all,
    Post.mention_group_ids,
    Post.has_link,
    Post.pinned_at,
    Post.deleted_at,
    Post.hidden_at,
    Post.file_count,
    Post.reaction_counts,
)
#: Characters of a post's files that are searched, over all of them.
LONGEST_FILES = 150_000


@dataclass(slots=True)
class Changes:
    """What to do to an index: put these documents in, take these posts out."""

    documents: list[Document] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)


def read(post_ids: Sequence[int]) -> Changes:
    """These posts as they are now; those that are deleted or gone are to be removed."""
    changes = Changes()
    wanted = sorted(set(post_ids))
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        found = db.session.execute(select(*_COLUMNS).where(Post.id.in_(part))).all()
        _sort(changes, found)
        changes.removed += set(part) - {row.id for row in found}
    return changes


def everything() -> Iterator[Document]:
    """Every post that is not deleted, oldest first, read a piece at a time."""
    last: tuple[Any, int] | None = None
    while True:
        statement = select(*_COLUMNS).order_by(Post.created_at, Post.id).limit(CHUNK)
        if last is not None:
            # Compared as a pair, which both databases look up in the index.
            statement = statement.where(tuple_(Post.created_at, Post.id) > tuple_(*last))
        rows = db.session.execute(statement).all()
        # A rebuild takes its time: each piece is read in a transaction of its own.
        changes = Changes()
        _sort(changes, rows)
        db.session.rollback()
        if not rows:
            return
        last = (rows[-1].created_at, rows[-1].id)
        yield from changes.documents


def count() -> int:
    """How many posts there are to index."""
    return db.session.execute(
        select(func.count(Post.id)).where(Post.deleted_at.is_(None), Post.hidden_at.is_(None))
    ).scalar_one()


def newest_changes() -> dict[int, int]:
    """The highest change number of a post, by channel."""
    newest = func.max(Post.changed_seq)
    rows = db.session.execute(select(Post.channel_id, newest).group_by(Post.channel_id))
    return {row[0]: row[1] for row in rows}


def changed_since(marks: Mapping[int, int]) -> Iterator[list[int]]:
    """Ids of the posts that changed after the given change number of their channel, in pieces."""
    for channel_id, newest in newest_changes().items():
        mark = marks.get(channel_id, -1)
        while newest > mark:
            rows = db.session.execute(
                select(Post.id, Post.changed_seq)
                .where(Post.channel_id == channel_id, Post.changed_seq > mark)
                .order_by(Post.changed_seq)
                .limit(CHUNK)
            ).all()
            if not rows:
                break
            mark = rows[-1].changed_seq
            # One change may touch several posts: the next piece begins with the next change.
            yield sorted({row.id for row in rows} | _also_at(channel_id, mark))


def _also_at(channel_id: int, seq: int) -> set[int]:
    return set(
        db.session.execute(
            select(Post.id).where(Post.channel_id == channel_id, Post.changed_seq == seq)
        ).scalars()
    )


def _sort(changes: Changes, rows: Sequence[Any]) -> None:
    living = [row for row in rows if row.deleted_at is None and row.hidden_at is None]
    tags: dict[int, list[str]] = {}
    if living:
        for post_id, tag in db.session.execute(
            select(PostHashtag.post_id, PostHashtag.tag).where(
                PostHashtag.post_id.in_([row.id for row in living])
            )
        ):
            tags.setdefault(post_id, []).append(tag)
    found = {row.id for row in living}
    changes.removed += [row.id for row in rows if row.id not in found]
    files = _files([row.id for row in living if row.file_count])
    called = _called([row.id for row in living if row.mention_group_ids])
    changes.documents += [
        _document(row, tuple(tags.get(row.id, ())), files.get(row.id, ()), called.get(row.id, ()))
        for row in living
    ]


def _called(post_ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
    """Whom these posts called by a group when they were written, by their ids."""
    found: dict[int, list[int]] = {}
    if post_ids:
        rows = db.session.execute(
            select(Mention.post_id, Mention.person_id).where(
                Mention.post_id.in_(post_ids), Mention.group_id.is_not(None)
            )
        )
        for post_id, person_id in rows:
            if person_id is not None:
                found.setdefault(post_id, []).append(person_id)
    return found


def _files(post_ids: Sequence[int]) -> Mapping[int, Sequence[Any]]:
    """The files of these posts, in their order."""
    found: dict[int, list[Any]] = {}
    if post_ids:
        rows = db.session.execute(
            select(PostFile.post_id, File.name, File.mime, File.alt, File.text)
            .join(File, File.id == PostFile.file_id)
            .where(PostFile.post_id.in_(post_ids), File.deleted_at.is_(None))
            .order_by(PostFile.post_id, PostFile.position)
        )
        for row in rows:
            found.setdefault(row.post_id, []).append(row)
    return found


def file_text(file: Any) -> str:
    """What is searched of a file: its name, its description and its words."""
    return "\n".join(part for part in (file.name, file.alt, file.text) if part)


def file_texts(post_ids: Sequence[int]) -> dict[int, list[str]]:
    """What is searched of the files of these posts, for snippets."""
    return {
        post_id: [file_text(file) for file in files] for post_id, files in _files(post_ids).items()
    }


def _document(
    row: Any, tags: tuple[str, ...], files: Sequence[Any], called: Sequence[int]
) -> Document:
    has = [name for name, is_so in (("link", row.has_link), ("file", bool(files))) if is_so]
    if any(file.mime in IMAGES for file in files):
        has.append("image")
    if row.reaction_counts:
        has.append("reaction")
    text = row.plain
    if files:
        text = f"{text}\n{chr(10).join(map(file_text, files))[:LONGEST_FILES]}"
    everyone = (0,) if row.mentions_all else ()
    return Document(
        post_id=row.id,
        channel_id=row.channel_id,
        author_id=row.author_id,
        root_id=row.parent_id or row.id,
        created_at=row.created_at,
        changed_seq=row.changed_seq,
        text=text,
        hashtags=tags,
        mentions=(*everyone, *row.mention_ids, *called),
        has=tuple(has),
        file_terms=tuple({token.term for file in files for token in words.tokens(file.name)}),
        pinned=row.pinned_at is not None,
    )
