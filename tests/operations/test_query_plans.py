"""No page, call, socket or job goes through a large table, and none counts what has no bound.

The table of rights is walked in a large organisation, and then once more where everything is large:
the busiest channel, somebody in every channel. What PostgreSQL did is looked at in `plans`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import text

from enterprise_social.accounts.actions import create_access_token
from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from enterprise_social.home.generator.founding import Founded, found
from enterprise_social.home.generator.sizes import Size
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from tests.making import sign_in
from tests.operations.plans import SMALL, Recorder, Visit
from tests.rights.scene import Scene, make_scene
from tests.rights.table import API, QUIET, SHOWS, TABLE, YES
from tests.rights.test_routes import ask

LARGE = Size(people=4_000, channels=24, posts=24_000, seed=5)
# A page shows fifty; what gathers and ranks may look at so many rows of a table, and no more.
MOST_ROWS = 2_100
# Of a table that has hardly any rows here, all of them are read with the least effort.
FEW = 100


@dataclass(frozen=True)
class Allowed:
    """A table that a statement, known by a part of it, may go through, and why."""

    table: str
    part: str
    why: str


ALLOWED = (
    # What is asked for is a number of everybody, and exact: who would be told, what would go.
    Allowed("people", "WITH RECURSIVE below", "everyone below somebody; measured to 100,000"),
    Allowed(
        "people",
        "people.department, people.location, count(*)",
        "the numbers beside the directory's filters, of an index alone; measured to 100,000",
    ),
    Allowed("people", "SELECT people.department, count(*)", "departments, of an index alone"),
    Allowed("people", "SELECT count(people.id)", "how many a draft or a rule would reach"),
    Allowed("people", "SELECT DISTINCT people.title", "titles while a rule is tried, by admins"),
    Allowed("people", "SELECT people.role, count(*)", "who has a second factor, for admins"),
    Allowed("*", "AND posts.type != ", "what a rule of retention would remove, for admins"),
    Allowed("outbox_jobs", "GROUP BY outbox_jobs.listener", "the page that shows the queue"),
    Allowed(
        "outbox_jobs",
        "FROM (SELECT outbox_jobs.id AS id FROM outbox_jobs",
        "counted up to 100,000, of an index alone",
    ),
    Allowed("mentions", "FROM channels JOIN memberships", "up to a hundred in each channel"),
    Allowed("posts", "FROM channels JOIN memberships", "up to a hundred in each channel"),
    Allowed("files", "coalesce(sum(files.size)", "the page that shows how full the place is"),
    Allowed("moderation_appeals", "GROUP BY moderation_appeals.outcome", "a year's report"),
    # Work of the night, or of a whole organisation.
    Allowed("audit_entries", "DECLARE", "the nightly check of the whole chain"),
    Allowed(
        "people",
        "SELECT people.id, people.email, people.employee_number",
        "an import of people is compared with everybody",
    ),
    Allowed("people", "FROM people_import_lines", "an import of people is counted"),
    Allowed("people_import_lines", "WHERE people_import_lines.import_id", "an import is counted"),
    Allowed("people", "SELECT people.id, people.name, people.email", "an export of people"),
    Allowed("profile_changes", "WHERE profile_changes.field", "a field of profiles is deleted"),
    Allowed("directory_postings", "DELETE", "a field of profiles is hidden"),
    Allowed(
        "directory_postings",
        "WHERE directory_postings.person_id IN",
        "two hundred people are indexed at once",
    ),
    # A word that stands in most posts: the newest matches are found among few, by the time.
    Allowed("search_documents", "LIMIT", "as many as paging reaches, and a page in between"),
    Allowed("search_words", "LIMIT", "words that are near, where there are no trigrams"),
    # Of whom connections are, once a while; by the connections that there are.
    Allowed("sign_in_sessions", "sign_in_sessions.expires_at >", "which connections may stay"),
    Allowed("access_tokens", "access_tokens.expires_at >", "which connections may stay"),
)
ASKS = ("member", "author", "moderator", "admin", "manager", "outsider", "anonymous")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def large(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    app = make_app("postgres")
    with app.app_context():
        yield app
        app.extensions["search_engine"].close()


@pytest.mark.timeout(500)
def test_every_statement_is_bounded_however_large_the_organisation_is(
    large: Flask, recorder: Recorder
) -> None:
    made = found(LARGE, processes=0)
    scene = make_scene(large)
    large.extensions["worker"].run_until_idle()
    _fill_the_rest(made)
    # Nobody may hold a connection when the others are closed.
    db.session.rollback()
    large.extensions["live"].flush()
    with recorder.on(db.engine):
        _walk(scene, recorder)
        _walk_where_all_is_large(scene, made, recorder)
        recorder.label = "jobs"
        large.extensions["worker"].run_until_idle()
        db.session.rollback()
        large.extensions["live"].flush()
    assert recorder.plans > 3_000
    wrong = {}
    for visit, where in sorted(recorder.visits.items(), key=lambda pair: pair[0].rows):
        if objection(visit):
            wrong[visit.statement, visit.table, visit.way] = f"{told(visit)}\n    at {where}"
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(sorted(wrong.values()))


def objection(visit: Visit) -> str:
    """Say what is wrong with how a table was gone through, or nothing."""
    if visit.table in SMALL or any(
        each.table in (visit.table, "*") and each.part in visit.statement for each in ALLOWED
    ):
        return ""
    if visit.way == "Seq Scan":
        return "sequential"
    if not visit.looked_up and not visit.limited and visit.rows > FEW:
        return "the whole index"
    return "too many rows" if visit.rows > MOST_ROWS else ""


def told(visit: Visit) -> str:
    return f"{objection(visit)}: {visit.way} on {visit.table}, {visit.rows} rows: {visit.statement}"


def _walk(scene: Scene, recorder: Recorder) -> None:
    for row in TABLE:
        who = next((one for one in ASKS if row.answers[one] in (YES, SHOWS, QUIET)), None)
        if who is None:
            continue
        recorder.label = f"{row.route} by {who}"
        ask(scene, who, row)
        db.session.rollback()


def _walk_where_all_is_large(scene: Scene, made: Founded, recorder: Recorder) -> None:
    """Ask for everything again that only reads, as somebody who is everywhere."""
    busy = db.session.get_one(Person, made.first_person_id)
    channel = db.session.get_one(Channel, made.first_channel_id)
    thread = (
        db.session.query(Post).filter_by(channel_id=channel.id).order_by(Post.reply_count.desc())
    ).first()
    assert thread is not None
    scene.browsers["busy"] = sign_in(scene.app, busy)
    scene.tokens["busy"] = create_access_token(busy, "busy", ("read", "write", "admin"))[1]
    scene.facts |= {
        "slug": channel.slug,
        "channel_id": channel.id,
        "post_id": thread.id,
        "person_id": busy.id + 1,
        "user_id": busy.id + 1,
        "username": db.session.get_one(Person, busy.id + 1).username,
    }
    for row in TABLE:
        if row.route.startswith("GET ") and not row.route.startswith("GET /logout"):
            recorder.label = f"{row.route} by somebody everywhere"
            ask(scene, "busy", row)
            db.session.rollback()
    for path in ("/search?q=shipment", "/search?q=shipment&sort=newest", "/search?q=shipmnet+the"):
        recorder.label = path
        scene.browsers["busy"].get(path)
    for path in (
        f"{API}/channels/{channel.id}/events?after=1",
        f"/channels/{channel.id}/live?after=1",
    ):
        recorder.label = path
        scene.browsers["busy"].get(path)


STATEMENTS = (
    """INSERT INTO notifications (person_id, kind, group_key, reason, channel_id, post_id, seq,
       actor_ids, actor_count, count, created_at, updated_at, read_at) SELECT :me, 'mention',
       concat('post', id), '', channel_id, id, seq, '[]', 1, 1, created_at, created_at,
       CASE WHEN id % 2 = 0 THEN created_at END FROM posts ORDER BY id LIMIT 6000""",
    """INSERT INTO mentions (post_id, person_id, channel_id, author_id, seq)
       SELECT id, :me, channel_id, author_id, seq FROM posts ORDER BY id LIMIT 6000""",
    """INSERT INTO sign_in_sessions (person_id, token_hash, created_at, last_seen_at, expires_at,
       remembered, user_agent, address) SELECT id, concat('x', id), now(), now(), now(), false,
       '', '' FROM people""",
    """INSERT INTO outbox_jobs (listener, event, payload, run_at, attempts)
       SELECT 'nobody', 'nothing', '{}', now() + interval '1 year', 0
       FROM generate_series(1, 4000)""",
    "UPDATE memberships SET read_seq = 0 WHERE person_id = :me",
)


def _fill_the_rest(made: Founded) -> None:
    """Fill what an organisation isn't founded with, and have the planner know of it."""
    with db.engine.begin() as connection:
        for statement in STATEMENTS:
            connection.execute(text(statement.replace(":me", str(made.first_person_id))))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
