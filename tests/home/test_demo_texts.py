"""The demo's texts use what the renderer offers, and every name and sign in them is known."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from enterprise_social.core.text import ChannelRef, PersonRef, Rendered, render
from enterprise_social.home.demo import DemoPost, Workspace, read_workspace


class DemoNames:
    """Knows the demo's people and channels by their place in the data."""

    def __init__(self, demo: Workspace) -> None:
        self._people = {
            person.username: PersonRef(number, person.username, person.name)
            for number, person in enumerate(demo.people)
        }
        self._channels = {
            channel.slug: ChannelRef(number, channel.slug, channel.name)
            for number, channel in enumerate(demo.channels)
        }

    def people(self, usernames: set[str]) -> dict[str, PersonRef]:
        return {name: self._people[name] for name in usernames if name in self._people}

    def channels(self, slugs: set[str]) -> dict[str, ChannelRef]:
        return {slug: self._channels[slug] for slug in slugs if slug in self._channels}


@pytest.fixture(scope="module")
def texts() -> list[tuple[DemoPost, Rendered]]:
    demo = read_workspace(datetime(2026, 11, 22, 14, 30, tzinfo=UTC))
    names = DemoNames(demo)
    return [(post, render(post.body, names)) for post in demo.all_posts()]


@pytest.mark.parametrize(
    ("piece", "at_least"),
    [("<table", 6), ("<pre", 6), ("<code", 20), ("checkbox", 4), ("<ol", 3), ("<strong", 20)],
)
def test_posts_use_what_markdown_offers(
    texts: list[tuple[DemoPost, Rendered]], piece: str, at_least: int
) -> None:
    assert sum(piece in rendered.html for _, rendered in texts) >= at_least


def test_people_channels_and_hashtags_are_referred_to(
    texts: list[tuple[DemoPost, Rendered]],
) -> None:
    assert sum(len(rendered.person_ids) for _, rendered in texts) >= 40
    assert sum(len(rendered.channel_ids) for _, rendered in texts) >= 10
    assert sum(len(rendered.links) > 0 for _, rendered in texts) >= 6
    assert sum(rendered.mentions_all for _, rendered in texts) >= 1
    hashtags = Counter(tag for _, rendered in texts for tag in rendered.hashtags)
    assert hashtags["handover"] >= 5


def test_no_place_for_a_day_is_left_over(texts: list[tuple[DemoPost, Rendered]]) -> None:
    left = re.compile(r"\{(date|iso|weekday|workday|month)\b")
    assert not [post.key for post, _ in texts if left.search(post.body)]


def test_every_shortcode_becomes_an_emoji(texts: list[tuple[DemoPost, Rendered]]) -> None:
    assert sum(re.search(r":[a-z_]{3,}:", post.body) is not None for post, _ in texts) >= 10
    assert not [post.key for post, shown in texts if re.search(r":[a-z_]{3,}:", shown.plain)]


def test_what_people_search_for_is_there(texts: list[tuple[DemoPost, Rendered]]) -> None:
    everything = "\n".join(shown.plain for _, shown in texts)
    for wanted in ("MSKU 482910-3", "INV-2026-10482", "10.20.4.17", "3.14.0", "INC-0417"):
        assert everything.count(wanted) >= 1
    places = {post.key.partition("/")[0] for post, _ in texts if "MSKU 482910-3" in post.body}
    assert len(places) >= 4
