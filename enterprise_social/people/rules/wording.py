"""A rule said again: in its own language, and in the reader's."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _

from enterprise_social.people.rules.language import CUSTOM, KEYWORDS, Rule
from enterprise_social.people.rules.names import Names

# Values of other characters, and words of the language, stand in quotes.
_PLAIN = re.compile(r"[\w.@+#&/-]+")
_WORDS = KEYWORDS | {"one", "except", "everyone"}
# Somebody whose row is gone; no username can look so.
NOBODY = "?"


def written(rule: Rule, names: Names) -> str:
    """Write a rule in its language; ``parse`` reads the same from it."""
    return _written(rule, names, "")


def _written(rule: Rule, names: Names, around: str) -> str:
    for name, word in (("all", "and"), ("any", "or")):
        if name in rule:
            text = f" {word} ".join(_written(part, names, name) for part in rule[name])
            # "and" binds closer, so alternatives of "and" need no parentheses.
            return f"({text})" if around and not (around == "any" and name == "all") else text
    if "not" in rule:
        inner = rule["not"]
        if "is" in inner or "people" in inner:
            return f"{inner['field']} is not {_values(inner, names)}"
        return f"not {_written(inner, names, 'not')}"
    return _test(rule, names)


def _test(rule: Rule, names: Names) -> str:
    if "everyone" in rule:
        return "everyone"
    if "in" in rule:
        return f"in {rule['in']} {quoted(_member_of(rule, names))}"
    if "skill" in rule:
        return f"has skill {quoted(rule['skill'])}"
    if "below" in rule:
        return f"reports to {_person(rule['below'], names)}"
    name = rule["field"]
    for word in ("before", "after"):
        if word in rule:
            return f"{name} {word} {rule[word]}"
    if "contains" in rule:
        return f"{name} contains {quoted(rule['contains'])}"
    return f"{name} is {_values(rule, names)}"


def _values(rule: Rule, names: Names) -> str:
    if "people" in rule:
        values = [_person(each, names) for each in rule["people"]]
    else:
        values = [quoted(each) for each in rule["is"]]
    return values[0] if len(values) == 1 else f"one of ({', '.join(values)})"


def _person(person_id: int, names: Names) -> str:
    return f"@{names.username(person_id) or NOBODY}"


def quoted(value: str) -> str:
    """Write a value so that it is read as one."""
    if _PLAIN.fullmatch(value) and value.casefold() not in _WORDS:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def in_words(rule: Rule, names: Names) -> str:
    """Say a rule to readers, in their language."""
    return _said(rule, names, "")


def _said(rule: Rule, names: Names, around: str) -> str:
    for name, word in (("all", _("and")), ("any", _("or"))):
        if name in rule:
            text = f" {word} ".join(_said(part, names, name) for part in rule[name])
            return f"({text})" if around and not (around == "any" and name == "all") else text
    if "not" in rule:
        inner = rule["not"]
        if "is" in inner or "people" in inner:
            facts = {"field": field_name(inner["field"]), "values": _listed(inner, names)}
            return _("%(field)s is not %(values)s", **facts)
        return _("not: %(rule)s", rule=_said(inner, names, "not"))
    return _said_test(rule, names)


def _member_of(rule: Rule, names: Names) -> str:
    operand = names.operands.get(rule["in"])
    return NOBODY if operand is None else f"{operand.sign}{operand.name(rule['id']) or NOBODY}"


def _said_test(rule: Rule, names: Names) -> str:
    if "everyone" in rule:
        return _("everyone")
    if "in" in rule:
        return _("is in %(name)s", name=_member_of(rule, names))
    if "skill" in rule:
        return _("has the skill %(skill)s", skill=rule["skill"])
    if "below" in rule:
        return _("reports to %(name)s", name=_person(rule["below"], names))
    facts: dict[str, Any] = {"field": field_name(rule["field"])}
    if "before" in rule:
        return _("%(field)s before %(date)s", date=rule["before"], **facts)
    if "after" in rule:
        return _("%(field)s after %(date)s", date=rule["after"], **facts)
    if "contains" in rule:
        return _("%(field)s contains %(part)s", part=rule["contains"], **facts)
    return _("%(field)s is %(values)s", values=_listed(rule, names), **facts)


def _listed(rule: Rule, names: Names) -> str:
    if "people" in rule:
        values = [_person(each, names) for each in rule["people"]]
    else:
        values = [each or _("empty") for each in rule["is"]]
    return _(" or ").join(values)


def field_name(name: str) -> str:
    """Return what a field is called to readers; a custom one by its key."""
    known = {
        "department": _("department"),
        "location": _("location"),
        "title": _("title"),
        "role": _("role"),
        "person": _("person"),
        "started": _("started"),
    }
    return known.get(name, name.removeprefix(CUSTOM))
