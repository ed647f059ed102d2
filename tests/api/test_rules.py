"""Word rules, approvals and channel rules by the API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from enterprise_social.core.db import db
from enterprise_social.posts.models import Post
from tests.api.callers import Caller
from tests.api.conftest import World

SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@SQLITE
def test_the_rules_of_a_channel_are_read_and_changed(world: World, ada: Caller, bo: Caller) -> None:
    path = f"/channels/{world.public.id}"
    usual = {
        "post": "everyone", "reply": "everyone", "mention_all": "everyone", "invite": "everyone",
        "approval": "off", "slow_seconds": 0, "read_only": False, "guests_allowed": True,
    }  # fmt: skip
    assert bo.get(path)["rules"] == usual
    changed = ada.patch(path, rules={"post": "owners", "slow_seconds": 30})
    assert changed["rules"] == {**usual, "post": "owners", "slow_seconds": 30}
    bo.patch(path, 403, rules={"post": "everyone"})
    assert ada.patch(path, 422, rules={"slow_seconds": -1})["errors"].keys() == {"rules"}
    ada.patch(path, 422, topic="New", rules={"approval": "sometimes"})
    assert ada.get(path)["topic"] == ""
    assert bo.post(f"{path}/posts", 403, body="x")["detail"] == (
        "Only those who lead this channel post in it."
    )


@SQLITE
def test_slow_mode_says_when_to_come_back(world: World, ada: Caller, bo: Caller) -> None:
    path = f"/channels/{world.public.id}"
    ada.patch(path, rules={"slow_seconds": 60})
    bo.post(f"{path}/posts", body="first")
    refused = bo.ask("POST", f"{path}/posts", json={"body": "second"})
    assert refused.status_code == 429
    assert 55 <= int(refused.headers["Retry-After"]) <= 60
    ada.post(f"{path}/posts", body="first")
    ada.post(f"{path}/posts", body="second")


@SQLITE
def test_what_waits_is_taken_with_202_listed_and_decided(
    world: World, ada: Caller, bo: Caller, cy: Caller
) -> None:
    path = f"/channels/{world.private.id}"
    ada.patch(path, rules={"approval": "everyone"})
    held = bo.post(f"{path}/posts", 202, body="mine", client_id="c1")
    assert (held["state"], held["body"]) == ("waiting", "mine")
    assert bo.post(f"{path}/posts", 202, body="mine", client_id="c1") == held
    assert [each["id"] for each in bo.walk("/held")] == [held["id"]]
    assert ada.walk(f"{path}/held") == [held]
    assert bo.walk(f"{path}/held") == []
    assert bo.walk(f"{path}/posts") == []
    cy.put(f"/held/{held['id']}", 404, state="approved")
    bo.put(f"/held/{held['id']}", 409, state="approved")
    done = ada.put(f"/held/{held['id']}", state="approved")
    assert done["state"] == "approved"
    post = bo.post(f"{path}/posts", 200, body="mine", client_id="c1")
    assert post["id"] == done["post_id"]
    edit = bo.patch(f"/posts/{post['id']}", 202, body="changed")
    assert edit["edits_id"] == post["id"]
    assert ada.put(f"/held/{edit['id']}", state="refused", note="No.")["note"] == "No."
    assert bo.get(f"/posts/{post['id']}")["body"] == "mine"
    bo.delete(f"/held/{edit['id']}")
    assert bo.walk("/held") == []


def test_of_many_who_judge_at_once_one_is_first(world: World, ada: Caller, bo: Caller) -> None:
    path = f"/channels/{world.public.id}"
    ada.patch(path, rules={"approval": "everyone"})
    ada.put(f"{path}/members/{world.cy.id}", 201, role="moderator")
    for turn in range(3):
        held = bo.post(f"{path}/posts", 202, body=f"turn {turn}")["id"]
        states = ["approved", "refused"] * 3
        programs = [world.caller(who) for who in (world.ada, world.cy) * 3]

        def judge(call: tuple[Caller, str], held_id: int = held) -> int:
            program, state = call
            return program.ask("PUT", f"/held/{held_id}", json={"state": state}).status_code

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(judge, zip(programs, states, strict=True)))
        assert sorted(answers) == [200, 200, 200, 409, 409, 409]
        approved = answers[0] == 200
        posts = db.session.query(Post).filter_by(body=f"turn {turn}").count()
        db.session.rollback()
        assert posts == int(approved)


@SQLITE
def test_a_word_rule_is_written_tried_and_switched(world: World, bo: Caller) -> None:
    dee = world.caller(world.dee)
    bo.post(f"/channels/{world.public.id}/posts", body="a heron")
    bo.post(f"/channels/{world.private.id}/posts", body="a heron")
    bo.post(f"/channels/{world.private.id}/posts", body="a duck")
    rule = dee.post("/word-rules", name="Birds", pattern="heron*", effect="refuse", message="No.")
    path = f"/word-rules/{rule['id']}"
    assert (rule["state"], rule["kind"], "files" in rule["places"]) == ("draft", "words", True)
    tried = dee.get(f"{path}/trial")
    # Whether what she can't read matches, she isn't told: she would read it letter by letter.
    assert (tried["matched"], tried["unreadable"], tried["next_before"]) == (1, 2, None)
    assert [item["matched"] for item in tried["items"]] == ["heron"]
    assert dee.patch(path, state="on")["state"] == "on"
    refused = bo.post(f"/channels/{world.public.id}/posts", 422, body="Herons")
    assert refused["errors"] == {"body": ["No."]}
    [hit] = dee.walk(f"{path}/hits")
    assert (hit["effect"], hit["user_id"], hit["target"]) == ("refuse", world.bo.id, "")
    for bad in ({"pattern": "("}, {"effect": "shout"}, {"places": ["nowhere"]}, {"name": " "}):
        errors = dee.patch(path, 422, kind="regex", **bad)["errors"]
        assert errors.keys() == bad.keys()
    bo.get(path, 404)
    bo.get("/word-rules", 403)
    dee.delete(path)
    bo.post(f"/channels/{world.public.id}/posts", body="Herons")


@SQLITE
def test_a_channels_rule_is_its_leaders_and_holds_there_alone(
    world: World, ada: Caller, bo: Caller
) -> None:
    given = {"name": "Birds", "pattern": "heron", "effect": "refuse", "places": ["posts"]}
    bo.post("/word-rules", 403, **given, channel_id=world.private.id)
    rule = ada.post("/word-rules", **given, channel_id=world.private.id)
    ada.patch(f"/word-rules/{rule['id']}", state="on")
    bo.post(f"/channels/{world.private.id}/posts", 422, body="heron")
    bo.post(f"/channels/{world.public.id}/posts", body="heron")
    world.caller(world.dee).get(f"/word-rules/{rule['id']}", 404)
    assert [each["id"] for each in ada.walk("/word-rules", channel_id=world.private.id)] == [
        rule["id"]
    ]
