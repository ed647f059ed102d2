"""The same done for several people at once."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.accounts.models import SignInSession
from enterprise_social.channels.models import Membership
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from tests.making import fresh, make_channel, make_person, sign_in

pytestmark = [
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("database"),
]


@pytest.fixture
def admin(app: Flask) -> Person:
    return make_person("Ada Admin", role="admin")


@pytest.fixture
def browser(app: Flask, admin: Person) -> FlaskClient:
    return sign_in(app, admin)


def do(browser: FlaskClient, act: str, *people: Person, confirmed: str = "1", **more: str) -> str:
    """Ask for an act and return what the next page says."""
    form = {"act": act, "person": [str(each.id) for each in people], "confirmed": confirmed, **more}
    answer = browser.post("/admin/people/bulk", data=form, follow_redirects=True)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def test_it_is_shown_for_whom_before_anything_is_done(browser: FlaskClient, admin: Person) -> None:
    ben, eva = make_person("Ben <b>"), make_person("Eva")
    page = do(browser, "deactivation", ben, eva, admin, confirmed="")
    assert "Deactivate these people?" in page
    assert "Ben &lt;b&gt;" in page
    assert f'name="person" value="{admin.id}"' not in page
    assert fresh(ben).is_active
    assert "Done for 2 people." in do(browser, "deactivation", ben, eva, admin)
    assert not fresh(ben).is_active
    assert fresh(admin).is_active
    do(browser, "reactivation", ben)
    assert fresh(ben).is_active


def test_people_are_signed_out_and_given_roles(app: Flask, browser: FlaskClient) -> None:
    ben = make_person("Ben")
    theirs = sign_in(app, ben)
    assert theirs.get("/").status_code == 200
    do(browser, "sign_out", ben)
    assert theirs.get("/").status_code == 303
    assert db.session.query(SignInSession).filter_by(person_id=ben.id).count() == 0
    do(browser, "manager", ben)
    assert fresh(ben).role == "manager"


def test_people_come_into_a_channel_and_who_can_not_is_named(
    browser: FlaskClient, admin: Person
) -> None:
    channel = make_channel(admin, "all-staff")
    ben, gone = make_person("Ben"), make_person("Gone Gil")
    do(browser, "deactivation", gone)
    page = do(browser, "channel", ben, gone, channel="#all-staff")
    assert "Done for 1 person." in page
    assert "Gone Gil: " in page
    assert db.session.get(Membership, (channel.id, ben.id)) is not None


def test_what_is_missing_is_said(browser: FlaskClient, admin: Person) -> None:
    owner = make_person("Ola")
    make_channel(owner, "secret", kind="private")
    assert "Choose somebody first." in do(browser, "deactivation")
    assert "Choose what to do." in do(browser, "admin", owner)
    assert "This can&#39;t be done to oneself." in do(browser, "deactivation", admin)
    assert "There is no channel of this name" in do(browser, "channel", owner, channel="secret")


def test_a_manager_may_not(app: Flask) -> None:
    browser = sign_in(app, make_person("Mia", role="manager"))
    ben = make_person("Ben")
    form = {"act": "deactivation", "person": str(ben.id), "confirmed": "1"}
    assert browser.post("/admin/people/bulk", data=form).status_code == 403
    assert "data-bulk-all" not in browser.get("/admin/people").get_data(as_text=True)
    assert fresh(ben).is_active
