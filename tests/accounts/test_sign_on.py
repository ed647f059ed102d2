"""Sign-on by a real OpenID provider: who comes in, as whom, and who doesn't."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from enterprise_social.accounts.actions import sign_on
from enterprise_social.accounts.models import SignInSession
from enterprise_social.accounts.sign_on import provider as ours
from enterprise_social.accounts.sign_on.models import ExternalIdentity, SignOnSession
from enterprise_social.core.db import db
from enterprise_social.people.actions import deactivate_person, set_role
from enterprise_social.people.actions.groups import create_group
from enterprise_social.people.models import GroupMember, Person
from enterprise_social.people.queries import by_email
from tests.accounts.steps import employ, is_signed_in
from tests.services.openid import Browser, OpenIdProvider

ADA = "ada@northquay.example"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdProvider]:
    made = OpenIdProvider(tmp_path_factory.mktemp("provider"), "http://localhost")
    yield made.start()
    made.stop()


@pytest.fixture
def app(provider: OpenIdProvider, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    made = make_app(**provider.settings())
    with made.app_context():
        employ("Olga Admin", "admin")
        yield made
        db.session.rollback()


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def come_in(
    client: FlaskClient, provider: OpenIdProvider, name: str = "ada", target: str = ""
) -> TestResponse:
    begun = client.get("/sign-on/oidc", query_string={"next": target} if target else {})
    assert begun.status_code == 303
    return client.get(path_of(Browser(provider).sign_in(begun.location, name)))


def ada() -> Person:
    db.session.rollback()
    found = by_email(ADA)
    assert found is not None
    db.session.refresh(found)
    return found


def test_the_first_sign_on_makes_an_account_of_what_the_provider_vouches_for(
    app: Flask, provider: OpenIdProvider
) -> None:
    client = app.test_client()
    sign_on.change_sign_on(None, {"claims": {"title": "title", "department": "department"}})
    page = client.get("/login").text
    assert "Sign in with North Quay" in page
    answer = come_in(client, provider, target="/people?q=quay")
    assert (answer.status_code, answer.location) == (303, "/people?q=quay")
    assert is_signed_in(client)
    made = ada()
    assert (made.name, made.role, made.title, made.department, made.time_zone, made.locale) == (
        "Ada Lindqvist", "employee", "Harbour master", "Quays", "Europe/Berlin", "de_DE",
    )  # fmt: skip
    assert come_in(app.test_client(), provider).status_code == 303
    assert len(db.session.scalars(select(ExternalIdentity)).all()) == 1
