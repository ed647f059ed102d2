"""Who hears what over the socket: a row an event, tried on a private channel."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
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
    join_channel,
    mark_read,
    remove_member,
    set_archived,
    set_member_role,
    set_preferences,
    update_channel,
)
from enterprise_social.channels.actions.groups import MOST_TOLD
from enterprise_social.core.db import db
from enterprise_social.feed.queries.events import EVENT_NAMES
from enterprise_social.messages.actions import start_conversation
from enterprise_social.notifications.actions import mark_all_read, mark_unread, set_following
from enterprise_social.people.actions import deactivate_person, set_blocked
from enterprise_social.people.actions.groups import (
    create_group,
    put_group_member,
    set_group_archived,
)
from enterprise_social.people.models import Group, Person
from enterprise_social.posts.actions import delete_post, edit_post, restore_post, set_pinned
from enterprise_social.realtime.endpoint import say_goodbye
from tests.architecture.sources import PACKAGE, python_files, tree
from tests.making import make_channel, make_person, write
from tests.rights.scene import SECRET

MEMBERS = {"owner", "member"}
EVERYONE = {"owner", "member", "outsider", "admin"}


class Hall:
    """A private channel, and everyone's sockets in both forms."""

    def __init__(self, app: Flask):
        self.app = app
        self.socketio = app.extensions["socketio"]
        names = ("owner", "member", "removed", "outsider", "deactivated", "other")
        self.people: dict[str, Person] = {name: make_person(name.title()) for name in names}
        self.people["admin"] = make_person("Anja", role="admin")
        inside = [self.people[name] for name in ("member", "removed", "deactivated")]
        self.channel = make_channel(self.people["owner"], "Zephyrion", *inside, kind="private")
        self.post = write(self.people["owner"], self.channel, "zephyrion")
        self.sockets: dict[tuple[str, str], SocketIOTestClient] = {}
        self.tokens: dict[str, tuple[AccessToken, str]] = {}
        self.ready: dict[str, Any] = {}
        for name, person in self.people.items():
            if name != "other":
                self.tokens[name] = create_access_token(person, "test")
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
        """Take the channel from one, and the account from another, while they are connected."""
        remove_member(self.people["owner"], self.channel, self.people["removed"])
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


@pytest.fixture
def hall(app: Flask) -> Iterator[Hall]:
    with app.app_context():
        made = Hall(app)
        yield made
        app.extensions["live"].flush()
        for socket in made.sockets.values():
            if socket.is_connected():
                socket.disconnect()


@dataclass(frozen=True)
class Row:
    """An event, what brings it about, and who hears of it; nobody else hears anything."""

    event: str
    act: Callable[[Hall], Any]
    hearers: set[str]


def _owner(hall: Hall) -> Person:
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
    owner = _owner(hall)
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
        _owner(hall),
        title="zephyrion",
        priority="critical",
        reason="now",
        asks="answer",
        choices=[{"text": "safe"}, {"text": "zephyrion", "alerts": True}],
        responder_ids=[member.id],
        audience_text=f"person is @{member.username}",
    )
    announcement = publish(_owner(hall), draft, version=draft.version)
    hall.heard()
    answer(member, announcement, choice=1)


def _asks_for_approval(hall: Hall) -> None:
    """More people than one may decide on: admins are asked, who aren't told the channel's word."""
    steps = [{"after": 0, "ways": ["app"]}]
    set_policy(None, "important", steps=steps, approval_over=0)
    draft, _new = create_draft(
        _owner(hall),
        title="A plain word",
        priority="important",
        audience_text=f"person is @{hall.people['member'].username}",
    )
    publish(_owner(hall), draft, version=draft.version)


def _tells_who_is_missing(hall: Hall) -> None:
    """Somebody is told who of their people has not answered."""
    draft, _new = create_draft(
        _owner(hall),
        title="A plain word",
        priority="routine",
        audience_text=f"person is @{hall.people['member'].username}",
    )
    announcement = publish(_owner(hall), draft, version=draft.version)
    hall.heard()
    missing = [{"id": hall.people["member"].id, "name": "Member"}]
    tell_who_is_missing(hall.people["admin"].id, announcement, missing)


def _named(hall: Hall) -> None:
    """The owner names the member and others who are not here; the worker tells them."""
    names = " ".join(f"@{hall.people[each].username}" for each in ("member", "outsider", "removed"))
    write(_owner(hall), hall.channel, names)
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


def _many_come(hall: Hall, *names: str) -> Group:
    """A group that is too large to be told of one by one fills the channel."""
    crowd = [make_person() for _each in range(MOST_TOLD + 1)]
    group = create_group(None, "Crowd")
    for person in (*crowd, *(hall.people[name] for name in names)):
        put_group_member(None, group, person)
    add_group(_owner(hall), hall.channel, group)
    return group


def _revoke(hall: Hall) -> None:
    revoke_access_token(hall.people["member"], db.session.merge(hall.tokens["member"][0]))


TABLE = [
    Row("post_created", lambda h: write(_owner(h), h.channel, "zephyrion"), MEMBERS),
    Row(
        "post_created",
        lambda h: write(_owner(h), h.channel, "@removed @outsider @anja", parent_id=h.post.id),
        MEMBERS,
    ),
    Row("post_updated", lambda h: edit_post(_owner(h), h.post, "zephyrion costs 1"), MEMBERS),
    Row("post_updated", lambda h: set_pinned(_owner(h), h.post, True), MEMBERS),
    Row("post_deleted", lambda h: delete_post(_owner(h), h.post), MEMBERS),
    Row("post_updated", lambda h: restore_post(_owner(h), h.post), MEMBERS),
    Row("live", lambda h: write(_owner(h), h.channel, "zephyrion again"), MEMBERS),
    Row("channel_changed", lambda h: update_channel(_owner(h), h.channel, topic="zephyr"), MEMBERS),
    Row(
        "membership_changed",
        lambda h: set_member_role(_owner(h), h.channel, h.people["member"], "moderator"),
        MEMBERS,
    ),
    Row(
        "membership_changed",
        lambda h: add_member(_owner(h), h.channel, h.people["other"]),
        MEMBERS,
    ),
    Row(
        "membership_changed",
        lambda h: set_preferences(h.people["member"], h.channel, starred=True),
        {"member"},
    ),
    Row("members_changed", lambda h: _many_come(h), MEMBERS),
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
    Row("announcement_published", _announce, {"member"}),
    Row("announcement_ended", lambda h: end(_owner(h), _told(h)), {"member"}),
    Row("announcement_answered", _acknowledge, {"member"}),
    Row("announcement_progress", _progress, {"owner"}),
    Row("announcement_help", _needs_help, {"member"}),
    Row("announcement_approval", _asks_for_approval, {"admin"}),
    Row("announcement_missing", _tells_who_is_missing, {"admin"}),
    Row("channel_changed", lambda h: set_archived(_owner(h), h.channel, True), MEMBERS),
    Row("signed_out", _revoke, {"member"}),
    Row("bye", lambda h: say_goodbye(h.app), EVERYONE | {"removed"}),
]
# Sent at connecting alone; tried by itself below.
AT_CONNECTING = {"ready"}


def test_everyone_hears_what_the_table_says_and_nothing_else(hall: Hall) -> None:
    hall.take_away()
    wrong = []
    for row in TABLE:
        row.act(hall)
        heard = hall.heard()
        hearers = {who for who, events in heard.items() if row.event in dict(events)}
        if row.event == "signed_out":
            hearers = {who for who in ("owner", "member") if not connected(hall, who)}
        if hearers != row.hearers:
            wrong.append(f"{row.event} was heard by {sorted(hearers)}")
        for who, events in heard.items():
            if row.event != "bye" and who not in row.hearers and events:
                wrong.append(f"at {row.event} {who} heard {events}")
            if who not in MEMBERS and SECRET.search(json.dumps(events)):
                wrong.append(f"at {row.event} {who} was told {events}")
        if row.event == "signed_out":
            hall.tokens["member"] = create_access_token(hall.people["member"], "again")
            hall.connect("member")
    assert wrong == []


def connected(hall: Hall, who: str) -> bool:
    return any(hall.sockets[who, form].is_connected() for form in ("json", "html"))


def test_nobody_unknown_gets_a_socket(hall: Hall) -> None:
    gone = hall.tokens["deactivated"][1]
    hall.take_away()
    for auth in (None, {}, {"token": "es_wrong"}, {"token": gone}, {"token": 1}, "es_wrong", [1]):
        assert not hall.socketio.test_client(hall.app, auth=auth).is_connected()
    assert not connected(hall, "deactivated")


def test_a_large_group_brings_its_sockets_in_and_takes_them_out_at_once(hall: Hall) -> None:
    hall.take_away()
    group = _many_come(hall, "outsider")
    told = dict(hall.heard()["outsider"])["membership_changed"][0]
    assert told["state"] == "joined"
    write(_owner(hall), hall.channel, "welcome")
    assert "post_created" in dict(hall.heard()["outsider"])
    set_group_archived(None, group, True)
    write(_owner(hall), hall.channel, "zephyrion, once they are gone")
    heard = hall.heard()
    assert [name for name, _payload in heard["outsider"]] == ["membership_changed"] * 2
    assert {name for name, _payload in heard["member"]} == {
        "live",
        "members_changed",
        "post_created",
    }


def test_only_ones_own_channels_are_named_at_connecting(hall: Hall) -> None:
    ids = {who: set(ready["channels"]) for who, ready in hall.ready.items()}
    assert {who for who, channels in ids.items() if channels} == MEMBERS | {
        "removed",
        "deactivated",
    }
    hall.take_away()
    hall.connect("removed")
    assert hall.ready["removed"]["channels"] == {}


def test_who_is_not_in_a_channel_types_to_nobody(hall: Hall) -> None:
    hall.take_away()
    for who in ("outsider", "removed", "admin"):
        for channel_id in (hall.channel.id, str(hall.channel.id), None, [hall.channel.id], 2**70):
            answer = hall.sockets[who, "json"].emit(
                "typing", {"channel_id": channel_id}, callback=True
            )
            assert answer["ok"] is False
    assert all(not events for events in hall.heard().values())


def test_who_comes_back_hears_again(hall: Hall) -> None:
    hall.take_away()
    public = make_channel(_owner(hall), "Open")
    join_channel(hall.people["removed"], public)
    hall.heard()
    write(_owner(hall), public, "welcome")
    heard = hall.heard()
    assert {who for who, events in heard.items() if events} == {"owner", "removed"}


def emitted() -> set[str]:
    """Return the names of all events in the source: sent at once, or by way of the change log."""
    found: set[str] = set()
    senders = {"emit": 0, "personal": 1, "send_to_others": 0}
    logs = {"log_change": 1, "append_change": 1, "write_change": 2, "_log": 2}
    for path in python_files(PACKAGE):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            place = {**senders, **logs}.get(name)
            if place is None or len(node.args) <= place:
                continue
            value = node.args[place]
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.add(EVENT_NAMES.get(value.value, value.value))
    return found


def test_every_event_has_its_row() -> None:
    rows = {row.event for row in TABLE} | AT_CONNECTING
    assert emitted() >= {"live", "post_created", "typing", "read_changed", "bye"}
    assert emitted() - rows == set(), "write a row for it"


def test_what_is_no_list_of_ids_is_not_watched(hall: Hall) -> None:
    socket = hall.sockets["owner", "json"]
    for ids in (None, "1", [True], [0], [-1], [2**63], ["1"], list(range(1, 202)), {"a": 1}):
        answer = socket.emit("watch", {"user_ids": ids}, callback=True)
        assert answer["ok"] is False, ids
    for data in (None, [], "active", {"state": "here"}, {"state": ["away"]}, {}):
        assert socket.emit("presence", data, callback=True)["ok"] is False, data


def test_who_asks_too_often_is_told_so(hall: Hall) -> None:
    socket = hall.sockets["owner", "json"]
    answers = [socket.emit("watch", {"user_ids": []}, callback=True) for _turn in range(40)]
    assert answers[0]["ok"] is True
    assert answers[-1] == {"ok": False, "error": "too often"}


def test_nothing_of_a_conversation_reaches_who_is_not_in_it(hall: Hall) -> None:
    owner, member = hall.people["owner"], hall.people["member"]
    pair, _new = start_conversation(owner, [member.id])
    group, _new = start_conversation(owner, [member.id, hall.people["other"].id])
    hall.heard()
    for channel in (pair, group):
        write(owner, channel, "zephyrion between us")
        socket = hall.sockets["owner", "json"]
        typed = socket.emit("typing", {"channel_id": channel.id}, callback=True)
        assert typed["ok"] is True
        for who in ("outsider", "admin", "removed"):
            theirs = hall.sockets[who, "json"]
            assert not theirs.emit("typing", {"channel_id": channel.id}, callback=True)["ok"]
        heard = hall.heard()
        assert {who for who, events in heard.items() if events} == {"owner", "member"}


def test_typing_does_not_pass_a_block(hall: Hall) -> None:
    owner, member = hall.people["owner"], hall.people["member"]
    pair, _new = start_conversation(owner, [member.id])
    set_blocked(member, owner, True)
    hall.heard()
    hall.sockets["owner", "json"].emit("typing", {"channel_id": pair.id}, callback=True)
    assert not any(hall.heard().values())
