"""Whoever finds an admin's browser open gives nobody rights, mailboxes or ways in by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from enterprise_social.accounts.models import Invitation, SignInSession
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.people.policy.rights import has_right
from tests.making import fresh, make_person, sign_in

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]


@pytest.fixture
def ann(app: Flask) -> Person:
    return make_person("Ann")


@pytest.fixture
def left_open(app: Flask) -> FlaskClient:
    """The browser of an admin who proved an hour ago who they are."""
    browser = sign_in(app, make_person("Root", role="admin"))
    db.session.execute(update(SignInSession).values(proven_at=now() - timedelta(hours=1)))
    db.session.commit()
    return browser


def test_rights_are_granted_by_no_script_of_a_browser_left_open(left_open, ann: Person):
    body = {"rights": ["export"], "reason": "Mine"}
    refused = left_open.put(f"/api/v1/users/{ann.id}/rights", json=body)
    assert refused.status_code == 403
    assert refused.json["type"].endswith("proof-needed")
    assert not has_right(fresh(ann), "export")


def test_nobodys_mailbox_is_changed_there_and_what_else_a_form_says_is(left_open, ann: Person):
    page, form = f"/people/{ann.username}/edit", {"name": "Ann", "email": ann.email.upper()}
    asked = left_open.post(page, data={**form, "email": "mine@example.org"})
    assert asked.location.startswith("/confirmation")
    assert fresh(ann).email != "mine@example.org"
    left_open.post(page, data={**form, "title": "Crane driver"})
    assert fresh(ann).title == "Crane driver"


@pytest.mark.parametrize("role", ["admin", "manager"])
def test_no_link_for_more_than_a_colleague_is_made_there(left_open, role: str):
    form = {"email": "mine@example.org", "name": "Me", "role": role}
    assert left_open.post("/admin/invitations", data=form).location.startswith("/confirmation")
    there = make_person(email="there@example.org", role="admin")
    known = {**form, "email": there.email, "role": "employee"}
    assert left_open.post("/admin/invitations", data=known).location.startswith("/confirmation")
    assert db.session.scalars(select(Invitation)).all() == []
    assert (
        left_open.post("/admin/invitations", data={**form, "role": "employee"}).status_code == 201
    )


@pytest.mark.parametrize("path", ["/admin/audit/ways", "/admin/sign-on/forgotten"])
def test_nor_where_proof_of_the_log_goes_and_who_is_whom(left_open, path: str):
    assert left_open.post(path, data={"mails": ""}).location.startswith("/confirmation")
