"""What somebody who came lately may do, and when they may go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from enterprise_social.core import settings
from enterprise_social.core.clock import frozen, now
from enterprise_social.core.errors import Invalid, TooManyRequests
from enterprise_social.messages.actions import start_conversation
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.newcomers import SETTING
from tests.making import make_channel, make_person, write

LIMITS = {
    "days": 3,
    "posts_an_hour": 3,
    "links_an_hour": 1,
    "mentions_of_all_a_day": 1,
    "conversations_a_day": 2,
}


@pytest.fixture
def ada(make_app: Callable[..., Flask]) -> Iterator[Person]:
    """Somebody new, where limits hold."""
    with make_app(RATE_LIMITS="on").app_context():
        settings.change(None, {SETTING: LIMITS})
        yield make_person("Ada")


def refused(act: Callable[[], object]) -> int:
    """Return in how many seconds somebody may go on."""
    with pytest.raises(TooManyRequests) as refusal:
        act()
    assert "New accounts" in refusal.value.detail
    return refusal.value.retry_after


def test_somebody_new_writes_so_much_an_hour_and_is_told_when_to_go_on(ada: Person) -> None:
    channel = make_channel(ada)
    with frozen(now()) as advance:
        for _each in range(3):
            write(ada, channel)
            advance(timedelta(minutes=10))
        assert refused(lambda: write(ada, channel)) == 30 * 60 + 1
        advance(timedelta(minutes=30, seconds=1))
        write(ada, channel)
        refused(lambda: write(ada, channel))
        advance(timedelta(days=3))
        for _each in range(5):
            write(ada, channel)


def test_links_calls_and_new_conversations_have_limits_of_their_own(ada: Person) -> None:
    channel = make_channel(ada)
    write(ada, channel, "see https://example.org @channel")
    refused(lambda: write(ada, channel, "see https://example.com"))
    refused(lambda: write(ada, channel, "@channel again"))
    bo = make_person()
    for other in (bo, make_person()):
        start_conversation(ada, [other.id])
    refused(lambda: start_conversation(ada, [make_person().id]))
    assert start_conversation(ada, [bo.id])[1] is False


def test_managers_and_who_is_here_for_longer_have_none(ada: Person) -> None:
    channel = make_channel(ada)
    manager = make_person(role="manager")
    old = make_person(created_at=now() - timedelta(days=4))
    other = make_channel(manager, "", old)
    for person in (manager, old):
        for _each in range(5):
            write(person, other)
    settings.change(None, {SETTING: {**LIMITS, "days": 0}})
    for _each in range(5):
        write(ada, channel)


def test_limits_are_whole_numbers(ada: Person) -> None:
    for bad in ({"days": -1}, {"days": 1.5}, {"posts_an_hour": True}, {"colour": 1}, [], None):
        with pytest.raises(Invalid):
            settings.change(ada, {SETTING: bad})
