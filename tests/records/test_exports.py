"""Exports of others' data: two people, everything in them that the scope says, and no more."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.channels.actions import add_member, remove_member
from enterprise_social.core import clock
from enterprise_social.core.actions import action
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid
from enterprise_social.core.events import announce
from enterprise_social.files.actions import store_file
from enterprise_social.files.storage import storage
from enterprise_social.messages.actions import begin_conversation
from enterprise_social.notifications.queries.lists import listing
from enterprise_social.notifications.sentences import plain_sentence
from enterprise_social.people.models import Person, Right
from enterprise_social.posts.actions import delete_post, edit_post
from enterprise_social.records.actions import exports, exports_making
from enterprise_social.records.archives import mails
from enterprise_social.records.archives.reading import KnownPerson
from enterprise_social.records.archives.scopes import Scope
from enterprise_social.records.events import ExportQueued
from enterprise_social.records.models import DataExport
from tests.files.samples import image
from tests.making import fresh, make_channel, make_person, write

REASON = "Case 12/2026"
one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@action
def grant(person: Person, name: str = "export") -> None:
    db.session.add(Right(person_id=person.id, name=name, granted_at=clock.now(), reason=""))


@pytest.fixture
def two(database: SQLAlchemy) -> tuple[Person, Person]:
    officer = make_person("Olga Officer")
    grant(officer)
    return make_person("Anja Admin", role="admin"), officer


@pytest.fixture(autouse=True)
def _closing(app: Flask) -> Iterator[None]:
    yield
    app.extensions["search_engine"].close()


def made(app: Flask, two: tuple[Person, Person], scope: Scope) -> zipfile.ZipFile:
    export = exports.ask_for_export(two[0], scope, REASON)
    exports.approve_export(two[1], export)
    app.extensions["worker"].run_until_idle()
    export = fresh(export)
    assert (export.state, export.problem) == ("ready", "")
    with storage().open(export.storage_key) as stream:
        content = stream.read()
    assert hashlib.sha256(content).hexdigest() == export.sha256
    return zipfile.ZipFile(io.BytesIO(content))


def posts_in(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    days = [name for name in archive.namelist() if name.endswith(".jsonl") and "channels/" in name]
    return [json.loads(line) for name in days for line in archive.read(name).splitlines()]


def mails_in(archive: zipfile.ZipFile) -> dict[str, EmailMessage]:
    found = {}
    for name in archive.namelist():
        if name.endswith(".eml"):
            message = message_from_bytes(archive.read(name), policy=policy.default)
            found[str(message["X-Enterprise-Social-Post"])] = message
    return found


def test_edits_deletions_files_and_who_could_see_it_are_in_it(
    app: Flask, two: tuple[Person, Person]
) -> None:
    ada, ben, carl = make_person("Ada Łuk"), make_person("Ben"), make_person("Carl")
    channel = make_channel(ada, "Täglich", ben, kind="private")
    picture = store_file(ada, io.BytesIO(image(20, 20)), "../=cmd|plan.png")
    root = write(ada, channel, "first version", file_ids=[picture.id])
    edit_post(ada, root, "second version")
    reply = write(ben, channel, "an answer\r\nBcc: everybody@example.org", parent_id=root.id)
    add_member(ada, channel, carl)
    gone = write(carl, channel, "taken away again")
    delete_post(carl, gone)
    remove_member(ada, channel, carl)
    late = write(ada, channel, "without Carl")
    archive = made(app, two, Scope())

    found = {post["id"]: post for post in posts_in(archive)}
    assert [each["body"] for each in found[root.id]["revisions"]] == ["first version"]
    assert found[root.id]["body"] == "second version"
    assert found[gone.id]["body"] == "taken away again"
    assert found[gone.id]["deleted_at"]
    assert found[gone.id]["deleted_by_id"] == carl.id
    assert found[reply.id]["audience"]["person_ids"] == sorted([ada.id, ben.id])
    assert found[gone.id]["audience"]["person_ids"] == sorted([ada.id, ben.id, carl.id])
    assert found[late.id]["audience"]["person_ids"] == sorted([ada.id, ben.id])
    (file,) = found[root.id]["files"]
    assert archive.read(file["member"]) == image(20, 20)

    mails = mails_in(archive)
    first, answer = mails[str(root.id)], mails[str(reply.id)]
    assert answer["References"] == answer["In-Reply-To"] == first["Message-ID"]
    assert answer["Bcc"] is None
    assert "an answer" in answer.get_content()
    assert str(first["From"]) == f"Ada Łuk <{ada.email}>"
    assert [each.addr_spec for each in first["To"].addresses] == [ben.email]
    attached = list(first.iter_attachments())
    picture_part, before = attached
    assert picture_part.get_filename() == picture.name
    assert picture_part.get_content() == image(20, 20)
    assert before.get_content() == "first version"
    assert mails[str(gone.id)]["X-Enterprise-Social-Deleted"]


@one_database
def test_an_archive_proves_itself(app: Flask, two: tuple[Person, Person]) -> None:
    write(two[0], make_channel(two[0], "a/../b"), "hello")
    archive = made(app, two, Scope())
    for name in archive.namelist():
        assert not Path(name).is_absolute()
        assert ".." not in Path(name).parts
    for line in archive.read("SHA256SUMS").decode().splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["reason"] == REASON
    assert (manifest["requested_by_id"], manifest["approved_by_id"]) == (two[0].id, two[1].id)
    entry = db.session.get_one(AuditEntry, manifest["audit_head"]["entry_id"])
    assert entry.hash == manifest["audit_head"]["hash"]


def test_only_what_the_scope_says_is_in_it(app: Flask, two: tuple[Person, Person]) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    here, elsewhere = make_channel(ada, "here", ben), make_channel(ben, "elsewhere", ada)
    moment = clock.now()
    with clock.frozen(moment - timedelta(days=9)):
        old = write(ada, here, "long ago")
    mine, theirs = write(ada, here, "mine"), write(ben, here, "theirs")
    there = write(ada, elsewhere, "there")
    _talk, direct = begin_conversation(ben, [ada.id], "between us")

    def ids(**scope: Any) -> set[int]:
        return {each["id"] for each in posts_in(made(app, two, Scope(mail=False, **scope)))}

    assert ids() == {old.id, mine.id, theirs.id, there.id, direct.id}
    assert ids(channels=frozenset({here.id})) == {old.id, mine.id, theirs.id}
    # With somebody comes all that was said in their direct conversations.
    assert ids(people=frozenset({ada.id})) == {old.id, mine.id, there.id, direct.id}
    assert ids(people=frozenset({ada.id}), channels=frozenset({here.id})) == {old.id, mine.id}
    assert ids(since=moment, channels=frozenset({here.id})) == {mine.id, theirs.id}
    assert ids(until=moment, channels=frozenset({here.id})) == {old.id}


@one_database
def test_nobody_agrees_to_their_own_export(two: tuple[Person, Person]) -> None:
    admin, officer = two
    outsider = make_person("Nobody", role="manager")
    with pytest.raises(Forbidden):
        exports.ask_for_export(outsider, Scope(), REASON)
    with pytest.raises(Invalid):
        exports.ask_for_export(admin, Scope(), "   ")
    with pytest.raises(Invalid):
        exports.ask_for_export(admin, Scope(people=frozenset({0})), REASON)
    export = exports.ask_for_export(admin, Scope(), REASON)
    for somebody in (admin, outsider):
        with pytest.raises(Forbidden):
            exports.approve_export(somebody, export)
        with pytest.raises(Forbidden):
            exports.refuse_export(somebody, export, "no")
    exports.refuse_export(officer, export, "Too much")
    with pytest.raises(Conflict):
        exports.approve_export(make_person("Third", role="admin"), export)
    assert fresh(export).state == "refused"


@one_database
def test_what_nobody_answers_in_a_week_is_over(app: Flask, two: tuple[Person, Person]) -> None:
    moment = clock.now()
    with clock.frozen(moment) as advance:
        export = exports.ask_for_export(two[0], Scope(), REASON)
        advance(timedelta(days=7))
        with pytest.raises(Conflict):
            exports.approve_export(two[1], export)
        app.extensions["worker"].run_until_idle()
        assert fresh(export).state == "expired"


@one_database
def test_only_the_two_fetch_it_and_for_a_week(app: Flask, two: tuple[Person, Person]) -> None:
    third = make_person("Third", role="admin")
    moment = clock.now()
    with clock.frozen(moment) as advance:
        made(app, two, Scope())
        export = db.session.execute(select(DataExport)).scalar_one()
        key = export.storage_key
        with pytest.raises(Forbidden):
            exports.note_download(third, export)
        for somebody in two:
            exports.note_download(somebody, export)
        assert fresh(export).downloads == 2
        advance(timedelta(days=7, seconds=1))
        with pytest.raises(Conflict):
            exports.note_download(two[0], export)
        app.extensions["worker"].run_until_idle()
        assert fresh(export).state == "deleted"
        assert not storage().exists(key)
    acts = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert [each for each in acts if each.startswith("exports.")] == [
        "exports.asked",
        "exports.approved",
        "exports.made",
        "exports.downloaded",
        "exports.downloaded",
        "exports.deleted",
    ]


@one_database
def test_one_that_was_killed_is_begun_again_and_leaves_nothing(
    app: Flask, two: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(two[0], make_channel(two[0]), "hello")
    export = exports.ask_for_export(two[0], Scope(), REASON)
    exports.approve_export(two[1], export)
    folder = exports_making.exports_folder()
    # As a process leaves it that was killed in the middle.
    exports_making._begin(export.id)  # noqa: SLF001
    (folder / f"{export.id}-1-abc.part").write_bytes(b"half of it")
    app.extensions["worker"].run_until_idle()
    assert fresh(export).state == "ready"
    assert (fresh(export).turn, fresh(export).counts["posts"]) == (2, 1)
    assert list(folder.iterdir()) == []


@one_database
def test_one_that_is_given_up_while_it_is_made_is_not_kept(
    app: Flask, two: tuple[Person, Person]
) -> None:
    export = exports.ask_for_export(two[0], Scope(), REASON)
    exports.approve_export(two[1], export)
    begun = exports_making._begin(export.id)  # noqa: SLF001
    assert begun is not None
    exports.cancel_export(two[1], export)
    with pytest.raises(exports_making.Overtaken):
        exports_making._note(export.id, begun.turn, 1)  # noqa: SLF001
    key = "exports/made-too-late"
    storage().put(key, io.BytesIO(b"x"))
    exports_making._finish(export.id, begun.turn, key, 1, "", {})  # noqa: SLF001
    app.extensions["worker"].run_until_idle()
    assert fresh(export).state == "cancelled"
    assert not storage().exists(key)
    action(announce)(ExportQueued(export.id))
    app.extensions["worker"].run_until_idle()
    assert fresh(export).state == "cancelled"


@one_database
def test_who_must_agree_and_who_asked_hear_of_it(app: Flask, two: tuple[Person, Person]) -> None:
    export = exports.ask_for_export(two[0], Scope(), REASON)
    app.extensions["worker"].run_until_idle()
    exports.approve_export(two[1], export)
    app.extensions["worker"].run_until_idle()
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((Path(app.config["DATA_DIR"]) / "mail").iterdir())
    ]
    told = [(str(mail["To"].addresses[0].addr_spec), str(mail["Subject"])) for mail in mails]
    assert told[0] == (two[1].email, "An export waits for your word")
    assert (two[0].email, "Your export was decided on") in told
    assert {to for to, subject in told if subject == "An export is ready"} == {
        two[0].email,
        two[1].email,
    }
    assert all(REASON not in mail.get_content() for mail in mails)
    db.session.rollback()
    lines = {
        (line.notification.person_id, plain_sentence(line), line.url)
        for person in two
        for line in listing(person).items
    }
    page = f"/admin/exports/{export.id}"
    assert (two[1].id, "Anja Admin asks you to agree to an export", page) in lines
    assert (two[0].id, "An export can be downloaded", page) in lines


@one_database
@pytest.mark.parametrize(
    "text",
    [
        "a\r\nBcc: x@example.org",
        'Eve" <eve@example.org>, "Ada',
        "=?utf-8?q?=0D=0ABcc:_x?=",
        "Łukasz \u202eevil, (comment) \\",
        "x" * 3000,
        "\x00\x1b[31m",
        "日本語のとても長い名前" * 30,
    ],
)
def test_no_text_becomes_a_header_of_its_own(app: Flask, text: str) -> None:
    person = KnownPerson(1, text, "eve", "eve@example.org", False)
    odd = KnownPerson(2, "Odd", "odd", f"{text}@example.org", False)
    letter = mails.Letter(
        post_id=7, root_id=3, quoted_id=None, author=person, to=[odd, person], place=text,
        subject=text, at=clock.now(), text=text, facts={"Channel": text},
        attached=[mails.Attached(text, "text/html; x=y", lambda: [text.encode()])],
    )  # fmt: skip
    with app.app_context():
        content = b"".join(mails.mail(letter))
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    message = message_from_bytes(content, policy=policy.default)
    assert not message.defects
    assert [address.addr_spec for address in message["From"].addresses] == ["eve@example.org"]
    assert len(message["To"].addresses) == 2
    assert set(message) == {
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
        "X-Enterprise-Social-Channel", "MIME-Version", "Content-Type",
    }  # fmt: skip
    (attached,) = message.iter_attachments()
    assert attached.get_content_type() == "application/octet-stream"
    assert attached.get_content() == text.encode()
    said = message.get_body().get_content()
    assert said.replace("\r\n", "\n") == text.replace("\r\n", "\n")
