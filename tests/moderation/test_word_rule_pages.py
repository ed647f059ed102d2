"""The pages of word rules and approvals, by their forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.channels.actions import set_rules
from enterprise_social.channels.models import Channel
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.messages.actions import start_conversation
from enterprise_social.moderation.words.models import WordRule
from enterprise_social.people.models import Person
from enterprise_social.posts.models import HeldPost, Post
from tests.making import make_channel, make_person, sign_in, write

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
RULE = {
    "name": "Birds",
    "kind": "words",
    "pattern": "heron*",
    "effect": "refuse",
    "message": "Call it a bird.",
    "places": ["posts", "messages"],
}


@dataclass
class Desk:
    """An admin, a member, and a channel that the member's friend leads."""

    app: Flask
    admin: Person
    owner: Person
    member: Person
    channel: Channel
    client: FlaskClient

    def as_(self, person: Person) -> FlaskClient:
        """Return a browser of somebody's."""
        return sign_in(self.app, person)


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    """Everybody at their place."""
    with app.app_context():
        admin, owner, member = (
            make_person("Ada", role="admin"),
            make_person("Ola"),
            make_person("Max"),
        )
        channel = make_channel(owner, "reeds", member, kind="private")
        yield Desk(app, admin, owner, member, channel, sign_in(app, admin))


def test_a_rule_is_written_tried_switched_on_and_off_and_each_step_is_audited(desk: Desk) -> None:
    open_channel = make_channel(desk.admin, "pond", desk.member)
    write(desk.member, open_channel, "two he**r**ons and a duck")
    write(desk.member, desk.channel, "a heron in private")
    direct, _new = start_conversation(desk.owner, [desk.member.id])
    write(desk.owner, direct, "a heron between us")

    made = desk.client.post("/admin/moderation/words/new", data=RULE)
    assert made.status_code == 303
    tried = desk.client.get(made.location).text
    assert re.search(r"it would have matched\s*<b>1</b>", tried)
    assert "2 more stand where you don" in tried
    assert "<mark>herons</mark>" in tried
    assert "in private" not in tried
    assert "between us" not in tried
    rule = db.session.query(WordRule).one()
    assert (rule.state, rule.hit_count) == ("draft", 0)
    assert (
        desk.as_(desk.member).post("/channels/pond/posts", data={"body": "heron"}).status_code
        == 303
    )

    page = f"/moderation/words/{rule.id}"
    assert desk.client.post(f"{page}/state", data={"state": "on"}).status_code == 303
    refused = desk.as_(desk.member).post("/channels/pond/posts", data={"body": "Ｈｅrοn"})
    assert refused.status_code == 422
    assert "Call it a bird." in refused.text
    assert "heron*" not in refused.text
    assert "1 time in all" in desk.client.get(page).text
    desk.client.post(f"{page}/state", data={"state": "off"})
    assert (
        desk.as_(desk.member).post("/channels/pond/posts", data={"body": "heron"}).status_code
        == 303
    )
    desk.client.post(page, data={**RULE, "pattern": "egret"})
    assert desk.client.post(f"{page}/deletion").location == "/admin/moderation/words"

    acts = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert [act for act in acts if act.startswith("words.")] == [
        "words.create", "words.switch", "words.switch", "words.update", "words.delete",
    ]  # fmt: skip


def test_a_text_to_try_it_on_shows_what_would_stand_there(desk: Desk) -> None:
    given = {**RULE, "effect": "replace", "replacement": "bird"}
    page = desk.client.post("/admin/moderation/words/new", data=given).location
    shown = desk.client.get(page, query_string={"sample": "Some HERONS flew."}).text
    assert "Some bird flew." in shown
    assert "t match this text" in desk.client.get(page, query_string={"sample": "ducks"}).text


def test_a_bad_pattern_is_explained_beside_the_form(desk: Desk) -> None:
    for pattern, words in (
        ("(a)\\1", "references back"),
        ("(?=a)b", "ahead"),
        ("a*", "everything"),
    ):
        given = {**RULE, "kind": "regex", "pattern": pattern}
        answer = desk.client.post("/admin/moderation/words/new", data=given)
        assert answer.status_code == 422
        assert words in answer.text
    assert db.session.query(WordRule).count() == 0


def test_those_who_lead_a_channel_make_its_rules_and_nobody_elses(desk: Desk) -> None:
    owner = desk.as_(desk.owner)
    made = owner.post("/channels/reeds/words/new", data={**RULE, "places": ["posts"]})
    page = made.location.removesuffix("/trial")
    assert owner.post(f"{page}/state", data={"state": "on"}).status_code == 303
    for path in ("/admin/moderation/words", "/admin/moderation/approvals"):
        assert owner.get(path).status_code == 403
    assert desk.client.get(page).status_code == 404
    assert desk.as_(desk.member).get("/channels/reeds/words").status_code == 403
    other = make_channel(desk.owner, "shed", desk.member)
    assert write(desk.member, other, "heron")
    assert (
        desk.as_(desk.member).post("/channels/reeds/posts", data={"body": "heron"}).status_code
        == 422
    )


def test_what_waits_is_approved_or_refused_on_its_page(desk: Desk) -> None:
    set_rules(desk.owner, desk.channel, {"approval": "everyone"})
    member, owner = desk.as_(desk.member), desk.as_(desk.owner)
    for text in ("first words", "second words"):
        assert member.post("/channels/reeds/posts", data={"body": text}).status_code == 303
    shown = member.get("/channels/reeds").text
    assert shown.count("Waits for approval") == 2
    assert "2 posts wait for approval" in owner.get("/channels/reeds").text
    assert member.get("/channels/reeds/approvals").status_code == 403
    page = owner.get("/channels/reeds/approvals").text
    assert "first words" in page
    first, second = db.session.query(HeldPost).order_by(HeldPost.id)
    owner.post(f"/held/{first.id}/decision", data={"state": "approved"})
    owner.post(f"/held/{second.id}/decision", data={"state": "refused", "note": "Too loud."})
    assert [post.body for post in db.session.query(Post)] == ["first words"]
    assert "Too loud." in member.get("/channels/reeds").text
    member.post(f"/held/{second.id}/withdrawal")
    assert "Too loud." not in member.get("/channels/reeds").text
    assert "Nothing waits" in owner.get("/channels/reeds/approvals").text


def test_what_the_organisation_holds_in_private_is_for_who_judges_everywhere(desk: Desk) -> None:
    given = {**RULE, "effect": "hold"}
    page = desk.client.post("/admin/moderation/words/new", data=given).location
    desk.client.post(page.replace("/trial", "/state"), data={"state": "on"})
    direct, _new = start_conversation(desk.owner, [desk.member.id])
    path = f"/channels/{direct.slug}/posts"
    assert desk.as_(desk.owner).post(path, data={"body": "a heron"}).status_code == 303
    assert desk.as_(desk.member).get("/admin/moderation/approvals").status_code == 403
    assert "a heron" in desk.client.get("/admin/moderation/approvals").text
    held = db.session.query(HeldPost).one()
    assert desk.as_(desk.member).post(f"/held/{held.id}/decision").status_code == 404
    desk.client.post(f"/held/{held.id}/decision", data={"state": "approved"})
    assert db.session.query(Post).one().channel_id == direct.id


def test_rules_of_a_channel_are_set_by_its_form(desk: Desk) -> None:
    owner = desk.as_(desk.owner)
    assert desk.as_(desk.member).get("/channels/reeds/rules").status_code == 403
    assert "Slow mode" in owner.get("/channels/reeds/rules").text
    form = {"post": "owners", "slow_seconds": "30", "approval": "new", "guests_allowed": "1"}
    assert owner.post("/channels/reeds/rules", data=form).status_code == 303
    assert desk.channel.rules == {"post": "owners", "slow_seconds": 30, "approval": "new"}
    assert owner.post("/channels/reeds/rules", data={"post": "nobody"}).status_code == 422
    assert "Owners" in desk.as_(desk.member).get("/channels/reeds/details").text


def test_who_may_approve_is_told_once_and_the_author_what_came_of_it(desk: Desk) -> None:
    set_rules(desk.owner, desk.channel, {"approval": "everyone"})
    member, owner = desk.as_(desk.member), desk.as_(desk.owner)
    for text in ("first words", "second words"):
        member.post("/channels/reeds/posts", data={"body": text})
    desk.app.extensions["worker"].run_until_idle()
    told = owner.get("/notifications").text
    assert told.count("waits for your approval in") == 1
    assert 'href="/channels/reeds/approvals"' in told
    assert "waits for your approval" not in desk.client.get("/notifications").text
    first, second = db.session.query(HeldPost).order_by(HeldPost.id)
    owner.post(f"/held/{first.id}/decision", data={"state": "approved"})
    owner.post(f"/held/{second.id}/decision", data={"state": "refused"})
    desk.app.extensions["worker"].run_until_idle()
    told = member.get("/notifications").text
    assert "was approved" in told
    assert "was not approved" in told
