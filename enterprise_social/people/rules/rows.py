"""Rules as rows of field, operator and value, for people who don't write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from enterprise_social.people.rules.language import CUSTOM, Rule, RuleError, parse
from enterprise_social.people.rules.names import Names
from enterprise_social.people.rules.wording import quoted

OPERATORS = ("is", "is_not", "one_of", "contains", "before", "after")
BUILT_IN = ("department", "location", "title", "role", "person", "skill", "manager", "started")
MOST_ROWS = 12


@dataclass(frozen=True)
class Row:
    """One line of the form."""

    field: str
    operator: str
    value: str


def of_rows(rows: Sequence[Row], joined_by: str, names: Names) -> str:
    """Write the rule that rows mean, joined by ``all`` or ``any``.

    Rows without a value don't count. Raises RuleError, which names the row.
    """
    texts: list[str] = []
    for number, row in enumerate(rows, 1):
        if not row.value.strip():
            continue
        text = _text(row)
        try:
            parse(text, names)
        except RuleError as error:
            problem = _("row %(number)d: %(problem)s", number=number, problem=error.problem)
            raise RuleError(error.position, problem) from error
        texts.append(text)
    if not texts:
        raise RuleError(1, _("fill in one row at least."))
    return (" or " if joined_by == "any" else " and ").join(texts)


def _text(row: Row) -> str:
    value = row.value.strip()
    if row.field == "skill":
        return ("not " if row.operator == "is_not" else "") + f"has skill {quoted(value)}"
    if row.field == "manager":
        return ("not " if row.operator == "is_not" else "") + f"reports to {quoted(value)}"
    if row.operator == "one_of":
        values = [quoted(each.strip()) for each in value.split(",") if each.strip()]
        return f"{row.field} is one of ({', '.join(values)})"
    word = {"is_not": "is not"}.get(row.operator, row.operator)
    return f"{row.field} {word} {quoted(value)}"


def in_rows(rule: Rule, names: Names) -> tuple[str, list[Row]] | None:
    """Return how a rule's rows are joined and the rows, or None where it is more than rows."""
    for joined_by in ("all", "any"):
        if joined_by in rule:
            rows = [_row(part, names) for part in rule[joined_by]]
            found = [row for row in rows if row is not None]
            return (joined_by, found) if len(found) == len(rows) <= MOST_ROWS else None
    row = _row(rule, names)
    return ("all", [row]) if row is not None else None


def _row(rule: Rule, names: Names) -> Row | None:
    inner = rule.get("not", rule)
    negated = "not" in rule
    if "skill" in inner:
        return Row("skill", "is_not" if negated else "is", inner["skill"])
    if "below" in inner:
        return Row("manager", "is_not" if negated else "is", f"@{names.username(inner['below'])}")
    if "is" in inner or "people" in inner:
        values = [f"@{names.username(each)}" for each in inner.get("people", ())]
        values = values or inner["is"]
        if len(values) > 1:
            split = negated or any("," in each for each in values)
            return None if split else Row(inner["field"], "one_of", ", ".join(values))
        return Row(inner["field"], "is_not" if negated else "is", values[0]) if values[0] else None
    if negated:
        return None
    for operator in ("contains", "before", "after"):
        if operator in inner:
            return Row(inner["field"], operator, inner[operator])
    return None


def fields(custom_keys: Sequence[str]) -> Sequence[str]:
    """Return the names of the fields that a row may hold."""
    return (*BUILT_IN, *(CUSTOM + key for key in custom_keys))
