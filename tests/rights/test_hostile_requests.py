"""What no database can hold is refused by every page, not answered with an error of ours."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.rights.scene import Scene, make_scene
from tests.rights.table import API, TABLE, Row

PAGES = [row for row in TABLE if API not in row.route and "logout" not in row.route]
BEYOND = str(2**63)


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with app.app_context():
        yield make_scene(app)
        app.extensions["search_engine"].close()


def address_of(scene: Scene, row: Row) -> str:
    facts = {**scene.facts, **row.facts}
    rule = row.route.partition(" ")[2]
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(facts[found[1]]), rule)


def written(scene: Scene, value: Any) -> Any:
    if isinstance(value, tuple):
        return (io.BytesIO(value[0]), value[1])
    return value.format(**scene.facts) if isinstance(value, str) else value


def test_no_address_brings_an_error_of_ours(scene: Scene) -> None:
    browser, broken = scene.browsers["admin"], []
    for row in PAGES:
        method, _space, rule = row.route.partition(" ")
        path = address_of(scene, row)
        addresses = [re.sub(r"<[^>]+>", odd, rule) for odd in (BEYOND, "9" * 30, "a%00b")]
        if method == "GET":
            names = ("q", "cursor", "before", "at", "next")
            addresses += [f"{path}?{name}=a%00b" for name in names]
        for address in dict.fromkeys(addresses):
            answer = browser.open(address, method=method)
            if answer.status_code >= 500 and "readyz" not in path:
                broken.append(f"{method} {address}: {answer.status_code}")
    assert broken == []


def test_no_form_brings_an_error_of_ours(scene: Scene) -> None:
    browser, broken = scene.browsers["member"], []
    for row in PAGES:
        method, _space, rule = row.route.partition(" ")
        path = address_of(scene, row)
        for name in (*row.form, "next", "quoted_post_id") if method == "POST" else ():
            for odd in ("a\x00b", BEYOND, "\ufffe", "x" * 30_000):
                form = {key: written(scene, value) for key, value in row.form.items()}
                answer = browser.open(path, method=method, data={**form, name: odd})
                if answer.status_code >= 500:
                    broken.append(f"{method} {path} {name}={odd[:9]!r}: {answer.status_code}")
    assert broken == []
