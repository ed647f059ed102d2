"""The administration of people by its page."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.accounts import actions
from enterprise_social.people.queries import by_email
from tests.accounts.steps import employ, is_signed_in, sign_in

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.mark.parametrize(("role", "status"), [("employee", 403), ("manager", 200), ("admin", 200)])
def test_administration_is_for_managers_and_admins(
    client: FlaskClient, database: SQLAlchemy, role: str, status: int
) -> None:
    sign_in(client, employ(role=role).email)
    assert client.get("/admin/people").status_code == status
    assert client.get("/admin").status_code == (303 if status == 200 else 403)


@pytest.mark.parametrize("verb", ["role", "deactivation", "reactivation"])
def test_a_manager_changes_nobodys_account(
    client: FlaskClient, database: SQLAlchemy, verb: str
) -> None:
    person = employ("Priya Raman")
    sign_in(client, employ(role="manager").email)
    answer = client.post(f"/admin/people/{person.id}/{verb}", data={"role": "admin"})
    assert answer.status_code == 403
    assert "/deactivation" not in client.get("/admin/people").text


def test_deactivating_signs_out_at_once_and_can_be_undone(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ("Priya Raman")
    theirs = app.test_client()
    sign_in(theirs, person.email)
    sign_in(client, employ("Ada Berg", "admin").email)
    answer = client.post(f"/admin/people/{person.id}/deactivation", data={"next": "//evil.example"})
    assert answer.location == "/admin/people"
    assert not is_signed_in(theirs)
    page = client.get("/admin/people").text
    assert "is signed out everywhere" in page
    assert "Deactivated" in page
    client.post(f"/admin/people/{person.id}/reactivation")
    sign_in(theirs, person.email)
    assert is_signed_in(theirs)


def test_roles_change_and_the_last_admin_is_kept(client: FlaskClient, database: SQLAlchemy) -> None:
    person, admin = employ("Priya Raman"), employ("Ada Berg", "admin")
    sign_in(client, admin.email)
    client.post(f"/admin/people/{person.id}/role", data={"role": "manager"})
    changed = by_email(person.email)
    assert changed
    assert changed.role == "manager"
    for body in ({"role": "employee"}, {"role": "king"}):
        client.post(f"/admin/people/{admin.id}/role", data=body)
    assert "This is the last admin." in client.get("/admin/people").text
    assert client.post("/admin/people/999/role", data={"role": "admin"}).status_code == 404


def test_open_invitations_are_sent_again_and_taken_back(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    admin = employ("Ada Berg", "admin")
    invitation, _link = actions.invite(admin, "tomas@northquay.example")
    sign_in(client, admin.email)
    page = client.post(f"/admin/invitations/{invitation.id}/resending").text
    assert "http://localhost/invitations/" in page
    client.post(f"/admin/invitations/{invitation.id}/revocation")
    page = client.get("/admin/people").text
    assert "The invitation no longer works." in page
    assert "tomas@northquay.example" not in page
    answer = client.post(f"/admin/invitations/{invitation.id}/resending")
    assert answer.status_code == 303
