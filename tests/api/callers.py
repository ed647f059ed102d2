"""A program that calls the API; every answer it gets is held against the OpenAPI document."""

from __future__ import annotations

import copy
import re
from functools import cache
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.test import TestResponse

from enterprise_social.accounts.actions import create_access_token
from enterprise_social.api.openapi import document
from enterprise_social.people.models import Person

BASE = "/api/v1"


class Caller:
    """A client with an access token, or without one."""

    def __init__(self, app: Flask, token: str | None = None):
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, expected: int | None = None, **options: Any) -> Any:
        """Call and check the answer; returns its JSON, None where it has none."""
        answer = self.ask(method, path, **options)
        if expected is not None:
            assert answer.status_code == expected, (method, path, answer.get_data(as_text=True))
        return answer.get_json(silent=True)

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        """Call and return the whole answer, once it is known to be as described."""
        headers = {**self.headers, **options.pop("headers", {})}
        answer = self.client.open(BASE + path, method=method, headers=headers, **options)
        assert answer.status_code < 500 or path.startswith("/search"), answer.text
        check_answer(method, path.partition("?")[0], answer)
        return answer

    def get(self, path: str, expected: int = 200, **query: Any) -> Any:
        return self.call("GET", path, expected, query_string=query)

    def post(self, path: str, expected: int = 201, **body: Any) -> Any:
        return self.call("POST", path, expected, json=body)

    def put(self, path: str, expected: int = 200, **body: Any) -> Any:
        return self.call("PUT", path, expected, json=body)

    def patch(self, path: str, expected: int = 200, **body: Any) -> Any:
        return self.call("PATCH", path, expected, json=body)

    def delete(self, path: str, expected: int = 204) -> Any:
        return self.call("DELETE", path, expected)

    def walk(self, path: str, **query: Any) -> list[Any]:
        """Return the items of all pages of a list."""
        items: list[Any] = []
        cursor = None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            assert len(page["items"]) <= query.get("limit", 50)
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items


def caller(
    app: Flask, person: Person | None, scopes: tuple[str, ...] = ("read", "write")
) -> Caller:
    """Return a program that acts for ``person``, or for nobody."""
    return Caller(app, create_access_token(person, "test", scopes)[1] if person else None)


def check_answer(method: str, path: str, answer: TestResponse) -> None:
    """Assert that the document describes this status and this body for the call."""
    operation = _operation(method, path)
    if operation is None:
        assert answer.status_code in (404, 405)
        return
    described = operation["responses"].get(str(answer.status_code))
    assert described, f"{method} {path}: {answer.status_code} is not described"
    if answer.status_code == 204:
        assert answer.data == b""
        return
    for media, content in described.get("content", {}).items():
        assert answer.mimetype == media
        _validator(repr(content["schema"])).validate(answer.get_json())


@cache
def _strict() -> dict[str, Any]:
    """The document, with objects closed: what isn't described may not be answered either."""

    def close(schema: Any) -> None:
        if isinstance(schema, dict):
            if "properties" in schema and "type" in schema:
                schema.setdefault("additionalProperties", False)
            for part in schema.values():
                close(part)
        elif isinstance(schema, list):
            for part in schema:
                close(part)

    closed = copy.deepcopy(document())
    close(closed["components"]["schemas"])
    return closed


@cache
def _validator(written: str) -> Draft202012Validator:
    schema = {**eval(written), "components": _strict()["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


@cache
def _patterns() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths = sorted(_strict()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), item) for path, item in paths]


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, item in _patterns():
        if pattern.fullmatch(path) and method.lower() in item:
            return item[method.lower()]
    return None
