"""The same thing tried many times at the same moment counts as if one came after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.accounts import actions
from enterprise_social.accounts.actions import sign_on
from enterprise_social.accounts.actions.attempts import FREE_FAILURES
from enterprise_social.accounts.models import SignInSession
from enterprise_social.accounts.sign_on.claims import Told
from enterprise_social.accounts.sign_on.models import ExternalIdentity
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict
from enterprise_social.people.actions import create_person, set_role
from enterprise_social.people.queries import by_ids
from tests.accounts.authenticator import enrol
from tests.accounts.steps import PASSWORD, employ
from tests.accounts.test_second_factors import with_app

AT_ONCE = 2 * FREE_FAILURES


def together(app: Flask, act: Callable[[int], object]) -> list[object]:
    """Run ``act`` with 0 to AT_ONCE - 1 at the same moment; return what each gave or raised."""
    start = Barrier(AT_ONCE)

    def run(number: int) -> object:
        with app.app_context():
            start.wait(10)
            try:
                return act(number)
            except AppError as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_guesses_at_once_are_no_more_than_guesses_in_a_row(
    app: Flask, database: SQLAlchemy
) -> None:
    person = employ()
    email = person.email
    for _each in range(3):
        together(app, lambda _number: actions.sign_in(email, "wrong password"))
    results = together(app, lambda _number: actions.sign_in(email, PASSWORD))
    assert all(isinstance(result, AppError) for result in results)


def test_somebody_in_several_browsers_signs_in_at_once(app: Flask, database: SQLAlchemy) -> None:
    email = employ().email
    app.config["PASSWORD_TIME_COST"] = 2
    results = together(app, lambda _number: actions.sign_in(email, PASSWORD))
    assert not [result for result in results if isinstance(result, AppError)]


def test_a_link_followed_many_times_at_once_works_once(app: Flask, database: SQLAlchemy) -> None:
    token = actions.create_password_reset(employ()).rsplit("/", 1)[1]
    results = together(app, lambda number: actions.reset_password(token, f"{PASSWORD} {number}"))
    assert results.count(None) == 1
    _invitation, link = actions.invite(None, "new@northquay.example")
    token = link.rsplit("/", 1)[1]
    results = together(app, lambda _number: actions.accept_invitation(token, "New", PASSWORD))
    assert len([result for result in results if not isinstance(result, AppError)]) == 1


def test_a_code_and_a_passkeys_answer_sent_many_times_at_once_are_good_once(
    app: Flask, database: SQLAlchemy
) -> None:
    person = employ()
    _key, made = with_app(person)

    def code(_number: int) -> object:
        return actions.check_code(by_ids([person.id])[person.id], made[0])

    results = together(app, code)
    assert len([one for one in results if one == "recovery"]) == 1
    key, _passkey = enrol(person)
    challenge, options = actions.proof_options("sign_in")
    answer = key.get(json.loads(options))
    results = together(app, lambda _number: actions.sign_in_by_passkey(answer, challenge))
    assert len([one for one in results if not isinstance(one, AppError)]) == 1


def test_two_admins_can_not_take_the_role_from_one_another(
    app: Flask, database: SQLAlchemy
) -> None:
    ids = [employ(name, "admin", password="").id for name in ("Ada Berg", "Bo Lind")]

    def demote(number: int) -> object:
        person_id = ids[number % 2]
        return set_role(None, by_ids([person_id])[person_id], "employee")

    results = together(app, demote)
    assert any(isinstance(result, Conflict) for result in results)
    database.session.rollback()
    database.session.expire_all()
    assert sorted(person.role for person in by_ids(ids).values()) == ["admin", "employee"]


@pytest.mark.parametrize("same", ["email", "username"])
def test_two_of_the_same_are_never_made(app: Flask, database: SQLAlchemy, same: str) -> None:
    def hire(number: int) -> object:
        facts = {"email": f"p{number}@northquay.example", "username": f"p{number}"}
        facts[same] = "same@northquay.example" if same == "email" else "same"
        return create_person(None, name="Same Person", **facts).id

    results = together(app, hire)
    assert len([result for result in results if isinstance(result, int)]) == 1


def test_a_first_sign_on_in_several_tabs_makes_one_account(
    app: Flask, database: SQLAlchemy
) -> None:
    told = Told("https://id.example.org", "ada", "ada@northquay.example", name="Ada Lindqvist")
    results = together(app, lambda _number: sign_on.sign_on(told))
    assert not [result for result in results if isinstance(result, AppError)]
    assert len(db.session.scalars(select(ExternalIdentity)).all()) == 1
    assert len(db.session.scalars(select(SignInSession)).all()) == AT_ONCE
