"""Calls with the session cookie need the CSRF header to write; calls with a token don't."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.api.callers import caller
from tests.conftest import MakeApp
from tests.making import make_person, sign_in


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(WTF_CSRF_ENABLED=True)


def test_a_browser_shows_the_token_of_its_page(app: Flask) -> None:
    with app.app_context():
        ada = make_person("Ada")
        browser = sign_in(app, ada)
        by_token = caller(app, ada)
    assert browser.get("/api/v1/me").status_code == 200
    refused = browser.patch("/api/v1/me", json={"title": "Captain"})
    assert refused.status_code == 400
    assert refused.json["type"].endswith("csrf")
    assert browser.post("/api/v1/tokens", json={"name": "a"}).status_code == 400
    page = browser.get("/settings").get_data(as_text=True)
    shown = page.partition('<meta name="csrf-token" content="')[2].partition('"')[0]
    headers = {"X-CSRFToken": shown}
    assert browser.patch("/api/v1/me", json={"title": "A"}, headers=headers).status_code == 200
    by_token.patch("/me", title="Captain")


def test_a_foreign_page_can_send_no_form_to_the_api(app: Flask) -> None:
    with app.app_context():
        browser = sign_in(app, make_person("Ada"))
    answer = browser.post("/api/v1/channels", data='{"name":"x"}', content_type="text/plain")
    assert answer.status_code == 400
