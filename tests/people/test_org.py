"""The org chart: who is above and below whom, however the lines lie, at the size of a company."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import insert, update

from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.paging import decode
from enterprise_social.people.actions import deactivate_person, update_person
from enterprise_social.people.models import Person
from enterprise_social.people.queries import org
from tests.making import fresh, make_person, sign_in

Counting = Callable[[], AbstractContextManager[list[str]]]


def set_manager(person: Person, manager: Person | None) -> None:
    """Write a manager line as a careless import would: without the check for loops."""
    manager_id = manager.id if manager else None
    db.session.execute(update(Person).where(Person.id == person.id).values(manager_id=manager_id))
    db.session.commit()
    db.session.refresh(person)


def family(*names: str) -> list[Person]:
    """Make people, each the manager of the next one."""
    people: list[Person] = []
    for name in names:
        people.append(make_person(name, manager_id=people[-1].id if people else None))
    return people


def company(size: int, width: int) -> list[int]:
    """Insert a tree of people at once, each with ``width`` reports; return the ids in order."""
    rows = [
        {
            "id": 1000 + number,
            "email": f"c{number}@example.org",
            "username": f"c{number}",
            "name": f"Colleague {number:06}",
            "department": f"Department {number % 12}",
            "manager_id": 1000 + (number - 1) // width if number else None,
            "created_at": now(),
            "version": 1,
        }
        for number in range(size)
    ]
    for start in range(0, size, 2000):
        db.session.execute(insert(Person), rows[start : start + 2000])
    db.session.commit()
    return [row["id"] for row in rows]  # type: ignore[misc]


def shown(nodes: list[org.Node]) -> list[org.Node]:
    """Return all nodes of a chart."""
    return [each for node in nodes for each in (node, *shown(node.under))]


def test_the_chart_goes_up_to_the_top_and_down_to_the_reports(database: SQLAlchemy) -> None:
    chief, head, maren, tomasz = family("Chief", "Head", "Maren", "Tomasz")
    make_person("Beside", manager_id=head.id)
    make_person("Another head", manager_id=chief.id)
    root, line = org.chart_around(maren, maren)
    assert [each.name for each in line.managers] == ["Head", "Chief"]
    assert (root.person, root.reports, root.headcount, root.others) == (chief, 2, 5, 1)
    (shown_head,) = root.under
    assert [each.person.name for each in shown_head.under] == ["Maren", "Beside"]
    assert (shown_head.reports, shown_head.headcount) == (2, 3)
    assert [each.person for each in shown_head.under[0].under] == [tomasz]


def test_a_former_manager_stays_while_somebody_is_under_them(database: SQLAlchemy) -> None:
    chief, gone, also_gone, worker = family("Chief", "Gone", "Also gone", "Worker")
    leaf = make_person("Leaf", manager_id=chief.id)
    for one in (gone, also_gone, leaf):
        deactivate_person(None, one)
    root, _line = org.chart_around(fresh(chief), chief)
    assert [each.person.name for each in root.under] == ["Gone"]
    assert (root.reports, root.headcount, root.under[0].headcount) == (1, 1, 1)
    assert [each.name for each in org.line_above(worker).managers] == ["Also gone", "Gone", "Chief"]
    deactivate_person(None, fresh(worker))
    root, _line = org.chart_around(fresh(chief), chief)
    assert (root.under, root.reports, root.headcount) == ([], 0, 0)


def test_those_without_a_manager_are_the_top_and_leaders_stand_first(database: SQLAlchemy) -> None:
    make_person("Aaron Alone")
    chief, _head = family("Zoe Chief", "Head")
    nodes, cursor = org.chart_below(chief, None)
    assert [each.person.name for each in nodes] == ["Zoe Chief", "Aaron Alone"]
    assert cursor is None
    assert org.top_total(chief) == 2


def test_a_loop_is_refused_and_named(database: SQLAlchemy) -> None:
    ada, ben, cleo = family("Ada", "Ben", "Cleo")
    for manager, loop in ((cleo, "Ada → Cleo → Ben → Ada"), (ben, "Ada → Ben → Ada")):
        with pytest.raises(Invalid) as refusal:
            update_person(None, fresh(ada), manager_id=manager.id)
        assert loop in refusal.value.errors["manager_id"][0]
    with pytest.raises(Invalid) as refusal:
        update_person(None, fresh(ada), manager_id=ada.id)
    assert "Ada → Ada" in refusal.value.errors["manager_id"][0]
    assert fresh(ada).manager_id is None


def test_any_number_of_former_managers_over_one_another_hides_nobody(
    database: SQLAlchemy,
) -> None:
    admin = make_person("Admin", role="admin")
    line = [make_person("Left 0")]
    for number in range(1, 7):
        line.append(make_person(f"Left {number}", manager_id=line[-1].id))
    worker = make_person("Worker", manager_id=line[-1].id)
    for one in line:
        deactivate_person(None, one)
    tops, _cursor = org.chart_below(admin, None)
    assert [(node.person.name, node.headcount) for node in tops] == [
        ("Left 0", 1),
        ("Admin", 0),
    ]
    above = line[0]
    for one in [*line[1:], worker]:
        (node,), _cursor = org.chart_below(admin, fresh(above))
        assert node.person.id == one.id
        above = one
    deactivate_person(None, fresh(worker))
    tops, _cursor = org.chart_below(admin, None)
    assert [node.person.name for node in tops] == ["Admin"]


def test_a_loop_in_the_data_is_shown_and_hangs_nothing(database: SQLAlchemy) -> None:
    ada, ben, cleo = family("Ada", "Ben", "Cleo")
    below = make_person("Below", manager_id=ben.id)
    set_manager(ada, cleo)
    for person in (ada, ben, cleo, below):
        root, line = org.chart_around(person, person)
        assert line.loop[0] == line.loop[-1]
        assert {each.name for each in line.loop} == {"Ada", "Ben", "Cleo"}
        ids = [node.person.id for node in shown([root])]
        assert len(ids) == len(set(ids))
    set_manager(ada, ada)
    root, line = org.chart_around(ada, ada)
    assert line.loop == [ada, ada]
    assert root.looped


def test_pages_of_reports_leave_nobody_out(database: SQLAlchemy) -> None:
    chief = make_person("Chief")
    names = [f"Report {number:02}" for number in range(25)]
    people = [make_person(name, manager_id=chief.id) for name in names]
    make_person(manager_id=people[20].id)
    found: list[str] = []
    cursor = None
    while True:
        page = org.reports_page(chief, chief, cursor=cursor, limit=10)
        found += [each.name for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        decode(cursor, int, str, int)
    assert found == ["Report 20", *(name for name in names if name != "Report 20")]


def test_ten_thousand_people_take_as_many_queries_as_ten(
    database: SQLAlchemy, count_queries: Counting
) -> None:
    small = family("Chief", "Head", "Maren", "Tomasz")
    with count_queries() as few:
        org.chart_around(small[2], small[2])
    ids = company(10_000, 8)
    last = database.session.get_one(Person, ids[-1])
    with count_queries() as many:
        root, line = org.chart_around(last, last)
    assert len(many) <= len(few) <= 6
    assert root.headcount == 9_999
    assert len(shown([root])) <= 60
    assert [line.managers[0].manager_id] == [line.managers[1].id]
    assert all(lower.manager_id == upper.id for lower, upper in pairwise(line.managers))
    begun = time.monotonic()
    chief = database.session.get_one(Person, ids[0])
    root, _line = org.chart_around(chief, chief)
    assert time.monotonic() - begun < 5
    assert sum(each.headcount + 1 for each in root.under) == root.headcount == 9_999


def test_a_very_wide_and_a_very_deep_chart_stay_bounded(database: SQLAlchemy) -> None:
    ids = company(400, 300)
    chief = database.session.get_one(Person, ids[0])
    root, _line = org.chart_around(chief, chief)
    assert (root.reports, len(root.under)) == (300, org.MOST_REPORTS)
    assert root.next_cursor
    deep = family(*(f"Level {number}" for number in range(40)))
    root, line = org.chart_around(deep[-1], deep[-1])
    assert line.is_cut
    assert len(line.managers) == org.MOST_ABOVE
    assert len(shown([root])) <= 60
    assert root.person.name == f"Level {39 - org.MOST_ABOVE}"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_page_names_everyone_and_works_by_links(app: Flask) -> None:
    with app.app_context():
        chief, head, maren = family("Chief <b>", "Head", "Maren")
        make_person("Beside", manager_id=head.id)
        update_person(None, maren, department="Ops & more", title="Duty manager")
        names = (chief.username, head.id, maren.username)
        client = sign_in(app, maren)

    def read(path: str, status: int = 200) -> str:
        answer = client.get(path)
        assert answer.status_code == status
        return answer.get_data(as_text=True)

    page = read("/people/org")
    assert "Chief &lt;b&gt;" in page
    assert "Ops &amp; more" in page
    assert f"/people/org?around={names[0]}" in page
    assert 'aria-current="true">Maren</a>' in page
    assert 'aria-current="true">Chief' in read(f"/people/org?around={names[0]}")
    assert 'data-behaviour="org"' not in read("/people/org?view=list")
    assert "Maren" in read(f"/people/org/{names[1]}/reports")
    assert "1 person has no manager" in read("/people/org?top=1")
    assert client.get("/people/org?q=beside").status_code == 302
    assert "Nobody matches" in read("/people/org?q=qqqqq")
    read("/people/org?around=nobody.here", 404)
    read("/people/org/999999/reports", 404)
    read("/people/org?top=1&after=nonsense", 422)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_programs_read_the_line_and_the_reports(app: Flask) -> None:
    with app.app_context():
        chief, head, maren = family("Chief", "Head", "Maren")
        ids = (chief.id, head.id, maren.id)
        client = sign_in(app, maren)

    def read(path: str) -> Any:
        return client.get(f"/api/v1/users/{path}").get_json()

    assert [one["id"] for one in read(f"{ids[2]}/managers")["items"]] == [ids[1], ids[0]]
    assert [one["id"] for one in read(f"{ids[0]}/reports")["items"]] == [ids[1]]
    assert client.get("/api/v1/users/99999/reports").status_code == 404
