"""The organisation's name, colour and logo, everywhere at once."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.admin.actions.branding import logo_key
from enterprise_social.core import organisation, settings
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person
from tests.files.samples import image
from tests.making import make_person, sign_in

pytestmark = [
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("database"),
]


@pytest.fixture
def admin(app: Flask) -> tuple[Person, FlaskClient]:
    person = make_person("Ada Admin", role="admin")
    return person, sign_in(app, person)


def test_a_new_name_is_on_every_page_and_in_the_audit_log(app: Flask, admin) -> None:
    person, browser = admin
    assert (
        browser.post("/admin/organisation", data={"name": "Køge & <b>Sons</b>"}).status_code == 303
    )
    page = app.test_client().get("/login").get_data(as_text=True)
    assert "Køge &amp; &lt;b&gt;Sons&lt;/b&gt;" in page
    entry = db.session.query(AuditEntry).filter_by(action="settings.change").one()
    assert (entry.actor_id, entry.target) == (person.id, "setting:organisation.name")
    assert entry.details["after"] == "Køge & <b>Sons</b>"


def test_an_empty_name_is_that_of_the_server(app: Flask, admin) -> None:
    _person, browser = admin
    browser.post("/admin/organisation", data={"name": "Other"})
    browser.post("/admin/organisation", data={"name": "  "})
    assert organisation.organisation_name() == app.config["ORGANISATION"]


def test_an_accent_that_can_not_be_read_is_refused_with_one_that_can(admin) -> None:
    _person, browser = admin
    answer = browser.post("/admin/organisation", data={"accent": "#ffd400"})
    assert answer.status_code == 422
    assert "The nearest colour that works is #" in answer.get_data(as_text=True)
    assert organisation.accent() == ""


def test_the_accent_has_a_style_sheet_under_its_own_address(app: Flask, admin) -> None:
    _person, browser = admin
    assert "/branding/" not in browser.get("/admin/organisation").get_data(as_text=True)
    browser.post("/admin/organisation", data={"accent": "#7A1F5C"})
    key = organisation.style_key()
    assert f'href="/branding/{key}.css"' in app.test_client().get("/login").get_data(as_text=True)
    sheet = app.test_client().get(f"/branding/{key}.css")
    assert sheet.mimetype == "text/css"
    assert "--accent: light-dark(#7a1f5c" in sheet.get_data(as_text=True)
    assert "immutable" in sheet.headers["Cache-Control"]
    assert app.test_client().get("/branding/000000000000.css").status_code == 404


def test_a_logo_is_shown_to_everybody_and_the_one_before_is_thrown_away(app: Flask, admin) -> None:
    _person, browser = admin

    def send(content: bytes) -> int:
        form = {"logo": (io.BytesIO(content), "logo.png")}
        return browser.post(
            "/admin/organisation", data=form, content_type="multipart/form-data"
        ).status_code

    assert send(image(300, 200)) == 303
    first = organisation.logo()
    shown = app.test_client().get(f"/branding/{first}/64")
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    assert f'src="/branding/{first}/64"' in app.test_client().get("/login").get_data(as_text=True)

    assert send(image(256, 256)) == 303
    app.extensions["worker"].run_until_idle()
    assert organisation.logo() != first
    assert app.test_client().get(f"/branding/{first}/64").status_code == 404
    with pytest.raises(FileNotFoundError):
        storage().open(logo_key(first, 64))


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b""])
def test_what_is_no_picture_is_no_logo(admin, content: bytes) -> None:
    _person, browser = admin
    form = {"logo": (io.BytesIO(content), "logo.png")}
    answer = browser.post("/admin/organisation", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert organisation.logo() == ""


def test_a_manager_may_not_change_it(app: Flask) -> None:
    browser = sign_in(app, make_person("Mia Manager", role="manager"))
    assert browser.get("/admin/organisation").status_code == 403
    assert browser.post("/admin/organisation", data={"name": "Mine"}).status_code == 403
    assert settings.get(organisation.NAME) == ""


def test_the_sign_in_page_is_answered_while_the_database_is_away(app: Flask) -> None:
    db.session.remove()
    settings.forget(app)
    db.engine.dispose()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE organisation_settings RENAME TO elsewhere")
    try:
        page = app.test_client().get("/no-such-page-at-all")
        assert page.status_code in (303, 404)
        assert organisation.organisation_name() == app.config["ORGANISATION"]
    finally:
        db.session.remove()
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO organisation_settings")


def test_other_processes_hear_of_it(app: Flask, admin) -> None:
    person, _browser = admin
    settings.get(organisation.NAME)
    told: list[str] = []
    transport = app.extensions["transport"]
    transport.add_command(settings.COMMAND, lambda: told.append("told"))
    settings.change(person, {organisation.NAME: "Elsewhere"})
    app.extensions["live"].flush()
    assert told == ["told"]
    assert organisation.organisation_name() == "Elsewhere"
