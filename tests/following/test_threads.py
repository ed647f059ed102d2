"""Threads that somebody follows: the newest reply first, and what is unread in each."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy

from enterprise_social.channels.actions import remove_member
from enterprise_social.notifications.actions import read_all_threads, read_thread, set_following
from enterprise_social.notifications.queries.threads import followed_threads, unread_threads
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post
from tests.making import make_channel, make_person, write


def listed(viewer: Person, **options: object) -> list[tuple[str, int]]:
    """Return the threads of somebody's page, and how many replies are unread in each."""
    return [(each.root.body, each.unread) for each in followed_threads(viewer, **options).items]


def test_threads_stand_by_their_newest_reply_with_what_is_unread(database: SQLAlchemy) -> None:
    ana, ben, carl = make_person("Ana"), make_person("Ben"), make_person("Carl")
    channel = make_channel(ana, "quay", ben, carl)
    one, two, three = (write(ana, channel, f"thread {word}") for word in ("one", "two", "three"))
    write(ben, channel, "first in one", parent_id=one.id)
    write(carl, channel, "first in two", parent_id=two.id)
    write(ben, channel, "second in two", parent_id=two.id)
    last = write(carl, channel, "second in one", parent_id=one.id)
    # Whoever began them is told from the first reply on, who wrote in them from their own.
    assert listed(ana) == [("thread one", 2), ("thread two", 2)]
    assert listed(ben) == [("thread one", 1), ("thread two", 0)]
    newest = followed_threads(ana).items[0]
    assert [card.body for card in newest.replies] == ["first in one", "second in one"]
    assert (unread_threads(ana), unread_threads(ben)) == (2, 1)
    read_thread(ana, one.id)
    assert (listed(ana)[0], unread_threads(ana)) == (("thread one", 0), 1)
    write(ana, channel, "my own answer", parent_id=one.id)
    assert listed(ana)[0] == ("thread one", 0)
    delete_post(carl, last)
    read_all_threads(ana)
    assert unread_threads(ana) == 0
    set_following(ana, one, False)
    assert listed(ana) == [("thread two", 0)]
    assert [body for body, _unread in listed(carl)] == ["thread one", "thread two"]
    assert three.reply_count == 0


def test_threads_of_channels_that_one_left_are_gone_and_pages_have_no_gaps(
    database: SQLAlchemy,
) -> None:
    ana, ben = make_person("Ana"), make_person("Ben")
    private = make_channel(ana, "board", ben, kind="private")
    channel = make_channel(ana, "quay", ben)
    secret = write(ana, private, "secret")
    write(ben, private, "yes", parent_id=secret.id)
    for number in range(5):
        root = write(ben, channel, f"thread {number}")
        write(ana, channel, "yes", parent_id=root.id)
    assert unread_threads(ben) == 5
    remove_member(ana, private, ben)
    write(ana, private, "and more", parent_id=secret.id)
    assert unread_threads(ben) == 5
    found, cursor = [], None
    while True:
        page = followed_threads(ben, cursor=cursor, limit=2)
        found += [each.root.body for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [f"thread {number}" for number in reversed(range(5))]
