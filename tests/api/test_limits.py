"""Rate limits: by person, with Retry-After, not shared between people."""

from __future__ import annotations

import pytest
from flask import Flask

from enterprise_social.core import limits
from tests.api.callers import Caller, caller
from tests.conftest import MakeApp
from tests.making import make_channel, make_person


def per_minute(limit: str) -> int:
    amount, _slash, span = limit.partition("/")
    assert span == "minute"
    return int(amount)


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(RATE_LIMITS="on")


def statuses(program: Caller, count: int, method: str, path: str, **options: object) -> list[int]:
    return [program.ask(method, path, **options).status_code for _ in range(count)]


def test_posting_has_a_limit_of_its_own_for_each_person(app: Flask) -> None:
    with app.app_context():
        ada, bo = make_person(), make_person()
        channel = make_channel(ada, "Harbour", bo)
        first, second = caller(app, ada), caller(app, ada)
        other = caller(app, bo)
    path = f"/channels/{channel.id}/posts"
    most = per_minute(limits.POSTS)
    seen = statuses(first, most // 2, "POST", path, json={"body": "x"})
    seen += statuses(second, most - most // 2, "POST", path, json={"body": "x"})
    assert set(seen) == {201}
    refused = second.ask("POST", path, json={"body": "x"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json["status"] == 429
    other.post(path, body="x")
    first.get(path)


def test_reads_and_other_writes_are_counted_apart(app: Flask) -> None:
    with app.app_context():
        ada = caller(app, make_person())
    writes = statuses(ada, per_minute(limits.WRITES) + 1, "PATCH", "/me", json={})
    assert (writes[-2], writes[-1]) == (200, 429)
    reads = statuses(ada, per_minute(limits.READS) + 1, "GET", "/me")
    assert (reads[-2], reads[-1]) == (200, 429)


def test_signing_in_is_limited_by_where_it_comes_from(app: Flask) -> None:
    nobody = Caller(app)
    body = {"name": "a", "email": "x@example.org"}
    seen = statuses(nobody, per_minute(limits.SIGN_INS) + 1, "POST", "/tokens", json=body)
    assert (seen[-2], seen[-1]) == (422, 429)
