"""Names that text can refer to: people, channels and hashtags, found by one scan.

The scan over-collects (it also sees code blocks); what really counts as a reference is
decided by the parser's inline rules, which ask `Known` for the longest name at a place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from enterprise_social.core.text.cleaning import JOINERS, is_name_character, is_unspaced
from enterprise_social.core.text.emoji import emoji_for

RESERVED_USERNAMES = frozenset({"channel", "all", "everyone", "here"})
MAX_NAME = 80
# Neither colon belongs to it, so that of `:no:yes:` both can be one.
SHORTCODE = re.compile(r":(?=([A-Za-z0-9_+'&-]{1,64}):)")
# One post can't make the look-up, or the HTML, arbitrarily large.
MAX_CANDIDATES = 1000

_JOINER_TABLE = dict.fromkeys(map(ord, JOINERS))
# What may not stand right before an @ or #: parts of addresses, paths and entities.
_GLUED = frozenset("/&=#@?%\\")


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person as far as a mention needs it."""

    id: int
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class ChannelRef:
    """A channel as far as a link to it needs it."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class GroupRef:
    """A group of people as far as a mention needs it."""

    id: int
    handle: str


@runtime_checkable
class GroupResolver(Protocol):
    """Looks groups up, where a text can call them: people and groups share one space of names."""

    def groups(self, handles: set[str]) -> dict[str, GroupRef]:
        """Return the groups of `handles` that the author may call, keyed as asked for."""


@runtime_checkable
class EmojiResolver(Protocol):
    """Looks the organisation's own emoji up, where a text can hold them."""

    def emoji(self, names: set[str]) -> dict[str, str]:
        """Return the tokens of the pictures of `names` (lower case), by name."""


class Resolver(Protocol):
    """Looks names up, in one call a kind; unknown names, or hidden ones, are left out."""

    def people(self, usernames: set[str]) -> dict[str, PersonRef]:
        """Return the people of `usernames` (NFC, casefolded), keyed as they were asked for."""

    def channels(self, slugs: set[str]) -> dict[str, ChannelRef]:
        """Return the channels of `slugs` (NFKC, casefolded), keyed as they were asked for."""


@dataclass(slots=True)
class Known:
    """The names of one source that the resolver knew."""

    people: dict[str, PersonRef] = field(default_factory=dict)
    channels: dict[str, ChannelRef] = field(default_factory=dict)
    groups: dict[str, GroupRef] = field(default_factory=dict)
    emoji: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str, resolver: Resolver) -> Known:
        """Collect every candidate of `source` and ask `resolver` at most once a kind."""
        known = cls()
        usernames = _collect(source, "@")
        usernames -= RESERVED_USERNAMES
        if usernames:
            known.people = resolver.people(usernames)
        handles = usernames - known.people.keys()
        if handles and isinstance(resolver, GroupResolver):
            known.groups = resolver.groups(handles)
        slugs = _collect(source, "#")
        if slugs:
            known.channels = resolver.channels(slugs)
        shortcodes = _shortcodes(source)
        if shortcodes and isinstance(resolver, EmojiResolver):
            known.emoji = resolver.emoji(shortcodes)
        return known


def username_key(name: str) -> str:
    """Return the form in which usernames are compared: NFC, casefolded."""
    return unicodedata.normalize("NFC", name.casefold())


def slug_key(name: str) -> str:
    """Return the form in which channel slugs are compared: NFKC, casefolded, no joiners."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded).translate(_JOINER_TABLE)


def hashtag_key(name: str) -> str:
    """Return the form in which hashtags are stored and compared: NFC, casefolded, no `#`."""
    return unicodedata.normalize("NFC", name.lstrip("#").casefold())


def starts_reference(source: str, position: int) -> bool:
    """Say whether the `@` or `#` at `position` stands where a reference may begin."""
    # Underscores before it open an emphasis, unless they belong to a word: `_@ana_`.
    while position and source[position - 1] == "_":
        position -= 1
    if position == 0:
        return True
    before = source[position - 1]
    if before in _GLUED:
        return False
    return not is_name_character(before) or is_unspaced(before)


def name_at(source: str, position: int, end: int, separators: str) -> str:
    """Return the longest name at `position`: name characters joined by single `separators`."""
    limit = min(end, position + MAX_NAME)
    place = position
    while place < limit:
        character = source[place]
        if not is_name_character(character):
            follows = place + 1 < limit and is_name_character(source[place + 1])
            if place == position or character not in separators or not follows:
                break
        place += 1
    return source[position:place].rstrip(JOINERS)


def prefixes(name: str) -> Iterator[str]:
    """Yield `name` and its beginnings that may be meant, longest first.

    A beginning ends where a script without spaces takes over (`@ana你好`) or before
    underscores that close an emphasis (`_thanks @ana_`).
    """
    yield name
    bare = name.rstrip("_")
    if bare and bare != name:
        yield bare
    if bare.isascii():
        return
    for place in range(len(bare) - 1, 0, -1):
        # Before a mark there is no boundary between letters.
        if is_unspaced(bare[place]) and not unicodedata.combining(bare[place]):
            yield bare[:place].rstrip("._-" + JOINERS)


def is_hashtag(name: str) -> bool:
    """Say whether `name` can be a hashtag: it holds a letter (`#123` is a number)."""
    return any(character.isalpha() for character in name)


def is_hashtag_name(name: str) -> bool:
    """Say whether the whole of `name`, without `#`, is what a text could have as a hashtag."""
    parts = name.split("-")
    whole = all(part and all(map(is_name_character, part)) for part in parts)
    return whole and not name.endswith("_") and name[-1] not in JOINERS and is_hashtag(name)


def _shortcodes(source: str) -> set[str]:
    """Return what could be the organisation's own emoji: no emoji that everybody has."""
    names: set[str] = set()
    for match in SHORTCODE.finditer(source):
        if emoji_for(match[1]) is None:
            names.add(match[1].lower())
        if len(names) >= MAX_CANDIDATES:
            break
    return names


def _collect(source: str, sign: str) -> set[str]:
    found: set[str] = set()
    separators = ".-" if sign == "@" else "-"
    fold = username_key if sign == "@" else slug_key
    for match in re.finditer(sign, source):
        position = match.start()
        if not starts_reference(source, position):
            continue
        name = name_at(source, position + 1, len(source), separators)
        if name:
            found.update(fold(prefix) for prefix in prefixes(name) if prefix)
        if len(found) >= MAX_CANDIDATES:
            break
    return found
