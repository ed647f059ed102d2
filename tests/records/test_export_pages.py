"""The pages of exports: one asks, another agrees, both fetch; and one's own data."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.core import clock
from enterprise_social.core.db import db
from enterprise_social.files.actions import store_file
from enterprise_social.people.actions.skills import endorse, set_skills
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import edit_post
from enterprise_social.records.models import DataExport
from tests.making import make_channel, make_person, sign_in, write

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
LIST = "/admin/exports"


@pytest.fixture
def admins(app: Flask, database: SQLAlchemy) -> Iterator[list[tuple[Person, FlaskClient]]]:
    people = [make_person(name, role="admin") for name in ("Anja", "Bea", "Cora")]
    yield [(person, sign_in(app, person)) for person in people]
    app.extensions["search_engine"].close()


def test_one_asks_another_agrees_both_fetch(
    app: Flask, admins: list[tuple[Person, FlaskClient]]
) -> None:
    (anja, asks), (_bea, agrees), (_cora, looks_on) = admins
    write(anja, make_channel(anja, "Depot", kind="private"), "hello")
    refused = asks.post(LIST, data={"reason": "", "people": "nobody-here", "since": "31.1."})
    assert refused.status_code == 422
    for words in ("Nobody and nothing is called", "Write a day as"):
        assert words in refused.text
    asked = asks.post(
        LIST,
        data={"reason": "Case 7", "people": f"@{anja.username}", "channels": "Depot", "mail": "1"},
    )
    page = asked.headers["Location"]
    assert "waits for somebody else" in asks.get(page).text
    assert asks.post(f"{page}/approval", data={"approved": "1"}).status_code == 403
    assert "Your word is asked for" in agrees.get(LIST).text
    agrees.post(f"{page}/approval", data={"approved": "1"})
    app.extensions["worker"].run_until_idle()
    assert looks_on.post(f"{page}/archive").status_code == 403
    for client in (asks, agrees):
        answer = client.post(f"{page}/archive")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            assert json.loads(archive.read("manifest.json"))["counts"]["posts"] == 1
    agrees.post(f"{page}/cancellation")
    app.extensions["worker"].run_until_idle()
    assert asks.post(f"{page}/archive").status_code == 409


def test_an_archive_is_only_for_who_proved_lately_who_they_are(
    app: Flask, admins: list[tuple[Person, FlaskClient]]
) -> None:
    (_anja, asks), (_bea, agrees), _ = admins
    page = asks.post(LIST, data={"reason": "Case 7"}).headers["Location"]
    agrees.post(f"{page}/approval", data={"approved": "1"})
    app.extensions["worker"].run_until_idle()
    with clock.frozen(clock.now() + timedelta(hours=5)):
        answer = asks.post(f"{page}/archive")
        assert answer.status_code in (303, 403)
        assert b"PK" not in answer.data
    assert asks.post(f"{page}/archive").status_code == 200


def test_the_list_costs_the_same_however_long_it_is(
    app: Flask, admins: list[tuple[Person, FlaskClient]], count_queries: object
) -> None:
    (_anja, asks), _, _ = admins
    counts = []
    for more in (1, 5):
        for number in range(more):
            asks.post(LIST, data={"reason": f"Case {number}"})
        with count_queries() as statements:  # type: ignore[operator]
            assert asks.get(LIST).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_ones_own_data_is_what_one_wrote_and_nothing_of_others(
    app: Flask, admins: list[tuple[Person, FlaskClient]]
) -> None:
    (anja, _client), _, _ = admins
    ada, ben = make_person("Ada", phone="+48 1234"), make_person("Ben")
    channel = make_channel(anja, "Depot", ada, ben, kind="private")
    post = write(ada, channel, "first words")
    edit_post(ada, post, "second words")
    write(ben, channel, "what Ben wrote to @ada", parent_id=post.id)
    store_file(ada, io.BytesIO(b"mine"), "mine.txt")
    (skill,) = set_skills(None, ada, ["Rowing"])
    endorse(ben, ada, skill, "Rows like nobody")
    browser = sign_in(app, ada)
    assert "Gather my data" in browser.get("/settings/data").text
    browser.post("/settings/data")
    browser.post("/settings/data")
    app.extensions["worker"].run_until_idle()
    export = db.session.execute(select(DataExport)).scalar_one()
    answer = browser.post(f"/settings/data/{export.id}/archive")
    assert sign_in(app, ben).post(f"/settings/data/{export.id}/archive").status_code == 404
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        whole = b"\n".join(archive.read(name) for name in archive.namelist())
        (said,) = [json.loads(line) for line in archive.read("posts.jsonl").splitlines()]
        names = archive.namelist()
    assert (said["body"], said["said_before"][0]["body"]) == ("second words", "first words")
    assert said["channel"] == channel.slug
    assert b"+48 1234" in whole
    assert b"mine" in whole
    assert b"what Ben wrote" not in whole
    assert "data/person_skills.jsonl" in names
    for secret in (b"token_hash", b"password_hash", b"p256dh"):
        assert secret not in whole
