"""Filters as SQL: what is asked of all resources is looked up by the database."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, func, not_, or_

from enterprise_social.core.db import is_sqlite
from enterprise_social.integrations.scim.errors import bad_filter
from enterprise_social.integrations.scim.filters import (
    Attribute,
    Both,
    Compare,
    Either,
    Filter,
    Not,
    Present,
    Within,
    moment_of,
)

_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
Condition = ColumnElement[bool]


class Field(Protocol):
    """An attribute that can be asked for."""

    def compare(self, operator: str, value: Any) -> Condition:
        """Return the condition that the attribute compares so with a value."""

    def present(self) -> Condition:
        """Return the condition that the attribute has a value."""


@dataclass(frozen=True)
class Text:
    """Text, compared without case unless it is ``exact``."""

    column: Any
    exact: bool = False

    def compare(self, operator: str, value: Any) -> Condition:
        """Return the condition; a number counts as it is written."""
        wanted = value if isinstance(value, str) else str(value)
        column: ColumnElement[Any] = func.coalesce(self.column, "")
        if not self.exact:
            column, wanted = func.lower(column), _lower(wanted)
        if operator in ("co", "sw", "ew"):
            like: dict[str, Any] = {
                "co": column.contains, "sw": column.startswith, "ew": column.endswith,
            }  # fmt: skip
            found: Condition = like[operator](wanted, autoescape=True)
            return found
        return _ordered(column, operator, wanted)

    def present(self) -> Condition:
        """Return the condition that there is a text."""
        return func.coalesce(self.column, "") != ""


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    condition: Condition

    def compare(self, operator: str, value: Any) -> Condition:
        """Return the condition; some clients write the value as text."""
        wanted = {"true": True, "false": False}.get(str(value).lower())
        if wanted is None or operator not in ("eq", "ne"):
            raise bad_filter("This attribute is true or false.")
        return self.condition if wanted == (operator == "eq") else not_(self.condition)

    def present(self) -> Condition:
        """Return the condition that it is said: it always is."""
        return or_(self.condition, not_(self.condition))


@dataclass(frozen=True)
class Moment:
    """A point in time."""

    column: Any

    def compare(self, operator: str, value: Any) -> Condition:
        """Return the condition."""
        wanted = moment_of(value)
        if wanted is None:
            raise bad_filter("A moment is written as 2026-01-31T12:00:00Z.")
        return _ordered(self.column, operator, wanted)

    def present(self) -> Condition:
        """Return the condition that there is one."""
        found: Condition = self.column.is_not(None)
        return found


@dataclass(frozen=True)
class Several:
    """An attribute with parts: ``within`` says when one of its values is as a filter means."""

    within: Callable[[Filter], Condition]
    anything: Callable[[], Condition]

    def compare(self, operator: str, value: Any) -> Condition:
        """Compare its ``value`` (RFC 7644, 3.4.2.2)."""

        return self.within(Compare(Attribute("value"), operator, value))

    def present(self) -> Condition:
        """Return the condition that it has a value."""
        return self.anything()


def condition_of(tree: Filter, fields: Mapping[str, Field]) -> Condition:
    """Return a filter as SQL. Raises ScimError for what can't be asked for."""
    if isinstance(tree, Both):
        return and_(condition_of(tree.left, fields), condition_of(tree.right, fields))
    if isinstance(tree, Either):
        return or_(condition_of(tree.left, fields), condition_of(tree.right, fields))
    if isinstance(tree, Not):
        return not_(condition_of(tree.inner, fields))
    if isinstance(tree, Within):
        field = fields.get(tree.attribute.key)
        if not isinstance(field, Several):
            raise bad_filter(f"'{tree.attribute.name}' has no parts to be chosen by.")
        return field.within(tree.inner)
    found = _field(tree, fields)
    if isinstance(tree, Present):
        return found.present()
    if tree.value is None:
        if tree.operator not in ("eq", "ne"):
            return false()
        return found.present() if tree.operator == "ne" else not_(found.present())
    return found.compare(tree.operator, tree.value)


def _field(tree: Compare | Present, fields: Mapping[str, Field]) -> Field:
    """Return the field; ``emails.value`` is the part of one that has several."""

    attribute = tree.attribute
    found = fields.get(attribute.key)
    if found is not None:
        return found
    name, _dot, part = attribute.key.rpartition(".")
    several = fields.get(name)
    if not isinstance(several, Several):
        raise bad_filter(f"'{attribute.name}' can't be asked for.")

    def compare(operator: str, value: Any) -> Condition:
        return several.within(Compare(Attribute(part), operator, value))

    return _Part(compare, lambda: several.within(Present(Attribute(part))))


@dataclass(frozen=True)
class _Part:
    compares: Callable[[str, Any], Condition]
    is_present: Callable[[], Condition]

    def compare(self, operator: str, value: Any) -> Condition:
        return self.compares(operator, value)

    def present(self) -> Condition:
        return self.is_present()


def _ordered(column: ColumnElement[Any], operator: str, value: Any) -> Condition:
    found: dict[str, Callable[[], Condition]] = {
        "eq": lambda: column == value,
        "ne": lambda: column != value,
        "gt": lambda: column > value,
        "ge": lambda: column >= value,
        "lt": lambda: column < value,
        "le": lambda: column <= value,
    }
    if operator not in found:
        raise bad_filter(f"'{operator}' is for text.")
    return found[operator]()


def _lower(text: str) -> str:
    # SQLite's own lower() knows the letters of ASCII alone.
    return text.translate(_ASCII_LOWER) if is_sqlite() else text.lower()
