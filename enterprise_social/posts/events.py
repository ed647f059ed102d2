"""What happens to posts."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class PostCreated(Event):
    """Something was said."""

    post_id: int


@dataclass(frozen=True)
class PostHeld(Event):
    """Something that was written waits for approval."""

    held_id: int


@dataclass(frozen=True)
class HeldDecided(Event):
    """What waited was approved or not."""

    held_id: int


@dataclass(frozen=True)
class PostUpdated(Event):
    """A post's text, pin or place changed."""

    post_id: int


@dataclass(frozen=True)
class PostDeleted(Event):
    """A post was taken away."""

    post_id: int


@dataclass(frozen=True)
class PostRestored(Event):
    """A post that was taken away is back."""

    post_id: int


@dataclass(frozen=True)
class PostHidden(Event):
    """A post is out of sight while it is reviewed."""

    post_id: int


@dataclass(frozen=True)
class PostShown(Event):
    """A post that was hidden is in sight again."""

    post_id: int


@dataclass(frozen=True)
class ThreadMoved(Event):
    """These posts stand in another channel now."""

    post_ids: tuple[int, ...]
    source_id: int
    channel_id: int


@dataclass(frozen=True)
class DeletionSettled(Event):
    """A deletion is a day old: its author can no longer undo it."""

    post_id: int


@dataclass(frozen=True)
class PostsPurged(Event):
    """Posts are gone for good, or out of sight for good, at once."""

    channel_id: int
    post_ids: tuple[int, ...]


@dataclass(frozen=True)
class PostsEmptied(Event):
    """Nothing is left of what these posts said; they stand there for their replies."""

    post_ids: tuple[int, ...]


@dataclass(frozen=True)
class PostsImported(Event):
    """Many posts came in at once."""

    post_ids: tuple[int, ...]
