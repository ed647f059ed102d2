"""What people say of themselves, and its end by the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from enterprise_social.core.clock import frozen, now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.people.actions import set_hidden, set_status, set_undisturbed
from enterprise_social.people.models import Person, Status
from enterprise_social.people.queries import presence
from tests.making import make_person, sign_in

pytestmark = pytest.mark.usefixtures("database")
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday


def status_of(person_id: int) -> Status:
    """What somebody says as the database has it now."""
    db.session.rollback()
    return presence.status_of(person_id)


@pytest.fixture
def ada(database: object) -> Person:
    return make_person("Ada", time_zone="Asia/Tokyo")


def test_a_status_ends_by_the_clock_alone(ada: Person):
    with frozen(MORNING) as advance:
        set_status(ada, ":palm_tree:", "On  leave", until=now() + timedelta(hours=1))
        status = status_of(ada.id)
        assert (status.emoji, status.text, status.says(now())) == ("🌴", "On leave", True)
        advance(timedelta(hours=1))
        assert not status_of(ada.id).says(now())


def test_do_not_disturb_ends_by_the_clock_alone(ada: Person):
    with frozen(MORNING) as advance:
        set_undisturbed(ada, now() + timedelta(minutes=30))
        assert status_of(ada.id).undisturbed(now())
        advance(timedelta(minutes=31))
        assert not status_of(ada.id).undisturbed(now())
        set_undisturbed(ada, None)
        assert status_of(ada.id).undisturbed_until is None


@pytest.mark.parametrize(
    ("emoji", "text", "minutes"),
    [(":no_such:", "", None), ("ab", "", None), ("", "x" * 101, None), ("🌴", "", -1)],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    ada: Person, emoji: str, text: str, minutes: int | None
):
    set_status(ada, "", "before")
    until = None if minutes is None else now() + timedelta(minutes=minutes)
    with pytest.raises(Invalid):
        set_status(ada, emoji, text, until=until)
    assert status_of(ada.id).text == "before"
    with pytest.raises(Invalid):
        set_undisturbed(ada, now() + timedelta(days=400))


def test_the_form_knows_when_a_day_ends_where_its_person_is(app: Flask, ada: Person):
    with frozen(MORNING):  # 18:00 in Tokyo
        client = sign_in(app, ada)
        sent = {"emoji": "🌴", "text": "Home", "until": "day", "dnd": "morning"}
        assert client.post("/settings/status", data=sent).status_code == 303
        status = status_of(ada.id)
        assert status.until == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
        assert status.undisturbed_until == datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
        # What is kept stays, what is not asked for goes.
        kept = {"emoji": "🌴", "text": "Home again", "until": "kept", "dnd": "kept", "hidden": "1"}
        client.post("/settings/status", data=kept)
        status = status_of(ada.id)
        assert (status.text, status.hidden) == ("Home again", True)
        assert status.until == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
        at = {"dnd": "at", "dnd_at": "2026-11-23T19:30"}
        assert client.post("/settings/status", data=at).status_code == 303
        ends = status_of(ada.id).undisturbed_until
        assert ends == datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
        over = client.post("/settings/status", data={**at, "dnd_at": "2026-11-23T17:30"})
        assert over.status_code == 422
        assert client.post("/settings/status", data={**at, "dnd_at": "soon"}).status_code == 422
        week = {"preset": "leave", "dnd": "off"}
        client.post("/settings/status", data=week)
        assert status_of(ada.id).until is None
        client.post("/settings/status", data={"text": "x", "until": "week"})
        assert status_of(ada.id).until == datetime(2026, 11, 29, 15, 0, tzinfo=UTC)
        client.post("/settings/status", data={"preset": "clear"})
        assert not status_of(ada.id).says(now())


def test_what_ended_is_not_kept_by_saving_the_form_again(app: Flask, ada: Person):
    with frozen(MORNING) as advance:
        client = sign_in(app, ada)
        client.post("/settings/status", data={"text": "x", "until": "30m", "dnd": "30m"})
        advance(timedelta(hours=1))
        late = {"text": "x", "until": "kept", "dnd": "kept"}
        assert client.post("/settings/status", data=late).status_code == 303
        assert not status_of(ada.id).says(now())
        assert not status_of(ada.id).undisturbed(now())


def test_the_api_changes_what_is_sent_and_leaves_the_rest(app: Flask, ada: Person):
    set_hidden(ada, True)
    set_status(ada, "🌴", "On leave")
    set_undisturbed(ada, now() + timedelta(hours=1))
    client = sign_in(app, ada)
    document = client.patch("/api/v1/me/status", json={"text": "Back soon"}).json
    assert document["status"] == {"emoji": "🌴", "text": "Back soon", "until": None}
    assert document["hidden"] is True
    assert document["dnd_until"] is not None
    bad = client.patch("/api/v1/me/status", json={"emoji": "nope", "hidden": False})
    assert bad.status_code == 422
    assert client.get("/api/v1/me/status").json["hidden"] is True
