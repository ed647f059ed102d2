"""Conversations are found: by their list, by the search, and by nobody else."""

from __future__ import annotations

import pytest
from flask import Flask

from enterprise_social.feed.queries.conversations import conversations
from enterprise_social.messages.actions import name_conversation, start_conversation
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post
from enterprise_social.search.queries import search
from tests.making import make_person, sign_in, write

pytestmark = pytest.mark.usefixtures("database")


def names(viewer: Person, text: str = "") -> list[str]:
    return [each.name for each in conversations(viewer, text=text).items]


def test_the_newest_is_first_with_its_last_words_and_what_is_unread():
    ada, ben, cid = make_person("Ada"), make_person("Ben"), make_person("Cid Ünal")
    with_ben, _new = start_conversation(ada, [ben.id])
    with_cid, _new = start_conversation(cid, [ada.id])
    assert names(ada) == ["Ben"], "what somebody else began and never wrote in is not listed"
    write(cid, with_cid, "first")
    write(ben, with_ben, "second **words**")
    gone = write(ben, with_ben, "third")
    delete_post(ben, gone)
    newest, older = conversations(ada).items
    assert (newest.name, newest.last_text, newest.unread) == ("Ben", "second words", 1)
    assert (older.name, older.last_author, older.unread) == ("Cid Ünal", "Cid Ünal", 1)
    assert conversations(cid).items[0].unread == 0


def test_they_are_found_by_name_and_by_people_a_page_at_a_time():
    ada = make_person("Ada")
    group = [make_person("Ben"), make_person("Cid Ünal")]
    channel, _new = start_conversation(ada, [person.id for person in group])
    name_conversation(ada, channel, "Crane three")
    for _number in range(4):
        start_conversation(ada, [make_person().id])
    assert names(ada, "crane") == ["Crane three"]
    assert names(ada, "Ünal") == ["Crane three"]
    assert names(ada, "ada") == []
    assert names(ada, "100%") == []
    seen: list[int] = []
    cursor = None
    while True:
        page = conversations(ada, cursor=cursor, limit=2)
        seen += [each.channel.id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5


def test_the_list_costs_the_same_for_two_and_for_twenty(app: Flask, count_queries):
    ada = make_person("Ada")
    client = sign_in(app, ada)

    def cost() -> int:
        client.get("/messages")
        with count_queries() as counted:
            assert client.get("/messages").status_code == 200
        return len(counted)

    def begin(number: int) -> None:
        for _one in range(number):
            other = make_person()
            channel, _new = start_conversation(ada, [other.id])
            write(other, channel, "hello")

    begin(2)
    few = cost()
    begin(18)
    assert cost() == few


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_in_at_somebody_searches_the_conversation_with_them(app: Flask):
    ada, ben, eve = make_person("Ada"), make_person("Ben"), make_person("Eve")
    channel, _new = start_conversation(ada, [ben.id])
    query = search(ada, f"crane in:@{ben.username}").query
    (place,) = (leaf for leaf in query.leaves() if hasattr(leaf, "channel_id"))
    assert place.channel_id == channel.id
    query = search(eve, f"crane in:@{ben.username}").query
    (place,) = (leaf for leaf in query.leaves() if hasattr(leaf, "channel_id"))
    assert place.channel_id is None


def test_the_pages_lead_to_the_conversation(app: Flask):
    ada, ben, eve = make_person("Ada"), make_person("Ben"), make_person("Eve", role="admin")
    client = sign_in(app, ada)
    page = client.get(f"/messages/new?with={ben.id}")
    assert page.status_code == 200
    assert "Ben" in page.get_data(as_text=True)
    sent = client.post("/messages", data={"user_id": ben.id, "body": "hello", "client_id": "one"})
    where = sent.location.split("#")[0]
    assert client.get(f"/messages/new?with={ben.id}").location == where
    assert "hello" in client.get(where).get_data(as_text=True)
    again = client.post("/messages", data={"user_id": ben.id, "body": "hello", "client_id": "one"})
    assert again.location == sent.location
    assert client.get(where).get_data(as_text=True).count('data-post="') == 1
    slug = client.get("/messages").get_data(as_text=True)
    assert "hello" in slug
    assert sign_in(app, eve).get(where).status_code == 404


def test_a_conversation_that_became_a_channel_is_shown_there(app: Flask):
    ada, ben = make_person("Ada"), make_person("Ben")
    client = sign_in(app, ada)
    channel, _new = start_conversation(ada, [ben.id])
    assert client.get(f"/channels/{channel.slug}").location == f"/messages/{channel.id}"
    made = client.post(f"/messages/{channel.id}/channel", data={"name": "Crane four"})
    assert made.location == "/channels/crane-four"
    moved = client.get(f"/messages/{channel.id}?thread=1")
    assert moved.location == "/channels/crane-four?thread=1"
    # What can't be is said in the details.
    refused = client.post(f"/messages/{channel.id}/name", data={"name": "x"})
    assert refused.status_code == 303


def test_it_is_said_when_it_is_night_there(app: Flask):
    from datetime import UTC, datetime

    from enterprise_social.core.clock import frozen

    ada, kei = make_person("Ada"), make_person("Kei", time_zone="Asia/Tokyo")
    channel, _new = start_conversation(ada, [kei.id])
    for hour, night in ((14, True), (1, False), (21, True), (22, False), (12, False), (13, True)):
        with frozen(datetime(2026, 11, 22, hour, 30, tzinfo=UTC)):
            page = sign_in(app, ada).get(f"/messages/{channel.id}").get_data(as_text=True)
        line = page.split('class="night"')[1].split("</p>")[0]
        assert ("hidden" not in line.split(">")[0]) == night, hour
        assert f"It is {(hour + 9) % 24:02}:30 for Kei." in line


def test_utc_is_a_zone_once_somebody_says_when_they_work(app: Flask):
    from datetime import UTC, datetime

    from enterprise_social.core.clock import frozen
    from enterprise_social.people.actions.profile import update_profile

    ada, una = make_person("Ada"), make_person("Una")
    channel, _new = start_conversation(ada, [una.id])
    client = sign_in(app, ada)
    with frozen(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)):
        assert 'class="night"' not in client.get(f"/messages/{channel.id}").text
        update_profile(una, una, works_on=[0, 1], works_from=540, works_until=1020)
        assert "It is 23:30 for Una." in client.get(f"/messages/{channel.id}").text
