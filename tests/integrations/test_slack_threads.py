"""Messages become posts in order, at their own times, in their threads."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from enterprise_social.channels.models import Change
from enterprise_social.core.db import db
from tests.integrations.exports import message, team, user
from tests.integrations.imported import (
    all_posts,
    channel_named,
    moment,
    person_named,
    run_import,
)

pytestmark = pytest.mark.usefixtures("database")


def test_times_are_kept_to_the_microsecond(tmp_path: Path) -> None:
    export = team().say(
        "plans",
        message("1700000100.123456", "U1", "a"),
        message("1700000100.999999", "U1", "b", edited={"user": "U1", "ts": "1700000200.000007"}),
        message("1700000101", "U1", "c"),
    )
    run_import(export, tmp_path)
    first, second, third = all_posts()
    assert first.created_at == datetime(2023, 11, 14, 22, 15, 0, 123456, UTC)
    assert second.created_at == datetime(2023, 11, 14, 22, 15, 0, 999999, UTC)
    assert second.edited_at == datetime(2023, 11, 14, 22, 16, 40, 7, UTC)
    assert third.created_at == datetime(2023, 11, 14, 22, 15, 1, 0, UTC)
    assert channel_named("plans").last_post_at == third.created_at


def test_a_thread_has_its_replies_counts_and_faces(tmp_path: Path) -> None:
    root = moment(1)
    export = team()
    export.users += [user("U3", "cem"), user("U4", "dee")]
    export.say(
        "plans",
        message(root, "U1", "who comes?", thread_ts=root),
        message(moment(2), "U2", "me", thread_ts=root),
        message(moment(3), "U1", "fine", thread_ts=root),
        message(moment(90_000), "U3", "me too", thread_ts=root, subtype="thread_broadcast"),
        message(moment(90_001), "U4", "and me", thread_ts=root),
    )
    report = run_import(export, tmp_path)
    assert (report.posts.imported, report.replies.imported) == (1, 4)
    first, *replies = all_posts()
    assert {one.parent_id for one in replies} == {first.id}
    assert [one.in_stream for one in (first, *replies)] == [True, False, False, True, False]
    assert first.reply_count == 4
    assert first.last_reply_at == replies[-1].created_at
    assert first.reply_faces == [person_named(name).id for name in ("dee", "cem", "ana")]
    assert (first.seq, first.changed_seq) == (1, 5)
    assert (channel_named("plans").seq, channel_named("plans").last_post_seq) == (5, 4)


def test_a_later_export_adds_to_a_thread_that_is_here(tmp_path: Path) -> None:
    root = moment(1)
    export = team().say(
        "plans",
        message(root, "U1", "root", thread_ts=root),
        message(moment(2), "U2", "one", thread_ts=root),
    )
    run_import(export, tmp_path)
    report = run_import(
        export.say("plans", message(moment(3), "U1", "two", thread_ts=root)), tmp_path
    )
    assert (report.replies.imported, report.replies.existing, report.posts.existing) == (1, 1, 1)
    first, *replies = all_posts()
    assert first.reply_count == 2
    assert first.reply_faces == [person_named("ana").id, person_named("bo").id]
    assert [one.parent_id for one in replies] == [first.id, first.id]


def test_replies_to_a_message_that_is_missing_stay_together(tmp_path: Path) -> None:
    gone = moment(0)
    export = team().say(
        "plans",
        message(moment(1), "U1", "yes", thread_ts=gone),
        message(moment(2), "U2", "no", thread_ts=gone),
    )
    report = run_import(export, tmp_path)
    first, second = all_posts()
    assert (first.parent_id, first.in_stream, first.reply_count) == (None, True, 1)
    assert second.parent_id == first.id
    assert len(report.problems) == 1
    run_import(export.say("plans", message(moment(3), "U1", "maybe", thread_ts=gone)), tmp_path)
    assert [one.parent_id for one in all_posts()] == [None, first.id, first.id]


def test_the_log_has_each_post_in_order_and_without_gaps(tmp_path: Path) -> None:
    export = team().say("plans", *(message(moment(n), "U1", f"no {n}") for n in range(1, 1102)))
    run_import(export, tmp_path)
    plans = channel_named("plans")
    changes = db.session.scalars(select(Change).order_by(Change.seq)).all()
    assert [one.seq for one in changes] == list(range(1, 1102))
    assert {one.type for one in changes} == {"post_created"}
    assert [one.post_id for one in changes] == [one.id for one in all_posts()]
    assert [one.seq for one in all_posts()] == list(range(1, 1102))
    assert (plans.seq, plans.last_post_seq) == (1101, 1101)
