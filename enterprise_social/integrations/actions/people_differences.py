"""What lines of a list would change: each beside the person as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import aliased

from enterprise_social.core.db import db
from enterprise_social.integrations.models import PeopleImportLine
from enterprise_social.integrations.people_csv.columns import CUSTOM
from enterprise_social.integrations.people_csv.matching import Match
from enterprise_social.people.models import Person, ProfileField, Skill
from enterprise_social.people.queries import by_ids
from enterprise_social.people.queries.fields import ShownField, values_of
from enterprise_social.people.queries.people import CHUNK
from enterprise_social.people.queries.skills import names_of, skill_key
from enterprise_social.people.values import NOTHING, Stored, clean_value

BUILT_IN = (
    "name", "email", "username", "employee_number", "title", "department", "location", "phone",
    "pronouns", "time_zone", "locale", "started_on", "role",
)  # fmt: skip
Names = Callable[[Iterable[int]], Mapping[int, str]]


def shown(person: Person, name: str) -> str:
    """Return what stands in a built-in field of somebody, as text."""
    value = getattr(person, name)
    return "" if value is None else str(value)


def added_to(present: Sequence[str], names: Iterable[str], merged: Mapping[str, str]) -> list[str]:
    """Return the skills with those that aren't among them in any spelling.

    ``merged`` says which word has taken another's place, by their keys.
    """
    known = {skill_key(name) for name in present}
    every = list(present)
    for name in names:
        key = skill_key(name)
        key = merged.get(key, key)
        if key not in known:
            known.add(key)
            every.append(name)
    return every


def merged_skills(names: Iterable[str]) -> dict[str, str]:
    """Return the keys of the words that have been merged into others, with the others' keys."""
    other = aliased(Skill)
    keys = sorted({skill_key(name) for name in names})
    statement = select(Skill.key, other.key).join(other, other.id == Skill.merged_into_id)
    found: dict[str, str] = {}
    for start in range(0, len(keys), CHUNK):
        rows = db.session.execute(statement.where(Skill.key.in_(keys[start : start + CHUNK])))
        found |= {row[0]: row[1] for row in rows}
    return found


class Differences:
    """Settles lines: their kind, what they change, and why they are refused where they are."""

    def __init__(
        self,
        matched: Match,
        names_of: Names,
        fields: Mapping[str, ProfileField],
        actor_id: int | None,
    ) -> None:
        self._matched = matched
        self._names_of = names_of
        self._fields = fields
        self._actor_id = actor_id
        self._people: dict[int, Person] = {}
        self._own: dict[int, list[ShownField]] = {}
        self._skills: dict[int, list[str]] = {}
        self._merged: dict[str, str] = {}
        self._names: Mapping[int, str] = {}

    def settle(self, lines: Sequence[PeopleImportLine]) -> None:
        """Write into each line what would come of it; the number of queries is bounded."""
        nodes = [self._matched.nodes.get(line.line) for line in lines]
        ids = [node for node in nodes if node is not None and node > 0]
        self._people = by_ids(ids)
        self._own = values_of(None, ids)
        self._skills = names_of(ids)
        named = [name for line in lines for name in line.values.get("skills", ())]
        self._merged = merged_skills(named)
        managers = {self._matched.managers.get(line.line) for line in lines}
        managers |= {person.manager_id for person in self._people.values()}
        self._names = self._names_of({node for node in managers if node is not None})
        for line in lines:
            self._settle(line)

    def _settle(self, line: PeopleImportLine) -> None:
        node = self._matched.nodes.get(line.line)
        person = self._people.get(node) if node is not None else None
        problems = [*line.problems, *map(list, self._matched.problems.get(line.line, ()))]
        values = dict(line.values)
        if person is None:
            problems += self._missing_of_new(values, problems)
            changes = {name: ["", _text(value)] for name, value in values.items() if value}
        else:
            line.person_id = person.id
            line.name = line.name or person.name
            line.email = line.email or person.email
            values, changes = self._changed(person, values)
            if "role" in values and person.id == self._actor_id:
                problems.append(["role", _("Nobody changes their own role by a list.")])
            if "email" in values and not self._may_move(person):
                reason = _("The address of an admin is changed on their profile, not by a list.")
                problems.append(["email", reason])
        self._add_manager(line, person, values, changes)
        line.values, line.changes, line.problems = values, changes, problems
        line.depth = self._matched.depths.get(line.line, 0)
        if problems:
            line.kind, line.state = "refused", "refused"
        elif person is None:
            line.kind, line.state = "create", "waiting"
        elif person.deactivated_at is not None:
            line.kind, line.state = "reactivate", "waiting"
        else:
            line.kind = "change" if changes else "unchanged"
            line.state = "waiting" if changes else "left"

    def _may_move(self, person: Person) -> bool:
        """Tell whether somebody's mail may go elsewhere: with it goes who can set a password.

        A wrong number in a file must not hand the whole installation to another mailbox.
        """
        return person.role != "admin" or self._actor_id in (None, person.id)

    def _missing_of_new(
        self, values: Mapping[str, Any], problems: Sequence[Sequence[str]]
    ) -> list[list[str]]:
        bad = {target for target, _reason in problems}
        found = []
        if not values.get("name") and "name" not in bad:
            found.append(["name", _("Somebody new needs a name.")])
        if not values.get("email") and "email" not in bad:
            found.append(["email", _("Somebody new needs an e-mail address.")])
        return found

    def _changed(
        self, person: Person, values: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """Return those of the values that differ, and how, as people read it."""
        kept: dict[str, Any] = {}
        changes: dict[str, list[str]] = {}
        own = {each.key: each for each in self._own.get(person.id, ())}
        for name, value in values.items():
            if name == "skills":
                before = self._skills.get(person.id, [])
                after = added_to(before, value, self._merged)
                pair = [", ".join(before), ", ".join(after)]
            elif name.startswith(CUSTOM):
                pair = self._own_pair(name.removeprefix(CUSTOM), own, value)
            else:
                pair = [shown(person, name), _text(value)]
            if pair[0] != pair[1]:
                kept[name], changes[name] = value, pair
        return kept, changes

    def _own_pair(self, key: str, own: Mapping[str, ShownField], text: str) -> list[str]:
        before = own.get(key)
        said = before.text if before else ""
        stands = NOTHING
        if before is not None:
            stands = Stored(before.value, before.person.id if before.person else None)
        field = self._fields[key]
        return [said, said if clean_value(field, text, stands) == stands else text]

    def _add_manager(
        self,
        line: PeopleImportLine,
        person: Person | None,
        values: dict[str, Any],
        changes: dict[str, list[str]],
    ) -> None:
        if line.line not in self._matched.managers:
            return
        node = self._matched.managers[line.line]
        before = person.manager_id if person is not None else None
        if node == before:
            return
        # Somebody new has no id yet: their line stands for them.
        key = "line" if node is not None and node < 0 else "person"
        values["manager"] = {key: abs(node) if node is not None else None, "before": before}
        names = self._names
        changes["manager"] = [
            names.get(before, "") if before is not None else "",
            names.get(node, "") if node is not None else "",
        ]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)
