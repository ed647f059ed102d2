"""Announcements on pages: written, confirmed, read, answered and followed, all by plain forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, insert, select

from enterprise_social.announcements import actions
from enterprise_social.announcements.models import (
    Announcement,
    AnnouncementRight,
    Recipient,
    Template,
)
from enterprise_social.announcements.queries import lists, settings
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.mail import MailQueued
from enterprise_social.core.outbox import OutboxJob
from enterprise_social.people.actions.fields import set_hidden
from enterprise_social.people.models import Person
from tests.making import fresh, make_person, sign_in

ALARM = 'class="alarm" role="alert" data-announcement='
only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@dataclass
class Yard:
    """A lead with three in the yard, somebody elsewhere, and everyone's browser."""

    app: Flask
    people: dict[str, Person] = field(default_factory=dict)
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def ask(self, who: str, path: str, **form: Any) -> Any:
        """Read a page, or send a form; returns the answer."""
        if who not in self.browsers:
            self.browsers[who] = sign_in(self.app, self.people[who])
        browser = self.browsers[who]
        if not form:
            return browser.get(f"/announcements{path}")
        return browser.post(f"/announcements{path}", data=form)

    def page(self, who: str, path: str = "", **form: Any) -> str:
        """Return a page that is there."""
        answer = self.ask(who, path, **form)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-2000:])
        return str(answer.text)

    def sent(self, **fields: Any) -> Announcement:
        """Publish to the yard; critical and to be acknowledged where nothing else is said."""
        content = {
            "title": "Stop all cranes",
            "body": "Park them **now**.",
            "priority": "critical",
            "asks": "acknowledgement",
            "reason": "Two near misses",
            "audience_text": "department is Yard",
            **fields,
        }
        return actions.send(self.people["lead"], **content)[0]


@pytest.fixture
def yard(app: Flask, database: SQLAlchemy) -> Yard:
    made = Yard(app)
    made.people["chief"] = make_person("Chief", role="admin")
    lead = made.people["lead"] = make_person("Lead", role="manager")
    for name in ("Ana", "Ben", "Cho"):
        person = make_person(name, department="Yard", location="Oslo", manager_id=lead.id)
        made.people[name.lower()] = person
    made.people["dora"] = make_person("Dora", department="Office")
    return made


def mailed() -> list[str]:
    """Return the subjects of the mails that actions have queued."""
    db.session.rollback()
    rows = db.session.scalars(
        select(OutboxJob.payload).where(OutboxJob.event == MailQueued.name).order_by(OutboxJob.id)
    )
    return [json.loads(row)["subject"] for row in rows]


WRITTEN = {
    "client_id": "a-form",
    "title": "Stop all cranes",
    "body": "Park them **now**.",
    "priority": "critical",
    "reason": "Two near misses",
    "asks": "acknowledgement",
    "when": "now",
    "audience_as": "chips",
    "chip": "with|department is Yard",
}


def test_it_is_written_confirmed_sent_and_acknowledged_without_scripts(yard: Yard) -> None:
    form = {**WRITTEN, "add_part": "without", "add_kind": "person", "add_value": "@cho"}
    form["add_value"] = f"@{yard.people['cho'].username}"
    page = yard.page("lead", "", do="add", **form)
    assert "2 people" in page
    assert f"without|person is @{yard.people['cho'].username}" in page
    assert db.session.scalar(select(func.count(Announcement.id))) == 0
    answer = yard.ask("lead", "", do="send", **form)
    assert answer.status_code == 303
    (draft,) = db.session.scalars(select(Announcement))
    assert answer.location == f"/announcements/{draft.id}/confirmation"
    assert "Send to 2 people" in yard.page("lead", f"/{draft.id}/confirmation")
    assert yard.ask("ana", "").text.count("Stop all cranes") == 0
    answer = yard.ask("lead", f"/{draft.id}/publication", version=draft.version)
    assert answer.location == f"/announcements/{draft.id}/board"
    for who in ("ana", "ben"):
        assert ALARM in yard.browsers.setdefault(
            who, sign_in(yard.app, yard.people[who])
        ).get("/people").get_data(as_text=True)  # fmt: skip
    page = yard.page("ana", f"/{draft.id}")
    assert "Please acknowledge" in page
    assert "Park them <strong>now</strong>." in page
    assert "What is recorded about you" in page
    answer = yard.ask("ana", f"/{draft.id}/acknowledgement", next="/people")
    assert answer.location == "/people"
    assert ALARM not in yard.browsers["ana"].get("/people").text
    assert "You have acknowledged this" in yard.page("ana", f"/{draft.id}")
    board = yard.page("lead", f"/{draft.id}/board")
    assert "50 %" in board
    assert "Ben" in yard.page("lead", f"/{draft.id}/board?status=missing")
    for path in ("", "/edit", "/board", "/board/calls", "/board/recipients.csv", "/confirmation"):
        assert yard.ask("dora", f"/{draft.id}{path}").status_code == 404
    for path in ("", "?show=waiting", "?show=sent", "?show=all", "/banners"):
        assert "Stop all cranes" not in yard.page("dora", path)
    assert f"/announcements/{draft.id}/board" in yard.page("chief", "?show=all")
    assert ALARM not in yard.page("cho")


@only_sqlite
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(yard: Yard) -> None:
    form = {**WRITTEN, "title": " ", "reason": "", "chip": "", "asks": "answer", "do": "send"}
    form |= {"choice.0": "Fine", "due_at": "2020-01-01T10:00", "when": "now"}
    answer = yard.ask("lead", "", **form)
    assert answer.status_code == 422
    for words in ("It needs a title.", "Say who must get it.", "at least two answers",
                  "Say why it can", "This time has passed."):  # fmt: skip
        assert words in answer.text
    assert "Park them **now**." in answer.text
    for bad, words in (
        ({"responders": "@nobody"}, "Nobody here has the username"),
        ({"when": "at", "publish_at": "soon"}, "Choose a day and a time."),
        ({"when": "local", "local_at": ""}, "Choose a day and a time."),
        ({"audience_as": "text", "audience_text": "department is"}, "At character"),
        ({"add_value": "@nobody", "add_kind": "group"}, "there is no group @nobody"),
        ({"title": "x" * 161}, "At most 160 characters"),
        ({"chip": "with|department is Office"}, "beyond whom you may announce to"),
    ):
        answer = yard.ask("lead", "", **{**WRITTEN, "do": "send", **bad})
        assert answer.status_code == 422, bad
        assert words in answer.text, bad


def test_sent_twice_is_sent_once_and_what_changed_is_confirmed_anew(yard: Yard) -> None:
    first = yard.ask("lead", "", do="send", **WRITTEN)
    again = yard.ask("lead", "", do="send", **WRITTEN)
    assert first.location == again.location
    (draft,) = db.session.scalars(select(Announcement))
    confirmed = draft.version
    assert yard.ask("lead", "", do="save", **{**WRITTEN, "title": "Other"}).status_code == 303
    answer = yard.ask("lead", f"/{draft.id}/publication", version=confirmed)
    assert answer.status_code == 409
    assert "It was changed meanwhile" in answer.text
    version = fresh(draft).version
    for _twice in range(2):
        answer = yard.ask("lead", f"/{draft.id}/publication", version=version)
        assert answer.location == f"/announcements/{draft.id}/board"
    # The form that is still open in another tab leads to what was sent.
    assert yard.ask("lead", "", do="send", **WRITTEN).location.endswith("/board")
    assert db.session.scalar(select(func.count(Recipient.person_id))) == 3


@only_sqlite
def test_a_draft_keeps_itself_as_far_as_it_can_be_taken(yard: Yard) -> None:
    assert yard.ask("lead", "/autosave", client_id="x", title="").status_code == 204
    form = {**WRITTEN, "due_at": "never", "responders": "@nobody"}
    assert "data-draft" in yard.page("lead", "/autosave", **form)
    (draft,) = db.session.scalars(select(Announcement))
    assert (draft.title, draft.state, draft.due_at) == ("Stop all cranes", "draft", None)
    version = draft.version
    yard.page("lead", "/autosave", announcement_id=draft.id, **form)
    assert fresh(draft).version == version
    form["title"] = "Changed"
    yard.page("lead", "/autosave", announcement_id=draft.id, **form)
    assert (fresh(draft).title, draft.version) == ("Changed", version + 1)
    assert yard.ask("dora", "/autosave", announcement_id=draft.id, **form).status_code == 403
    assert yard.ask("lead", f"/{draft.id}/discarding", sure="1").status_code == 303
    assert db.session.scalars(select(Announcement)).all() == []


@only_sqlite
def test_markup_and_other_scripts_are_shown_as_they_are_written(yard: Yard) -> None:
    title = "<script>alert(1)</script> أوقفوا الرافعات"
    evil = make_person("=cmd|calc", department="Yard", manager_id=yard.people["lead"].id)
    yard.people["evil"] = evil
    sent = yard.sent(
        title=title,
        body="<img src=x onerror=alert(1)> 起重机",
        asks="answer",
        choices=[{"text": "<b>safe</b>"}, {"text": "help", "alerts": True}],
        takes_note=True,
    )
    actions.answer(evil, sent, choice=1, note='=HYPERLINK("x") <i>')
    pages = [
        yard.page("ana", ""),
        yard.page("ana", f"/{sent.id}"),
        yard.page("lead", f"/{sent.id}/board?status=everyone"),
        yard.page("lead", f"/{sent.id}/board/calls"),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>safe" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; أوقفوا الرافعات" in page
    table = yard.ask("lead", f"/{sent.id}/board/recipients.csv").get_data().decode("utf-8-sig")
    assert "'=cmd|calc" in table
    assert "'=HYPERLINK" in table
    assert "\n=" not in table
    assert ",=" not in table


def test_the_board_costs_the_same_whatever_the_number_of_recipients(
    yard: Yard, count_queries: Callable[[], Any]
) -> None:
    sent = yard.sent(asks="answer", choices=[{"text": "safe"}, {"text": "help", "alerts": True}])
    actions.answer(yard.people["ana"], sent, choice=1)

    def cost(path: str) -> int:
        yard.page("lead", path)
        with count_queries() as counted:
            yard.page("lead", path)
        return len(counted)

    paths = (f"/{sent.id}/board", f"/{sent.id}/board?status=everyone", f"/{sent.id}/board/calls")
    few = [cost(path) for path in paths]
    moment = now()
    people = [
        {"email": f"m{n}@example.org", "username": f"m{n}", "name": f"Member {n:04}",
         "role": "employee", "title": "", "department": f"D {n % 7}", "location": "",
         "pronouns": "",
         "phone": "", "time_zone": "UTC", "locale": "en", "is_bot": False, "created_at": moment,
         "version": 1}
        for n in range(1500)
    ]  # fmt: skip
    ids = list(db.session.scalars(insert(Person).returning(Person.id), people))
    rows = [{"announcement_id": sent.id, "person_id": each, "begins_at": moment} for each in ids]
    db.session.execute(insert(Recipient), rows)
    db.session.commit()
    assert [cost(path) for path in paths] == few
    assert max(few) <= 26
    with count_queries() as counted:
        table = yard.ask("lead", f"/{sent.id}/board/recipients.csv").text
    assert table.count("\r\n") == 1504
    assert len(counted) <= 20


def test_a_check_in_shows_who_needs_help_first_and_ends_with_the_all_clear(yard: Yard) -> None:
    lead = yard.people["lead"]
    sent = yard.sent(
        asks="answer",
        choices=[{"text": "I am safe"}, {"text": "I need help", "alerts": True}],
        takes_note=True,
        responder_ids=[yard.people["dora"].id],
    )
    assert yard.ask("ana", f"/{sent.id}/acknowledgement", choice="7").status_code == 422
    yard.ask("ben", f"/{sent.id}/acknowledgement", choice="0", note="At home")
    yard.ask("ana", f"/{sent.id}/acknowledgement", choice="1", note="Stairwell B")
    assert mailed() == ["Ana: I need help"]
    # Who answers for it sees the board, though it was not sent to them; recipients don't.
    assert f"/announcements/{sent.id}/board" in yard.page("dora")
    board = yard.page("dora", f"/{sent.id}/board")
    assert board.index("Stairwell B") < board.index("At home")
    assert yard.ask("ana", f"/{sent.id}/board").status_code == 403
    assert yard.ask("dora", f"/{sent.id}/nudges", all="1").status_code == 403
    assert yard.ask("lead", f"/{sent.id}/nudges", all="1").status_code == 303
    form = {"kind": "all_clear", "title": "The fire is out", "body": "", "client_id": "over"}
    assert yard.ask("lead", f"/{sent.id}/followups", **{**form, "title": ""}).status_code == 422
    for _twice in range(2):
        assert yard.ask("lead", f"/{sent.id}/followups", **form).status_code == 303
    follower = db.session.scalars(select(Announcement).where(Announcement.id != sent.id)).one()
    assert (fresh(sent).state, follower.author_id) == ("ended", lead.id)
    page = yard.page("cho", f"/{sent.id}")
    assert "The fire is out" in page
    assert "No answer is needed any more" in page
    assert ALARM in page  # the all-clear is as urgent as what it ends
    assert yard.ask("cho", f"/{sent.id}/acknowledgement", choice="0").status_code == 409
    actions.end(lead, follower, ended_as="withdrawn")
    withdrawn = yard.page("cho", f"/{follower.id}")
    assert "This was withdrawn" in withdrawn


@only_sqlite
def test_a_second_person_approves_on_a_page(yard: Yard) -> None:
    chief = yard.people["chief"]
    actions.set_policy(chief, "critical", steps=[{"after": 0, "ways": ["app"]}], approval_over=2)
    yard.ask("lead", "", do="send", **WRITTEN)
    (draft,) = db.session.scalars(select(Announcement))
    assert "Ask for approval" in yard.page("lead", f"/{draft.id}/confirmation")
    yard.ask("lead", f"/{draft.id}/publication", version=draft.version)
    assert mailed() == ["To approve: Stop all cranes"]
    assert "waits for a second person" in yard.page("lead", f"/{draft.id}")
    assert "Stop all cranes" in yard.page("chief", "?show=approve")
    page = yard.page("chief", f"/{draft.id}")
    assert "3 people" in page
    assert "Two near misses" in page
    assert yard.ask("ana", f"/{draft.id}").status_code == 404
    yard.ask("chief", f"/{draft.id}/approval", approved="0")
    assert fresh(draft).state == "draft"
    yard.ask("lead", f"/{draft.id}/publication", version=fresh(draft).version)
    yard.ask("chief", f"/{draft.id}/approval", approved="1")
    assert fresh(draft).state == "published"


@only_sqlite
def test_a_test_reaches_oneself_alone_and_templates_begin_another(yard: Yard) -> None:
    assert yard.ask("lead", "", do="test", **WRITTEN).status_code == 303
    (banner,) = lists.banners(yard.people["lead"].id)
    assert (banner.announcement.kind, banner.announcement.drill) == ("test", True)
    assert lists.banners(yard.people["ana"].id) == []
    assert "Test:" not in yard.page("lead", "?show=sent").split("<main")[1]
    answer = yard.ask("lead", "", do="template", template_name="Cranes", **WRITTEN)
    assert answer.status_code == 303
    (template,) = db.session.scalars(select(Template))
    page = yard.page("lead", f"/new?template={template.id}")
    assert "Stop all cranes" in page
    assert "with|department is Yard" in page
    # Somebody else's is not to be had, and one without the right has no form at all.
    assert yard.ask("chief", f"/new?template={template.id}").status_code == 404
    assert yard.ask("ana", "/new").status_code == 403


@only_sqlite
def test_a_delegate_writes_in_anothers_name_and_only_while_allowed(yard: Yard) -> None:
    lead, dora = yard.people["lead"], yard.people["dora"]
    settings_page = sign_in(yard.app, lead)
    assert settings_page.post("/settings/delegates", data={"who": "nobody"}).status_code == 422
    answer = settings_page.post("/settings/delegates", data={"who": f"@{dora.username}"})
    assert answer.status_code == 303
    actions.grant_right(yard.people["chief"], dora, "line")
    form = {**WRITTEN, "in_name_of": str(lead.id)}
    assert yard.ask("dora", "", do="send", **form).status_code == 303
    (draft,) = db.session.scalars(select(Announcement))
    yard.ask("dora", f"/{draft.id}/publication", version=draft.version)
    page = yard.page("ana", f"/{draft.id}")
    assert "written by Dora" in page
    assert "Stop all cranes" in yard.page("lead", "?show=sent")
    settings_page.post(f"/settings/delegates/{dora.id}/revocation")
    again = yard.ask("dora", "", do="send", **{**form, "client_id": "b"})
    assert again.status_code == 403


@only_sqlite
def test_admins_set_ladders_with_what_is_wrong_at_its_row(yard: Yard) -> None:
    admin = sign_in(yard.app, yard.people["chief"])
    here = "/admin/announcements/policies/critical"
    form = {"after.0": "0", "unit.0": "min", "ways.0": ["app", "push"],
            "after.1": "", "unit.1": "min", "after.2": "0", "unit.2": "min", "ways.2": ["email"],
            "repeat_after": "2", "repeat_unit": "h", "repeat_ways": ["push"],
            "quota": "three"}  # fmt: skip
    answer = admin.post(here, data=form)
    assert answer.status_code == 422
    assert "A whole number, or nothing." in answer.text
    answer = admin.post(here, data={**form, "quota": "3"})
    assert answer.status_code == 422
    third = answer.text.split('id="critical"')[1].split('name="after.2"')[1]
    assert "Each step comes later" in third.split("</li>")[0]
    form |= {"quota": "3", "after.2": "7", "approval_over": ""}
    assert admin.post(here, data=form).status_code == 303
    found = settings.policy_of("critical")
    assert found["steps"] == [{"after": 0, "ways": ["app", "push"]},
                              {"after": 420, "ways": ["email"]}]  # fmt: skip
    assert found["repeat"] == {"after": 7200, "ways": ["push"]}
    assert (found["quota"], found["approval_over"]) == (3, None)
    rights = "/admin/announcements/rights"
    who = {"who": yard.people["dora"].username, "scope": "rule"}
    assert admin.post(rights, data={**who, "rule_text": "department"}).status_code == 422
    assert admin.post(rights, data={**who, "rule_text": "department is Yard"}).status_code == 303
    page = admin.get("/admin/announcements").text
    assert "department is Yard" in page
    right = db.session.scalars(select(AnnouncementRight)).one()
    assert admin.post(f"{rights}/{right.id}/revocation").status_code == 303
    assert sign_in(yard.app, yard.people["lead"]).get("/admin/announcements").status_code == 403


@only_sqlite
def test_the_preview_names_nobody_whom_one_may_not_announce_to(yard: Yard) -> None:
    form = {**WRITTEN, "chip": "with|everyone", "do": "look"}
    page = yard.page("lead", "/preview", **form)
    assert "5 people" not in page.split("beyond")[0].split('class="reach"')[0]
    assert "beyond whom you may announce to" in page
    assert "Dora" not in page
    assert "Ana, Ben, Cho" in page


@only_sqlite
def test_a_banner_goes_when_it_was_seen_where_nothing_is_asked(yard: Yard) -> None:
    sent = yard.sent(asks="nothing", expires_at=now() + timedelta(hours=1))
    assert ALARM in yard.page("ana", "/banners")
    assert f'data-waiting="{sent.id}"' in yard.page("ana", "/banners")
    answer = yard.ask("ana", f"/{sent.id}/receipt", next="https://elsewhere.example/")
    assert answer.location == f"/announcements/{sent.id}"
    assert ALARM not in yard.page("ana", "/banners")
    assert 'data-waiting=""' in yard.page("ana", "/banners")


@only_sqlite
def test_what_the_organisation_does_not_show_stands_on_no_board_and_in_no_table(
    yard: Yard,
) -> None:
    sent = yard.sent()
    set_hidden(yard.people["chief"], ["department", "phone"])
    for path in ("/board", "/board/calls", "/board/recipients.csv"):
        page = yard.page("lead", f"/{sent.id}{path}").split("<main")[-1]
        assert "Ana" in page
        assert "Department" not in page
        assert ",Yard," not in page
