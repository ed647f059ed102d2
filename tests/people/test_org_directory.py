"""The directory's filters say beforehand how many people each choice lists."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy

from enterprise_social.people import queries
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.queries.listing import Filters
from tests.making import make_person


def test_each_choice_counts_what_it_would_list(database: SQLAlchemy) -> None:
    viewer = make_person("Ada", department="Dock", location="Oslo")
    make_person("Ben", department="Dock", location="Kobe")
    make_person("Cleo", department="Law", location="Oslo")
    make_person("Dora", department="", location="Oslo")
    deactivate_person(None, make_person("Gone", department="Dock", location="Oslo"))
    found = queries.find_people(viewer, Filters())
    assert found.departments == [("Dock", 2), ("Law", 1)]
    assert found.locations == [("Kobe", 1), ("Oslo", 3)]
    found = queries.find_people(viewer, Filters(department="Dock", location="Kobe"))
    assert found.departments == [("Dock", 1)]
    assert found.locations == [("Kobe", 1), ("Oslo", 1)]
    for name, number in found.departments:
        total = queries.directory_total(viewer, department=name, location="Kobe")
        assert total == number
    found = queries.find_people(viewer, Filters(department="Law", query="ada"))
    assert found.departments == [("Dock", 1), ("Law", 0)]
