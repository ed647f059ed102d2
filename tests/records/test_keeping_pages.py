"""Admins set periods after they have seen what would go, and place and release holds."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.core import clock, settings
from enterprise_social.people.models import Person
from enterprise_social.records.actions.holds import place_hold, release_hold
from enterprise_social.records.actions.retention import set_rule
from enterprise_social.records.policy import is_held
from enterprise_social.records.queries.holds import active_holds, holds_page
from enterprise_social.records.queries.retention import period_of
from enterprise_social.records.settings import DELETED_DAYS, RETENTION_DAYS
from tests.making import make_channel, make_person, sign_in, write

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
RETENTION, HOLDS = "/admin/retention", "/admin/holds"


@pytest.fixture
def ada(database: Any) -> Person:
    return make_person("Ada Lund", role="admin", username="ada")


@pytest.fixture
def admin(app: Flask, ada: Person) -> FlaskClient:
    return sign_in(app, ada)


def form_of(page: str) -> dict[str, str]:
    """Return what the form of a preview would send."""
    return dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', page))


def aged(ada: Person, count: int = 2) -> Any:
    with clock.frozen(clock.now() - timedelta(days=40)):
        hall = make_channel(ada, "hall")
        for number in range(count):
            write(ada, hall, f"old {number}")
    return hall


def test_a_period_is_set_after_what_would_go_was_seen(ada: Person, admin: FlaskClient):
    aged(ada)
    page = admin.get(f"{RETENTION}/preview?scope=defaults&days=30&deleted_days=20").text
    assert "2 posts would be removed for good" in page
    unseen = admin.post(f"{RETENTION}/defaults", data={"days": "30", "deleted_days": "20"})
    assert unseen.status_code == 422
    assert settings.get(RETENTION_DAYS) is None
    given = {**form_of(page), "confirmed": "1"}
    assert admin.post(f"{RETENTION}/defaults", data=given).status_code == 303
    assert (settings.get(RETENTION_DAYS), settings.get(DELETED_DAYS)) == (30, 20)
    assert 'value="30"' in admin.get(RETENTION).text


def test_a_channel_gets_a_rule_and_loses_it(ada: Person, admin: FlaskClient):
    hall = aged(ada, 1)
    page = admin.get(f"{RETENTION}/preview?scope=channel&days=&channel=hall").text
    assert "kept for ever" in page
    admin.post(f"{RETENTION}/rules", data={**form_of(page), "confirmed": "1"})
    assert period_of(hall.id).own
    page = admin.get(f"{RETENTION}/preview?scope=channel&days=30&channel=%23hall").text
    assert "1 post would be removed" in page
    admin.post(f"{RETENTION}/rules", data={**form_of(page), "confirmed": "1"})
    assert period_of(hall.id).days == 30
    assert "30 days" in admin.get(RETENTION).text
    admin.post(f"{RETENTION}/rules/{hall.id}/removal")
    assert not period_of(hall.id).own


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("scope=defaults&days=soon&deleted_days=30", "A number of days"),
        ("scope=defaults&days=0&deleted_days=30", "A number of days"),
        ("scope=defaults&days=30&deleted_days=", "kept for ever"),
        ("scope=channel&channel=nowhere&days=3", "no channel of this name"),
        ("scope=channel&days=3", "Name a channel"),
    ],
)
def test_a_wrong_period_is_explained(admin: FlaskClient, query: str, word: str):
    answer = admin.get(f"{RETENTION}/preview?{query}")
    assert answer.status_code == 422
    assert word in answer.text


def test_a_hold_is_placed_shown_and_released(ada: Person, admin: FlaskClient):
    ben = make_person("Ben Osei", username="ben")
    hall = make_channel(make_person("Carl"), "secret plans", ben, kind="private")
    post = write(ben, hall, "evidence")
    case = {"matter": "Case 7", "reason": "A court asked"}
    given = {**case, "who": "@ben", "channel": "secret plans"}
    assert admin.post(HOLDS, data=given).status_code == 303
    assert is_held(post.id)
    page = admin.get(HOLDS).text
    assert "Case 7" in page
    assert "Ben Osei" in page
    assert "secret plans" not in page
    (hold,) = active_holds()
    nothing = admin.post(f"{HOLDS}/{hold.id}/release", data={"release_reason": ""})
    assert nothing.status_code == 422
    assert is_held(post.id)
    admin.post(f"{HOLDS}/{hold.id}/release", data={"release_reason": "Settled"})
    assert not is_held(post.id)
    assert "Released" in admin.get(HOLDS).text


def test_a_hold_of_days_takes_in_the_last_one(ada: Person, admin: FlaskClient):
    post = write(ada, make_channel(ada), "evidence")
    today = f"{clock.now():%Y-%m-%d}"
    given = {"matter": "Case 7", "reason": "A court asked", "since": today, "until": today}
    assert admin.post(HOLDS, data=given).status_code == 303
    assert is_held(post.id)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({}, "Say what is held"),
        ({"who": "nobody"}, "Nobody here has this"),
        ({"channel": "nowhere"}, "no channel of this name"),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "before the beginning"),
        ({"since": "soon"}, "A day, such as"),
        ({"who": "ada", "matter": ""}, "others will ask"),
    ],
)
def test_a_hold_that_says_too_little_is_refused(
    ada: Person, admin: FlaskClient, given: dict[str, str], word: str
):
    answer = admin.post(HOLDS, data={"matter": "Case 7", "reason": "A court asked", **given})
    assert answer.status_code == 422
    assert word in answer.text
    assert 'value="Case 7"' in answer.text or "matter" in given
    assert active_holds() == []


def test_holds_are_paged(ada: Person, admin: FlaskClient, app: Flask):
    holds = [place_hold(ada, f"Case {number}", "Asked", person=ada) for number in range(7)]
    for hold in holds[1::2]:
        release_hold(ada, hold, "Settled")
    seen: list[int] = []
    cursor = None
    while True:
        page = holds_page(ada, cursor, limit=2)
        seen += [line.hold.id for line in page.items]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    ids = [hold.id for hold in holds]
    assert seen == [*ids[::2][::-1], *ids[1::2][::-1]]


def test_whoever_is_in_a_channel_sees_how_long_it_is_kept(app: Flask, ada: Person, database: Any):
    ben = make_person("Ben Osei")
    hall = make_channel(ben, "hall")
    client = sign_in(app, ben)
    assert "removed for good" not in client.get("/channels/hall/details").text
    set_rule(ada, hall, 90)
    assert "90 days, then removed for good" in client.get("/channels/hall/details").text


def test_programs_hold_release_and_set_periods(ada: Person, admin: FlaskClient):
    ben = make_person("Ben Osei")
    hall = make_channel(ben, "hall")
    post = write(ben, hall, "evidence")
    case = {"matter": "Case 7", "reason": "A court asked"}
    made = admin.post("/api/v1/holds", json={**case, "user_id": ben.id, "channel_id": hall.id})
    assert made.status_code == 201
    assert is_held(post.id)
    assert admin.post("/api/v1/holds", json={**case, "user_id": None}).status_code == 422
    (line,) = admin.get("/api/v1/holds").get_json()["items"]
    assert (line["matter"], line["user_id"], line["released_at"]) == ("Case 7", ben.id, None)
    admin.post(f"/api/v1/holds/{line['id']}/release", json={"reason": "Settled"})
    assert not is_held(post.id)
    path = f"/api/v1/channels/{hall.id}/retention"
    assert admin.put(path, json={"days": 30}).status_code == 204
    told = admin.get("/api/v1/retention").get_json()
    assert told["channels"] == [{"channel_id": hall.id, "days": 30}]
    assert admin.put(path, json={"days": 0}).status_code == 422
    assert admin.delete(path).status_code == 204
    assert not period_of(hall.id).own
