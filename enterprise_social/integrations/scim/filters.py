"""The language of filters (RFC 7644, 3.4.2.2), read into a tree.

    title pr and (emails[type eq "work" and value co "@northquay."] or not (active eq false))

The RFC has ``not`` before brackets only, binds it closest, then ``and``, then ``or``. Names of
attributes and operators are compared without case; values are JSON. Long and deep ones are refused
before they cost anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from enterprise_social.integrations.scim.errors import (
    ScimError,
    bad_filter,
    bad_path,
    is_keepable,
)

LONGEST, DEEPEST, MOST_TERMS = 4_000, 20, 50
OPERATORS = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")
_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[()\[\]])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()\[\]"]+))"""
)
_NAME = re.compile(r"\$?[A-Za-z][A-Za-z0-9_-]*(?:\.\$?[A-Za-z][A-Za-z0-9_-]*)?")
_EXTENSION = re.compile(r"(urn:[A-Za-z0-9:._-]+):([^:]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Attribute:
    """An attribute's name, in lower case, with its schema where that is not the resource's own."""

    name: str
    schema: str = ""

    @property
    def key(self) -> str:
        """Schema and name as one."""
        return f"{self.schema}:{self.name}" if self.schema else self.name


@dataclass(frozen=True)
class Compare:
    """``attribute operator value``; the value is text, a number, true, false or None."""

    attribute: Attribute
    operator: str
    value: Any


@dataclass(frozen=True)
class Present:
    """``attribute pr``: it has a value that isn't empty."""

    attribute: Attribute


@dataclass(frozen=True)
class Within:
    """``attribute[filter]``: one of its values is like that."""

    attribute: Attribute
    inner: Filter


@dataclass(frozen=True)
class Both:
    """Both hold."""

    left: Filter
    right: Filter


@dataclass(frozen=True)
class Either:
    """At least one holds."""

    left: Filter
    right: Filter


@dataclass(frozen=True)
class Not:
    """It doesn't hold."""

    inner: Filter


Filter = Compare | Present | Within | Both | Either | Not


@dataclass(frozen=True)
class Path:
    """Where a change goes (RFC 7644, 3.5.2): ``attribute``, ``attribute[filter]``, ``….part``."""

    attribute: Attribute
    chosen: Filter | None = None
    part: str = ""


def parse_filter(text: str, core_schema: str) -> Filter:
    """Read a filter over resources of ``core_schema``. Raises ScimError."""
    reader = _Reader(text, core_schema, bad_filter)
    found = reader.either(0)
    reader.expect_end()
    return found


def parse_path(text: str, core_schema: str) -> Path:
    """Read the path of a change. Raises ScimError."""
    reader = _Reader(text, core_schema, bad_path)
    attribute = reader.attribute()
    chosen = reader.bracket(0) if reader.peek() == "[" else None
    part = ""
    if chosen is not None and reader.peek():
        word = reader.take()
        if not word.startswith(".") or not _NAME.fullmatch(word[1:]):
            raise bad_path(f"'{word}' can't stand behind the brackets.")
        part = word[1:].lower()
    reader.expect_end()
    return Path(attribute, chosen, part)


def attribute_of(text: str, core_schema: str) -> Attribute:
    """Read an attribute's name. Raises ScimError (invalidPath)."""
    found = _attribute(text, core_schema)
    if found is None:
        raise bad_path("This is no attribute's name.")
    return found


def _attribute(text: str, core_schema: str) -> Attribute | None:
    schema = ""
    match = _EXTENSION.fullmatch(text)
    if match:
        schema, text = match[1].lower(), match[2]
        schema = "" if schema == core_schema.lower() else schema
    return Attribute(text.lower(), schema) if _NAME.fullmatch(text) else None


class _Reader:
    def __init__(self, text: str, core_schema: str, refuse: Callable[[str], ScimError]) -> None:
        if len(text) > LONGEST:
            raise refuse(f"At most {LONGEST} characters are read.")
        if not is_keepable(text):
            raise refuse("It holds something that can't be looked for.")
        self._core, self._refuse = core_schema, refuse
        self._tokens = self._split(text)
        self._place = self._terms = 0

    def _split(self, text: str) -> list[str]:
        found, place = [], 0
        text = text.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise self._refuse(f"Not understood: '{text[place : place + 40]}'.")
            found.append(match.group().strip())
            place = match.end()
        return found

    def peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise self._refuse("It ends too early.")
        self._place += 1
        return token

    def expect_end(self) -> None:
        if self.peek():
            raise self._refuse(f"Not understood: '{self.peek()[:40]}'.")

    def _expect(self, sign: str) -> None:
        if self.take() != sign:
            raise self._refuse(f"'{sign}' is missing.")

    def either(self, depth: int) -> Filter:
        found = self._both(depth)
        while self.peek().lower() == "or":
            self.take()
            found = Either(found, self._both(depth))
        return found

    def _both(self, depth: int) -> Filter:
        found = self._term(depth)
        while self.peek().lower() == "and":
            self.take()
            found = Both(found, self._term(depth))
        return found

    def _term(self, depth: int) -> Filter:
        self._terms += 1
        if depth > DEEPEST or self._terms > MOST_TERMS:
            raise self._refuse(f"At most {MOST_TERMS} terms, {DEEPEST} deep, are carried out.")
        if self.peek().lower() == "not" and self._follows("("):
            self.take()
            return Not(self._term(depth + 1))
        if self.peek() == "(":
            self.take()
            found = self.either(depth + 1)
            self._expect(")")
            return found
        return self._comparison(depth)

    def _follows(self, sign: str) -> bool:
        return self._tokens[self._place + 1 : self._place + 2] == [sign]

    def _comparison(self, depth: int) -> Filter:
        attribute = self.attribute()
        if self.peek() == "[":
            return Within(attribute, self.bracket(depth))
        operator = self.take().lower()
        if operator == "pr":
            return Present(attribute)
        if operator not in OPERATORS:
            raise self._refuse(f"'{operator[:20]}' is no operator.")
        return Compare(attribute, operator, self._value())

    def attribute(self) -> Attribute:
        word = self.take()
        found = _attribute(word, self._core)
        if found is None:
            raise self._refuse(f"'{word[:100]}' is no attribute.")
        return found

    def bracket(self, depth: int) -> Filter:
        self._expect("[")
        found = self.either(depth + 1)
        self._expect("]")
        return found

    def _value(self) -> Any:
        token = self.take()
        try:
            value = json.loads(token if token.startswith('"') else token.lower())
        except (ValueError, RecursionError):
            raise self._refuse(f"'{token[:40]}' is no value.") from None
        if isinstance(value, str) and not is_keepable(value):
            raise self._refuse("It holds something that can't be looked for.")
        if isinstance(value, list | dict):
            raise self._refuse("A value is text, a number, true, false or null.")
        return value


def matches(tree: Filter, value: Mapping[str, Any]) -> bool:
    """Tell whether one value of an attribute, with its parts, is what a filter means."""
    if isinstance(tree, Both):
        return matches(tree.left, value) and matches(tree.right, value)
    if isinstance(tree, Either):
        return matches(tree.left, value) or matches(tree.right, value)
    if isinstance(tree, Not):
        return not matches(tree.inner, value)
    found = {name.lower(): each for name, each in value.items()}.get(tree.attribute.name)
    if isinstance(tree, Present):
        return found not in (None, "", [])
    if isinstance(tree, Within):
        return isinstance(found, Mapping) and matches(tree.inner, found)
    return _compare(found, tree.operator, tree.value)


def _compare(found: Any, operator: str, wanted: Any) -> bool:
    if isinstance(found, str) and isinstance(wanted, str):
        found, wanted = found.casefold(), wanted.casefold()
    if operator in ("eq", "ne"):
        # A missing 'primary' is one that isn't.
        same = found == wanted or (wanted is False and found is None)
        return same == (operator == "eq")
    if not isinstance(found, str) or not isinstance(wanted, str):
        return False
    return {
        "co": wanted in found,
        "sw": found.startswith(wanted),
        "ew": found.endswith(wanted),
        "gt": found > wanted,
        "ge": found >= wanted,
        "lt": found < wanted,
        "le": found <= wanted,
    }[operator]


def moment_of(value: Any) -> datetime | None:
    """Return the moment that a filter names (RFC 7643, 2.3.5), or None for none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
