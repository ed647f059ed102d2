"""Who hears what over the socket: the table of events, tried out."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

import pytest
from flask import Flask

from enterprise_social.accounts.actions import create_access_token
from enterprise_social.announcements.actions import comment, end, grant_right, send
from enterprise_social.announcements.queries.comments import thread_of
from enterprise_social.channels.actions import join_channel, leave_channel
from enterprise_social.channels.models import Channel
from enterprise_social.core.actions import action, lock
from enterprise_social.feed.queries.events import EVENT_NAMES
from enterprise_social.messages.actions import start_conversation
from enterprise_social.people.actions import set_blocked, set_role
from enterprise_social.people.actions.groups import set_group_archived
from tests.architecture.sources import PACKAGE, python_files, tree
from tests.making import make_channel, write
from tests.rights.scene import SECRET
from tests.rights.sockets_table import (
    EVERYONE,
    MEMBERS,
    TABLE,
    TAKEN_AWAY,
    Hall,
    many_come,
    owner_of,
)

# Sent at connecting alone; tried by itself below.
AT_CONNECTING = {"ready"}


@pytest.fixture
def hall(app: Flask) -> Iterator[Hall]:
    with app.app_context():
        made = Hall(app)
        yield made
        app.extensions["live"].flush()
        for socket in made.sockets.values():
            if socket.is_connected():
                socket.disconnect()


def test_everyone_hears_what_the_table_says_and_nothing_else(hall: Hall) -> None:
    hall.take_away()
    wrong = []
    for row in TABLE:
        row.act(hall)
        heard = hall.heard()
        hearers = {who for who, events in heard.items() if row.event in dict(events)}
        if row.event == "signed_out":
            hearers = {who for who in EVERYONE if not connected(hall, who)}
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
    assert not wrong, "\n" + "\n".join(wrong)


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
    group = many_come(hall, "outsider")
    told = dict(hall.heard()["outsider"])["membership_changed"][0]
    assert told["state"] == "joined"
    write(owner_of(hall), hall.channel, "welcome")
    assert "post_created" in dict(hall.heard()["outsider"])
    set_group_archived(None, group, True)
    write(owner_of(hall), hall.channel, "zephyrion, once they are gone")
    heard = hall.heard()
    assert [name for name, _payload in heard["outsider"]] == ["membership_changed"] * 2
    assert {name for name, _payload in heard["member"]} == {
        "live",
        "members_changed",
        "post_created",
    }


def test_only_ones_own_channels_are_named_at_connecting(hall: Hall) -> None:
    ids = {who: set(ready["channels"]) for who, ready in hall.ready.items()}
    assert {who for who, channels in ids.items() if channels} == MEMBERS | set(TAKEN_AWAY)
    hall.take_away()
    hall.connect("removed")
    assert hall.ready["removed"]["channels"] == {}


def test_who_is_not_in_a_channel_types_to_nobody(hall: Hall) -> None:
    hall.take_away()
    for who in ("guest", "outsider", "manager", "removed", "admin"):
        for channel_id in (hall.channel.id, str(hall.channel.id), None, [hall.channel.id], 2**70):
            answer = hall.sockets[who, "json"].emit(
                "typing", {"channel_id": channel_id}, callback=True
            )
            assert answer["ok"] is False
    assert all(not events for events in hall.heard().values())


def test_comments_are_heard_by_those_who_show_them_and_may_until_they_are_withdrawn(
    hall: Hall,
) -> None:
    owner, names = owner_of(hall), ("member", "moderator")
    grant_right(None, owner, "everyone")
    audience = "person is one of ({}, {})".format(*(f"@{hall.people[x].username}" for x in names))
    announcement, _new = send(owner, title="zephyrion", audience_text=audience)
    hall.app.extensions["worker"].run_until_idle()
    thread = thread_of(announcement.id)
    assert thread is not None
    hall.take_away()
    told = {"owner", "member", "moderator", "admin"}
    for who in EVERYONE:
        for channel_id, right in ((thread.channel_id, who in told), (hall.channel.id, None)):
            right = who in MEMBERS if right is None else right
            socket = hall.sockets[who, "html"]
            answer = socket.emit("look", {"channel_id": channel_id}, callback=True)
            assert answer["ok"] is right, (who, channel_id)
    for odd in (0, -1, 2**70, "7", [7], True):
        assert hall.sockets["admin", "html"].emit("look", {"channel_id": odd}, callback=True) == {
            "ok": False,
            "error": "bad request",
        }
    hall.sockets["moderator", "html"].emit("look", {"channel_id": thread.channel_id})
    hall.heard()
    comment(hall.people["member"], announcement, "zephyrion")
    heard = hall.heard()
    # The admin shows something else by now; who wrote and who sent it are in it.
    assert {who for who, events in heard.items() if events} == {"owner", "member", "moderator"}
    registry = hall.app.extensions["registry"]
    end(owner, announcement, ended_as="withdrawn")
    hall.heard()
    inside = {
        client.person_name.lower()
        for client in registry.all()
        if thread.channel_id in client.channel_ids
    }
    assert inside == {"owner"}


def test_who_comes_back_hears_again(hall: Hall) -> None:
    hall.take_away()
    public = make_channel(owner_of(hall), "Open")
    join_channel(hall.people["removed"], public)
    hall.heard()
    write(owner_of(hall), public, "welcome")
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
        for who in ("guest", "outsider", "manager", "admin", "moderator", "removed"):
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


def test_a_manager_who_is_made_a_guest_hears_as_one_at_once(hall: Hall) -> None:
    manager, owner = hall.people["manager"], owner_of(hall)
    hub, worker = hall.app.extensions["presence"].hub, hall.app.extensions["worker"]
    open_one = make_channel(owner, "Open", manager, hall.people["other"])
    closed = make_channel(owner, "Closed", manager)
    refuse_guests(closed)
    socket = hall.sockets["manager", "html"]
    ids = [hall.people[name].id for name in ("outsider", "owner")]
    watched = socket.emit("watch", {"user_ids": ids}, callback=True)
    assert {each["user_id"] for each in watched["people"]} == set(ids)
    set_role(None, manager, "guest")
    worker.run_until_idle()
    hub.tick()
    hall.heard()
    for name in ("outsider", "owner"):
        hall.sockets[name, "html"].emit("presence", {"state": "active"}, callback=True)
    hub.tick()
    told = [payload for _name, payload in hall.heard()["manager"]]
    assert [{each["user_id"] for each in payload[0]["people"]} for payload in told] == [{ids[1]}]
    write(owner, closed, "zephyrion, for colleagues")
    write(owner, open_one, "for guests too")
    heard = hall.heard()["manager"]
    assert "post_created" in dict(heard)
    assert not SECRET.search(json.dumps(heard))
    again = socket.emit("watch", {"user_ids": [*ids, hall.people["admin"].id]}, callback=True)
    assert {each["user_id"] for each in again["people"]} == {ids[1]}
    leave_channel(manager, open_one)
    worker.run_until_idle()
    hub.tick()
    hall.heard()
    hall.sockets["owner", "html"].emit("presence", {"state": "away"}, callback=True)
    hub.tick()
    assert hall.heard()["manager"] == [], "they have no channel in common any more"
    for channel_id in (hall.channel.id, closed.id):
        typed = socket.emit("typing", {"channel_id": channel_id}, callback=True)
        assert typed["ok"] is False
    set_role(None, manager, "manager")
    again = socket.emit("watch", {"user_ids": ids}, callback=True)
    assert {each["user_id"] for each in again["people"]} == set(ids)


@action
def refuse_guests(channel: Channel) -> None:
    lock(Channel, channel.id).guests_allowed = False
