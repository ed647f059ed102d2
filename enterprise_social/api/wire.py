"""Requests and answers as bytes: strict JSON in (RFC 8259), compact JSON out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from flask import request
from flask.wrappers import Response
from flask_babel import gettext as _

from enterprise_social.api.fields import LARGEST, Body, Field, Refused, shown
from enterprise_social.core.errors import AppError, Invalid, NotFound
from enterprise_social.core.paging import Page, decode, encode

# 20,000 characters, each written as a pair of \u escapes, and room for the rest.
LARGEST_BODY = 256 * 1024
# Parameters of a path that are texts; the action says what it takes.
WORDS = frozenset({"emoji", "tag"})
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """A document with a status or headers of its own."""

    document: Any
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


class WrongContentType(AppError):
    """A body that is not JSON."""

    status = 415
    title = "Unsupported media type"


def created(document: dict[str, Any], path: str) -> Answer:
    """Answer 201 with the address of what was made."""
    return Answer(document, 201, {"Location": path})


def path_value(name: str, text: str) -> int | str:
    """Read a parameter of the path: an id, but for what is named in words."""
    return text if name in WORDS else path_identity(text)


def path_identity(text: str) -> int:
    """Read an id of the path. Raises NotFound for what no row can have."""
    if len(text) <= 19 and text.isascii() and text.isdecimal() and text[0] != "0":
        number = int(text)
        if number <= LARGEST:
            return number
    raise NotFound()


def read_query(fields: Mapping[str, Field]) -> dict[str, Any]:
    """Read the query's parameters. Raises Invalid that names every bad one."""
    if not request.query_string:
        return {}
    taken: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, texts in request.args.lists():
        known = fields.get(name)
        try:
            if known is None:
                raise Refused(_("There is no such parameter."))
            if len(texts) > 1:
                raise Refused(_("This parameter may be given once."))
            taken[name] = known.read_text(texts[0])
        except Refused as refusal:
            errors[shown(name)] = [str(refusal)]
    if errors:
        raise Invalid(_("Some parameters can't be taken."), errors=errors)
    return taken


def read_body(body: Body) -> dict[str, Any]:
    """Read the request's JSON object; no body at all counts as an empty one.

    Raises Invalid, WrongContentType; too large a body is refused while it is read.
    """
    data = request.get_data(cache=False)
    if not data:
        return body.read({})
    if not request.is_json:
        raise WrongContentType(_("Send JSON, with the content type application/json."))
    try:
        value = _decoder.decode(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Invalid(_("The body is not sound JSON in UTF-8.")) from None
    return body.read(value)


def respond(result: Any, status: int) -> Response:
    """Write what a view returned."""
    if result is None:
        return Response(status=204)
    if isinstance(result, Response):
        return result
    answer = result if isinstance(result, Answer) else Answer(result, status)
    response = Response(dump(answer.document), answer.status, mimetype="application/json")
    response.headers.update(answer.headers)
    return response


def dump(document: Any) -> bytes:
    """Write JSON in UTF-8."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def listing(page: Page[T], write: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """Write one page of a list."""
    return {"items": [write(item) for item in page.items], "next_cursor": page.next_cursor}


def page_of(
    rows: Sequence[T],
    key: Callable[[T], Sequence[int]],
    limit: int,
    cursor: str | None,
    *,
    parts: int = 1,
) -> Page[T]:
    """Cut a page out of a short list that is at hand, in the order of ``key``.

    ``parts`` is the length of a key. What goes or comes between two pages moves no other row out
    of them.
    """
    ordered = sorted(rows, key=lambda row: tuple(key(row)))
    if cursor:
        last = decode(cursor, *[int] * parts)
        ordered = [row for row in ordered if tuple(key(row)) > last]
    more = len(ordered) > limit
    return Page(ordered[:limit], encode(*key(ordered[limit - 1])) if more else None)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
