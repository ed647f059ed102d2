"""An audience as chips: who gets it, which of these only, and who doesn't.

For people who don't write rules. ``(a or b) and c except d`` are the chips a and b of the part
``with``, c of ``only`` and d of ``without``; what is more than that stays a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from enterprise_social.core.errors import Invalid
from enterprise_social.people import rules
from enterprise_social.people.rules.wording import quoted

PARTS = ("with", "only", "without")
KINDS = ("everyone", "department", "location", "group", "line", "channel", "role", "person",
         "title", "skill")  # fmt: skip
MOST_CHIPS = 40


@dataclass(frozen=True)
class Chip:
    """One condition: in which part it stands, as text, and as people read it."""

    part: str
    text: str
    label: str
    icon: str


def of_rule(rule: dict[str, Any] | None, names: rules.Names) -> list[Chip] | None:
    """Return the chips of a rule, or None where it says more than chips can."""
    if rule is None:
        return []
    found: list[Chip] = []
    for index, part in enumerate(_conjuncts(rule)):
        if "not" in part:
            name, tests = "without", _alternatives(part["not"])
        else:
            name, tests = ("with" if index == 0 else "only"), _alternatives(part)
        if any(_is_compound(test) for test in tests) or (name == "only" and len(tests) > 1):
            return None
        found += [_chip(name, test, names) for test in tests]
    if found and not any(chip.part == "with" for chip in found):
        found.insert(0, _chip("with", {"everyone": True}, names))
    return found


def text_of(chips: Sequence[Chip]) -> str:
    """Return the rule that chips mean."""
    parts = {part: [chip.text for chip in chips if chip.part == part] for part in PARTS}
    if not any(parts.values()):
        return ""
    first = " or ".join(parts["with"]) or "everyone"
    if parts["only"] and len(parts["with"]) > 1:
        first = f"({first})"
    text = " and ".join([first, *parts["only"]])
    return f"{text} except {' or '.join(parts['without'])}" if parts["without"] else text


def added(part: str, kind: str, value: str, names: rules.Names) -> Chip:
    """Return the chip of what somebody chose. Raises Invalid at ``add_value``."""
    text = _text(kind, value.strip())
    try:
        rule = rules.parse(text, names)
    except rules.RuleError as error:
        raise Invalid(errors={"add_value": [error.problem]}) from error
    if "not" in rule or _is_compound(rule):
        raise Invalid(errors={"add_value": [_("Choose one value.")]})
    return _chip(part if part in PARTS else "with", rule, names)


def read(given: Sequence[str], names: rules.Names) -> list[Chip]:
    """Return the chips that a form brought as ``part|text``; what can't be read is left out."""
    found: list[Chip] = []
    for each in given[:MOST_CHIPS]:
        part, _bar, text = each.partition("|")
        try:
            rule = rules.parse(text, names)
        except rules.RuleError:
            continue
        if part in PARTS and not _is_compound(rule) and "not" not in rule:
            found.append(_chip(part, rule, names))
    return list(dict.fromkeys(found))


def _text(kind: str, value: str) -> str:
    if kind == "everyone":
        return "everyone"
    if not value:
        raise Invalid(errors={"add_value": [_("Say which.")]})
    sentence = {
        "group": "in group {}",
        "channel": "in channel {}",
        "line": "reports to {}",
        "skill": "has skill {}",
    }.get(kind, kind + " is {}")
    return sentence.format(quoted(value))


def _conjuncts(rule: dict[str, Any]) -> list[dict[str, Any]]:
    if "all" not in rule:
        return [rule]
    return [inner for part in rule["all"] for inner in _conjuncts(part)]


def _alternatives(rule: dict[str, Any]) -> list[dict[str, Any]]:
    return list(rule["any"]) if "any" in rule else [rule]


def _is_compound(rule: dict[str, Any]) -> bool:
    return any(name in rule for name in ("all", "any", "not"))


def _chip(part: str, rule: dict[str, Any], names: rules.Names) -> Chip:
    return Chip(part, rules.written(rule, names), _label(rule, names), _icon(rule))


def _label(rule: dict[str, Any], names: rules.Names) -> str:
    if "in" in rule:
        operand = names.operands[rule["in"]]
        return f"{operand.sign}{operand.name(rule['id']) or '?'}"
    if "is" in rule and rule["field"] in ("department", "location", "title"):
        return ", ".join(each or _("empty") for each in rule["is"])
    if "people" in rule and rule["field"] == "person":
        return ", ".join(f"@{names.username(each) or '?'}" for each in rule["people"])
    words = rules.in_words(rule, names)
    return words[:1].upper() + words[1:]


def _icon(rule: dict[str, Any]) -> str:
    if "in" in rule:
        return {"group": "users", "channel": "hash"}.get(rule["in"], "")
    if "everyone" in rule:
        return "users"
    if "below" in rule:
        return "network"
    return {"location": "map-pin", "person": "user"}.get(rule.get("field", ""), "")
