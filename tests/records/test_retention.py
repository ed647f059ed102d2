"""What is past its time goes for good, unless a hold keeps it; what is held outlives everything."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from enterprise_social.channels.models import Change, Channel
from enterprise_social.channels.queries import changes_after, log_reaches
from enterprise_social.core import clock, daily
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden, Invalid
from enterprise_social.feed.live import render_changes
from enterprise_social.feed.queries.events import event_documents
from enterprise_social.files.actions import store_file
from enterprise_social.files.models import File
from enterprise_social.files.storage import storage
from enterprise_social.messages.actions.starting import start_conversation
from enterprise_social.moderation.actions.reports import report
from enterprise_social.notifications.models import Notification
from enterprise_social.posts import policy as post_policy
from enterprise_social.posts.actions import delete_post, edit_post, restore_post
from enterprise_social.posts.models import Mention, Post, PostFile, PostHashtag, Revision
from enterprise_social.records import policy
from enterprise_social.records.actions import retention
from enterprise_social.records.actions.holds import place_hold, release_hold
from enterprise_social.records.models import RetentionRun
from enterprise_social.records.queries.retention import period_of, preview
from tests.making import fresh, make_channel, make_person, sign_in, write

THEN = datetime(2025, 1, 10, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Advance = Any


@pytest.fixture
def advance(app: Flask, database: Any) -> Iterator[Advance]:
    """A clock that stands still until it is told to move on."""
    with clock.frozen(THEN) as move:
        yield move


@pytest.fixture
def ada(advance: Advance) -> Any:
    return make_person("Ada", role="admin")


@pytest.fixture
def ben(advance: Advance) -> Any:
    return make_person("Ben", username="ben")


def run(app: Flask) -> RetentionRun:
    """Run over everything, as the worker does it."""
    db.session.rollback()
    found = retention.begin_run()
    app.extensions["worker"].run_until_idle()
    done: RetentionRun = fresh(found)
    assert done.finished_at is not None
    return done


def there() -> list[str]:
    """Return what all posts that are there say, the empty shells too."""
    db.session.rollback()
    return list(db.session.scalars(select(Post.body).order_by(Post.id)))


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def test_posts_past_the_period_go_with_all_that_hangs_on_them(
    app: Flask, ada: Any, ben: Any, advance: Advance
):
    hall = make_channel(ada, "hall", ben)
    file = store_file(ada, io.BytesIO(b"a plan of the harbour"), "plan.txt")
    old = write(ada, hall, "look @ben at #harbour", file_ids=[file.id])
    edit_post(ada, old, "look again, @ben, at #harbour")
    app.extensions["worker"].run_until_idle()
    key = file.key
    assert storage().exists(key)
    advance(20 * DAY)
    new = write(ada, hall, "new")
    retention.set_defaults(ada, 30, 30)
    advance(11 * DAY)
    done = run(app)
    assert there() == ["new"]
    assert (done.removed, done.files, done.hidden) == (1, 1, 0)
    for model in (Revision, Mention, PostHashtag, PostFile, File):
        assert count(model) == 0, model
    kinds = db.session.scalars(select(Notification.kind)).all()
    assert kinds == ["invitation"]
    app.extensions["worker"].run_until_idle()
    assert not storage().exists(key)
    assert fresh(hall).last_post_seq == fresh(new).seq
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (last.action, last.details["removed"]) == ("retention.run", 1)


def test_a_channel_has_a_period_of_its_own_or_keeps_for_ever(
    app: Flask, ada: Any, advance: Advance
):
    short, usual, ever = (make_channel(ada, name) for name in ("short", "usual", "ever"))
    for channel in (short, usual, ever):
        write(ada, channel, channel.name)
    retention.set_defaults(ada, 100, 30)
    retention.set_rule(ada, short, 10)
    retention.set_rule(ada, ever, None)
    advance(11 * DAY)
    run(app)
    assert there() == ["usual", "ever"]
    assert (period_of(short.id).days, period_of(ever.id).days) == (10, None)
    advance(100 * DAY)
    run(app)
    assert there() == ["ever"]
    retention.clear_rule(ada, ever.id)
    run(app)
    assert there() == []


def test_without_a_period_nothing_goes(app: Flask, ada: Any, advance: Advance):
    write(ada, make_channel(ada), "kept")
    advance(4000 * DAY)
    run(app)
    assert there() == ["kept"]


def test_a_root_is_emptied_and_goes_with_its_last_reply(app: Flask, ada: Any, advance: Advance):
    hall = make_channel(ada)
    root = write(ada, hall, "root")
    advance(10 * DAY)
    write(ada, hall, "reply", parent_id=root.id)
    retention.set_rule(ada, hall, 5)
    run_at = 4 * DAY
    advance(run_at)
    run(app)
    assert there() == ["", "reply"]
    shell = fresh(root)
    assert shell.deleted
    assert shell.reply_count == 1
    assert not post_policy.may_restore(ada, hall, None, shell)
    advance(2 * DAY)
    run(app)
    assert there() == []


def test_deleted_posts_go_after_their_own_time(app: Flask, ada: Any, advance: Advance):
    hall = make_channel(ada)
    post = write(ada, hall, "a mistake")
    delete_post(ada, post)
    advance(29 * DAY)
    run(app)
    assert there() == ["a mistake"]
    advance(2 * DAY)
    run(app)
    assert there() == []


@pytest.mark.parametrize("by", ["person", "channel", "time", "all"])
def test_a_hold_outranks_retention_and_deletion(
    app: Flask, ada: Any, ben: Any, advance: Advance, by: str
):
    hall = make_channel(ada, "hall", ben)
    other = make_channel(ada, "other", ben)
    held = write(ben, hall, "evidence")
    taken = write(ben, hall, "taken away")
    advance(DAY)
    free = write(ada, other, "free")
    whole: dict[str, Any] = {
        "person": {"person": ben},
        "channel": {"channel": hall},
        "time": {"begins_at": THEN, "ends_at": THEN + timedelta(hours=1)},
    }
    chosen = whole if by == "all" else {by: whole[by]}
    what = {key: value for part in chosen.values() for key, value in part.items()}
    hold = place_hold(ada, "Case 7", "Asked by the court", **what)
    assert policy.is_held(held.id)
    assert not policy.is_held(free.id)
    delete_post(ben, taken)
    retention.set_defaults(ada, 5, 5)
    advance(400 * DAY)
    done = run(app)
    # Out of everybody's sight, and not lost: what is left doesn't tell what is held.
    assert there() == ["evidence", "taken away"]
    assert fresh(held).deleted
    assert (done.removed, done.hidden) == (1, 1)
    with pytest.raises(Forbidden):
        restore_post(ada, held)
    assert run(app).hidden == 0
    release_hold(ada, hold, "Settled")
    run(app)
    assert there() == []


def test_a_hold_on_somebody_keeps_what_others_said_to_them_alone(
    app: Flask, ada: Any, ben: Any, advance: Advance
):
    conversation, _new = start_conversation(ada, [ben.id])
    said = write(ada, conversation, "between us")
    hall = make_channel(ada, "hall", ben)
    aloud = write(ada, hall, "aloud")
    place_hold(ada, "Case 7", "Asked by the court", person=ben)
    assert policy.is_held(said.id)
    assert not policy.is_held(aloud.id)
    assert policy.is_person_held(ben.id)


def test_a_hold_keeps_revisions_and_the_files_of_what_was_deleted(
    app: Flask, ada: Any, ben: Any, advance: Advance
):
    hall = make_channel(ada, "hall", ben)
    file = store_file(ben, io.BytesIO(b"the ledger"), "ledger.txt")
    post = write(ben, hall, "first words", file_ids=[file.id])
    place_hold(ada, "Case 7", "Asked by the court", person=ben)
    edit_post(ben, post, "other words")
    delete_post(ben, post)
    advance(60 * DAY)
    app.extensions["worker"].run_until_idle()
    run(app)
    assert there() == ["other words"]
    assert db.session.scalars(select(Revision.body)).all() == ["first words"]
    with storage().open(file.key) as content:
        assert content.read() == b"the ledger"


def test_what_is_looked_at_in_a_case_stays_until_it_is_decided(
    app: Flask, ada: Any, ben: Any, advance: Advance
):
    hall = make_channel(ada, "hall", ben)
    post = write(ben, hall, "an insult")
    report(ada, "post", post.id, "insult")
    retention.set_rule(ada, hall, 5)
    advance(10 * DAY)
    run(app)
    assert there() == ["an insult"]


def test_clients_hear_of_it_once_a_batch_and_can_catch_up(app: Flask, ada: Any, advance: Advance):
    hall = make_channel(ada)
    root = write(ada, hall, "root")
    gone = [write(ada, hall, f"old {number}").id for number in range(3)]
    advance(10 * DAY)
    write(ada, hall, "reply", parent_id=root.id)
    before = fresh(hall).seq
    retention.set_rule(ada, hall, 5)
    advance(DAY)
    run(app)
    hall = fresh(hall)
    assert hall.seq == before + 1
    (change,) = changes_after(hall.id, before, 10)
    (event,) = event_documents(hall, [change])
    assert (event["type"], event["post_ids"]) == ("posts_purged", [root.id, *gone])
    (rendered,) = render_changes(hall.id, [hall.seq])
    operations = {each["target"]: each["op"] for each in rendered.pages["ops"]}
    assert operations == {
        f"post:{root.id}": "replace",
        **{f"post:{each}": "remove" for each in gone},
    }
    # What is older than the period is forgotten in the log as well; what is left has no gap.
    assert log_reaches(hall, before)
    assert not log_reaches(hall, 1)
    seqs = list(db.session.scalars(select(Change.seq).where(Change.channel_id == hall.id)))
    assert seqs == list(range(min(seqs), hall.seq + 1))


def test_what_is_gone_is_found_no_more(app: Flask, ada: Any, advance: Advance):
    hall = make_channel(ada)
    write(ada, hall, "barnacle")
    app.extensions["worker"].run_until_idle()
    client = sign_in(app, ada)
    assert client.get("/api/v1/search?q=barnacle").get_json()["total"] == 1
    retention.set_rule(ada, hall, 5)
    advance(10 * DAY)
    run(app)
    app.extensions["worker"].run_until_idle()
    later = sign_in(app, ada)
    assert later.get("/api/v1/search?q=barnacle").get_json()["total"] == 0


def test_a_preview_counts_what_would_go_and_what_is_kept(
    app: Flask, ada: Any, ben: Any, advance: Advance
):
    hall = make_channel(ada, "hall", ben)
    for number in range(3):
        write(ada, hall, f"post {number}")
    write(ben, hall, "evidence")
    place_hold(ada, "Case 7", "Asked by the court", person=ben)
    advance(10 * DAY)
    found = preview(5)
    assert (found.removed, found.kept, found.oldest) == (3, 1, THEN)
    assert preview(20).removed == 0
    assert preview(5, hall.id).removed == 3


def test_every_day_a_run_is_begun_and_one_that_is_at_work_goes_on(
    app: Flask, ada: Any, advance: Advance
):
    daily.plan()
    advance(DAY)
    app.extensions["worker"].run_until_idle()
    assert count(RetentionRun) == 1
    assert retention.begin_run().id == retention.begin_run().id
    assert count(RetentionRun) == 2


def test_a_run_that_was_killed_goes_on_where_it_was(
    app: Flask, ada: Any, advance: Advance, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "LONGEST_PAUSE", 0)
    halls = [make_channel(ada) for _number in range(2)]
    for hall in halls:
        for number in range(5):
            write(ada, hall, f"post {number}")
    retention.set_defaults(ada, 5, 5)
    advance(10 * DAY)
    whole = retention.remove_some
    calls: list[int] = []

    def die(*given: Any) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(*given)

    monkeypatch.setattr(retention, "remove_some", die)
    found = retention.begin_run()
    with pytest.raises(KeyboardInterrupt):
        retention.take_turn(found.id, 0)
    db.session.rollback()
    assert len(there()) == 6
    done = run(app)
    assert (done.id, done.removed) == (found.id, 10)
    assert there() == []


def test_only_admins_hold_and_set_periods_and_all_of_it_is_in_the_log(
    app: Flask, ada: Any, ben: Any, advance: Advance
):
    hall = make_channel(ada, "hall", ben)
    with pytest.raises(Forbidden):
        place_hold(ben, "Case 7", "Because", person=ada)
    with pytest.raises(Forbidden):
        retention.set_defaults(ben, 5, 5)
    with pytest.raises(Forbidden):
        retention.set_rule(ben, hall, 5)
    for bad in ({}, {"person": ben, "begins_at": THEN, "ends_at": THEN}):
        with pytest.raises(Invalid):
            place_hold(ada, "Case 7", "Because", **bad)
    with pytest.raises(Invalid):
        retention.set_rule(ada, hall, 0)
    hold = place_hold(ada, "Case 7", "Because", person=ben)
    with pytest.raises(Invalid):
        release_hold(ada, hold, " ")
    release_hold(ada, hold, "Settled")
    retention.set_rule(ada, hall, 5)
    acts = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert acts[-3:] == ["holds.created", "holds.released", "retention.changed"]
    assert isinstance(hall, Channel)
