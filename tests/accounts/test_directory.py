"""People come in by a name and password of the organisation's directory (OpenLDAP)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from enterprise_social.accounts.actions import sign_on
from enterprise_social.accounts.actions.attempts import LOCKING_FAILURES
from enterprise_social.accounts.models import SignInSession
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.queries import by_email
from tests.accounts.steps import PASSWORD as OURS
from tests.accounts.steps import employ, is_signed_in, sign_in
from tests.services import ldap
from tests.services.ldap import PASSWORD, LdapServer
from tests.services.missing import missing
from tests.services.process import free_port

ADA = "ada@northquay.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LdapServer]:
    if ldap.program() is None:
        missing("OpenLDAP")
    made = LdapServer(tmp_path_factory.mktemp("ldap"))
    yield made
    made.stop()


@pytest.fixture
def app(server: LdapServer, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    made = make_app(**server.settings())
    with made.app_context():
        employ("Olga Admin", "admin")
        yield made
        db.session.rollback()


@pytest.mark.parametrize("tls", [True, False], ids=["ldaps", "StartTLS"])
def test_whom_the_directory_knows_comes_in_by_name_or_address(
    server: LdapServer, make_app: Callable[..., Flask], tls: bool
) -> None:
    app = make_app(**server.settings(tls=tls))
    with app.app_context():
        meanings = [{"claim": "leads", "role": "manager", "group_id": None}]
        sign_on.change_sign_on(None, {"groups": meanings})
        for login in ("ada", ADA):
            client = app.test_client()
            assert sign_in(client, login, PASSWORD).status_code == 303
            assert is_signed_in(client)
        ada = by_email(ADA)
        assert ada is not None
        assert (ada.name, ada.title, ada.phone, ada.role) == (
            "Ada Lindqvist", "Harbour master", "+49 1", "manager",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("login", "password"),
    [("ada", "wrong"), ("ada", " "), ("nobody", PASSWORD), ("*", PASSWORD), ("a*", PASSWORD),
     ("ada)(uid=*", PASSWORD), ("*)(|(uid=*", PASSWORD), ("ada\\2a", PASSWORD),
     (ldap.MANAGER, ldap.SECRET), ("ben@northquay.example", PASSWORD), ("x" * 300, PASSWORD)],
)  # fmt: skip
def test_nobody_else_does(app: Flask, login: str, password: str) -> None:
    client = app.test_client()
    answer = sign_in(client, login, password)
    assert (answer.status_code, "password don" in answer.text) == (422, True)
    assert not is_signed_in(client)
    assert by_email(ADA) is None


def test_an_empty_password_is_nobodys(app: Flask) -> None:
    from enterprise_social.accounts.sign_on import directory

    assert directory.person_with("ada", "") is None
    assert directory.person_with("ada", PASSWORD) is not None


def test_guessing_is_slowed_and_locked_as_for_passwords_of_ours(app: Flask) -> None:
    client = app.test_client()
    statuses = [sign_in(client, "ada", "wrong").status_code for _try in range(LOCKING_FAILURES)]
    assert 429 in statuses
    assert sign_in(client, "ada", PASSWORD).status_code == 429


def test_closed_accounts_stay_closed_and_local_ones_work_beside_it(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, "ada", PASSWORD)
    ada = by_email(ADA)
    assert ada is not None
    deactivate_person(None, ada)
    answer = sign_in(app.test_client(), "ada", PASSWORD)
    assert (answer.status_code, "is closed" in answer.text) == (422, True)
    assert sign_in(app.test_client(), "olga@northquay.example", OURS).status_code == 303


def test_before_a_sensitive_act_the_directorys_password_is_asked_for(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, "ada", PASSWORD)
    db.session.execute(update(SignInSession).values(proven_at=now() - timedelta(hours=1)))
    db.session.commit()
    assert 'name="password"' in client.get("/confirmation").text
    for password, status in (("wrong", 422), (OURS, 422), (PASSWORD, 303)):
        answer = client.post("/confirmation", data={"password": password})
        assert answer.status_code == status


@pytest.mark.parametrize(
    "changed",
    [{"LDAP_CA": ""}, {"LDAP_URL": f"ldaps://127.0.0.1:{free_port()}"},
     {"LDAP_PASSWORD": "another"}],
    ids=["a certificate nobody vouches for", "away", "not let in itself"],
)  # fmt: skip
def test_a_directory_that_cannot_be_asked_lets_nobody_in_and_admins_still_are(
    server: LdapServer, make_app: Callable[..., Flask], changed: dict[str, Any]
) -> None:
    app = make_app(**{**server.settings(), **changed})
    with app.app_context():
        employ("Olga Admin", "admin")
        assert sign_in(app.test_client(), "ada", PASSWORD).status_code == 422
        assert sign_in(app.test_client(), "olga@northquay.example", OURS).status_code == 303
