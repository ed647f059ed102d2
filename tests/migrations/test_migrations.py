"""Migrations: up from empty and from the one before, with data in the tables, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from enterprise_social import create_app
from enterprise_social.core.audit.checking import check
from enterprise_social.core.db import db
from enterprise_social.people.queries import by_username, directory
from tests.making import make_person
from tests.services import postgres

FOLDER = Path(__file__).parents[2] / "migrations"


def revisions() -> list[str]:
    """Return all revisions, the first one first."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()][::-1]


@pytest.fixture
def empty_app(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application on a database without a single table."""
    settings: dict[str, Any] = {"TESTING": True, "SECRET_KEY": "x" * 32, "DATA_DIR": tmp_path}
    cluster: postgres.Cluster | None = None
    name = f"empty_{tmp_path.name.lower()}"[:60]
    if backend == "postgres":
        cluster = request.getfixturevalue("postgres_cluster")
        cluster.drop(name)
        cluster.create(name)
        settings["DATABASE_URL"] = cluster.url(name)
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    if cluster is not None:
        cluster.drop(name)


def to(revision: str, move: Callable[..., None] = upgrade) -> None:
    """Bring the database to a revision."""
    db.session.remove()
    move(directory=str(FOLDER), revision=revision)


def tables() -> set[str]:
    """Return the tables that are there now."""
    return set(inspect(db.engine).get_table_names())


def some_data() -> None:
    """Put a person, a channel and a post in, in the first migration's terms."""
    moment = "2026-11-20 08:00:00.123456"
    statements = (
        (
            "INSERT INTO people (id, email, username, name, role, title, department, location,"
            " pronouns, phone, time_zone, locale, is_bot, created_at, version) VALUES (1,"
            " 'mira@example.org', 'mira', 'Mira', 'admin', '', '', '', '', '', 'UTC', 'en', :no,"
            " :at, 1)"
        ),
        (
            "INSERT INTO channels (id, slug, name, kind, topic, purpose, seq, last_post_seq,"
            " member_count, created_at) VALUES (1, 'gate', 'gate', 'public', '', '', 1, 1, 1, :at)"
        ),
        (
            "INSERT INTO posts (id, channel_id, seq, changed_seq, in_stream, type, author_id, body,"
            " html, plain, created_at, reply_count, reply_faces, mention_ids, mentions_all,"
            " has_link) VALUES (1, 1, 1, 1, :yes, 'post', 1, 'Zażółć', '<p>Zażółć</p>', 'Zażółć',"
            " :at, 0, '[]', '[]', :no, :no)"
        ),
    )
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), {"at": moment, "yes": True, "no": False})


def test_all_migrations_together_make_what_the_models_say(empty_app: Flask):
    to("head")
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_each_migration_keeps_the_data_that_was_there(empty_app: Flask):
    first, *later = revisions()
    to(first)
    some_data()
    for revision in later:
        to(revision)
        with db.engine.connect() as connection:
            row = connection.execute(text("SELECT body, seq FROM posts")).one()
        assert tuple(row) == ("Zażółć", 1)


def test_who_was_here_before_the_directory_is_found_in_it(empty_app: Flask):
    to("0004")
    some_data()
    to("head")
    empty_app.extensions["worker"].run_until_idle()
    mira = by_username("mira")
    assert mira is not None
    assert list(directory(mira, query="mria").items) == [mira]


def test_the_way_back_leaves_nothing_behind(empty_app: Flask):
    to("head")
    to("base", downgrade)
    assert tables() <= {"alembic_version"}
    to("head")
    assert "posts" in tables()


def test_migrating_what_is_migrated_changes_nothing(empty_app: Flask):
    to("head")
    some_data()
    to("head")
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM posts")).scalar_one() == 1


def test_the_audit_log_that_was_there_is_chained(empty_app: Flask):
    to("0011")
    entries = [
        {"id": number, "at": f"2026-11-20 08:00:{number:02}.000123", "details": details}
        for number, details in ((2, '{"role": "admin"}'), (3, "{}"), (7, '{"n": [1, 2.5, null]}'))
    ]
    with db.engine.begin() as connection:
        statement = "INSERT INTO audit_entries (id, at, actor_id, action, target, details)"
        connection.execute(
            text(f"{statement} VALUES (:id, :at, 1, 'people.role', 'person:1', :details)"), entries
        )
    to("head")
    outcome = check()
    assert (outcome.fault, outcome.entries) == (None, 3)
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entries"))
    to("0011", downgrade)
    to("head")
    assert check().head == outcome.head


def test_the_version_before_goes_on_with_the_audit_log_and_keeps_guests_out(empty_app: Flask):
    to("head")
    make_person("Mira Holt")
    gwen = make_person("Gwen", role="guest")
    to("0009", downgrade)
    with db.engine.begin() as connection:
        last = connection.execute(text("SELECT max(id) FROM audit_entries")).scalar_one()
        assert last
        connection.execute(
            text(
                "INSERT INTO audit_entries (at, action, target, details)"
                " VALUES ('2026-11-20 08:00:00', 'people.role', 'person:1', '{}')"
            )
        )
        newest = connection.execute(text("SELECT max(id) FROM audit_entries")).scalar_one()
        assert newest == last + 1
        out = text("SELECT id FROM people WHERE deactivated_at IS NOT NULL")
        assert connection.execute(out).scalars().all() == [gwen.id]


def test_there_is_one_line_of_migrations():
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    assert revisions() == sorted(revisions())
