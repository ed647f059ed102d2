"""The table of routes, tried out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.rights.scene import INSIDE, NOT_FOR_GUESTS, SECRET, WHO, Scene, make_scene
from tests.rights.table import API, NO, NONE, OUT, QUIET, SHOWS, TABLE, YES, Row


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    with app.app_context():
        made = make_scene(app)
        app.extensions["worker"].run_until_idle()
        yield made
        app.extensions["search_engine"].close()


def ask(scene: Scene, who: str, row: Row) -> TestResponse:
    method, _space, rule = row.route.partition(" ")
    facts = scene.facts | {name: filled(scene, value) for name, value in row.facts.items()}
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(facts[found[1]]), rule)
    headers = {"Accept": "application/json" if path.startswith(API) else "text/html"}
    client = scene.browsers[who]
    if path.startswith(API):
        client = scene.app.test_client()
        if who in scene.tokens:
            headers["Authorization"] = f"Bearer {scene.tokens[who]}"
    options: dict[str, Any] = {"query_string": row.query, "headers": headers}
    if row.json is not None:
        options["json"] = {name: filled(scene, value) for name, value in row.json.items()}
    elif row.form:
        options["data"] = {name: filled(scene, value) for name, value in row.form.items()}
    return client.open(path, method=method, **options)


def filled(scene: Scene, value: Any) -> Any:
    if isinstance(value, tuple):
        return (io.BytesIO(value[0]), value[1])
    if isinstance(value, list):
        words = [filled(scene, one) for one in value]
        return [int(one) if one.isdecimal() else one for one in words]
    return value.format(**scene.facts) if isinstance(value, str) else value


def verdict(answer: TestResponse, who: str) -> str:
    """Name what somebody was answered, in the words of the table."""
    status, target = answer.status_code, answer.headers.get("Location", "")
    said = answer.get_data().decode("utf-8", "replace") + str(answer.headers)
    told = bool(SECRET.search(said) or (who == "guest" and NOT_FOR_GUESTS.search(said)))
    if status == 401 or (300 <= status < 400 and target.startswith("/login")):
        return OUT if not told else "asked to sign in, and told"
    if status in (404, 410):
        return NONE if not told else "told that there is nothing, and yet told"
    if status == 403:
        # A member may read the channel's name beside the refusal.
        return NO if who in INSIDE or not told else "told that they may not, and yet told"
    if status >= 500 or status in (400, 405, 415, 429):
        return f"answered {status}: {answer.get_data(as_text=True)[:200]}"
    return SHOWS if told else QUIET


def keeps(expected: str, found: str) -> bool:
    return found == expected or (expected == YES and found in (SHOWS, QUIET))


# Who changes nothing of the channel shares a scene, up to three: more tries to sign in are slowed.
TOGETHER = (
    ("anonymous", "suspended", "deactivated"),
    ("guest", "outsider"),
    ("removed", "manager"),
)
ALONE = [(who,) for who in WHO if not any(who in each for each in TOGETHER)]
# What the database decides is tried on both.
TRIED = [
    *(("sqlite", each) for each in (*TOGETHER, *ALONE)),
    *(("postgres", each) for each in (("guest", "outsider"), ("member",), ("moderator",))),
    ("postgres", ("admin",)),
]


def named(value: object) -> str:
    return "+".join(value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize(("backend", "people"), TRIED, indirect=["backend"], ids=named)
def test_everyone_reaches_what_the_table_says_and_nothing_else(
    scene: Scene, people: tuple[str, ...]
) -> None:
    wrong = []
    for who in people:
        before = scene.standing()
        wrong += mistakes(scene, who)
        if who not in INSIDE and scene.standing() != before:
            wrong.append(f"{who} changed the channel")
    assert not wrong, "\n" + "\n".join(wrong)


def mistakes(scene: Scene, who: str) -> list[str]:
    wrong = []
    for row in TABLE:
        expected = row.answers[who]
        try:
            found = verdict(ask(scene, who, row), who)
        except KeyError as missing:
            found = f"not asked: scene.py has no {missing}"
        if not keeps(expected, found):
            wrong.append(f"{row.route}: {who} was to be {expected}, but was {found}")
    return wrong


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_route_has_its_row(app: Flask) -> None:
    routes = [
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    rows = [row.route for row in TABLE]
    assert sorted(set(routes) - set(rows)) == [], "write a row into tests/rights/table.py"
    assert sorted(set(rows) - set(routes)) == []
    assert len(rows) == len(set(rows))
