"""Contradictions in the demo's data are named instead of loaded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from enterprise_social.home.demo import SIGN_INS, DemoChannel, DemoError, DemoPost, Workspace
from enterprise_social.home.demo import read_workspace as read
from enterprise_social.home.demo.checks import check_workspace
from enterprise_social.home.demo.records import Record
from enterprise_social.home.demo.schedule import Schedule

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # a Friday


def with_first_post(demo: Workspace, post: DemoPost, channel: DemoChannel) -> Workspace:
    changed = replace(channel, posts=(post, *channel.posts[1:]))
    others = tuple(each for each in demo.channels if each.slug != channel.slug)
    return replace(demo, channels=(changed, *others))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"author": "nobody.here"}, "not a member"),
        ({"body": "Ask @nobody.here about it"}, "whom nobody knows"),
        ({"quotes": "incidents/none"}, "not an earlier post"),
        ({"quotes": "rates-2027/1"}, "not everyone may read"),
        ({"created_at": NOW}, "not later than"),
        ({"created_at": NOW - timedelta(days=9000)}, "older than where"),
        ({"key": "incidents/inc417"}, "there 2 times"),
    ],
)
def test_a_post_that_contradicts_the_rest_is_named(
    change: dict[str, object], complaint: str
) -> None:
    demo = read(NOW)
    channel = next(channel for channel in demo.channels if channel.slug == "safety")
    newest_first = replace(channel, posts=(channel.posts[-1],))
    post = replace(newest_first.posts[0], **change)  # type: ignore[arg-type]
    if change.get("created_at") == NOW:
        newest_first = channel
        post = replace(channel.posts[0], **change)  # type: ignore[arg-type]
    with pytest.raises(DemoError, match=complaint):
        check_workspace(with_first_post(demo, post, newest_first), SIGN_INS)


def test_a_reply_before_its_root_is_named() -> None:
    demo = read(NOW)
    channel = next(channel for channel in demo.channels if channel.slug == "safety")
    root = next(post for post in channel.posts if post.replies)
    early = replace(root.replies[0], created_at=root.created_at - timedelta(seconds=1))
    broken = replace(channel, posts=(replace(root, replies=(early,)),))
    with pytest.raises(DemoError, match="not later than"):
        check_workspace(with_first_post(demo, broken.posts[0], broken), SIGN_INS)


def test_a_mail_address_is_not_taken_for_a_mention() -> None:
    demo = read(NOW)
    channel = demo.channels[0]
    post = replace(channel.posts[0], body="Write to desk@northquay.example")
    check_workspace(with_first_post(demo, post, channel), SIGN_INS)


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("{date:-1} and {date:+11}", "19 November and 1 December"),
        ("{iso:0}", "2026-11-20"),
        ("{weekday:0}, {weekday:-1}", "Friday, Thursday"),
        ("{workday:+1}, {workday:+2}", "Monday, Tuesday"),
        ("{month:-1} {month:0} {month:+2}", "October November January"),
        ('{"at": 1}', '{"at": 1}'),
    ],
)
def test_places_for_days_are_filled_in(text: str, read_as: str) -> None:
    assert Schedule(NOW).fill(text) == read_as


@pytest.mark.parametrize("field", ["missing", "empty", "number"])
def test_a_field_that_is_no_text_is_named(field: str) -> None:
    with pytest.raises(DemoError, match=f"people.json 3: {field}"):
        Record({"empty": " ", "number": 4}, "people.json 3").text(field)


@pytest.mark.parametrize("value", [-1, True, "4", None])
def test_a_distance_that_is_no_whole_number_is_named(value: object) -> None:
    with pytest.raises(DemoError, match="whole number"):
        Record({"at": value}, "safety 1").number("at")
