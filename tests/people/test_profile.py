"""What somebody tells of themselves: written, checked, noted and shown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden, Invalid
from enterprise_social.people import hours
from enterprise_social.people.actions.fields import set_hidden
from enterprise_social.people.actions.profile import update_profile
from enterprise_social.people.actions.skills import set_skills
from enterprise_social.people.models import ProfileChange, ProfileEntry
from enterprise_social.people.queries.profile import told_by
from tests.making import fresh, make_channel, make_person, sign_in, write

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
JOB = {
    "title": "Signal engineer", "organisation": "Metro", "from_month": "2018-03",
    "until_month": "2021-02", "text": "Line 4\nand 5",
}  # fmt: skip
WHOLE = {
    "title": "Platform engineer",
    "about": "I look after **gates**, with @Hana. <script>alert(1)</script>",
    "topics": ["Plate recognition", "OPC UA", "opc ua"],
    "languages": ["Marathi", "hi", "English"],
    "links": [{"label": "", "url": "www.example.org/me"}],
    "works_on": [0, 1, 2, 3, 4],
    "works_from": 9 * 60,
    "works_until": 17 * 60 + 30,
    "experience": [{**JOB, "until_month": "2018-03", "from_month": "2015-01"}, JOB],
    "education": [{"title": "Physics", "organisation": "Pune"}],
}


def test_a_whole_profile_is_written_once_and_read_back(app: Flask) -> None:
    with app.app_context():
        make_person("Hana", username="hana")
        person = make_person("Priya Raghunathan")
        update_profile(person, person, **WHOLE)
        told = told_by(person.id)
        assert "<strong>gates</strong>" in told.about_html
        assert 'href="/people/hana"' in told.about_html
        assert "<script" not in told.about_html
        assert told.topics == ["Plate recognition", "OPC UA"]
        assert told.languages == ["mr", "hi", "en"]
        assert told.links == [{"label": "example.org", "url": "https://www.example.org/me"}]
        assert [line["until_month"] for line in told.experience] == ["2021-02", "2018-03"]
        assert told.experience[0]["text"] == "Line 4\nand 5"
        assert (fresh(person).version, person.title) == (2, "Platform engineer")
        fields = select(ProfileChange.field).where(ProfileChange.person_id == person.id)
        noted = set(db.session.scalars(fields))
        assert set(WHOLE) <= noted | {"title"}
        ids = db.session.scalars(select(ProfileEntry.id)).all()
        update_profile(person, person, **WHOLE)
        assert fresh(person).version == 2, "nothing changed"
        assert db.session.scalars(select(ProfileEntry.id)).all() == ids


@only_sqlite
def test_every_bad_field_is_named_with_its_line(app: Flask) -> None:
    with app.app_context():
        person = make_person()
        bad = {
            "title": "x" * 121,
            "about": "x" * 4001,
            "topics": ["x" * 61],
            "languages": ["Klingonese"],
            "links": [
                {"label": "fine", "url": "https://example.org"},
                {"label": "not", "url": "javascript:alert(1)"},
                {"label": "not", "url": "data:text/html,x"},
                {"label": "not", "url": "https://"},
            ],
            "experience": [{**JOB, "until_month": "2017-01"}, {**JOB, "title": " "}],
            "works_from": 24 * 60,
        }
        with pytest.raises(Invalid) as refusal:
            update_profile(person, person, **bad)
        assert set(refusal.value.errors) == set(bad) | {
            "links.1.url", "links.2.url", "links.3.url",
            "experience.0.until_month", "experience.1.title",
        }  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            update_profile(person, person, works_from=60)
        assert set(refusal.value.errors) == {"works_until"}
        assert fresh(person).version == 1


@only_sqlite
def test_others_may_not_and_what_admins_keep_only_admins_may(app: Flask) -> None:
    with app.app_context():
        person, other = make_person(), make_person()
        admin = make_person(role="admin")
        with pytest.raises(Forbidden):
            update_profile(other, person, about="x")
        with pytest.raises(Forbidden):
            update_profile(person, person, employee_number="7")
        update_profile(admin, person, employee_number=" A-7 ", started_on="2021-03-01", about="x")
        assert (fresh(person).employee_number, person.started_on.year) == ("A-7", 2021)
        with pytest.raises(Invalid) as refusal:
            update_profile(admin, other, employee_number="A-7", started_on="March")
        assert set(refusal.value.errors) == {"started_on"}
        with pytest.raises(Invalid) as refusal:
            update_profile(admin, other, employee_number="A-7")
        assert set(refusal.value.errors) == {"employee_number"}
        update_profile(admin, person, employee_number=None, started_on=None)
        assert fresh(person).started_on is None


@only_sqlite
def test_the_page_shows_it_all_and_only_channels_that_both_may_know(app: Flask) -> None:
    with app.app_context():
        boss = make_person("Hana Kobayashi", title="Head of Technology")
        admin = make_person(role="admin")
        person = make_person("Priya Raghunathan", username="priya", time_zone="Asia/Kolkata")
        viewer = make_person("Maren Visser", time_zone="UTC", locale="de")
        update_profile(admin, person, manager_id=boss.id, started_on="2021-03-01", **WHOLE)
        for number in range(10):
            update_profile(admin, make_person(f"Report {number}"), manager_id=person.id)
        make_channel(person, "both here", viewer)
        make_channel(person, "open to all")
        make_channel(person, "secret of theirs", kind="private")
        write(person, make_channel(person, "also here", viewer), "Found it, in the reader")
        page = sign_in(app, viewer).get("/people/priya").text
        for shown in (
            "Platform engineer", "<strong>gates</strong>", "Plate recognition", "Signal engineer",
            "Marathi, Hindi, Englisch", "https://www.example.org/me", "5 h 30 ahead of you",
            "Mo. to Fr., 09:00 to 17:30", "Hana Kobayashi", "Report 7", "All 10", "März 2021",
            "both here", "open to all", "Found it", "/search?q=from:priya",
        ):  # fmt: skip
            assert shown in page, shown
        assert "Report 8" not in page
        assert "secret of theirs" not in page
        assert "/people/priya/edit" not in page
        assert "what to ask you about" in sign_in(app, viewer).get("/people/maren.visser").text


@only_sqlite
def test_the_form_without_scripts_adds_and_takes_rows_and_saves_all(app: Flask) -> None:
    with app.app_context():
        person = make_person("Maren Visser", username="maren", locale="de")
        client = sign_in(app, person)
        form = {
            "name": "Maren Visser", "time_zone": "Europe/Oslo", "about": "Night shift",
            "topics": "Cranes, reefers", "languages": "Deutsch, Norwegian",
            "has": ["experience", "links", "works_on"], "works_on": ["0", "1"],
            "works_from": "22:00", "works_until": "06:30",
            "experience.0.title": "Crane driver", "experience.2.title": "Shift lead",
            "experience.2.from_month": "2020-02",
            "links.0.url": "example.org/maren",
        }  # fmt: skip
        page = client.post("/settings", data={**form, "more": "experience"})
        assert (page.status_code, page.text.count('name="experience.2.title"')) == (200, 1)
        assert told_by(person.id).about == "", "nothing is saved by adding a row"
        page = client.post("/settings", data={**form, "drop": "experience.0"})
        assert "Crane driver" not in page.text
        assert 'value="Shift lead"' in page.text
        assert client.post("/settings", data=form).status_code == 303
        told = told_by(person.id)
        assert told.languages == ["de", "no"]
        assert [line["title"] for line in told.experience] == ["Shift lead", "Crane driver"]
        assert (told.works_on, told.works_from, told.works_until) == ([0, 1], 22 * 60, 390)
        assert client.post("/settings", data={"name": "Maren V", "has": "links"}).status_code == 303
        told = told_by(person.id)
        assert (told.links, told.about) == ([], "Night shift"), "what isn't brought stays"
        bad = {**form, "experience.1.title": " ", "experience.2.until_month": "2019-01"}
        page = client.post("/settings", data={**bad, "works_until": "x", "languages": "Klingonese"})
        assert page.status_code == 422
        for field in ("experience.2.until_month", "works_until", "languages"):
            assert f'id="e-{field}"' in page.text, field


@only_sqlite
def test_admins_edit_anybody_and_others_only_themselves(app: Flask) -> None:
    with app.app_context():
        admin, person = make_person("Ada", role="admin"), make_person("Ben", username="ben")
        boss = make_person("Boss", username="boss")
        client = sign_in(app, admin)
        assert 'value="Ben"' in client.get("/people/ben/edit").text
        form = {"name": "Ben Ito", "username": "ben.ito", "manager": "@boss",
                "started_on": "2022-02-01", "employee_number": "4711"}  # fmt: skip
        answer = client.post("/people/ben/edit", data=form)
        assert answer.headers["Location"] == "/people/ben.ito"
        assert (fresh(person).manager_id, person.employee_number) == (boss.id, "4711")
        answer = client.post("/people/boss/edit", data={"manager": "ben.ito"})
        assert (answer.status_code, 'id="e-manager"' in answer.text) == (422, True)
        assert client.post("/people/boss/edit", data={"manager": "@nobody"}).status_code == 422
        own = sign_in(app, person)
        assert own.get("/people/boss/edit").status_code == 403
        page = own.get("/settings").text
        assert "4711" in page
        assert 'name="employee_number"' not in page
        own.post("/settings", data={"name": "Ben", "employee_number": "1", "manager": ""})
        assert (fresh(person).employee_number, person.manager_id) == ("4711", boss.id)


def test_hours_are_told_in_words_and_known_over_midnight() -> None:
    night = ([4], 22 * 60, 6 * 60)
    friday = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert hours.works_at(*night, "UTC", friday)
    assert hours.works_at(*night, "UTC", friday + timedelta(hours=6))
    assert not hours.works_at(*night, "UTC", friday + timedelta(hours=8))
    assert not hours.works_at(*night, "UTC", friday + timedelta(days=1))
    assert not hours.works_at(*night, "Asia/Kolkata", friday + timedelta(hours=3))
    assert hours.works_at([], 1, 2, "UTC", friday) is None
    assert hours.minutes_ahead("Asia/Kolkata", "Europe/Oslo", friday) == 270
    assert hours.minutes_ahead("America/St_Johns", "UTC", friday) == -210


@only_sqlite
def test_what_the_organisation_hides_is_shown_on_no_page(app: Flask) -> None:
    with app.app_context():
        viewer = make_person("Maren Visser")
        person = make_person("Priya Raghunathan", username="priya", department="Gatework")
        update_profile(person, person, pronouns="she, her", **WHOLE)
        make_channel(viewer, "gate", person)
        set_hidden(
            None, ["title", "pronouns", "department", "about", "topics", "links", "working_hours",
                   "experience", "education", "languages"],
        )  # fmt: skip
        client = sign_in(app, viewer)
        for path in (
            "/people/priya", "/people", "/channels/gate/details", "/messages/new?q=priya",
            "/jump?q=priya", "/people/org?around=priya",
        ):  # fmt: skip
            page = client.get(path).text
            assert "Priya Raghunathan" in page, path
            for hidden in (
                "Platform engineer", "Gatework", "she, her", "Signal engineer", "Marathi",
                "Plate recognition", "example.org/me", "09:00 to 17:30", "<strong>gates</strong>",
            ):  # fmt: skip
                assert hidden not in page, (path, hidden)
        own = sign_in(app, person)
        assert 'name="about"' not in own.get("/settings").text
        assert own.post("/settings", data={"about": "x"}).status_code == 422


@only_sqlite
def test_the_page_takes_the_same_few_statements_whatever_stands_on_it(
    app: Flask, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with app.app_context():
        viewer, person = make_person("Maren Visser"), make_person("Priya", username="priya")
        client = sign_in(app, viewer)

        def cost() -> int:
            client.get("/people/priya")
            with count_queries() as counted:
                assert client.get("/people/priya").status_code == 200
            return len(counted)

        def fill(number: int) -> None:
            for each in range(number):
                update_profile(None, make_person(), manager_id=person.id)
                write(person, make_channel(person, f"place {number} {each}", viewer), "hello")

        update_profile(None, person, manager_id=viewer.id, **WHOLE)
        set_skills(person, person, ["Python"])
        fill(9)
        few = cost()
        update_profile(None, person, experience=[JOB] * 20)
        set_skills(person, person, [f"Skill {number}" for number in range(20)])
        fill(12)
        assert cost() == few
        assert few <= 21
