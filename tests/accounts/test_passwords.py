"""Passwords: which are taken, and changing and resetting them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.accounts import actions, passwords
from enterprise_social.accounts.models import Credential, PasswordReset
from enterprise_social.core.clock import frozen
from enterprise_social.core.errors import Gone, Invalid
from tests.accounts.steps import (
    PASSWORD,
    employ,
    is_signed_in,
    link_in,
    mails,
    sign_in,
    statements,
)

NEW = "seven brown bears in a row"
only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ABOUT = ("Maren Visser", "maren.visser@northquay.example")


@pytest.mark.parametrize(
    "password",
    [
        "short", "x" * 201, "aaaaaaaaaaaa", "password123", "Passwort2026", "1234567890",
        "qwertyuiop12", "letmeinletmein", "maren.visser", "MarenVisser1", "visser2026!",
        "northquay12",
    ],
)  # fmt: skip
@only_sqlite
def test_passwords_that_are_guessed_first_are_refused(database: SQLAlchemy, password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        passwords.check_new_password(password, ABOUT)
    assert list(refusal.value.errors) == ["password"]


@pytest.mark.parametrize(
    "password", [PASSWORD, "x7#kQ29!pLm", "maren eats nine pears", "密码密码一二三四五六七八"]
)
@only_sqlite
def test_other_passwords_are_taken(database: SQLAlchemy, password: str) -> None:
    passwords.check_new_password(password, ABOUT)


@only_sqlite
def test_the_same_letters_are_the_same_password_however_they_are_typed(
    database: SQLAlchemy,
) -> None:
    stored = passwords.hash_password("zw\u00f6lf gr\u00fcne Hunde")
    assert stored.startswith("$argon2id$")
    assert passwords.verify_password(stored, "zwo\u0308lf gru\u0308ne Hunde")
    assert not passwords.verify_password(stored, "zwolf grune Hunde")
    assert not passwords.verify_password(None, "")
    assert not passwords.verify_password("not a hash", "zw\u00f6lf gr\u00fcne Hunde")


def test_changing_the_password_keeps_this_session_and_ends_the_others(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    other = app.test_client()
    sign_in(client, person.email)
    sign_in(other, person.email)
    answer = client.post("/settings/password", data={"current": PASSWORD, "new": NEW})
    assert answer.status_code == 303
    assert [is_signed_in(client), is_signed_in(other)] == [True, False]
    with pytest.raises(Invalid):
        actions.sign_in(person.email, PASSWORD)
    actions.sign_in(person.email, NEW)


@only_sqlite
def test_the_present_password_is_asked_for_and_guesses_are_counted(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    sign_in(client, person.email)
    statuses = [
        client.post("/settings/password", data={"current": "wrong", "new": NEW}).status_code
        for _each in range(6)
    ]
    assert statuses == [422] * 5 + [429]
    page = client.post("/settings/password", data={"current": PASSWORD, "new": "short"}).text
    assert 'id="e-new"' in page
    assert PASSWORD not in page


def test_a_reset_link_comes_by_mail_and_works_once(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    browser = app.test_client()
    sign_in(browser, person.email)
    assert client.post("/password-resets", data={"email": person.email}).status_code == 200
    (mail,) = mails(app)
    assert person.email in mail["To"]
    link = link_in(mail)
    page = client.get(link)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert client.post(link, data={"password": NEW}).location == "/login"
    assert not is_signed_in(browser), "all sessions end"
    assert client.get(link).status_code == 410
    assert client.post(link, data={"password": PASSWORD}).status_code == 410
    actions.sign_in(person.email, NEW)
    stored = database.session.execute(select(PasswordReset)).scalar_one()
    assert link.rsplit("/", 1)[1] not in (stored.token_hash, person.email)


def test_a_reset_link_lasts_an_hour(database: SQLAlchemy) -> None:
    person = employ()
    with frozen(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)) as advance:
        token = actions.create_password_reset(person).rsplit("/", 1)[1]
        later = actions.create_password_reset(person).rsplit("/", 1)[1]
        advance(timedelta(minutes=60))
        with pytest.raises(Gone):
            actions.reset_password(token, NEW)
        advance(timedelta(minutes=-1))
        actions.reset_password(token, NEW)
        with pytest.raises(Gone):
            actions.reset_password(later, PASSWORD)


@only_sqlite
def test_asking_for_a_reset_does_the_same_for_every_address(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    employ()
    client.get("/password-resets")  # reads the organisation's settings, once
    pages, work = [], []
    for email in ("maren@northquay.example", "ghost@northquay.example"):
        with statements() as seen:
            answer = client.post("/password-resets", data={"email": email})
        pages.append((answer.status_code, len(answer.text)))
        work.append([statement.split("VALUES")[0] for statement in seen])
    assert pages[0] == pages[1]
    assert work[0] == work[1]
    assert [mail["To"] for mail in mails(app)] == ["Maren Visser <maren@northquay.example>"]


@only_sqlite
def test_reset_mails_to_one_person_are_limited_and_former_colleagues_get_none(
    app: Flask, database: SQLAlchemy
) -> None:
    person = employ()
    for _each in range(8):
        actions.request_password_reset(person.email)
    assert len(mails(app)) == 5


def test_a_reset_opens_a_locked_account(database: SQLAlchemy) -> None:
    person = employ()
    for _each in range(5):
        with pytest.raises(Invalid):
            actions.sign_in(person.email, "wrong password")
    token = actions.create_password_reset(person).rsplit("/", 1)[1]
    actions.reset_password(token, NEW)
    actions.sign_in(person.email, NEW)


@only_sqlite
def test_no_password_is_stored_as_it_is(database: SQLAlchemy) -> None:
    employ()
    stored = database.session.execute(select(Credential.password_hash)).scalar_one()
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
