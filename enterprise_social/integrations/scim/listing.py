"""Pages of resources: what a client may ask of a list (RFC 7644, 3.4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enterprise_social.integrations.scim.errors import bad_syntax, bad_value
from enterprise_social.integrations.scim.filters import (
    Attribute,
    Filter,
    attribute_of,
    parse_filter,
)
from enterprise_social.integrations.scim.schemas import DEFAULT_COUNT, MOST_COUNT

LARGEST_INDEX = 10_000_000
MOST_NAMES = 100


@dataclass(frozen=True)
class Wanted:
    """Which attributes a client wants: those of ``only``, or all but ``without``."""

    only: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def wants(self, name: str) -> bool:
        """Tell whether an attribute is wanted, whole or in part; ``name`` in lower case."""
        if self.only:
            return any(each == name or each.startswith(f"{name}.") for each in self.only)
        return name not in self.without


@dataclass(frozen=True)
class Listing:
    """A page: ``start`` counts from 1."""

    start: int
    count: int
    where: Filter | None
    order: Attribute | None
    descending: bool
    wanted: Wanted


def read_listing(asked: Mapping[str, Any], schema: str) -> Listing:
    """Read a query's parameters or a search request. Raises ScimError."""
    order = _text(asked, "sortBy")
    direction = _text(asked, "sortOrder").lower() or "ascending"
    if direction not in ("ascending", "descending"):
        raise bad_value("sortOrder is ascending or descending.")
    where = _text(asked, "filter")
    return Listing(
        start=max(1, min(_number(asked, "startIndex", 1), LARGEST_INDEX)),
        count=max(0, min(_number(asked, "count", DEFAULT_COUNT), MOST_COUNT)),
        where=parse_filter(where, schema) if where else None,
        order=attribute_of(order, schema) if order else None,
        descending=direction == "descending",
        wanted=read_wanted(asked, schema),
    )


def read_wanted(asked: Mapping[str, Any], schema: str) -> Wanted:
    """Read which attributes are wanted. Raises ScimError."""
    only, without = (
        _names(asked.get(name), schema) for name in ("attributes", "excludedAttributes")
    )
    if only and without:
        raise bad_syntax("attributes and excludedAttributes exclude each other.")
    return Wanted(only, without)


def _names(given: Any, schema: str) -> frozenset[str]:
    names = given.split(",") if isinstance(given, str) else given
    if names is None:
        return frozenset()
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise bad_syntax("Attributes are named in a list.")
    kept = [each.strip() for each in names[:MOST_NAMES] if each.strip()]
    return frozenset(each.lower() if _is_schema(each) else attribute_of(each, schema).key
                     for each in kept)  # fmt: skip


def _is_schema(name: str) -> bool:
    return name.lower().startswith("urn:") and name.rpartition(":")[2].lower() in ("user", "group")


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name) or ""
    if not isinstance(value, str):
        raise bad_syntax(f"{name} is text.")
    return value


def _number(asked: Mapping[str, Any], name: str, default: int) -> int:
    value = asked.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise bad_value(f"{name} is a whole number.")
    try:
        return int(value) if len(str(value)) < 12 else LARGEST_INDEX
    except ValueError:
        raise bad_value(f"{name} is a whole number.") from None


def shown(document: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    """Return of a resource what is wanted; id and schemas always are."""
    if not wanted.only and not wanted.without:
        return dict(document)
    kept: dict[str, Any] = {}
    for name, value in document.items():
        key = name.lower()
        if key in ("id", "schemas"):
            kept[name] = value
        elif key.startswith("urn:"):
            _keep_extension(kept, name, value, wanted)
        else:
            part = _part(value, key, wanted)
            kept |= {} if part is None else {name: part}
    return kept


def _keep_extension(kept: dict[str, Any], name: str, value: Any, wanted: Wanted) -> None:
    key = name.lower()
    if key in wanted.only or (wanted.without and key not in wanted.without):
        inner = Wanted(frozenset(), wanted.without)
    elif wanted.only:
        inner = wanted
    else:
        return
    parts = {each: _part(one, f"{key}:{each.lower()}", inner) for each, one in value.items()}
    parts = {each: one for each, one in parts.items() if one is not None}
    kept |= {name: parts} if parts else {}


def _part(value: Any, key: str, wanted: Wanted) -> Any:
    """Return what is wanted of one attribute, or None for nothing."""
    names = wanted.only or wanted.without
    parts = {each.removeprefix(f"{key}.") for each in names if each.startswith(f"{key}.")}
    if key in names:
        return value if wanted.only else None
    if not parts:
        return None if wanted.only else value
    keep = bool(wanted.only)
    if isinstance(value, list):
        return [_parts(each, parts, keep=keep) for each in value]
    return _parts(value, parts, keep=keep)


def _parts(value: Any, parts: set[str], *, keep: bool) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: each for name, each in value.items() if (name.lower() in parts) == keep}
