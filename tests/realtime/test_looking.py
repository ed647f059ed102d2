"""Pages get the HTML of what they show; of the rest they hear that something changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enterprise_social.accounts.actions import create_access_token
from enterprise_social.channels.actions import remove_member
from enterprise_social.channels.models import Channel
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import set_pinned
from enterprise_social.realtime import rights, sending
from tests.making import make_channel, make_person, sign_in, write
from tests.realtime.listeners import settled


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


class Page:
    """A connected page that follows one channel as static/js/core/live.js does."""

    def __init__(self, app: Flask, person: Person, channel: Channel, shows: Any = None) -> None:
        self.app, self.channel = app, channel
        self.http = sign_in(app, person)
        assert app.extensions["live"].flush()
        self.seq = self.known = channel.seq
        self.applied: list[int] = []
        self.asked = 0
        self.connect([channel.id] if shows is None else shows)

    def connect(self, shows: Any) -> None:
        """Connect and say what is shown; catch up if behind."""
        auth = {"format": "html", "shows": shows}
        socketio = self.app.extensions["socketio"]
        self.socket = socketio.test_client(self.app, auth=auth, flask_test_client=self.http)
        for event in self.socket.get_received():
            if event["name"] == "ready":
                self.known = event["args"][0]["channels"][str(self.channel.id)]

    def show(self, *channel_ids: int) -> Any:
        """Say that the page shows these channels and no others."""
        return self.socket.emit("show", {"channel_ids": list(channel_ids)}, callback=True)

    def heard(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the live events that came."""
        assert self.app.extensions["live"].flush()
        events = self.socket.get_received() if self.socket.is_connected() else []
        wanted = ("live", "changed", "post_created", "typing")
        return [(e["name"], e["args"][0]) for e in events if e["name"] in wanted]

    def follow(self) -> None:
        """Take in what came; ask for what is missing."""
        early: dict[int, int] = {}
        for name, change in self.heard():
            self.known = max(self.known, change.get("seq", 0))
            if name == "changed" and "changes" in change:
                self.known = max(self.known, *(each["seq"] for each in change["changes"]))
            if name == "live":
                early[change["seq"]] = change.get("first", change["seq"])
        for seq in sorted(early):
            if early[seq] <= self.seq + 1 and seq > self.seq:
                self.applied.append(seq)
                self.seq = seq
        if self.seq < self.known:
            self.asked += 1
            answer = self.http.get(f"/channels/{self.channel.id}/live?after={self.seq}").get_json()
            self.applied += [m["seq"] for m in answer["messages"] if m["seq"] > self.seq]
            self.seq = answer["seq"]


def test_who_shows_a_channel_gets_its_html_and_who_does_not_a_few_words(app: Flask) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    here, there = make_channel(ada, "Here", ben), make_channel(ada, "There", ben)
    looking, elsewhere = Page(app, ben, here), Page(app, ben, here, [there.id])
    old = Page(app, ben, here, "not a list")  # one from before pages said what they show
    post = write(ada, here, f"@{ben.username} " + "a long story " * 30)
    ((name, full),) = looking.heard()
    assert name == "live"
    assert "a long story" in full["ops"][0]["html"]
    assert old.heard() == [("live", full)]
    ((name, thin),) = elsewhere.heard()
    assert name == "changed"
    assert thin == {"channel_id": here.id, "seq": full["seq"], "meta": full["meta"]}
    assert thin["meta"]["mentions"] == [ben.id]
    assert elsewhere.show(here.id) == {"ok": True}
    set_pinned(ada, post, True)
    assert [name for name, _change in elsewhere.heard()] == ["live"]


def test_showing_a_channel_opens_none_that_one_is_not_in(app: Flask) -> None:
    ada, eve = make_person("Ada"), make_person("Eve")
    board = make_channel(ada, "Board", kind="private")
    own = make_channel(eve, "Own")
    page = Page(app, eve, own, [board.id])
    assert page.show(board.id) == {"ok": True}
    write(ada, board, "between us")
    assert page.heard() == []


def test_what_is_no_short_list_of_ids_is_not_shown(app: Flask) -> None:
    ada = make_person("Ada")
    page = Page(app, ada, make_channel(ada, "Here"))
    long = list(range(1, 52))
    for wrong in (None, 1, "1", [0], [-1], [True], [2**63], ["1"], long, {"1": 1}):
        answer = page.socket.emit("show", {"channel_ids": wrong}, callback=True)
        assert answer == {"ok": False, "error": "bad request"}, wrong
    write(ada, page.channel, "still heard")
    assert [name for name, _change in page.heard()] == ["live"]


def test_who_types_is_told_to_those_who_look_and_not_to_a_crowd(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    here = make_channel(ada, "Here", ben)
    looking, elsewhere = Page(app, ben, here), Page(app, ben, here, [])
    token = create_access_token(ada, "phone")[1]
    program = app.extensions["socketio"].test_client(app, auth={"token": token})
    assert program.emit("typing", {"channel_id": here.id}, callback=True) == {"ok": True}
    assert [name for name, _ in looking.heard()] == ["typing"]
    assert elsewhere.heard() == []
    monkeypatch.setattr(sending, "MOST_TOLD_OF_TYPING", 0)
    (client,) = app.extensions["registry"].of_person(ada.id)
    client.typed_at = 0.0
    assert program.emit("typing", {"channel_id": here.id}, callback=True) == {"ok": True}
    assert looking.heard() == []


def test_of_a_room_that_types_all_at_once_only_some_is_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, *others = (make_person() for _ in range(9))
    here = make_channel(ada, "Here", *others)
    looking = Page(app, ada, here)
    transport, second = app.extensions["transport"], SimpleNamespace(monotonic=lambda: 7.0)
    monkeypatch.setattr(sending, "time", second)
    for _ in range(2):
        for other in others:
            payload = {"channel_id": here.id, "user_id": other.id}
            transport.send_to_others("typing", payload, f"channel:{here.id}:html", "")
        assert len(looking.heard()) == sending.TYPING_A_SECOND
        second.monotonic = lambda: 8.2


def test_a_crowd_is_told_at_once_what_happened_within_a_moment(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MANY", 0)
    over = threading.Event()
    monkeypatch.setattr(app.extensions["socketio"], "sleep", lambda _seconds: over.wait(30))
    ada, ben = make_person("Ada"), make_person("Ben")
    here = make_channel(ada, "Here", ben)
    elsewhere, coming = Page(app, ben, here, []), Page(app, ben, here, [])
    posts = [write(ada, here, f"number {number}") for number in range(5)]
    assert [name for name, _change in coming.heard()] == []
    assert coming.show(here.id) == {"ok": True}
    over.set()
    # Said to the one that looks now, and to the others later, once.
    for page in (coming, elsewhere):
        heard: list[Any] = []
        settled(lambda page=page, heard=heard: bool(heard.extend(page.heard()) or heard), 5, "told")
        ((name, told),) = heard
        assert name == "changed"
        assert told["channel_id"] == here.id
        assert [each["seq"] for each in told["changes"]] == [post.seq for post in posts]
    assert coming.heard() == []
    coming.known = posts[-1].seq
    coming.follow()
    assert coming.applied == [post.seq for post in posts]


def test_a_crowd_is_told_where_nothing_can_be_begun_for_later(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MANY", 0)

    def no_thread(*_arguments: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(app.extensions["socketio"], "start_background_task", no_thread)
    ada, ben = make_person("Ada"), make_person("Ben")
    here = make_channel(ada, "Here", ben)
    elsewhere = Page(app, ben, here, [])
    posts = [write(ada, here, f"number {number}") for number in range(3)]
    assert [(n, c["seq"]) for n, c in elsewhere.heard()] == [("changed", p.seq) for p in posts]


def test_who_is_taken_out_while_others_are_told_hears_no_more(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [make_person() for _ in range(3)]
    board = make_channel(make_person("Ada"), "Board", *people, kind="private")
    pages = [Page(app, person, board) for person in people]
    transport = app.extensions["transport"]

    def all_leave(_seconds: float) -> None:
        for person in people:
            transport.leave(person.id, board.id)

    monkeypatch.setattr(sending, "SLICE", 1)
    monkeypatch.setattr(app.extensions["socketio"], "sleep", all_leave)
    transport.sending.to_room("live", {"seq": 9}, f"channel:{board.id}:html")
    assert sum(len(page.heard()) for page in pages) == 1


def test_who_leaves_while_all_are_looked_at_anew_is_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    board = make_channel(ada, "Board", ben, kind="private")
    page = Page(app, ben, board)
    transport, standing = app.extensions["transport"], rights.of
    (client,) = app.extensions["registry"].of_person(ben.id)
    # Where its being in was not heard of: the look puts it in.
    transport.seats.take_out(client, board.id)

    def and_then_he_is_removed(clients: Any) -> Any:
        found = standing(clients)
        remove_member(ada, board, ben)
        assert app.extensions["live"].flush()
        return found

    monkeypatch.setattr(rights, "of", and_then_he_is_removed)
    transport.look_at_everything()
    page.heard()
    assert board.id not in client.channel_ids
    write(ada, board, "between us")
    assert page.heard() == []


STEPS = st.lists(st.sampled_from(["post", "show", "hide", "go", "come", "look"]), max_size=25)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_whatever_a_page_shows_when_each_change_comes_to_it_once_in_order(
    app: Flask, steps: list[str]
) -> None:
    ada, ben = make_person(), make_person()
    here = make_channel(ada, None, ben)
    page = Page(app, ben, here)
    began = page.seq
    for step in steps:
        connected = page.socket.is_connected()
        if step == "post":
            write(ada, here, "news")
        elif step == "look":
            page.follow()
        elif step == "go" and connected:
            page.heard()  # lost on the way
            page.socket.disconnect()
        elif step == "come" and not connected:
            page.connect([here.id])
        elif step in ("show", "hide") and connected:
            page.show(*([here.id] if step == "show" else []))
    if not page.socket.is_connected():
        page.connect([])
    page.follow()
    page.socket.disconnect()
    assert page.applied == list(range(began + 1, page.seq + 1))
    assert page.seq == began + steps.count("post")
