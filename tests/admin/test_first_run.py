"""An installation where nobody is yet: one person comes in by the secret of its server."""

from __future__ import annotations

import pytest
from flask import Flask

from enterprise_social.accounts.models import SignInSession
from enterprise_social.admin.actions.first_run import nobody_is_here, setup_key
from enterprise_social.core import organisation
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from tests.making import make_channel, make_person, sign_in

pytestmark = pytest.mark.usefixtures("database")
FORM = {
    "organisation_name": "Quay & Sons",
    "name": "Ada Admin",
    "email": "ada@example.org",
    "password": "several words in a row",
    "time_zone": "Europe/Amsterdam",
}


def test_the_first_one_becomes_admin_is_signed_in_and_led_to_the_guide(app: Flask) -> None:
    browser = app.test_client()
    address = f"/setup/{setup_key()}"
    assert "Nobody is here yet" in browser.get(address).get_data(as_text=True)
    answer = browser.post(address, data=FORM)
    assert (answer.status_code, answer.location) == (303, "/admin/start")
    guide = browser.get("/admin/start").get_data(as_text=True)
    assert "Quay &amp; Sons" in guide
    assert "1 of 7 done" in guide
    person = db.session.query(Person).one()
    assert (person.role, person.time_zone) == ("admin", "Europe/Amsterdam")
    answer = app.test_client().post(
        "/login", data={"email": FORM["email"], "password": FORM["password"]}
    )
    assert answer.status_code == 303


def test_the_secret_opens_nothing_once_somebody_is_here(app: Flask) -> None:
    address = f"/setup/{setup_key()}"
    app.test_client().post(address, data=FORM)
    for answer in (app.test_client().get(address), app.test_client().post(address, data=FORM)):
        assert answer.status_code == 404
    assert db.session.query(Person).count() == 1


@pytest.mark.parametrize("key", ["", "wrong", "ключ", "x" * 4000])
def test_without_the_secret_there_is_no_such_page(app: Flask, key: str) -> None:
    assert app.test_client().get(f"/setup/{key}").status_code == 404
    assert app.test_client().post(f"/setup/{key}", data=FORM).status_code == 404
    assert nobody_is_here()


@pytest.mark.parametrize(
    ("field", "value"),
    [("password", "short"), ("email", "nobody"), ("name", ""), ("organisation_name", "x" * 101)],
)
def test_a_mistake_is_shown_and_nobody_is_made(app: Flask, field: str, value: str) -> None:
    answer = app.test_client().post(f"/setup/{setup_key()}", data={**FORM, field: value})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert nobody_is_here()
    assert db.session.query(SignInSession).count() == 0
    assert organisation.organisation_name() == app.config["ORGANISATION"]


def test_the_key_follows_from_the_servers_secret_alone(make_app) -> None:
    def key(secret: str) -> str:
        with make_app(SECRET_KEY=secret).app_context():
            return setup_key()

    assert key("a" * 40) == key("a" * 40) != key("b" * 40)


def test_the_guide_sees_what_is_done_and_takes_ticks_for_the_rest(app: Flask) -> None:
    admin = make_person("Ada Admin", role="admin")
    browser = sign_in(app, admin)
    assert "0 of 7 done" in browser.get("/admin/start").get_data(as_text=True)
    make_channel(admin)
    make_person()
    browser.post("/admin/start/ticks", data={"step": "backup"})
    assert "3 of 7 done" in browser.get("/admin/start").get_data(as_text=True)
    browser.post("/admin/start/ticks", data={"step": "backup"})
    assert "2 of 7 done" in browser.get("/admin/start").get_data(as_text=True)
    assert browser.post("/admin/start/ticks", data={"step": "people"}).status_code == 422


def test_administration_begins_with_the_guide_until_it_is_put_away(app: Flask) -> None:
    browser = sign_in(app, make_person("Ada Admin", role="admin"))
    assert browser.get("/admin").location == "/admin/start"
    assert browser.post("/admin/start/putting-away", data={"away": "1"}).location == "/admin"
    assert browser.get("/admin").location == "/admin/people"
    manager = sign_in(app, make_person("Mia Manager", role="manager"))
    assert manager.get("/admin").location == "/admin/people"
    assert sign_in(app, make_person()).get("/admin").status_code == 403
