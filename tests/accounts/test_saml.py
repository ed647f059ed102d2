"""Sign-on by SAML 2.0: a real provider's answers are taken, and none that was tampered with."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from saml2.saml import NAMEID_FORMAT_TRANSIENT
from saml2.xmldsig import DIGEST_SHA1, SIG_RSA_SHA1
from werkzeug.test import TestResponse

from enterprise_social.accounts.actions import sign_on
from enterprise_social.core.db import db
from enterprise_social.people.queries import by_email
from tests.accounts.steps import employ, is_signed_in
from tests.services.missing import missing
from tests.services.saml import SamlProvider

ADA = "ada@northquay.example"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> SamlProvider:
    if shutil.which("xmlsec1") is None:
        missing("xmlsec1")
    return SamlProvider(tmp_path_factory.mktemp("saml"))


@pytest.fixture
def app(provider: SamlProvider, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    made = make_app(SAML_METADATA=str(provider.metadata), SAML_NAME="North Quay")
    with made.app_context():
        employ("Olga Admin", "admin")
        provider.meet(made.test_client().get("/sign-on/saml/metadata").text)
        yield made
        db.session.rollback()


def asked(client: FlaskClient, target: str = "/people") -> str:
    return str(client.get(f"/sign-on/saml?next={target}").location)


def bring(app: Flask, client: FlaskClient, form: dict[str, str]) -> TestResponse:
    """Bring an answer back as browsers do: across sites, so without our cookies at first."""
    taken = app.test_client().post("/sign-on/saml/acs", data=form)
    return client.get(taken.location) if taken.status_code == 303 else taken


def test_the_provider_brings_people_in(app: Flask, provider: SamlProvider) -> None:
    meanings = [{"claim": "leads", "role": "manager", "group_id": None}]
    sign_on.change_sign_on(None, {"groups": meanings, "claims": {"title": "title"}})
    client = app.test_client()
    assert "Sign in with North Quay" in client.get("/login").text
    answer = bring(app, client, provider.answer(asked(client)))
    assert (answer.status_code, answer.location) == (303, "/people")
    assert is_signed_in(client)
    ada = by_email(ADA)
    assert ada is not None
    assert (ada.name, ada.title, ada.role) == ("Ada Lindqvist", "Harbour master", "manager")
    assert client.post("/logout").location == "/login"
    again = app.test_client()
    url = asked(again, "//evil.example")
    assert bring(app, again, provider.answer(url)).location == "/"


def test_an_answer_is_for_the_browser_that_asked_and_good_once(
    app: Flask, provider: SamlProvider
) -> None:
    mallory, victim = app.test_client(), app.test_client()
    form = provider.answer(asked(mallory))
    asked(victim)
    assert bring(app, victim, form).status_code == 400
    assert not is_signed_in(victim)
    assert bring(app, mallory, form).status_code == 400, "it was used up"
    form = provider.answer(asked(mallory))
    other = provider.answer(asked(mallory))
    mixed = {**form, "RelayState": other["RelayState"]}
    assert bring(app, mallory, mixed).status_code == 400, "of another request"


def altered(form: dict[str, str], change: Callable[[str], str]) -> dict[str, str]:
    text = base64.b64decode(form["SAMLResponse"]).decode()
    changed = change(text)
    assert changed != text
    return {**form, "SAMLResponse": base64.b64encode(changed.encode()).decode()}


def forged(text: str) -> str:
    """Return the signed assertion as a forger would have it: of somebody else, and unsigned."""
    found = re.search(r"<(\w+:)?Assertion .*?</(\w+:)?Assertion>", text, re.DOTALL)
    assert found
    bare = re.sub(r"<(\w+:)?Signature .*?</(\w+:)?Signature>", "", found[0], flags=re.DOTALL)
    return bare.replace("ada", "olga").replace('ID="', 'ID="evil')


def assertion(text: str) -> str:
    found = re.search(r"<(\w+:)?Assertion .*?</(\w+:)?Assertion>", text, re.DOTALL)
    assert found
    return found[0]


def wrapped_inside(text: str) -> str:
    """Put the signed assertion into a signature of the forged one."""
    inner = assertion(text)
    evil = forged(text)
    close = evil.rindex("</")
    return text.replace(
        inner, f"{evil[:close]}<x:Object xmlns:x='urn:x'>{inner}</x:Object>{evil[close:]}"
    )


ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
TAMPERED: dict[str, Callable[[str], str]] = {
    "somebody else's name": lambda text: text.replace(">ada<", ">olga<"),
    "another address": lambda text: text.replace(ADA, "olga@northquay.example"),
    "a forged assertion before it": lambda text: text.replace(
        assertion(text), forged(text) + assertion(text)
    ),
    "a forged assertion behind it": lambda text: text.replace(
        assertion(text), assertion(text) + forged(text)
    ),
    "a forged assertion around it": wrapped_inside,
    "the forged assertion alone": lambda text: text.replace(assertion(text), forged(text)),
    "a comment in the name": lambda text: text.replace(">ada<", ">ada<!---->.evil<"),
    "a document type": lambda text: ENTITY + re.sub(r"^<\?xml[^>]*\?>", "", text),
    "no response": lambda text: assertion(text),
    "another place": lambda text: text.replace("/sign-on/saml/acs", "/somewhere/else"),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_lets_nobody_in(
    app: Flask, provider: SamlProvider, how: str
) -> None:
    client = app.test_client()
    form = altered(provider.answer(asked(client)), TAMPERED[how])
    assert bring(app, client, form).status_code == 400
    assert not is_signed_in(client)


HOSTILE: dict[str, dict[str, Any]] = {
    "unsigned": {"sign": False},
    "signed with SHA-1": {"sign_alg": SIG_RSA_SHA1, "digest_alg": DIGEST_SHA1},
    "for another audience": {"args": {"sp_entity_id": "https://other.example/saml"}},
    "to another request": {"args": {"in_response_to": "id-of-another"}},
    "to no request": {"args": {"in_response_to": ""}},
    "by a name of one time": {"format": NAMEID_FORMAT_TRANSIENT},
}


@pytest.mark.parametrize("how", HOSTILE)
def test_an_answer_that_is_not_for_us_now_lets_nobody_in(
    app: Flask, provider: SamlProvider, how: str
) -> None:
    client = app.test_client()
    form = provider.answer(asked(client), **HOSTILE[how])
    assert bring(app, client, form).status_code == 400
    assert not is_signed_in(client)


def test_the_answer_of_another_provider_lets_nobody_in(
    app: Flask, provider: SamlProvider, tmp_path: Path
) -> None:
    stranger = SamlProvider(tmp_path / "stranger", provider.name)
    stranger.meet(app.test_client().get("/sign-on/saml/metadata").text)
    client = app.test_client()
    assert bring(app, client, stranger.answer(asked(client))).status_code == 400


def test_an_answer_that_is_over_lets_nobody_in(
    make_app: Callable[..., Flask], provider: SamlProvider, tmp_path: Path
) -> None:
    late = SamlProvider(tmp_path / "late", minutes=-10)
    app = make_app(SAML_METADATA=str(late.metadata))
    with app.app_context():
        late.meet(app.test_client().get("/sign-on/saml/metadata").text)
        client = app.test_client()
        assert bring(app, client, late.answer(asked(client))).status_code == 400
        assert not is_signed_in(client)


@pytest.mark.parametrize("given", ["", "no base64", "PHg+", "////", "A" * 600_000])
def test_what_is_no_answer_at_all(app: Flask, given: str) -> None:
    answer = app.test_client().post("/sign-on/saml/acs", data={"SAMLResponse": given})
    assert answer.status_code == 400
