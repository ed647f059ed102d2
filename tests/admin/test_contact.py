"""Whom to tell of a hole."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from enterprise_social.core import clock
from tests.making import make_person, sign_in

pytestmark = [
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("database"),
]


@pytest.mark.parametrize(
    ("contact", "line"),
    [
        ("security@example.org", "Contact: mailto:security@example.org"),
        ("https://example.org/report", "Contact: https://example.org/report"),
    ],
)
def test_everybody_finds_whom_to_tell(app: Flask, contact: str, line: str) -> None:
    assert app.test_client().get("/.well-known/security.txt").status_code == 404
    browser = sign_in(app, make_person(role="admin"))
    browser.post("/admin/organisation", data={"security_contact": contact})
    answer = app.test_client().get("/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    lines = answer.get_data(as_text=True).split("\r\n")
    assert line in lines
    expires = next(each for each in lines if each.startswith("Expires: "))
    until = datetime.fromisoformat(expires.removeprefix("Expires: "))
    assert clock.now() < until < clock.now() + timedelta(days=366)


@pytest.mark.parametrize("contact", ["nobody", "http://example.org", "a@b.c\r\nContact: x@y.zz"])
def test_what_is_no_address_is_refused(app: Flask, contact: str) -> None:
    browser = sign_in(app, make_person(role="admin"))
    answer = browser.post("/admin/organisation", data={"security_contact": contact})
    assert answer.status_code == 422
    assert app.test_client().get("/.well-known/security.txt").status_code == 404
