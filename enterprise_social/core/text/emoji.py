"""Emoji by shortcode (`:tada:`), from a table read at first use.

`data/emoji.txt` holds one `name<TAB>characters` a line, written by
`data/make_emoji_table.py`; the first name of an emoji is the one that we prefer to show.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

# What is offered before anything is typed.
USUAL = ("thumbsup", "heart", "joy", "tada", "eyes", "pray", "white_check_mark", "rocket")


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    table = files(__package__).joinpath("data/emoji.txt").read_text(encoding="utf-8")
    return {
        name: characters
        for name, _, characters in (line.partition("\t") for line in table.splitlines())
        if characters and not name.startswith("#")
    }


@lru_cache(maxsize=1)
def _by_characters() -> dict[str, str]:
    names: dict[str, str] = {}
    for name, characters in _by_name().items():
        names.setdefault(characters.replace("\ufe0f", ""), name)
    return names


def emoji_for(shortcode: str) -> str | None:
    """Return the characters of `shortcode` (without colons, any case), or None."""
    return _by_name().get(shortcode.lower())


def shortcode_for(characters: str) -> str | None:
    """Return the preferred shortcode of an emoji, without colons, or None."""
    return _by_characters().get(characters.replace("\ufe0f", ""))


def emoji_named(beginning: str, limit: int = 8) -> list[tuple[str, str]]:
    """Return up to `limit` pairs (shortcode, characters) whose shortcode has `beginning`.

    Names that begin with it come before names that hold it in a later word; an emoji
    comes once. Without a beginning they are the ones that are used most.
    """
    wanted = beginning.lower().strip(":")
    if not wanted:
        known = _by_name()
        return [(name, known[name]) for name in USUAL if name in known][:limit]
    first, later, seen = [], [], set()
    for name, characters in _by_name().items():
        if name.startswith(wanted):
            first.append((name, characters))
        elif f"_{wanted}" in name or f"-{wanted}" in name:
            later.append((name, characters))
    result: list[tuple[str, str]] = []
    for name, characters in sorted(first, key=lambda pair: len(pair[0])) + later:
        if characters not in seen:
            seen.add(characters)
            result.append((name, characters))
    return result[:limit]
