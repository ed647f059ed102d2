"""Sign in and out: what works, what fails alike, and what is slowed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select
from werkzeug.test import TestResponse

from enterprise_social.accounts import actions
from enterprise_social.accounts.actions.attempts import FREE_FAILURES, LOCKING_FAILURES
from enterprise_social.accounts.models import Credential, SignInSession
from enterprise_social.accounts.passwords import needs_rehash
from enterprise_social.accounts.secret_tokens import token_hash
from enterprise_social.core.actions import current_unit
from enterprise_social.core.clock import frozen
from enterprise_social.core.errors import Invalid, TooManyRequests
from tests.accounts.steps import PASSWORD, employ, is_signed_in, sign_in

MOMENT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_the_right_password_signs_in_whatever_the_case_of_the_address(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    employ()
    assert not is_signed_in(client)
    answer = sign_in(client, " MAREN@Northquay.example ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_signed_in(client)


def test_only_a_hash_of_the_session_token_is_stored(database: SQLAlchemy) -> None:
    person = employ()
    session, token = actions.sign_in(person.email, PASSWORD, user_agent="Firefox\n", address="::1")
    assert session.token_hash == token_hash(token)
    assert token not in repr(vars(session))
    assert (session.user_agent, session.address) == ("Firefox", "::1")


@only_sqlite
def test_unknown_addresses_and_wrong_passwords_get_the_same_answer(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    employ()
    known = sign_in(client, "maren@northquay.example", "wrong password")
    unknown = sign_in(client, "nobody@northquay.example", "wrong password")
    assert known.status_code == unknown.status_code == 422
    # The token of forms says when it was made.
    changing = r'nonce="[^"]+"|(?<=csrf.token" content=")[^"]+|(?<=csrf.token" value=")[^"]+'
    pages = [re.sub(changing, "", answer.text) for answer in (known, unknown)]
    assert pages[0].replace("maren@", "nobody@") == pages[1]


def test_an_unknown_address_costs_the_same_hashing(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    verified: list[str] = []
    real = PasswordHasher.verify

    def spy(self: PasswordHasher, stored: str, password: str) -> bool:
        verified.append(stored.rsplit("$", 2)[0])
        return real(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", spy)
    with make_app().app_context():
        employ()
        for email in ("maren@northquay.example", "nobody@northquay.example", "not an address"):
            with pytest.raises(Invalid):
                actions.sign_in(email, "wrong password")
    assert len(verified) == 3
    assert len(set(verified)) == 1, "the same algorithm with the same costs"


def test_no_transaction_is_open_while_a_password_is_hashed(
    database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from enterprise_social.accounts import passwords

    person = employ()
    inside: list[bool] = []

    def note(function: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            try:
                current_unit()
            except RuntimeError:
                inside.append(False)
            else:
                inside.append(True)
            return function(*arguments)

        return run

    monkeypatch.setattr(passwords, "hash_password", note(passwords.hash_password))
    monkeypatch.setattr(passwords, "verify_password", note(passwords.verify_password))
    actions.sign_in(person.email, PASSWORD)
    actions.change_password(person, PASSWORD, "seven brown bears", session_id=None)
    _invitation, link = actions.invite(None, "new@northquay.example")
    actions.accept_invitation(link.rsplit("/", 1)[1], "New Person", "six white swans fly")
    assert inside == [False] * len(inside)
    assert len(inside) >= 4


@pytest.mark.parametrize("email", ["maren@northquay.example", "nobody@northquay.example"])
def test_failures_slow_sign_in_and_then_lock_it_known_or_not(
    database: SQLAlchemy, email: str
) -> None:
    employ()
    with frozen(MOMENT) as advance:
        waits = []
        for _failure in range(LOCKING_FAILURES):
            with pytest.raises(Invalid):
                actions.sign_in(email, "wrong password")
            try:
                actions.sign_in(email, "")
            except TooManyRequests as error:
                waits.append(error.retry_after)
                advance(timedelta(seconds=error.retry_after))
            except Invalid:
                waits.append(0)
        assert [wait for wait in waits if wait] == sorted(wait for wait in waits if wait)
        assert max(waits) == 15 * 60


def test_the_right_password_does_not_open_a_locked_account_until_the_pause_is_over(
    database: SQLAlchemy,
) -> None:
    person = employ()
    with frozen(MOMENT) as advance:
        for _failure in range(FREE_FAILURES + 1):
            with pytest.raises(Invalid):
                actions.sign_in(person.email, "wrong password")
        with pytest.raises(TooManyRequests):
            actions.sign_in(person.email, PASSWORD)
        advance(timedelta(seconds=2))
        actions.sign_in(person.email, PASSWORD)
        with pytest.raises(Invalid):
            actions.sign_in(person.email, "wrong password")
        actions.sign_in(person.email, PASSWORD)


@only_sqlite
def test_many_failures_from_one_place_are_stopped_whatever_the_address(
    database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enterprise_social.accounts.actions.attempts.FAILURES_OF_ONE_PLACE", 6)
    person = employ()
    for number in range(6):
        with pytest.raises(Invalid):
            actions.sign_in(f"guess{number}@northquay.example", "password", address="192.0.2.7")
    with pytest.raises(TooManyRequests):
        actions.sign_in(person.email, PASSWORD, address="192.0.2.7")
    actions.sign_in(person.email, PASSWORD, address="192.0.2.8")


@only_sqlite
def test_the_page_says_how_long_to_wait(client: FlaskClient, database: SQLAlchemy) -> None:
    for _failure in range(FREE_FAILURES + 1):
        sign_in(client, "nobody@northquay.example", "wrong")
    answer = sign_in(client, "nobody@northquay.example", "wrong")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 2


def test_a_password_is_hashed_anew_at_sign_in_where_the_settings_ask_for_more(
    app: Flask, database: SQLAlchemy
) -> None:
    person = employ()
    app.config["PASSWORD_TIME_COST"] = 2
    actions.sign_in(person.email, PASSWORD)
    credential = database.session.execute(select(Credential)).scalar_one()
    assert "t=2" in credential.password_hash
    assert not needs_rehash(credential.password_hash)
    actions.sign_in(person.email, PASSWORD)


def session_cookie(answer: TestResponse) -> str:
    cookies = answer.headers.getlist("Set-Cookie")
    return next(each for each in cookies if each.startswith("es_session="))


@only_sqlite
def test_a_session_that_is_not_kept_ends_after_twelve_quiet_hours(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    employ()
    with frozen(MOMENT) as advance:
        answer = sign_in(client, "maren@northquay.example")
        assert "Expires" not in session_cookie(answer)
        advance(timedelta(hours=11))
        client.post("/settings/password", data={})
        advance(timedelta(hours=11))
        assert is_signed_in(client), "a write within the twelve hours keeps it open"
        advance(timedelta(hours=2))
        assert not is_signed_in(client), "reading does not"


@only_sqlite
def test_a_session_that_is_kept_lasts_thirty_days(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    employ()
    with frozen(datetime.now(UTC)) as advance:
        answer = sign_in(client, "maren@northquay.example", remember="1")
        assert "Expires" in session_cookie(answer)
        advance(timedelta(days=29, hours=23))
        assert database.session.execute(select(SignInSession)).scalar_one().remembered
        assert is_signed_in(client)
        advance(timedelta(hours=2))
        assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("base_url", "secure"), [("http://localhost", False), ("https://es.example", True)]
)
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    make_app: Callable[..., Flask], base_url: str, secure: bool
) -> None:
    app = make_app(BASE_URL=base_url)
    with app.app_context():
        employ()
    cookie = sign_in(app.test_client(), "maren@northquay.example").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is secure


@only_sqlite
def test_the_cookie_is_a_new_one_after_sign_in(client: FlaskClient, database: SQLAlchemy) -> None:
    employ()
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
    sign_in(client, "maren@northquay.example")
    with client.session_transaction() as after:
        assert "planted" not in after


def test_signing_out_ends_the_session_on_the_server(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    employ()
    sign_in(client, "maren@northquay.example")
    stolen = client.get_cookie("es_session")
    assert stolen
    assert client.post("/logout").location == "/login"
    assert not is_signed_in(client)
    thief = app.test_client()
    thief.set_cookie("es_session", stolen.value)
    assert not is_signed_in(thief)
    assert client.post("/logout").status_code == 303


@only_sqlite
@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/channels/safety?at=5", "/channels/safety?at=5"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("channels", "/"),
        ("///evil.example", "/"),
        ("/logout", "/"),
        ("", "/"),
    ],
)
def test_after_sign_in_one_is_led_to_paths_of_this_site_only(
    client: FlaskClient, database: SQLAlchemy, target: str, leads_to: str
) -> None:
    employ()
    assert sign_in(client, "maren@northquay.example", next=target).location == leads_to
    assert client.get("/login", query_string={"next": target}).location == leads_to


@only_sqlite
def test_a_page_that_needs_sign_in_is_where_one_ends_up(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    employ()
    answer = client.get("/people?q=a%26b")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert 'name="next" value="/people?q=a%26b"' in page
    assert client.post("/settings", data={}).location == "/login"


@only_sqlite
def test_mistakes_stand_beside_their_fields_and_the_first_has_the_focus(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    answer = sign_in(client, "", "")
    assert answer.status_code == 422
    assert 'id="e-email"' in answer.text
    assert 'aria-describedby="e-email" aria-invalid="true"' in answer.text
    assert answer.text.count("autofocus") == 1
    assert 'autocomplete="username webauthn"' in answer.text
    assert 'autocomplete="current-password"' in answer.text


def test_the_sign_in_form_needs_its_csrf_token(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context():
        employ()
    client = app.test_client()
    answer = sign_in(client, "maren@northquay.example")
    assert answer.status_code == 303
    assert answer.location.startswith("/login")
    assert client.get("/settings").status_code == 303
    page = client.get("/login").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert sign_in(client, "maren@northquay.example", csrf_token=token).status_code == 303
    assert client.post("/logout").status_code == 400


def test_sign_in_is_limited_by_address(make_app: Callable[..., Flask]) -> None:
    client = make_app(RATE_LIMITS="on").test_client()
    statuses = {client.post("/login", data={}).status_code for _each in range(31)}
    assert statuses == {422, 429}
