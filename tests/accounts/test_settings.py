"""One's own profile page, and that every page of accounts can be shown."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.people.queries import by_email
from tests.accounts.steps import employ, sign_in

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_a_profile_is_changed_and_the_page_says_so(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    sign_in(client, person.email)
    form = {"name": "Maren de Visser", "title": "Night shift lead", "time_zone": "Asia/Kolkata"}
    assert client.post("/settings", data=form).status_code == 303
    page = client.get("/settings").text
    assert "Your profile is saved." in page
    assert 'value="Night shift lead"' in page
    assert "Your profile is saved." not in client.get("/settings").text
    changed = by_email(person.email)
    assert changed
    assert (changed.name, changed.time_zone, changed.version) == (
        "Maren de Visser",
        "Asia/Kolkata",
        2,
    )


def test_fields_that_are_not_ones_own_to_change_are_left_alone(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    sign_in(client, person.email)
    form = {"name": person.name, "role": "admin", "email": "boss@northquay.example"}
    client.post("/settings", data=form)
    changed = by_email(person.email)
    assert changed
    assert changed.role == "employee"


def test_mistakes_keep_what_was_typed(client: FlaskClient, database: SQLAlchemy) -> None:
    sign_in(client, employ().email)
    form = {"name": "", "title": "<b>Lead</b>", "time_zone": "Mars/Olympus", "locale": "xx"}
    answer = client.post("/settings", data=form)
    assert answer.status_code == 422
    assert "&lt;b&gt;Lead&lt;/b&gt;" in answer.text
    answer = client.post("/settings", data={**form, "locale": "en"})
    assert 'id="e-name"' in answer.text
    assert 'id="e-time_zone"' in answer.text


@pytest.mark.parametrize(
    "path",
    ["/settings", "/settings/password", "/settings/sessions", "/settings/tokens", "/people"],
)
@pytest.mark.parametrize("shell", ["", "main"])
def test_pages_answer_whole_and_in_part(
    app: Flask, client: FlaskClient, database: SQLAlchemy, path: str, shell: str
) -> None:
    sign_in(client, employ().email)
    answer = client.get(path, headers={"X-Shell": shell})
    assert answer.status_code == 200
    assert ("<!doctype html>" in answer.text) is (shell == "")
    assert "<title>" in answer.text


@pytest.mark.parametrize("path", ["/login", "/password-resets"])
def test_pages_at_the_door_have_labels_for_all_fields(
    client: FlaskClient, database: SQLAlchemy, path: str
) -> None:
    page = client.get(path).text
    assert 'for="f-email"' in page
    assert 'id="f-email"' in page
    assert page.count("<h1") == 1
