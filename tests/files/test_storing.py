"""Taking files in, what the worker makes of them, and letting them go."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from PIL import Image

from enterprise_social.admin.backup import back_up
from enterprise_social.core import clock, outbox
from enterprise_social.core.access import find
from enterprise_social.core.errors import Invalid, NotFound, TooLarge
from enterprise_social.feed.queries.cards import cards_by_id
from enterprise_social.files.actions import delete_file, store_file, storing
from enterprise_social.files.models import File
from enterprise_social.files.storage import storage
from enterprise_social.files.storage.disk import DiskStorage
from enterprise_social.people.models import Person
from enterprise_social.posts import policy
from enterprise_social.posts.actions import (
    attaching,
    delete_post,
    edit_post,
    restore_post,
)
from tests.files import samples
from tests.making import fresh, make_channel, make_person, write
from tests.records.canary import whereabouts


def store(owner: Person, content: bytes, name: str = "a.bin", **options: str) -> File:
    """Upload something as somebody."""
    return store_file(owner, io.BytesIO(content), name, **options)


def prepare(app: Flask, file: File) -> File:
    """Let the worker do what is due, and return the file as it is then."""
    app.extensions["worker"].run_until_idle()
    return fresh(file)


def kept(key: str) -> bytes:
    """Return what the storage has under a key."""
    with storage().open(key) as stream:
        return stream.read()


def test_an_image_gets_smaller_pictures_without_what_the_camera_wrote(
    app: Flask, database: SQLAlchemy
) -> None:
    file = prepare(app, store(make_person(), samples.photo_with_place(), "IMG.JPG"))
    assert (file.mime, file.width, file.height) == ("image/jpeg", 600, 800)
    assert file.thumbs == [480, 960]
    picture = kept(file.thumb_key(480))
    assert b"SecretCamera" not in picture
    with Image.open(io.BytesIO(picture)) as shown:
        assert (shown.format, shown.size) == ("WEBP", (360, 480))
        assert not shown.getexif()
    with Image.open(io.BytesIO(kept(file.thumb_key(960)))) as shown:
        assert shown.size == (600, 800)  # never larger than the image


def test_what_moves_stands_still_in_its_picture(app: Flask, database: SQLAlchemy) -> None:
    file = prepare(app, store(make_person(), samples.moving_image(), "a.gif"))
    with Image.open(io.BytesIO(kept(file.thumb_key(480)))) as shown:
        assert getattr(shown, "n_frames", 1) == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (samples.pdf("Quayside crane schedule"), "a.pdf", "Quayside crane schedule"),
        (samples.docx("Berth four\nlift plan"), "a.docx", "Berth four\nlift plan"),
        (samples.odt("Żuraw"), "a.odt", "Żuraw inside after"),
        (b"# Kranplan\n", "a.md", "# Kranplan"),
        (b"a;b\nM\xfcller;3", "a.csv", "a;b\nMüller;3"),
        ("Größe".encode("utf-16"), "a.txt", "Größe"),
    ],
)
def test_the_words_of_documents_are_read(
    app: Flask, database: SQLAlchemy, content: bytes, name: str, words: str
) -> None:
    assert prepare(app, store(make_person(), content, name)).text == words


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("content", "name", "mime", "problem"),
    [
        (samples.huge_image(), "a.png", "image/png", "too_many_pixels"),
        (samples.GIF_AND_SCRIPT, "a.gif", "image/gif", "broken"),
        (samples.image()[:500], "a.png", "image/png", "broken"),
        (samples.PDF_AND_HTML, "a.pdf", "application/pdf", "broken"),
        (samples.docx(document=b"<a>" + b" " * 60_000_000 + b"</a>"), "a.docx", None, "bomb"),
        (
            samples.docx(
                document=b'<!DOCTYPE a [<!ENTITY b "bomb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
            ),
            "a.docx",
            None,
            "broken",
        ),
    ],
)
def test_hostile_files_harm_nothing_and_say_so(
    app: Flask, database: SQLAlchemy, content: bytes, name: str, mime: str | None, problem: str
) -> None:
    file = prepare(app, store(make_person(), content, name))
    assert (file.state, file.problem, file.thumbs, file.text) == ("ready", problem, [], "")
    assert mime in (None, file.mime)
    assert app.extensions["worker"].run_due() == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\plan.docx", "plan.docx"),
        ("a\x00\r\nb\u202egpj.exe", "abgpj.exe"),
        ("  .. ", "file"),
        ("", "file"),
        ("Übersicht – März.pdf", "Übersicht – März.pdf"),
        ("x" * 10_000 + ".pdf", "x" * 196 + ".pdf"),
        ("ü" * 10_000, "ü" * 200),
    ],
)
def test_names_are_cleaned(app: Flask, database: SQLAlchemy, given: str, name: str) -> None:
    assert store(make_person(), b"content", given).name == name


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_file_or_a_share_that_is_too_large_is_refused_in_clear_words(
    make_app, backend: str
) -> None:
    app = make_app(backend, FILE_LIMIT_MB="1", FILE_QUOTA_MB="2")
    with app.app_context():
        owner = make_person()
        with pytest.raises(TooLarge, match="at most 1 MB"):
            store(owner, b"x" * (1024 * 1024 + 1))
        store(owner, b"x" * 1024 * 1024)
        first = store(owner, b"y" * 1024 * 1024)
        with pytest.raises(TooLarge, match="2 MB of your 2 MB"):
            store(owner, b"z")
        delete_file(owner, first)
        store(owner, b"z")


def test_a_file_is_its_owners_until_it_is_sent_and_then_the_channels(
    app: Flask, database: SQLAlchemy
) -> None:
    author, member, outsider = make_person(), make_person(), make_person()
    channel = make_channel(author, "", member, kind="private")
    file = store(author, b"plan", "plan.txt")
    assert find(File, file.id, author).id == file.id
    for other in (member, outsider):
        with pytest.raises(NotFound):
            find(File, file.id, other)
    post = write(author, channel, "Here", file_ids=[file.id])
    assert find(File, file.id, member).id == file.id
    with pytest.raises(NotFound):
        find(File, file.id, outsider)
    delete_post(author, post)
    for other in (author, member):
        with pytest.raises(NotFound):
            find(File, file.id, other)
    restore_post(author, post)
    assert find(File, file.id, member).id == file.id


def test_a_post_may_be_files_alone_and_shows_them_in_their_order(
    app: Flask, database: SQLAlchemy
) -> None:
    author = make_person()
    channel = make_channel(author)
    files = [store(author, b"1", "one.txt"), store(author, b"2", "two.txt")]
    post = write(author, channel, " ", file_ids=[files[1].id, files[0].id])
    (card,) = cards_by_id([post.id]).values()
    assert [file.name for file in card.files] == ["two.txt", "one.txt"]
    assert edit_post(author, post, "words").body == "words"
    assert edit_post(author, post, "").body == ""


def test_only_ones_own_whole_and_free_files_can_be_sent(app: Flask, database: SQLAlchemy) -> None:
    author, other = make_person(), make_person()
    channel = make_channel(author)
    theirs, sent, gone = store(other, b"1"), store(author, b"2"), store(author, b"3")
    write(author, channel, file_ids=[sent.id])
    delete_file(author, gone)
    many = [store(author, b"4").id for _ in range(11)]
    for ids in ([theirs.id], [sent.id], [gone.id], [2**40], many):
        with pytest.raises(Invalid):
            write(author, channel, file_ids=ids)


def test_pictures_reach_those_who_look_when_they_are_ready(
    app: Flask, database: SQLAlchemy
) -> None:
    author = make_person()
    channel = make_channel(author)
    file = store(author, samples.image(), "a.png")
    post = write(author, channel, file_ids=[file.id])
    seq = post.changed_seq
    app.extensions["worker"].run_until_idle()
    assert fresh(post).changed_seq > seq
    assert post.edited_at is None
    (card,) = cards_by_id([post.id]).values()
    assert card.files[0].kind == "image"


def test_what_nobody_sends_within_a_day_goes(
    app: Flask, database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = make_person()
    channel = make_channel(author)
    orphan, sent = store(author, samples.image(), "a.png"), store(author, b"x")
    write(author, channel, file_ids=[sent.id])
    app.extensions["worker"].run_until_idle()
    assert storage().exists(orphan.key)
    later(monkeypatch, timedelta(days=1, minutes=1))
    app.extensions["worker"].run_until_idle()
    assert fresh(orphan).deleted_at is not None
    assert not storage().exists(orphan.key)
    assert not storage().exists(orphan.thumb_key(480))
    assert fresh(sent).deleted_at is None
    assert kept(sent.key) == b"x"


def test_files_of_a_deleted_post_go_when_it_can_no_longer_come_back(
    app: Flask, database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = make_person()
    channel = make_channel(author)
    file = store(author, b"x")
    post = write(author, channel, file_ids=[file.id])
    delete_post(author, post)
    attaching.drop_files(post.id)  # too early
    assert storage().exists(file.key)
    later(monkeypatch, timedelta(days=1, minutes=1))
    app.extensions["worker"].run_until_idle()
    assert not storage().exists(file.key)
    assert fresh(post).file_count == 0


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Let the clock of outbox and actions be ahead."""
    real = clock.now
    for module in (outbox, storing, attaching, policy):
        monkeypatch.setattr(module, "now", lambda: real() + by)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_back_up_has_the_files_and_nothing_half_written(
    app: Flask, database: SQLAlchemy, tmp_path: Path
) -> None:
    file = store(make_person(), b"plan", "plan.txt")
    data_dir = app.config["DATA_DIR"]
    (data_dir / "files" / "arriving" / "half").write_bytes(b"pl")
    back_up(data_dir, app.config["DATABASE_URL"], tmp_path / "copy")
    copied = DiskStorage(tmp_path / "copy" / "files")
    with copied.open(file.key) as content:
        assert content.read() == b"plan"
    assert not (tmp_path / "copy" / "files" / "arriving").exists()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_was_thrown_away_has_no_name_any_more(app: Flask, database: SQLAlchemy) -> None:
    word = "qxgeheimnis"
    ada = make_person()
    file = store(ada, word.encode(), f"{word}.txt", alt=word)
    prepare(app, file)
    assert {"files.name", "files.alt", "files.text"} <= set(whereabouts(app, word))
    delete_file(ada, file)
    app.extensions["worker"].run_until_idle()
    # SQLite's log holds pages as they were until it begins anew.
    assert set(whereabouts(app, word)) <= {"enterprise-social.db-wal"}
