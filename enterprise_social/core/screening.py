"""What is written passes here before it is kept: the one place where rules of words are asked.

A room that knows such rules registers itself as the screener. Whoever writes a text that others
read asks ``judge`` (for what can wait for approval) or ``clean`` (for names and other short texts,
which can't), and tells by ``note`` what became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask_babel import gettext as _

from enterprise_social.core.access import Viewer
from enterprise_social.core.errors import Invalid

# Where texts stand: what is posted in channels, in conversations, announced, told of oneself; the
# names of channels and of groups with what they say of themselves; files with their names.
PLACES = ("posts", "messages", "announcements", "profiles", "channels", "groups", "files")


class Refused(Invalid):
    """A rule doesn't let a text through; its message says why."""


@dataclass(frozen=True)
class Asked:
    """A text that is to be judged.

    ``shown`` is what is read of it where that differs from what was written; ``field`` is where a
    refusal is said.
    """

    place: str
    written: str
    shown: str = ""
    field: str = "body"
    channel_id: int | None = None
    actor_id: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What rules make of a text: how it reads, which hold it back, which want it looked at.

    Rules are named by their ids. What is held is judged by those who lead the channel unless a
    rule of the organisation is among them (``by_organisation``).
    """

    text: str
    held_by: tuple[int, ...] = ()
    by_organisation: bool = False
    flagged_by: tuple[int, ...] = ()
    replaced_by: tuple[int, ...] = ()
    asked: Asked | None = field(default=None, compare=False)


class Screener(Protocol):
    """What knows the rules."""

    def judge(self, asked: Asked) -> Verdict:
        """Judge a text. Raises Refused where it can't be taken."""

    def note(self, verdict: Verdict, target: str) -> None:
        """Keep, in the running action, that rules matched what has become ``kind:id``."""


_screeners: list[Screener] = []


def register(screener: Screener) -> None:
    """Ask ``screener`` from now on; the last one that is registered is asked."""
    _screeners[:] = [screener]


def judge(asked: Asked) -> Verdict:
    """Judge a text. Raises Refused where it can't be taken."""
    if not _screeners or not (asked.written or asked.shown):
        return Verdict(asked.written)
    return _screeners[0].judge(asked)


def note(verdict: Verdict, target: str) -> None:
    """Keep, in the running action, that rules matched what has become ``kind:id``."""
    if verdict.held_by or verdict.flagged_by or verdict.replaced_by:
        _screeners[0].note(verdict, target)


def clean(
    place: str,
    texts: Mapping[str, str],
    *,
    actor: Viewer | None,
    target: str = "",
    channel_id: int | None = None,
) -> dict[str, str]:
    """Return short texts as they may be kept, by their fields; called inside an action.

    What would have to wait for approval is refused: there is nowhere for it to wait. ``target`` is
    what the texts belong to, as ``kind:id``. Raises Refused that names every bad field.
    """
    kept: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for name, text in texts.items():
        actor_id = None if actor is None else int(actor.id)
        asked = Asked(place, text, field=name, channel_id=channel_id, actor_id=actor_id)
        try:
            verdict = judge(asked)
        except Refused as refusal:
            errors |= refusal.errors
            continue
        if verdict.held_by:
            errors[name] = [_("This wording would have to be approved first. Choose another one.")]
            continue
        note(verdict, target)
        kept[name] = verdict.text
    if errors:
        raise Refused(errors=errors)
    return kept


def clean_nested(
    place: str,
    values: Mapping[str, Any],
    *,
    actor: Viewer | None,
    target: str = "",
    skip: Collection[str] = (),
) -> dict[str, Any]:
    """Do as ``clean`` for values that hold texts in lists and objects; others stay.

    What stands under a name of ``skip``, wherever, stays as it is. Raises Refused.
    """
    kept: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}

    def walk(name: str, value: Any) -> Any:
        if isinstance(value, str):
            return clean(place, {name: value}, actor=actor, target=target)[name]
        if isinstance(value, list | tuple):
            return type(value)(walk(name, each) for each in value)
        if isinstance(value, Mapping):
            return {key: each if key in skip else walk(name, each) for key, each in value.items()}
        return value

    for name, value in values.items():
        try:
            kept[name] = value if name in skip else walk(name, value)
        except Refused as refusal:
            errors |= refusal.errors
    if errors:
        raise Refused(errors=errors)
    return kept
