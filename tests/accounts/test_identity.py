"""Who a request is: by cookie, by token, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Blueprint, Flask, g
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.accounts import actions, identity
from enterprise_social.core.clock import frozen
from enterprise_social.core.web import csrf
from tests.accounts.steps import employ, is_signed_in, sign_in, statements

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def with_probe(app: Flask) -> Flask:
    """Add an API call that says who asks, as the API's own calls do."""
    probe = Blueprint("probe", __name__, url_prefix="/api/probe")

    def ask() -> dict[str, object]:
        identity.require_csrf_unless_token()
        return {"user_id": identity.signed_in().id, "locale": g.locale}

    probe.add_url_rule("", "ask", ask, methods=["GET", "POST"])
    csrf.exempt(probe)
    app.register_blueprint(probe)
    return app


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_finding_out_who_asks_costs_one_query(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    with_probe(app)
    person = employ()
    _token, text = actions.create_access_token(person, "bot", ["read"])
    sign_in(client, person.email)
    found = {"user_id": person.id, "locale": "en"}
    with statements() as seen:
        assert client.get("/api/probe").json == found
    assert len(seen) == 1, seen
    with statements() as seen:
        assert app.test_client().get("/api/probe", headers=bearer(text)).status_code == 200
    assert len(seen) == 1, seen


@only_sqlite
def test_reading_never_writes(app: Flask, client: FlaskClient, database: SQLAlchemy) -> None:
    employ()
    with frozen(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)) as advance:
        sign_in(client, "maren@northquay.example")
        advance(timedelta(hours=1))
        with statements() as seen:
            client.get("/settings/sessions")
        assert all(statement.startswith("SELECT") for statement in seen)
        with statements() as seen:
            client.post("/settings/password", data={})
            client.post("/settings/password", data={})
        touched = [one for one in seen if one.startswith("UPDATE sign_in_sessions")]
        assert len(touched) == 1


def test_whoever_is_unknown_gets_nothing_but_the_door(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    open_to_all = {
        "sign_in.show", "sign_in.create", "sign_in.end", "recovery.new", "recovery.create",
        "recovery.edit", "recovery.update", "invitations.show", "invitations.accept",
        "second_step.show", "second_step.take_code", "second_step.take_passkey",
        "second_step.challenge", "second_step.sign_in",
    }  # fmt: skip
    mine = (
        "sign_in.",
        "second_step.",
        "confirmation.",
        "recovery.",
        "invitations.",
        "settings.",
        "own_",
        "people.",
        "admin.",
    )
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(mine):
            continue
        is_open = getattr(app.view_functions[rule.endpoint], "is_public", False)
        assert is_open is (rule.endpoint in open_to_all), rule.endpoint


def test_programs_are_told_with_401_and_people_are_led_to_the_door(
    make_app: Callable[..., Flask],
) -> None:
    client = with_probe(make_app()).test_client()
    answer = client.get("/api/probe")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.get("/people").location == "/login?next=/people"
    script = client.get("/people", headers={"Sec-Fetch-Mode": "cors"})
    assert script.status_code == 401
    assert client.get("/people", headers={"Sec-Fetch-Mode": "navigate"}).status_code == 303


def test_tokens_count_under_the_api_only(make_app: Callable[..., Flask]) -> None:
    app = with_probe(make_app())
    with app.app_context():
        _token, text = actions.create_access_token(employ(), "bot")
    client = app.test_client()
    assert client.get("/api/probe", headers=bearer(text)).status_code == 200
    assert client.get("/people", headers=bearer(text)).status_code == 303
    for wrong in ("", "es_", text[:-1], text + "a", "é"):
        assert client.get("/api/probe", headers=bearer(wrong)).status_code == 401


def test_a_wrong_token_is_not_mended_by_a_cookie(make_app: Callable[..., Flask]) -> None:
    app = with_probe(make_app())
    client = app.test_client()
    with app.app_context():
        person = employ()
        _token, text = actions.create_access_token(person, "bot", ["read"])
    sign_in(client, "maren@northquay.example")
    assert client.get("/api/probe").status_code == 200
    assert client.get("/api/probe", headers=bearer("es_wrong")).status_code == 401
    assert client.post("/api/probe", headers=bearer(text)).status_code == 403


def test_scopes_say_what_a_token_may_do(make_app: Callable[..., Flask]) -> None:
    app = with_probe(make_app())
    with app.app_context():
        person = employ()
        reads, writes = (
            actions.create_access_token(person, scope, [scope])[1] for scope in ("read", "write")
        )
    client = app.test_client()
    answers = {
        (name, method): client.open("/api/probe", method=method, headers=bearer(text)).status_code
        for name, text in (("read", reads), ("write", writes))
        for method in ("GET", "POST")
    }
    assert answers == {
        ("read", "GET"): 200,
        ("read", "POST"): 403,
        ("write", "GET"): 403,
        ("write", "POST"): 200,
    }


def test_a_cookie_needs_the_csrf_token_where_an_access_token_does_not(
    make_app: Callable[..., Flask],
) -> None:
    app = with_probe(make_app(WTF_CSRF_ENABLED=True))
    with app.app_context():
        person = employ()
        _token, text = actions.create_access_token(person, "bot")
    client = app.test_client()
    page = client.get("/login").text
    form_token = page.split('name="csrf_token" value="')[1].split('"')[0]
    sign_in(client, "maren@northquay.example", csrf_token=form_token)
    assert client.post("/api/probe").status_code == 400
    assert app.test_client().post("/api/probe", headers=bearer(text)).status_code == 200
    page = client.get("/settings/password").text
    form_token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post("/api/probe", headers={"X-CSRFToken": form_token})
    assert answer.status_code == 200


def test_an_expired_token_opens_nothing(app: Flask, database: SQLAlchemy) -> None:
    with_probe(app)
    person = employ()
    with frozen(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)) as advance:
        ends = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        _token, text = actions.create_access_token(person, "bot", ["read"], ends)
        client = app.test_client()
        assert client.get("/api/probe", headers=bearer(text)).status_code == 200
        advance(timedelta(days=1))
        assert client.get("/api/probe", headers=bearer(text)).status_code == 401


@only_sqlite
def test_sockets_are_known_by_cookie_or_token_and_closed_by_their_id(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    token, text = actions.create_access_token(person, "bot", ["read"])
    _writer, write_only = actions.create_access_token(person, "bot", ["write"])
    _session, session_token = actions.begin_session(person)
    with app.test_request_context("/socket.io/"):
        found = identity.socket_identity(text)
        assert found
        assert (found[0].id, found[1]) == (person.id, -token.id)
        assert identity.socket_identity(write_only) is None
        for wrong in ("es_wrong", "", 5, ["x"], {"a": 1}):
            assert identity.socket_identity(wrong) is None
        assert identity.socket_identity(None) is None
        from flask import session

        session[identity.SESSION_KEY] = session_token
        found = identity.socket_identity(None)
        assert found
        assert found[1] == _session.id


@only_sqlite
def test_a_forged_cookie_signs_nobody_in(client: FlaskClient, database: SQLAlchemy) -> None:
    employ()
    with client.session_transaction() as forged:
        forged[identity.SESSION_KEY] = "1"
    assert not is_signed_in(client)


@only_sqlite
def test_a_database_that_is_away_is_said_so_on_a_page(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    sign_in(client, employ().email)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE sign_in_sessions RENAME TO elsewhere")
    answer = client.get("/settings/password")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "<h1" in answer.text
