"""A second factor by an app, recovery codes, and the step between the password and the session."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.accounts import actions, identity
from enterprise_social.accounts.factors import codes, queries
from enterprise_social.accounts.factors.models import AuthenticatorApp, RecoveryCode
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.clock import frozen, now
from enterprise_social.core.errors import Invalid, TooManyRequests
from enterprise_social.people.models import Person
from tests.accounts.steps import PASSWORD, employ, is_signed_in, mails, sign_in

MOMENT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def with_app(person: Person) -> tuple[str, list[str]]:
    """Set an app up for somebody, a while ago; returns its key and the recovery codes."""
    key = codes.new_key()
    code = pyotp.TOTP(key).at(now() - timedelta(seconds=30))
    made = actions.set_app(person, codes.begin_setup(person.id, key), code, session_id=None)
    return key, list(made or ())


def code_of(key: str) -> str:
    return pyotp.TOTP(key).at(now())


def step(client: FlaskClient, code: str) -> int:
    return client.post("/login/step", data={"code": code}).status_code


def setup_of(client: FlaskClient) -> tuple[str, str]:
    """Open the page that shows a new key; returns the key and what the form brings back."""
    page = client.get("/settings/security/app").text
    key = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    sealed = re.search(r'name="setup" value="([^"]+)"', page)
    assert key
    assert sealed
    return key[1].replace(" ", ""), sealed[1]


def test_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B, shortened to six digits.
    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        with frozen(datetime.fromtimestamp(seconds, UTC)):
            assert codes.matching_step(key, code, after=0) == seconds // 30
            assert codes.matching_step(key, "000000", after=0) is None


def test_it_is_set_up_on_a_page_and_asked_for_from_then_on(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    other = app.test_client()
    for each in (client, other):
        sign_in(each, person.email)
    key, sealed = setup_of(client)
    wrong = client.post("/settings/security/app", data={"setup": sealed, "code": "000000"})
    assert wrong.status_code == 422
    assert sealed.split(":")[0] in wrong.text, "the same key may be tried again"
    done = client.post("/settings/security/app", data={"setup": sealed, "code": code_of(key)})
    made = re.findall(r"<code>([0-9a-z-]{19})</code>", done.text)
    assert (done.status_code, len(set(made))) == (201, 10)
    assert is_signed_in(client)
    assert not is_signed_in(other), "it was begun with a password alone"
    file = client.post("/settings/security/recovery-codes/file", data={"recovery_code": made})
    assert all(code in file.text for code in made)
    assert "attachment" in file.headers["Content-Disposition"]

    stored = database.session.execute(select(AuthenticatorApp.sealed_key)).scalar_one()
    assert key not in stored
    answer = sign_in(other, person.email, next="/people")
    assert answer.location == "/login/step?next=/people"
    assert not is_signed_in(other), "a right password alone opens nothing"
    assert other.get("/api/v1/me").status_code == 401
    with frozen(now() + timedelta(seconds=60)):
        answer = other.post("/login/step", data={"code": code_of(key), "next": "/people"})
    assert answer.location == "/people"
    assert is_signed_in(other)
    subjects = [mail["Subject"] for mail in mails(app)]
    assert any("security" in subject for subject in subjects)


def test_a_code_is_good_once_and_not_for_somebody_else(database: SQLAlchemy) -> None:
    with frozen(MOMENT) as advance:
        maren, jo = employ(), employ("Jo Berg")
        key, _codes = with_app(maren)
        with_app(jo)
        code = code_of(key)
        assert actions.check_code(maren, code) == "app"
        with pytest.raises(Invalid):
            actions.check_code(maren, code)
        advance(timedelta(seconds=60))
        with pytest.raises(Invalid):
            actions.check_code(jo, code_of(key))
        late = code_of(key)
        advance(timedelta(seconds=30))
        assert actions.check_code(maren, late) == "app", "people type slowly"
        stale = pyotp.TOTP(key).at(now() - timedelta(seconds=60))
        with pytest.raises(Invalid):
            actions.check_code(maren, stale)


def test_a_recovery_code_is_good_once_and_says_how_many_are_left(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    _key, made = with_app(person)
    hashes = set(database.session.scalars(select(RecoveryCode.code_hash)))
    assert len(hashes) == 10
    assert not hashes & set(made)
    sign_in(client, person.email)
    assert step(client, made[0].upper().replace("-", " ").replace("0", "O")) == 303
    assert is_signed_in(client)
    second = app.test_client()
    sign_in(second, person.email)
    assert step(second, made[0]) == 422
    assert not is_signed_in(second)
    assert queries.factors_of(person.id).recovery_codes == 9
    assert "9 are left" in mails(app)[-1].get_content()
    anew = actions.make_recovery_codes(person)
    assert step(second, made[1]) == 422, "the ones from before no longer work"
    assert step(second, anew[0]) == 303


def test_wrong_codes_count_like_wrong_passwords_and_a_right_password_forgives_none(
    app: Flask, database: SQLAlchemy
) -> None:
    with frozen(MOMENT) as advance:
        person = employ()
        key, _made = with_app(person)
        for _try in range(5):
            client = app.test_client()
            assert sign_in(client, person.email).status_code == 303
            assert step(client, "000000") in (422, 429)
            advance(timedelta(seconds=20))
        for _try in range(5):
            with pytest.raises(Invalid):
                actions.check_code(person, "000000")
            advance(timedelta(seconds=70))
        assert sign_in(client, person.email).status_code == 429
        with pytest.raises(TooManyRequests):
            actions.check_code(person, code_of(key))
        advance(timedelta(minutes=16))
        client = app.test_client()
        sign_in(client, person.email)
        assert step(client, code_of(key)) == 303


@only_sqlite
def test_a_half_sign_in_is_good_in_its_browser_for_ten_minutes_once(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    with frozen(MOMENT) as advance:
        person = employ()
        key, _made = with_app(person)
        sign_in(client, person.email)
        with client.session_transaction() as cookie:
            pending = cookie["_pending"]
        assert app.test_client().get("/login/step").location == "/login", "another browser"
        as_session = app.test_client()
        with as_session.session_transaction() as forged:
            forged[identity.SESSION_KEY] = pending
        assert not is_signed_in(as_session), "what is pending is no session"
        advance(timedelta(minutes=11))
        assert client.post("/login/step", data={"code": code_of(key)}).location == "/login"
        assert not is_signed_in(client)
        sign_in(client, person.email)
        with client.session_transaction() as cookie:
            pending = cookie["_pending"]
        assert step(client, code_of(key)) == 303
        advance(timedelta(seconds=60))
        replay = app.test_client()
        with replay.session_transaction() as cookie:
            cookie["_pending"] = pending
        assert replay.post("/login/step", data={"code": code_of(key)}).location == "/login"
        sign_in(replay, person.email)
        actions.set_password(None, person, "six white swans there")
        advance(timedelta(seconds=60))
        assert replay.post("/login/step", data={"code": code_of(key)}).location == "/login"


@only_sqlite
def test_the_first_step_tells_nothing_to_those_without_the_password(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    with_app(employ())
    employ("Jo Berg")
    client.get("/login")
    answers = {
        (sign_in(client, f"{name}@northquay.example", "not the password").status_code)
        for name in ("maren", "jo", "ghost")
    }
    assert answers == {422}
    assert client.get("/login/step").location == "/login"


@only_sqlite
def test_a_key_from_another_persons_or_an_old_page_is_not_taken(database: SQLAlchemy) -> None:
    with frozen(MOMENT) as advance:
        maren, jo = employ(), employ("Jo Berg")
        key = codes.new_key()
        sealed = codes.begin_setup(maren.id, key)
        with pytest.raises(Invalid):
            actions.set_app(jo, sealed, code_of(key), session_id=None)
        advance(timedelta(minutes=31))
        with pytest.raises(Invalid):
            actions.set_app(maren, sealed, code_of(key), session_id=None)
        assert not queries.has_factor(maren.id)


@only_sqlite
def test_every_act_is_in_the_audit_log_without_a_secret(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    key, made = with_app(person)
    actions.check_code(person, made[0])
    actions.make_recovery_codes(person)
    actions.remove_app(person)
    entries = database.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    acts = [each.action for each in entries]
    for act in (
        "accounts.factor_added",
        "accounts.recovery_code_used",
        "accounts.recovery_codes_made",
        "accounts.factor_removed",
    ):
        assert act in acts
    written = " ".join(f"{each.target} {each.details}" for each in entries)
    assert key not in written
    assert not any(code in written for code in made)
    assert PASSWORD not in written
    assert queries.factors_of(person.id).recovery_codes == 0, "they go with the last factor"


@only_sqlite
def test_sensitive_acts_ask_who_it_is_after_ten_minutes_and_give_the_session_a_new_token(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    person = employ()
    with frozen(MOMENT) as advance:
        sign_in(client, person.email)
        with client.session_transaction() as cookie:
            before = cookie[identity.SESSION_KEY]
        assert client.get("/settings/security/app").status_code == 200
        advance(timedelta(minutes=11))
        asked = client.get("/settings/security/app")
        assert asked.location == "/confirmation?next=/settings/security/app"
        form = {"name": "harbour crane", "scopes": "read", "days": "30"}
        assert client.post("/settings/tokens", data=form).status_code == 303
        assert "harbour crane" not in client.get("/settings/tokens").text
        wrong = client.post("/confirmation", data={"password": "not the password"})
        assert wrong.status_code == 422
        right = {"password": PASSWORD, "next": "/settings/security/app"}
        assert client.post("/confirmation", data=right).location == "/settings/security/app"
        with client.session_transaction() as cookie:
            after = cookie[identity.SESSION_KEY]
        assert before != after
        stolen = client.application.test_client()
        with stolen.session_transaction() as cookie:
            cookie[identity.SESSION_KEY] = before
        assert not is_signed_in(stolen)
        assert client.post("/settings/tokens", data=form).status_code == 201
        evil = client.post("/confirmation", data={**right, "next": "//evil.example"})
        assert evil.location == "/settings/security"


@only_sqlite
def test_no_link_goes_round_the_second_factor(client: FlaskClient, database: SQLAlchemy) -> None:
    person = employ(password="")
    with_app(person)
    _invitation, link = actions.invite(None, person.email)
    form = {"name": "Maren", "password": "six white swans there"}
    assert client.post(link.removeprefix("http://localhost"), data=form).location == "/login/step"
    assert not is_signed_in(client)
    link = actions.create_password_reset(person)
    client.post(link.removeprefix("http://localhost"), data={"password": "nine more swans here"})
    assert sign_in(client, person.email, "nine more swans here").location == "/login/step"


@only_sqlite
def test_with_a_key_that_is_lost_recovery_codes_still_let_one_in(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    with frozen(MOMENT) as advance:
        person = employ()
        key, made = with_app(person)
        advance(timedelta(minutes=5))
        app.config["SECRET_KEY"] = "another-key-than-before"
        with pytest.raises(Invalid):
            actions.check_code(person, code_of(key))
        assert actions.check_code(person, made[0]) == "recovery"
        app.config["SECRET_KEY_PREVIOUS"] = ("only-for-the-tests-of-one-machine",)
        assert actions.check_code(person, code_of(key)) == "app"
        app.config["SECRET_KEY_PREVIOUS"] = ()
        advance(timedelta(minutes=5))
        assert actions.check_code(person, code_of(key)) == "app", "sealed anew when it was used"
