"""What others see and are told of reactions: pages, programs, notices, search."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from flask import Flask

from enterprise_social.channels.actions import join_channel
from enterprise_social.channels.models import Channel
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.feed.live import render_changes
from enterprise_social.notifications.actions import mute_channel
from enterprise_social.notifications.queries.lists import listing, unread_count
from enterprise_social.notifications.sentences import plain_sentence, reason
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post
from enterprise_social.posts.models import Post
from enterprise_social.reactions.actions import react, set_tone, withdraw
from enterprise_social.search.queries import search
from tests.making import fresh, make_channel, make_person, sign_in, write


def work(app: Flask) -> None:
    app.extensions["worker"].run_until_idle()
    db.session.rollback()


def told(person: Person) -> list[str]:
    return [plain_sentence(line) for line in listing(person).items]


def test_a_program_reacts_by_name_or_character_and_reads_its_own(
    app: Flask, ada: Person, ben: Person, post: Post
):
    client = sign_in(app, ben)
    token = client.get("/").get_data(as_text=True).split('name="csrf-token" content="')[1]
    headers = {"X-CSRFToken": token.split('"')[0]}
    address = f"/api/v1/posts/{post.id}"
    for emoji in ("+1", "%F0%9F%8E%89", "thumbsup"):
        answer = client.put(f"{address}/reactions/{emoji}", headers=headers)
        assert answer.status_code == 200, answer.text
    react(ada, fresh(post), "tada")
    shown = client.get(address).get_json()["reactions"]
    assert shown == [
        {"emoji": "thumbsup", "count": 1, "me": True},
        {"emoji": "tada", "count": 2, "me": True},
    ]
    assert client.delete(f"{address}/reactions/tada", headers=headers).status_code == 204
    assert client.get(address).get_json()["reactions"][1] == {
        "emoji": "tada",
        "count": 1,
        "me": False,
    }
    page = client.get(f"{address}/reactions?limit=1").get_json()
    assert (page["items"][0]["emoji"], page["items"][0]["user"]["id"]) == ("thumbsup", ben.id)
    rest = client.get(f"{address}/reactions?cursor={page['next_cursor']}").get_json()
    assert [one["user"]["id"] for one in rest["items"]] == [ada.id]
    answer = client.put(f"{address}/reactions/nobody_has_this", headers=headers)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["emoji"])
    set_tone(ben, 4)
    assert client.get("/api/v1/me/emoji").get_json() == {"recent": ["thumbsup"], "tone": 4}


def test_a_page_of_posts_costs_one_query_more_for_ones_own_and_none_without(
    app: Flask, ada: Person, ben: Person, count_queries: Any
):
    channel = make_channel(ada, "busy", ben)
    posts = [write(ada, channel) for _ in range(50)]
    client = sign_in(app, ben)

    def queries(address: str) -> int:
        client.get(address)
        with count_queries() as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    addresses = [f"/channels/{channel.slug}", f"/api/v1/channels/{channel.id}/posts"]
    before = [queries(each) for each in addresses]
    react(ben, posts[0], "tada")
    assert [queries(each) for each in addresses] == [each + 1 for each in before]
    for each in posts:
        for emoji in ("tada", "heart", "eyes"):
            react(ada, each, emoji)
    react(ben, posts[-1], "heart")
    assert [queries(each) for each in addresses] == [each + 1 for each in before]
    page = client.get(addresses[0]).get_data(as_text=True)
    assert f'data-own-reactions="{posts[0].id}:tada {posts[-1].id}:heart"' in page


def test_many_changes_at_once_reach_a_page_as_one_and_cost_two_queries(
    ada: Person, ben: Person, post: Post, count_queries: Any
):
    channel = db.session.get_one(Channel, post.channel_id)
    before = fresh(channel).seq
    other = write(ada, channel)
    for emoji in ("tada", "heart", "eyes"):
        react(ada, post, emoji)
        react(ben, other, emoji)
    db.session.rollback()
    with count_queries() as counted:
        rendered = render_changes(channel.id, list(range(before + 2, before + 8)))
    assert len(counted) == 2
    *earlier, last = rendered
    assert [each.pages for each in earlier] == [None] * 5
    assert last.pages is not None
    assert (last.pages["first"], last.pages["seq"]) == (before + 2, before + 8 - 1)
    assert [op["target"] for op in last.pages["ops"]] == [
        f"reactions:{post.id}",
        f"reactions:{other.id}",
    ]
    events = [each.programs[1] for each in rendered]
    assert [each["seq"] for each in events] == list(range(before + 2, before + 8))
    assert events[0]["reactions"] == [
        {"emoji": emoji, "count": 1} for emoji in ("tada", "heart", "eyes")
    ]


class Slow:
    """Takes the place of the sockets, and its time with the first message to pages."""

    def __init__(self) -> None:
        self.pages: list[dict[str, Any]] = []
        self.programs: list[int] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def emit(self, event: str, payload: Any, room: str) -> None:
        if event == "live":
            self.pages.append(payload)
            self.begun.set()
            self.go_on.wait(10)
        elif event == "reaction_changed":
            self.programs.append(payload["seq"])

    def control(self, command: str, arguments: dict[str, Any]) -> None:
        """Nothing is connected."""


def test_under_many_hands_pages_hear_of_all_that_came_meanwhile_at_once(
    app: Flask, ada: Person, ben: Person, post: Post
):
    bus = app.extensions["live"]
    bus.flush()
    slow = bus.transport = Slow()
    react(ada, post, "tada")
    assert slow.begun.wait(10)
    for emoji in ("heart", "eyes", "joy", "rocket"):
        react(ben, post, emoji)
    slow.go_on.set()
    assert bus.flush()
    seq = db.session.get_one(Channel, post.channel_id, populate_existing=True).seq
    assert slow.programs == list(range(seq - 4, seq + 1))
    assert [(each["first"], each["seq"]) for each in slow.pages] == [
        (seq - 4, seq - 4),
        (seq - 3, seq),
    ]


def test_the_author_hears_of_all_in_one_line_that_shrinks_again(
    app: Flask, ada: Person, ben: Person, post: Post
):
    cem = make_person("Cem Aydin")
    channel = db.session.get_one(Channel, post.channel_id)
    join_channel(cem, channel)
    react(ada, post, "tada")
    work(app)
    assert told(ada) == []
    react(ben, post, "tada")
    react(ben, post, "heart")
    work(app)
    assert told(ada) == ["Ben Okoro reacted to your post in #plans"]
    assert reason(listing(ada).items[0]) == "You wrote what was reacted to."
    react(cem, post, "eyes")
    work(app)
    assert told(ada) == ["Cem Aydin and Ben Okoro reacted to your post in #plans"]
    withdraw(ben, post, "heart")
    withdraw(cem, post, "eyes")
    work(app)
    assert told(ada) == ["Ben Okoro reacted to your post in #plans"]
    withdraw(ben, post, "tada")
    work(app)
    assert (told(ada), unread_count(ada.id)) == ([], 0)
    react(ben, post, "tada")
    work(app)
    delete_post(ada, fresh(post))
    work(app)
    assert told(ada) == []


def test_nobody_hears_of_reactions_in_a_channel_that_they_muted(
    app: Flask, ada: Person, ben: Person, post: Post
):
    mute_channel(ada, db.session.get_one(Channel, post.channel_id), now() + timedelta(hours=1))
    react(ben, post, "tada")
    work(app)
    assert told(ada) == []


def test_search_finds_what_somebody_reacted_to(app: Flask, ada: Person, post: Post):
    def found() -> list[int]:
        work(app)
        return [each.card.id for each in search(ada, "has:reaction think").found]

    assert found() == []
    react(ada, fresh(post), "tada")
    assert found() == [post.id]
    withdraw(ada, fresh(post), "tada")
    assert found() == []


def test_without_scripts_one_reacts_on_a_page(app: Flask, ada: Person, ben: Person, post: Post):
    client = sign_in(app, ben)
    address = f"/posts/{post.id}/reactions"
    page = client.get(address).get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    sent = client.post(address, data={"csrf_token": token, "emoji": "🎉"})
    assert sent.status_code == 303
    assert "Ben Okoro" in client.get(address).get_data(as_text=True)
    refused = client.post(address, data={"csrf_token": token, "emoji": "nothing like it"})
    assert (refused.status_code, "no such emoji" in refused.text) == (422, True)
    client.post(address, data={"csrf_token": token, "emoji": "tada", "state": "withdrawn"})
    assert fresh(post).reaction_counts == []
