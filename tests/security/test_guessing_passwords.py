"""Guessing a password is slowed by whose it is, however the address is spelt."""

from __future__ import annotations

import pytest
from flask import Flask

from enterprise_social.accounts import actions
from enterprise_social.accounts.actions.attempts import LOCKING_FAILURES
from enterprise_social.core.errors import Invalid, TooManyRequests
from tests.making import make_person

SPELLINGS = (
    "mira@harbour.example",
    "MIRA@harbour.example",
    "mira@harbour\u3002example",
    "mira@harbour\uff61example",
    "mira@har\u00adbour.example",
    "mira@harb\u200bour.example",
    "mira@\uff48arbour.example",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_of_an_address_is_no_new_set_of_tries(app: Flask, spelling: str) -> None:
    with app.test_request_context():
        person = make_person("Mira", email="mira@harbour.example")
        actions.set_password(None, person, "a long enough secret")
        for _ in range(LOCKING_FAILURES):
            with pytest.raises((Invalid, TooManyRequests)):
                actions.check_password("mira@harbour.example", "wrong password")
        with pytest.raises(TooManyRequests):
            actions.check_password(spelling, "a long enough secret")
