"""Invitations: who may send them, how they end, and what they make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.accounts import actions, queries
from enterprise_social.accounts.sign_on.models import ExternalIdentity
from enterprise_social.core.access import find
from enterprise_social.core.clock import frozen, now
from enterprise_social.core.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from enterprise_social.people.actions import create_person, update_person
from enterprise_social.people.queries import by_email
from tests.accounts.steps import PASSWORD, employ, is_signed_in, link_in, mails, sign_in

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
NEW = "tomas@northquay.example"


def token_of(link: str) -> str:
    return link.rsplit("/", 1)[1]


def test_an_invitation_leads_from_the_mail_into_the_workspace(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    admin = employ("Ada Berg", "admin")
    actions.invite(admin, NEW, name="Tomáš Novák", role="manager")
    (mail,) = mails(app)
    link = link_in(mail)
    page = client.get(link)
    assert "Tomáš Novák" in page.text
    assert NEW in page.text
    answer = client.post(
        link, data={"name": "Tomáš Novák", "password": PASSWORD, "time_zone": "Europe/Prague"}
    )
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_signed_in(client)
    person = by_email(NEW)
    assert person
    assert (person.username, person.role, person.time_zone) == (
        "tomas.novak",
        "manager",
        "Europe/Prague",
    )
    assert client.get(link).status_code == 410
    with pytest.raises(Gone):
        actions.accept_invitation(token_of(link), "Another", PASSWORD)


@only_sqlite
def test_mistakes_come_back_all_at_once(client: FlaskClient, database: SQLAlchemy) -> None:
    _invitation, link = actions.invite(None, NEW)
    answer = client.post(link.removeprefix("http://localhost"), data={"name": " ", "password": "x"})
    assert answer.status_code == 422
    assert 'id="e-name"' in answer.text
    assert 'id="e-password"' in answer.text
    assert by_email(NEW) is None


@pytest.mark.parametrize(
    ("inviter", "role", "allowed"),
    [
        ("admin", "admin", True),
        ("admin", "employee", True),
        ("manager", "employee", True),
        ("manager", "manager", False),
        ("manager", "admin", False),
        ("employee", "employee", False),
    ],
)
@only_sqlite
def test_admins_invite_to_every_role_and_managers_employees(
    database: SQLAlchemy, inviter: str, role: str, allowed: bool
) -> None:
    person = employ("Ada Berg", inviter, password="")
    if allowed:
        actions.invite(person, NEW, role=role)
    else:
        with pytest.raises(Forbidden):
            actions.invite(person, NEW, role=role)


def test_an_invitation_ends_after_seven_days_by_revoking_and_by_a_newer_one(
    database: SQLAlchemy,
) -> None:
    admin = employ("Ada Berg", "admin", password="")
    with frozen(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)) as advance:
        first, old = actions.invite(admin, NEW)
        _second, link = actions.invite(admin, NEW.upper())
        assert queries.invitation_of(token_of(old)) is None
        assert [one.id for one in queries.open_invitations(admin)] == [_second.id]
        with pytest.raises(Conflict):
            actions.revoke_invitation(admin, first)
        advance(timedelta(days=7))
        with pytest.raises(Gone):
            actions.accept_invitation(token_of(link), "Tom", PASSWORD)
        again, renewed = actions.resend_invitation(admin, _second)
        with pytest.raises(Gone):
            actions.accept_invitation(token_of(link), "Tom", PASSWORD)
        assert queries.invitation_of(token_of(renewed)) is not None
        actions.revoke_invitation(admin, again)
        with pytest.raises(Gone):
            actions.accept_invitation(token_of(renewed), "Tom", PASSWORD)
    assert by_email(NEW) is None


def test_somebody_imported_gets_a_password_and_stays_the_same_person(
    app: Flask, database: SQLAlchemy
) -> None:
    imported = create_person(None, email=NEW, name="Tomáš Novák", import_key="slack:U1")
    manager = employ("Ada Berg", "manager")
    invitation, shown = actions.invite(manager, NEW)
    assert shown == "", "only the mailbox gets the link to an account that is there"
    assert actions.resend_invitation(manager, invitation)[1] == ""
    link = link_in(mails(app)[-1])
    person = actions.accept_invitation(token_of(link), "Tomáš Novák", PASSWORD)
    assert person.id == imported.id
    actions.sign_in(NEW, PASSWORD)
    with pytest.raises(Invalid):
        actions.invite(None, NEW)


@only_sqlite
def test_links_in_a_mailbox_that_is_no_longer_theirs_lead_nowhere(database: SQLAlchemy) -> None:
    person = create_person(None, email="wrong@example.org", name="Lan", role="manager")
    _invitation, invited = actions.invite(None, "wrong@example.org")
    update_person(None, person, email="right@example.org")
    with pytest.raises(Gone):
        actions.accept_invitation(token_of(invited), "Stranger", PASSWORD)
    assert by_email("wrong@example.org") is None
    actions.set_password(None, person, PASSWORD)
    reset = actions.create_password_reset(person)
    update_person(None, person, email="lan@example.org")
    with pytest.raises(Gone):
        actions.reset_password(token_of(reset), f"{PASSWORD} of a stranger")


@only_sqlite
def test_a_link_that_a_manager_saw_opens_no_account_that_came_since(database: SQLAlchemy) -> None:
    manager, admin = employ("Ada Berg", "manager", password=""), employ("Root", "admin")
    _invitation, link = actions.invite(manager, NEW)
    imported = create_person(None, email=NEW, name="Tomáš Novák")
    with pytest.raises(Gone):
        actions.accept_invitation(token_of(link), "Tom", PASSWORD)
    other = "other@example.org"
    _invitation, link = actions.invite(manager, other)
    update_person(None, imported, email=other)
    with pytest.raises(Gone):
        actions.accept_invitation(token_of(link), "Tom", PASSWORD)
    _invitation, link = actions.invite(admin, other)
    assert actions.accept_invitation(token_of(link), "Tom", PASSWORD).id == imported.id


@only_sqlite
def test_a_manager_can_not_reach_an_imported_admins_account(database: SQLAlchemy) -> None:
    create_person(None, email=NEW, name="Root", role="admin", import_key="slack:U1")
    with pytest.raises(Forbidden):
        actions.invite(employ("Ada Berg", "manager", password=""), NEW)


@only_sqlite
def test_no_link_gives_a_password_to_whoever_comes_in_by_a_provider(database: SQLAlchemy) -> None:
    admin, ann = employ("Ada Berg", "admin"), create_person(None, email=NEW, name="Ann")
    _invitation, link = actions.invite(admin, NEW)
    known = {"issuer": "https://id.example", "subject": "ann", "created_at": now()}
    database.session.add(ExternalIdentity(person_id=ann.id, last_used_at=now(), **known))
    database.session.commit()
    with pytest.raises(Invalid):
        actions.accept_invitation(token_of(link), "Ann", PASSWORD)
    with pytest.raises(Invalid):
        actions.invite(admin, NEW)
    assert not queries.has_password(ann.id)


@only_sqlite
def test_managers_see_and_end_only_their_own_invitations(database: SQLAlchemy) -> None:
    first, second = (employ(name, "manager", password="") for name in ("Ada Berg", "Bo Lind"))
    invitation, _link = actions.invite(first, NEW)
    assert queries.open_invitations(second) == []
    with pytest.raises(NotFound):
        find(type(invitation), invitation.id, second)
    with pytest.raises(Forbidden):
        actions.revoke_invitation(second, invitation)


@only_sqlite
def test_inviting_from_the_page_shows_the_link_once(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    employ("Ada Berg", "admin")
    sign_in(client, "ada@northquay.example")
    answer = client.post("/admin/invitations", data={"email": NEW, "role": "employee"})
    assert answer.status_code == 201
    assert "http://localhost/invitations/" in answer.text
    page = client.get("/admin/people").text
    assert NEW in page
    assert "http://localhost/invitations/" not in page
    assert client.post("/admin/invitations", data={"email": "nonsense"}).status_code == 422


@only_sqlite
def test_the_page_keeps_the_link_to_an_account_that_is_there_from_managers(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    create_person(None, email=NEW, name="Tomáš Novák")
    employ("Ada Berg", "manager")
    sign_in(client, "ada@northquay.example")
    answer = client.post("/admin/invitations", data={"email": NEW, "role": "employee"})
    assert answer.status_code == 201
    assert "only its mailbox gets the link" in answer.text
    assert "http://localhost/invitations/" not in answer.text
