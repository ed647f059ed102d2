"""Announcements are found beside posts, and by whom they are for alone."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.announcements import actions
from enterprise_social.people.models import Person
from enterprise_social.search import indexing
from enterprise_social.search.engines import engine
from tests.api.callers import caller
from tests.making import make_person, sign_in


@pytest.fixture
def people(database: SQLAlchemy) -> dict[str, Person]:
    """A lead who told Ana of cranes, twice, and Dora of the canteen."""
    made = {name: make_person(name.title()) for name in ("ana", "dora")}
    made["lead"] = make_person("Lead", role="admin")
    for who, title, body in (
        ("ana", "Alle Kräne halt", "Park the **cranes** now."),
        ("ana", "Cranes run again", "All of them."),
        ("dora", "Canteen", "Soup, and cranes of paper."),
    ):
        audience = f"person is @{made[who].username}"
        actions.send(made["lead"], title=title, body=body, audience_text=audience)
    indexing.rebuild(engine())
    return made


def found(app: Flask, person: Person, query: str) -> list[str]:
    """Return the titles that somebody's search finds by the API; the page must show the same."""
    answer = caller(app, person, ("read",)).get("/search", q=query)
    titles = [each["title"] for each in answer["announcements"]]
    page = sign_in(app, person).get("/search", query_string={"q": query}).text
    for title in ("Alle Kräne halt", "Cranes run again", "Canteen"):
        assert (title in page.split("<main")[1]) == (title in titles), query
    return titles


def test_announcements_are_found_by_whom_they_are_for(
    app: Flask, people: dict[str, Person]
) -> None:
    ana, dora, lead = (people[name] for name in ("ana", "dora", "lead"))
    assert found(app, ana, "cranes") == ["Cranes run again", "Alle Kräne halt"]
    assert found(app, ana, "is:announcement") == ["Cranes run again", "Alle Kräne halt"]
    assert found(app, ana, "is:announcement CRANES park") == ["Alle Kräne halt"]
    assert found(app, ana, "is:announcement KRÄNE") == ["Alle Kräne halt"]
    assert found(app, ana, "cranes -park") == ["Cranes run again"]
    assert found(app, dora, "cranes") == ["Canteen"]
    assert found(app, ana, "soup") == []
    assert len(found(app, lead, f"is:announcement from:{lead.username}")) == 3
    assert found(app, ana, f"is:announcement -from:{lead.username}") == []
    assert len(found(app, ana, f"is:announcement -from:{dora.username}")) == 2
    assert found(app, ana, "is:announcement before:2020") == []
    # What only posts can have, or what is said not to be one.
    for query in ("cranes has:link", "cranes -is:announcement", "is:announcement from:me", "100%_"):
        assert found(app, ana, query) == [], query
