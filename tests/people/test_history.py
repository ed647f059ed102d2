"""The history of a profile: who changed what, from what to what, for admins alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid
from enterprise_social.people.actions import (
    deactivate_person,
    reactivate_person,
    set_role,
    update_person,
)
from enterprise_social.people.actions.fields import define_field, delete_field, set_values
from enterprise_social.people.models import Person
from enterprise_social.people.queries.history import history_of
from tests.api.callers import caller
from tests.making import make_person, sign_in

ONE_DATABASE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def ada(database: SQLAlchemy) -> Person:
    return make_person("Ada", email="ada@example.org", title="Rigger")


@pytest.fixture
def dee(database: SQLAlchemy) -> Person:
    return make_person("Dee", role="admin")


def noted(admin: Person, person: Person) -> list[tuple[str, Any, Any, str | None]]:
    items = history_of(admin, person).items
    return [
        (each.label, each.before, each.after, each.actor.name if each.actor else None)
        for each in items
    ]


def test_each_change_is_noted_with_who_made_it_and_what_stood_there(
    ada: Person, dee: Person
) -> None:
    field = define_field(dee, name="Buddy", kind="person", audience="self")
    update_person(dee, ada, email="ada.b@example.org", title="Rigger")
    update_person(ada, ada, title="Crane driver")
    update_person(ada, ada, title="Crane driver")
    set_values(ada, ada, {field.key: dee.username})
    set_values(dee, ada, {field.key: ""})
    set_role(None, ada, "manager")
    with pytest.raises(Conflict):
        set_role(dee, dee, "employee")
    with pytest.raises(Invalid):
        update_person(dee, ada, title="Lost", email="no address")
    found = noted(dee, ada)
    assert found == [
        ("Role", "employee", "manager", None),
        ("Buddy", dee.id, None, "Dee"),
        ("Buddy", None, dee.id, "Ada"),
        ("Title", "Rigger", "Crane driver", "Ada"),
        ("E-mail", "ada@example.org", "ada.b@example.org", "Dee"),
    ]
    deactivate_person(dee, ada)
    reactivate_person(dee, ada)
    assert [label for label, *_rest in noted(dee, ada)[:2]] == ["Account closed"] * 2
    assert noted(dee, dee) == []


@ONE_DATABASE
def test_only_admins_read_it(app: Flask, ada: Person, dee: Person) -> None:
    head = make_person("Head", role="manager")
    update_person(dee, ada, manager_id=head.id, title="Yttrium")
    for person in (ada, head):
        browser, program = sign_in(app, person), caller(app, person, ("read", "write"))
        answer = browser.get(f"/admin/people/{ada.id}/history")
        assert answer.status_code == 403
        program.get(f"/users/{ada.id}/history", 403)
        assert "/history" not in browser.get("/people/ada").text
        with pytest.raises(Forbidden):
            history_of(person, ada)
    caller(app, dee, ("read", "write")).get(f"/users/{ada.id}/history", 403)
    told = caller(app, dee, ("read", "write", "admin")).get(f"/users/{ada.id}/history")["items"]
    assert [(each["name"], each["after"]) for each in told] == [
        ("Title", "Yttrium"),
        ("Manager", head.id),
    ]
    page = sign_in(app, dee).get(f"/admin/people/{ada.id}/history").text
    assert "Yttrium" in page
    assert "Head" in page
    assert f"/admin/people/{ada.id}/history" in sign_in(app, dee).get("/people/ada").text
    assert sign_in(app, dee).get("/admin/people/999999/history").status_code == 404


def test_it_is_walked_exactly_once_in_few_queries(
    app: Flask, ada: Person, dee: Person, count_queries: Counting
) -> None:
    for number in range(130):
        update_person(dee, ada, title=f"Title {number}")
    program = caller(app, dee, ("read", "write", "admin"))
    walked = program.walk(f"/users/{ada.id}/history", limit=40)
    assert [each["after"] for each in walked] == [f"Title {n}" for n in reversed(range(130))]
    history_of(dee, ada)
    with count_queries() as few:
        history_of(dee, ada, limit=2)
    with count_queries() as many:
        history_of(dee, ada, limit=100)
    assert len(many) == len(few) <= 3
    browser = sign_in(app, dee)
    first = browser.get(f"/admin/people/{ada.id}/history").text
    assert first.count("<tr>") == 51
    cursor = history_of(dee, ada).next_cursor
    assert f"cursor={cursor}" in first
    older = browser.get(f"/admin/people/{ada.id}/history?cursor={cursor}").text
    assert "Title 79" in older
    assert browser.get(f"/admin/people/{ada.id}/history?cursor=none").status_code == 422


@ONE_DATABASE
def test_long_values_are_excerpts_and_markup_stays_text(
    app: Flask, ada: Person, dee: Person
) -> None:
    field = define_field(dee, name="Story", kind="long")
    set_values(ada, ada, {field.key: "<script>alert(1)</script>" + "سلام " * 500 + "the end"})
    page = sign_in(app, dee).get(f"/admin/people/{ada.id}/history").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "the end" not in page
    set_values(ada, ada, {field.key: "<script>alert(1)</script>" + "سلام " * 500 + "another end"})
    page = sign_in(app, dee).get(f"/admin/people/{ada.id}/history").text
    assert "the end</bdi>" in page
    assert "another end</bdi>" in page
    whole = caller(app, dee, ("read", "write", "admin")).get(f"/users/{ada.id}/history")
    assert whole["items"][0]["before"].endswith("the end")


@ONE_DATABASE
def test_with_a_field_goes_what_was_noted_of_it(ada: Person, dee: Person) -> None:
    field = define_field(dee, name="Blood group", kind="text", audience="self")
    other = define_field(dee, name="Badge", kind="text")
    set_values(ada, ada, {field.key: "0 negative", other.key: "17"})
    delete_field(dee, db.session.merge(field))
    assert noted(dee, ada) == [("Badge", None, "17", "Ada")]
