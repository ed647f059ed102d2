"""Puts an organisation into the database, all of it in one transaction."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Connection, func, select, text

from enterprise_social.accounts.models import Credential
from enterprise_social.accounts.passwords import hash_password
from enterprise_social.channels.models import Channel
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.errors import Conflict
from enterprise_social.core.text import ChannelRef
from enterprise_social.home.generator import rows, slices
from enterprise_social.home.generator.calendar import Calendar
from enterprise_social.home.generator.people import Someone, everyone
from enterprise_social.home.generator.places import COMPANY_WIDE, Place, all_places
from enterprise_social.home.generator.sizes import BUSY, Size, Start
from enterprise_social.home.generator.slices import COLUMNS, Seats, Stretch, World
from enterprise_social.home.generator.timeline import Job, Timeline
from enterprise_social.home.generator.writing import Target, bare_tables, target
from enterprise_social.people.actions.directory import learn
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from enterprise_social.search import indexing
from enterprise_social.search.engines import engine
from enterprise_social.search.postgres_engine import bulk

Progress = Callable[[str, int, int], None]  # what is being written, how much of it, of how much
# What is filled without its indexes: the tables that grow with people and with posts.
_LARGE = (
    *("people", "profiles", "person_skills", "directory_postings", "channels", "memberships"),
    *COLUMNS,
)
_NUMBERED = ("people", "channels", "posts", "notifications")


@dataclass(frozen=True)
class Founded:
    """What was written: the ids are those from this one on, one after another."""

    first_person_id: int
    first_channel_id: int
    first_post_id: int
    sign_ins: tuple[str, ...]


def found(
    size: Size,
    *,
    processes: int = 2,
    beside: bool = False,
    search: bool = True,
    progress: Progress = lambda _what, _done, _all: None,
) -> Founded:
    """Write an organisation into an empty database; ``beside`` others only where that is said.

    Without ``search`` no index is made of the posts. ``progress`` is told how far it is. Raises
    Conflict where somebody is here already, and ``beside`` isn't wanted.
    """
    hashes = [hash_password(password) for _role, password in BUSY]
    made = _found(size, hashes, processes, beside, search, progress)
    _settle(search, progress)
    return made


@action
def _found(
    size: Size, hashes: list[str], processes: int, beside: bool, search: bool, progress: Progress
) -> Founded:
    start = _start(beside)
    connection = db.session.connection()
    where = target(connection)
    people = everyone(size, start)
    places = all_places(size, start, people)
    timeline = Timeline(size, places)
    generation = bulk.generation(connection) if search and _by_tables() else None
    # Where posts are here that the index lacks it is made anew, not begun with the others.
    complete = start.post == 1 or bulk.is_complete(connection) if generation else False
    with bare_tables(connection, _LARGE):
        _write_people(where, people, hashes, progress)
        _write_places(where, size, start, people, places, progress)
        calendar = Calendar(start.now, timeline.count)
        world = World(
            size.seed,
            [person.named for person in people],
            [Seats(place.id, place.kind, place.members) for place in places],
            calendar,
            _ref(places),
            generation,
            int(timeline.count * 0.97),
        )
        terms = _write_posts(where, world, timeline, start, places, processes, size, progress)
        progress("indexes", 0, 1)
        where.raise_sequences(_NUMBERED)
        _note_newest(connection, places)
    if generation is not None:
        bulk.finish(connection, generation, terms, complete=complete)
    progress("indexes", 1, 1)
    return Founded(start.person, start.channel, start.post, tuple(_sign_ins(people)))


def _by_tables() -> bool:
    return current_app.config["SEARCH_BACKEND"] == "postgres"


def _start(beside: bool) -> Start:
    moment = now()
    if not db.session.execute(select(func.count()).select_from(Person)).scalar_one():
        return Start(moment)
    if not beside:
        raise Conflict(_("There are people here already. Nothing was written."))
    last = [
        db.session.execute(select(func.max(model.id))).scalar_one() or 0
        for model in (Person, Channel, Post)
    ]
    return Start(moment, *(number + 1 for number in last))


def _ref(places: list[Place]) -> ChannelRef | None:
    first = places[0] if places else None
    if first is None or first.kind != COMPANY_WIDE[0][1]:
        return None
    return ChannelRef(first.id, first.slug, first.name)


def _write_people(
    where: Target, people: list[Someone], hashes: list[str], progress: Progress
) -> None:
    words: set[str] = set()
    known = rows.skill_ids(people)
    for at in range(0, len(people), 10_000):
        some = people[at : at + 10_000]
        progress("people", at, len(people))
        for table, columns, lines in rows.of_people(some, known, words):
            where.add(table, columns, lines)
    db.session.flush()
    for person, password_hash in zip(people, hashes, strict=False):
        db.session.add(
            Credential(person_id=person.id, password_hash=password_hash, changed_at=now())
        )
    db.session.flush()
    learn(words)
    progress("people", len(people), len(people))


def _write_places(
    where: Target,
    size: Size,
    start: Start,
    people: list[Someone],
    places: list[Place],
    progress: Progress,
) -> None:
    dice = random.Random(f"seats {size.seed}")
    for at in range(0, len(places), 500):
        progress("channels", at, len(places))
        for table, columns, lines in rows.of_places(places[at : at + 500], people, start, dice):
            where.add(table, columns, lines)
    progress("channels", len(places), len(places))


def _write_posts(
    where: Target,
    world: World,
    timeline: Timeline,
    start: Start,
    places: list[Place],
    processes: int,
    size: Size,
    progress: Progress,
) -> set[str]:
    written, terms = 0, set()
    progress("posts", 0, size.posts)
    for stretch in _stretches(world, timeline.jobs(start.post), processes):
        for table, columns in COLUMNS.items():
            where.add(table, columns, stretch.rows[table])
        for place, (seq, at) in stretch.newest.items():
            places[place].last_post_seq = seq or places[place].last_post_seq
            places[place].last_post_at = at
        terms.update(stretch.terms)
        written += stretch.posts
        progress("posts", written, size.posts)
    return terms


_writer: slices.Writer | None = None


def _begin(world: World) -> None:
    global _writer
    _writer = slices.Writer(world)


def _write(job: Job) -> Stretch:
    if _writer is None:
        raise RuntimeError("the process was not begun")
    return _writer.write(job)


def _stretches(world: World, jobs: Iterator[Job], processes: int) -> Iterator[Stretch]:
    """Yield the stretches in their order, made by several processes, or by this one alone."""
    if processes < 1:
        writer = slices.Writer(world)
        yield from map(writer.write, jobs)
        return
    pool = ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_begin, initargs=(world,)
    )
    with pool:
        waiting: deque[Future[Stretch]] = deque(
            pool.submit(_write, job) for job in islice(jobs, processes * 2)
        )
        while waiting:
            stretch = waiting.popleft().result()
            waiting.extend(pool.submit(_write, job) for job in islice(jobs, 1))
            yield stretch


def _note_newest(connection: Connection, places: list[Place]) -> None:
    """Tell the places what was said in them last."""
    values: list[dict[str, Any]] = [
        {"id": place.id, "seq": place.last_post_seq, "at": place.last_post_at}
        for place in places
        if place.last_post_at
    ]
    at = ":at" if is_sqlite() else "CAST(:at AS timestamptz)"
    if values:
        connection.execute(
            text(f"UPDATE channels SET last_post_seq = :seq, last_post_at = {at} WHERE id = :id"),
            values,
        )


def _sign_ins(people: list[Someone]) -> Iterator[str]:
    for person, (role, password) in zip(people, BUSY, strict=False):
        yield f"{person.email}  {password}  {role}"


def _settle(search: bool, progress: Progress) -> None:
    """Have the database know what is in it, and the search index where it is made of files."""
    if not is_sqlite():
        progress("statistics", 0, 1)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
        progress("statistics", 1, 1)
    if search and not _by_tables():
        total = indexing_total()
        indexing.rebuild(engine(), lambda done: progress("search index", done, total))


def indexing_total() -> int:
    """Return how many posts there are to index."""
    return db.session.execute(select(func.count()).select_from(Post)).scalar_one()
