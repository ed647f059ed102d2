"""What somebody tells of themselves: written, checked, noted and shown."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden, Invalid
from enterprise_social.people.actions.profile import update_profile
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
