"""What the organisation asks: a second factor by role, no passwords, sessions that end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.accounts import actions, identity
from enterprise_social.accounts.factors import queries, rules
from enterprise_social.accounts.models import SignInSession
from enterprise_social.core import live
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.clock import frozen, now
from enterprise_social.core.errors import Forbidden, Invalid
from enterprise_social.people.actions import set_role
from enterprise_social.people.models import Person
from tests.accounts.authenticator import enrol
from tests.accounts.steps import PASSWORD, employ, is_signed_in, mails, sign_in, work
from tests.accounts.test_passkeys import asked, show
from tests.accounts.test_second_factors import code_of, setup_of, step, with_app

MOMENT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def rule(actor: Person | None = None, **given: Any) -> None:
    names = {
        "required": rules.FACTOR_REQUIRED,
        "grace_days": rules.FACTOR_GRACE_DAYS,
        "passwords": rules.PASSWORD_SIGN_IN,
        "break_glass": rules.BREAK_GLASS,
        "idle_hours": rules.IDLE_HOURS,
        "longest_days": rules.LONGEST_DAYS,
        "most_sessions": rules.MOST_SESSIONS,
    }
    actions.change_rules(actor, {names[name]: value for name, value in given.items()})


def test_whoever_must_have_a_factor_gets_nowhere_else_until_it_is_set_up(
    app: Flask, client: FlaskClient, database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, worker = employ("Ida Holm", "admin"), employ()
    sign_in(client, admin.email)
    _token, text = actions.create_access_token(admin, "harbour bot")
    rule(required="admins", grace_days=0)
    assert client.get("/people").location == "/settings/security"
    refused = client.get("/api/v1/me")
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (
        403,
        "second-factor-required",
    )
    assert client.post("/settings/status", data={"text": "hello"}).location == "/settings/security"
    page = client.get("/settings/security").text
    assert "A second factor is needed" in page
    assert "rail" not in page.split("<body", 1)[1], "nothing of the workspace is shown beside it"
    with app.test_request_context("/socket.io/"):
        from flask import session

        with client.session_transaction() as cookie:
            held = cookie[identity.SESSION_KEY]
        session[identity.SESSION_KEY] = held
        assert identity.socket_identity(None) is None
    closed: list[Any] = []
    monkeypatch.setattr(live, "control", lambda *_name, **what: closed.append(what))
    work(app)
    monkeypatch.undo()
    sessions = database.session.scalars(select(SignInSession.id)).all()
    assert [each["session_id"] for each in closed] == sessions, "its open sockets are closed"
    bearer = {"Authorization": f"Bearer {text}"}
    assert app.test_client().get("/api/v1/me", headers=bearer).status_code == 200
    key, sealed = setup_of(client)
    form = {"setup": sealed, "code": code_of(key)}
    assert client.post("/settings/security/app", data=form).status_code == 201
    assert client.get("/people").status_code == 200
    removal = client.post("/settings/security/app/removal")
    assert removal.status_code == 303
    assert queries.has_factor(admin.id), "the last one stays where it is asked for"
    other = app.test_client()
    sign_in(other, worker.email)
    assert other.get("/people").status_code == 200


def test_there_is_a_grace_from_when_it_is_asked_for(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    with frozen(MOMENT) as advance:
        person = employ(role="manager")
        advance(timedelta(days=100))
        rule(required="managers", grace_days=7)
        sign_in(client, person.email)
        assert client.get("/people").status_code == 200
        page = client.get("/settings/security").text
        assert "asks for a second factor" in page
        advance(timedelta(days=6))
        rule(required="managers", grace_days=7)  # saved again: it doesn't begin anew
        sign_in(client, person.email)
        assert client.get("/people").status_code == 200
        advance(timedelta(days=1, minutes=1))
        sign_in(client, person.email)
        assert client.get("/people").location == "/settings/security"
        late = employ("Jo Berg", "admin")
        sign_in(client, late.email)
        assert client.get("/people").status_code == 200, "who comes later has a grace as well"


def test_programs_get_a_token_with_the_code_and_not_without(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person, bare = employ(), employ("Jo Berg")
    with frozen(now() + timedelta(minutes=5)):
        key, made = with_app(person)
        body = {"email": person.email, "password": PASSWORD, "name": "bot"}
        refused = client.post("/api/v1/tokens", json=body)
        assert refused.status_code == 403
        assert refused.json["type"].endswith("/second-factor-needed")
        assert client.post("/api/v1/tokens", json={**body, "code": "000000"}).status_code == 401
        wrong = {**body, "password": "not the password", "code": code_of(key)}
        assert client.post("/api/v1/tokens", json=wrong).status_code == 401
        right = {**body, "code": code_of(key)}
        assert client.post("/api/v1/tokens", json=right).status_code == 201
        assert client.post("/api/v1/tokens", json=right).status_code == 401, "used already"
        assert client.post("/api/v1/tokens", json={**body, "code": made[0]}).status_code == 201
    rule(required="everyone", grace_days=0)
    body = {"email": bare.email, "password": PASSWORD, "name": "bot"}
    refused = client.post("/api/v1/tokens", json=body)
    assert refused.status_code == 403
    assert refused.json["type"].endswith("/second-factor-required")


def test_passwords_go_only_when_somebody_can_still_come_in(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    ida, worker = employ("Ida Holm", "admin"), employ()
    key, _passkey = enrol(ida)
    for given in ({}, {"break_glass": [worker.id]}):
        with pytest.raises(Invalid):
            rule(ida, passwords=False, **given)
    with pytest.raises(Invalid):
        rule(ida, passwords=False, break_glass=[ida.id])  # the passkey was never used
    assert show(client, key.get(asked(client))).location == "/"
    rule(ida, passwords=False, break_glass=[ida.id])

    other = app.test_client()
    alike = [
        sign_in(app.test_client(), worker.email),
        sign_in(app.test_client(), worker.email, "not the password"),
        sign_in(app.test_client(), "ghost@northquay.example"),
    ]
    assert {each.status_code for each in alike} == {422}
    assert all("match." in each.text for each in alike)
    tokens = {"email": worker.email, "password": PASSWORD, "name": "bot"}
    assert other.post("/api/v1/tokens", json=tokens).status_code == 401
    _session, theirs = actions.begin_session(worker)
    with other.session_transaction() as cookie:
        cookie[identity.SESSION_KEY] = theirs
    assert "switched off" in other.get("/settings/password").text
    other = app.test_client()
    mailed = len(mails(app))
    actions.send_password_reset(worker.email)
    assert len(mails(app)) == mailed

    assert sign_in(other, ida.email).location == "/login/step"
    options = asked(other)
    assert show(other, key.get(options), "/login/step/passkey").status_code == 303
    acts = database.session.scalars(select(AuditEntry.action)).all()
    assert "accounts.break_glass_used" not in acts, "a passkey would have been enough"
    recovery = actions.make_recovery_codes(ida)
    last = app.test_client()
    sign_in(last, ida.email)
    assert step(last, recovery[0]) == 303
    acts = database.session.scalars(select(AuditEntry.action)).all()
    assert "accounts.break_glass_used" in acts
    subjects = [mail["Subject"] for mail in mails(app)]
    assert any("emergencies" in subject for subject in subjects)
    with pytest.raises(Invalid):
        rule(ida, break_glass=[])


@only_sqlite
def test_only_admins_change_the_rules_and_only_to_what_makes_sense(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    worker, admin = employ(), employ("Ida Holm", "admin")
    with pytest.raises(Forbidden):
        rule(worker, required="nobody")
    for given in ({"required": "cats"}, {"grace_days": 91}, {"idle_hours": 0}):
        with pytest.raises(Invalid):
            rule(admin, **given)
    sign_in(client, admin.email)
    form = {
        "required": "everyone",
        "passwords": "1",
        "grace_days": "14",
        "idle_hours": "8",
        "longest_days": "7",
        "most_sessions": "x",
    }
    answer = client.post("/admin/security", data=form)
    assert answer.status_code == 422
    assert 'name="most_sessions"' in answer.text
    assert rules.settings.get(rules.FACTOR_GRACE_DAYS) == 7, "all or nothing"
    answer = client.post("/admin/security", data={**form, "most_sessions": "5"})
    assert answer.status_code == 303
    assert rules.settings.get(rules.FACTOR_REQUIRED) == "everyone"
    page = client.get("/admin/security").text
    assert 'value="14"' in page


def test_sessions_end_when_the_organisation_says_so(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    with frozen(MOMENT) as advance:
        person = employ()
        sign_in(client, person.email, remember="1")
        advance(timedelta(days=3))
        assert is_signed_in(client)
        rule(longest_days=2)
        assert not is_signed_in(client), "those that are open are shortened too"
        rule(longest_days=30, idle_hours=1)
        sign_in(client, person.email)
        for _hour in range(3):
            advance(timedelta(minutes=50))
            client.post("/settings/password", data={})
            assert is_signed_in(client)
        advance(timedelta(minutes=61))
        assert not is_signed_in(client)
        rule(most_sessions=2)
        browsers = [app.test_client() for _each in range(3)]
        for browser in browsers:
            sign_in(browser, person.email)
            advance(timedelta(seconds=1))
        assert [is_signed_in(each) for each in browsers] == [False, True, True]


def test_an_admin_helps_who_lost_everything_and_they_are_told(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    admin, person = employ("Ida Holm", "admin"), employ()
    with_app(person)
    enrol(person)
    theirs = app.test_client()
    _session, token = actions.begin_session(person, factor="app")
    with theirs.session_transaction() as cookie:
        cookie[identity.SESSION_KEY] = token
    actions.create_access_token(person, "harbour bot")
    sign_in(client, admin.email)
    page = client.get(f"/admin/people/{person.id}/security").text
    assert "1 passkey" in page
    assert client.post(f"/admin/people/{person.id}/factor-resets").status_code == 303
    assert not queries.has_factor(person.id)
    assert queries.factors_of(person.id).recovery_codes == 0
    assert not is_signed_in(theirs)
    assert "an admin took the second factors" in mails(app)[-1].get_content()
    assert sign_in(theirs, person.email).location == "/"
    client.post(f"/admin/people/{person.id}/sign-outs", data={"tokens": "1"})
    assert not is_signed_in(theirs)
    assert app.test_client().get("/api/v1/tokens").status_code == 401
    acts = database.session.scalars(select(AuditEntry.action)).all()
    assert {"accounts.factors_reset", "accounts.signed_out_everywhere"} <= set(acts)
    with pytest.raises(Forbidden):
        actions.reset_factors(admin, admin)


@only_sqlite
def test_a_new_role_asks_for_a_new_proof(client: FlaskClient, database: SQLAlchemy) -> None:
    person = employ()
    sign_in(client, person.email)
    set_role(None, person, "admin")
    assert client.get("/admin/security").status_code == 200
    form = {"required": "everyone"}
    assert client.post("/admin/security", data=form).location.startswith("/confirmation")
    call = client.delete(f"/api/v1/users/{employ('Jo Berg').id}/sessions")
    assert (call.status_code, call.json["type"].rpartition("/")[2]) == (403, "proof-needed")


@only_sqlite
def test_one_is_told_of_a_sign_in_where_one_never_was(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    sign_in(client, person.email)
    client.post("/logout")
    sign_in(client, person.email)
    assert mails(app) == [], "the first browser, and the same again"
    phone = app.test_client()
    sign_in(phone, person.email)
    mail = mails(app)[-1]
    assert "New sign-in" in mail["Subject"]
    assert "127.0.0.1" in mail.get_content()
    client.post("/logout")
    sign_in(client, person.email)
    assert len(mails(app)) == 1


@only_sqlite
def test_a_new_password_ends_tokens_where_that_is_asked_for_and_renews_the_session(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    sign_in(client, person.email)
    _token, text = actions.create_access_token(person, "harbour bot")
    bearer = {"Authorization": f"Bearer {text}"}
    with client.session_transaction() as cookie:
        before = cookie[identity.SESSION_KEY]
    form = {"current": PASSWORD, "new": "six white swans there"}
    assert client.post("/settings/password", data=form).status_code == 303
    assert app.test_client().get("/api/v1/me", headers=bearer).status_code == 200
    with client.session_transaction() as cookie:
        assert cookie[identity.SESSION_KEY] != before
    assert is_signed_in(client)
    form = {"current": "six white swans there", "new": "nine more swans here", "end_tokens": "1"}
    assert client.post("/settings/password", data=form).status_code == 303
    assert app.test_client().get("/api/v1/me", headers=bearer).status_code == 401
    assert database.session.scalars(select(SignInSession.id)).all()


@only_sqlite
def test_the_forms_of_both_steps_take_nothing_from_other_sites(
    app: Flask, database: SQLAlchemy
) -> None:
    person = employ()
    with_app(person)
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    sign_in(client, person.email)
    with client.session_transaction() as cookie:
        assert "_pending" not in cookie, "the first step takes nothing either"
    paths = ("/login/step", "/login/step/passkey", "/login/challenge", "/login/passkey")
    for path in (*paths, "/confirmation", "/confirmation/passkey"):
        assert client.post(path, data={"code": "123456"}).status_code == 400, path
