"""What is new from those whom one follows, what stands under a hashtag, and what rises."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.core.clock import now
from enterprise_social.core.errors import Invalid
from enterprise_social.feed.queries.followed import followed_posts, tagged
from enterprise_social.following.actions import (
    follow_hashtag,
    follow_person,
    open_storyline,
    unfollow_hashtag,
)
from enterprise_social.following.queries import hashtags_of, tag_counts
from enterprise_social.following.queries.rising import beside, rising
from enterprise_social.following.tags import tag_of
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post, edit_post
from enterprise_social.posts.queries import suggest_hashtags
from tests.following.office import lines_of, settled
from tests.making import bring_in, make_channel, make_person, write


def bodies(viewer: Person, *, limit: int = 30) -> list[str]:
    """Return what is new for somebody, all pages of it."""
    found, cursor = [], None
    while True:
        page = followed_posts(viewer, before=cursor, limit=limit)
        found += [each.card.body for each in page.items]
        cursor = page.older
        if cursor is None:
            return found


def test_followed_people_and_hashtags_stand_in_one_list_with_why(database: SQLAlchemy) -> None:
    me, ana, ben = make_person("Me"), make_person("Ana"), make_person("Ben")
    public, private = make_channel(ben, "quay"), make_channel(ben, "board", kind="private")
    follow_person(me, ana)
    follow_hashtag(me, "#Crane")
    follow_hashtag(me, "dock")
    write(ben, public, "one #crane #Dock")
    write(ben, private, "secret #crane")
    root = write(ana, open_storyline(ana), "two")
    write(ben, open_storyline(ana), "an answer", parent_id=root.id)
    write(ben, open_storyline(ben), "three, unfollowed")
    write(me, make_channel(me, "mine"), "four #crane of my own")
    gone = write(ana, open_storyline(ana), "five #crane")
    delete_post(ana, gone)
    page = followed_posts(me)
    assert [(each.card.body, each.by_author, each.tags) for each in page.items] == [
        ("two", True, []),
        ("one #crane #Dock", False, ["crane", "dock"]),
    ]


def test_pages_have_no_gaps_and_nothing_twice(database: SQLAlchemy) -> None:
    me = make_person("Me")
    follow_hashtag(me, "port")
    channel = make_channel(make_person("Owner"), "quay")
    wanted = []
    writers = [make_person(f"Writer {number}") for number in range(4)]
    for writer in writers:
        follow_person(me, writer)
    for number in range(24):
        writer = writers[number % 4]
        tag = " #port" if number % 3 == 0 else ""
        wanted.append(write(writer, open_storyline(writer), f"post {number}{tag}").body)
    # One of them alone fills more than a page.
    more = [f"more {number}" for number in range(12)]
    wanted += [write(writers[0], open_storyline(writers[0]), each).body for each in more]
    with pytest.raises(Invalid):
        followed_posts(me, before="nonsense")
    for limit in (1, 5, 30):
        assert bodies(me, limit=limit) == wanted[::-1]
    assert channel.member_count == 1


def test_a_hashtag_is_one_in_any_case_script_and_form() -> None:
    assert tag_of("#Straße") == tag_of("STRASSE") == "strasse"
    assert tag_of("Caf\u00e9") == tag_of("cafe\u0301")
    assert tag_of("\u6e2f\u53e3") == "\u6e2f\u53e3"
    assert tag_of("night-shift") == "night-shift"
    for nothing in ("", "#", "123", "a b", "a--b", "-a", "a/b", "a.b", "_", "\x00"):
        assert tag_of(nothing) is None


def test_completion_offers_a_hashtag_however_its_beginning_is_composed(house: Flask) -> None:
    ana = make_person("Ana")
    write(ana, make_channel(ana, "quay"), "Open again: #Cr\u00eaperie")
    assert [*suggest_hashtags(ana, "CRE\u0302")] == ["cr\u00eaperie"]


def test_a_hashtags_page_holds_what_the_viewer_may_read_newest_first(
    database: SQLAlchemy,
) -> None:
    ana, ben, guest = make_person("Ana"), make_person("Ben"), make_person("Gert", role="guest")
    public, private = make_channel(ana, "quay"), make_channel(ana, "board", kind="private")
    shared = make_channel(ana, "shared", kind="private")
    bring_in(shared, guest)
    root = write(ana, public, "1 #Crane")
    write(ana, private, "2 #crane #secret")
    write(ana, shared, "3 #crane")
    write(ben, open_storyline(ben), "4 #CRANE")
    write(ana, public, "5 #crane", parent_id=root.id)
    edited = write(ana, public, "6 #crane")
    edit_post(ana, edited, "6 no more")
    first = tagged(ben, "crane", limit=2)
    assert [card.body for card in first.posts] == ["5 #crane", "4 #CRANE"]
    rest = tagged(ben, "crane", before=first.older, limit=2)
    assert ([card.body for card in rest.posts], rest.older) == (["1 #Crane"], None)
    assert [card.body for card in tagged(guest, "crane").posts] == ["3 #crane"]
    assert beside(ana, "crane") == ["secret"]
    assert beside(ben, "crane") == []


def test_following_a_hashtag_twice_is_once_and_ends(house: Flask) -> None:
    me = make_person("Me")
    assert follow_hashtag(me, "#Crane") == follow_hashtag(me, "crane") == "crane"
    assert list(hashtags_of(me.id)) == ["crane"]
    unfollow_hashtag(me, "CRANE")
    assert list(hashtags_of(me.id)) == []
    with pytest.raises(Invalid):
        follow_hashtag(me, "12")


def test_a_private_hashtag_shows_nowhere_to_outsiders(database: SQLAlchemy) -> None:
    insiders = [make_person(f"Insider {number}") for number in range(5)]
    outsider, guest = make_person("Outsider"), make_person("Gert", role="guest")
    private = make_channel(insiders[0], "merger", *insiders[1:], kind="private")
    for person in insiders:
        write(person, private, "#project-falcon #harbour")
        follow_hashtag(person, "project-falcon")
    follow_hashtag(outsider, "project-falcon")
    settled()
    for viewer in (outsider, guest):
        assert rising(viewer) == []
        assert suggest_hashtags(viewer, "proj") == []
        counts = tag_counts(viewer, "project-falcon")
        assert (counts.posts, counts.followers) == (0, None)
        assert list(beside(viewer, "harbour")) == []
        assert tagged(viewer, "project-falcon").posts == []
        assert followed_posts(viewer).items == []
        assert lines_of(viewer) == []
    # Nor do those who may read it see it rise: what rises is the same for everyone.
    assert rising(insiders[0]) == []
    assert tag_counts(insiders[0], "project-falcon").followers == 6


def test_what_rises_is_what_more_people_write_than_usual(house: Flask) -> None:
    people = [make_person(f"Person {number}") for number in range(6)]
    channel = make_channel(people[0], "quay", *people[1:])
    weeks_ago = [now() - timedelta(days=8 + 7 * number) for number in range(4)]
    for moment in reversed(weeks_ago):
        for person in people:
            write(person, channel, "#always", at=moment)
        write(people[0], channel, "#new #new", at=moment)
    for person in people:
        write(person, channel, "#always")
    for person in people[:4]:
        write(person, channel, "#new and #NEW")
        write(person, channel, "#new")
    for _again in range(5):
        write(people[5], channel, "#loner")
    found = rising(people[0])
    assert [(each.tag, each.people, each.before) for each in found] == [("new", 4, 1.0)]
    assert round(found[0].score, 2) == 2.12
