"""What somebody chooses: on the page, without a script, and by program."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.announcements.queries.reachability import reach_of
from enterprise_social.core import clock
from enterprise_social.notifications import settings
from enterprise_social.notifications.queries import preferences
from enterprise_social.people.queries.availability import absences_of
from tests.making import make_channel, make_person, sign_in, write
from tests.notifications.test_telling import told, work

PAGE = "/settings/notifications"
NIGHT = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)


@pytest.fixture
def tomasz(database: SQLAlchemy) -> Any:
    return make_person("Tomasz", time_zone="Europe/Warsaw")


def test_boxes_are_saved_and_what_is_not_told_at_all_keeps_its_ways(
    app: Flask, tomasz: Any
) -> None:
    client = sign_in(app, tomasz)
    ticked = [f"{kind}:{way}" for kind, ways in preferences.matrix(tomasz).items() for way in ways]
    ticked = [each for each in ticked if each not in ("reply:push", "mention:app", "mention:push")]
    assert client.post(PAGE, data={"part": "ways", "way": ticked}).status_code == 303
    chosen = preferences.matrix(tomasz)
    assert chosen["reply"] == {"app": True, "push": False, "email": True}
    assert chosen["mention"] == {"app": False, "push": True, "email": True}
    assert chosen["announcement"] == {"app": True, "push": False, "email": False}
    assert "Saved." in client.get(PAGE).text


def test_a_word_of_four_words_is_refused_where_it_stands(app: Flask, tomasz: Any) -> None:
    client = sign_in(app, tomasz)
    client.post(PAGE, data={"part": "keywords", "keywords": "Crane\nreach stacker, Łódź"})
    assert preferences.keywords_of(tomasz) == ["crane", "reach stacker", "łodz"]
    wrong = client.post(PAGE, data={"part": "keywords", "keywords": "one two three four"})
    assert wrong.status_code == 422
    assert "one two three four</textarea>" in wrong.text
    assert "crane" in preferences.keywords_of(tomasz)


@pytest.mark.parametrize(
    ("form", "silent"),
    [
        ({"quiet": "default"}, True),
        ({"quiet": "none"}, False),
        ({"quiet": "own", "day": ["1"], "from": "22:30", "until": "06:00"}, False),
        ({"quiet": "own", "day": ["1"], "from": "22:00", "until": "06:00"}, True),
        ({"quiet": "own", "day": ["2"], "from": "22:00", "until": "06:00"}, False),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_quiet_hours_are_those_of_ones_own_clock(
    app: Flask, tomasz: Any, form: dict[str, Any], silent: bool
) -> None:
    """A Tuesday, 22:00 in Warsaw."""
    client = sign_in(app, tomasz)
    client.post(PAGE, data={"part": "quiet", "quiet": "none"})
    assert client.post(PAGE, data={"part": "quiet", **form}).status_code == 303
    assert settings.document(tomasz)["quiet_hours"]["mode"] == form["quiet"]
    assert reach_of([tomasz.id])[tomasz.id].wants_silence(NIGHT, "important") is silent


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_quiet_hours_without_a_day_or_a_time_are_refused(app: Flask, tomasz: Any) -> None:
    client = sign_in(app, tomasz)
    for wrong in (
        {"quiet": "own", "from": "22:00", "until": "06:00"},
        {"quiet": "own", "day": ["1"], "from": "25:00", "until": "06:00"},
        {"quiet": "sometimes"},
    ):
        assert client.post(PAGE, data={"part": "quiet", **wrong}).status_code == 422


def test_one_is_away_with_ones_deputy_until_one_takes_it_back(app: Flask, tomasz: Any) -> None:
    priya, kofi = make_person("Priya"), make_person("Kofi")
    client = sign_in(app, tomasz)
    client.post(PAGE, data={"part": "deputy", "deputy": f"@{priya.username}"})
    span = {"begins_at": "2036-07-01T08:00", "ends_at": "2036-07-15T18:00"}
    assert client.post(f"{PAGE}/absences", data=span).status_code == 303
    client.post(f"{PAGE}/absences", data={**span, "deputy": kofi.email})
    first, second = absences_of(tomasz)
    assert first.absence.begins_at == datetime(2036, 7, 1, 6, tzinfo=UTC)
    assert [each.deputy.name for each in (first, second)] == ["Priya", "Kofi"]
    for wrong in (
        {**span, "ends_at": "2036-06-30T08:00"},
        {**span, "ends_at": "never"},
        {**span, "deputy": "nobody-of-that-name"},
        {**span, "deputy": tomasz.username},
    ):
        assert client.post(f"{PAGE}/absences", data=wrong).status_code == 422
    strangers = sign_in(app, kofi)
    assert strangers.post(f"{PAGE}/absences/{first.absence.id}/removal").status_code == 404
    client.post(f"{PAGE}/absences/{first.absence.id}/removal")
    assert len(absences_of(tomasz)) == 1


def test_a_muted_channel_is_silent_until_its_time(app: Flask, tomasz: Any) -> None:
    maren = make_person("Maren")
    channel = make_channel(maren, "gate", tomasz)
    work()
    client = sign_in(app, tomasz)
    before = len(told(tomasz))
    with clock.frozen(clock.now()) as advance:
        client.post("/channels/gate/mute", data={"span": "1h"})
        assert "You hear nothing of it until" in client.get("/channels/gate/details").text
        write(maren, channel, f"@{tomasz.username} hello")
        work()
        assert len(told(tomasz)) == before
        advance(timedelta(minutes=61))
        write(maren, channel, f"@{tomasz.username} hello again")
        work()
        assert len(told(tomasz)) == before + 1


def test_a_program_changes_what_it_sends_and_nothing_else(app: Flask, tomasz: Any) -> None:
    client = sign_in(app, tomasz)
    path = "/api/v1/me/notification-settings"
    before = client.get(path).json
    assert before["quiet_hours"] == {
        "mode": "default", "days": [0, 1, 2, 3, 4, 5, 6], "from": "20:00", "until": "07:00"
    }  # fmt: skip
    changed = {
        "ways": {"mention": {"email": False}},
        "quiet_hours": {"mode": "own", "days": [5, 6], "from": "00:00", "until": "00:00"},
        "order": ["email"],
        "digest": "weekly",
    }
    answer = client.patch(path, json=changed)
    assert answer.status_code == 200, answer.text
    after = answer.json
    assert after["ways"]["mention"] == {"app": True, "push": True, "email": False}
    assert after["ways"]["reply"] == before["ways"]["reply"]
    assert after["quiet_hours"] == changed["quiet_hours"]
    assert (after["order"], after["digest"]) == (["email", "push", "gateway"], "weekly")
    for wrong in (
        {"ways": {"announcement": {"email": True}}},
        {"order": ["pigeon"]},
        {"quiet_hours": {"mode": "own"}},
        {"deputy_id": tomasz.id},
    ):
        assert client.patch(path, json=wrong).status_code == 422
