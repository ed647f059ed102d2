"""Changes to a resource as operations (RFC 7644, 3.5.2), in the dialects that clients speak.

Entra writes ``Add``, gives one operation per attribute with dotted names and booleans as text; Okta
leaves the path out and gives the attributes as an object. Both are read as the RFC's.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enterprise_social.integrations.scim.errors import ScimError, bad_path, bad_syntax, bad_value
from enterprise_social.integrations.scim.filters import (
    Both,
    Compare,
    Filter,
    Path,
    matches,
    parse_path,
)
from enterprise_social.integrations.scim.schemas import PATCH, schemas

MOST_OPERATIONS = 1_000
READ_ONLY = ("id", "meta", "groups", "schemas", "profileurl")


@dataclass(frozen=True)
class Operation:
    """One operation; ``path`` is None where its value holds attributes by their names."""

    op: str
    path: Path | None
    value: Any


def read_operations(body: Any, schema: str) -> list[Operation]:
    """Read the message of a PATCH. Raises ScimError."""
    if not isinstance(body, Mapping) or PATCH not in (body.get("schemas") or ()):
        raise bad_syntax(f"The message must be a {PATCH}.")
    given = {str(name).lower(): each for name, each in body.items()}.get("operations")
    if not isinstance(given, list) or not given:
        raise bad_syntax("Operations are missing.")
    if len(given) > MOST_OPERATIONS:
        raise ScimError(413, f"At most {MOST_OPERATIONS} operations are carried out.", "tooMany")
    found: list[Operation] = []
    for each in given:
        found += _operations(each, schema)
    return found


def _operations(given: Any, schema: str) -> list[Operation]:
    if not isinstance(given, Mapping) or not isinstance(given.get("op"), str):
        raise bad_syntax("An operation says what it does.")
    op, path = given["op"].lower(), given.get("path")
    if op not in ("add", "remove", "replace"):
        raise bad_syntax(f"'{op[:20]}' is no operation.")
    if path is not None and not isinstance(path, str):
        raise bad_path("A path is text.")
    if op != "remove" and "value" not in given:
        raise bad_value("A value is needed.")
    if path and not _names_extension(path):
        return [Operation(op, parse_path(path, schema), given.get("value"))]
    if op == "remove" and not path:
        raise ScimError(400, "What is removed is named by a path.", "noTarget")
    named = dict.fromkeys(_extension_names(path)) if op == "remove" and path else given.get("value")
    if not isinstance(named, Mapping):
        raise bad_value("Without a path, the value holds attributes by their names.")
    return _by_names(op, path or "", named, schema)


def _by_names(op: str, prefix: str, named: Mapping[Any, Any], schema: str) -> list[Operation]:
    found: list[Operation] = []
    for name, value in named.items():
        if not prefix and _names_extension(str(name)) and isinstance(value, Mapping):
            found += _by_names(op, str(name), value, schema)
        else:
            path = parse_path(f"{prefix}:{name}" if prefix else str(name), schema)
            found.append(Operation(op, path, value))
    return found


def _names_extension(path: str) -> bool:
    return any(each["id"].lower() == path.lower() for each in schemas())


def _extension_names(path: str) -> list[str]:
    (found,) = [each for each in schemas() if each["id"].lower() == path.lower()]
    return [each["name"] for each in found["attributes"]]


def patched(
    document: Mapping[str, Any], operations: list[Operation], schema: str
) -> dict[str, Any]:
    """Return a resource as it is after the operations. Raises ScimError."""
    changed = copy.deepcopy(dict(document))
    for operation in operations:
        _apply(changed, operation, schema)
    return changed


def _apply(document: dict[str, Any], operation: Operation, schema: str) -> None:
    path = operation.path
    assert path is not None  # noqa: S101  # read_operations gives every one its path
    first, _dot, rest = path.attribute.name.partition(".")
    if not path.attribute.schema and first in READ_ONLY:
        if operation.op == "replace" and first in ("id", "schemas", "meta"):
            return  # some clients send the whole resource back
        raise ScimError(400, f"'{first}' can't be changed.", "mutability")
    described = _described(path.attribute.schema or schema, first)
    if described is None:
        return  # what isn't kept here is passed over, as on creation
    home = document
    if path.attribute.schema:
        urn = _urn(path.attribute.schema)
        home = document.setdefault(urn, {})
        if urn not in document.get("schemas", []):
            document["schemas"] = [*document.get("schemas", []), urn]
    name = described["name"]
    if path.chosen is not None:
        _change_chosen(home, name, described, path, operation)
    elif rest:
        _change_part(home, name, described, rest, operation)
    else:
        _change_whole(home, name, described, operation)


def _change_whole(home: dict[str, Any], name: str, described: Any, operation: Operation) -> None:
    value = operation.value
    if described["multiValued"]:
        given = value if isinstance(value, list) else [value]
        if operation.op == "remove":
            _remove_values(home, name, value)
        elif operation.op == "replace":
            home[name] = [] if value is None else given
        else:
            home[name] = _added(home.get(name) or [], given)
    elif operation.op == "remove" or value is None:
        home.pop(name, None)
    elif described["type"] == "complex" and operation.op == "add" and isinstance(value, Mapping):
        home[name] = {**(home.get(name) or {}), **value}
    else:
        home[name] = value


def _remove_values(home: dict[str, Any], name: str, value: Any) -> None:
    """Remove all values, or those that some clients give beside the path."""
    if not isinstance(value, list) or not value:
        home.pop(name, None)
        return
    gone = [each.get("value") for each in value if isinstance(each, Mapping)]
    home[name] = [each for each in home.get(name) or [] if each.get("value") not in gone]


def _added(before: list[Any], given: list[Any]) -> list[Any]:
    """Add values; a new primary one takes that from those before (RFC 7644, 3.5.2)."""
    if any(isinstance(each, Mapping) and each.get("primary") is True for each in given):
        before = [{**each, "primary": False} if each.get("primary") else each for each in before]
    values = [each.get("value") for each in given if isinstance(each, Mapping)]
    return [each for each in before if each.get("value") not in values] + given


def _change_part(
    home: dict[str, Any], name: str, described: Any, part: str, operation: Operation
) -> None:
    known = next((each for each in described.get("subAttributes", ())
                  if each["name"].lower() == part), None)  # fmt: skip
    if known is None:
        return
    if described["multiValued"]:
        values = home.get(name) or []
    else:
        values = [home.setdefault(name, {})]
    for each in values:
        if operation.op == "remove" or operation.value is None:
            each.pop(known["name"], None)
        else:
            each[known["name"]] = operation.value
    if not described["multiValued"] and not home[name]:
        home.pop(name)


def _change_chosen(
    home: dict[str, Any], name: str, described: Any, path: Path, operation: Operation
) -> None:
    chosen = path.chosen
    assert chosen is not None  # noqa: S101  # the caller looked
    if not described["multiValued"]:
        raise bad_path(f"'{name}' has one value, so none is chosen by brackets.")
    values: list[Any] = home.get(name) or []
    hit: list[dict[str, Any]] = [
        each for each in values if isinstance(each, dict) and matches(chosen, each)
    ]
    if operation.op == "remove" and not path.part:
        home[name] = [each for each in values if each not in hit]
        return
    if not hit:
        if operation.op == "remove":
            return
        new = dict(_equal_parts(chosen))
        if not new:
            raise ScimError(400, "No value is chosen by the brackets.", "noTarget")
        home[name] = values = [*values, new]
        hit = [new]
    for each in hit:
        if path.part:
            _set_part(each, path.part, described, operation)
        elif isinstance(operation.value, Mapping):
            each.update(operation.value)
        else:
            each["value"] = operation.value


def _set_part(value: dict[str, Any], part: str, described: Any, operation: Operation) -> None:
    name = next((each["name"] for each in described["subAttributes"]
                 if each["name"].lower() == part), part)  # fmt: skip
    if operation.op == "remove":
        value.pop(name, None)
    else:
        value[name] = operation.value


def _equal_parts(tree: Filter) -> list[tuple[str, Any]]:
    """Return what a value must have to be chosen: Entra adds ``emails[type eq "work"].value``."""
    if isinstance(tree, Both):
        return _equal_parts(tree.left) + _equal_parts(tree.right)
    if isinstance(tree, Compare) and tree.operator == "eq":
        return [(tree.attribute.name, tree.value)]
    return []


def _described(schema: str, name: str) -> Any:
    if name == "externalid":
        return {"name": "externalId", "multiValued": False, "type": "string"}
    for each in schemas():
        if each["id"].lower() == schema.lower():
            return next((one for one in each["attributes"] if one["name"].lower() == name), None)
    return None


def _urn(schema: str) -> str:
    return next((each["id"] for each in schemas() if each["id"].lower() == schema), schema)
