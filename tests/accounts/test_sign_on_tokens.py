"""Tokens that prove nothing let nobody in and sign nobody out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import update
from werkzeug.test import TestResponse

from enterprise_social.accounts.models import SignInSession
from enterprise_social.accounts.sign_on import provider as ours
from enterprise_social.core.clock import frozen, now
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from tests.accounts.forger import CLIENT_ID, Forger
from tests.accounts.steps import is_signed_in

Forge = Callable[[Forger, str], str]


@pytest.fixture(scope="module")
def forger() -> Iterator[Forger]:
    made = Forger()
    yield made
    made.stop()


@pytest.fixture
def app(forger: Forger, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    forger.known, forger.described = [forger.key], {}
    forger.userinfo = {"sub": "ada", "name": "Ada Lindqvist"}
    forger.asked.clear()
    made = make_app(**forger.settings())
    with made.app_context():
        yield made
        db.session.rollback()


def begin(client: FlaskClient) -> dict[str, str]:
    asked = parse_qs(urlsplit(client.get("/sign-on/oidc").location).query)
    return {name: values[0] for name, values in asked.items()}


def come_back(client: FlaskClient, state: str, **more: str) -> TestResponse:
    return client.get("/sign-on/oidc/callback", query_string={"code": "x", "state": state, **more})


def by(forger: Forger, client: FlaskClient, forge: Forge) -> TestResponse:
    asked = begin(client)
    forger.id_token = forge(forger, asked["nonce"])
    return come_back(client, asked["state"])


def good(forger: Forger, nonce: str) -> str:
    return forger.sign(forger.claims(nonce=nonce))


def claiming(**changed: Any) -> Forge:
    return lambda forger, nonce: forger.sign(forger.claims(**{"nonce": nonce, **changed}))


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unsigned(forger: Forger, nonce: str) -> str:
    return f"{part({'alg': 'none'})}.{part(forger.claims(nonce=nonce))}."


def by_the_public_key(forger: Forger, nonce: str) -> str:
    """An HMAC with the public key as its secret: good for whoever mixes up the two kinds."""
    head = part({"alg": "HS256", "kid": forger.key.thumbprint()})
    signed = f"{head}.{part(forger.claims(nonce=nonce))}"
    secret = forger.key.as_pem(private=False)
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def with_its_own_key(forger: Forger, nonce: str) -> str:
    own = RSAKey.generate_key(2048, private=True)
    return forger.sign(forger.claims(nonce=nonce), own, kid=None, jwk=own.as_dict(private=False))


def by_a_stranger(forger: Forger, nonce: str) -> str:
    stranger = RSAKey.generate_key(2048, private=True)
    return forger.sign(forger.claims(nonce=nonce), stranger, kid=forger.key.thumbprint())


def altered(forger: Forger, nonce: str) -> str:
    head, _claims, signature = good(forger, nonce).split(".")
    return f"{head}.{part(forger.claims(nonce=nonce, sub='the-boss'))}.{signature}"


SOON = 30  # seconds, less than the clocks may differ
LATE = 120

HOSTILE: dict[str, Forge] = {
    "another issuer's": claiming(iss="https://evil.example"),
    "for another client": claiming(aud="somebody-else"),
    "for no client": claiming(aud=None),
    "for several, without saying which asked": claiming(aud=[CLIENT_ID, "somebody-else"]),
    "asked for by another": claiming(aud=[CLIENT_ID, "other"], azp="other"),
    "of another try": claiming(nonce="another"),
    "of no try": claiming(nonce=None),
    "over": lambda forger, nonce: forger.sign(
        forger.claims(nonce=nonce, exp=int(time.time()) - LATE)
    ),
    "without an end": claiming(exp=None),
    "from the future": lambda forger, nonce: forger.sign(
        forger.claims(nonce=nonce, iat=int(time.time()) + LATE)
    ),
    "not good yet": lambda forger, nonce: forger.sign(
        forger.claims(nonce=nonce, nbf=int(time.time()) + LATE)
    ),
    "without a subject": claiming(sub=None),
    "with a number as subject": claiming(sub=7),
    "with another access token's hash": claiming(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "unsigned": unsigned,
    "signed with the public key": by_the_public_key,
    "signed with a key of its own": with_its_own_key,
    "signed by a stranger": by_a_stranger,
    "altered": altered,
    "no token at all": lambda _forger, _nonce: "e30.e30",
    "deeply nested": lambda _forger, _nonce: f"{part(b'[' * 9000)}.e30.e30",
}  # fmt: skip


@pytest.mark.parametrize("how", HOSTILE)
def test_a_token_that_proves_nothing_lets_nobody_in(app: Flask, forger: Forger, how: str) -> None:
    client = app.test_client()
    answer = by(forger, client, HOSTILE[how])
    assert answer.status_code == 400
    assert not is_signed_in(client)
    assert db.session.query(Person).count() == 0


def test_a_good_token_does_and_clocks_may_differ_a_little(app: Flask, forger: Forger) -> None:
    for changed in ({}, {"iat": int(time.time()) + SOON}, {"exp": int(time.time()) - SOON},
                    {"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID}):  # fmt: skip
        client = app.test_client()
        assert by(forger, client, claiming(**changed)).status_code == 303, changed
        assert is_signed_in(client)


def test_the_request_carries_pkce_and_the_code_its_verifier(app: Flask, forger: Forger) -> None:
    client = app.test_client()
    asked = begin(client)
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    forger.id_token = forger.sign(forger.claims(nonce=asked["nonce"]))
    come_back(client, asked["state"])
    verifier = forger.forms[-1]["code_verifier"][0]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert part(digest) == asked["code_challenge"]
    again = begin(app.test_client())
    assert {again[each] for each in ("state", "nonce", "code_challenge")}.isdisjoint(asked.values())


@pytest.mark.parametrize(
    ("auth_time", "status"), [(0, 303), (-3600, 400), (None, 400)], ids=["now", "before", "unsaid"]
)
def test_a_proof_anew_is_one_only_where_the_provider_asked_just_now(
    app: Flask, forger: Forger, auth_time: int | None, status: int
) -> None:
    client = app.test_client()
    by(forger, client, good)
    db.session.execute(update(SignInSession).values(proven_at=now() - timedelta(hours=1)))
    db.session.commit()
    asked = parse_qs(urlsplit(client.get("/sign-on/oidc?again=1").location).query)
    at = None if auth_time is None else int(time.time()) + auth_time
    forger.id_token = forger.sign(forger.claims(nonce=asked["nonce"][0], auth_time=at))
    assert come_back(client, asked["state"][0]).status_code == status
    assert client.get("/confirmation").status_code == (303 if status == 303 else 200)


def test_userinfo_about_somebody_else_is_refused(app: Flask, forger: Forger) -> None:
    forger.userinfo = {"sub": "the-boss", "email": "boss@northquay.example"}
    assert by(forger, app.test_client(), good).status_code == 400


def test_an_answer_of_another_provider_is_refused(app: Flask, forger: Forger) -> None:
    client = app.test_client()
    state = begin(client)["state"]
    assert come_back(client, state, iss="https://evil.example").status_code == 400


@pytest.mark.parametrize(
    "described",
    [{"issuer": "https://evil.example"}, {"jwks_uri": "file:///etc/passwd"}, {"jwks_uri": None},
     {"token_endpoint": "http://169.254.169.254/latest"}],
)  # fmt: skip
def test_a_description_that_leads_elsewhere_is_not_followed(
    app: Flask, forger: Forger, described: dict[str, Any]
) -> None:
    forger.described = described
    client = app.test_client()
    begun = client.get("/sign-on/oidc")
    if begun.status_code == 303:
        state = parse_qs(urlsplit(begun.location).query)["state"][0]
        begun = come_back(client, state)
    assert begun.status_code == 503


def test_made_up_keys_have_the_keys_read_anew_once_a_minute_at_most(
    app: Flask, forger: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert by(forger, app.test_client(), good).status_code == 303
    fresh = ECKey.generate_key("P-256", private=True)
    forger.known = [forger.key, fresh]

    def by_the_new_one(forger: Forger, nonce: str) -> str:
        return forger.sign(forger.claims(nonce=nonce), fresh)

    for _each in range(3):
        assert by(forger, app.test_client(), by_the_new_one).status_code == 400
    assert forger.asked["/jwks"] == 1
    monkeypatch.setattr(ours, "AGAIN_AFTER_SECONDS", 0.0)
    assert by(forger, app.test_client(), by_the_new_one).status_code == 303
    assert forger.asked["/jwks"] == 2
    assert forger.asked["/.well-known/openid-configuration"] == 1


def test_a_logout_token_ends_the_session_that_it_names_and_no_other(
    app: Flask, forger: Forger
) -> None:
    office, phone = app.test_client(), app.test_client()
    assert by(forger, office, claiming(sid="office")).status_code == 303
    assert by(forger, phone, claiming(sid="phone")).status_code == 303
    token = forger.sign(forger.logout_claims(sid="office"), typ="logout+jwt")
    assert sign_out(app, token).status_code == 200
    assert (is_signed_in(office), is_signed_in(phone)) == (False, True)
    by(forger, office, claiming(sid="office"))
    assert sign_out(app, token).status_code == 400, "played again"
    assert is_signed_in(office)
    assert sign_out(app, forger.sign(forger.logout_claims())).status_code == 200
    assert not is_signed_in(office)
    assert not is_signed_in(phone)


NO_LOGOUT: dict[str, dict[str, Any]] = {
    "an ID token": {"events": None, "nonce": "x"},
    "with a nonce": {"nonce": "x"},
    "of another event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "without its own name": {"jti": None},
    "of nobody": {"sub": None},
    "for another client": {"aud": "somebody-else"},
    "another issuer's": {"iss": "https://evil.example"},
    "without an end": {"exp": None},
    "of somebody else": {"sub": "ben"},
}


@pytest.mark.parametrize("how", NO_LOGOUT)
def test_a_logout_token_that_is_none_signs_nobody_out(app: Flask, forger: Forger, how: str) -> None:
    client = app.test_client()
    assert by(forger, client, claiming(sid="office")).status_code == 303
    answer = sign_out(app, forger.sign(forger.logout_claims(**NO_LOGOUT[how])))
    assert answer.status_code == (200 if how == "of somebody else" else 400)
    assert sign_out(app, "").status_code == 400
    old = forger.sign(forger.logout_claims())
    assert is_signed_in(client)
    with frozen(now()) as advance:
        advance(timedelta(hours=1))
        assert sign_out(app, old).status_code == 400


def sign_out(app: Flask, token: str) -> TestResponse:
    return app.test_client().post("/sign-on/oidc/logout", data={"logout_token": token})
