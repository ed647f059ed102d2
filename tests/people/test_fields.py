"""The organisation's own fields: who sees them, who sets them, what may stand in them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid
from enterprise_social.people.actions import deactivate_person, set_role, update_person
from enterprise_social.people.actions.fields import (
    change_field,
    define_field,
    delete_field,
    move_field,
    order_fields,
    set_field_archived,
    set_hidden,
    set_values,
)
from enterprise_social.people.actions.groups import create_group
from enterprise_social.people.models import Person, ProfileField
from enterprise_social.people.models.fields import FIELD_KINDS
from enterprise_social.people.queries.fields import (
    defined_fields,
    editable_for,
    hidden_names,
    values_for,
    values_of,
)
from tests.api.callers import caller
from tests.making import fresh, make_person, sign_in

ONE_DATABASE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
Counting = Callable[[], AbstractContextManager[list[str]]]
# Words that stand nowhere else.
WORDS = {"everyone": "zirconium", "managers": "yttrium", "self": "xenotime"}


@dataclass
class Line:
    """Top over head over Ada, with the head's manager gone; Pia works beside Ada."""

    top: Person
    gone: Person
    head: Person
    ada: Person
    pia: Person
    admin: Person

    def viewers(self) -> dict[str, tuple[Person, set[str]]]:
        """Return who looks at Ada, and the audiences whose words they find."""
        everything = {"everyone", "managers", "self"}
        return {
            "herself": (self.ada, everything),
            "her manager": (self.head, {"everyone", "managers"}),
            "the manager over one who left": (self.top, {"everyone", "managers"}),
            "a peer": (self.pia, {"everyone"}),
            "an admin": (self.admin, everything),
        }


@pytest.fixture
def line(app: Flask, database: SQLAlchemy) -> Line:
    made = Line(*(make_person(name) for name in ("Top", "Gone", "Head", "Ada", "Pia", "Adm")))
    set_role(None, made.admin, "admin")
    for below, above in ((made.gone, made.top), (made.head, made.gone), (made.ada, made.head)):
        update_person(None, below, manager_id=above.id)
    update_person(None, made.pia, manager_id=made.head.id)
    deactivate_person(None, made.gone)
    for audience, word in WORDS.items():
        field = define_field(made.admin, name=f"For {audience}", kind="text", audience=audience)
        set_values(made.ada, made.ada, {field.key: f"made of {word}"})
    return made


def found_in(text: str) -> set[str]:
    return {audience for audience, word in WORDS.items() if word in text}


@ONE_DATABASE
def test_each_value_is_seen_by_those_whom_it_is_for_and_by_nobody_else(
    app: Flask, line: Line
) -> None:
    app.extensions["worker"].run_until_idle()
    for who, (viewer, expected) in line.viewers().items():
        scopes = ("read", "admin") if viewer.role == "admin" else ("read", "write")
        browser, program = sign_in(app, viewer), caller(app, viewer, scopes)
        assert found_in(browser.get("/people/ada").text) == expected, who
        found = program.get(f"/users/{line.ada.id}")
        assert found_in(str(found["fields"])) == expected, who
        lists = [
            browser.get("/people").text,
            browser.get("/people/org?around=ada").text,
            str(program.get("/users")),
            str(program.get(f"/users/{line.head.id}/reports")),
            str(program.get(f"/users/{line.pia.id}")),
        ]
        # In lists no more than what is for everyone, also where the viewer may see more.
        assert found_in("".join(lists)) <= {"everyone"}, who
        for audience in ("managers", "self"):
            asked = WORDS[audience]
            answers = [
                browser.get(f"/people?q={asked}").text,
                browser.get(f"/jump?q={asked}").text,
                browser.get(f"/suggest?kind=person&q={asked}").text,
                browser.get(f"/search?q={asked}").text,
            ]
            # On every page of hers a link leads to herself.
            found_ada = [text for text in answers if 'href="/people/ada"' in text]
            assert viewer is line.ada or not found_ada, who
            assert program.get("/users", query=asked)["items"] == [], who
    deactivate_person(None, line.pia)
    assert sign_in(app, line.pia).get("/people/ada").status_code in (302, 303, 401)


def test_lines_of_managers_are_followed_in_one_query_whatever_they_are(
    line: Line, count_queries: Counting
) -> None:
    for who, (viewer, expected) in line.viewers().items():
        shown = " ".join(each.text for each in values_for(viewer, line.ada))
        assert found_in(shown) == expected, who
    # Only damaged data has a loop; it must neither hang nor show more to those outside of it.
    db.session.execute(
        Person.__table__.update().where(Person.id == line.top.id).values(manager_id=line.ada.id)
    )
    db.session.commit()
    assert found_in(str(values_for(line.pia, line.ada))) == {"everyone"}
    people = [line.ada.id, *(make_person().id for _ in range(20))]
    with count_queries() as statements:
        found = values_of(line.head, people)
    assert len(statements) == 1
    assert list(found) == [line.ada.id]
    assert [each.audience for each in found[line.ada.id]] == ["everyone", "managers"]


@ONE_DATABASE
def test_person_admins_and_directory_each_set_what_is_theirs(app: Flask, line: Line) -> None:
    keys = {
        editor: define_field(None, name=f"By {editor}", kind="text", editor=editor).key
        for editor in ("person", "admins", "directory")
    }
    allowed = {
        line.ada: {"person"},
        line.admin: {"person", "admins"},
        line.head: set(),
        line.pia: set(),
        None: {"person", "admins", "directory"},
    }
    for actor, expected in allowed.items():
        could = set()
        for editor, key in keys.items():
            try:
                set_values(actor, line.ada, {key: f"by {actor and actor.name}"})
                could.add(editor)
            except Forbidden:
                pass
        assert could == expected, actor
    set_values(line.admin, line.ada, {keys["directory"]: "imported"}, imported=True)
    with pytest.raises(Forbidden):
        set_values(line.pia, line.ada, {keys["directory"]: "forged"}, imported=True)
    mine = {each.field.key: each.may_set for each in editable_for(line.ada, line.ada)}
    assert (mine[keys["person"]], mine[keys["admins"]], mine[keys["directory"]]) == (
        True, False, False,
    )  # fmt: skip
    assert editable_for(line.head, line.ada) == []
    # By the form nobody forges what isn't theirs: it is left out, and the rest is saved.
    form = {f"fields.{key}": "forged" for key in keys.values()} | {"name": "Ada"}
    assert sign_in(app, line.ada).post("/settings", data=form).status_code == 303
    texts = {each.key: each.text for each in values_for(line.ada, line.ada)}
    assert texts[keys["person"]] == "forged"
    assert texts[keys["directory"]] == "imported"


# What is given for a field of a kind, and what is shown then; None where it is refused.
CLEANED: list[tuple[str, Any, str | None]] = [
    ("text", "  two\twords\u202e ", "two words"),
    ("text", "<b>bold</b>", "<b>bold</b>"),
    ("text", "ሰላም ዓለም", "ሰላም ዓለም"),
    ("text", "x" * 201, None),
    ("text", 5, None),
    ("long", "a\r\n  b\x00\u2066", "a\n  b"),
    ("long", "𝔘" * 4000, "𝔘" * 4000),
    ("long", "x" * 4001, None),
    ("long", "x" * 2_000_000, None),
    ("choice", "large", "Large"),
    ("choice", "Huge", None),
    ("date", "2027-02-28", "2027-02-28"),
    ("date", "2027-02-30", None),
    ("date", "28.2.2027", None),
    ("date", "٢٠٢٧-٠٢-٢٨", None),
    ("link", "example.org/a?b=1#c", "https://example.org/a?b=1#c"),
    ("link", "http://[::1]:8000/", "http://[::1]:8000/"),
    ("link", "mailto:a@example.org", "mailto:a@example.org"),
    ("link", "javascript:alert(1)", None),
    ("link", "JaVaScRiPt:alert(1)//https://x", None),
    ("link", "data:text/html,x", None),
    ("link", "https://bank.example@evil.example/", None),
    ("link", 'https://x.example/" onclick="x', None),
    ("link", "https://[bad", None),
    ("link", "https://x.example:99999/", None),
    ("link", "mailto:nobody", None),
    ("link", "//evil.example", None),
    ("person", "@pia", "Pia"),
    ("person", "nobody.here", None),
    ("person", 0, None),
    ("person", 2**70, None),
    ("person", True, None),
    ("person", ["pia"], None),
]


@ONE_DATABASE
def test_a_value_is_cleaned_by_its_kind_or_refused_with_a_sentence(
    app: Flask, database: SQLAlchemy
) -> None:
    ada, _pia = make_person("Ada"), make_person("Pia")
    keys = {
        kind: define_field(
            None, name=kind, kind=kind, choices=["Small", "Large"] if kind == "choice" else []
        ).key
        for kind in FIELD_KINDS
    }
    for kind, raw, stored in CLEANED:
        if stored is None:
            with pytest.raises(Invalid) as refused:
                set_values(ada, ada, {keys[kind]: raw})
            assert list(refused.value.errors) == [f"fields.{keys[kind]}"]
            continue
        set_values(ada, ada, {keys[kind]: raw})
        assert [each.text for each in values_for(ada, ada)] == [stored], raw
        set_values(ada, ada, {keys[kind]: " "})
        assert values_for(ada, ada) == []
    set_values(ada, ada, {keys["text"]: "<b>bold</b>", keys["long"]: "<script>x</script>"})
    page = sign_in(app, ada).get("/people/ada").text
    assert "&lt;b&gt;bold" in page
    assert "<b>bold" not in page
    assert "<script>x" not in page


@ONE_DATABASE
def test_what_stands_there_may_stay_when_it_could_not_be_chosen_anew(
    app: Flask, line: Line
) -> None:
    size = define_field(None, name="Size", kind="choice", choices=["S", "M"])
    buddy = define_field(None, name="Buddy", kind="person")
    set_values(line.ada, line.ada, {size.key: "S", buddy.key: line.pia.id})
    change_field(None, size, choices=["M", "L"])
    deactivate_person(None, line.pia)
    set_values(line.ada, line.ada, {size.key: "S", buddy.key: "@pia"})
    page = sign_in(app, line.head).get("/people/ada").text
    assert "No longer here" in page[page.index("Buddy") :]
    for key, raw in ((size.key, "S"), (buddy.key, "@pia")):
        with pytest.raises(Invalid):
            set_values(line.head, line.head, {key: raw})
    assert 'value="S" selected' in sign_in(app, line.ada).get("/settings").text


@ONE_DATABASE
def test_what_is_required_is_asked_of_whoever_fills_in_their_own(app: Flask, line: Line) -> None:
    field = define_field(None, name="Next of kin", kind="text", required=True)
    browser = sign_in(app, line.ada)
    form = {"name": "Ada B", f"fields.{field.key}": ""}
    answer = browser.post("/settings", data=form)
    assert answer.status_code == 422
    assert "This field is needed." in answer.text
    assert fresh(line.ada).name == "Ada"
    # Not of an admin who sets another one, nor of a program that says nothing of it.
    other = define_field(None, name="Locker", kind="text", editor="admins")
    set_values(line.admin, line.ada, {other.key: "12", field.key: ""})
    update_person(line.ada, line.ada, title="Rigger")
    form[f"fields.{field.key}"] = "Jan"
    assert browser.post("/settings", data=form).status_code == 303
    assert fresh(line.ada).name == "Ada B"
    with pytest.raises(Invalid):
        change_field(None, field, editor="directory")


@ONE_DATABASE
def test_more_people_see_what_was_written_for_few_only_when_that_is_meant(line: Line) -> None:
    narrow = next(each for each in defined_fields() if each.audience == "self")
    with pytest.raises(Invalid) as refused:
        change_field(line.admin, narrow, audience="managers")
    assert "1 person" in refused.value.errors["audience"][0]
    assert fresh(narrow).audience == "self"
    change_field(line.admin, narrow, audience="everyone", wider=True)
    change_field(line.admin, narrow, audience="self")
    assert found_in(str(values_for(line.pia, line.ada))) == {"everyone"}


def test_archived_fields_are_gone_everywhere_and_come_back_whole(app: Flask, line: Line) -> None:
    field = next(each for each in defined_fields() if each.audience == "everyone")
    set_field_archived(line.admin, field, True)
    assert found_in(sign_in(app, line.ada).get("/people/ada").text) == {"managers", "self"}
    assert field.key not in sign_in(app, line.ada).get("/settings").text
    with pytest.raises(Invalid):
        set_values(line.ada, line.ada, {field.key: "again"})
    again = define_field(line.admin, name=field.name, kind="text")
    assert again.key != field.key
    with pytest.raises(Invalid):
        set_field_archived(line.admin, field, False)
    change_field(line.admin, again, name="Another one")
    set_field_archived(line.admin, field, False)
    assert "everyone" in found_in(sign_in(app, line.pia).get("/people/ada").text)
    delete_field(line.admin, field)
    assert found_in(sign_in(app, line.ada).get("/people/ada").text) == {"managers", "self"}
    acts = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.target == f"field:{field.id}")
    ).all()
    assert acts == ["fields.defined", "fields.archived", "fields.restored", "fields.deleted"]


@ONE_DATABASE
def test_a_definition_is_refused_with_what_is_wrong_with_it(line: Line) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "FOR EVERYONE"}, "name"),
        ({"kind": "colour"}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "choice", "choices": ["a", "A"]}, "choices"),
        ({"kind": "choice", "choices": [f"{n}" for n in range(101)]}, "choices"),
        ({"audience": "nobody"}, "audience"),
        ({"editor": "robots"}, "editor"),
        ({"hint": "x" * 201}, "hint"),
        ({"required": True, "editor": "admins"}, "required"),
    ]
    for parts, wrong in bad:
        with pytest.raises(Invalid) as refused:
            define_field(line.admin, **{"name": "New", "kind": "text", **parts})
        assert list(refused.value.errors) == [wrong], parts
    for actor in (line.ada, line.head):
        with pytest.raises(Forbidden):
            define_field(actor, name="Mine", kind="text")
        with pytest.raises(Forbidden):
            set_hidden(actor, {"phone"})
    names = {"Größe": "grosse", "役職": "field", "7 days": "field_7_days", "Title": "title_2"}
    names["Größe"] = "groe"
    made = {name: define_field(None, name=name, kind="text").key for name in names}
    assert made == names


def test_fields_are_put_in_order_by_steps_and_as_a_whole(line: Line) -> None:
    first, second, third = defined_fields()
    move_field(line.admin, third, -1)
    move_field(line.admin, first, -1)
    assert [each.id for each in defined_fields()] == [first.id, third.id, second.id]
    order_fields(line.admin, [third.id, second.id, first.id])
    assert [each.id for each in defined_fields()] == [third.id, second.id, first.id]
    for wrong in ([third.id, second.id], [third.id, second.id, first.id, 99], [third.id] * 3):
        with pytest.raises(Conflict):
            order_fields(line.admin, wrong)


@ONE_DATABASE
def test_hidden_built_in_fields_are_shown_nowhere_and_kept(app: Flask, line: Line) -> None:
    update_person(None, line.ada, phone="+47 900 11 222", department="Quartermasters")
    app.extensions["worker"].run_until_idle()
    set_hidden(line.admin, {"phone", "department", "time_zone"})
    app.extensions["worker"].run_until_idle()
    assert hidden_names() == {"phone", "department", "time_zone"}
    program, browser = caller(app, line.pia, ("read", "write")), sign_in(app, line.pia)
    seen = browser.get("/people/ada").text + str(program.get(f"/users/{line.ada.id}"))
    seen += browser.get("/people").text + str(program.get("/users"))
    assert "900 11 222" not in seen
    assert "Quartermasters" not in seen
    assert program.get("/users", query="quartermasters")["items"] == []
    own = caller(app, line.ada, ("read", "write"))
    assert set(own.patch("/me", 422, phone="+1")["errors"]) == {"phone"}
    own.patch("/me", time_zone="Europe/Oslo")
    with pytest.raises(Invalid):
        set_hidden(line.admin, {"name"})
    set_hidden(line.admin, set())
    assert "900 11 222" in browser.get("/people/ada").text


@ONE_DATABASE
def test_groups_that_stand_on_a_field_are_named_before_they_are_emptied(
    app: Flask, line: Line
) -> None:
    team = define_field(line.admin, name="Team", kind="text")
    set_values(None, line.ada, {team.key: "Nets"})
    update_person(None, line.ada, department="Docks")
    create_group(line.admin, "Net menders", kind="rule", rule=f'field:{team.key} is "Nets"')
    create_group(line.admin, "Dockers", kind="rule", rule='department is "Docks"')
    browser = sign_in(app, line.admin)
    path = f"/admin/fields/{team.id}"
    assert "Net menders" in browser.get(f"{path}/delete").text
    narrow = {"name": "Team", "audience": "managers", "editor": "person"}
    for url, form in ((path, narrow), (f"{path}/archive", {"archived": "1"})):
        asked = browser.post(url, data=form)
        assert asked.status_code == 409
        assert "Net menders" in asked.text
        assert "Dockers" not in asked.text
    asked = browser.post("/admin/fields/built-in", data={"shown": ["title", "location"]})
    assert "Dockers" in asked.text
    assert 'name="shown" value="location"' in asked.text
    assert hidden_names() == frozenset()
    assert browser.post(path, data={**narrow, "sure": "1"}).status_code == 303
    assert fresh(team).audience == "managers"
    assert browser.post(path, data={**narrow, "name": "Teams"}).status_code == 303


def test_edits_at_the_same_moment_are_all_kept_and_noted(app: Flask, line: Line) -> None:
    keys = [define_field(None, name=f"Number {n}", kind="text").key for n in range(6)]
    version, problems = fresh(line.ada).version, []
    ada_id = line.ada.id

    def fill_in(key: str) -> None:
        with app.app_context():
            try:
                ada = db.session.get_one(Person, ada_id)
                set_values(ada, ada, {key: key, keys[0]: f"by {key}"})
            except Exception as error:  # noqa: BLE001 - for the assertion
                problems.append(error)

    threads = [threading.Thread(target=fill_in, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    db.session.rollback()
    texts = {each.key: each.text for each in values_for(line.ada, line.ada)}
    assert {key: texts[key] for key in keys[1:]} == {key: key for key in keys[1:]}
    assert fresh(line.ada).version == version + len(keys)
    assert db.session.scalar(select(ProfileField.id).where(ProfileField.key == keys[0]))
