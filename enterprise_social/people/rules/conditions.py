"""One SQL condition of a rule, the same on both databases.

Neither database compares letters of all scripts without regard to case and accents in a way that
the other does as well. So the spellings that stand in a field are read first and folded here, and
the condition compares with those that are meant: exact, indexed, and equal everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
    true,
)

from enterprise_social.core.db import db, is_sqlite
from enterprise_social.people.lines import above, below
from enterprise_social.people.models import (
    Person,
    PersonSkill,
    ProfileField,
    ProfileValue,
    Skill,
)
from enterprise_social.people.policy import suggestible
from enterprise_social.people.policy.guests import GUEST
from enterprise_social.people.rules.language import CUSTOM, Rule
from enterprise_social.people.rules.names import KnownNames, Names
from enterprise_social.people.usernames import folded

_COLUMNS = {"department": Person.department, "location": Person.location, "title": Person.title}


class Spellings:
    """What stands in each field, as it is written, and who is above whom; each read once.

    ``person_ids`` narrows it to these people, where only they are asked about.
    """

    def __init__(self, person_ids: Sequence[int] | None = None, names: Names | None = None) -> None:
        self._person_ids = person_ids
        self._found: dict[str, list[tuple[str, str]]] = {}
        self._lines: set[tuple[int, int]] | None = None
        self.names = names or KnownNames()

    def like(self, field: str, matches: Callable[[str], bool]) -> list[str]:
        """Return the spellings in a field whose folded form ``matches`` says yes to."""
        if field not in self._found:
            written = db.session.scalars(self._statement(field))
            self._found[field] = [(each, comparable(each)) for each in written]
        return [each for each, form in self._found[field] if matches(form)]

    def under(self, manager_id: int) -> ColumnElement[bool]:
        """Return who is below somebody.

        Of a few people the lines are read upwards, once for all rules: below somebody may be the
        whole organisation.
        """
        if self._person_ids is None:
            return Person.id.in_(below([manager_id]))
        if self._lines is None:
            lines = above(self._person_ids)
            rows = db.session.execute(select(lines.c.of, lines.c.above))
            self._lines = {(row.of, row.above) for row in rows}
        theirs = [each for each in self._person_ids if (each, manager_id) in self._lines]
        return Person.id.in_(theirs)

    def _statement(self, field: str) -> Select[str]:
        if field == "skill":
            return select(Skill.name)
        if field.startswith(CUSTOM):
            statement = (
                select(ProfileValue.value)
                .join(ProfileField, ProfileField.id == ProfileValue.field_id)
                .where(ProfileField.key == field.removeprefix(CUSTOM))
                .distinct()
            )
            if self._person_ids is not None:
                statement = statement.where(ProfileValue.person_id.in_(self._person_ids))
            return statement
        statement = select(_COLUMNS[field]).distinct()
        if self._person_ids is not None:
            statement = statement.where(Person.id.in_(self._person_ids))
        return statement


def comparable(text: str) -> str:
    """Return the form in which values are compared: folded, without outer or double spaces."""
    return " ".join(folded(text).split())


def condition(rule: Rule, spellings: Spellings | None = None) -> ColumnElement[bool]:
    """Return the condition on ``Person`` for who matches: active people, never bots.

    It is true to the spellings of this moment: make it anew for each use. A rule over something
    that not everyone may see any more takes nobody in, not even by ``not``. Guests match only
    where they are meant: by ``role``, by name, or by what they are in.
    """
    spellings = spellings or Spellings()
    if not is_usable(rule, spellings.names):
        return false()
    matches = _condition(rule, spellings)
    meant = [_condition(test, spellings) for test in _tests(rule) if _may_mean_guests(test)]
    for_guests = or_(Person.role != GUEST, *meant)
    return and_(suggestible(), Person.is_bot.is_(False), for_guests, matches)


def _may_mean_guests(test: Rule) -> bool:
    """Tell whether a test can be meant for guests: their role, a name, or a place they are in."""
    return "in" in test or test.get("field") in ("role", "person")


def follows_managers(rule: Rule) -> bool:
    """Tell whether a change of somebody's manager can change who below them matches."""
    return any("below" in test for test in _tests(rule))


def is_self_written(rule: Rule) -> bool:
    """Tell whether somebody can make a rule true of themselves by what they write of themselves."""
    tests = list(_tests(rule))
    fields = {test["field"] for test in tests if "field" in test}
    if fields & set(_COLUMNS) or any("skill" in test for test in tests):
        return True
    keys = [name.removeprefix(CUSTOM) for name in fields if name.startswith(CUSTOM)]
    statement = select(ProfileField.id).where(
        ProfileField.key.in_(keys), ProfileField.editor == "person"
    )
    return db.session.execute(statement.limit(1)).first() is not None


def is_usable(rule: Rule, names: Names) -> bool:
    """Tell whether everyone may still see all that a rule asks for."""
    tests = list(_tests(rule))
    known = all(test["in"] in names.operands for test in tests if "in" in test)
    return known and all(_is_seen(test, names) for test in tests if "field" in test)


def _tests(rule: Rule) -> Iterator[Rule]:
    parts = [*rule.get("all", ()), *rule.get("any", ())]
    if "not" in rule:
        parts.append(rule["not"])
    elif not parts:
        yield rule
    for part in parts:
        yield from _tests(part)


def _is_seen(test: Rule, names: Names) -> bool:
    name: str = test["field"]
    if not name.startswith(CUSTOM):
        return not names.hidden("started_on" if name == "started" else name)
    kind = names.custom_kind(name.removeprefix(CUSTOM))
    if kind is None or (kind == "person") != ("people" in test):
        return False
    return kind == "date" or not ("before" in test or "after" in test)


def _condition(rule: Rule, spellings: Spellings) -> ColumnElement[bool]:
    if "all" in rule:
        return and_(*(_condition(part, spellings) for part in rule["all"]))
    if "any" in rule:
        return or_(*(_condition(part, spellings) for part in rule["any"]))
    if "not" in rule:
        return not_(_condition(rule["not"], spellings))
    if "everyone" in rule:
        return true()
    if "in" in rule:
        return spellings.names.operands[rule["in"]].condition(rule["id"])
    if "skill" in rule:
        return _has_skill(rule["skill"], spellings)
    if "below" in rule:
        return spellings.under(rule["below"])
    name: str = rule["field"]
    if name.startswith(CUSTOM):
        return _custom(name, rule, spellings)
    return _built_in(name, rule, spellings)


def _built_in(name: str, rule: Rule, spellings: Spellings) -> ColumnElement[bool]:
    if name == "started":
        # Who has no date started neither before nor after; so never NULL, which ``not`` would keep.
        return and_(Person.started_on.is_not(None), _moment(Person.started_on, rule))
    if name == "role":
        return Person.role.in_(rule["is"])
    if name == "person":
        return Person.id.in_(rule["people"])
    return among(_COLUMNS[name], spellings.like(name, _matcher(rule)))


def _custom(name: str, rule: Rule, spellings: Spellings) -> ColumnElement[bool]:
    key = name.removeprefix(CUSTOM)
    holds: ColumnElement[bool]
    if "people" in rule:
        holds = ProfileValue.named_id.in_(rule["people"])
    elif spellings.names.custom_kind(key) == "date":
        holds = and_(ProfileValue.value != "", _text_date(rule))
    else:
        holds = among(ProfileValue.value, spellings.like(name, _matcher(rule)))
    people = (
        select(ProfileValue.person_id)
        .join(ProfileField, ProfileField.id == ProfileValue.field_id)
        .where(ProfileField.key == key, holds)
    )
    found: ColumnElement[bool] = Person.id.in_(people)
    if "" in rule.get("is", ()):
        # Nothing was ever written there: that is empty as well.
        written = (
            select(ProfileValue.person_id)
            .join(ProfileField, ProfileField.id == ProfileValue.field_id)
            .where(ProfileField.key == key, ProfileValue.value != "")
        )
        found = or_(found, Person.id.not_in(written))
    return found


def _text_date(rule: Rule) -> ColumnElement[bool]:
    if "is" in rule:
        return ProfileValue.value.in_(rule["is"])
    # ``YYYY-MM-DD`` sorts as text the way dates do.
    if "before" in rule:
        return ProfileValue.value < rule["before"]
    return ProfileValue.value > rule["after"]


def _moment(column: Any, rule: Rule) -> ColumnElement[bool]:
    if "before" in rule:
        return column < date.fromisoformat(rule["before"])
    return column > date.fromisoformat(rule["after"])


def _matcher(rule: Rule) -> Callable[[str], bool]:
    if "contains" in rule:
        part = comparable(rule["contains"])
        return lambda form: part in form
    wanted = {comparable(value) for value in rule["is"]}
    return lambda form: form in wanted


def _has_skill(name: str, spellings: Spellings) -> ColumnElement[bool]:
    wanted = comparable(name)
    named = spellings.like("skill", lambda form: form == wanted)
    # A word that was merged into another stands for that one.
    skills = select(func.coalesce(Skill.merged_into_id, Skill.id)).where(among(Skill.name, named))
    return Person.id.in_(select(PersonSkill.person_id).where(PersonSkill.skill_id.in_(skills)))


def among(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the values, however many: one parameter."""
    if not values:
        return false()
    if is_sqlite():
        each = func.json_each(json.dumps(list(values)))
        return column.in_(select(each.table_valued("value").c.value))
    return column == func.any(bindparam(None, list(values), type_=ARRAY(String)))
