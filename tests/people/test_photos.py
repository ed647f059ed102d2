"""Photos of people: which part is shown, what is left out, what is refused, and who gets them."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from enterprise_social.core import clock
from enterprise_social.core.errors import Forbidden, Invalid
from enterprise_social.feed.queries.cards import cards_by_id
from enterprise_social.files.actions.photos import set_photo
from enterprise_social.files.storage import storage
from enterprise_social.people import photos
from enterprise_social.people.actions.photos import (
    begin_photo,
    choose_photo,
    crop_photo,
    remove_photo,
)
from enterprise_social.people.models import Person, PersonPhoto
from enterprise_social.people.queries.profile import photo_of
from tests.files import samples
from tests.making import fresh, make_channel, make_person, sign_in, write

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
# The four quarters of the test picture, from the upper left by rows.
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)


def quarters(width: int = 400, height: int = 200, kind: str = "PNG", **options: object) -> bytes:
    """Return a picture of four colours."""
    made = Image.new("RGB", (width, height), WHITE)
    for colour, left, top in ((RED, 0, 0), (GREEN, 1, 0), (BLUE, 0, 1)):
        box = (left * width // 2, top * height // 2)
        made.paste(colour, (*box, box[0] + width // 2, box[1] + height // 2))
    with io.BytesIO() as file:
        made.save(file, kind, **options)
        return file.getvalue()


def work(app: Flask) -> None:
    app.extensions["worker"].run_until_idle()


def choose(app: Flask, person: Person, content: bytes, **part: object) -> PersonPhoto:
    """Choose a photo and let the worker prepare it."""
    set_photo(person, person, io.BytesIO(content), **part)  # type: ignore[arg-type]
    work(app)
    photo = photo_of(fresh(person).id)
    assert photo is not None
    return fresh(photo)


def shown(person: Person, size: int = 48) -> Image.Image:
    with storage().open(photos.part_key(person.id, person.photo, size)) as content:
        return Image.open(io.BytesIO(content.read())).convert("RGB")


def colours(picture: Image.Image) -> list[str]:
    """Name the colours of a picture's four quarters, by rows."""
    names = {"red": RED, "green": GREEN, "blue": BLUE, "white": WHITE}
    found = []
    for place in ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)):
        pixel = picture.getpixel((int(place[0] * picture.width), int(place[1] * picture.height)))
        assert isinstance(pixel, tuple)
        away = {
            name: sum(abs(a - b) for a, b in zip(pixel, colour, strict=True))
            for name, colour in names.items()
        }
        found.append(min(away, key=away.__getitem__))
    return found


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({}, ["red", "green", "blue", "white"]),
        ({"crop": {"x": 0.5, "y": 0.0, "side": 0.5}}, ["green"] * 4),
        ({"crop": {"x": 0.0, "y": 0.5, "side": 0.5}}, ["blue"] * 4),
        ({"turn": 90}, ["blue", "red", "white", "green"]),
        ({"turn": 180}, ["white", "blue", "green", "red"]),
        ({"turn": 270}, ["green", "white", "red", "blue"]),
        # Turned to the right the picture is upright: its lower right is the green quarter.
        ({"turn": 90, "crop": {"x": 0.5, "y": 0.75, "side": 0.5}}, ["green"] * 4),
        ({"crop": {"x": 1.0, "y": 1.0, "side": 0.5}}, ["white"] * 4),
    ],
)
def test_the_part_that_was_chosen_is_shown_turned_as_it_was(
    app: Flask, part: dict[str, object], expected: list[str]
) -> None:
    with app.app_context():
        person = make_person()
        choose(app, person, quarters(), **part)
        assert colours(shown(person)) == expected
        assert [shown(person, size).size for size in photos.SIZES] == [
            (size, size) for size in photos.SIZES
        ]


def test_a_photo_on_its_side_stands_upright_and_says_nothing_of_the_camera(app: Flask) -> None:
    with app.app_context():
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned by 90 degrees
        exif[0x010F] = "SecretCamera"
        exif.get_ifd(0x8825)[1] = "N"
        person = make_person()
        choose(app, person, quarters(kind="JPEG", exif=exif, quality=95))
        assert colours(shown(person)) == ["blue", "red", "white", "green"]
        for part in (*photos.SIZES, photos.WHOLE):
            with storage().open(photos.part_key(person.id, person.photo, part)) as content:
                kept = content.read()
            assert b"SecretCamera" not in kept
            assert not Image.open(io.BytesIO(kept)).getexif()
        client = sign_in(app, person)
        assert client.get("/settings/photo/whole").status_code == 200


def test_moving_and_transparent_pictures_are_still_and_stand_on_white(app: Flask) -> None:
    with app.app_context():
        person = make_person()
        choose(app, person, samples.moving_image())
        with storage().open(photos.part_key(person.id, person.photo, 96)) as content:
            assert getattr(Image.open(io.BytesIO(content.read())), "n_frames", 1) == 1
        assert colours(shown(person)) == ["red"] * 4
        with io.BytesIO() as file:
            Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(file, "PNG")
            choose(app, person, file.getvalue())
        assert colours(shown(person)) == ["white"] * 4


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (samples.huge_image(), "too_many_pixels"),
        (quarters()[:200], "broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "broken"),
        (quarters(47, 100), "too_small"),
    ],
)
def test_hostile_pictures_are_refused_in_plain_words_and_the_old_photo_stays(
    app: Flask, content: bytes, problem: str
) -> None:
    with app.app_context():
        person = make_person()
        choose(app, person, quarters())
        before = person.photo
        photo = choose(app, person, content)
        assert (photo.state, photo.problem, fresh(person).photo) == ("refused", problem, before)
        page = sign_in(app, person).get("/settings/photo").text
        assert photos.problem_text(problem).replace("'", "&#39;") in page
        assert "The one from before stays." in page
        assert shown(person).size == (48, 48)


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"%PDF-1.7", b"MZ program"]
)
def test_what_is_no_picture_is_refused_at_once(app: Flask, content: bytes) -> None:
    with app.app_context():
        person = make_person()
        with pytest.raises(Invalid):
            set_photo(person, person, io.BytesIO(content))
        client = sign_in(app, person)
        answer = client.post("/settings/photo", data={"file": (io.BytesIO(content), "me.png")})
        assert (answer.status_code, 'id="e-file"' in answer.text) == (422, True)


def test_what_is_shown_no_more_is_thrown_away_and_the_original_is_kept_for_another_part(
    app: Flask,
) -> None:
    with app.app_context():
        person = make_person()
        first = choose(app, person, quarters())
        old, original, version = person.photo, first.storage_key, person.version
        crop_photo(person, person, crop={"x": 0.5, "y": 0.0, "side": 0.5})
        assert fresh(person).photo == old, "the old one is shown until the new one is ready"
        work(app)
        assert fresh(person).photo not in ("", old)
        assert person.version == version + 1
        assert colours(shown(person)) == ["green"] * 4
        assert not any(map(storage().exists, photos.keys_of(person.id, old)))
        assert storage().exists(original)
        choose(app, person, quarters(100, 100))
        assert not storage().exists(original)
        last, token = fresh(photo_of(person.id)).storage_key, person.photo
        remove_photo(person, person)
        work(app)
        assert (fresh(person).photo, photo_of(person.id)) == ("", None)
        assert not any(map(storage().exists, (last, *photos.keys_of(person.id, token))))


def test_the_last_choice_wins_and_what_nobody_chose_goes_after_a_day(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        person = make_person()
        set_photo(person, person, io.BytesIO(quarters()))
        set_photo(person, person, io.BytesIO(samples.moving_image()))
        left = begin_photo(person, person)
        storage().put(left, io.BytesIO(quarters()))
        work(app)
        assert colours(shown(fresh(person))) == ["red"] * 4
        used = fresh(photo_of(person.id)).storage_key
        later = clock.now() + timedelta(days=1, minutes=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        monkeypatch.setattr("enterprise_social.core.outbox.now", lambda: later)
        work(app)
        assert (storage().exists(left), storage().exists(used)) == (False, True)


def url_of(person: Person, size: int = 96) -> str:
    return f"/people/photos/{person.id}/{person.photo}/{size}"


def test_colleagues_get_it_to_keep_and_nobody_else_gets_anything(app: Flask) -> None:
    with app.app_context():
        person, other = make_person("Ada Berg", username="ada"), make_person()
        admin = make_person(role="admin")
        choose(app, person, quarters())
        client = sign_in(app, other)
        answer = client.get(url_of(person))
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        headers = answer.headers
        assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
        assert app.test_client().get(url_of(person)).status_code in (302, 303, 401)
        for wrong in (
            url_of(person, 97), f"/people/photos/{person.id}/{'0' * 24}/96",
            f"/people/photos/{other.id}/{person.photo}/96", "/people/photos/999999/x/96",
        ):  # fmt: skip
            assert client.get(wrong).status_code == 404, wrong
        for path in ("/people/ada/photo", "/people/ada/photo/whole"):
            assert client.get(path).status_code == 403
            assert sign_in(app, admin).get(path).status_code == 200
        assert client.get("/settings/photo/whole").status_code == 404
        with pytest.raises(Forbidden):
            set_photo(other, person, io.BytesIO(quarters()))
        with pytest.raises(Forbidden):
            choose_photo(other, person, "photos/1/x-original")
        old = url_of(person)
        remove_photo(admin, person)
        assert client.get(old).status_code == 404


def test_it_stands_wherever_the_initials_stood(app: Flask) -> None:
    with app.app_context():
        person, other = make_person("Ada Berg", username="ada"), make_person("Ben Ito")
        channel = make_channel(person, "gate", other)
        root = write(other, channel, "who is it")
        reply = write(person, channel, "me", parent_id=root.id)
        client = sign_in(app, other)
        before = client.get("/channels/gate").text
        assert "/people/photos/" not in before
        choose(app, person, quarters())
        image = f'src="/people/photos/{person.id}/{person.photo}/'
        assert cards_by_id([reply.id])[reply.id].author_photo == person.photo
        for path in (
            "/people/ada", "/people", "/channels/gate", "/channels/gate/details",
            f"/posts/{root.id}", "/suggest?kind=person&q=ada", "/jump?q=ada", "/people/org?top=1",
        ):  # fmt: skip
            assert image in client.get(path).text, path
        page = sign_in(app, person).get("/").text
        assert image in page, "beside one's own name"


def post(client: FlaskClient, **form: object) -> int:
    return client.post("/settings/photo", data=form).status_code


def test_the_form_without_scripts_takes_turns_and_removes(app: Flask) -> None:
    with app.app_context():
        person = make_person()
        client = sign_in(app, person)
        assert "initials are shown" in client.get("/settings/photo").text
        assert post(client, again="1") == 409
        assert post(client, again="1", turn="45") == 422
        assert post(client, file=(io.BytesIO(quarters()), "me.png"), x="2", y="0", side="1") == 422
        assert post(client, file=(io.BytesIO(quarters()), "me.png")) == 303
        assert "being prepared" in client.get("/settings/photo").text
        work(app)
        assert 'value="90"' in client.get("/settings/photo").text
        assert post(client, again="1", turn="90") == 303
        work(app)
        assert colours(shown(fresh(person))) == ["blue", "red", "white", "green"]
        assert post(client, remove="1") == 303
        assert fresh(person).photo == ""
