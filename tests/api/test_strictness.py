"""No input brings a 500; what can't be taken is refused with the field's name."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest

from enterprise_social.announcements.actions import grant_right, send
from enterprise_social.api import wire
from enterprise_social.api.calls import CALLS, Call
from enterprise_social.core.db import is_sqlite
from enterprise_social.people.actions.groups import create_group
from enterprise_social.posts.actions import edit_post, set_pinned
from tests.api.callers import Caller
from tests.api.conftest import World
from tests.making import write

# What arrives where something else was expected.
ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e308, 2**31, 2**63 - 1, 2**63, 10**100, "", " ", "x", "x" * 300,
    "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\ufeff", "\u202e", "' OR 1=1 --", "%_\\", "𝔘" * 99,
    [], [[]], [None], [1, "x", {}], {}, {"a": 1}, "2027-01-31", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", "2027-13-99T99:99:99Z", "Infinity", "١٢", "null",
]  # fmt: skip
# Sent as they are, since no encoder would write them.
BROKEN = [
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b'{"name": "\xff"}', b"{'name': 1}",
    b'{"name": NaN}', b'{"name": Infinity}', b'{"name": -Infinity}', b'{"name": 1,}',
    b"\xef\xbb\xbf{}",
    b'{"name": "a", "name": "b"}', b'{"name": ' + b"9" * 5000 + b"}", b'{"name": 1e999999}',
    b"[" * 100_000, b'{"a":' * 20_000, '{"name": "x"}'.encode("utf-16"), b'{"name": "\x01"}',
    b'{"name": "\\ud800"}', b'{"\\ud800": 1}', b'{"\\u0000": 1}',
]  # fmt: skip
IDS = ["0", "-1", "x", "1.0", "1e3", "+1", "01", " 1", "%00", "1%00", "%ff", "%F0%90", "me2",
       str(2**31), str(2**63 - 1), str(2**63), "9" * 19, "9" * 20, "9" * 5000,
       "%D9%A1"]  # fmt: skip
CURSORS = ["x", "=", "%00", "%ff", "W10", "WzFd", "W251bGxd", "WyJ4IiwxXQ", "WzksOV0", "e30",
           "a" * 999,
           "WzFlOTk5LDFd", "W1tbW1tdXV1dXQ", "WyIyMDI2LTAxLTAxIiwxXQ", "WyJcdTAwMDAiLDFd",
           "WyJcdWQ4MDAiLDFd", "a" * 1001]  # fmt: skip


# Lists that a program of somebody else's is not shown.
FOR_ADMINS = ("administration", "audit", "exports", "keeping", "rights")


@pytest.fixture
def program(world: World) -> Caller:
    """An owner's program, in a channel with a post that has a history and a pin."""
    post = write(world.ada, world.public, "something")
    edit_post(world.ada, post, "something else")
    set_pinned(world.ada, post, True)
    create_group(None, "Crew")
    grant_right(None, world.ada, "everyone")
    send(world.ada, title="Something", audience_text="everyone")
    return world.caller(world.ada)


def path_of(world: World, call: Call) -> str:
    known = {
        "channel_id": world.public.id,
        "post_id": 1,
        "user_id": world.bo.id,
        "token_id": 1_000_000,
        "file_id": 1_000_000,
        "upload_id": 1_000_000,
        "field_id": 1_000_000,
        "group_id": 1,
        "skill_id": 1_000_000,
        "announcement_id": 1,
        "case_id": 1,
        "export_id": 1_000_000,
        "held_id": 1,
        "hold_id": 1_000_000,
        "rule_id": 1_000_000,
        "decision_id": 1_000_000,
        "side": 480,
        "emoji": "tada",
        "tag": "crane",
    }
    return re.sub(r"{(\w+)}", lambda found: str(known[found[1]]), call.path)


def a_good_body(call: Call) -> dict[str, Any]:
    good = {
        "name": "Fine",
        "body": "fine",
        "seq": 1,
        "user_ids": [2],
        "size": 5,
        "alt": "x",
        "history": True,
        "kind": "follow_up" if call.tag == "announcement_results" else "text",
        "field_ids": [],
        "rule": "title is Fine",
        "title": "Fine",
        "audience": "everyone",
        "priority": "routine",
        "requires_ack": True,
        "version": 1,
        "approved": True,
        "confirmed": "nobody",
        "state": "refused",
        "pattern": "fine",
        "effect": "flag",
        "client_id": "fine",
        "hidden": [],
        "open": True,
        "skills": ["Rowing"],
        "why": "Quick",
        "follows": True,
        "tone": 2,
        "until": None,
        "rights": [],
        "reason": "other",
        "matter": "Fine",
        "days": 30,
        "act": "dismiss",
        "user_id": None,
        "note": "fine",
        "text": "fine",
        "outcome": "upheld",
        "endpoint": "https://push.example.org/of-a-browser",
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",  # noqa: E501
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    }
    return {name: good[name] for name in call.body.required}


# One test a database rather than one a call: making the organisation takes longer than calling.
def test_no_call_breaks_on_odd_values(world: World, program: Caller) -> None:
    turn = 0
    for call in CALLS:
        if call.path in ("/tokens", "/docs", "/openapi.json"):
            continue
        path = path_of(world, call)
        for name in call.body.fields:
            turn += 1
            # Most is refused at the door, on either database: on the second one, by turns.
            for odd in ODD if is_sqlite() else ODD[turn % 3 :: 3]:
                body = {**a_good_body(call), name: odd}
                # The encoder of Python writes lone surrogates as escapes, as JSON may hold them.
                answer = program.ask(
                    call.method, path, data=json.dumps(body), content_type="application/json"
                )
                if answer.status_code == 422:
                    assert name in answer.json["errors"], (call.path, body, answer.json)
        for name in call.query:
            for odd in [
                "",
                "-1",
                "0",
                "201",
                "x" * 2000,
                "%00",
                "%ff",
                "9" * 5000,
                "%ED%A0%80",
                "1&" + name + "=1",
            ]:
                program.ask(call.method, f"{path}?{name}={odd}")


def test_no_list_breaks_on_odd_cursors(world: World, program: Caller) -> None:
    for call in CALLS:
        if "cursor" not in call.query or call.tag in FOR_ADMINS:
            continue
        for cursor in CURSORS:
            program.ask("GET", f"{path_of(world, call)}?cursor={cursor}")
        if call.path == "/search":  # nothing asked for: there is no second page to be on
            continue
        # What only those who judge may list isn't there for others.
        if program.ask("GET", path_of(world, call)).status_code in (403, 404):
            continue
        problem = program.get(path_of(world, call), 422, cursor="nonsense")
        assert list(problem["errors"]) == ["cursor"], call.path


def test_ids_that_no_row_can_have_are_not_found(world: World, program: Caller) -> None:
    for call in CALLS:
        for name in re.findall(r"{(\w+)}", call.path):
            for odd in IDS:
                path = re.sub(r"{(\w+)}", lambda f: odd if f[1] == name else "1", call.path)  # noqa: B023
                answer = program.client.open(
                    "/api/v1" + path,
                    method=call.method,
                    headers=program.headers,
                    json=a_good_body(call) if call.method != "GET" else None,
                )
                # What is named in words may be anybody's word, or none.
                known = (200, 204, 404, 422) if name in wire.WORDS else (404,)
                assert answer.status_code in known, (call.method, path, answer.text)


def test_broken_bodies_are_refused(world: World, program: Caller) -> None:
    for call in CALLS:
        if call.method == "GET" or call.content is not None:
            continue
        for broken in BROKEN:
            answer = program.client.open(
                "/api/v1" + path_of(world, call),
                method=call.method,
                headers=program.headers,
                data=broken,
                content_type="application/json",
            )
            assert answer.status_code in (422, 401) or not broken, (call.path, broken[:40])


def test_random_bodies_break_nothing(world: World, program: Caller) -> None:
    chance = random.Random(7)
    path = f"/channels/{world.public.id}/posts"
    for _ in range(300):
        data = bytearray(json.dumps({"body": "x", "client_id": "y", "parent_id": 1}).encode())
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        program.ask("POST", path, data=bytes(data), content_type="application/json")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_unknown_fields_and_parameters_are_named(world: World, program: Caller) -> None:
    for call in CALLS:
        path = path_of(world, call)
        if call.content is not None:
            continue
        if call.method == "GET" and not call.public:
            problem = program.get(path, 422, surprise="1")
            assert "surprise" in problem["errors"]
        elif not call.public:
            problem = program.call(
                call.method, path, 422, json={**a_good_body(call), "surprise": 1}
            )
            assert "surprise" in problem["errors"], call.path


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_only_json_is_read(world: World, program: Caller) -> None:
    path = f"/channels/{world.public.id}/posts"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", ""):
        program.call("POST", path, 415, data=b'{"body": "x"}', content_type=kind)
    for kind in ("application/json; charset=utf-8", "application/merge-patch+json"):
        program.call("POST", path, 201, data=b'{"body": "x"}', content_type=kind)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_too_large_a_body_is_refused_before_it_is_parsed(world: World, program: Caller) -> None:
    path = f"/channels/{world.public.id}/posts"
    data = b'{"body": "' + b"x" * wire.LARGEST_BODY + b'"}'
    program.call("POST", path, 413, data=data, content_type="application/json")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("limit", ["0", "-1", "201", "x", "1.0", "", "99999999999999999999"])
def test_limits_out_of_range_are_refused(program: Caller, limit: str) -> None:
    assert "limit" in program.get("/users", 422, limit=limit)["errors"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nothing_but_the_description_and_signing_in_is_open(world: World) -> None:
    nobody, wrong = world.caller(None), Caller(world.app, "es_wrong")
    for call in CALLS:
        wrong.call(call.method, path_of(world, call), 401)
        if call.path not in ("/docs", "/openapi.json"):
            body = {"json": {"name": "x"}} if call.path == "/tokens" else {}
            problem = nobody.call(call.method, path_of(world, call), 401, **body)
            assert problem["title"] == "Not signed in"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_other_methods_and_paths_answer_problems_too(program: Caller) -> None:
    for method, path, status in (("PUT", "/me", 405), ("GET", "/nothing", 404)):
        answer = program.client.open("/api/v1" + path, method=method, headers=program.headers)
        assert answer.status_code == status
        assert answer.mimetype == "application/problem+json"
    assert program.client.put("/api/v1/me").headers["Allow"] == "GET, HEAD, OPTIONS, PATCH"
