"""Keeps the directory's index: who is found by which word.

Only what every colleague may see goes in, so nothing else can move a result, a count or a
suggestion. A change is indexed in its own transaction, all people of it together: somebody just
hired can be mentioned at once, and a word that is taken back finds nobody any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Insert, delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from enterprise_social.core.actions import action, current_unit
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.events import announce
from enterprise_social.people import words
from enterprise_social.people.built_in import custom_id
from enterprise_social.people.events import DirectoryMissing
from enterprise_social.people.models import (
    DirectoryPosting,
    DirectorySpelling,
    DirectoryWord,
    Person,
    ProfileValue,
)
from enterprise_social.people.models.directory import SOURCES
from enterprise_social.people.queries.indexing import Posting, is_public, public_words, source_of

BATCH = 200  # people indexed together
ROWS = 5_000  # of one insert
CHUNK = 500  # values of one IN
_LOOKING = 7303  # of advisory locks: one of ours among those of others
# Addresses and usernames are found by their parts; whole they are no words to be misspelt.
_NOT_SPELT = frozenset({SOURCES["username"], SOURCES["email"]})


def index_person(person_id: int) -> None:
    """Index somebody at the end of the running action, with all others that it changes."""
    unit = current_unit()
    waiting: dict[int, None] | None = unit.notes.get("directory")
    if waiting is None:
        waiting = unit.notes["directory"] = {}

        def write() -> None:
            db.session.flush()
            index_people(list(unit.notes["directory"]))

        unit.before_commit.append(write)
    waiting[person_id] = None


def index_people(person_ids: Sequence[int]) -> None:
    """Bring the index up to date with these people, whatever happened to them."""
    for start in range(0, len(person_ids), BATCH):
        _index(person_ids[start : start + BATCH])


@action
def index_next(after: int, count: int = BATCH) -> int | None:
    """Index the next people by id; return the last one's id, None where nobody was left."""
    statement = select(Person.id).where(Person.id > after).order_by(Person.id).limit(count)
    person_ids = db.session.scalars(statement).all()
    index_people(person_ids)
    return person_ids[-1] if person_ids else None


def index_everyone(progress: Callable[[int], None] | None = None) -> None:
    """Index everyone, in many small transactions; ``progress`` is told the last one's id."""
    last: int | None = 0
    while last is not None:
        last = index_next(last)
        if last is not None and progress is not None:
            progress(last)


@action
def fill_from(after: int) -> None:
    """Index some hundreds of people above an id, and leave the rest to a job that follows."""
    last = index_next(after)
    if last is not None:
        announce(DirectoryMissing(last))


@action
def forget_field(name: str) -> None:
    """Take every word of a field out of the index unless everyone may see it."""
    source = source_of(name)
    if source is None:
        return
    if not is_sqlite():
        # Who indexes just now took the field for public: their words are here before they go.
        db.session.execute(select(func.pg_advisory_xact_lock(_LOOKING, 0)))
    if not is_public(name):
        gone = delete(DirectoryPosting).where(DirectoryPosting.source == source)
        db.session.execute(gone.execution_options(synchronize_session=False))


def index_field(name: str) -> None:
    """Index whoever has something in a field that everyone sees now."""
    if source_of(name) is None or not is_public(name):
        return
    field_id = custom_id(name)
    if field_id is None:
        index_everyone()
        return
    statement = select(ProfileValue.person_id).where(ProfileValue.field_id == field_id)
    index_people(db.session.scalars(statement.order_by(ProfileValue.person_id)).all())


def _hold(person_ids: Sequence[int]) -> None:
    """Have nobody else index these people, or take a field from the index, until the commit.

    Else what was read before another's commit would be written after it: words that are taken
    back would find people again. SQLite has one writer at a time anyway.
    """
    if is_sqlite():
        return
    these = select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id)
    db.session.execute(these.with_for_update(key_share=True))
    db.session.execute(select(func.pg_advisory_xact_lock_shared(_LOOKING, 0)))


@action
def _index(person_ids: Sequence[int]) -> None:
    _hold(person_ids)
    wanted = public_words(person_ids)
    if not wanted:
        return
    known = _known(wanted)
    gone: list[tuple[int, str, int, int]] = []
    new: list[tuple[int, str, int, int]] = []
    for person_id, postings in wanted.items():
        before = known.get(person_id, set())
        gone += [(kind, word, person_id, source) for kind, word, source in before - postings]
        new += [(kind, word, person_id, source) for kind, word, source in postings - before]
    _delete(gone)
    learn({word for _kind, word, _person_id, source in new if source not in _NOT_SPELT})
    columns = ("kind", "word", "person_id", "source")
    _insert(DirectoryPosting, [dict(zip(columns, row, strict=True)) for row in sorted(new)])


def _known(wanted: dict[int, set[Posting]]) -> dict[int, set[Posting]]:
    statement = select(
        DirectoryPosting.person_id,
        DirectoryPosting.kind,
        DirectoryPosting.word,
        DirectoryPosting.source,
    ).where(DirectoryPosting.person_id.in_(list(wanted)))
    found: dict[int, set[Posting]] = {}
    for person_id, kind, word, source in db.session.execute(statement):
        found.setdefault(person_id, set()).add((kind, word, source))
    return found


def _delete(rows: Sequence[tuple[int, str, int, int]]) -> None:
    key = tuple_(
        DirectoryPosting.kind,
        DirectoryPosting.word,
        DirectoryPosting.person_id,
        DirectoryPosting.source,
    )
    for start in range(0, len(rows), CHUNK):
        statement = delete(DirectoryPosting).where(key.in_(rows[start : start + CHUNK]))
        db.session.execute(statement.execution_options(synchronize_session=False))


def learn(spelt: set[str]) -> None:
    """Add new words with the keys of their near spellings, in one order for all writers."""
    new = sorted(spelt - _ids(spelt).keys())
    if not new:
        return
    _insert(DirectoryWord, [{"word": word} for word in new])
    ids = _ids(set(new))
    keys = [{"key": key, "word_id": ids[word]} for word in new for key in words.spelling_keys(word)]
    _insert(DirectorySpelling, sorted(keys, key=lambda row: (row["key"], row["word_id"])))


def _ids(spelt: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    asked = sorted(spelt)
    for start in range(0, len(asked), CHUNK):
        statement = select(DirectoryWord.word, DirectoryWord.id).where(
            DirectoryWord.word.in_(asked[start : start + CHUNK])
        )
        found.update((row.word, row.id) for row in db.session.execute(statement))
    return found


def _insert(model: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Insert what isn't there yet: another writer may have been quicker."""
    dialect = sqlite.insert if is_sqlite() else postgresql.insert
    for start in range(0, len(rows), ROWS):
        statement: Insert = dialect(model).on_conflict_do_nothing()
        db.session.execute(statement, list(rows[start : start + ROWS]))
