"""Files over HTTP: uploading, fetching parts of them, and nothing that runs in a browser."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.accounts.actions import create_access_token
from enterprise_social.channels.actions import add_member, remove_member
from enterprise_social.channels.models import Channel
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post
from enterprise_social.posts.models import Post
from tests.files import samples
from tests.making import make_channel, make_person, sign_in, write

API = "/api/v1"


class Caller:
    """Somebody with a token."""

    def __init__(self, app: Flask, person: Person) -> None:
        self.client = app.test_client()
        token = create_access_token(person, "test", ("read", "write"))[1]
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.open(
            f"{API}{path}", method=method, headers=headers, buffered=True, **options
        )

    def upload(self, content: bytes, name: str = "a.bin", **fields: str) -> Any:
        parts = [f'name="{field}"\r\n\r\n{value}'.encode() for field, value in fields.items()]
        parts.append(f'name="file"; filename="{name}"\r\n\r\n'.encode() + content)
        data = b"".join(
            b"--edge\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts
        )
        kind = "multipart/form-data; boundary=edge"
        return self("POST", "/files", data=data + b"--edge--\r\n", content_type=kind)


@pytest.fixture
def author(database: SQLAlchemy) -> Person:
    return make_person()


@pytest.fixture
def call(app: Flask, author: Person) -> Caller:
    return Caller(app, author)


@pytest.fixture
def channel(author: Person) -> Channel:
    return make_channel(author, kind="private")


@pytest.fixture
def browser(app: Flask, author: Person) -> FlaskClient:
    return sign_in(app, author)


def test_a_program_uploads_a_file_and_sends_it(call: Caller, channel: Channel) -> None:
    answer = call.upload(samples.image(), "a b.png", alt="A  gate")
    assert answer.status_code == 201
    file = answer.json
    assert (file["name"], file["mime"], file["alt"]) == ("a b.png", "image/png", "A gate")
    assert file["url"] == f"/files/{file['id']}/a%20b.png"
    sent = call(
        "POST", f"/channels/{channel.id}/posts", json={"body": "", "file_ids": [file["id"]]}
    )
    assert sent.status_code == 201, sent.json
    assert sent.json["files"] == [call("GET", f"/files/{file['id']}").json]
    described = call("PATCH", f"/files/{file['id']}", json={"alt": "A crane"})
    assert described.json["alt"] == "A crane"
    assert call("DELETE", f"/files/{file['id']}").status_code == 409


ONE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@ONE
def test_what_is_missing_or_too_large_is_said_in_clear_words(make_app: Any, backend: str) -> None:
    app = make_app(backend, FILE_LIMIT_MB="1")
    with app.app_context():
        call = Caller(app, make_person())
    assert call("POST", "/files", data={"alt": "x"}).json["errors"]["file"]
    refused = call.upload(b"x" * (1024 * 1024 + 1))
    assert refused.status_code == 413
    assert "at most 1 MB" in refused.json["detail"]
    assert call.upload(b"x" * 3 * 1024 * 1024).status_code == 413
    assert call("POST", "/uploads", json={"name": "a", "size": 2**21}).status_code == 413


def test_a_large_file_comes_in_parts_and_goes_on_where_it_broke_off(call: Caller) -> None:
    content = bytes(range(256)) * 4000
    begun = call("POST", "/uploads", json={"name": "../big.bin", "size": len(content)})
    assert begun.status_code == 201
    place = f"/uploads/{begun.json['id']}"

    def send(offset: int, end: int) -> Any:
        return call("PUT", f"{place}/content?offset={offset}", data=content[offset:end])

    assert send(0, 400_000).json["received"] == 400_000
    for wrong in (0, 399_999, 500_000):
        refused = send(wrong, wrong + 10)
        assert (refused.status_code, refused.json["received"]) == (409, 400_000)
    assert call("POST", f"{place}/file").status_code == 409
    assert call("GET", place).json["received"] == 400_000
    send(400_000, len(content))
    assert send(len(content), len(content) + 1).status_code == 422
    made = call("POST", f"{place}/file")
    assert made.status_code == 201
    assert (made.json["name"], made.json["size"]) == ("big.bin", len(content))
    assert call("POST", f"{place}/file").json["id"] == made.json["id"]
    assert call("GET", f"/files/{made.json['id']}/content").data == content


@ONE
def test_an_upload_goes_on_after_the_server_was_started_anew(make_app: Any, backend: str) -> None:
    first = make_app(backend)
    with first.app_context():
        person = make_person()
        call = Caller(first, person)
    upload = call("POST", "/uploads", json={"name": "a.bin", "size": 10}).json["id"]
    call("PUT", f"/uploads/{upload}/content?offset=0", data=b"01234")
    same = {name: first.config[name] for name in ("DATABASE_URL", "DATA_DIR")}
    second = make_app(backend, **same)
    call.client = second.test_client()
    received = call("GET", f"/uploads/{upload}").json["received"]
    call("PUT", f"/uploads/{upload}/content?offset={received}", data=b"56789")
    file = call("POST", f"/uploads/{upload}/file").json
    assert call("GET", f"/files/{file['id']}/content").data == b"0123456789"


@ONE
def test_an_upload_that_is_given_up_leaves_nothing(app: Flask, call: Caller) -> None:
    upload = call("POST", "/uploads", json={"name": "a", "size": 10}).json["id"]
    call("PUT", f"/uploads/{upload}/content?offset=0", data=b"12345")
    assert call("DELETE", f"/uploads/{upload}").status_code == 204
    app.extensions["worker"].run_until_idle()
    kept = (app.config["DATA_DIR"] / "files").rglob("*")
    assert [path for path in kept if path.is_file()] == []
    assert call("GET", f"/uploads/{upload}").status_code == 404


@ONE
def test_parts_of_a_file_can_be_fetched_and_an_unchanged_one_is_not_sent_again(
    call: Caller, browser: FlaskClient
) -> None:
    file = call.upload(b"0123456789", "a.txt").json
    whole = browser.get(file["url"], buffered=True)
    assert (whole.status_code, whole.data) == (200, b"0123456789")
    assert whole.headers["Cache-Control"] == "private, no-cache"
    assert whole.headers["Content-Length"] == "10"
    for wanted, status, content, said in (
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=1-2,4-5", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ):
        part = browser.get(file["url"], buffered=True, headers={"Range": wanted})
        found = (part.status_code, part.data, part.headers.get("Content-Range"))
        assert found == (status, content, said), wanted
    etag = whole.headers["ETag"]
    assert (
        browser.get(file["url"], buffered=True, headers={"If-None-Match": etag}).status_code == 304
    )
    ranged = {"Range": "bytes=0-1", "If-Range": etag}
    assert browser.get(file["url"], buffered=True, headers=ranged).data == b"01"
    ranged["If-Range"] = '"another"'
    assert browser.get(file["url"], buffered=True, headers=ranged).status_code == 200
    head = browser.head(file["url"])
    assert (head.headers["Content-Length"], head.data) == ("10", b"")


@ONE
@pytest.mark.parametrize(
    ("content", "name", "mime", "shown"),
    [
        (samples.SVG, "a.svg", "application/octet-stream", "attachment"),
        (samples.SVG, "a.png", "application/octet-stream", "attachment"),
        (samples.HTML, "a.html", "application/octet-stream", "attachment"),
        (samples.HTML, "a.jpg", "application/octet-stream", "attachment"),
        (samples.HTML, "a.txt", "text/plain; charset=utf-8", "attachment"),
        (b"<?xml version='1.0'?><x/>", "a.xml", "application/octet-stream", "attachment"),
        (b"\xef\xbb\xbf  <HTML>", "a", "application/octet-stream", "attachment"),
        (samples.GIF_AND_SCRIPT, "a.html", "image/gif", "inline"),
        (samples.image(), "a.html", "image/png", "inline"),
        (samples.PDF_AND_HTML, "a.html", "application/pdf", "inline"),
        (b"MZ\x90\0", "a.png", "application/octet-stream", "attachment"),
        (samples.archive({"a": b"b"}), "a.zip", "application/octet-stream", "attachment"),
        (samples.docx("x"), "a.exe", None, "attachment"),
    ],
)
def test_nothing_that_a_browser_could_run_is_handed_to_it_as_that(
    call: Caller, browser: FlaskClient, content: bytes, name: str, mime: str | None, shown: str
) -> None:
    file = call.upload(content, name).json
    answer = browser.get(file["url"], buffered=True)
    assert mime in (None, answer.headers["Content-Type"])
    assert answer.headers["Content-Disposition"].startswith(f"{shown};")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    saved = browser.get(file["url"], buffered=True, query_string={"download": "1"})
    assert saved.headers["Content-Disposition"].startswith("attachment;")


@ONE
def test_a_name_breaks_no_header(call: Caller, browser: FlaskClient) -> None:
    name = 'a"\r\nSet-Cookie: b=1;ü%41.txt'
    upload = call("POST", "/uploads", json={"name": name, "size": 1}).json["id"]
    call("PUT", f"/uploads/{upload}/content?offset=0", data=b"x")
    file = call("POST", f"/uploads/{upload}/file").json
    answer = browser.get(file["url"], buffered=True)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="aSet-Cookie b=1;__41.txt"; '
        "filename*=UTF-8''aSet-Cookie%20b%3D1%3B%C3%BC%2541.txt"
    )


@ONE
def test_a_plain_form_brings_files_with_its_words(
    browser: FlaskClient, channel: Channel, author: Person
) -> None:
    sent = {"body": "", "client_id": "form", "files": [(io.BytesIO(b"plan"), "plan.txt")]}
    kind = "multipart/form-data"
    answer = browser.post(f"/channels/{channel.slug}/posts", data=sent, content_type=kind)
    assert answer.status_code == 303
    page = browser.get(f"/channels/{channel.slug}").get_data(as_text=True)
    assert ">plan.txt<" in page


@ONE
def test_a_form_with_files_needs_its_token_and_somebody_signed_in(
    make_app: Any, backend: str
) -> None:
    app = make_app(backend, WTF_CSRF_ENABLED=True)
    with app.app_context():
        author = make_person()
        channel = make_channel(author)
        browser = sign_in(app, author)
        place = f"/channels/{channel.slug}/posts"
    large = {"body": "x", "files": [(io.BytesIO(b"x" * 300_000), "a.bin")]}
    assert browser.post(place, data=large, content_type="multipart/form-data").status_code == 400
    large["files"] = [(io.BytesIO(b"x" * 300_000), "a.bin")]
    nobody = app.test_client().post(place, data=large, content_type="multipart/form-data")
    assert nobody.status_code in (400, 303, 401)


def test_rights_are_asked_each_time_for_pictures_too(
    app: Flask, call: Caller, channel: Channel, author: Person, browser: FlaskClient
) -> None:
    member, outsider = make_person(), make_person()
    add_member(author, channel, member)
    file = call.upload(samples.image(), "a.png").json
    app.extensions["worker"].run_until_idle()
    place, picture = file["url"], f"/files/{file['id']}/thumb/480"
    theirs, strangers = sign_in(app, member), sign_in(app, outsider)
    assert (
        theirs.get(place, buffered=True).status_code
        == theirs.get(picture, buffered=True).status_code
        == 404
    )
    post: Post = write(author, channel, file_ids=[file["id"]])
    seen = theirs.get(picture, buffered=True)
    assert (seen.status_code, seen.content_type) == (200, "image/webp")
    for path in (place, picture):
        assert strangers.get(path).status_code == 404
        assert app.test_client().get(path).status_code in (303, 401)
    assert browser.get(f"/files/{file['id']}/thumb/481").status_code == 404
    remove_member(author, channel, member)
    again = {"If-None-Match": seen.headers["ETag"]}
    assert theirs.get(picture, headers=again).status_code == 404
    delete_post(author, post)
    for path in (place, picture):
        assert browser.get(path).status_code == 404
