"""Access tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from enterprise_social.accounts.actions import create_access_token, set_password
from enterprise_social.accounts.models import AccessToken
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.db import db
from enterprise_social.people.actions import deactivate_person
from tests.api.callers import Caller
from tests.api.conftest import World
from tests.making import sign_in

PASSWORD = "under the harbour crane"


@pytest.fixture
def nobody(world: World) -> Caller:
    set_password(None, world.ada, PASSWORD)
    return world.caller(None)


def test_an_address_and_its_password_give_a_token_that_signs_in(
    world: World, nobody: Caller
) -> None:
    made = nobody.post("/tokens", email=world.ada.email, password=PASSWORD, name="laptop")
    assert made["scopes"] == ["read", "write"]
    program = Caller(world.app, made["token"])
    assert program.get("/me")["id"] == world.ada.id
    stored = db.session.get_one(AccessToken, made["id"])
    assert made["token"] not in (stored.token_hash, stored.name)


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    world: World, nobody: Caller
) -> None:
    wrong = nobody.post("/tokens", 401, email=world.ada.email, password="x" * 12, name="a")
    unknown = nobody.post("/tokens", 401, email="who@example.org", password="x" * 12, name="a")
    assert wrong == unknown


def test_somebody_who_left_gets_no_token_and_the_old_ones_end(
    world: World, nobody: Caller, ada: Caller
) -> None:
    ada.get("/me")
    deactivate_person(None, world.ada)
    nobody.post("/tokens", 401, email=world.ada.email, password=PASSWORD, name="a")
    ada.get("/me", 401)


def test_guessing_is_slowed_and_then_refused_even_with_the_right_password(
    world: World, nobody: Caller
) -> None:
    statuses = [
        nobody.ask(
            "POST",
            "/tokens",
            json={"email": world.ada.email, "password": f"wrong {number}", "name": "a"},
        ).status_code
        for number in range(12)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    answer = nobody.ask(
        "POST", "/tokens", json={"email": world.ada.email, "password": PASSWORD, "name": "a"}
    )
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_half_of_the_proof_is_asked_for_the_other_half(nobody: Caller) -> None:
    problem = nobody.post("/tokens", 422, email="ada@example.org", name="a")
    assert list(problem["errors"]) == ["password"]
    nobody.post("/tokens", 401, name="a")


def test_a_token_gives_no_scope_that_it_lacks(world: World) -> None:
    admin = create_access_token(world.dee, "narrow", ("write",))[1]
    program = Caller(world.app, admin)
    program.post("/tokens", 403, name="wider", scopes=["read", "write"])
    program.post("/tokens", 403, name="wider", scopes=["admin"])
    assert program.post("/tokens", name="same")["scopes"] == ["write"]


def test_only_an_admin_gives_the_scope_of_admins(world: World, nobody: Caller) -> None:
    facts = {"email": world.ada.email, "password": PASSWORD, "name": "a", "scopes": ["admin"]}
    nobody.post("/tokens", 403, **facts)


def test_a_token_outlives_no_token_that_made_it(world: World) -> None:
    soon = now() + timedelta(hours=1)
    text = create_access_token(world.ada, "short", ("read", "write"), soon)[1]
    program = Caller(world.app, text)
    assert program.post("/tokens", name="heir")["expires_at"] == rfc3339(soon)
    later = rfc3339(soon + timedelta(seconds=1))
    assert "expires_at" in program.post("/tokens", 422, name="later", expires_at=later)["errors"]
    assert "expires_at" in program.post("/tokens", 422, name="ever", expires_at=None)["errors"]


def test_an_expired_token_no_longer_signs_in(world: World) -> None:
    token, text = create_access_token(world.ada, "short", ("read",), now() + timedelta(hours=1))
    program = Caller(world.app, text)
    program.get("/me")
    db.session.get_one(AccessToken, token.id).expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    program.get("/me", 401)


def test_a_token_that_may_only_read_writes_nothing(world: World) -> None:
    reader = world.caller(world.ada, "read")
    reader.get("/me")
    problem = reader.patch("/me", 403, title="Captain")
    assert "write" in problem["detail"]
    writer = world.caller(world.ada, "write")
    writer.get("/me", 403)


def test_tokens_are_listed_without_their_text_and_revoked_one_by_one(
    world: World, ada: Caller, bo: Caller
) -> None:
    made = [ada.post("/tokens", name=f"token {number}") for number in range(5)]
    listed = ada.walk("/tokens", limit=2)
    assert [token["id"] for token in listed[:5]] == [token["id"] for token in reversed(made)]
    assert all("token" not in token for token in listed)
    assert made[0]["id"] not in [token["id"] for token in bo.walk("/tokens")]
    bo.delete(f"/tokens/{made[0]['id']}", 404)
    program = Caller(world.app, made[0]["token"])
    program.get("/me")
    ada.delete(f"/tokens/{made[0]['id']}")
    program.get("/me", 401)
    ada.delete(f"/tokens/{made[0]['id']}", 404)


def test_a_wrong_token_is_refused_even_beside_a_good_cookie(world: World) -> None:
    browser = sign_in(world.app, world.ada)
    assert browser.get("/api/v1/me").status_code == 200
    answer = browser.get("/api/v1/me", headers={"Authorization": "Bearer es_wrong"})
    assert answer.status_code == 401
    assert "Bearer" in answer.headers["WWW-Authenticate"]
