"""The audit log is checked and its head is given out, every day, to those who keep it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select, text

from enterprise_social.core import clock, daily, settings
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.outbox import OutboxJob
from enterprise_social.core.signatures import is_signed
from enterprise_social.records.actions.audit import ask_check, set_head_ways
from enterprise_social.records.audit_command import audit_group
from enterprise_social.records.queries.audit import given_heads, last_check
from tests.making import make_person
from tests.services.http_sink import HttpSink, Reply

EVENING = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
ONE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def verify(app: Flask, *arguments: str) -> Result:
    """Run the command as the console script would."""
    db.session.rollback()
    info = ScriptInfo(create_app=lambda: app)
    return CliRunner().invoke(audit_group, ["verify", *arguments], obj=info)


def change(statement: str) -> None:
    """Change the log as somebody does who owns the database."""
    where = "" if is_sqlite() else " ON audit_entries"
    with db.engine.begin() as connection:
        for name in ("stay", "remain"):
            connection.execute(text(f"DROP TRIGGER audit_entries_{name}{where}"))
        connection.execute(text(statement))


def letters(app: Flask) -> list[str]:
    return [each.read_text() for each in sorted(app.config["DATA_DIR"].glob("mail/*.eml"))]


@ONE
def test_the_command_counts_what_is_whole_and_names_what_is_not(app: Flask, database: Any):
    make_person("Ada")
    make_person("Ben")
    done = verify(app)
    assert done.exit_code == 0, done.output
    head = done.stdout.split()[-1]
    assert done.stdout.startswith("2 entries, none changed; head 2:")
    make_person("Carl")
    assert verify(app, "--head", head, "--head", head.partition(":")[2]).exit_code == 0
    change("UPDATE audit_entries SET target = 'person:7' WHERE id = 2")
    done = verify(app)
    assert (done.exit_code, done.stderr.strip()) == (1, "Error: entry 2 was changed")


@ONE
def test_the_command_misses_a_tail_that_somebody_has_the_head_of(app: Flask, database: Any):
    make_person("Ada")
    make_person("Ben")
    head = verify(app).stdout.split()[-1]
    one = db.session.scalars(select(AuditEntry).where(AuditEntry.id == 1)).one().hash
    db.session.rollback()
    change("DELETE FROM audit_entries WHERE id = 2")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE audit_head SET entry_id = 1, hash = :h"), {"h": one})
    assert verify(app).exit_code == 0
    done = verify(app, "--head", head)
    assert done.exit_code == 1
    assert "entry 2 and those after it were removed" in done.stderr
    assert verify(app, "--head", "nonsense").exit_code == 2


def test_every_day_the_log_is_checked_and_its_head_is_written_and_sent(make_app: Any, backend: str):
    sink = HttpSink()
    app = make_app(backend, OUTGOING_ALLOW="127.0.0.1/32")
    work = app.extensions["worker"].run_until_idle
    try:
        with app.app_context(), clock.frozen(EVENING) as advance:
            ada = make_person("Ada", role="admin")
            secret = set_head_ways(ada, "audit@example.org, board@example.org", f"{sink.url}/heads")
            daily.plan()
            daily.plan()
            work()
            assert given_heads() == []
            advance(timedelta(hours=9))
            work()
            db.session.rollback()
            (given,) = given_heads()
            check = last_check()
            assert check is not None
            assert (check.fault, check.finished_at) == (None, clock.now())
            (request,) = sink.requests
            assert is_signed(secret, request.headers, request.body)
            told = json.loads(request.body)["data"]
            assert told["head"] == f"{given.entry_id}:{given.hash}"
            assert secret not in str(db.session.scalars(select(AuditEntry.details)).all())
            written = letters(app)
            assert len(written) == 2
            assert all(told["head"] in each for each in written)
            assert verify(app, "--head", told["head"]).exit_code == 0
            advance(timedelta(days=1))
            work()
            db.session.rollback()
            assert [each.day for each in given_heads()] == ["2026-11-24", "2026-11-23"]
            planned = select(OutboxJob.id).where(OutboxJob.event == daily.DayBegun.name)
            listeners = len(events_of_the_day())
            assert len(db.session.scalars(planned).all()) == listeners
    finally:
        sink.stop()


def events_of_the_day() -> set[str]:
    planned = select(OutboxJob.listener).where(OutboxJob.event == daily.DayBegun.name)
    return set(db.session.scalars(planned))


@ONE
def test_a_server_that_does_not_take_the_head_is_asked_again(make_app: Any, backend: str):
    sink = HttpSink()
    app = make_app(backend, OUTGOING_ALLOW="127.0.0.1/32")
    answers = [Reply(status=503), Reply(status=204)]
    sink.answer = lambda _request: answers.pop(0)
    try:
        with app.app_context(), clock.frozen(EVENING) as advance:
            ada = make_person("Ada", role="admin")
            set_head_ways(ada, "", f"{sink.url}/heads")
            daily.plan()
            for _turn in range(2):
                advance(timedelta(hours=9))
                app.extensions["worker"].run_until_idle()
        first, second = sink.requests
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
    finally:
        sink.stop()


@ONE
def test_a_check_finds_a_head_that_was_given_out_and_is_gone(app: Flask, database: Any):
    ada = make_person("Ada", role="admin")
    work = app.extensions["worker"].run_until_idle
    assert ask_check(ada) is ask_check(ada)
    work()
    check = last_check()
    assert check is not None
    assert check.fault is None
    assert check.finished_at is not None
    change("UPDATE audit_entries SET actor_id = 9 WHERE id = 1")
    ask_check(ada)
    work()
    db.session.rollback()
    broken = last_check()
    assert broken is not None
    assert (broken.fault, broken.how) == (1, "changed")
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (last.action, last.details["how"]) == ("audit.broken", "changed")


@ONE
@pytest.mark.parametrize(
    "webhook", ["ftp://x.example", "https://", "nonsense", "https://é.example/"]
)
def test_only_an_address_of_a_web_server_is_taken(app: Flask, database: Any, webhook: str):
    ada = make_person("Ada", role="admin")
    with pytest.raises(Exception) as refused:
        set_head_ways(ada, "", webhook)
    assert "records.head_webhook" in refused.value.errors  # type: ignore[attr-defined]
    assert settings.get("records.head_webhook") == ""
