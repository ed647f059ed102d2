"""The server is killed while it gives out and while it removes: both end as if nothing had been."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from enterprise_social import create_app
from enterprise_social.config import DEFAULTS
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from enterprise_social.records.actions import retention
from enterprise_social.records.actions.exports import approve_export, ask_for_export
from enterprise_social.records.archives.scopes import Scope
from enterprise_social.records.models import DataExport, RetentionRun
from tests.bench.seed import STEP, many_posts
from tests.faults.clients import wait_until
from tests.making import make_person
from tests.services.ending import let_go
from tests.services.process import until
from tests.services.server import LiveServer

POSTS = 5_000  # several seconds of work for either


@pytest.fixture
def server(make_live_server: Callable[..., LiveServer]) -> LiveServer:
    return make_live_server()


@pytest.fixture
def admins(server: LiveServer) -> Iterator[tuple[Flask, list[Person]]]:
    """Two of them, who wrote posts in four channels, and an application beside the server."""
    app = create_app({"TESTING": True, **{n: server.env[n] for n in DEFAULTS if n in server.env}})
    with app.app_context():
        persons = [make_person("Ada", role="admin"), make_person("Ben", role="admin")]
        many_posts(POSTS, 4, persons)
        yield app, persons
        db.session.remove()
    let_go(app)


def look(statement: Any) -> Any:
    """Ask the database, of which a process beside this one has the writing."""
    db.session.rollback()
    return db.session.scalar(statement)


def test_an_export_whose_maker_was_killed_holds_every_post_once(
    server: LiveServer, admins: tuple[Flask, list[Person]]
) -> None:
    ada, ben = admins[1]
    folder = server.data_dir / "exports"
    # Not before the server is up: its worker would be done before anybody could kill it.
    server.start()
    approve_export(ben, ask_for_export(ada, Scope(), "Case 7"))
    wait_until(lambda: any(p.stat().st_size for p in folder.glob("*.part")), 60, "the making")
    server.kill()
    assert look(select(DataExport.state)) == "running"
    left = {path.name for path in folder.glob("*.part")}
    assert len(left) == 1
    server.start()
    wait_until(lambda: look(select(DataExport.state)) == "ready", 60, "the second beginning")
    server.stop()
    assert list(folder.glob("*.part")) == []
    done = db.session.scalars(select(DataExport)).one()
    with storage().open(done.storage_key) as kept:
        archive = zipfile.ZipFile(io.BytesIO(kept.read()))
    names = [name for name in archive.namelist() if name.endswith(".jsonl") and "channels/" in name]
    given = Counter(
        json.loads(line)["id"] for name in names for line in archive.read(name).splitlines()
    )
    assert given == dict.fromkeys(db.session.scalars(select(Post.id)), 1)
    acts = Counter(db.session.scalars(select(AuditEntry.action)))
    assert acts["exports.made"] == 1
    assert len(list((server.data_dir / "files").rglob("exports/*"))) <= 1


def test_a_retention_run_that_was_killed_removes_what_is_past_its_time_and_no_more(
    server: LiveServer, admins: tuple[Flask, list[Person]]
) -> None:
    days = max(1, int(POSTS * STEP / timedelta(days=2)))
    retention.set_defaults(None, days, 30)
    # Its middle is hours from any post, so none comes to be past its time meanwhile.
    old = Post.created_at < now() - timedelta(days=days)
    # An emptied root stays as long as it has a reply that is young enough.
    roots = set(db.session.scalars(select(Post.parent_id).where(~old, Post.parent_id.isnot(None))))
    staying = roots | set(db.session.scalars(select(Post.id).where(~old)))
    past = look(select(func.count()).where(old))
    assert past > POSTS // 4
    server.start()
    retention.begin_run()
    there = select(func.count(Post.id))
    until(lambda: look(there) < POSTS, 60, "the first batch")
    server.kill()
    assert look(select(RetentionRun.finished_at)) is None
    assert look(there) > len(staying)
    server.start()
    wait_until(lambda: look(select(RetentionRun.finished_at)) is not None, 60, "the rest")
    server.stop()
    db.session.rollback()
    assert set(db.session.scalars(select(Post.id))) == staying
    run = db.session.scalars(select(RetentionRun)).one()
    assert run.removed == past, "each counted once"
