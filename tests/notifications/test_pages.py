"""The page of notifications, its calls, and what they cost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.channels.actions import mark_read
from enterprise_social.core import clock
from enterprise_social.messages.actions import start_conversation
from enterprise_social.notifications import actions
from enterprise_social.notifications.models import Notification
from enterprise_social.notifications.queries import lists
from enterprise_social.people.actions.groups import create_group, put_group_member
from tests.making import fresh, make_channel, make_person, sign_in, write
from tests.notifications.test_telling import told, work

STATEMENTS = 16


@pytest.fixture
def office(app: Flask, database: SQLAlchemy) -> dict[str, Any]:
    people: dict[str, Any] = {
        name.lower(): make_person(f"{name} {last}")
        for name, last in (("Maren", "Visser"), ("Tomasz", "Nowak"), ("Priya", "Rao"))
    }
    people["channel"] = make_channel(people["maren"], "gate", people["tomasz"], people["priya"])
    work()
    db_session = database.session
    db_session.query(Notification).delete()
    db_session.commit()
    people["tomasz_at"] = sign_in(app, people["tomasz"])
    return people


def page(client: FlaskClient, path: str = "/notifications") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"</?(b|bdi)>", "", answer.text))


def fill(office: dict[str, Any], rounds: int = 1) -> None:
    """Everything that somebody can be told of, from several people."""
    maren, tomasz, priya, channel = (
        office[name] for name in ("maren", "tomasz", "priya", "channel")
    )
    root = write(tomasz, channel, "Who has the key?")
    for number in range(rounds):
        others = [make_person(f"Helper {number} {each}") for each in range(2)]
        crew = create_group(None, f"Crew {number}")
        put_group_member(None, crew, tomasz)
        for each in (maren, priya):
            write(each, channel, "Not me", parent_id=root.id)
        write(maren, channel, f"@{tomasz.username} have you seen it?")
        write(priya, channel, f"@{crew.slug} lunch")
        write(priya, channel, "@channel lunch", confirm_mention_all=True)
        group = [each.id for each in (tomasz, *others)]
        conversation, _new = start_conversation(maren, group)
        write(maren, conversation, "hello")
    work()


def test_what_belongs_together_is_one_line_with_who_what_where_and_why(
    office: dict[str, Any],
) -> None:
    fill(office)
    conversation, _new = start_conversation(office["maren"], [office["tomasz"].id])
    for _time in range(3):
        write(office["maren"], conversation, "hello")
    work()
    text = page(office["tomasz_at"])
    assert "Priya Rao and Maren Visser replied to your post" in text
    assert "Maren Visser mentioned you in #gate" in text
    assert "Priya Rao mentioned @crew-0 in #gate" in text
    assert "Priya Rao called everyone in #gate" in text
    assert "Maren Visser sent you 3 messages" in text
    assert "Maren Visser wrote in Helper 0 0, Helper 0 1, Maren Visser" in text
    assert "You are in @crew-0, which was mentioned." in text
    assert "You began this thread, so you follow it." in text
    assert f'href="/messages/{conversation.id}?at=' in text
    mentions = page(office["tomasz_at"], "/notifications?show=mentions")
    assert "called everyone" in mentions
    assert "replied to your post" not in mentions


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_page_costs_the_same_for_few_and_for_many(
    office: dict[str, Any], count_queries: Any
) -> None:
    def cost() -> int:
        page(office["tomasz_at"])
        with count_queries() as statements:
            page(office["tomasz_at"])
        assert len(statements) <= STATEMENTS, "\n".join(statements)
        return len(statements)

    fill(office)
    few = cost()
    fill(office, 6)
    assert cost() == few


def test_the_new_stand_before_the_earlier_and_paging_shows_each_once(
    office: dict[str, Any],
) -> None:
    channel, maren, tomasz = office["channel"], office["maren"], office["tomasz"]
    posts = [write(maren, channel, f"@{tomasz.username} number {each}.") for each in range(35)]
    work()
    lines = lists.listing(tomasz, limit=50).items
    newest = {line.notification.post_id: line.notification.id for line in lines}
    actions.mark_read(tomasz, [newest[post.id] for post in posts[20:]])
    client = office["tomasz_at"]
    first = page(client)
    assert first.index("number 19.") < first.index(">Earlier<") < first.index("number 34.")
    cursor = re.search(r"cursor=([\w-]+)", first)
    assert cursor is not None
    second = page(client, f"/notifications?cursor={cursor[1]}")
    shown = [set(re.findall(r"number (\d+)\.", text)) for text in (first, second)]
    assert len(shown[0] | shown[1]) == 35
    assert not shown[0] & shown[1]
    unread = page(client, "/notifications?unread=1")
    assert len(set(re.findall(r"number (\d+)\.", unread))) == 20


def test_without_a_script_one_is_read_and_all_and_undone(office: dict[str, Any]) -> None:
    fill(office)
    client, tomasz = office["tomasz_at"], office["tomasz"]
    before = lists.unread_count(tomasz.id)
    one = lists.listing(tomasz).items[2].notification
    answer = client.post(f"/notifications/{one.id}/state", data={"read": "1"})
    assert answer.location == "/notifications"
    assert lists.unread_count(tomasz.id) == before - 1
    client.post(f"/notifications/{one.id}/state", data={"read": "0"})
    assert lists.unread_count(tomasz.id) == before
    up_to = re.search(r'name="up_to" value="(\d+)"', page(client))
    assert up_to is not None
    write(office["maren"], office["channel"], f"@{tomasz.username} since then")
    work()
    marked = client.post("/notifications/read", data={"up_to": up_to[1]}).location
    assert [line.excerpt for line in lists.listing(tomasz, unread=True).items] == [
        "@Tomasz Nowak since then"
    ]
    moment = re.search(r'name="read_at" value="([^"]+)"', page(client, marked))
    assert moment is not None
    client.post("/notifications/unread", data={"read_at": moment[1]})
    assert lists.unread_count(tomasz.id) == before + 1
    strangers = sign_in(current_app, office["priya"])
    assert strangers.post(f"/notifications/{one.id}/state", data={"read": "1"}).status_code == 404


def test_what_was_read_before_it_was_told_counts_as_read(office: dict[str, Any]) -> None:
    """The worker comes after the reader: the line is there, and the bell stays quiet."""
    channel, maren, tomasz = office["channel"], office["maren"], office["tomasz"]
    conversation, _new = start_conversation(maren, [tomasz.id])
    write(maren, channel, f"@{tomasz.username} seen at once")
    write(maren, conversation, "seen at once")
    for each in (channel, conversation):
        mark_read(tomasz, each, fresh(each).seq)
    work()
    assert told(tomasz) == [("mention", "mentioned")]
    assert lists.unread_count(tomasz.id) == 0


def test_what_is_told_long_after_it_was_said_rings_nobody(office: dict[str, Any]) -> None:
    tomasz = office["tomasz"]
    long_ago = clock.now() - timedelta(days=4)
    write(office["maren"], office["channel"], f"@{tomasz.username} in May", at=long_ago)
    work()
    assert told(tomasz) == [("mention", "mentioned")]
    assert lists.unread_count(tomasz.id) == 0


def test_programs_list_read_and_undo(office: dict[str, Any]) -> None:
    fill(office)
    client = office["tomasz_at"]
    items = client.get("/api/v1/notifications?unread=true").json["items"]
    assert {"text", "reason", "url", "actors"} <= items[0].keys()
    assert client.get("/api/v1/notifications/counts").json["all"] == len(items)
    read = client.post("/api/v1/notifications/read", json={"up_to": items[0]["id"]}).json
    assert read["unread"] == 0
    again = client.post("/api/v1/notifications/unread", json={"read_at": read["read_at"]}).json
    assert again["unread"] == len(items)
    root = next(each["root_id"] for each in items if each["kind"] == "reply")
    left = client.post("/api/v1/notifications/read", json={"root_id": root}).json["unread"]
    assert left == len(items) - 1
    for wrong in ({}, {"up_to": 1, "root_id": 1}):
        assert client.post("/api/v1/notifications/read", json=wrong).status_code == 422
