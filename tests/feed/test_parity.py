"""Old page plus live operations equals fresh page, for every kind of change, live and caught up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.channels.actions import (
    join_channel,
    set_archived,
    update_channel,
)
from enterprise_social.channels.models import Channel
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post, edit_post, restore_post, set_pinned
from enterprise_social.posts.actions.reviewing import (
    hide_post,
    remove_post,
    set_locked,
    show_post,
)
from enterprise_social.posts.actions.threads import join_threads, move_thread, split_thread
from enterprise_social.posts.models import Post
from enterprise_social.reactions.actions import react, withdraw
from tests.feed.pages import Page
from tests.making import fresh, make_channel, make_person, sign_in, write


@dataclass
class Scene:
    """A channel with a thread, a lone post, a quote and a reply that stands in the stream."""

    author: Person
    reader: Person
    channel: Channel
    lone: Post
    root: Post
    reply: Post
    echoed: Post
    quote: Post
    client: FlaskClient


class Recorder:
    """Takes the place of the sockets and keeps what would be sent to pages and programs."""

    def __init__(self) -> None:
        self.pages: list[dict[str, Any]] = []
        self.programs: list[tuple[str, dict[str, Any]]] = []

    def emit(self, event: str, payload: Any, room: str) -> None:
        if event == "live":
            self.pages.append(payload)
        elif room.endswith(":json"):
            self.programs.append((event, payload))

    def control(self, command: str, arguments: dict[str, Any]) -> None:
        """Nothing is connected."""


@pytest.fixture
def recorder(app: Flask) -> Recorder:
    made = Recorder()
    app.extensions["live"].transport = made
    return made


@pytest.fixture
def scene(app: Flask, recorder: Recorder):
    with app.app_context():
        author, reader = make_person("Mira Holt"), make_person("Lan", username="lan")
        channel = make_channel(author, "gate", reader)
        lone, root = write(author, channel, "alone"), write(author, channel, "root")
        reply = write(reader, channel, "reply", parent_id=root.id)
        echoed = write(author, channel, "echo", parent_id=root.id, also_in_channel=True)
        quote = write(reader, channel, "see", quoted_post_id=lone.id)
        app.extensions["live"].flush()
        recorder.pages.clear()
        recorder.programs.clear()
        client = sign_in(app, reader)
        yield Scene(author, reader, channel, lone, root, reply, echoed, quote, client)


def before(act: Callable[[Scene], Any], *acts: Callable[[Scene], Any]) -> Callable[[Scene], Any]:
    """Name what is done before the page is opened."""

    def do(scene: Scene) -> None:
        for each in acts:
            each(scene)

    do.prepare = act  # type: ignore[attr-defined]
    return do


CHANGES: dict[str, Callable[[Scene], Any]] = {
    "a post": lambda s: write(s.author, s.channel, "new **post** for @lan and @channel"),
    "a reply": lambda s: write(s.author, s.channel, "again", parent_id=s.root.id),
    "a reply that is also in the channel": lambda s: write(
        s.author, s.channel, "both", parent_id=s.root.id, also_in_channel=True
    ),
    "a first reply": lambda s: write(s.reader, s.channel, "first", parent_id=s.lone.id),
    "a quote": lambda s: write(s.author, s.channel, "look", quoted_post_id=s.root.id),
    "an edit": lambda s: edit_post(s.author, s.root, "changed `code`"),
    "an edit of a reply": lambda s: edit_post(s.reader, s.reply, "changed"),
    "an edit of what is quoted": lambda s: edit_post(s.author, s.lone, "otherwise"),
    "a deletion": lambda s: delete_post(s.reader, s.quote),
    "a deletion of what is quoted": lambda s: delete_post(s.author, s.lone),
    "a deletion of a root with replies": lambda s: delete_post(s.author, s.root),
    "a deletion of a reply": lambda s: delete_post(s.reader, s.reply),
    "a deletion of a reply in the stream": lambda s: delete_post(s.author, s.echoed),
    "the last reply of a deleted root going": before(
        lambda s: (delete_post(s.author, s.root), delete_post(s.author, s.echoed)),
        lambda s: delete_post(s.reader, s.reply),
    ),
    "a restored post": before(
        lambda s: delete_post(s.author, s.lone), lambda s: restore_post(s.author, s.lone)
    ),
    "a restored root": before(
        lambda s: delete_post(s.author, s.root), lambda s: restore_post(s.author, s.root)
    ),
    "a restored reply": before(
        lambda s: delete_post(s.author, s.echoed), lambda s: restore_post(s.author, s.echoed)
    ),
    "a hidden post": lambda s: hide_post(s.lone),
    "a hidden root": lambda s: hide_post(s.root),
    "a hidden reply in the stream": lambda s: hide_post(s.echoed),
    "a post in sight again": before(lambda s: hide_post(s.lone), lambda s: show_post(s.lone)),
    "a post taken away by a decision": before(
        lambda s: hide_post(s.lone), lambda s: remove_post(None, s.lone)
    ),
    "a thread without more replies": lambda s: set_locked(s.root, True),
    "a thread that was split": lambda s: split_thread(s.root, [s.reply.id]),
    "a thread that was put together again": before(
        lambda s: split_thread(s.root, [s.echoed.id]),
        lambda s: join_threads([s.echoed.id], s.root, in_stream=[s.echoed.id]),
    ),
    "a thread that went elsewhere": lambda s: move_thread(s.root, make_channel(s.author)),
    "a thread that came back": before(
        lambda s: move_thread(s.root, make_channel(s.author)),
        lambda s: move_thread(fresh(s.root), s.channel),
    ),
    "a pin": lambda s: set_pinned(s.author, s.lone, True),
    "an unpin": before(
        lambda s: set_pinned(s.author, s.lone, True), lambda s: set_pinned(s.author, s.lone, False)
    ),
    "a reaction": lambda s: react(s.author, s.lone, "tada"),
    "a reaction to a reply that stands in the stream": lambda s: react(s.reader, s.echoed, "👍🏽"),
    "the last reaction going": before(
        lambda s: react(s.reader, s.root, "tada"), lambda s: withdraw(s.reader, s.root, "tada")
    ),
    "a new topic": lambda s: update_channel(s.author, s.channel, topic="Lane 4 <closed>"),
    "an archived channel": lambda s: set_archived(s.author, s.channel, True),
    "somebody joining": lambda s: join_channel(make_person(), s.channel),
    "much at once": lambda s: (
        write(s.author, s.channel, "one"),
        edit_post(s.author, s.root, "two"),
        delete_post(s.author, s.lone),
        react(s.author, s.root, "heart"),
        write(s.reader, s.channel, "three", parent_id=s.root.id, also_in_channel=True),
        restore_post(s.author, s.lone),
    ),
}


def pages(scene: Scene) -> list[Page]:
    """Open the channel and the thread."""
    paths = [f"/channels/{scene.channel.slug}", f"/posts/{scene.root.id}"]
    return [Page(scene.client.get(path).get_data(as_text=True)) for path in paths]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("way", ["live", "catch-up"])
def test_a_page_that_follows_shows_what_a_fresh_page_shows(
    app: Flask, scene: Scene, recorder: Recorder, change: str, way: str
):
    act = CHANGES[change]
    if hasattr(act, "prepare"):
        act.prepare(scene)
    app.extensions["live"].flush()
    recorder.pages.clear()
    known = fresh(scene.channel).seq
    opened = pages(scene)
    act(scene)
    assert app.extensions["live"].flush()
    messages = [each for each in recorder.pages if each["channel_id"] == scene.channel.id]
    if way == "catch-up":
        answer = scene.client.get(f"/channels/{scene.channel.id}/live?after={known}")
        messages = answer.get_json()["messages"]
    assert [message["seq"] for message in messages] == list(
        range(known + 1, fresh(scene.channel).seq + 1)
    )
    for page, now in zip(opened, pages(scene), strict=True):
        page.apply(messages)
        # The page of a thread that is gone entirely still says so; nothing of it is left to follow.
        if page.shows():
            assert page.shows() == now.shows()


def test_both_forms_of_a_change_carry_the_same_number(app: Flask, scene: Scene, recorder: Recorder):
    post = write(scene.author, scene.channel, "hello @lan", client_id="mine")
    app.extensions["live"].flush()
    (name, event), page = recorder.programs[-1], recorder.pages[-1]
    assert (name, event["seq"], page["seq"]) == ("post_created", post.seq, post.seq)
    assert event["post"]["body"] == "hello @lan"
    assert "client_id" not in event["post"]
    assert page["meta"]["mentions"] == [scene.reader.id]


def test_a_long_absence_is_answered_with_gone_and_the_present_number(scene: Scene):
    for _ in range(201):
        write(scene.author, scene.channel)
    address = f"/channels/{scene.channel.id}/live?after=1"
    answer = scene.client.get(address, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["seq"]) == (410, fresh(scene.channel).seq)


def test_catching_up_costs_the_same_whatever_happened(scene: Scene, count_queries):
    def queries_after(changes: int) -> int:
        known = fresh(scene.channel).seq
        for _ in range(changes):
            write(scene.author, scene.channel, "@lan", quoted_post_id=scene.lone.id)
        with count_queries() as counted:
            scene.client.get(f"/channels/{scene.channel.id}/live?after={known}")
        return len(counted)

    assert queries_after(2) == queries_after(40)
