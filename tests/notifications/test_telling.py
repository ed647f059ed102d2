"""People are told of what concerns them: once, by the strongest reason, and nobody else is."""

from __future__ import annotations

from typing import Any

import pytest
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from enterprise_social.channels.actions import add_member, mark_read, remove_member
from enterprise_social.channels.actions import set_preferences as prefer
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.db import db
from enterprise_social.notifications import actions
from enterprise_social.notifications.models import Notification
from enterprise_social.notifications.queries import lists
from enterprise_social.people.actions.presence import set_blocked
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post, edit_post
from tests.making import fresh, make_channel, make_person, write


def work() -> None:
    """Let the worker do what is due."""
    current_app.extensions["worker"].run_until_idle()
    db.session.rollback()


def told(person: Person, **options: Any) -> list[tuple[str, str]]:
    """Return what somebody's page lists, the newest first: kind and reason."""
    db.session.rollback()
    return [
        (line.notification.kind, line.notification.reason)
        for line in lists.listing(person, **options).items
    ]


@pytest.fixture
def office(database: SQLAlchemy) -> dict[str, Any]:
    names = ("Maren", "Tomasz", "Priya", "Kofi")
    people: dict[str, Any] = {name.lower(): make_person(name) for name in names}
    people["outsider"] = make_person("Outsider")
    members = (people["tomasz"], people["priya"], people["kofi"])
    people["channel"] = make_channel(people["maren"], "gate", *members)
    work()
    db.session.query(Notification).delete()
    db.session.commit()
    return people


def test_whoever_is_named_is_told_once_and_nobody_else(office: dict[str, Any]) -> None:
    post = write(office["maren"], office["channel"], "@tomasz @outsider look, @maren")
    work()
    edit_post(office["maren"], post, "@tomasz look again")
    work()
    assert told(office["tomasz"]) == [("mention", "mentioned")]
    for name in ("maren", "priya", "outsider"):
        assert told(office[name]) == []


def test_a_name_that_an_edit_adds_is_told_too(office: dict[str, Any]) -> None:
    post = write(office["maren"], office["channel"], "Look")
    work()
    edit_post(office["maren"], post, "@priya look")
    work()
    assert told(office["priya"]) == [("mention", "mentioned")]


def test_a_name_that_an_edit_takes_out_is_told_no_more_unless_it_was_read(
    office: dict[str, Any],
) -> None:
    maren, channel = office["maren"], office["channel"]
    root = write(office["priya"], channel, "Where is the key?")
    post = write(maren, channel, "Ask @tomasz, @kofi or @priya", parent_id=root.id)
    work()
    actions.mark_read(office["kofi"], [lists.listing(office["kofi"]).items[0].notification.id])
    edit_post(maren, fresh(post), "Ask nobody")
    work()
    # Who was named follows the thread since; that is what is left to tell.
    assert told(office["tomasz"]) == [("reply", "thread:mentioned")]
    assert told(office["priya"]) == [("reply", "thread:author")]
    assert told(office["kofi"]) == [("mention", "mentioned")]
    alone = write(maren, channel, "@tomasz look")
    everyone = write(maren, channel, "@channel look")
    work()
    edit_post(maren, alone, "Look")
    edit_post(maren, everyone, "@channel look here")
    work()
    assert [kind for kind, _why in told(office["tomasz"])] == ["channel_mention", "reply"]
    assert lists.unread_counts_of([office["tomasz"].id]) == {office["tomasz"].id: 2}
    edit_post(maren, fresh(everyone), "Look")
    work()
    assert told(office["tomasz"]) == [("reply", "thread:mentioned")]


def test_those_who_take_part_in_a_thread_follow_it_until_they_say_no(
    office: dict[str, Any],
) -> None:
    root = write(office["maren"], office["channel"], "Who has the key?")
    write(office["tomasz"], office["channel"], "Not me", parent_id=root.id)
    write(office["kofi"], office["channel"], "Me", parent_id=root.id)
    work()
    (line,) = lists.listing(office["maren"]).items
    assert (line.notification.kind, line.notification.count, line.others) == ("reply", 2, 1)
    assert [each.name for each in line.actors] == ["Kofi", "Tomasz"]
    assert told(office["tomasz"]) == [("reply", "thread:replied")]
    actions.set_following(office["tomasz"], root, False)
    actions.set_following(office["priya"], root, True)
    write(office["kofi"], office["channel"], "In my pocket", parent_id=root.id)
    work()
    assert lists.listing(office["tomasz"]).items[0].notification.count == 1
    assert told(office["priya"]) == [("reply", "thread:chosen")]


def test_the_strongest_reason_is_the_one(office: dict[str, Any]) -> None:
    root = write(office["maren"], office["channel"], "Plan")
    actions.set_keywords(office["tomasz"], ["Gate"])
    actions.set_following(office["tomasz"], root, True)
    write(office["kofi"], office["channel"], "@tomasz the gate", parent_id=root.id)
    work()
    assert told(office["tomasz"]) == [("mention", "mentioned")]


@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("crane", "The CRANE is down", True),
        ("crane", "The cranes are down", False),
        ("Łódź", "to lodz", False),
        ("Ōsaka", "from osaka", True),
        ("reach stacker", "a Reach-Stacker, again", True),
        ("кран", "Кран стоит", True),
        ("起重机", "看 起重机 !", True),
    ],
)
def test_a_watched_word_is_found_without_case_and_accents(
    office: dict[str, Any], keyword: str, text: str, found: bool
) -> None:
    actions.set_keywords(office["priya"], [keyword])
    write(office["maren"], office["channel"], text)
    work()
    assert bool(told(office["priya"])) == found


def test_a_watched_word_tells_nothing_of_other_peoples_channels(office: dict[str, Any]) -> None:
    actions.set_keywords(office["outsider"], ["crane"])
    secret = make_channel(office["maren"], "secret", kind="private")
    write(office["maren"], secret, "crane")
    write(office["maren"], office["channel"], "crane")
    work()
    assert told(office["outsider"]) == []


def test_who_silenced_a_channel_hears_only_their_name(office: dict[str, Any]) -> None:
    prefer(office["tomasz"], office["channel"], notify="none")
    write(office["maren"], office["channel"], "@channel lunch", confirm_mention_all=True)
    work()
    assert told(office["tomasz"]) == []
    assert told(office["priya"]) == [("channel_mention", "channel")]
    write(office["maren"], office["channel"], "@tomasz lunch")
    work()
    assert told(office["tomasz"]) == [("mention", "mentioned")]


def test_nobody_is_told_of_what_somebody_they_block_says(office: dict[str, Any]) -> None:
    set_blocked(office["tomasz"], office["kofi"], True)
    write(office["kofi"], office["channel"], "@tomasz hello")
    work()
    assert told(office["tomasz"]) == []


def test_what_was_taken_away_is_told_no_more(office: dict[str, Any]) -> None:
    post = write(office["maren"], office["channel"], "@tomasz oops")
    work()
    delete_post(office["maren"], post)
    work()
    assert told(office["tomasz"]) == []
    assert lists.unread_count(office["tomasz"].id) == 0


def test_a_line_of_several_loses_only_what_was_taken_away(office: dict[str, Any]) -> None:
    root = write(office["maren"], office["channel"], "Who has the key?")
    kept = write(office["tomasz"], office["channel"], "Not me", parent_id=root.id)
    oops = write(office["kofi"], office["channel"], "Nor me", parent_id=root.id)
    work()
    delete_post(office["kofi"], oops)
    work()
    (line,) = lists.listing(office["maren"]).items
    assert (line.notification.count, line.others, line.excerpt) == (1, 0, "Not me")
    assert [each.name for each in line.actors] == ["Tomasz"]
    assert line.url == f"/posts/{kept.id}"


def test_who_is_no_longer_in_a_channel_is_told_nothing_of_it(office: dict[str, Any]) -> None:
    secret = make_channel(office["maren"], "secret", office["tomasz"], kind="private")
    write(office["maren"], secret, "@tomasz the code is 1234")
    work()
    assert ("mention", "mentioned") in told(office["tomasz"])
    remove_member(office["maren"], secret, office["tomasz"])
    assert told(office["tomasz"]) == []
    assert lists.unread_count(office["tomasz"].id) == 0


def test_being_added_is_told_with_who_did_it(office: dict[str, Any]) -> None:
    add_member(office["maren"], make_channel(office["maren"], "night"), office["priya"])
    work()
    (line,) = lists.listing(office["priya"]).items
    assert (line.notification.kind, line.actors) == ("invitation", [office["maren"]])


def test_reading_a_channel_reads_what_was_told_of_it_and_a_thread_reads_itself(
    office: dict[str, Any],
) -> None:
    channel = office["channel"]
    root = write(office["tomasz"], channel, "Plan")
    write(office["maren"], channel, "@tomasz now")
    write(office["maren"], channel, "Yes", parent_id=root.id)
    work()
    assert len(told(office["tomasz"], unread=True)) == 2
    mark_read(office["tomasz"], channel, fresh(channel).seq)
    assert told(office["tomasz"], unread=True) == [("reply", "thread:author")]
    actions.read_thread(office["tomasz"], root.id)
    assert told(office["tomasz"], unread=True) == []
    assert len(told(office["tomasz"])) == 2


def test_marking_all_can_be_undone_and_what_is_new_stays_new(office: dict[str, Any]) -> None:
    for number in range(3):
        write(office["maren"], office["channel"], f"@tomasz {number}")
    work()
    newest = max(line.notification.id for line in lists.listing(office["tomasz"]).items)
    write(office["maren"], office["channel"], "@tomasz later")
    work()
    moment = actions.mark_all_read(office["tomasz"], newest)
    assert lists.unread_count(office["tomasz"].id) == 1
    assert actions.mark_unread(office["priya"], read_at=moment) == 0
    assert actions.mark_unread(office["tomasz"], read_at=moment) == 3
    assert lists.unread_count(office["tomasz"].id) == 4


def test_who_wants_no_notice_of_a_kind_gets_none(office: dict[str, Any]) -> None:
    actions.set_preference(office["tomasz"], "mention", "app", False)
    write(office["maren"], office["channel"], "@tomasz @priya")
    work()
    assert told(office["tomasz"]) == []
    assert told(office["priya"]) != []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["name", "all", "reply", "read", "thread", "delete", "remove", "add"]),
        st.integers(0, 2),
        st.integers(0, 5),
    ),
    max_size=14,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_unread_counts_are_what_a_plain_recount_says(
    office: dict[str, Any], steps: list[tuple[str, int, int]]
) -> None:
    """Random acts; then the counts, the list and a recount over plain rows agree for everyone."""
    crowd = [office["tomasz"], office["priya"], office["kofi"]]
    channel = make_channel(office["maren"], "", *crowd)
    posts = [write(office["maren"], channel, "Begin")]
    for act, who, which in steps:
        person, post = crowd[who], fresh(posts[which % len(posts)])
        _carry_out(act, office["maren"], person, channel, post, posts)
    work()
    for person in crowd:
        listed = [each.notification for each in lists.listing(person, limit=200).items]
        unread = [each for each in listed if each.read_at is None]
        assert lists.unread_count(person.id) == len(unread) == _recount(person)
        assert lists.unread_counts(person.id)["all"] == len(unread)
        keys = [each.group_key for each in unread]
        assert len(keys) == len(set(keys)), "two open lines of one group"


def _carry_out(
    act: str, owner: Person, person: Person, channel: Channel, post: Any, posts: list[Any]
) -> None:
    theirs = db.session.get(Membership, (channel.id, person.id), populate_existing=True)
    if act == "name":
        posts.append(write(owner, channel, f"@{person.username} look"))
    elif act == "all":
        posts.append(write(owner, channel, "@channel look", confirm_mention_all=True))
    elif act == "reply" and post.parent_id is None and not post.deleted:
        write(owner, channel, "More", parent_id=post.id)
    elif act == "read" and theirs is not None:
        mark_read(person, channel, post.seq)
    elif act == "thread":
        actions.read_thread(person, post.id)
    elif act == "delete" and not post.deleted:
        delete_post(owner, post)
    elif act == "remove" and theirs is not None:
        remove_member(owner, channel, person)
    elif act == "add" and theirs is None:
        add_member(owner, channel, person)
    if len(posts) % 2:
        work()


def _recount(person: Person) -> int:
    """Count without the room's own queries: every row, one by one."""
    mine = {
        row.channel_id
        for row in db.session.scalars(select(Membership).where(Membership.person_id == person.id))
    }
    rows = db.session.scalars(select(Notification).where(Notification.person_id == person.id))
    return sum(1 for row in rows if row.read_at is None and row.channel_id in mine)
