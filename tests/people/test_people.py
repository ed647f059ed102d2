"""People come, change, leave and come back; who may do it; and the directory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.core.access import find
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.errors import Conflict, Forbidden, Invalid
from enterprise_social.people import actions, queries
from enterprise_social.people.details import clean_email
from enterprise_social.people.models import Person
from tests.accounts.steps import employ, sign_in, statements

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def hire(name: str, role: str = "employee", **facts: Any) -> Person:
    """Create somebody; the address is made of the first name."""
    email = facts.pop("email", f"{name.split()[0].lower()}@northquay.example")
    return actions.create_person(None, email=email, name=name, role=role, **facts)


def test_addresses_and_usernames_are_unique_whatever_their_case(database: SQLAlchemy) -> None:
    hire("Maren Visser", username="maren")
    with pytest.raises(Invalid) as refusal:
        hire("Other", email="MAREN@Northquay.example", username="MAREN")
    assert set(refusal.value.errors) == {"email", "username"}
    again = hire("Maren Visser", email="m2@northquay.example", username=None)
    assert again.username == "maren.visser"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (" Maren@NorthQuay.Example ", "maren@northquay.example"),
        ("a+b@bücher.example", "a+b@xn--bcher-kva.example"),
        ("root@localhost", "root@localhost"),
        ("no-at-sign", None),
        ("a@", None),
        ("@b.example", None),
        ("a b@c.example", None),
        ("a@b@c.example", None),
        ("a@b..example", None),
        ("a\n@b.example", None),
        ("ü@b.example", None),
        ("a" * 65 + "@b.example", None),
        ("a@" + "b." * 130 + "example", None),
    ],
)
def test_addresses_are_stored_in_one_form(written: str, stored: str | None) -> None:
    assert clean_email(written) == stored


def test_bad_fields_are_all_named(database: SQLAlchemy) -> None:
    with pytest.raises(Invalid) as refusal:
        hire("\u202e ", email="x", role="king", time_zone="Mars", title="x" * 121, locale="../..")
    assert set(refusal.value.errors) == {
        "email", "name", "role", "time_zone", "title", "locale",
    }  # fmt: skip


def test_a_change_counts_the_version_and_leaves_a_trace(database: SQLAlchemy) -> None:
    person = hire("Maren Visser")
    actions.update_person(person, person, title="Night shift lead", location="  Pier\u200b 4 ")
    assert (person.version, person.title, person.location) == (2, "Night shift lead", "Pier 4")
    actions.update_person(person, person, title="Night shift lead")
    assert person.version == 2, "nothing changed"
    entries = database.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["people.created", "people.updated"]
    assert entries[-1].details == {"fields": ["location", "title"]}


@pytest.mark.parametrize(
    ("role", "changes", "allowed"),
    [
        ("employee", {"title": "Lead"}, True),
        ("employee", {"email": "new@northquay.example"}, False),
        ("employee", {"username": "boss"}, False),
        ("manager", {"manager_id": None, "username": "boss"}, False),
        ("admin", {"username": "boss"}, True),
    ],
)
def test_what_one_may_change_of_oneself(
    database: SQLAlchemy, role: str, changes: dict[str, Any], allowed: bool
) -> None:
    person = hire("Maren Visser", role)
    if allowed:
        actions.update_person(person, person, **changes)
    else:
        with pytest.raises(Forbidden):
            actions.update_person(person, person, **changes)


def test_only_admins_change_others(database: SQLAlchemy) -> None:
    admin, manager, person = hire("Ada", "admin"), hire("Bo", "manager"), hire("Cy")
    for refused in (
        lambda: actions.update_person(manager, person, title="x"),
        lambda: actions.set_role(manager, person, "manager"),
        lambda: actions.deactivate_person(manager, person),
        lambda: actions.deactivate_person(admin, admin),
        lambda: actions.create_person(manager, email="d@x.example", name="D", role="manager"),
        lambda: actions.create_person(person, email="d@x.example", name="D"),
    ):
        with pytest.raises(Forbidden):
            refused()
    actions.update_person(admin, person, title="x")
    actions.set_role(admin, person, "manager")
    actions.deactivate_person(admin, person)
    with pytest.raises(Forbidden):
        actions.update_person(person, person, title="still here")


def test_the_last_admin_stays_one(database: SQLAlchemy) -> None:
    admin, second = hire("Ada", "admin"), hire("Bo", "admin")
    actions.set_role(admin, admin, "employee")
    for refused in (
        lambda: actions.set_role(None, second, "manager"),
        lambda: actions.deactivate_person(None, second),
    ):
        with pytest.raises(Conflict):
            refused()


def test_nobody_is_above_themselves(database: SQLAlchemy) -> None:
    first, second, third = hire("Ada"), hire("Bo"), hire("Cy")
    actions.update_person(None, second, manager_id=first.id)
    actions.update_person(None, third, manager_id=second.id)
    for manager_id in (first.id, third.id, 999_999):
        with pytest.raises(Invalid):
            actions.update_person(None, first, manager_id=manager_id)
    assert [person.name for person in queries.reports_of(first)] == ["Bo"]


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_two_who_are_put_over_each_other_at_once_make_no_loop(app: Flask) -> None:
    with app.app_context():
        pairs = [(hire(f"A{each}").id, hire(f"B{each}").id) for each in range(3)]
    for pair in pairs:
        start = Barrier(2)

        def place(person_id: int, manager_id: int, start: Barrier = start) -> bool:
            with app.app_context():
                person = queries.by_ids([person_id])[person_id]
                start.wait(10)
                try:
                    actions.update_person(None, person, manager_id=manager_id)
                except Invalid:
                    return False
                return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(place, pair, pair[::-1])) == [False, True]


def test_former_colleagues_stay_as_authors_and_are_not_suggested(database: SQLAlchemy) -> None:
    viewer, gone = hire("Ada Berg", "admin"), hire("Maren Visser")
    actions.deactivate_person(viewer, gone)
    assert find(Person, gone.id, viewer).name == "Maren Visser"
    assert queries.by_ids([gone.id, 999]) == {gone.id: gone}
    assert queries.suggest(viewer, "mar") == []
    assert queries.directory_total(viewer) == 1
    assert queries.directory_total(viewer, former=True) == 2


def test_the_directory_turns_pages_without_gaps_or_doubles(database: SQLAlchemy) -> None:
    names = ["Ana", "Ana", "Élodie", "Łukasz", "Olga", "Ольга", "山田", "bo", "Zoë"]
    people = [hire(name, email=f"p{n}@x.example") for n, name in enumerate(names)]
    seen: list[int] = []
    cursor = None
    while True:
        page = queries.directory(people[0], cursor=cursor, limit=2)
        seen += [person.id for person in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(person.id for person in people)
    assert len(seen) == len(set(seen))
    with pytest.raises(Invalid):
        queries.directory(people[0], cursor="nonsense")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("visser", ["Maren Visser"]),
        ("VISSER mar", ["Maren Visser"]),
        ("élo", ["Élodie Roux"]),
        ("ÉLODIE", ["Élodie Roux"]),
        ("elodie", ["Élodie Roux"]),
        ("ОЛЬГА", ["Ольга Ким"]),
        ("crane", ["Maren Visser"]),
        ("100%", []),
        ("_", []),
        ("@maren.v", ["Maren Visser"]),
        ("nobody", []),
    ],
)
def test_the_directory_finds_by_name_role_and_username(
    database: SQLAlchemy, query: str, found: list[str]
) -> None:
    viewer = hire("Maren Visser", title="Crane driver")
    hire("Élodie Roux", email="e@x.example")
    hire("Ольга Ким", email="5@x.example")
    page = queries.directory(viewer, query=query)
    assert [person.name for person in page.items] == found
    assert queries.directory_total(viewer, query=query) == len(found)


def test_suggestions_put_usernames_first(database: SQLAlchemy) -> None:
    viewer = hire("Ann Mar", email="ann@x.example")
    hire("Marta Lind", email="m@x.example")
    assert [person.name for person in queries.suggest(viewer, "mar")] == ["Marta Lind", "Ann Mar"]
    assert [person.name for person in queries.suggest(viewer, "@marta")] == ["Marta Lind"]
    assert len(queries.suggest(viewer, "")) == 2


@only_sqlite
def test_the_directory_page_costs_the_same_for_few_and_many(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    sign_in(client, employ().email)
    client.get("/people")  # what a process reads once
    counts = []
    for number in range(2):
        with statements() as seen:
            assert client.get("/people").status_code == 200
        counts.append(len(seen))
        for each in range(30):
            hire(f"Person{each}", email=f"p{number}-{each}@x.example")
    assert counts[0] == counts[1]


@only_sqlite
def test_profiles_answer_to_the_username_in_any_case(
    client: FlaskClient, database: SQLAlchemy
) -> None:
    sign_in(client, employ().email)
    hire("Ольга Ким", email="5@x.example")
    assert "Ольга Ким" in client.get("/people/ольга.ким").text
    assert client.get("/people/Maren.Visser").status_code == 301
    assert client.get("/people/ghost").status_code == 404
    assert client.get("/people?cursor=nonsense").status_code == 422
