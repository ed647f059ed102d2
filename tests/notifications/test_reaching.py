"""Telling many, and reaching those who look elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from enterprise_social.announcements import actions as announcing
from enterprise_social.channels.actions import mark_read
from enterprise_social.core import clock
from enterprise_social.core.db import db
from enterprise_social.notifications import actions
from enterprise_social.notifications.actions.making import TOLD_AT_ONCE
from enterprise_social.notifications.models import Notification
from enterprise_social.notifications.queries import lists
from enterprise_social.people.actions import set_undisturbed
from enterprise_social.people.actions.groups import create_group, put_group_member
from enterprise_social.push import actions as browsers
from tests.feed.test_budgets import many
from tests.making import fresh, make_channel, make_person, write
from tests.notifications.test_telling import told, work
from tests.services.push_service import PushService

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
# For TOLD_AT_ONCE people; the sending of live messages asks nothing.
STATEMENTS_A_CHUNK = 14


@pytest.fixture
def service() -> Iterator[PushService]:
    made = PushService()
    yield made
    made.stop()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_push_says_what_happened_unless_it_was_seen_or_one_wants_quiet(
    backend: str, make_app: Any, service: PushService
) -> None:
    app: Flask = make_app(backend, OUTGOING_ALLOW="127.0.0.0/8")
    with app.app_context(), clock.frozen(NOON) as advance:
        maren, tomasz = make_person("Maren Visser"), make_person("Tomasz")
        channel = make_channel(maren, "gate", tomasz)
        work()
        browser = service.browser()
        browsers.subscribe(tomasz, **browser.keys, session_id=None)
        post = write(maren, channel, f"@{tomasz.username} the crane stands still")
        work()
        one = lists.listing(tomasz, unread=True).items[0].notification
        assert browser.shown == [
            {
                "title": "Maren Visser mentioned you in #gate",
                "body": "@Tomasz the crane stands still",
                "url": f"/channels/gate?at={post.id}#at",
                "tag": f"n{one.id}",
                "silent": False,
            }
        ]
        write(maren, channel, f"@{tomasz.username} seen at once")
        mark_read(tomasz, channel, fresh(channel).seq)
        work()
        set_undisturbed(tomasz, NOON + timedelta(hours=1))
        write(maren, channel, f"@{tomasz.username} not now")
        work()
        assert len(browser.shown) == 1
        advance(timedelta(hours=2))
        actions.set_preference(tomasz, "mention", "push", False)
        write(maren, channel, f"@{tomasz.username} not so")
        work()
        assert len(browser.shown) == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_calling_a_channel_of_10000_costs_a_bounded_number_of_statements(
    app: Flask, database: SQLAlchemy, count_queries: Any
) -> None:
    owner = make_person("Owner")
    channel = make_channel(owner, "all")
    many(channel, 10_000)
    with count_queries() as counted:
        write(owner, channel, "@channel lunch", confirm_mention_all=True)
    posting = len(counted)
    with count_queries() as counted:
        work()
    chunks = -(-10_000 // TOLD_AT_ONCE)
    assert len(counted) <= chunks * STATEMENTS_A_CHUNK + 60, len(counted)
    lines = select(func.count()).where(Notification.kind == "channel_mention")
    assert db.session.execute(lines).scalar_one() == 10_000
    quiet = make_channel(owner, "small", make_person())
    with count_queries() as few:
        write(owner, quiet, "@channel lunch", confirm_mention_all=True)
    assert posting == len(few)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_whoever_is_called_by_a_group_is_told_by_which(app: Flask, database: SQLAlchemy) -> None:
    maren, tomasz, priya, stranger = (make_person() for _each in range(4))
    channel = make_channel(maren, "gate", tomasz, priya)
    crew = create_group(None, "Night crew")
    for each in (tomasz, stranger):
        put_group_member(None, crew, each)
    work()
    write(maren, channel, f"@{crew.slug} lunch")
    work()
    assert told(tomasz, show="mentions") == [("group_mention", f"group:{crew.id}")]
    for each in (priya, stranger):
        assert told(each, show="mentions") == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_announcement_is_listed_when_it_begins_and_read_when_it_is_answered(
    app: Flask, database: SQLAlchemy
) -> None:
    """At nine in each one's own zone: Tokyo first, then Warsaw."""
    with clock.frozen(datetime(2026, 11, 23, 12, tzinfo=UTC)) as advance:
        chief = make_person("Chief", role="admin")
        aiko = make_person("Aiko", department="Yard", time_zone="Asia/Tokyo")
        tomasz = make_person("Tomasz", department="Yard", time_zone="Europe/Warsaw")
        draft, _new = announcing.create_draft(
            chief, title="Gloves", body="Wear them", audience_text="department is Yard",
            asks="acknowledgement", local_at="2026-11-24T09:00",
        )  # fmt: skip
        sent = announcing.publish(chief, draft, version=draft.version)
        work()
        assert told(aiko) == told(tomasz) == []
        advance(timedelta(hours=12, seconds=1))
        work()
        assert told(aiko) == [("announcement", "announcement")]
        assert told(tomasz) == []
        announcing.answer(aiko, sent)
        work()
        assert lists.unread_count(aiko.id) == 0
        advance(timedelta(hours=8))
        work()
        assert told(tomasz) == [("announcement", "announcement")]
        announcing.end(chief, sent, ended_as="withdrawn")
        assert [line.excerpt for line in lists.listing(tomasz).items] == [""]
