"""Files of announcements: who may open them and when, and how they are hung on and taken off."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, update

from enterprise_social.announcements import actions
from enterprise_social.announcements.actions import (
    create_draft,
    discard_draft,
    follow_up,
    update_draft,
)
from enterprise_social.announcements.models import Announcement, Recipient
from enterprise_social.announcements.queries.attached import files_of
from enterprise_social.core import clock, outbox
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.files.actions import delete_file, store_file
from enterprise_social.files.models import MOST_FILES, File
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person
from tests.announcements.outgoing import announce, work
from tests.api.callers import Caller, caller
from tests.files import samples
from tests.making import fresh, make_channel, make_person, sign_in, write
from tests.services.smtp import MailSink

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@dataclass
class Yard:
    """A lead who announces, Ana who gets it, Dora who doesn't; with browsers and programs."""

    app: Flask
    people: dict[str, Person]
    browsers: dict[str, FlaskClient] = field(default_factory=dict)
    programs: dict[str, Caller] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, person in self.people.items():
            self.browsers[name] = sign_in(self.app, person)
            self.programs[name] = caller(self.app, person, ("read", "write"))

    @property
    def lead(self) -> Person:
        return self.people["lead"]

    def file(self, name: str = "plan.txt", content: bytes = b"plan", owner: str = "lead") -> File:
        return store_file(self.people[owner], io.BytesIO(content), name)

    def picture(self) -> File:
        file = self.file("berth.png", samples.image())
        work()
        return fresh(file)

    def sent(self, *files: File, **fields: Any) -> Announcement:
        content = {
            "title": "Stop all cranes",
            "body": "Park them.",
            "audience_text": "department is Yard",
            "file_ids": [file.id for file in files],
            **fields,
        }
        return actions.send(self.lead, **content)[0]

    def opens(self, who: str, file: File) -> bool:
        """Whether somebody gets the file: every way to it must say the same."""
        ways = (f"/files/{file.id}/{file.name}", f"/files/{file.id}/thumb/480")
        calls = (
            f"/files/{file.id}",
            f"/files/{file.id}/content",
            f"/files/{file.id}/thumbnails/480",
        )
        codes = {self.browsers[who].get(way).status_code for way in ways}
        codes |= {self.programs[who].ask("GET", path).status_code for path in calls}
        assert codes in ({200}, {404}), (who, codes)
        return codes == {200}

    def who_opens(self, file: File) -> set[str]:
        return {name for name in self.people if self.opens(name, file)}


@pytest.fixture
def yard(app: Flask, database: SQLAlchemy) -> Yard:
    lead = make_person("Lead", role="manager")
    people = {"lead": lead, "chief": make_person("Chief", role="admin")}
    people["ana"] = make_person("Ana", department="Yard", manager_id=lead.id)
    people["dora"] = make_person("Dora", department="Office")
    return Yard(app, people)


def names(announcement: Announcement) -> list[str]:
    return [each.name for each in files_of([announcement.id])[announcement.id]]


def test_a_file_is_its_authors_first_then_the_recipients_and_after_withdrawal_not_theirs(
    yard: Yard,
) -> None:
    picture = yard.picture()
    assert yard.who_opens(picture) == {"lead"}
    draft, _new = create_draft(yard.lead, title="Berth", file_ids=[picture.id])
    assert yard.who_opens(picture) == {"lead"}
    update_draft(yard.lead, draft, audience_text="department is Yard", asks="acknowledgement")
    actions.publish(yard.lead, draft, version=draft.version)
    assert yard.who_opens(picture) == {"lead", "chief", "ana"}
    page = f"/announcements/{draft.id}"
    assert f"/files/{picture.id}/thumb/480" in yard.browsers["ana"].get(page).text
    (document,) = yard.programs["ana"].get(page)["files"]
    assert (document["id"], document["name"]) == (picture.id, "berth.png")
    (listed,) = yard.programs["ana"].get("/announcements")["items"]
    assert listed["files"] == [document]
    assert yard.browsers["dora"].get(page).status_code == 404
    actions.end(yard.lead, fresh(draft), ended_as="withdrawn")
    assert yard.who_opens(picture) == {"lead", "chief"}
    assert "berth.png" not in yard.browsers["ana"].get(page).text
    assert yard.programs["ana"].get(page)["files"] == []
    assert len(yard.programs["lead"].get(page)["files"]) == 1


def test_nobody_gets_the_file_before_it_begins_for_them(yard: Yard) -> None:
    picture = yard.picture()
    later = (now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    sent = yard.sent(picture, local_at=later)
    assert yard.who_opens(picture) == {"lead", "chief"}
    begins = now() - timedelta(seconds=1)
    db.session.execute(
        update(Recipient).where(Recipient.announcement_id == sent.id).values(begins_at=begins)
    )
    db.session.commit()
    assert yard.who_opens(picture) == {"lead", "chief", "ana"}


def test_only_ones_own_free_and_whole_files_are_taken_and_each_once(yard: Yard) -> None:
    theirs, posted, gone = yard.file(owner="chief"), yard.file(), yard.file()
    write(yard.lead, make_channel(yard.lead), file_ids=[posted.id])
    delete_file(yard.lead, gone)
    used = yard.file()
    sent = yard.sent(used)
    many = [yard.file().id for _ in range(MOST_FILES + 1)]
    for ids in ([theirs.id], [posted.id], [gone.id], [used.id], [2**40], many):
        with pytest.raises(Invalid):
            create_draft(yard.lead, title="x", file_ids=ids)
        with pytest.raises(Invalid):
            follow_up(yard.lead, sent, kind="follow_up", client_id="c", title="x", file_ids=ids)
    with pytest.raises(Invalid):
        write(yard.lead, make_channel(yard.lead), file_ids=[used.id])
    with pytest.raises(Conflict):
        delete_file(yard.lead, used)
    content = {"title": "x", "body": "", "audience": "everyone", "priority": "routine"}
    refused = yard.programs["chief"].post(
        "/announcements", 422, **content, requires_ack=False, file_ids=[used.id]
    )
    assert "file_ids" in refused["errors"]
    assert db.session.scalars(select(Announcement.id)).all() == [sent.id]
    twice, _new = create_draft(yard.lead, title="x", file_ids=[many[0], many[0]])
    assert len(names(twice)) == 1


def test_a_draft_keeps_its_files_in_their_order_and_what_comes_off_goes_after_a_day(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = (yard.file(f"{name}.txt") for name in ("one", "two", "three"))
    draft, _new = create_draft(yard.lead, title="x", file_ids=[one.id, two.id])
    update_draft(yard.lead, draft, file_ids=[three.id, one.id])
    assert names(draft) == ["three.txt", "one.txt"]
    update_draft(yard.lead, draft, title="y")
    assert names(draft) == ["three.txt", "one.txt"]
    real = clock.now
    monkeypatch.setattr(outbox, "now", lambda: real() + timedelta(days=1, minutes=1))
    work()
    assert [storage().exists(file.key) for file in (one, two, three)] == [True, False, True]
    discard_draft(yard.lead, fresh(draft))
    work()
    assert not storage().exists(one.key)
    assert fresh(three).deleted_at is not None


@only_sqlite
def test_files_come_stay_and_go_by_plain_forms(yard: Yard) -> None:
    browser = yard.browsers["lead"]
    form = {
        "client_id": "a-form",
        "title": "",
        "priority": "routine",
        "asks": "nothing",
        "when": "now",
        "audience_as": "text",
        "audience_text": "department is Nowhere and",
        "has_files": "1",
    }

    def post(path: str, *files: str, **more: Any) -> Any:
        given = [(io.BytesIO(name.encode()), name) for name in files]
        data = {**form, **more, "files": given}
        return browser.post(path, data=data, content_type="multipart/form-data")

    # Refused for its audience, the form still has the file that came with it.
    refused = post("/announcements", "one.txt", title="Berth")
    assert refused.status_code == 422
    (one,) = db.session.scalars(select(File))
    assert f'name="file_ids" value="{one.id}"' in refused.text
    form["audience_text"] = "department is Yard"
    made = post("/announcements", "two.txt", title="Berth", file_ids=[one.id])
    assert made.status_code == 303, made.text
    (draft,) = db.session.scalars(select(Announcement))
    assert names(draft) == ["one.txt", "two.txt"]
    version = fresh(draft).version
    ids = [each.id for each in files_of([draft.id])[draft.id]]
    here = f"/announcements/{draft.id}"
    post(here, title="Berth", file_ids=ids)
    assert fresh(draft).version == version
    post(here, title="Berth", file_ids=ids[1:])
    assert (names(draft), fresh(draft).version) == (["two.txt"], version + 1)
    post(here, title="Berth")
    assert names(draft) == []
    post(here, "three.txt", title="Berth", do="send")
    assert "three.txt" in browser.get(f"{here}/confirmation").text
    actions.publish(yard.lead, fresh(draft), version=draft.version)
    told = post(f"{here}/followups", "news.pdf", title="News", kind="follow_up", client_id="n")
    assert told.status_code == 303, told.text
    (news,) = db.session.scalars(select(Announcement).where(Announcement.follows_id == draft.id))
    assert "news.pdf" in yard.browsers["ana"].get(f"/announcements/{news.id}").text


@only_sqlite
def test_a_mail_names_the_files_with_a_link(
    make_app: Any, backend: str, mail_sink: MailSink
) -> None:
    app: Flask = make_app(backend, SMTP_URL=mail_sink.url, MAIL_FROM="Port <port@example.org>")
    with app.app_context():
        make_person("Ana", department="Yard", email="ana@example.org")
        chief = make_person("Chief", role="admin")
        file = store_file(chief, io.BytesIO(b"plan"), "crane & plan.txt")
        announce(chief, "email", file_ids=[file.id])
        work()
        mail = mail_sink.wait_for("ana@example.org")
        address = f"http://localhost/files/{file.id}/crane%20%26%20plan.txt"
        html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert f'<a href="{address}">crane &amp; plan.txt</a>' in html
        plain = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert ["crane & plan.txt (4 B):", address] == plain.splitlines()[6:8]
        db.session.rollback()


def test_a_test_to_oneself_has_copies_that_go_with_it(yard: Yard) -> None:
    plan = yard.picture()
    draft, _new = create_draft(yard.lead, title="Berth", file_ids=[plan.id])
    test = actions.send_test(yard.lead, draft)
    (copy,) = files_of([test.id])[test.id]
    assert (copy.name, copy.id != plan.id) == ("berth.png", True)
    assert names(draft) == ["berth.png"]
    work()
    shown = yard.browsers["lead"].get(f"/files/{copy.id}/berth.png")
    assert shown.data == samples.image()
    assert yard.who_opens(db.session.get_one(File, copy.id)) == {"lead", "chief"}
    again = actions.send_test(yard.lead, draft)
    assert names(test) == []
    assert names(again) == ["berth.png"]
    actions.end(yard.lead, fresh(again))
    work()
    assert names(again) == []
    assert db.session.scalars(select(File.id).where(File.deleted_at.is_(None))).all() == [plan.id]


def test_whoever_begins_with_a_template_has_its_files_as_their_own(yard: Yard) -> None:
    yard.people["other"] = make_person("Other", role="manager")
    yard.browsers["other"] = sign_in(yard.app, yard.people["other"])
    yard.programs["other"] = caller(yard.app, yard.people["other"], ("read", "write"))
    plan = yard.picture()
    draft, _new = create_draft(yard.lead, title="Berth", file_ids=[plan.id])
    template = actions.save_template(yard.lead, draft, "Berths", shared=True)
    discard_draft(yard.lead, draft)
    work()
    (kept,) = db.session.scalars(select(File).where(File.deleted_at.is_(None))).all()
    # Shared with who may announce; other people know of no template.
    assert yard.who_opens(kept) == {"lead", "chief", "other"}
    other = yard.browsers["other"]
    page = other.get(f"/announcements/new?template={template.id}").text
    assert f'value="{kept.id}"' in page
    form = {"title": "Berth", "has_files": "1", "file_ids": str(kept.id), "client_id": "one"}
    saved = other.post("/announcements/autosave", data=form)
    begun = db.session.scalars(select(Announcement)).one()
    (own,) = files_of([begun.id])[begun.id]
    assert (saved.status_code, own.name, own.id != kept.id) == (200, "berth.png", True)
    # Kept by itself again and saved at last: it is the same copy, and nothing changed.
    form["announcement_id"] = str(begun.id)
    other.post("/announcements/autosave", data=form)
    other.post(f"/announcements/{begun.id}", data={**form, "do": "save"})
    assert [each.id for each in files_of([begun.id])[begun.id]] == [own.id]
    assert fresh(begun).version == 1
    # Who knows of no template takes nothing from it.
    refused = yard.programs["ana"].ask("GET", f"/files/{kept.id}")
    assert refused.status_code == 404
    actions.save_template(yard.lead, create_draft(yard.lead, title="Bare")[0], "Berths")
    work()
    assert yard.who_opens(kept) == set()
    assert yard.opens("other", db.session.get_one(File, own.id))
    actions.delete_template(yard.lead, fresh(template))
