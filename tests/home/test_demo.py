"""The demo workspace is what it promises, at whatever hour it is loaded."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from enterprise_social.home.demo import SIGN_INS, Workspace, read_workspace
from enterprise_social.home.demo.workspace import in_order_of_time

AFTERNOON = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
HOURS = [
    datetime(2026, 11, 22, 0, 0, tzinfo=UTC),
    datetime(2026, 11, 22, 0, 1, 30, tzinfo=UTC),
    datetime(2026, 11, 22, 6, 45, tzinfo=UTC),
    AFTERNOON,
    datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC),
    datetime(2028, 2, 29, 14, 31, tzinfo=UTC),
    datetime(2027, 1, 1, 3, 0, tzinfo=ZoneInfo("Asia/Tokyo")),
]


@pytest.fixture(scope="module")
def demo() -> Workspace:
    return read_workspace(AFTERNOON)


def test_the_company_has_the_promised_size(demo: Workspace) -> None:
    replies = [reply for post in demo.all_posts() for reply in post.replies]
    assert len(demo.people) >= 40
    assert len({person.country for person in demo.people}) >= 6
    assert len({person.department for person in demo.people}) >= 9
    assert len(demo.channels) >= 12
    assert len(list(demo.all_posts())) >= 300
    assert len(replies) >= 100


def test_channels_of_every_kind_are_there(demo: Workspace) -> None:
    kinds = Counter(channel.kind for channel in demo.channels)
    assert kinds["announcement"] == 1
    assert kinds["private"] == 2
    assert {len(talk.members) for talk in demo.conversations} == {2, 3}


def test_the_manager_lines_are_one_tree_of_four_or_five_levels(demo: Workspace) -> None:
    manager = {person.username: person.manager for person in demo.people}
    assert len(manager) == len(demo.people)
    assert list(manager.values()).count(None) == 1

    def line(username: str) -> list[str]:
        found = [username]
        while (above := manager[found[-1]]) is not None:
            assert above not in found, "a loop"
            found.append(above)
        return found

    lines = [line(username) for username in manager]
    assert {found[-1] for found in lines} == {demo.people[0].username}
    assert max(map(len, lines)) in (4, 5)


def test_whoever_has_reports_is_a_manager_or_an_admin(demo: Workspace) -> None:
    roles = {person.username: person.role for person in demo.people}
    assert {roles[person.manager] for person in demo.people if person.manager} == {
        "manager",
        "admin",
    }


def test_people_live_in_real_time_zones(demo: Workspace) -> None:
    assert len({ZoneInfo(person.time_zone).key for person in demo.people}) >= 6


@pytest.mark.parametrize("script", ["ARABIC", "HIRAGANA", "CJK", "LATIN"])
def test_several_scripts_are_written(demo: Workspace, script: str) -> None:
    letters = {letter for post in demo.all_posts() for letter in post.body}
    assert any(unicodedata.name(letter, "").startswith(script) for letter in letters)


@pytest.mark.parametrize("letters", ["ąęłś", "ığş", "ếộđ", "äöü", "éèà"])
def test_several_languages_are_written(demo: Workspace, letters: str) -> None:
    text = "".join(post.body for post in demo.all_posts()).lower()
    assert set(letters) <= set(text)


@pytest.mark.parametrize("now", HOURS, ids=str)
def test_times_are_in_order_and_none_is_in_the_future(now: datetime) -> None:
    demo = read_workspace(now)
    for place in demo.places:
        times = [post.created_at for post in in_order_of_time(place.posts)]
        assert all(earlier < later for earlier, later in pairwise(times))
        assert times[0] >= place.created_at
        assert times[-1] < now
        for root in place.posts:
            thread = [root.created_at, *(reply.created_at for reply in root.replies)]
            assert all(earlier < later for earlier, later in pairwise(thread))
    newest = max(post.created_at for post in demo.all_posts())
    assert now - newest < timedelta(minutes=5)
    for post in demo.all_posts():
        assert post.created_at.utcoffset() == timedelta(0)
        for later in (post.edited_at, post.pinned_at):
            assert later is None or post.created_at < later <= now


@pytest.mark.parametrize("now", HOURS, ids=str)
def test_earlier_days_keep_the_working_hours_of_their_authors(now: datetime) -> None:
    demo = read_workspace(now)
    zones = {person.username: ZoneInfo(person.time_zone) for person in demo.people}
    old = [post for post in demo.all_posts() if now - post.created_at > timedelta(days=2)]
    awake = [post for post in old if 5 <= post.created_at.astimezone(zones[post.author]).hour < 22]
    assert len(awake) / len(old) > 0.95


def test_every_reference_leads_somewhere(demo: Workspace) -> None:
    usernames = {person.username for person in demo.people}
    keys = [post.key for post in demo.all_posts()]
    assert len(keys) == len(set(keys))
    assert {post.quotes for post in demo.all_posts() if post.quotes} <= set(keys)
    for place in demo.places:
        members = {member.username for member in place.members}
        assert members <= usernames
        assert {post.author for post in in_order_of_time(place.posts)} <= members
        assert place.created_by in members


def test_only_those_who_may_post_announcements_do(demo: Workspace) -> None:
    for channel in demo.channels:
        if channel.kind == "announcement":
            may = {member.username for member in channel.members if member.role != "member"}
            assert {post.author for post in channel.posts} <= may


def test_there_is_an_edit_a_pin_a_quote_and_a_reply_to_the_channel(demo: Workspace) -> None:
    posts = list(demo.all_posts())
    assert sum(post.edited_from is not None for post in posts) >= 3
    assert all(post.edited_from != post.body for post in posts)
    assert sum(post.pinned_at is not None for post in posts) >= 5
    assert sum(post.quotes is not None for post in posts) >= 2
    assert sum(post.also_to_channel for post in posts) >= 2


def test_days_in_texts_follow_the_day_of_loading(demo: Workspace) -> None:
    assert "{iso" not in "".join(post.body for post in demo.all_posts())
    assert any("2026-11-16T03:50:01Z" in post.body for post in demo.all_posts())
    later = read_workspace(datetime(2027, 3, 4, 9, 0, tzinfo=UTC))
    assert any("2027-02-26T03:50:01Z" in post.body for post in later.all_posts())


def test_one_sign_in_for_each_role_and_it_is_somebody(demo: Workspace) -> None:
    roles = {person.email: person.role for person in demo.people}
    assert [sign_in.role for sign_in in SIGN_INS] == ["employee", "manager", "admin"]
    assert all(roles[sign_in.email] == sign_in.role for sign_in in SIGN_INS)
    assert len({sign_in.password for sign_in in SIGN_INS}) == 3


def test_each_sign_in_finds_something_unread(demo: Workspace) -> None:
    for sign_in in SIGN_INS:
        username = sign_in.email.partition("@")[0]
        assert any(
            member.read_until is not None
            and any(
                post.created_at > member.read_until and post.author != username
                for post in place.posts
            )
            for place in demo.places
            for member in place.members
            if member.username == username
        )


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        read_workspace(datetime(2026, 11, 22, 14, 30))


def test_the_data_stay_small() -> None:
    data = files("enterprise_social.home.demo").joinpath("data")
    paths = [*data.iterdir(), *data.joinpath("posts").iterdir()]
    assert sum(len(path.read_bytes()) for path in paths if path.is_file()) < 300_000
