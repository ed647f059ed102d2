"""Rules over people: how they are read, said again, and whom they find."""

from __future__ import annotations

import random
from datetime import date
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import (
    HiddenField,
    Person,
    PersonSkill,
    ProfileField,
    ProfileValue,
    Skill,
)
from enterprise_social.people.rules import (
    DEEPEST,
    MOST_TESTS,
    KnownNames,
    Operand,
    Row,
    RuleError,
    condition,
    in_rows,
    in_words,
    of_rows,
    parse,
    written,
)

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PLACES = ("Lyon", "LYON", "Zürich", "zurich", "New York", "", "Łódź")
DEPARTMENTS = ("Operations", "operations", "Research and Development", 'The "Yard"', "")
TITLES = ("Crane operator", "Senior Operator", "Ärztin", "not", "one")
SKILLS = ("Welding", "weld", "Café")
BADGES = ("A-1", "a-1", "B 2", "")
DAYS = (date(2024, 2, 29), date(2026, 1, 1), date(2026, 1, 2))


class Staff:
    """Who has which username and which fields there are, without a database."""

    operands: ClassVar[dict[str, Operand]] = {}

    def person(self, username: str) -> int | None:
        return {"maren": 1, "ben": 2}.get(username)

    def username(self, person_id: int) -> str | None:
        return {1: "maren", 2: "ben"}.get(person_id)

    def custom_kind(self, key: str) -> str | None:
        return {"badge": "text", "mentor": "person", "review": "date"}.get(key)

    def hidden(self, name: str) -> bool:
        return name == "location"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("department is Operations", {"field": "department", "is": ["Operations"]}),
        ('TITLE Is Not "crane operator"', {"not": {"field": "title", "is": ["crane operator"]}}),
        (
            "department is one of (Ops, “Yard, east”) or role is manager",
            {
                "any": [
                    {"field": "department", "is": ["Ops", "Yard, east"]},
                    {"field": "role", "is": ["manager"]},
                ]
            },
        ),
        (
            "title contains crane and (has skill welding or not reports to @Maren)",
            {
                "all": [
                    {"field": "title", "contains": "crane"},
                    {"any": [{"skill": "welding"}, {"not": {"below": 1}}]},
                ]
            },
        ),
        ("started after 2026-01-01", {"field": "started", "after": "2026-01-01"}),
        ("field:mentor is @ben", {"field": "field:mentor", "people": [2]}),
        ("field:review before 2026-06-30", {"field": "field:review", "before": "2026-06-30"}),
        ('department is ""', {"field": "department", "is": [""]}),
    ],
)
def test_a_rule_is_read_as_it_is_meant(text: str, rule: dict[str, Any]) -> None:
    assert parse(text, Staff()) == rule
    assert parse(written(rule, Staff()), Staff()) == rule


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("", 1, "a field"),
        ("department Operations", 12, "contains"),
        ("department is", 14, "a value"),
        ("department is New York", 19, "quotes"),
        ('department is "New York', 15, "never closed"),
        ("(department is A or title is B", 31, "“)”"),
        ("department is A)", 16, "the end"),
        ("has welding", 5, "skill"),
        ("reports to @nobody", 12, "@nobody"),
        ("started before soon", 16, "2026-01-31"),
        ("role is boss", 9, "manager"),
        ("field:salary is 3", 1, "salary"),
        ("location is Lyon", 1, "not in use"),
        ("title is one of (A, )", 21, "a value"),
        ("(" * (DEEPEST + 1) + "title is A", DEEPEST + 1, str(DEEPEST)),
        (" or ".join(["title is A"] * (MOST_TESTS + 1)), None, str(MOST_TESTS)),
        ("title is " + "x" * 2000, None, "2000"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    app: Flask, text: str, position: int | None, word: str
) -> None:
    with app.test_request_context(), pytest.raises(RuleError) as refused:
        parse(text, Staff())
    assert word in refused.value.problem
    assert position is None or refused.value.position == position


test_what_is_wrong_is_said_with_its_place = only_sqlite(test_what_is_wrong_is_said_with_its_place)


@only_sqlite
def test_rows_of_a_form_and_rules_are_the_same_thing(app: Flask) -> None:
    rows = [
        Row("department", "is", "Research and Development"),
        Row("title", "contains", "crane"),
        Row("skill", "is_not", "welding"),
        Row("manager", "is", "@maren"),
        Row("role", "one_of", "manager, admin"),
    ]
    with app.test_request_context():
        text = of_rows([*rows, Row("title", "is", "  ")], "any", Staff())
        assert in_rows(parse(text, Staff()), Staff()) == ("any", rows)
        assert in_rows(parse(f"not ({text})", Staff()), Staff()) is None
        with pytest.raises(RuleError, match="row 2"):
            of_rows([rows[0], Row("started", "before", "soon")], "all", Staff())
        words = in_words(parse(text, Staff()), Staff())
    assert words.startswith("department is Research and Development or title contains crane or not")


def staff(seed: int) -> list[Person]:
    """Make some thirty people of every sort, some of them gone, with lines that even loop."""
    dice = random.Random(seed)
    moment = now()
    people = [
        Person(
            email=f"p{number}@example.org",
            username=f"p{number}",
            name=f"P {number}",
            role=dice.choice(("employee", "employee", "manager", "admin")),
            department=dice.choice(DEPARTMENTS),
            location=dice.choice(PLACES),
            title=dice.choice(TITLES),
            started_on=dice.choice((None, *DAYS)),
            is_bot=dice.random() < 0.1,
            deactivated_at=moment if dice.random() < 0.15 else None,
            created_at=moment,
        )
        for number in range(30)
    ]
    db.session.add_all(people)
    db.session.flush()
    for person in people:
        person.manager_id = dice.choice(people[:12]).id if dice.random() < 0.8 else None
    badge = ProfileField(key="badge", name="Badge", kind="text", created_at=moment)
    mentor = ProfileField(key="mentor", name="Mentor", kind="person", created_at=moment)
    secret = ProfileField(
        key="secret", name="Secret", kind="text", audience="managers", created_at=moment
    )
    skills = [Skill(key=name.casefold(), name=name, created_at=moment) for name in SKILLS]
    db.session.add_all([badge, mentor, secret, *skills])
    db.session.flush()
    skills[1].merged_into_id = skills[0].id
    for person in people:
        for skill in (skills[0], skills[2]):
            if dice.random() < 0.4:
                db.session.add(PersonSkill(person_id=person.id, skill_id=skill.id, added_at=moment))
        for field in (badge, secret):
            if dice.random() < 0.7:
                value = dice.choice(BADGES)
                db.session.add(ProfileValue(person_id=person.id, field_id=field.id, value=value))
        if dice.random() < 0.5:
            named = dice.choice(people)
            db.session.add(ProfileValue(person_id=person.id, field_id=mentor.id, named_id=named.id))
    db.session.commit()
    return people


def plain(text: str) -> str:
    """Fold what these tests write, by a table of its own."""
    table = str.maketrans("üäöłóźé", "uaoloze")
    return text.lower().translate(table)


class Plainly:
    """The meaning of rules, person by person."""

    def __init__(self) -> None:
        self.people = {person.id: person for person in db.session.scalars(select(Person))}
        rows = db.session.execute(
            select(PersonSkill.person_id, Skill.name).join(Skill, Skill.id == PersonSkill.skill_id)
        )
        self.skills = {(row.person_id, plain(row.name)) for row in rows}
        values = db.session.execute(
            select(
                ProfileField.key, ProfileValue.person_id, ProfileValue.value, ProfileValue.named_id
            ).join(ProfileField, ProfileField.id == ProfileValue.field_id)
        )
        self.values = {(row.key, row.person_id): (row.value, row.named_id) for row in values}

    def found(self, rule: dict[str, Any]) -> set[int]:
        return {
            person.id
            for person in self.people.values()
            if person.deactivated_at is None and not person.is_bot and self.holds(rule, person)
        }

    def holds(self, rule: dict[str, Any], person: Person) -> bool:
        if "all" in rule:
            return all(self.holds(part, person) for part in rule["all"])
        if "any" in rule:
            return any(self.holds(part, person) for part in rule["any"])
        if "not" in rule:
            return not self.holds(rule["not"], person)
        if "skill" in rule:
            name = plain(rule["skill"])
            return (person.id, "welding" if name == "weld" else name) in self.skills
        if "below" in rule:
            return rule["below"] in self.above(person)
        return self.field(rule, person)

    def above(self, person: Person) -> set[int]:
        found: set[int] = set()
        manager = person.manager_id
        while manager is not None and manager not in found:
            found.add(manager)
            manager = self.people[manager].manager_id
        return found

    def field(self, rule: dict[str, Any], person: Person) -> bool:
        name = rule["field"]
        if name == "started":
            if person.started_on is None:
                return False
            day = person.started_on.isoformat()
            return day < rule["before"] if "before" in rule else day > rule["after"]
        if name == "person":
            return person.id in rule["people"]
        if name.startswith("field:"):
            value, named = self.values.get((name[6:], person.id), ("", None))
            if "people" in rule:
                return named in rule["people"]
        else:
            value = getattr(person, name)
        if "contains" in rule:
            return plain(rule["contains"]) in plain(value)
        return plain(value) in {plain(each) for each in rule["is"]}


def rules(ids: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    """Make rules over the staff."""
    people = st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True)

    def text(name: str, values: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
        some = st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)
        parts = st.sampled_from(["op", "Ö", "LY", "zur", "york", "1", " "]).filter(str.strip)
        return some.map(lambda chosen: {"field": name, "is": chosen}) | parts.map(
            lambda part: {"field": name, "contains": part}
        )

    days = st.sampled_from([day.isoformat() for day in DAYS])
    one = (
        text("department", DEPARTMENTS)
        | text("location", (*PLACES, "lodz", "Nowhere"))
        | text("title", TITLES)
        | text("field:badge", BADGES)
        | st.sampled_from(["manager", "admin"]).map(lambda role: {"field": "role", "is": [role]})
        | people.map(lambda chosen: {"field": "person", "people": chosen})
        | people.map(lambda chosen: {"field": "field:mentor", "people": chosen})
        | st.sampled_from([*SKILLS, "CAFE", "nothing"]).map(lambda name: {"skill": name})
        | st.sampled_from(ids).map(lambda manager: {"below": manager})
        | days.map(lambda day: {"field": "started", "before": day})
        | days.map(lambda day: {"field": "started", "after": day})
    )
    return st.recursive(
        one,
        lambda parts: (
            st.lists(parts, min_size=2, max_size=3).map(lambda each: {"all": each})
            | st.lists(parts, min_size=2, max_size=3).map(lambda each: {"any": each})
            | parts.map(lambda part: {"not": part})
        ),
        max_leaves=6,
    )


def test_the_database_finds_whom_the_rule_means(app: Flask) -> None:
    with app.app_context(), app.test_request_context():
        ids = [person.id for person in staff(7)]
        meaning, names = Plainly(), KnownNames()

        @settings(
            max_examples=120,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(rules(ids))
        def check(rule: dict[str, Any]) -> None:
            assert parse(written(rule, names), names) == rule
            assert in_words(rule, names)
            found = set(db.session.scalars(select(Person.id).where(condition(rule))))
            assert found == meaning.found(rule)

        check()


@only_sqlite
def test_what_not_everyone_may_see_never_decides(app: Flask) -> None:
    with app.app_context(), app.test_request_context():
        people = staff(3)
        with pytest.raises(RuleError, match="secret"):
            parse("field:secret is A-1", KnownNames())
        rule = parse("field:badge is A-1 and not title is Nothing", KnownNames())
        shown = select(Person.id).where(condition(rule))
        assert 0 < len(list(db.session.scalars(shown))) < len(people)
        rule = {"not": rule}
        # Narrowed, or hidden, after the rule was written.
        badge = db.session.scalars(select(ProfileField).where(ProfileField.key == "badge")).one()
        badge.audience = "self"
        db.session.commit()
        assert list(db.session.scalars(select(Person.id).where(condition(rule)))) == []
        rule = parse("department contains o", KnownNames())
        db.session.add(HiddenField(name="department", hidden_at=now()))
        db.session.commit()
        assert list(db.session.scalars(select(Person.id).where(condition(rule)))) == []
