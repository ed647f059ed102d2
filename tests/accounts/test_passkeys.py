"""Passkeys: to come in without a password, as a second factor, and against those who cheat."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.accounts import actions
from enterprise_social.accounts.actions import passkeys
from enterprise_social.accounts.factors import ceremonies, queries
from enterprise_social.accounts.factors.models import Passkey, PasskeyChallenge
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.clock import frozen
from enterprise_social.core.errors import Conflict, Invalid
from tests.accounts.authenticator import PRESENT, SoftKey, enrol
from tests.accounts.steps import employ, is_signed_in, mails, sign_in

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def asked(client: FlaskClient, path: str = "/login/challenge") -> dict[str, Any]:
    answer = client.post(path)
    assert answer.status_code == 200, answer.text
    return dict(json.loads(answer.data))


def show(client: FlaskClient, answer: str, path: str = "/login/passkey") -> Any:
    return client.post(path, data={"credential": answer})


def test_it_is_made_in_a_browser_and_opens_the_door_without_a_password(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    sign_in(client, person.email)
    options = asked(client, "/settings/security/passkeys/challenge")
    assert options["rp"]["id"] == "localhost"
    assert options["attestation"] == "none"
    assert options["user"]["id"] != str(person.id)
    key = SoftKey()
    form = {"name": "My phone", "credential": key.create(options)}
    done = client.post("/settings/security/passkeys", data=form)
    assert done.status_code == 201
    assert done.text.count("<li><code>") == 10, "recovery codes come with the first factor"
    again = client.post("/settings/security/passkeys", data=form)
    assert again.status_code == 422, "a challenge is good once"

    other = app.test_client()
    options = asked(other)
    assert options["userVerification"] == "required"
    assert options["allowCredentials"] == [], "it tells nobody's passkeys"
    answer = key.get(options)
    form = {"credential": answer, "next": "/people"}
    assert other.post("/login/passkey", data=form).location == "/people"
    assert is_signed_in(other)
    assert show(app.test_client(), answer).location == "/login", "replayed in another browser"
    assert database.session.execute(select(Passkey.last_used_at)).scalar_one() is not None
    assert database.session.scalars(select(PasskeyChallenge)).all() == []


def test_it_is_a_second_factor_behind_a_password(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person, other = employ(), employ("Jo Berg")
    key, passkey = enrol(person)
    theirs, _passkey = enrol(other)
    assert sign_in(client, person.email).location == "/login/step"
    options = asked(client)
    assert [each["id"] for each in options["allowCredentials"]] == [passkey.credential_id]
    assert show(client, theirs.get(options), "/login/step/passkey").status_code == 422
    assert show(client, key.get(options), "/login/step/passkey").status_code == 422, "used up"
    options = asked(client)
    key.flags = PRESENT
    assert show(client, key.get(options), "/login/step/passkey").status_code == 303
    assert is_signed_in(client)


def hostile(options: dict[str, Any], key: SoftKey, other: SoftKey) -> dict[str, str]:
    """Answers that must open nothing, by what is wrong with them."""
    wrong: dict[str, str] = {}
    key.origin = "https://evil.example"
    wrong["of another origin"] = key.get(options)
    key.origin, key.rp_id = "http://localhost", "evil.example"
    wrong["for another site"] = key.get(options)
    key.rp_id = "localhost"
    wrong["for another challenge"] = key.get({**options, "challenge": "A" * 43})
    key.flags = PRESENT
    wrong["without its holder verified"] = key.get(options)
    key.flags = 0
    wrong["without anybody present"] = key.get(options)
    key.flags = PRESENT | 0x04
    wrong["naming somebody else"] = key.get(options, userHandle=other.user_handle)
    wrong["naming nobody"] = key.get(options, userHandle="")
    wrong["signed by another key"] = json.dumps(
        {**json.loads(other.get(options)), "id": json.loads(key.get(options))["id"]}
    )
    wrong["with a broken signature"] = key.get(options, signature="AAAA")
    wrong["of a passkey that nobody has"] = SoftKey(user_handle=key.user_handle).get(options)
    wrong["an enrolment"] = SoftKey().create({**options, "user": {"id": key.user_handle}})
    for odd in ("", "{}", "[]", "null", "x", '{"id":1}', '{"id":"é","response":{}}', "[" * 9000):
        wrong[f"odd: {odd[:9]}"] = odd
    wrong["too long"] = json.dumps({"id": "x" * 30_000})
    return wrong


@only_sqlite
def test_what_is_forged_opens_nothing_and_all_is_answered_alike(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    maren, jo = employ(), employ("Jo Berg")
    key, passkey = enrol(maren)
    other, _theirs = enrol(jo)
    names = hostile(asked(client), key, other).keys()
    for name in names:
        options = asked(client)
        answer = hostile(options, key, other)[name]
        refused = show(client, answer)
        assert refused.location == "/login", name
        assert not is_signed_in(client), name
        assert "does not open anything" in client.get("/login").text, name
    challenge, options_text = actions.proof_options(passkeys.PROVE, maren)
    answer = key.get(json.loads(options_text))
    with pytest.raises(Invalid):  # given out for something else
        actions.check_passkey(answer, challenge, passkeys.SIGN_IN)
    assert database.session.get(Passkey, passkey.id, populate_existing=True).last_used_at is None
    right = key.get(asked(client))
    assert show(client, right).location == "/"


@only_sqlite
def test_a_challenge_is_over_after_five_minutes(client: FlaskClient, database: SQLAlchemy) -> None:
    with frozen(datetime(2026, 11, 22, 9, tzinfo=UTC)) as advance:
        key, _passkey = enrol(employ())
        options = asked(client)
        advance(timedelta(minutes=6))
        assert show(client, key.get(options)).location == "/login"
        assert not is_signed_in(client)


def test_a_copied_passkey_is_refused_and_its_owner_told(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    key, _passkey = enrol(person)
    key.count = 7
    assert show(client, key.get(asked(client))).location == "/"
    key.count = 3  # a copy that was used less
    copy = app.test_client()
    assert show(copy, key.get(asked(copy))).location == "/login"
    assert not is_signed_in(copy)
    acts = database.session.scalars(select(AuditEntry.action)).all()
    assert "accounts.passkey_copied" in acts
    assert "counter went back" in mails(app)[-1].get_content()


@only_sqlite
def test_one_may_have_several_name_and_remove_them_but_not_others(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    maren, jo = employ(), employ("Jo Berg")
    _key, first = enrol(maren)
    _second, second = enrol(maren, "Laptop")
    _other, theirs = enrol(jo)
    assert first.user_handle == second.user_handle != theirs.user_handle
    client = app.test_client()
    session, token = actions.begin_session(maren, factor="passkey")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    base = "/settings/security/passkeys"
    assert client.post(f"{base}/{second.id}/name", data={"name": "Old laptop"}).status_code == 303
    page = client.get("/settings/security").text
    assert "Old laptop" in page
    assert client.post(f"{base}/{theirs.id}/removal").status_code == 404
    assert client.post(f"{base}/{first.id}/removal").status_code == 303
    assert [each.name for each in queries.factors_of(maren.id).passkeys] == ["Old laptop"]
    assert len(queries.factors_of(jo.id).passkeys) == 1
    assert session.factor == "passkey"


@only_sqlite
def test_whoever_left_comes_in_by_no_passkey(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    from enterprise_social.people.actions import deactivate_person

    person = employ()
    key, _passkey = enrol(person)
    deactivate_person(None, person)
    assert show(client, key.get(asked(client))).location == "/login"


@only_sqlite
def test_browsers_make_them_for_a_name_by_https_or_for_this_machine(app: Flask) -> None:
    with app.app_context():
        for address, possible in (
            ("https://social.example.org", True),
            ("https://social.example.org:8443", True),
            ("http://localhost:5000", True),
            ("http://social.example.org", False),
            ("http://127.0.0.1:5000", False),
            ("https://192.0.2.7", False),
            ("https://[::1]", False),
        ):
            app.config["BASE_URL"] = address
            assert ceremonies.are_possible() is possible, address
        app.config["BASE_URL"] = "https://social.example.org:8443"
        assert ceremonies.origin() == "https://social.example.org:8443"
        assert ceremonies.rp_id() == "social.example.org"
    app.config["BASE_URL"] = "http://127.0.0.1:5000"
    assert app.test_client().post("/login/challenge").status_code == 404


@only_sqlite
def test_there_is_an_end_to_how_many_one_may_have(
    database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passkeys, "MOST_PASSKEYS", 2)
    person = employ()
    enrol(person)
    enrol(person)
    with pytest.raises(Conflict):
        actions.begin_enrolment(person)
