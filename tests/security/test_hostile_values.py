"""Values that no form of ours sends: too great, too long, unknown. None is a fault of ours."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.making import make_channel, make_person, sign_in, write

BEYOND = ("9223372036854775808", "9" * 30)


@pytest.mark.parametrize("number", BEYOND)
def test_a_number_greater_than_any_id_leads_to_no_page(app: Flask, number: str) -> None:
    with app.app_context():
        client = sign_in(app, make_person(role="admin"))
    for page in ("/posts/{}", "/posts/{}/replies", "/channels/{}/live", "/messages/{}"):
        assert client.get(page.format(number)).status_code == 404, page
    for form in (
        "/settings/sessions/{}/revocation",
        "/settings/tokens/{}/revocation",
        "/admin/people/{}/role",
        "/admin/invitations/{}/revocation",
        "/admin/people/{}/deactivation",
    ):
        assert client.post(form.format(number)).status_code == 404, form


@pytest.mark.parametrize("number", [*BEYOND, "-" + "9" * 30])
def test_a_number_greater_than_any_id_is_no_value_of_a_form(app: Flask, number: str) -> None:
    with app.app_context():
        owner = make_person()
        channel = make_channel(owner)
        slug, post_id = channel.slug, write(owner, channel).id
        client = sign_in(app, owner)
    sent = {"body": "hello", "quoted_post_id": number}
    assert client.post(f"/channels/{slug}/posts", data=sent).status_code == 303
    assert client.post(f"/posts/{post_id}/replies", data=sent).status_code == 303
    assert client.post("/messages", data={"user_id": number}).status_code == 422
    assert client.post(f"/channels/{slug}/read", data={"seq": number}).status_code == 303


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["%00", "js/%00.js", "a" * 300, "js/" + "a/" * 1500])
def test_a_name_that_no_file_can_have_is_not_found(app: Flask, name: str) -> None:
    assert app.test_client().get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("language", ["zz", "xx_YY", "qq-QQ"])
def test_a_language_that_nobody_speaks_does_not_close_every_page(app: Flask, language: str) -> None:
    with app.app_context():
        client = sign_in(app, make_person())
    assert client.patch("/api/v1/me", json={"locale": language}).status_code == 422
    assert client.get("/settings").status_code == 200


def test_a_language_with_its_country_is_taken_in_either_spelling(app: Flask) -> None:
    with app.app_context():
        client = sign_in(app, make_person())
    changed = client.patch("/api/v1/me", json={"locale": "de-DE"})
    assert changed.get_json()["locale"] == "de_DE"
    assert client.get("/settings").status_code == 200
