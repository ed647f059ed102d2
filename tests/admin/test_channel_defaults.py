"""Who makes channels, and which ones newcomers are in at once."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.channels.actions import create_channel, set_archived
from enterprise_social.channels.models import Membership
from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden
from enterprise_social.people.models import Person
from tests.making import fresh, make_channel, make_person, sign_in

pytestmark = pytest.mark.usefixtures("database")
OPEN = {f"creators_{kind}": "everyone" for kind in ("public", "private", "announcement")}


@pytest.fixture
def admin(app: Flask) -> Person:
    return make_person("Ada Admin", role="admin")


@pytest.fixture
def browser(app: Flask, admin: Person) -> FlaskClient:
    return sign_in(app, admin)


def test_only_whom_admins_let_make_channels_of_a_kind(app: Flask, browser) -> None:
    ben, mia = make_person("Ben"), make_person("Mia", role="manager")
    form = {**OPEN, "creators_private": "managers", "creators_announcement": "admins"}
    assert browser.post("/admin/channels", data=form).status_code == 303
    assert create_channel(ben, "open").kind == "public"
    with pytest.raises(Forbidden):
        create_channel(ben, "closed", kind="private")
    assert create_channel(mia, "closed", kind="private").kind == "private"
    with pytest.raises(Forbidden):
        create_channel(mia, "news", kind="announcement")
    page = sign_in(app, ben).get("/channels/new").get_data(as_text=True)
    assert 'value="public"' in page
    assert 'value="private"' not in page
    form["creators_public"] = "admins"
    browser.post("/admin/channels", data=form)
    assert sign_in(app, ben).get("/channels/new").status_code == 403


def test_newcomers_are_in_the_chosen_channels_and_guests_and_programs_are_not(
    app: Flask, admin, browser
) -> None:
    channel = make_channel(admin, "welcome")
    before = make_person("Was Here")
    app.extensions["worker"].run_until_idle()
    form = {**OPEN, "newcomers": "#welcome, "}
    assert browser.post("/admin/channels", data=form).status_code == 303
    new = make_person("New Comer")
    make_person("A Guest", role="guest")
    make_person("A Bot", is_bot=True)
    app.extensions["worker"].run_until_idle()
    inside = set(db.session.scalars(db.select(Membership.person_id)))
    assert inside == {admin.id, new.id}
    assert before.id not in inside
    assert fresh(channel).member_count == 2


def test_a_channel_that_was_archived_since_takes_nobody_in(app: Flask, admin, browser) -> None:
    channel = make_channel(admin, "welcome")
    browser.post("/admin/channels", data={**OPEN, "newcomers": "welcome"})
    set_archived(admin, channel, True)
    make_person("New Comer")
    app.extensions["worker"].run_until_idle()
    assert fresh(channel).member_count == 1


def test_private_missing_and_too_many_channels_are_refused_by_name(admin, browser) -> None:
    make_channel(admin, "secret", kind="private")
    for text in ("#nowhere", "secret", " ".join(f"c{number}" for number in range(21))):
        answer = browser.post("/admin/channels", data={**OPEN, "newcomers": text})
        assert answer.status_code == 422, text
    assert "There is no public channel nowhere" in browser.post(
        "/admin/channels", data={**OPEN, "newcomers": "#nowhere"}
    ).get_data(as_text=True)
    assert browser.post("/admin/channels", data={**OPEN, "creators_public": "x"}).status_code == 422
