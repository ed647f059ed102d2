"""What word rules tell."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class WordsFlagged(Event):
    """A rule asks for something to be looked at: ``target`` is ``kind:id``."""

    rule_id: int
    target: str
    channel_id: int | None
