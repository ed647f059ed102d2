"""What must hold between the records of the demo workspace."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from enterprise_social.home.demo.records import DemoError
from enterprise_social.home.demo.workspace import (
    DemoChannel,
    DemoConversation,
    DemoPost,
    SignIn,
    Workspace,
    in_order_of_time,
)

_MENTION = re.compile(r"(?<![\w./@])@([a-z]+(?:\.[a-z]+)*)")


def check_workspace(workspace: Workspace, sign_ins: Iterable[SignIn]) -> None:
    """Raise DemoError for the first thing in ``workspace`` that doesn't hold."""
    check_unique((channel.slug for channel in workspace.channels), "channels.json")
    check_unique((post.key for post in workspace.all_posts()), "keys of posts")
    for place in workspace.places:
        _check_place(place)
    _check_mentions(workspace)
    _check_quotes(workspace)
    roles = {person.email: person.role for person in workspace.people}
    for sign_in in sign_ins:
        if roles.get(sign_in.email) != sign_in.role:
            raise DemoError(f"{sign_in.email} is not there as {sign_in.role}")


def check_unique(values: Iterable[str], where: str) -> None:
    """Raise DemoError where a value is there more than once."""
    for value, count in Counter(values).items():
        if count > 1:
            raise DemoError(f"{where}: {value} is there {count} times")


def _check_place(place: DemoChannel | DemoConversation) -> None:
    members = {member.username for member in place.members}
    everything = in_order_of_time(place.posts)
    for post in everything:
        if post.author not in members:
            raise DemoError(f"{post.key}: {post.author} is not a member")
    _check_increasing(place.posts, None)
    for root in place.posts:
        _check_increasing(root.replies, root.created_at)
    for earlier, later in pairwise(everything):
        if earlier.created_at == later.created_at:
            raise DemoError(f"{later.key}: at the same moment as {earlier.key}")
    if everything and everything[0].created_at < place.created_at:
        raise DemoError(f"{everything[0].key}: older than where it was written")


def _check_increasing(posts: tuple[DemoPost, ...], after: datetime | None) -> None:
    for post in posts:
        if after is not None and post.created_at <= after:
            raise DemoError(f"{post.key}: not later than the one before")
        after = post.created_at


def _check_mentions(workspace: Workspace) -> None:
    known = {person.username for person in workspace.people} | {"channel"}
    for post in workspace.all_posts():
        for username in _MENTION.findall(post.body):
            if username not in known:
                raise DemoError(f"{post.key}: mentions {username}, whom nobody knows")


def _check_quotes(workspace: Workspace) -> None:
    open_places = {channel.slug for channel in workspace.channels if channel.kind != "private"}
    moments = {post.key: post.created_at for post in workspace.all_posts()}
    for post in workspace.all_posts():
        if post.quotes is None:
            continue
        if post.quotes not in moments or moments[post.quotes] >= post.created_at:
            raise DemoError(f"{post.key}: quotes {post.quotes}, which is not an earlier post")
        place = post.quotes.partition("/")[0]
        if place not in open_places and place != post.key.partition("/")[0]:
            raise DemoError(f"{post.key}: quotes {post.quotes}, which not everyone may read")
