"""The commands ``enterprise-social user …``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.accounts import actions, queries
from enterprise_social.accounts.cli import user_group
from enterprise_social.accounts.factors import rules
from enterprise_social.core.errors import AppError, Invalid
from enterprise_social.people.queries import by_email
from tests.accounts.authenticator import enrol
from tests.accounts.steps import PASSWORD, employ

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def run(app: Flask, *arguments: str, stdin: str = "") -> Result:
    """Run one command as the console script would."""
    info = ScriptInfo(create_app=lambda: app)
    return CliRunner().invoke(user_group, arguments, input=stdin, obj=info)


def test_somebody_is_created_and_can_sign_in(app: Flask, database: SQLAlchemy) -> None:
    done = run(
        app, "create", "--email", "Jo@Northquay.example", "--name", "Jo Park",
        "--role", "admin", "--password-stdin", stdin=f"{PASSWORD}\n",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    person = by_email("jo@northquay.example")
    assert person
    assert done.stdout.strip() == str(person.id)
    assert (person.username, person.role) == ("jo.park", "admin")
    actions.sign_in("jo@northquay.example", PASSWORD)


def test_a_bad_password_creates_nobody(app: Flask, database: SQLAlchemy) -> None:
    done = run(
        app, "create", "--email", "jo@northquay.example", "--name", "Jo", "--password-stdin",
        stdin="short\n",
    )  # fmt: skip
    assert isinstance(done.exception, AppError)
    assert "password: Use at least 10 characters." in str(done.exception)
    assert by_email("jo@northquay.example") is None


def test_wrong_usage_is_status_two_and_a_duplicate_is_named(
    app: Flask, database: SQLAlchemy
) -> None:
    employ()
    assert run(app, "create", "--email", "x@y.example").exit_code == 2
    assert run(app, "set-role", "maren.visser", "king").exit_code == 2
    done = run(app, "create", "--email", "maren@northquay.example", "--name", "Maren")
    assert "email: Somebody has this e-mail address already." in str(done.exception)


def test_roles_deactivation_and_resets(app: Flask, database: SQLAlchemy) -> None:
    employ("Ada Berg", "admin")
    person = employ()
    for who in ("maren@northquay.example", "maren.visser", str(person.id)):
        done = run(app, "set-role", who, "manager")
        assert (done.exit_code, done.stdout.strip()) == (0, str(person.id))
    database.session.expire_all()
    assert person.role == "manager"
    done = run(app, "reset-password", "maren.visser")
    assert done.stdout.strip() == str(person.id)
    token = done.stderr.strip().rsplit("/", 1)[1]
    actions.reset_password(token, "seven brown bears")
    done = run(app, "reset-password", "maren.visser", "--password-stdin", stdin="six white swans\n")
    assert done.exit_code == 0
    actions.sign_in(person.email, "six white swans")
    assert run(app, "deactivate", "maren.visser").exit_code == 0
    with pytest.raises(Invalid):
        actions.sign_in(person.email, "six white swans")
    assert "nobody" in str(run(app, "deactivate", "ghost").exception)


def test_whoever_looks_after_the_machine_can_let_people_in_again(
    app: Flask, database: SQLAlchemy
) -> None:
    person = employ("Ida Holm", "admin")
    enrol(person)
    actions.begin_session(person)
    _token, text = actions.create_access_token(person, "harbour bot")
    assert run(app, "reset-second-factor", person.email).stdout.strip() == str(person.id)
    actions.sign_in(person.email, PASSWORD)
    assert run(app, "sign-out", person.email).stdout.strip() == str(person.id)
    assert queries.sessions_of(person) == []
    assert queries.token_holder(text) is None
    key, _passkey = enrol(person)
    challenge, options = actions.proof_options("sign_in")
    actions.sign_in_by_passkey(key.get(json.loads(options)), challenge)
    actions.change_rules(person, {rules.PASSWORD_SIGN_IN: False, rules.BREAK_GLASS: [person.id]})
    assert not rules.passwords_are_on()
    assert run(app, "switch-passwords-on").exit_code == 0
    assert rules.passwords_are_on()
