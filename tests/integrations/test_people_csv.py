"""Bringing people in by a CSV file: what is shown first, and what is done when it is confirmed."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select, update

from enterprise_social.core.actions import action
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid
from enterprise_social.core.outbox import OutboxJob
from enterprise_social.files.storage import storage
from enterprise_social.integrations.actions import people_writing
from enterprise_social.integrations.actions.people_imports import (
    begin_people_import,
    cancel_people_import,
    confirm_people_import,
    read_again,
)
from enterprise_social.integrations.models import PeopleImport, PeopleImportLine
from enterprise_social.integrations.queries.people_imports import lines_page
from enterprise_social.people.actions import deactivate_person, update_person
from enterprise_social.people.actions.fields import define_field
from enterprise_social.people.actions.groups import create_group
from enterprise_social.people.actions.profile import update_profile
from enterprise_social.people.actions.skills import set_skills
from enterprise_social.people.models import Person
from enterprise_social.people.queries.fields import values_for
from enterprise_social.people.queries.skills import names_of
from tests.accounts.steps import mails
from tests.integrations.lists import as_csv, counts, give, lines_of, person, problems, work
from tests.making import make_person, sign_in

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
HEADER = ["Name", "E-mail", "Employee ID", "Job title", "Department", "Manager"]


def test_nothing_changes_before_it_is_confirmed_and_then_everything_does(
    app: Flask, database: SQLAlchemy
) -> None:
    admin = make_person("Ada Admin", role="admin")
    ben = make_person("Ben Ito", email="ben@example.org", title="Loader")
    update_profile(None, ben, employee_number="7")
    gone = make_person("Gus Gone", email="gus@example.org")
    deactivate_person(admin, gone)
    rows = [
        HEADER,
        ["Carl New", "carl@example.org", "12", "Driver", "Road", "dora@example.org"],
        ["Dora New", "dora@example.org", "11", "Head of Road", "Road", "7"],
        ["Ben Ito", "ben.ito@example.org", "7", "Foreman", "", admin.username],
        ["Gus Gone", "gus@example.org", "", "", "", ""],
        ["Ada Admin", admin.email, "", "", "", ""],
    ]
    found = give(app, admin, as_csv(rows))
    assert found.state == "ready"
    assert counts(found) == {"create": 2, "change": 1, "reactivate": 1, "unchanged": 1}
    (change,) = lines_of(found, "change")
    assert change.changes == {
        "email": ["ben@example.org", "ben.ito@example.org"],
        "title": ["Loader", "Foreman"],
        "manager": ["", "Ada Admin"],
    }
    assert db.session.scalar(select(func.count(Person.id))) == 3
    assert person("ben@example.org").title == "Loader"
    confirm_people_import(admin, found, found.turn, invites=True)
    with pytest.raises(Conflict):
        confirm_people_import(admin, found, found.turn)
    work(app)
    db.session.refresh(found)
    assert (found.state, problems(found)) == ("done", {})
    carl, dora, ben = map(person, ("carl@example.org", "dora@example.org", "ben.ito@example.org"))
    assert (carl.title, carl.employee_number, carl.manager_id) == ("Driver", "12", dora.id)
    assert (dora.manager_id, ben.manager_id) == (ben.id, admin.id)
    assert (ben.title, ben.department, ben.is_active) == ("Foreman", "", True)
    assert person("gus@example.org").is_active
    assert sorted(mail["To"] for mail in mails(app)) == [
        "Carl New <carl@example.org>",
        "Dora New <dora@example.org>",
    ]
    acts = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    for act in ("people.import_begun", "people.import_confirmed", "people.import_finished"):
        assert acts.count(act) == 1
    with pytest.raises(FileNotFoundError):
        storage().open(found.storage_key)
    again = give(app, admin, as_csv(rows))
    assert counts(again) == {"unchanged": 5}
    with pytest.raises(Forbidden):
        begin_people_import(ben, None, "people.csv")  # type: ignore[arg-type]


def test_who_is_missing_stays_unless_that_is_asked_for_by_number(
    app: Flask, database: SQLAlchemy
) -> None:
    admin = make_person("Ada Admin", role="admin")
    other = make_person("Otto Admin", role="admin")
    make_person("Quill", is_bot=True)
    stays = make_person("Sam Stays", email="sam@example.org")
    leaves = make_person("Lea Leaves", email="lea@example.org")
    rows = [["email", "title"], [stays.email, "Captain"]]
    found = give(app, admin, as_csv(rows))
    missing = {line.name: line.state for line in lines_of(found, "missing")}
    assert missing == {"Ada Admin": "kept", "Lea Leaves": "waiting", "Otto Admin": "waiting"}
    confirm_people_import(admin, found, found.turn)
    work(app)
    assert all(person(each.email).is_active for each in (admin, other, stays, leaves))
    found = give(app, admin, as_csv([["email", "title"], [stays.email, "Admiral"]]))
    with pytest.raises(Invalid):
        confirm_people_import(admin, found, found.turn, deactivates=True, missing=3)
    newcomer = make_person("Nia New")  # came after the list was read
    confirm_people_import(admin, found, found.turn, deactivates=True, missing=2)
    work(app)
    assert [person(each.email).is_active for each in (admin, stays, newcomer)] == [True] * 3
    assert not person(leaves.email).is_active
    assert not person(other.email).is_active
    assert person(stays.email).title == "Admiral"


def test_the_last_admin_is_never_lost_to_a_list(app: Flask, database: SQLAlchemy) -> None:
    admin = make_person("Ada Admin", role="admin")
    someone = make_person("Sam Stays", email="sam@example.org")
    found = give(app, None, as_csv([["email"], [someone.email]]))
    confirm_people_import(None, found, found.turn, deactivates=True, missing=1)
    work(app)
    assert person(admin.email).is_active
    assert "last admin" in problems(found)[0]
    found = give(app, admin, as_csv([["email", "role"], [admin.email, "employee"]]))
    assert "own role" in problems(found)[2]


def test_a_stop_in_the_middle_loses_and_doubles_nothing(
    app: Flask, database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = make_person("Ada Admin", role="admin")
    monkeypatch.setattr(people_writing, "BATCH", 2)
    rows = [[f"Person {n}", f"p{n}@x.example", f"p{n + 1}@x.example"] for n in range(1, 9)]
    rows[-1][2] = ""
    found = give(app, admin, as_csv([["name", "email", "manager email"], *rows]))
    assert counts(found) == {"create": 8, "missing": 1}
    confirm_people_import(admin, found, found.turn)
    turn = found.turn
    real, calls = people_writing.create_person, []

    def break_off(*args: object, **fields: object) -> Person:
        calls.append(fields["email"])
        if len(calls) == 6:  # inside a transaction, as a kill would
            raise KeyboardInterrupt
        return real(*args, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(people_writing, "create_person", break_off)
    with pytest.raises(KeyboardInterrupt):
        people_writing.write_some(found.id, turn)
    monkeypatch.undo()
    made = select(func.count(Person.id)).where(Person.email.endswith("@x.example"))
    assert db.session.scalar(made) == 4
    db.session.rollback()
    work(app)  # the job is still there
    db.session.refresh(found)
    assert (found.state, db.session.scalar(made)) == ("done", 8)
    assert person("p1@x.example").manager_id == person("p2@x.example").id
    assert people_writing.write_some(found.id, turn) is False  # comes twice: done once
    assert db.session.scalar(made) == 8


def test_what_changed_since_the_preview_is_refused_line_by_line(
    app: Flask, database: SQLAlchemy
) -> None:
    admin = make_person("Ada Admin", role="admin")
    ben = make_person("Ben Ito", email="ben@example.org", title="Loader")
    eve = make_person("Eve Ito", email="eve@example.org", title="Loader")
    boss = make_person("Bo Boss", email="bo@example.org")
    rows = [
        ["name", "email", "title", "manager"],
        ["Ben Ito", ben.email, "Foreman", ""],
        ["Eve Ito", eve.email, "Foreman", boss.email],
        ["Nia New", "nia@example.org", "Foreman", ""],
        ["Olu New", "olu@example.org", "Foreman", ""],
    ]
    found = give(app, admin, as_csv(rows))
    assert counts(found) == {"change": 2, "create": 2, "missing": 2}
    update_person(admin, ben, title="Captain")
    deactivate_person(admin, boss)
    make_person("Another Nia", email="nia@example.org")
    confirm_people_import(admin, found, found.turn)
    work(app)
    said = problems(found)
    assert sorted(said) == [2, 3, 4]
    assert "changed since" in said[2]
    assert "closed since" in said[3]
    assert "added with this e-mail address since" in said[4]
    assert person(ben.email).title == "Captain"
    assert (person(eve.email).title, person(eve.email).manager_id) == ("Foreman", None)
    assert person("olu@example.org").title == "Foreman"


@only_sqlite
def test_two_may_trade_places_and_a_loop_is_refused_by_name(
    app: Flask, database: SQLAlchemy
) -> None:
    admin = make_person("Ada Admin", role="admin")
    top = make_person("Top Dog", email="top@example.org")
    low = make_person("Low Dog", email="low@example.org", manager_id=top.id)
    mid = make_person("Mid Dog", email="mid@example.org", manager_id=low.id)
    trade = [["email", "manager"], [top.email, mid.email], [low.email, top.email]]
    found = give(app, admin, as_csv([*trade, [mid.email, admin.email]]))
    confirm_people_import(admin, found, found.turn)
    work(app)
    assert problems(found) == {}
    ids = [person(each.email).manager_id for each in (top, low, mid)]
    assert ids == [mid.id, top.id, admin.id]
    loop = [
        ["name", "email", "manager"],
        ["", admin.email, low.email],
        ["A", "a@example.org", "b@example.org"],
        ["B", "b@example.org", "a@example.org"],
        ["C", "c@example.org", "a@example.org"],
        ["D", "d@example.org", "d@example.org"],
    ]
    said = problems(give(app, admin, as_csv(loop)))
    assert "Ada Admin → Low Dog → Top Dog → Mid Dog → Ada Admin" in said[2]
    assert "A → B → A" in said[3]
    assert "A → B → A" in said[4]
    assert "on line 3, is refused" in said[5]
    assert "D → D" in said[6]


@only_sqlite
def test_each_problem_is_named_by_its_line(app: Flask, database: SQLAlchemy) -> None:
    admin = make_person("Ada Admin", role="admin")
    ben = make_person("Ben Ito", email="ben@example.org", username="ben")
    update_profile(None, ben, employee_number="7")
    make_person("Carl Ito", email="carl@example.org", username="carl")
    create_group(None, "Crew", handle="crew")
    header = ["name", "email", "number", "username", "time zone", "role", "start date", "manager"]
    header[2] = "employee number"
    rows = [
        ["A", "no address", "", "", "", "", "", ""],
        ["B", "b@example.org", "", "", "Mars/Olympus", "", "", ""],
        ["C", "c@example.org", "", "", "", "captain", "", ""],
        ["D", "d@example.org", "", "", "", "", "3/4/2026", ""],
        ["E", "e@example.org", "", "", "", "", "", "nobody@example.org"],
        ["F", "carl@example.org", "7", "", "", "", "", ""],
        ["G", "b@example.org", "", "", "", "", "", ""],
        ["", "h@example.org", "", "", "", "", "", ""],
        ["I", "", "99", "", "", "", "", ""],
        ["J", "j@example.org", "", "ben", "", "", "", ""],
        ["K" * 200, "k@example.org", "", "", "", "", "", ""],
        ["L", "", "", "", "", "", "", ""],
        ["Multi\nline", "m@example.org", "", "", "europe/paris", "Manager", "31.12.2025", "@ben"],
        ["After", "n@example.org", "", "", "", "", "", "bad"],
        ["Crew", "o@example.org", "", "Crew", "", "", "", ""],
    ]
    found = give(app, admin, as_csv([header, *rows]))
    said = problems(found)
    assert sorted(said) == [*range(2, 14), 16, 17], said
    wanted = {
        2: "not an e-mail", 3: "Mars/Olympus", 4: "captain", 5: "two different days",
        6: "nobody@example.org", 7: "@carl", 8: "Line 3", 9: "needs a name", 10: "needs an e-mail",
        11: "@ben already", 12: "120", 13: "neither", 16: "bad",
        17: "@crew",
    }  # fmt: skip
    assert [line for line, words in wanted.items() if words not in said[line]] == []
    (good,) = lines_of(found, "create")
    assert (good.line, good.name) == (14, "Multi line")
    assert good.values["time_zone"] == "Europe/Paris"
    assert good.values["started_on"] == "2025-12-31"
    confirm_people_import(admin, found, found.turn)
    work(app)
    made = person("m@example.org")
    assert (made.role, made.started_on, made.manager_id) == (
        "manager", date(2025, 12, 31), ben.id,
    )  # fmt: skip


def test_own_fields_come_from_the_directory_and_empty_cells_clear_only_on_request(
    app: Flask, database: SQLAlchemy
) -> None:
    admin = make_person("Ada Admin", role="admin")
    ben = make_person("Ben Ito", email="ben@example.org", title="Loader", location="Oslo")
    define_field(admin, name="Cost centre", kind="text", editor="directory")
    define_field(admin, name="Shift", kind="choice", choices=["Day", "Night"])
    set_skills(ben, ben, ["Python"])
    rows = [["email", "title", "cost centre", "SHIFT", "skills"]]
    rows.append([ben.email, "", "4711", "night", "python; Crane work|Python"])
    found = give(app, admin, as_csv(rows))
    (line,) = lines_of(found, "change")
    assert line.changes == {
        "custom:cost_centre": ["", "4711"],
        "custom:shift": ["", "night"],
        "skills": ["Python", "Python, Crane work"],
    }
    confirm_people_import(admin, found, found.turn)
    work(app)
    ben = person(ben.email)
    assert {each.key: each.value for each in values_for(admin, ben)} == {
        "cost_centre": "4711", "shift": "Night",
    }  # fmt: skip
    assert ben.title == "Loader"
    assert names_of([ben.id])[ben.id] == ["Crane work", "Python"]
    assert counts(give(app, admin, as_csv(rows)))["unchanged"] == 1
    rows[1] = [ben.email, "", "", "noon", ""]
    assert "Day" in problems(give(app, admin, as_csv(rows)))[2]
    rows[1] = [ben.email, "", "", "Day", ""]
    found = give(app, admin, as_csv(rows), clears="1")
    confirm_people_import(admin, found, found.turn)
    work(app)
    ben = person(ben.email)
    assert (ben.title, ben.location) == ("", "Oslo")
    assert {each.key: each.value for each in values_for(admin, ben)} == {"shift": "Day"}


@only_sqlite
def test_a_list_is_read_again_given_up_stopped_and_forgotten(
    app: Flask, database: SQLAlchemy
) -> None:
    admin = make_person("Ada Admin", role="admin")
    found = give(app, admin, as_csv([["Who", "Where"], ["x@example.org", "Xavier"]]))
    assert "No column" in found.report["problem"]
    first_turn = found.turn
    with pytest.raises(Conflict):
        confirm_people_import(admin, found, first_turn)
    read_again(admin, found, {"0": "email", "1": "name", "7": "nonsense"})
    work(app)
    db.session.refresh(found)
    assert counts(found) == {"create": 1, "missing": 1}
    with pytest.raises(Conflict):
        confirm_people_import(admin, found, first_turn)  # another preview than was looked at
    confirm_people_import(admin, found, found.turn)
    cancel_people_import(admin, found)
    work(app)
    assert db.session.scalar(select(func.count(Person.id))) == 1
    assert [line.state for line in lines_of(found)] == ["waiting", "kept"]
    _months_pass()
    work(app)
    assert db.session.scalar(select(func.count(PeopleImport.id))) == 0
    assert db.session.scalar(select(func.count(PeopleImportLine.id))) == 0


@action
def _months_pass() -> None:
    db.session.execute(update(OutboxJob).values(run_at=db.func.now()))


@only_sqlite
def test_who_is_no_admin_any_more_brings_nobody_in(app: Flask, database: SQLAlchemy) -> None:
    admin = make_person("Ada Admin", role="admin")
    other = make_person("Otto Admin", role="admin")
    found = give(app, admin, as_csv([["name", "email"], ["New", "new@example.org"]]))
    confirm_people_import(admin, found, found.turn)
    deactivate_person(other, admin)
    work(app)
    db.session.refresh(found)
    assert found.state == "failed"
    assert "no longer an admin" in found.report["stopped"]
    assert db.session.scalar(select(func.count(Person.id))) == 2


def test_lines_that_give_rights_or_another_mailbox_are_shown_and_admins_keep_theirs(
    app: Flask, database: SQLAlchemy
) -> None:
    admin, other = make_person("Ada", role="admin"), make_person("Otto", role="admin")
    ben, cleo = make_person("Ben", email="ben@example.org"), make_person("Cleo")
    for number, each in enumerate((admin, other, ben, cleo), 1):
        update_profile(None, each, employee_number=str(number))
    rows = [
        ["Name", "E-mail", "Employee ID", "Role", "Job title"],
        ["Ada", "ada@example.net", "1", "", ""],
        ["Otto", "mallory@example.net", "2", "", "Chief"],
        ["Ben", "ben@example.net", "3", "", ""],
        ["Cleo", cleo.email, "4", "manager", ""],
        ["Dora", "dora@example.org", "5", "", ""],
        ["Emil", "emil@example.org", "6", "admin", ""],
    ]
    gone, left = make_person("Gil", role="admin"), make_person("Lea")
    for each in (gone, left):
        deactivate_person(None, each)
        rows.append([each.name, each.email, "", "", ""])
    found = give(app, admin, as_csv(rows))
    assert list(problems(found)) == [3]
    assert [line.line for line in lines_page(found, "access").items] == [2, 4, 5, 7, 8]
    page = sign_in(app, admin).get(f"/admin/people/import/{found.id}?show=access").text
    assert "5 lines give people other rights" in page
    assert "ben@example.net" in page
    assert "dora@example.org" not in page
    confirm_people_import(admin, found, found.turn)
    work(app)
    db.session.refresh(other)
    assert (other.email.endswith("@example.org"), other.title) == (True, "")
    assert person("ada@example.net").id == admin.id
