"""Calling a group by its @name: who hears of it, who may, and what stays."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_social.channels.actions import leave_channel
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict
from enterprise_social.feed.queries import mentions_of, rail
from enterprise_social.people.actions.groups import (
    create_group,
    put_group_member,
    remove_group_member,
    set_group_archived,
    update_group,
)
from enterprise_social.people.actions.presence import set_blocked
from enterprise_social.people.models import Group, Person
from enterprise_social.posts.actions import edit_post
from enterprise_social.posts.actions.writing import CONFIRM_ABOVE, ConfirmMentionAll
from enterprise_social.posts.models import Mention, Post
from tests.accounts.steps import statements, work
from tests.making import fresh, make_channel, make_person, sign_in, write

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.test_request_context():
        yield


def crew(owner: Person, *people: Person, handle: str = "crew", **facts: Any) -> Group:
    group = create_group(None, handle.title(), handle=handle, **facts)
    for person in (owner, *people):
        put_group_member(None, group, person)
    return group


def called(post: Post) -> set[int]:
    rows = select(Mention.person_id).where(Mention.post_id == post.id)
    found = list(db.session.scalars(rows))
    assert len(found) == len(set(found)), "somebody was called twice"
    return set(found)


def badge(person: Person) -> int:
    mine = rail(person)
    return sum(item.mentions for item in (*mine.starred, *mine.unread, *mine.channels))


def test_each_of_the_group_who_is_in_the_channel_is_called_once() -> None:
    mira, ann, bo, out = (make_person(name) for name in ("Mira", "Ann", "Bo", "Out"))
    channel = make_channel(mira, "", ann, bo)
    group = crew(mira, ann, bo, out)
    other = crew(mira, ann, handle="others")
    with statements() as seen:
        post = write(mira, channel, f"@Crew and @others, also @{bo.username}: the gate")
    assert sum("INSERT INTO mentions" in each for each in seen) == 2
    assert called(post) == {ann.id, bo.id}
    assert post.mention_group_ids == [group.id, other.id]
    assert f'href="/people/groups/crew" data-group="{group.id}">@crew</a>' in post.html
    assert (badge(ann), badge(bo), badge(mira), badge(out)) == (1, 1, 0, 0)
    assert [card.id for card in mentions_of(ann)] == [post.id]
    set_blocked(bo, mira, True)
    assert badge(bo) == 0
    # Who leaves the group was called all the same; who leaves the channel hears nothing.
    remove_group_member(None, group, ann)
    remove_group_member(None, other, ann)
    assert badge(ann) == 1
    leave_channel(ann, channel)
    assert badge(ann) == 0


def test_an_edit_calls_whom_it_names_anew_and_lets_the_others_be() -> None:
    mira, ann, bo = make_person("Mira"), make_person("Ann", username="ann"), make_person("Bo")
    channel = make_channel(mira, "", ann, bo)
    group = crew(mira, ann)
    crew(mira, bo, handle="others")
    post = write(mira, channel, "@crew look")
    remove_group_member(None, group, ann)
    edit_post(mira, fresh(post), "@crew and @others look")
    assert called(post) == {ann.id, bo.id}
    edit_post(mira, fresh(post), "@crew, mostly @ann, look")
    assert called(post) == {ann.id}
    assert db.session.scalars(select(Mention.group_id)).all() == [None]
    edit_post(mira, fresh(post), "nobody look")
    assert (called(post), fresh(post).mention_group_ids) == (set(), [])


@pytest.mark.parametrize(
    ("callers", "may"),
    [
        ("everyone", {"member", "outside", "manager", "admin"}),
        ("members", {"member", "admin"}),
        ("managers", {"manager", "admin"}),
        ("admins", {"admin"}),
    ],
)
@only_sqlite
def test_who_may_not_call_a_group_writes_plain_text_and_is_told_so(
    app: Flask, callers: str, may: set[str]
) -> None:
    people = {name: make_person(name, role=role) for name, role in (
        ("member", "employee"), ("outside", "employee"), ("manager", "manager"), ("admin", "admin"),
    )}  # fmt: skip
    everyone = list(people.values())
    channel = make_channel(everyone[0], "", *everyone[1:])
    group = crew(people["member"], callers=callers)
    for name, person in people.items():
        post = write(person, channel, "@crew look")
        assert ("data-group" in post.html) == (name in may), name
        assert post.mention_group_ids == ([group.id] if name in may else [])
        offered = sign_in(app, person).get("/suggest?kind=group&q=cr").text
        assert 'data-insert="@crew"' in offered
        assert ("stays plain text" not in offered) == (name in may), name
    set_group_archived(None, group, True)
    assert "data-group" not in write(people["admin"], channel, "@crew look").html


def test_many_are_called_only_after_a_question(app: Flask) -> None:
    mira = make_person("Mira")
    people = [make_person() for _each in range(CONFIRM_ABOVE + 1)]
    channel = make_channel(mira, "", *people)
    group = create_group(None, "All", handle="crew", kind="rule", rule="not person is @mira")
    with pytest.raises(ConfirmMentionAll) as asked:
        write(mira, channel, "@crew look")
    assert asked.value.count == len(people)
    client = sign_in(app, mira)
    place = f"/channels/{channel.slug}/posts"
    page = client.post(place, data={"body": "@crew look", "client_id": "once"})
    assert page.status_code == 409
    assert f"This notifies {len(people)} people" in page.text
    sent = {"body": "@crew look", "client_id": "once", "confirm_mention_all": "1"}
    assert client.post(place, data=sent).status_code == 303
    post = db.session.scalars(select(Post)).one()
    assert len(called(post)) == len(people)
    # An edit is no way around it; who was called already may be called still.
    quiet = write(mira, channel, "Nothing")
    for body in ("@crew look", "@channel look"):
        with pytest.raises(Conflict, match="in a new post"):
            edit_post(mira, quiet, body)
    edit_post(mira, post, "@crew look again")
    # Fewer of a group in the channel need no question.
    update_group(None, group, rule=f"person is @{people[0].username}")
    assert called(write(mira, channel, "@crew look")) == {people[0].id}


def test_search_and_programs_know_whom_a_group_called(app: Flask) -> None:
    mira, ann, bo = make_person("Mira"), make_person("Ann"), make_person("Bo")
    channel = make_channel(mira, "", ann, bo)
    group = crew(mira, ann)
    post = write(mira, channel, "@crew the crane stands")
    work(app)
    for person, count in ((ann, 1), (bo, 0)):
        page = sign_in(app, person).get("/api/v1/search?q=to:me").json
        assert page["total"] == count
    document = sign_in(app, ann).get(f"/api/v1/posts/{post.id}").json
    assert (document["mentions"], document["mention_groups"]) == ([], [group.id])
    page = sign_in(app, ann).get(f"/channels/{channel.slug}").text
    assert f'data-mentions=" g{group.id}"' in page
    assert f'"groups": [{group.id}]' in page
    missed = sign_in(app, ann).get(f"/channels/{channel.id}/live?after={post.seq - 1}").json
    assert missed["messages"][0]["meta"]["mention_groups"] == [group.id]
