"""Sessions: listed, revoked one by one, and ended when somebody leaves."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from enterprise_social.accounts import actions, devices, queries
from enterprise_social.accounts.models import AccessToken, PasswordReset, SignInSession
from enterprise_social.core.errors import Forbidden, Invalid
from enterprise_social.people.actions import deactivate_person, reactivate_person
from tests.accounts.steps import PASSWORD, employ, is_signed_in, sign_in

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


class Recorder:
    """A transport that keeps the commands it is given."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, dict[str, Any]]] = []

    def emit(self, event: str, payload: Any, room: str) -> None:
        """Messages are not looked at here."""

    def control(self, command: str, arguments: dict[str, Any]) -> None:
        """Keep one."""
        self.commands.append((command, arguments))


@pytest.fixture
def recorder(app: Flask) -> Recorder:
    """What sockets would have been told."""
    app.extensions["live"].transport = recorder = Recorder()
    return recorder


def commands(app: Flask, recorder: Recorder) -> list[tuple[str, dict[str, Any]]]:
    assert app.extensions["live"].flush()
    return recorder.commands


def test_revoking_a_session_ends_its_next_request_and_its_sockets(
    app: Flask, client: FlaskClient, database: SQLAlchemy, recorder: Recorder
) -> None:
    person = employ()
    other = app.test_client()
    sign_in(client, person.email)
    sign_in(other, person.email)
    newest = max(session.id for session in queries.sessions_of(person))
    answer = client.post(f"/settings/sessions/{newest}/revocation")
    assert answer.location == "/settings/sessions"
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert commands(app, recorder) == [("sign_out_session", {"session_id": newest})]


def test_all_others_are_signed_out_at_once(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    others = [app.test_client() for _each in range(2)]
    for one in (client, *others):
        sign_in(one, person.email)
    client.post("/settings/sessions/revocations")
    assert [is_signed_in(one) for one in (client, *others)] == [True, False, False]


@only_sqlite
def test_revoking_this_session_signs_out(client: FlaskClient, database: SQLAlchemy) -> None:
    person = employ()
    sign_in(client, person.email)
    (mine,) = queries.sessions_of(person)
    assert client.post(f"/settings/sessions/{mine.id}/revocation").location == "/login"
    assert not is_signed_in(client)


def test_somebody_elses_session_can_be_neither_seen_nor_revoked(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    victim, other = employ(), employ("Priya Raman")
    session, _token = actions.sign_in(victim.email, PASSWORD, address="192.0.2.99")
    sign_in(client, other.email)
    assert "192.0.2.99" not in client.get("/settings/sessions").text
    assert client.post(f"/settings/sessions/{session.id}/revocation").status_code == 404
    with pytest.raises(Forbidden):
        actions.revoke_session(other, session)


@only_sqlite
def test_the_list_names_browsers_and_marks_this_one(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140 Edg/140"
    actions.sign_in(person.email, PASSWORD, user_agent=windows)
    sign_in(client, person.email)
    page = client.get("/settings/sessions").text
    assert "Edge, Windows" in page
    assert page.count("This browser") == 1


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Mobile Safari/604",
            "Safari, iPhone",
        ),
        ("curl/8.5", "curl"),
    ],
)
def test_browsers_are_told_apart(user_agent: str, name: str) -> None:
    assert devices.describe(user_agent) == name


def test_deactivation_takes_every_way_in_and_keeps_the_person(
    app: Flask, client: FlaskClient, database: SQLAlchemy, recorder: Recorder
) -> None:
    admin, person = employ("Ada Berg", "admin"), employ()
    token_id = actions.create_access_token(person, "bot")[0].id
    actions.create_password_reset(person)
    sign_in(client, person.email)
    assert is_signed_in(client)
    (session,) = queries.sessions_of(person)
    session_id = session.id
    deactivate_person(admin, person)
    assert not is_signed_in(client)
    for table in (SignInSession, AccessToken, PasswordReset):
        count = select(func.count()).select_from(table).where(table.person_id == person.id)
        assert database.session.execute(count).scalar_one() == 0
    sent = commands(app, recorder)
    assert ("sign_out", {"person_id": person.id}) in sent
    assert ("sign_out_session", {"session_id": session_id}) in sent
    assert ("sign_out_session", {"session_id": -token_id}) in sent
    with pytest.raises(Invalid):
        actions.sign_in(person.email, PASSWORD)
    reactivate_person(admin, person)
    actions.sign_in(person.email, PASSWORD)
