"""Comments on announcements: whose they are to read and write, what follows them, how they end."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from enterprise_social.announcements import actions
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.queries.comments import thread_of
from enterprise_social.channels.actions import add_member
from enterprise_social.channels.models import COMMENTS, Channel, Membership
from enterprise_social.core.access import find
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, Forbidden, NotFound
from enterprise_social.feed.queries.rail import rail
from enterprise_social.notifications.queries.lists import listing
from enterprise_social.notifications.sentences import plain_sentence
from enterprise_social.people.actions import set_role
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import create_post, delete_post, edit_post
from enterprise_social.posts.models import Post
from enterprise_social.search.queries import search
from tests.announcements.outgoing import work
from tests.api.callers import caller
from tests.making import fresh, make_person, sign_in

People = dict[str, Person]


@pytest.fixture
def people(app: Flask, database: SQLAlchemy) -> People:
    lead = make_person("Lead", role="manager")
    found = {"lead": lead, "chief": make_person("Chief", role="admin")}
    for name in ("ana", "ben"):
        found[name] = make_person(name.title(), department="Yard", manager_id=lead.id)
    found["dora"] = make_person("Dora", department="Office")
    return found


def sent(people: People, **fields: Any) -> Announcement:
    content = {"title": "Berth 4 closes", "body": "On Monday.", **fields}
    return actions.send(people["lead"], audience_text="department is Yard", **content)[0]


def place_of(announcement: Announcement) -> Channel:
    thread = thread_of(announcement.id)
    assert thread is not None
    return db.session.get_one(Channel, thread.channel_id)


def said(announcement: Announcement) -> list[str]:
    thread = thread_of(announcement.id)
    assert thread is not None
    statement = select(Post.body).where(Post.parent_id == thread.root_id, Post.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(Post.id)))


def readers(people: People, post: Post) -> set[str]:
    """Who may know of a post: by the one way in which anything is loaded."""
    found = set()
    for name, person in people.items():
        try:
            find(Post, post.id, fresh(person))
            find(Channel, post.channel_id, fresh(person))
        except NotFound:
            continue
        found.add(name)
    return found


def members(announcement: Announcement) -> set[str]:
    statement = select(Person.name).join(Membership, Membership.person_id == Person.id)
    found = db.session.scalars(statement.where(Membership.channel_id == place_of(announcement).id))
    return {name.lower() for name in found}


def test_recipients_comment_and_read_and_nobody_else_does(people: People) -> None:
    announcement = sent(people)
    post, is_new = actions.comment(people["ana"], announcement, "Which berth then?", client_id="a")
    assert is_new
    assert actions.comment(people["ana"], announcement, "Again", client_id="a") == (post, False)
    assert said(announcement) == ["Which berth then?"]
    assert readers(people, post) == {"lead", "chief", "ana", "ben"}
    with pytest.raises(NotFound):
        actions.comment(people["dora"], announcement, "Hello?")
    with pytest.raises(NotFound):
        create_post(people["dora"], place_of(announcement), "Hello?", parent_id=post.parent_id)


def test_nobody_is_put_into_it_before_they_take_part(people: People) -> None:
    announcement = sent(people)
    assert members(announcement) == {"lead"}
    actions.comment(people["ana"], announcement, "What does @ben say? And @dora?")
    assert members(announcement) == {"lead", "ana", "ben"}
    with pytest.raises(Forbidden):
        add_member(people["ana"], place_of(announcement), people["dora"])


def test_publishing_writes_the_same_rows_however_many_read_it(
    people: People, count_queries: Any
) -> None:
    with count_queries() as few:
        sent(people, title="Few")
    for number in range(30):
        make_person(f"Docker {number}", department="Yard", manager_id=people["lead"].id)
    with count_queries() as many:
        announcement = sent(people, title="Many")
    assert announcement.recipient_count == 32
    assert len(many) == len(few)
    assert members(announcement) == {"lead"}


def test_it_is_a_channel_to_nobody(people: People, app: Flask) -> None:
    announcement = sent(people)
    actions.comment(people["ana"], announcement, "zephyr: which berth?")
    ana = fresh(people["ana"])
    listed = rail(ana)
    assert [*listed.channels, *listed.unread, *listed.starred, *listed.directs] == []
    program = caller(app, ana, ("read", "write"))
    assert program.get("/channels")["items"] == []
    browser = sign_in(app, ana)
    assert "Berth 4 closes" not in browser.get("/channels").text
    assert "announcements." not in browser.get("/search/places?q=berth").text
    channel = place_of(announcement)
    moved = browser.get(f"/channels/{channel.slug}?at=7")
    assert moved.location == f"/announcements/{announcement.id}?at=7"
    for person in (people["lead"], people["chief"]):
        other = caller(app, person, ("read", "write"))
        assert other.ask("PATCH", f"/channels/{channel.id}", json={"name": "Mine"}).status_code in (
            403,
            404,
        )
        path = f"/channels/{channel.id}/posts"
        assert other.ask("POST", path, json={"body": "Not a comment"}).status_code == 403


def test_search_finds_a_comment_for_those_who_may_read_it_alone(people: People) -> None:
    announcement = sent(people)
    post, _new = actions.comment(people["ana"], announcement, "zephyrion at berth six")
    work()
    for name, person in people.items():
        found = search(fresh(person), "zephyrion").found
        assert [each.card.id for each in found] == ([] if name == "dora" else [post.id]), name
        # What stands for the announcement is found as an announcement, and not as a post.
        assert all(each.card.plain for each in search(fresh(person), "from:lead").found)
        assert not search(fresh(person), "zephyrion").facets["channel"]


def test_who_sent_it_who_commented_and_who_is_named_hear_of_what_follows(people: People) -> None:
    announcement = sent(people)
    work()
    actions.comment(people["ana"], announcement, "Which berth then?")
    work()
    actions.comment(people["ben"], announcement, "Ask @chief.")
    work()
    lines = {
        name: [plain_sentence(line) for line in listing(fresh(person)).items]
        for name, person in people.items()
    }
    assert lines["lead"] == ["Ben and Ana commented on Berth 4 closes"]
    assert lines["ana"][0] == "Ben commented on Berth 4 closes"
    assert lines["chief"] == ["Ben mentioned you in Berth 4 closes"]
    assert lines["ben"] == ["Lead announced Berth 4 closes"]
    assert lines["dora"] == []


def test_critical_ones_begin_without_unless_it_is_chosen(people: People) -> None:
    urgent = {"priority": "critical", "reason": "Wind"}
    for fields, there in (
        ({}, True),
        ({"comments": False}, False),
        (urgent, False),
        ({**urgent, "comments": True}, True),
    ):
        announcement = sent(people, **fields)
        assert (thread_of(announcement.id) is not None) is there
        if not there:
            with pytest.raises(Conflict):
                actions.comment(people["ana"], announcement, "Hello")


def test_its_senders_close_and_open_them_while_it_goes_on(people: People) -> None:
    announcement = sent(people, comments=False)
    with pytest.raises(Forbidden):
        actions.set_comments(people["ana"], announcement, True)
    actions.set_comments(people["lead"], announcement, True)
    mine, _new = actions.comment(people["ana"], announcement, "At last")
    actions.set_comments(people["chief"], announcement, False)
    for write in (
        lambda: actions.comment(people["ben"], announcement, "Me too"),
        lambda: edit_post(people["ana"], fresh(mine), "Never mind"),
        lambda: delete_post(people["ana"], fresh(mine)),
    ):
        with pytest.raises(Conflict):
            write()
    assert said(announcement) == ["At last"]
    actions.set_comments(people["lead"], announcement, True)
    actions.comment(people["ben"], announcement, "Me too")
    delete_post(people["lead"], fresh(mine))  # who sent it keeps them in order
    assert said(announcement) == ["Me too"]
    actions.end(people["lead"], fresh(announcement))
    with pytest.raises(Conflict):
        actions.set_comments(people["lead"], announcement, True)
    with pytest.raises(Conflict):
        actions.comment(people["ben"], announcement, "Too late")
    assert "ben" in readers(people, fresh(mine))


def test_withdrawn_its_comments_are_nobodys_but_its_senders(people: People, app: Flask) -> None:
    announcement = sent(people)
    post, _new = actions.comment(people["ana"], announcement, "zephyrion")
    ana = sign_in(app, people["ana"])
    assert "zephyrion" in ana.get(f"/announcements/{announcement.id}").text
    actions.end(people["lead"], fresh(announcement), ended_as="withdrawn")
    assert readers(people, post) == {"lead", "chief"}
    assert members(announcement) == {"lead"}
    assert place_of(announcement).member_count == 1
    page = ana.get(f"/announcements/{announcement.id}")
    assert page.status_code == 200
    assert "zephyrion" not in page.text
    assert ana.get(f"/posts/{post.id}").status_code == 404


def test_an_admin_who_is_none_any_more_reads_them_no_more(people: People) -> None:
    announcement = sent(people)
    post, _new = actions.comment(people["chief"], announcement, "Well said")
    make_person("Other", role="admin")
    set_role(None, fresh(people["chief"]), "employee")
    work()
    assert "chief" not in readers(people, post)


def test_on_its_page_without_scripts(people: People, app: Flask) -> None:
    announcement = sent(people)
    path = f"/announcements/{announcement.id}"
    ana, lead = sign_in(app, people["ana"]), sign_in(app, people["lead"])
    assert "Nobody has said anything yet." in ana.get(path).text
    thread = thread_of(announcement.id)
    assert thread is not None
    answer = ana.post(f"/posts/{thread.root_id}/replies", data={"body": "Which berth?"})
    assert answer.status_code == 303
    back = ana.get(answer.location)
    assert back.location == f"{path}#comments"
    page = ana.get(path).text
    assert "Which berth?" in page
    assert "1 comment<" in page
    assert "1 comment<" in ana.get("/announcements").text
    assert " · 1 comment" in lead.get("/announcements?show=sent").text
    assert "Close comments" not in page
    assert lead.post(f"{path}/comments", data={"open": "0"}).status_code == 303
    assert "Comments are closed." in ana.get(path).text
    refused = ana.post(f"/posts/{thread.root_id}/replies", data={"body": "And now?"})
    assert refused.status_code == 409
    assert said(announcement) == ["Which berth?"]


def test_a_page_holds_the_newest_and_leads_to_the_others(
    people: People, app: Flask, count_queries: Any
) -> None:
    announcement = sent(people)
    first, _new = actions.comment(people["ana"], announcement, "Comment 0")
    ben = sign_in(app, people["ben"])
    path = f"/announcements/{announcement.id}"
    ben.get(path)
    with count_queries() as few:
        ben.get(path)
    for number in range(1, 60):
        actions.comment(people["ana"], announcement, f"Comment {number}")
    with count_queries() as many:
        page = ben.get(path).text
    assert len(many) <= len(few) + 1
    assert "60 comments" in page
    assert ">Comment 59<" in page
    assert ">Comment 9<" not in page
    assert "Earlier replies" in page
    assert ben.get(f"/posts/{first.id}").location == f"{path}?at={first.id}#at"
    assert ">Comment 0<" in ben.get(f"{path}?at={first.id}").text


def test_by_programs(people: People, app: Flask) -> None:
    lead = caller(app, people["lead"], ("read", "write"))
    ana = caller(app, people["ana"], ("read", "write"))
    made = lead.post(
        "/announcements", 201, title="Berth", body="", audience="department is Yard",
        priority="routine", requires_ack=False,
    )  # fmt: skip
    path = f"/announcements/{made['id']}"
    assert (made["comments"], made["comment_count"]) == (True, 0)
    post = ana.post(f"{path}/comments", 201, body="Which?", client_id="one")
    assert ana.post(f"{path}/comments", 200, body="Which?", client_id="one")["id"] == post["id"]
    assert [each["body"] for each in ana.get(f"{path}/comments")["items"]] == ["Which?"]
    assert ana.get("/announcements")["items"][0]["comment_count"] == 1
    closed = lead.ask("PUT", f"{path}/comments", json={"open": False})
    assert closed.json["comments"] is False
    ana.post(f"{path}/comments", 409, body="And?")
    dora = caller(app, people["dora"], ("read", "write"))
    dora.get(f"{path}/comments", 404)


def test_a_draft_and_a_template_keep_what_was_chosen(people: People, app: Flask) -> None:
    browser = sign_in(app, people["lead"])
    form = {"title": "Berth", "audience_text": "department is Yard", "comments": "off"}
    browser.post("/announcements", data={**form, "do": "template", "template_name": "Quiet"})
    draft = db.session.scalars(select(Announcement)).one()
    assert draft.comments is False
    assert '<option value="off" selected' in browser.get(f"/announcements/{draft.id}/edit").text
    assert '<option value="off" selected' in browser.get("/announcements/new?template=1").text
    browser.post(f"/announcements/{draft.id}", data={**form, "comments": "", "do": "save"})
    assert fresh(draft).comments is None
    test = actions.send_test(people["lead"], fresh(draft))
    assert thread_of(test.id) is None
    with pytest.raises(AppError):
        actions.set_comments(people["lead"], test, True)
    hidden = select(func.count()).where(Channel.kind == COMMENTS)
    assert db.session.execute(hidden).scalar_one() == 0
