"""The organisation's own emoji: added by admins, written by everybody, shown where they stand."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden, Invalid, TooLarge
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.emoji import add_emoji, picture_key, set_retired
from enterprise_social.posts.models import CustomEmoji
from tests.files.samples import image
from tests.making import make_channel, make_person, sign_in, write

pytestmark = pytest.mark.usefixtures("database")
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def admin(app: Flask) -> Person:
    return make_person("Ada Admin", role="admin")


def add(admin: Person | None, name: str = "our-crane") -> CustomEmoji:
    return add_emoji(admin, name, io.BytesIO(image(200, 120)))


def test_an_emoji_is_drawn_in_posts_and_stands_as_its_name_in_plain_text(admin: Person) -> None:
    crane = add(admin, ":Our-Crane:")
    post = write(
        admin, make_channel(admin), "up :our-crane::tada::OUR-CRANE: :no-crane: a:our-crane:"
    )
    picture = (
        f'<img class="emoji" src="/emoji/{crane.token}" alt=":our-crane:" title=":our-crane:">'
    )
    assert post.html == f'<p dir="auto">up {picture}🎉{picture} :no-crane: a:our-crane:</p>'
    assert post.plain == "up :our-crane:🎉:our-crane: :no-crane: a:our-crane:"


@on_sqlite
def test_its_picture_is_for_colleagues_and_kept_by_browsers(app: Flask, admin: Person) -> None:
    crane = add(admin)
    shown = sign_in(app, make_person()).get(f"/emoji/{crane.token}")
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    assert "immutable" in shown.headers["Cache-Control"]
    assert app.test_client().get(f"/emoji/{crane.token}").status_code in (303, 401)
    assert sign_in(app, admin).get("/emoji/..%2Fphotos").status_code == 404


@on_sqlite
def test_what_is_retired_is_offered_no_more_and_still_shown(app: Flask, admin: Person) -> None:
    crane = add(admin)
    channel = make_channel(admin)
    before = write(admin, channel, ":our-crane:")
    browser = sign_in(app, make_person())
    assert "/emoji/" in browser.get("/suggest?kind=emoji&q=cran").get_data(as_text=True)
    set_retired(admin, crane, True)
    assert "/emoji/" not in browser.get("/suggest?kind=emoji&q=cran").get_data(as_text=True)
    assert write(admin, channel, ":our-crane:").html == '<p dir="auto">:our-crane:</p>'
    assert crane.token in before.html
    assert browser.get(f"/emoji/{crane.token}").status_code == 200
    set_retired(admin, crane, False)
    assert crane.token in write(admin, channel, ":our-crane:").html


@pytest.mark.parametrize(
    "name", ["", "a", "x" * 33, "Größe", "two words", "<b>", "tada", ":heart:"]
)
def test_bad_names_and_those_that_everybody_has_are_refused(admin: Person, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(admin, name)
    assert "name" in refused.value.errors


def test_a_name_is_there_once_and_the_second_picture_is_not_kept(app: Flask, admin: Person) -> None:
    first = add(admin)
    with pytest.raises(Invalid):
        add(admin)
    kept = [path.name for path in (app.config["DATA_DIR"] / "files").rglob("*") if path.is_file()]
    assert [name for name in kept if picture_key(first.token).rsplit("/", 1)[-1] in name]
    assert len(kept) == 1
    assert db.session.query(CustomEmoji).count() == 1


@on_sqlite
def test_only_admins_add_and_retire(app: Flask, admin: Person) -> None:
    crane = add(admin)
    ben = make_person("Ben", role="manager")
    with pytest.raises(Forbidden):
        add(ben, "mine")
    with pytest.raises(Forbidden):
        set_retired(ben, crane, True)


@on_sqlite
def test_the_page_adds_one_and_names_what_is_wrong(app: Flask, admin: Person) -> None:
    browser: FlaskClient = sign_in(app, admin)

    def send(name: str, content: bytes) -> tuple[int, str]:
        form = {"name": name, "file": (io.BytesIO(content), "x.png")}
        answer = browser.post("/admin/emoji", data=form, content_type="multipart/form-data")
        return answer.status_code, answer.get_data(as_text=True)

    assert send("our-crane", image(100, 100))[0] == 303
    assert ":our-crane:" in browser.get("/admin/emoji").get_data(as_text=True)
    status, page = send("our-crane", image(100, 100))
    assert (status, "There is an emoji of this name already." in page) == (422, True)
    assert send("other", b"<svg onload=alert(1)>")[0] == 422
    assert send("tiny", image(10, 10))[0] == 422
    with pytest.raises(TooLarge):
        add_emoji(admin, "huge", io.BytesIO(b"x" * 530_000))


def test_a_text_without_unknown_names_asks_the_database_nothing_more(
    admin: Person, count_queries
) -> None:
    channel = make_channel(admin)
    write(admin, channel, "warm")
    with count_queries() as plain:
        write(admin, channel, "nothing")
    with count_queries() as known:
        write(admin, channel, ":tada: at 10:30:00")
    assert len(known) <= len(plain) + 1
