"""Sign-on by a real OpenID provider: who comes in, as whom, and who doesn't."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from html import escape
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from enterprise_social.accounts.actions import sign_on
from enterprise_social.accounts.models import SignInSession
from enterprise_social.accounts.sign_on import attempts
from enterprise_social.accounts.sign_on import provider as ours
from enterprise_social.accounts.sign_on.models import ExternalIdentity, SignOnSession
from enterprise_social.core.clock import frozen, now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden, Invalid
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.actions.groups import create_group
from enterprise_social.people.models import GroupMember, Person
from enterprise_social.people.queries import by_email
from tests.accounts.steps import employ, is_signed_in, sign_in
from tests.services.openid import Browser, OpenIdProvider
from tests.services.process import free_port

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


def known_as(person: Person) -> bool:
    mine = select(ExternalIdentity).where(ExternalIdentity.person_id == person.id)
    return db.session.scalars(mine).first() is not None


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


def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(
    app: Flask, provider: OpenIdProvider
) -> None:
    ben = employ("Ben Okafor")
    client = app.test_client()
    answer = come_in(client, provider, "ben")
    assert answer.status_code == 403
    assert "vouch" in answer.text
    assert not is_signed_in(client)
    provider.tell("ben", email="nobody-here@northquay.example")
    assert come_in(client, provider, "ben").status_code == 403
    assert by_email("nobody-here@northquay.example") is None
    provider.tell("ben", email="ben@northquay.example", email_verified=True)
    assert come_in(client, provider, "ben").status_code == 303
    assert is_signed_in(client)
    assert known_as(ben)
    provider.tell("ben", email_verified=False)
    assert come_in(app.test_client(), provider, "ben").status_code == 303, "known by the subject"


def test_an_address_given_to_somebody_else_at_the_provider_opens_nothing_until_an_admin_says_so(
    app: Flask, provider: OpenIdProvider
) -> None:
    come_in(app.test_client(), provider)
    provider.tell("next-ada", email=ADA, email_verified=True, name="Another Ada")
    client = app.test_client()
    answer = come_in(client, provider, "next-ada")
    assert (answer.status_code, "another account" in answer.text) == (403, True)
    assert sign_on.forget_identities(by_email("olga@northquay.example"), ada()) == 1
    assert come_in(client, provider, "next-ada").status_code == 303
    assert ada().name == "Another Ada"


def test_who_gets_an_account_by_themselves_is_the_admins_to_say(
    app: Flask, provider: OpenIdProvider
) -> None:
    sign_on.change_sign_on(None, {"create_accounts": False})
    client = app.test_client()
    assert come_in(client, provider).status_code == 403
    sign_on.change_sign_on(None, {"create_accounts": True, "domains": ["Harbour.example"]})
    assert come_in(client, provider).status_code == 403
    assert by_email(ADA) is None
    sign_on.change_sign_on(None, {"domains": ["@northquay.example"], "role": "guest"})
    assert come_in(client, provider).status_code == 303
    assert ada().role == "guest"
    with pytest.raises(Invalid) as refused:
        sign_on.change_sign_on(None, {"role": "admin", "domains": ["no domain"]})
    assert set(refused.value.errors) == {"role", "domains"}
    with pytest.raises(Forbidden):
        sign_on.change_sign_on(ada(), {"create_accounts": True})


def test_groups_of_the_provider_give_and_take_roles_and_groups(
    app: Flask, provider: OpenIdProvider
) -> None:
    crew, leads = create_group(None, "Crew"), create_group(None, "Leads")
    meanings = [
        {"claim": "crew", "role": "", "group_id": crew.id},
        {"claim": "leads", "role": "manager", "group_id": leads.id},
        {"claim": "owners", "role": "admin", "group_id": None},
    ]
    sign_on.change_sign_on(None, {"groups": meanings})

    def seen() -> tuple[str, set[int]]:
        come_in(app.test_client(), provider)
        mine = select(GroupMember.group_id).where(GroupMember.person_id == ada().id)
        return ada().role, set(db.session.scalars(mine))

    assert seen() == ("manager", {crew.id, leads.id})
    provider.tell("ada", groups=["crew", "owners"])
    assert seen() == ("admin", {crew.id})
    deactivate_person(None, by_email("olga@northquay.example"))
    provider.tell("ada", groups=[])
    assert seen() == ("admin", set()), "the last admin stays one, and comes in"
    employ("Otto Admin", "admin")
    assert seen() == ("employee", set())
    provider.tell("ada", groups=["crew", "leads"])


def test_what_the_provider_says_of_a_person_is_followed_unless_switched_off(
    app: Flask, provider: OpenIdProvider
) -> None:
    come_in(app.test_client(), provider)
    olga = by_email("olga@northquay.example")
    provider.tell("ada", name="Ada L. Berg", zoneinfo="Nowhere/Land", email=olga.email)
    assert come_in(app.test_client(), provider).status_code == 303
    assert (ada().name, ada().time_zone) == ("Ada L. Berg", "Europe/Berlin"), "what can't be isn't"
    sign_on.change_sign_on(None, {"update_profiles": False})
    provider.tell("ada", name="Ada Lindqvist", zoneinfo="Europe/Berlin", email=ADA)
    come_in(app.test_client(), provider)
    assert ada().name == "Ada L. Berg"


@pytest.mark.parametrize("state", ["deactivated", "suspended"])
def test_whose_account_is_closed_stays_out_and_is_told(
    app: Flask, provider: OpenIdProvider, state: str
) -> None:
    client = app.test_client()
    come_in(client, provider)
    if state == "deactivated":
        deactivate_person(None, ada())
    else:
        db.session.execute(update(Person).values(suspended_until=now() + timedelta(days=1)))
        db.session.commit()
    assert not is_signed_in(client)
    answer = come_in(client, provider)
    assert (answer.status_code, f"is {state}" in answer.text or "is closed" in answer.text) == (
        403, True,
    )  # fmt: skip
    assert not is_signed_in(client)


def test_what_was_begun_in_one_browser_can_be_finished_in_no_other_and_only_once(
    app: Flask, provider: OpenIdProvider
) -> None:
    mallory, victim = app.test_client(), app.test_client()
    back = path_of(Browser(provider).sign_in(mallory.get("/sign-on/oidc").location, "ada"))
    victim.get("/sign-on/oidc")
    assert victim.get(back).status_code == 400
    assert not is_signed_in(victim)
    kept = {each.key: each.value for each in mallory._cookies.values()}  # noqa: SLF001
    assert mallory.get(back).status_code == 303
    for name, value in kept.items():
        mallory.set_cookie(name, value, path="/sign-on")
    assert mallory.get(back).status_code == 400, "played again, with its cookie"
    assert mallory.get(back.replace("state=", "state=x")).status_code == 400


def test_a_sign_in_that_took_too_long_is_over(app: Flask, provider: OpenIdProvider) -> None:
    client = app.test_client()
    back = path_of(Browser(provider).sign_in(client.get("/sign-on/oidc").location, "ada"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attempts, "LASTS_SECONDS", -1)
        assert client.get(back).status_code == 400


def test_before_a_sensitive_act_the_provider_asks_anew_who_it_is(
    app: Flask, provider: OpenIdProvider
) -> None:
    client, browser = app.test_client(), Browser(provider)
    client.get(path_of(browser.sign_in(client.get("/sign-on/oidc").location, "ada")))
    with frozen(now() + timedelta(minutes=11)):
        assert client.get("/confirmation").text.count("Confirm with North Quay") == 1

    def confirm(name: str, browser: Browser) -> TestResponse:
        asked = client.get("/sign-on/oidc?again=1&next=/settings/security")
        assert "prompt=login" in asked.location
        return client.get(path_of(browser.sign_in(asked.location, name)))

    db.session.execute(update(SignInSession).values(proven_at=now() - timedelta(hours=1)))
    db.session.commit()
    assert confirm("cleo", Browser(provider)).status_code == 400, "somebody else"
    assert is_asked_to_confirm(client)
    assert confirm("ada", browser).location == "/settings/security"
    assert not is_asked_to_confirm(client)


def is_asked_to_confirm(client: FlaskClient) -> bool:
    return client.get("/confirmation").status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_nobody_is_led_to_another_site(app: Flask, provider: OpenIdProvider, target: str) -> None:
    assert come_in(app.test_client(), provider, target=target).location == "/"


def test_signing_out_leads_over_the_provider_and_ends_the_session_there(
    app: Flask, provider: OpenIdProvider
) -> None:
    client, browser = app.test_client(), Browser(provider)
    client.get(path_of(browser.sign_in(client.get("/sign-on/oidc").location, "ada")))
    farewell = client.post("/logout")
    assert farewell.status_code == 303
    assert not is_signed_in(client)
    page = client.get(farewell.location)
    url = page.headers["Refresh"].removeprefix("0; url=")
    assert escape(url) in page.text
    assert url.startswith(f"{provider.issuer}/session/end?")
    assert path_of(browser.sign_out(url)).startswith("/login")
    asked = browser.http.get(client.get("/sign-on/oidc").location, timeout=10)
    assert "Who are you?" in asked.text, "its own session is over, too"
    assert "Refresh" not in client.get(farewell.location).headers, "good once"
    stored = db.session.scalars(select(SignOnSession.id_token)).all()
    assert stored == [], "and nothing is kept of it"


def test_the_id_token_is_sealed_where_it_is_kept(app: Flask, provider: OpenIdProvider) -> None:
    come_in(app.test_client(), provider)
    (kept,) = db.session.scalars(select(SignOnSession.id_token)).all()
    assert kept.startswith("sealed:")


def test_a_new_key_of_the_provider_is_learnt(
    app: Flask, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "AGAIN_AFTER_SECONDS", 0.0)
    assert come_in(app.test_client(), provider).status_code == 303
    provider.stop()
    provider.start()
    assert come_in(app.test_client(), provider).status_code == 303


def test_while_the_provider_is_away_the_page_says_so_and_passwords_still_work(
    make_app: Callable[..., Flask], provider: OpenIdProvider
) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    app = make_app(**{**provider.settings(), "OIDC_ISSUER": away})
    with app.app_context():
        maren = employ()
        client = app.test_client()
        answer = client.get("/sign-on/oidc")
        assert (answer.status_code, "does not answer" in answer.text) == (503, True)
        assert sign_in(client, maren.email).status_code == 303
        assert client.post("/logout").location == "/login"


def test_a_provider_in_a_network_of_ours_must_be_allowed(
    make_app: Callable[..., Flask], provider: OpenIdProvider
) -> None:
    app = make_app(**{**provider.settings(), "SIGN_ON_ALLOW": ""})
    with app.app_context():
        assert app.test_client().get("/sign-on/oidc").status_code == 503


def test_admins_set_it_all_on_one_page_and_nobody_else_does(
    app: Flask, provider: OpenIdProvider
) -> None:
    crew = create_group(None, "Crew")
    maren = employ()
    admin, other = app.test_client(), app.test_client()
    sign_in(admin, "olga@northquay.example")
    sign_in(other, maren.email)
    form = {
        "create_accounts": "1",
        "update_profiles": "1",
        "role": "guest",
        "domains": "northquay.example\nharbour.example",
        "group_claim": "groups",
        "claim-title": "title",
        "group-claim": ["crew", ""],
        "group-role": ["manager", "admin"],
        "group-id": [str(crew.id), ""],
    }
    assert admin.post("/admin/sign-on", data={**form, "domains": "a b.c d"}).status_code == 422
    assert other.post("/admin/sign-on", data=form).status_code == 403
    assert other.post("/admin/sign-on/forgotten", data={"email": maren.email}).status_code == 403
    assert admin.post("/admin/sign-on", data=form).status_code == 303
    page = admin.get("/admin/sign-on").text
    assert f"{provider.issuer}</code>" in page
    assert 'value="crew"' in page
    assert come_in(app.test_client(), provider).status_code == 303
    assert (ada().role, ada().title) == ("manager", "Harbour master")
    answer = admin.post("/admin/sign-on/forgotten", data={"email": ADA}, follow_redirects=True)
    assert "known by their address alone again" in answer.text
    assert not known_as(ada())
