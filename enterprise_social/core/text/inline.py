"""The parser's own inline rules: mentions, channels, hashtags, emoji shortcodes."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from enterprise_social.core.text.cleaning import is_name_character, is_unspaced
from enterprise_social.core.text.emoji import emoji_for
from enterprise_social.core.text.references import (
    RESERVED_USERNAMES,
    Known,
    hashtag_key,
    is_hashtag,
    name_at,
    prefixes,
    slug_key,
    starts_reference,
    username_key,
)

_SHORTCODE = re.compile(r":([A-Za-z0-9_+'&-]{1,64}):")


def install(parser: MarkdownIt) -> None:
    """Add the rules to `parser`, after links, so that addresses are taken whole."""
    parser.inline.ruler.after("linkify", "mention", _mention)
    parser.inline.ruler.after("mention", "hash", _hash)
    parser.inline.ruler.after("hash", "emoji", _emoji)


def _mention(state: StateInline, silent: bool) -> bool:
    position = state.pos
    if state.src[position] != "@" or state.linkLevel > 0:
        return False
    if not starts_reference(state.src, position):
        return False
    name = name_at(state.src, position + 1, state.posMax, ".-")
    after = position + 1 + len(name)
    if not name or state.src.startswith("@", after):
        return False
    known: Known = state.env["known"]
    for prefix in prefixes(name):
        key = username_key(prefix)
        person = known.people.get(key)
        group = known.groups.get(key) if person is None else None
        if key not in RESERVED_USERNAMES and person is None and group is None:
            continue
        if not silent:
            kind = "mention" if person else "mention_group" if group else "mention_all"
            token = state.push(kind, "", 0)
            token.content = f"@{person.name}" if person else f"@{key}"
            token.meta = {"person": person, "group": group}
        state.pos += 1 + len(prefix)
        return True
    return False


def _hash(state: StateInline, silent: bool) -> bool:
    position = state.pos
    if state.src[position] != "#" or state.linkLevel > 0:
        return False
    if not starts_reference(state.src, position):
        return False
    name = name_at(state.src, position + 1, state.posMax, "-")
    known: Known = state.env["known"]
    for prefix in prefixes(name) if name else ():
        channel = known.channels.get(slug_key(prefix))
        if channel is None:
            continue
        if not silent:
            token = state.push("channel", "", 0)
            token.content = f"#{channel.name}"
            token.meta = {"channel": channel}
        state.pos += 1 + len(prefix)
        return True
    name = name.rstrip("_")
    if not is_hashtag(name):
        return False
    if not silent:
        token = state.push("hashtag", "", 0)
        token.content = f"#{name}"
        token.meta = {"hashtag": hashtag_key(name)}
    state.pos += 1 + len(name)
    return True


def _emoji(state: StateInline, silent: bool) -> bool:
    position = start = state.pos
    if state.src[position] != ":" or (position and _is_word_or_colon(state.src[position - 1])):
        return False
    known: Known = state.env["known"]
    found: list[tuple[str, str]] = []  # a name, and its characters or nothing
    while match := _SHORTCODE.match(state.src, position, state.posMax):
        name = match[1].lower()
        characters = emoji_for(name)
        if characters is None and name not in known.emoji:
            break
        found.append((name, characters or ""))
        # The next code may follow at once: `:+1::skin-tone-3:`.
        position = match.end()
    if position == start or (position < state.posMax and _is_word_or_colon(state.src[position])):
        return False
    if not silent:
        _push_emoji(state, found, known)
    state.pos = position
    return True


def _push_emoji(state: StateInline, found: list[tuple[str, str]], known: Known) -> None:
    for name, characters in found:
        if characters:
            state.append_pending(characters)
            continue
        token = state.push("own_emoji", "", 0)
        token.content = f":{name}:"
        token.meta = {"picture": known.emoji[name]}


def _is_word_or_colon(character: str) -> bool:
    """Refuse `a:b:c` and `std::on::x`, where colons are not a shortcode's."""
    return character == ":" or (is_name_character(character) and not is_unspaced(character))
