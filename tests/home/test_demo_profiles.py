"""The demo workspace as it is loaded: people with profiles, skills, groups, and a chart."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from enterprise_social.core.db import db
from enterprise_social.home.actions import load_demo_workspace
from enterprise_social.people.models import Endorsement, Group, Person, Profile
from enterprise_social.people.queries import by_username
from enterprise_social.people.queries.fields import values_for
from enterprise_social.people.queries.skills import names_of
from tests.making import sign_in


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_everybody_in_the_demo_tells_something(app: Flask, database: SQLAlchemy) -> None:
    load_demo_workspace()
    people = db.session.scalar(select(func.count(Person.id)))
    assert db.session.scalar(select(func.count(Profile.person_id))) == people
    assert db.session.scalar(select(func.count()).select_from(Endorsement)) >= 10
    sizes = dict(db.session.execute(select(Group.slug, Group.member_count)).all())
    assert sizes["gdynia"] >= 8
    assert len(sizes) == 4
    assert all(sizes.values())
    magdalena, agnieszka = by_username("magdalena.sikora"), by_username("agnieszka.mazur")
    assert magdalena is not None
    assert agnieszka is not None
    assert "NCTS" in names_of([magdalena.id])[magdalena.id]
    assert {each.key for each in values_for(agnieszka, magdalena)} == {"site_pass"}
    boss = by_username("nicolas.perrin")  # her manager sees what is for managers
    assert {each.key for each in values_for(boss, magdalena)} == {"site_pass", "cost_centre"}
    page = sign_in(app, agnieszka).get("/people/magdalena.sikora")
    assert "Cleared forty reefers" in page.text
