"""Storylines: one person begins posts, colleagues read and answer, guests see nothing of it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_social.channels.actions import join_channel
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.queries import membership
from enterprise_social.core.access import find
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, NotFound
from enterprise_social.feed.queries.followed import followed_posts
from enterprise_social.feed.queries.rail import rail
from enterprise_social.following.actions import (
    follow_hashtag,
    follow_person,
    open_storyline,
)
from enterprise_social.following.queries import (
    followers,
    following,
    hashtags_of,
    storyline_of,
)
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.models import Case
from enterprise_social.moderation.policy import visible_cases
from enterprise_social.moderation.queries.judges import judges_of
from enterprise_social.notifications.actions import set_following
from enterprise_social.people.actions import (
    deactivate_person,
    reactivate_person,
    set_role,
    update_person,
)
from enterprise_social.people.actions.presence import set_blocked
from enterprise_social.posts.actions import delete_post
from enterprise_social.posts.models import Post
from enterprise_social.reactions.actions import react
from enterprise_social.records.actions.merging import merge_people
from enterprise_social.search.queries import search
from tests.following.office import lines_of, settled
from tests.making import bring_in, fresh, make_channel, make_person, sign_in, write


def test_only_its_person_begins_posts_and_colleagues_answer(house: Flask) -> None:
    ana, ben = make_person("Ana"), make_person("Ben")
    channel = open_storyline(ana)
    assert open_storyline(ana).id == channel.id
    root = write(ana, channel, "The crane runs again")
    with pytest.raises(Forbidden):
        write(ben, channel, "Mine too")
    assert membership(channel.id, ben.id) is None
    reply = write(ben, channel, "Well done", parent_id=root.id)
    assert reply.parent_id == root.id
    with pytest.raises(NotFound):
        join_channel(make_person("Carl"), channel)
    settled()
    assert lines_of(ana) == ["Ben replied to your post"]


def test_it_is_in_nobodys_rail_and_no_list_of_channels(house: Flask) -> None:
    ana, ben = make_person("Ana"), make_person("Ben")
    channel = open_storyline(ana)
    root = write(ana, channel, "Hello")
    write(ben, channel, "Hello Ana", parent_id=root.id)
    for person in (ana, ben):
        found = rail(person)
        assert [*found.channels, *found.unread, *found.starred] == []


def test_followers_are_told_of_what_begins_there_and_others_are_not(house: Flask) -> None:
    ana, fan, other, blocker = (make_person(name) for name in ("Ana", "Fan", "Other", "Blocker"))
    follow_person(fan, ana)
    channel = open_storyline(ana)
    write(ana, channel, "One")
    root = write(ana, channel, "Two")
    write(other, channel, "Three", parent_id=root.id)
    settled()
    assert lines_of(fan) == ["Ana wrote 2 posts in their storyline"]
    assert lines_of(other) == lines_of(blocker) == []
    # Nobody became a member by it.
    assert membership(channel.id, fan.id) is None
    set_blocked(fan, ana, True)
    assert followed_posts(fan).items == []


def test_guests_read_none_and_whoever_becomes_one_reads_no_more(house: Flask) -> None:
    ana, ben, guest = make_person("Ana"), make_person("Ben"), make_person("Gert", role="guest")
    bring_in(make_channel(ana, "quay"), guest)
    channel = open_storyline(ana)
    root = write(ana, channel, "Hello @gert")
    write(ben, channel, "Hi", parent_id=root.id)
    follow_person(guest, ana)
    settled()
    assert lines_of(guest) == []
    with pytest.raises(NotFound):
        find(Post, root.id, guest)
    with pytest.raises(Forbidden):
        open_storyline(guest)
    set_role(None, ben, "guest")
    settled()
    with pytest.raises(NotFound):
        find(Post, root.id, fresh(ben))


def test_it_closes_while_its_person_is_not_here_and_is_called_as_they_are(
    house: Flask,
) -> None:
    ana, ben = make_person("Ana"), make_person("Ben")
    channel = open_storyline(ana)
    root = write(ana, channel, "Hello")
    update_person(None, ana, name="Ana Kowalska")
    settled()
    assert fresh(channel).name == "Ana Kowalska"
    deactivate_person(None, ana)
    settled()
    with pytest.raises(Conflict):
        write(ben, fresh(channel), "Bye", parent_id=root.id)
    assert find(Post, root.id, ben).id == root.id
    reactivate_person(None, ana)
    settled()
    write(ben, fresh(channel), "Welcome back", parent_id=root.id)


def test_whoever_follows_a_thread_of_it_hears_of_answers(house: Flask) -> None:
    ana, ben, carl = make_person("Ana"), make_person("Ben"), make_person("Carl")
    channel = open_storyline(ana)
    root = write(ana, channel, "Who has the key?")
    set_following(ben, root, True)
    write(carl, channel, "I have it, @ben", parent_id=root.id)
    settled()
    assert len(lines_of(ben)) == 1
    assert db.session.query(Membership).filter_by(channel_id=channel.id).count() == 3


def test_colleagues_react_without_coming_in(house: Flask) -> None:
    ana, ben, guest = make_person("Ana"), make_person("Ben"), make_person("Gert", role="guest")
    post = write(ana, open_storyline(ana), "Hello")
    react(ben, post, "tada")
    assert fresh(post).reaction_counts == [["tada", 1]]
    assert membership(post.channel_id, ben.id) is None
    with pytest.raises(NotFound):
        react(guest, post, "tada")


def test_what_is_reported_there_is_judged_by_moderators_and_not_by_its_person(house: Flask) -> None:
    ana, ben, admin = make_person("Ana"), make_person("Ben"), make_person("Ida", role="admin")
    root = write(ana, open_storyline(ana), "Hello")
    reply = write(ben, db.session.get_one(Channel, root.channel_id), "Rude", parent_id=root.id)
    made = report(make_person("Carl"), "post", reply.id, "other")[0]
    case = db.session.get_one(Case, made.case_id)
    assert judges_of(case) == {admin.id}
    for person, sees in ((ana, False), (admin, True)):
        found = db.session.scalars(select(Case).where(visible_cases(person))).all()
        assert (found == [case]) is sees
    # What others answer there, its person takes away as anybody leading a channel does.
    delete_post(ana, reply)


def test_search_finds_it_for_colleagues_and_not_for_guests(house: Flask) -> None:
    ana, ben, guest = make_person("Ana"), make_person("Ben"), make_person("Gert", role="guest")
    bring_in(make_channel(ana, "quay"), guest)
    post = write(ana, open_storyline(ana), "The zeppelin has landed")
    settled()
    for viewer, found in ((ben, [post.id]), (guest, [])):
        answer = search(viewer, f"from:{ana.username} zeppelin")
        assert [each.card.id for each in answer.found] == found


def test_whoever_becomes_a_guest_hears_no_more_of_the_storyline_on_their_screen(
    house: Flask,
) -> None:
    admin, ana, ben = make_person("Ida", role="admin"), make_person("Ana"), make_person("Ben")
    channel = open_storyline(ana)
    socket = house.extensions["socketio"].test_client(
        house, auth={"format": "html", "shows": []}, flask_test_client=sign_in(house, ben)
    )
    assert socket.emit("look", {"channel_id": channel.id}, callback=True) == {"ok": True}

    def heard() -> list[str]:
        assert house.extensions["live"].flush()
        return [event["name"] for event in socket.get_received() if event["name"] == "live"]

    heard()  # of its beginning, perhaps
    write(ana, channel, "For colleagues")
    assert heard() == ["live"]
    set_role(admin, ben, "guest")
    write(ana, channel, "Not for guests")
    assert heard() == []


def test_the_page_and_the_live_change_agree(house: Flask) -> None:
    ana, ben = make_person("Ana"), make_person("Ben")
    channel = open_storyline(ana)
    write(ana, channel, "First")
    client = sign_in(house, ben)
    address = f"/people/{ana.username}/storyline"
    before = client.get(address).get_data(as_text=True)
    seq = fresh(channel).seq
    post = write(ana, channel, "Second")
    messages = client.get(f"/channels/{channel.id}/live?after={seq}").json["messages"]
    html = messages[0]["ops"][0]["html"]
    assert messages[0]["ops"][0]["target"] == f"stream:{channel.id}"
    assert f'data-post="{post.id}"' not in before
    # One of the same author right after another continues their run.
    assert html.replace('class="post"', 'class="post post-run"') in client.get(address).get_data(
        as_text=True
    )


def test_two_accounts_that_become_one_follow_are_followed_and_write_as_one(house: Flask) -> None:
    admin, kept, double, fan, star, foe = (
        make_person(name, role="admin" if name == "Ida" else "employee")
        for name in ("Ida", "Kept", "Double", "Fan", "Star", "Foe")
    )
    for follower, followed in ((fan, double), (fan, kept), (double, star), (double, kept)):
        follow_person(follower, followed)
    follow_person(foe, double)
    follow_person(double, foe)
    set_blocked(foe, kept, True)
    follow_hashtag(double, "crane")
    post = write(double, open_storyline(double), "Hello")
    merge_people(admin, kept, double, confirmed=double.username)
    settled()
    assert [each.id for each in followers(star, kept.id).items] == [fan.id]
    assert [each.id for each in following(star, kept.id).items] == [star.id]
    assert list(hashtags_of(kept.id)) == ["crane"]
    channel = storyline_of(kept.id)
    assert channel is not None
    assert (channel.id, channel.archived, channel.name) == (post.channel_id, False, "Kept")
    write(fresh(kept), channel, "Going on")
    assert storyline_of(double.id) is None
