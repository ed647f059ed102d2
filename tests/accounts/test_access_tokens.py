"""Access tokens: shown once, stored hashed, listed, revoked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.accounts import actions, queries
from enterprise_social.accounts.models import AccessToken
from enterprise_social.accounts.secret_tokens import token_hash
from enterprise_social.core.clock import now
from enterprise_social.core.errors import Forbidden, Invalid
from tests.accounts.steps import employ, sign_in

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_a_token_is_shown_once_and_stored_hashed(client: FlaskClient, database: SQLAlchemy) -> None:
    person = employ()
    sign_in(client, person.email)
    form = {"name": "weather bot", "scopes": ["read", "write"], "days": "30"}
    answer = client.post("/settings/tokens", data=form)
    assert answer.status_code == 201
    (text,) = re.findall(r'value="(es_[^"]+)"', answer.text)
    assert len(text) == 3 + 43
    page = client.get("/settings/tokens").text
    assert "weather bot" in page
    assert text not in page
    stored = database.session.execute(select(AccessToken)).scalar_one()
    assert stored.token_hash == token_hash(text)
    assert stored.scopes == ["read", "write"]
    assert stored.expires_at
    assert timedelta(days=29) < stored.expires_at - now() <= timedelta(days=30)
    holder = queries.token_holder(text)
    assert holder
    assert holder.person.id == person.id


def test_a_revoked_token_opens_nothing(client: FlaskClient, database: SQLAlchemy) -> None:
    person, other = employ(), employ("Priya Raman")
    token, text = actions.create_access_token(person, "bot")
    sign_in(client, other.email)
    assert client.post(f"/settings/tokens/{token.id}/revocation").status_code == 404
    assert queries.token_holder(text)
    with pytest.raises(Forbidden):
        actions.revoke_access_token(other, token)
    actions.revoke_access_token(person, token)
    assert queries.token_holder(text) is None
    assert queries.tokens_of(person) == []


@only_sqlite
def test_only_admins_give_the_scope_of_admins(database: SQLAlchemy) -> None:
    with pytest.raises(Forbidden):
        actions.create_access_token(employ(), "bot", ["read", "admin"])
    actions.create_access_token(employ("Ada Berg", "admin", password=""), "bot", ["admin"])


@only_sqlite
def test_bad_input_is_named_field_by_field(client: FlaskClient, database: SQLAlchemy) -> None:
    person = employ()
    with pytest.raises(Invalid) as refusal:
        actions.create_access_token(person, " ", ["fly"], now())
    assert set(refusal.value.errors) == {"name", "scopes", "expires_at"}
    sign_in(client, person.email)
    answer = client.post("/settings/tokens", data={"name": "", "days": "-5"})
    assert answer.status_code == 422
    assert database.session.execute(select(AccessToken)).first() is None
