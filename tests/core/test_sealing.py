"""Secrets at rest: sealed for one purpose, opened by this installation alone, keys can change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from enterprise_social.core import mail
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.core.outbox import OutboxJob
from enterprise_social.core.sealing import CantUnseal, is_current, is_sealed, seal, unseal
from tests.making import make_person

MakeApp = Callable[..., Flask]
OLD, NEW = "the-key-of-last-year-1", "the-key-of-this-year-2"


@pytest.fixture(scope="module")
def keys() -> Flask:
    """No more than an application's configuration."""
    app = Flask("sealing")
    app.config.update(SECRET_KEY=OLD, SECRET_KEY_PREVIOUS=())
    return app


@pytest.fixture
def within(keys: Flask) -> Iterator[Flask]:
    with keys.app_context():
        keys.config.update(SECRET_KEY=OLD, SECRET_KEY_PREVIOUS=())
        yield keys


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_is_sealed_comes_out_the_same(keys: Flask, text: str) -> None:
    with keys.app_context():
        assert unseal(seal(text, "tests.text"), "tests.text") == text


def test_sealed_it_shows_nothing_and_never_looks_the_same_twice(within: Flask) -> None:
    once, twice = seal("a secret", "tests.text"), seal("a secret", "tests.text")
    assert once != twice
    assert is_sealed(once)
    assert not is_sealed("a secret")
    assert "secret" not in once


@pytest.mark.parametrize("place", range(8, 40, 5))
def test_a_changed_letter_is_found(within: Flask, place: int) -> None:
    sealed = seal("a secret", "tests.text")
    changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
    with pytest.raises(CantUnseal):
        unseal(changed, "tests.text")


@pytest.mark.parametrize("text", ["", "in the clear", "sealed:1:", "sealed:1:x:é", "sealed:2:a:b"])
def test_what_was_never_sealed_is_not_opened(within: Flask, text: str) -> None:
    with pytest.raises(CantUnseal):
        unseal(text, "tests.text")


def test_what_is_sealed_for_one_purpose_is_no_good_for_another(within: Flask) -> None:
    with pytest.raises(CantUnseal, match="purpose"):
        unseal(seal("a secret", "accounts.factor"), "integrations.webhook")


def test_after_a_change_of_keys_the_old_seals_open_and_are_known_to_be_old(within: Flask) -> None:
    old = seal("a secret", "tests.text")
    within.config.update(SECRET_KEY=NEW, SECRET_KEY_PREVIOUS=(OLD,))
    assert unseal(old, "tests.text") == "a secret"
    assert not is_current(old)
    assert is_current(seal("a secret", "tests.text"))
    within.config.update(SECRET_KEY_PREVIOUS=())
    with pytest.raises(CantUnseal, match="SECRET_KEY_PREVIOUS"):
        unseal(old, "tests.text")


def test_a_change_of_keys_signs_nobody_out(make_app: MakeApp) -> None:
    before = make_app(SECRET_KEY=OLD)
    cookie = before.session_interface.get_signing_serializer(before).dumps({"_user_id": "token"})
    after = make_app(SECRET_KEY=NEW, SECRET_KEY_PREVIOUS=f"{OLD}, another-one-before-it")
    reader = after.session_interface.get_signing_serializer(after)
    assert reader.loads(cookie) == {"_user_id": "token"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_mail_that_waits_is_sealed_in_the_database(app: Flask) -> None:
    with app.app_context():
        person = make_person()
        action(mail.send)(person.email, "Hello", "Follow http://localhost/secret/123456")
        waiting = db.session.scalars(
            select(OutboxJob.payload).where(OutboxJob.event.contains("MailQueued"))
        ).one()
    assert "secret/123456" not in waiting
    assert "sealed:1:" in waiting
