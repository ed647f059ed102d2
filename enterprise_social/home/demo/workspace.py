"""What the demo workspace consists of. All times are UTC-aware and not after the loading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """A demo account that has a password. The passwords are public: they are printed at start."""

    email: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A colleague. ``manager`` is a username, None only for the head of the company."""

    username: str
    email: str
    name: str
    role: str
    title: str
    department: str
    location: str
    country: str
    time_zone: str
    manager: str | None
    pronouns: str
    phone: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class DemoMembership:
    """Somebody in a channel or conversation.

    ``read_until`` is the time up to which they have read, None for everything.
    """

    username: str
    role: str
    notify: str
    starred: bool
    joined_at: datetime
    read_until: datetime | None


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post with its replies, oldest first.

    ``key`` names it across the workspace and stays the same from one loading to the next
    (``incidents/3``, its second reply ``incidents/3.2``, or by its label ``incidents/inc417``);
    ``quotes`` is the key of an earlier post. ``edited_from`` is the text before the edit at
    ``edited_at``; both are None for a post as it was sent. ``pinned_at`` is None for an unpinned
    one; its author pinned it. ``also_to_channel`` is for replies only.
    """

    key: str
    author: str
    body: str
    created_at: datetime
    edited_from: str | None
    edited_at: datetime | None
    pinned_at: datetime | None
    also_to_channel: bool
    quotes: str | None
    replies: tuple[DemoPost, ...]


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """A channel with its members and posts, both oldest first."""

    slug: str
    name: str
    kind: str
    topic: str
    purpose: str
    created_by: str
    created_at: datetime
    members: tuple[DemoMembership, ...]
    posts: tuple[DemoPost, ...]


@dataclass(frozen=True, slots=True)
class DemoConversation:
    """A direct conversation of two or more people."""

    key: str
    created_by: str
    created_at: datetime
    members: tuple[DemoMembership, ...]
    posts: tuple[DemoPost, ...]


@dataclass(frozen=True, slots=True)
class Workspace:
    """The whole demo. ``people`` are in an order in which every manager precedes the reports."""

    people: tuple[DemoPerson, ...]
    channels: tuple[DemoChannel, ...]
    conversations: tuple[DemoConversation, ...]

    @property
    def places(self) -> tuple[DemoChannel | DemoConversation, ...]:
        """Everywhere that something is written: the channels, then the conversations."""
        return (*self.channels, *self.conversations)

    def all_posts(self) -> Iterator[DemoPost]:
        """Give every post and reply of every channel and conversation, place by place."""
        for place in self.places:
            yield from in_order_of_time(place.posts)


def in_order_of_time(posts: tuple[DemoPost, ...]) -> list[DemoPost]:
    """Return ``posts`` and all their replies as one list, oldest first."""
    every = [each for post in posts for each in (post, *post.replies)]
    return sorted(every, key=lambda each: each.created_at)
