"""What a row says about somebody, cleaned, with what can't be taken of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from enterprise_social.core.errors import Invalid
from enterprise_social.core.language import zone_named
from enterprise_social.integrations.people_csv.columns import CUSTOM
from enterprise_social.people.details import clean
from enterprise_social.people.models import ROLES
from enterprise_social.people.models.skills import LONGEST_SKILL, MOST_SKILLS

# An empty cell may clear these, where that is asked for.
CLEARABLE = frozenset({"title", "department", "location", "phone", "pronouns", "started_on"})
_PLAIN = frozenset(
    {
        "name", "email", "username", "employee_number", "title", "department", "location", "phone",
        "pronouns", "locale",
    }
)  # fmt: skip
_MANAGERS = {
    "manager": "any",
    "manager_email": "email",
    "manager_number": "number",
    "manager_username": "username",
}
_PARTED_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T]00:00(?::00)?(?:\.0+)?Z?)?")
_MOST_KEPT = 20_000

Cleaned = tuple[Any, str]  # the value, or the sentence that says why not


@dataclass
class Entry:
    """A row. ``manager`` is how the manager is named and by what, None where the row says nothing.

    ``values`` are ready to be written: built-in fields, ``skills`` (a list), and the
    organisation's own under ``custom:<key>``; an empty text or None clears. Each problem is the
    field's name, or nothing, and a sentence.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    manager: tuple[str, str] | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)


class Cells:
    """Makes entries of rows by a mapping of columns."""

    def __init__(
        self,
        columns: Mapping[str, str],
        width: int,
        check_custom: Callable[[str, str], str | None],
        *,
        clears: bool = False,
    ) -> None:
        """``check_custom(key, text)`` says why an own field can't take a text, or nothing."""
        self._columns = {int(index): target for index, target in columns.items()}
        self._width = width
        self._check_custom = check_custom
        self._clears = clears
        # Departments, places and zones come again and again.
        self._kept: dict[tuple[str, str], Cleaned] = {}

    def entry(self, line: int, row: Sequence[str]) -> Entry:
        """Return what a row says."""
        found = Entry(line)
        given = {target: _cell(row, index) for index, target in self._columns.items()}
        if any(cell.strip() for cell in row[self._width :]):
            found.problems.append(("", _("There are more cells than columns.")))
        if not given.get("name"):
            parts = (given.get("first_name", ""), given.get("last_name", ""))
            given["name"] = " ".join(part for part in parts if part)
        for target, text in given.items():
            if "\ufffd" in text:
                found.problems.append(
                    (target, _("Some characters can't be read. Choose another encoding."))
                )
            elif text:
                self._take(found, target, text)
            elif self._clears:
                _clear(found, target)
        return found

    def _take(self, found: Entry, target: str, text: str) -> None:
        if target in _MANAGERS:
            if found.manager is None or not found.manager[1]:
                found.manager = (_MANAGERS[target], text)
            return
        if target in ("first_name", "last_name"):
            return
        value, problem = self._cleaned(target, text)
        if problem:
            found.problems.append((target, problem))
        else:
            found.values[target] = value

    def _cleaned(self, target: str, text: str) -> Cleaned:
        kept = self._kept.get((target, text))
        if kept is None:
            kept = self._clean(target, text)
            if len(self._kept) < _MOST_KEPT and target not in ("name", "email", "username"):
                self._kept[target, text] = kept
        return kept

    def _clean(self, target: str, text: str) -> Cleaned:
        if target.startswith(CUSTOM):
            return text, self._check_custom(target.removeprefix(CUSTOM), text) or ""
        if target in _PLAIN:
            try:
                return clean({target: text})[target], ""
            except Invalid as error:
                return None, f"{error.detail} “{_short(text)}”"
        return _READERS[target](text)


def _cell(row: Sequence[str], index: int) -> str:
    return row[index].strip() if index < len(row) else ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _clear(found: Entry, target: str) -> None:
    if target in CLEARABLE:
        found.values[target] = None if target == "started_on" else ""
    elif target.startswith(CUSTOM):
        found.values[target] = ""
    elif target in _MANAGERS and found.manager is None:
        found.manager = (_MANAGERS[target], "")


def _time_zone(text: str) -> Cleaned:
    zone = zone_named(text)
    if zone is None:
        return None, _(
            "There is no time zone “%(zone)s”. They are written like Europe/Paris.",
            zone=_short(text),
        )
    return zone, ""


def _role(text: str) -> Cleaned:
    role = text.casefold()
    if role not in ROLES:
        return None, _(
            "There is no role “%(role)s”: employee, manager or admin.", role=_short(text)
        )
    return role, ""


def _day(text: str) -> Cleaned:
    """Read a date whose order is certain; 3/4/2026 is two days, and nobody guesses which."""
    match = _PARTED_DATE.fullmatch(text)
    day = None
    if match is not None:
        first, mark, second, third = match[1], match[2], int(match[3]), match[4]
        if len(first) == 4:
            day = _date(int(first), second, int(third))
        elif len(third) == 4:
            if mark == "/" and int(first) <= 12 and second <= 12 and int(first) != second:
                return None, _(
                    "“%(date)s” may be two different days. Write 2026-01-31.", date=_short(text)
                )
            month_first = mark == "/" and second > 12
            day = _date(
                int(third),
                int(first) if month_first else second,
                second if month_first else int(first),
            )
    if day is None or not 1900 <= day.year <= 2200:
        return None, _("“%(date)s” is no date. Write 2026-01-31.", date=_short(text))
    return day.isoformat(), ""


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def skill_names(text: str) -> list[str]:
    """Return the skills that a text lists, separated by commas, semicolons, bars or lines."""
    names = [" ".join(name.split()) for name in re.split(r"[;,|\n]", text)]
    return list(dict.fromkeys(name for name in names if name))


def _skills(text: str) -> Cleaned:
    skills = skill_names(text)
    if len(skills) > MOST_SKILLS:
        return None, _("More than %(count)d skills.", count=MOST_SKILLS)
    for name in skills:
        if len(name) > LONGEST_SKILL:
            return None, _("This skill is too long: “%(name)s”", name=_short(name))
    return skills, ""


_READERS: dict[str, Callable[[str], Cleaned]] = {
    "time_zone": _time_zone,
    "role": _role,
    "started_on": _day,
    "skills": _skills,
}
