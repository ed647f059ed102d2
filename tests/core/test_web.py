"""What every answer carries, and how errors are told."""

from __future__ import annotations

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.core.assets import Assets
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.fragments import fragment
from enterprise_social.core.paging import decode, encode
from enterprise_social.core.web import local_path
from tests.making import make_channel, make_person, sign_in, write


def test_pages_carry_a_strict_policy_with_a_nonce_of_their_own(client: FlaskClient):
    first, second = client.get("/login"), client.get("/login")
    policy = first.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy
    assert policy != second.headers["Content-Security-Policy"]
    used = set(re.findall(r'nonce="([^"]+)"', first.get_data(as_text=True)))
    assert len(used) == 1
    assert f"'nonce-{used.pop()}'" in policy
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "X-Request-ID"):
        assert first.headers[name]
    assert first.headers["Cache-Control"] == "no-store"


def test_no_page_has_inline_styles_or_handlers(app: Flask):
    with app.app_context():
        mira = make_person(role="admin")
        channel = make_channel(mira, "gate")
        root = write(mira, channel, "```python\nx = 1\n```\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |")
        client = sign_in(app, mira)
    for path in ("/", "/channels", "/channels/gate", f"/posts/{root.id}", "/people", "/settings"):
        html = client.get(path).get_data(as_text=True)
        assert not re.search(r'\sstyle="', html), path
        assert not re.search(r"\son\w+=", html), path
        assert "<style" not in html, path


def test_an_unknown_page_is_told_as_a_page_and_an_unknown_call_as_a_problem(app: Flask):
    with app.app_context():
        client = sign_in(app, make_person())
    page = client.get("/nowhere", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    call = client.get("/api/v1/nowhere")
    assert (call.status_code, call.mimetype) == (404, "application/problem+json")
    assert call.json["status"] == 404


def test_a_form_without_its_token_is_refused(make_app):
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context():
        client = sign_in(app, make_person())
    answer = client.post("/channels", data={"name": "forged", "kind": "public"})
    assert answer.status_code == 400
    assert client.get("/channels/forged").status_code == 404


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("/channels/gate?at=3#at", "/channels/gate?at=3#at"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\tevil", "/"),
        ("/ok\n/evil", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_redirects_stay_on_this_site(address: str | None, safe: str):
    assert local_path(address) == safe


def test_static_files_are_kept_for_a_year_by_their_hash_and_sent_compressed(client: FlaskClient):
    page = client.get("/login").get_data(as_text=True)
    address = next(each for each in re.findall(r'href="(/static/css/[^"]+)"', page))
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"{" in gzip.decompress(answer.data)
    plain = client.get(address.split("?")[0])
    assert plain.headers["Cache-Control"] == "no-cache"
    assert client.get(address, headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "path", ["../setup.cfg", "..%2fsetup.cfg", "css/../../wsgi.py", "nope.js", ""]
)
def test_only_static_files_are_served_as_static(client: FlaskClient, path: str):
    assert client.get(f"/static/{path}").status_code == 404


def test_a_link_out_of_the_static_folder_is_not_followed(tmp_path):
    inside, outside = tmp_path / "static", tmp_path / "secret.txt"
    inside.mkdir()
    outside.write_text("secret")
    (inside / "link.txt").symlink_to(outside)
    assert Assets(inside, watch=False).get("link.txt") is None


def test_a_fragment_knows_neither_the_request_nor_who_is_signed_in(app: Flask):
    with app.test_request_context("/"):
        environment = app.extensions["fragments"]._environment
        for name in ("request", "session", "g", "current_user", "viewer", "csrf_token"):
            assert name not in environment.globals
        assert "data-channel-head" in fragment(
            "channels/_head.html",
            channel={
                "id": 1,
                "kind": "public",
                "slug": "a",
                "name": "a",
                "topic": "",
                "member_count": 1,
                "archived_at": None,
                "rules_mark": "",
            },
        )


@pytest.mark.parametrize("cursor", ["", "x", "e30", "W10", "bnVsbA", "W1sxXSwyXQ", "%%%", "é" * 9])
def test_a_cursor_that_is_not_ours_is_refused_by_name(app: Flask, cursor: str):
    with app.test_request_context("/"), pytest.raises(Invalid) as refused:
        decode(cursor, str, int)
    assert "cursor" in refused.value.errors


def test_a_cursor_comes_back_as_it_was():
    assert decode(encode("Zażółć", 2**40), str, int) == ("Zażółć", 2**40)


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_where_no_connection_is_free_a_page_says_so(app: Flask):
    with app.app_context():
        browser = sign_in(app, make_person())
        db.session.remove()
        pool = db.engine.pool
        pool._timeout, pool._max_overflow = 0.2, 0
        taken = [db.engine.connect() for _ in range(pool.size())]
        assert browser.get("/people").status_code == 503
        for each in taken:
            each.close()
        assert browser.get("/people").status_code == 200
