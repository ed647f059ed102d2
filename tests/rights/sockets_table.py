"""The table of socket events: what brings each about, and who hears of it.

It is tried on a private channel, with everyone connected: those of ``scene.WHO`` (the author is
called ``owner`` here). A row names who hears; nobody else may hear anything at all.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_socketio import SocketIOTestClient

from enterprise_social.accounts.actions import create_access_token, revoke_access_token
from enterprise_social.accounts.models import AccessToken
from enterprise_social.announcements.actions import (
    answer,
    create_draft,
    end,
    grant_right,
    publish,
    record_delivered,
    set_policy,
    tell_who_is_missing,
)
from enterprise_social.announcements.models import Announcement
from enterprise_social.channels.actions import (
    add_group,
    add_member,
    mark_read,
    remove_member,
    set_archived,
    set_member_role,
    set_preferences,
    update_channel,
)
from enterprise_social.channels.actions.groups import MOST_TOLD
from enterprise_social.core.db import db
from enterprise_social.following.actions import follow_hashtag
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.words.actions import create_rule, switch_rule
from enterprise_social.notifications.actions import mark_all_read, mark_unread, set_following
from enterprise_social.people.actions import deactivate_person, set_blocked
from enterprise_social.people.actions.groups import (
    create_group,
    put_group_member,
)
from enterprise_social.people.actions.sanctions import set_muted
from enterprise_social.people.models import Group, Person
from enterprise_social.posts.actions import (
    Held,
    delete_post,
    edit_post,
    restore_post,
    set_pinned,
)
from enterprise_social.reactions.actions import react
from enterprise_social.realtime.endpoint import say_goodbye
from tests.making import make_channel, make_person, write
from tests.rights.scene import ROLES, suspend

MEMBERS = {"owner", "member", "moderator"}
EVERYONE = MEMBERS | {"guest", "outsider", "manager", "admin"}
TAKEN_AWAY = ("removed", "suspended", "deactivated")
CONNECTED = (*EVERYONE, *TAKEN_AWAY)


class Hall:
    """A private channel, and everyone's sockets in both forms."""

    def __init__(self, app: Flask):
        self.app = app
        self.socketio = app.extensions["socketio"]
        self.people: dict[str, Person] = {
            name: make_person(name.title(), role=ROLES.get(name, "employee"))
            for name in (*sorted(CONNECTED), "other")
        }
        owner, names = self.people["owner"], ("member", "moderator", *TAKEN_AWAY)
        inside = [self.people[name] for name in names]
        self.channel = make_channel(owner, "Zephyrion", *inside, kind="private")
        set_member_role(owner, self.channel, self.people["moderator"], "moderator")
        self.post = write(self.people["owner"], self.channel, "zephyrion")
        app.extensions["worker"].run_until_idle()
        self.sockets: dict[tuple[str, str], SocketIOTestClient] = {}
        self.tokens: dict[str, tuple[AccessToken, str]] = {}
        self.ready: dict[str, Any] = {}
        for name in CONNECTED:
            self.tokens[name] = create_access_token(self.people[name], "test")
            self.connect(name)

    def connect(self, name: str) -> None:
        for form in ("json", "html"):
            auth = {"token": self.tokens[name][1], "format": form}
            socket = self.socketio.test_client(self.app, auth=auth)
            assert socket.is_connected()
            self.sockets[name, form] = socket
            (ready,) = (one for one in socket.get_received() if one["name"] == "ready")
            self.ready[name] = ready["args"][0]

    def take_away(self) -> None:
        """Take the channel from one, and the account from two, while they are connected."""
        remove_member(self.people["owner"], self.channel, self.people["removed"])
        suspend(self.people["suspended"])
        deactivate_person(None, self.people["deactivated"])
        self.heard()

    def heard(self) -> dict[str, list[tuple[str, Any]]]:
        """Return what everyone was sent since the last time, by name."""
        assert self.app.extensions["live"].flush()
        found: dict[str, list[tuple[str, Any]]] = {}
        for (name, _form), socket in self.sockets.items():
            if socket.is_connected():
                found.setdefault(name, []).extend(
                    (one["name"], one["args"]) for one in socket.get_received()
                )
        return found


@dataclass(frozen=True)
class Row:
    """An event, what brings it about, and who hears of it; nobody else hears anything."""

    event: str
    act: Callable[[Hall], Any]
    hearers: set[str]


def owner_of(hall: Hall) -> Person:
    return hall.people["owner"]


def _typing(hall: Hall) -> None:
    answer = hall.sockets["owner", "json"].emit(
        "typing", {"channel_id": hall.channel.id}, callback=True
    )
    assert answer["ok"] is True


def _watched(hall: Hall) -> None:
    """The owner shows the outsider, who comes; nobody else shows anyone."""
    watched = {"user_ids": [hall.people["outsider"].id]}
    assert hall.sockets["owner", "html"].emit("watch", watched, callback=True)["ok"] is True
    came = hall.sockets["outsider", "html"].emit("presence", {"state": "active"}, callback=True)
    assert came == {"ok": True}
    hall.app.extensions["presence"].hub.tick()


def _announce(hall: Hall) -> Announcement:
    """The owner announces to the member and to one who was deactivated."""
    owner = owner_of(hall)
    grant_right(None, owner, "everyone", may_be_critical=True)
    names = ", ".join(f"@{hall.people[each].username}" for each in ("member", "deactivated"))
    draft, _new = create_draft(
        owner,
        title="zephyrion",
        priority="critical",
        reason="now",
        asks="acknowledgement",
        audience_text=f"person is one of ({names})",
    )
    return publish(owner, draft, version=draft.version)


def _told(hall: Hall) -> Announcement:
    announcement = _announce(hall)
    hall.heard()
    return announcement


def _acknowledge(hall: Hall) -> None:
    answer(hall.people["member"], _told(hall))


def _progress(hall: Hall) -> None:
    announcement = _told(hall)
    hall.app.extensions["worker"].run_until_idle()
    hall.heard()
    record_delivered([(announcement.id, hall.people["member"].id)])
    hall.app.extensions["worker"].run_until_idle()


def _needs_help(hall: Hall) -> None:
    """The member needs help, and answers for it too: nobody else hears so."""
    member = hall.people["member"]
    draft, _new = create_draft(
        owner_of(hall),
        title="zephyrion",
        priority="critical",
        reason="now",
        asks="answer",
        choices=[{"text": "safe"}, {"text": "zephyrion", "alerts": True}],
        responder_ids=[member.id],
        audience_text=f"person is @{member.username}",
    )
    announcement = publish(owner_of(hall), draft, version=draft.version)
    hall.heard()
    answer(member, announcement, choice=1)


def _asks_for_approval(hall: Hall) -> None:
    """More people than one may decide on: admins are asked, who aren't told the channel's word."""
    steps = [{"after": 0, "ways": ["app"]}]
    set_policy(None, "important", steps=steps, approval_over=0)
    draft, _new = create_draft(
        owner_of(hall),
        title="A plain word",
        priority="important",
        audience_text=f"person is @{hall.people['member'].username}",
    )
    publish(owner_of(hall), draft, version=draft.version)


def _tells_who_is_missing(hall: Hall) -> None:
    """Somebody is told who of their people has not answered."""
    draft, _new = create_draft(
        owner_of(hall),
        title="A plain word",
        priority="routine",
        audience_text=f"person is @{hall.people['member'].username}",
    )
    announcement = publish(owner_of(hall), draft, version=draft.version)
    hall.heard()
    missing = [{"id": hall.people["member"].id, "name": "Member"}]
    tell_who_is_missing(hall.people["admin"].id, announcement, missing)


def _named(hall: Hall) -> None:
    """The owner names the member and others who are not here; the worker tells them."""
    names = " ".join(f"@{hall.people[each].username}" for each in ("member", "outsider", "removed"))
    write(owner_of(hall), hall.channel, names)
    hall.heard()
    hall.app.extensions["worker"].run_until_idle()


def _named_and_read(hall: Hall) -> None:
    _named(hall)
    hall.heard()
    newest = hall.channel.seq + 10
    mark_read(hall.people["member"], hall.channel, newest)


def _named_and_unread(hall: Hall) -> None:
    _named(hall)
    member = hall.people["member"]
    moment = mark_all_read(member, 2**40)
    hall.heard()
    mark_unread(member, read_at=moment)


def many_come(hall: Hall, *names: str) -> Group:
    """A group that is too large to be told of one by one fills the channel."""
    crowd = [make_person() for _each in range(MOST_TOLD + 1)]
    group = create_group(None, "Crowd")
    for person in (*crowd, *(hall.people[name] for name in names)):
        put_group_member(None, group, person)
    add_group(owner_of(hall), hall.channel, group)
    return group


def _revoke(hall: Hall) -> None:
    revoke_access_token(hall.people["member"], db.session.merge(hall.tokens["member"][0]))


def _report(hall: Hall) -> None:
    report(hall.people["member"], "post", hall.post.id, "other", "zephyrion")
    # Whoever judges is told as well, by the worker.
    hall.app.extensions["worker"].run_until_idle()


def _wait(hall: Hall) -> None:
    rule = create_rule(None, name="Waiting", pattern="waits", effect="hold", places=["posts"])
    switch_rule(None, rule, "on")
    with suppress(Held):
        write(hall.people["member"], hall.channel, "zephyrion waits")


def _write_under_a_hashtag(hall: Hall) -> None:
    """The owner writes what everyone follows; it is told to those who may read it."""
    for name in EVERYONE:
        follow_hashtag(hall.people[name], "cranes")
    post = write(owner_of(hall), hall.channel, "zephyrion #cranes")
    hall.heard()
    hall.app.extensions["followers"].tell(post.id)


TABLE = [
    Row("post_created", lambda h: write(owner_of(h), h.channel, "zephyrion"), MEMBERS),
    Row(
        "post_created",
        lambda h: write(owner_of(h), h.channel, "@removed @outsider @admin", parent_id=h.post.id),
        MEMBERS,
    ),
    Row("post_updated", lambda h: edit_post(owner_of(h), h.post, "zephyrion costs 1"), MEMBERS),
    Row("post_updated", lambda h: set_pinned(owner_of(h), h.post, True), MEMBERS),
    Row("reaction_changed", lambda h: react(owner_of(h), h.post, "tada"), MEMBERS),
    Row("reactions_mine", lambda h: react(owner_of(h), h.post, "tada"), {"owner"}),
    Row("post_deleted", lambda h: delete_post(owner_of(h), h.post), MEMBERS),
    Row("post_updated", lambda h: restore_post(owner_of(h), h.post), MEMBERS),
    Row("live", lambda h: write(owner_of(h), h.channel, "zephyrion again"), MEMBERS),
    Row(
        "channel_changed", lambda h: update_channel(owner_of(h), h.channel, topic="zephyr"), MEMBERS
    ),
    Row(
        "membership_changed",
        lambda h: set_member_role(owner_of(h), h.channel, h.people["member"], "moderator"),
        MEMBERS,
    ),
    Row(
        "membership_changed",
        lambda h: add_member(owner_of(h), h.channel, h.people["other"]),
        MEMBERS,
    ),
    Row(
        "membership_changed",
        lambda h: set_preferences(h.people["member"], h.channel, starred=True),
        {"member"},
    ),
    Row("members_changed", lambda h: many_come(h), MEMBERS),
    Row("read_changed", lambda h: mark_read(h.people["member"], h.channel, 2**60), {"member"}),
    Row("typing", _typing, MEMBERS),
    Row("presence_changed", _watched, {"owner"}),
    Row(
        "blocks_changed",
        lambda h: set_blocked(h.people["member"], h.people["other"], True),
        {"member"},
    ),
    Row("notification_created", _named, {"member"}),
    Row("notifications_read", _named_and_read, {"member"}),
    Row("notifications_changed", _named_and_unread, {"member"}),
    Row(
        "following_changed",
        lambda h: set_following(h.people["member"], h.post, True),
        {"member"},
    ),
    Row("followed_post", _write_under_a_hashtag, MEMBERS - {"owner"}),
    Row("case_changed", _report, {"member", "moderator", "admin"}),
    Row("held_changed", _wait, {"member"}),
    Row("sanctions_changed", lambda h: set_muted(h.people["member"], None), {"member"}),
    Row("announcement_published", _announce, {"member"}),
    Row("announcement_ended", lambda h: end(owner_of(h), _told(h)), {"member"}),
    Row("announcement_answered", _acknowledge, {"member"}),
    Row("announcement_progress", _progress, {"owner"}),
    Row("announcement_help", _needs_help, {"member"}),
    Row("announcement_approval", _asks_for_approval, {"admin"}),
    Row("announcement_missing", _tells_who_is_missing, {"admin"}),
    Row("channel_changed", lambda h: set_archived(owner_of(h), h.channel, True), MEMBERS),
    Row("signed_out", _revoke, {"member"}),
    Row("bye", lambda h: say_goodbye(h.app), EVERYONE | {"removed"}),
]
