"""A private channel with everything in it, and the eleven who try to reach it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from enterprise_social.accounts.actions import begin_session, create_access_token, invite
from enterprise_social.announcements.actions import (
    comment,
    create_draft,
    grant_right,
    publish,
    save_template,
)
from enterprise_social.channels.actions import (
    remove_member,
    set_member_role,
    set_rules,
    update_channel,
)
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.live import control
from enterprise_social.files.actions import begin_upload, store_file
from enterprise_social.following.actions import open_storyline
from enterprise_social.integrations.actions.people_imports import begin_people_import
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.words.actions import create_rule
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.actions.fields import define_field
from enterprise_social.people.actions.groups import create_group
from enterprise_social.people.actions.skills import set_skills
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import Held, edit_post, save_draft, set_pinned
from enterprise_social.posts.models import Draft, Post
from enterprise_social.records.actions.exports import ask_for_export
from enterprise_social.records.actions.holds import place_hold
from enterprise_social.records.archives.scopes import Scope
from tests.accounts.authenticator import enrol
from tests.files.samples import image
from tests.making import bring_in, make_channel, make_person, sign_in, write

# Stands in everything that only members may read; no request of the table holds it.
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
SECRET = re.compile("zephyr", re.IGNORECASE)
# Stands in what everyone but guests may read: people, groups, a public channel.
NOT_FOR_GUESTS = re.compile("halcyon", re.IGNORECASE)
WHO = (
    "anonymous",
    "guest",
    "outsider",
    "member",
    "author",
    "moderator",
    "manager",
    "admin",
    "suspended",
    "deactivated",
    "removed",
)
# Who is in the channel, and is told the announcement.
INSIDE = ("member", "author", "moderator")
ROLES = {"guest": "guest", "manager": "manager", "admin": "admin"}


@dataclass
class Scene:
    """The application, who is who, and what stands in a route's placeholders."""

    app: Flask
    owner: Person
    people: dict[str, Person]
    channel: Channel
    root: Post
    tokens: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, FlaskClient] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def standing(self) -> list[Any]:
        """Return all that outsiders must not change: the channel, who is in it, what it holds."""
        db.session.rollback()
        tables = (
            select(Channel.__table__).where(Channel.id == self.channel.id),
            select(Membership.__table__)
            .where(Membership.channel_id == self.channel.id)
            .order_by(Membership.person_id),
            select(Post.__table__).where(Post.channel_id == self.channel.id).order_by(Post.id),
            select(Draft.__table__).where(Draft.channel_id == self.channel.id).order_by(Draft.body),
        )
        return [db.session.execute(statement).all() for statement in tables]


def make_scene(app: Flask) -> Scene:
    """Make it; call it inside an application context."""
    owner = make_person("Olga", title="Keeper of secrets")
    people = {name: make_person(name.title(), role=ROLES.get(name, "employee")) for name in WHO[1:]}
    author = people["author"]
    inside = [people[name] for name in (*INSIDE, "removed", "suspended", "deactivated")]
    channel = make_channel(owner, "Depot", *inside, kind="private")
    # Renamed, so that the address of its page doesn't hold the word.
    update_channel(owner, channel, name="Zephyrion", topic="zephyrion", purpose="zephyrion crane")
    set_member_role(owner, channel, people["moderator"], "moderator")
    # A guest is somewhere: in a channel of their own with the owner.
    bring_in(make_channel(owner, "Gatehouse", kind="private"), people["guest"])
    halcyon = make_channel(make_person("Halcyon Hale"), "Halcyon deck", people["member"])
    write(people["member"], halcyon, f"crane #halcyontag #cranework @{people['guest'].username}")
    named = " ".join(f"@{person.username}" for person in people.values())
    root = write(author, channel, "crane: zephyrion costs 43")
    edit_post(author, root, f"crane: zephyrion costs 44 #zephyrtag #cranework {named} @channel")
    write(people["member"], channel, f"crane: zephyrion reply {named}", parent_id=root.id)
    rude = write(author, channel, "crane: zephyrion is a fool")
    write(people["removed"], channel, "crane: zephyrion too", parent_id=root.id)
    write(people["deactivated"], channel, "crane: zephyrion old", quoted_post_id=root.id)
    set_pinned(owner, root, True)
    picture = store_file(author, io.BytesIO(image()), "zephyrion.png", alt="zephyrion")
    write(author, channel, "crane: zephyrion drawn", file_ids=[picture.id])
    for person in inside:
        save_draft(person, channel, "crane: zephyrion draft", parent_id=root.id)
        save_draft(person, channel, "crane: zephyrion draft")
    scene = Scene(app, owner, people, channel, root)
    scene.facts = {"file_id": picture.id, "name": "crane.png", "side": 480}
    _let_in(scene)
    _fill_in(scene)
    scene.facts["case_id"] = report(people["member"], "post", rude.id, "other")[0].case_id
    _announce(scene)
    remove_member(owner, channel, people["removed"])
    deactivate_person(None, people["deactivated"])
    suspend(people["suspended"])
    db.session.refresh(channel)
    return scene


@action
def suspend(person: Person) -> None:
    """Keep somebody out for a day."""
    lock(Person, person.id).suspended_until = now() + timedelta(days=1)
    control("sign_out", person_id=person.id)


def _announce(scene: Scene) -> None:
    """Tell those inside something, and keep it as a template."""
    names = ", ".join(f"@{scene.people[name].username}" for name in INSIDE)
    right = grant_right(None, scene.owner, "everyone")
    draft, _new = create_draft(
        scene.owner,
        title="Zephyrion stands still",
        body="The zephyrion crane.",
        priority="important",
        asks="acknowledgement",
        audience_text=f"person is one of ({names})",
    )
    template = save_template(scene.owner, draft, "Zephyrion")
    sent = publish(scene.owner, draft, version=draft.version)
    comment(scene.owner, sent, "zephyrion: ask the foreman")
    scene.facts |= {
        "announcement_id": sent.id,
        "template_id": template.id,
        "right_id": right.id,
        "priority": "routine",
    }


def _let_in(scene: Scene) -> None:
    """Give everyone a browser and a token while they may still have one."""
    scene.browsers["anonymous"] = scene.app.test_client()
    for name, person in scene.people.items():
        scene.browsers[name] = sign_in(scene.app, person)
        scopes = ("read", "write", "admin") if person.role == "admin" else ("read", "write")
        scene.tokens[name] = create_access_token(person, "test", scopes)[1]


def _hold_back(scene: Scene) -> None:
    """Let something of the author's wait for approval, and write rules of words of the channel."""
    set_rules(scene.owner, scene.channel, {"approval": "everyone"})
    try:
        write(scene.people["author"], scene.channel, "crane: zephyrion waits")
    except Held as held:
        scene.facts["held_id"] = held.held.id
    set_rules(scene.owner, scene.channel, {"approval": "off"})
    for name in ("rule_id", "other_rule_id"):
        rule = create_rule(
            scene.owner, scene.channel, name="Zephyrion", pattern="zephyrion", effect="flag"
        )
        scene.facts[name] = rule.id


def _fill_in(scene: Scene) -> None:
    spare = make_person("Sam", title="Halcyon", department="Halcyon", location="Halcyon")
    scene.people["spare"] = spare
    write(spare, open_storyline(spare), "crane: halcyon days")
    _hold_back(scene)
    scene.facts |= {
        "slug": scene.channel.slug,
        "channel_id": scene.channel.id,
        "post_id": scene.root.id,
        "person_id": spare.id,
        "user_id": spare.id,
        "username": spare.username,
        "session_id": begin_session(scene.owner)[0].id,
        "token_id": create_access_token(scene.owner, "mine")[0].id,
        "passkey_id": enrol(scene.owner)[1].id,
        "invitation_id": invite(None, "guest@example.org", name="Guest", role="employee")[0].id,
        "group_id": create_group(None, "Crew", handle="crew", purpose="halcyon").id,
        "skill_id": set_skills(None, spare, ["Halcyon"])[0].id,
        "field_id": define_field(None, name="Badge", kind="text").id,
        # For the programs' calls: admins have deleted the other by its page when these come.
        "other_field_id": define_field(None, name="Desk", kind="text").id,
        "import_id": begin_people_import(None, io.BytesIO(b"email,name"), "a.csv").id,
        "export_id": ask_for_export(make_person("Rita", role="admin"), Scope(), "A case").id,
        "hold_id": place_hold(None, "Case 7", "Asked for", ends_at=LONG_AGO).id,
        "upload_id": begin_upload(scene.owner, "plan.bin", 5).id,
        "tag": "cranework",
        "token": "nothing-that-was-ever-given-out",
        "path": "css/base.css",
        "other_case_id": report(scene.owner, "person", spare.id, "other")[0].case_id,
        "decision_id": 1_000_000,
    }
