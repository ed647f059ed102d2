"""Who may react to what with what, and what stands under a post afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from enterprise_social.announcements.actions import comment, create_draft, grant_right, publish
from enterprise_social.channels.actions import add_member, join_channel, set_archived
from enterprise_social.channels.models import Channel
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid, NotFound
from enterprise_social.messages.actions import start_conversation
from enterprise_social.people.actions.presence import set_blocked
from enterprise_social.people.actions.sanctions import set_muted
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post, restore_post
from enterprise_social.posts.actions.reviewing import hide_post, set_locked
from enterprise_social.posts.models import CustomEmoji, Post
from enterprise_social.reactions.actions import react, withdraw
from enterprise_social.reactions.actions.reacting import MOST_EMOJI, MOST_OF_ONE
from enterprise_social.reactions.emoji import COMMON, named
from enterprise_social.reactions.queries import counts_of, mine, reactors, recent_of
from tests.making import bring_in, fresh, make_channel, make_person, write


def counts(post: Post) -> list[list[object]]:
    return fresh(post).reaction_counts


def own(name: str) -> CustomEmoji:
    made = CustomEmoji(name=name, token=f"token-{name}", created_at=now())
    db.session.add(made)
    db.session.commit()
    return made


def test_what_is_no_emoji_is_refused(ada: Person, post: Post):
    for written in ("", "two words", "👍👍", "<b>", "a" * 200, "ж", "%00", "\0", "nobody_has_this"):
        with pytest.raises(Invalid):
            react(ada, post, written)
    assert counts(post) == []


def test_counts_stand_in_the_order_in_which_the_emoji_came(ada: Person, ben: Person, post: Post):
    for person, emoji in ((ada, "tada"), (ben, "heart"), (ben, "🎉"), (ada, "tada")):
        react(person, post, emoji)
    assert counts(post) == [["tada", 2], ["heart", 1]] == counts_of(post.id)
    assert mine(ben.id, [post.id]) == {post.id: ["heart", "tada"]}
    withdraw(ada, post, "tada")
    withdraw(ada, post, "tada")
    withdraw(ben, post, "❤️")
    assert counts(post) == [["tada", 1]] == counts_of(post.id)
    assert [(one.person.name, one.emoji) for one in reactors(ada, post.id).items] == [
        ("Ben Okoro", "tada")
    ]


def test_each_change_takes_one_number_and_what_changes_nothing_takes_none(ada: Person, post: Post):
    def seq() -> int:
        return db.session.get_one(Channel, post.channel_id, populate_existing=True).seq

    before = seq()
    react(ada, post, "tada")
    react(ada, post, "tada")
    assert seq() == before + 1
    withdraw(ada, post, "tada")
    withdraw(ada, post, "tada")
    assert seq() == before + 2


def test_outsiders_learn_nothing_and_onlookers_join_first(ada: Person, post: Post):
    stranger, guest = make_person(), make_person(role="guest")
    secret = write(ada, make_channel(ada, kind="private"))
    with pytest.raises(NotFound):
        react(stranger, secret, "tada")
    with pytest.raises(NotFound):
        react(guest, post, "tada")
    with pytest.raises(Forbidden, match="Join"):
        react(stranger, post, "tada")
    join_channel(stranger, db.session.get_one(Channel, post.channel_id))
    react(stranger, post, "tada")
    bring_in(db.session.get_one(Channel, post.channel_id), guest)
    react(guest, post, "tada")
    assert counts(post) == [["tada", 2]]


def test_nobody_is_reached_across_a_block_in_a_conversation_of_two(ada: Person, ben: Person):
    channel, _is_new = start_conversation(ada, [ben.id])
    theirs, mine_too = write(ada, channel, "hello"), write(ben, channel, "hi")
    react(ben, theirs, "tada")
    set_blocked(ada, ben, True)
    for one, post in ((ben, theirs), (ada, mine_too)):
        with pytest.raises(Forbidden, match="can't be reached"):
            react(one, post, "heart")
    withdraw(ben, theirs, "tada")
    set_blocked(ada, ben, False)
    react(ben, theirs, "heart")
    assert counts(theirs) == [["heart", 1]]


def test_members_react_where_only_some_may_write_and_in_threads_that_are_closed():
    ada, member = make_person(role="manager"), make_person()
    news = make_channel(ada, "news", kind="announcement")
    add_member(ada, news, member)
    post = write(ada, news)
    set_locked(post, True)
    react(member, fresh(post), "tada")
    assert counts(post) == [["tada", 1]]


def test_nothing_moves_in_an_archive_nor_under_what_is_gone(ada: Person, post: Post):
    react(ada, post, "tada")
    delete_post(ada, post)
    with pytest.raises(Conflict):
        react(ada, fresh(post), "heart")
    restore_post(ada, fresh(post))
    assert counts(post) == [["tada", 1]]
    hide_post(fresh(post))
    with pytest.raises(Conflict):
        react(ada, fresh(post), "heart")
    set_archived(ada, db.session.get_one(Channel, post.channel_id), True)
    for act in (react, withdraw):
        with pytest.raises(Conflict, match="archived"):
            act(ada, fresh(post), "tada")


def test_one_person_and_one_post_have_only_so_many(ada: Person, ben: Person, post: Post):
    names = [name for name in ALL if named(name)][: MOST_EMOJI + 1]
    for name in names[:MOST_OF_ONE]:
        react(ada, post, name)
    with pytest.raises(Conflict):
        react(ada, post, names[MOST_OF_ONE])
    people = [ben, *(make_person() for _ in range(2))]
    channel = db.session.get_one(Channel, post.channel_id)
    for person in people[1:]:
        join_channel(person, channel)
    for number, name in enumerate(names[MOST_OF_ONE:MOST_EMOJI]):
        react(people[number // MOST_OF_ONE], post, name)
    with pytest.raises(Conflict):
        react(people[2], post, names[MOST_EMOJI])
    react(people[2], post, names[0])
    assert len(counts(post)) == MOST_EMOJI
    assert counts(post) == counts_of(post.id)


ALL = (
    *COMMON,
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "zero"),
    *("aries", "taurus", "gemini", "cancer", "leo", "virgo", "libra", "scorpius", "fire"),
    *("sagittarius", "capricorn", "aquarius", "pisces", "sun", "moon", "star", "cloud", "umbrella"),
    *("dog", "cat", "mouse", "hamster", "rabbit", "fox_face", "bear", "panda_face", "koala"),
    *("tiger", "lion", "cow", "pig", "frog", "monkey", "chicken", "penguin", "bird", "duck"),
)


def test_our_own_emoji_are_shown_when_retired_and_offered_no_more(
    ada: Person, ben: Person, post: Post
):
    with pytest.raises(Invalid):
        react(ada, post, "party_owl")
    owl = own("party_owl")
    react(ada, post, ":party_owl:")
    assert counts(post) == [["party_owl", 1, owl.token]] == counts_of(post.id)
    owl.retired_at = owl.created_at
    db.session.commit()
    react(ben, fresh(post), "party_owl")
    assert counts(post)[0][:2] == ["party_owl", 2]
    for person in (ada, ben):
        withdraw(person, fresh(post), "party_owl")
    with pytest.raises(Invalid, match="no longer offered"):
        react(ada, fresh(post), "party_owl")


def test_what_somebody_chose_lately_is_known_newest_first(ada: Person, post: Post):
    for name in ("tada", "heart", "eyes"):
        react(ada, post, name)
    withdraw(ada, post, "heart")
    react(ada, post, "heart")
    assert recent_of(ada.id) == ["heart", "eyes", "tada"]


def test_whoever_may_read_comments_reacts_to_them(ada: Person, ben: Person):
    stranger = make_person()
    grant_right(None, ada, "everyone")
    audience = f"person is @{ben.username}"
    draft, _new = create_draft(ada, title="Gate B", body="Closed.", audience_text=audience)
    said, _new = comment(ada, publish(ada, draft, version=draft.version), "until when?")
    react(ben, said, "eyes")
    assert counts(said) == [["eyes", 1]]
    with pytest.raises(NotFound):
        react(stranger, said, "eyes")
    root = db.session.get_one(Post, said.parent_id)
    with pytest.raises(Conflict):
        react(ben, root, "eyes")


def test_whoever_is_muted_does_not_react_and_may_take_back(ada: Person, ben: Person, post: Post):
    react(ben, post, "tada")
    set_muted(ben, now() + timedelta(days=1))
    with pytest.raises(Forbidden):
        react(fresh(ben), fresh(post), "heart")
    withdraw(ben, fresh(post), "tada")
    assert counts(post) == []
