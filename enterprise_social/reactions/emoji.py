"""Which emoji somebody means: one name for each, however it was written.

The name is the preferred shortcode of `core.text.emoji`; one with a skin tone is
``wave::skin-tone-4``, as in Slack: 2 is the lightest, 6 the darkest. The organisation's own
emoji go by their names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from enterprise_social.core.text import emoji_for, shortcode_for

LONGEST_NAME = 80
TONES = range(2, 7)
# What is offered before anything was chosen; the first are one's quick reactions.
COMMON = (
    "thumbsup",
    "heart",
    "joy",
    "tada",
    "eyes",
    "white_check_mark",
    "pray",
    "rocket",
    "clap",
    "open_mouth",
    "cry",
    "thumbsdown",
)
# Where the shortest name of an emoji isn't the one that people know.
_PREFERRED = {"+1": "thumbsup", "-1": "thumbsdown", "pout": "rage"}
_SELECTORS = dict.fromkeys(map(ord, "\ufe0e\ufe0f"))
_FIRST_TONE = 0x1F3FB  # the lightest of five modifiers (Unicode Technical Standard 51)
_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_TONED_NAME = re.compile(r"(?P<name>.+?):{1,2}skin-tone-(?P<tone>[2-6])")
_OWN_NAME = re.compile(r"[a-z0-9_+-]{2,32}")


@dataclass(frozen=True, slots=True)
class Named:
    """An emoji by its one name; without ``characters`` it can only be the organisation's own."""

    name: str
    characters: str = ""


def named(text: str) -> Named | None:
    """Return what is meant by a shortcode, an alias of one, or the characters themselves.

    With or without colons, in any case, with or without selectors of presentation. None for what
    can be no emoji.
    """
    if len(text) > LONGEST_NAME:
        return None
    text = text.strip()
    by_characters = _of_characters(text)
    if by_characters is not None:
        return by_characters
    wanted = text.strip(":").lower()
    toned = _TONED_NAME.fullmatch(wanted)
    if toned is not None:
        return _with_tone(toned["name"], int(toned["tone"]))
    wanted = _aliases().get(wanted, wanted)
    characters = emoji_for(wanted)
    if characters is not None:
        name = canonical_name(characters)
        return Named(name, characters) if name else None
    return Named(wanted) if _OWN_NAME.fullmatch(wanted) else None


def canonical_name(characters: str) -> str | None:
    """Return the one name of an emoji without skin tones, or None where we have none."""
    name = shortcode_for(characters.translate(_SELECTORS))
    return _PREFERRED.get(name, name) if name else None


def characters_of(name: str) -> str:
    """Return how the emoji of a canonical name is written; empty for the organisation's own."""
    return _characters_of(name)


@lru_cache(maxsize=4096)
def _characters_of(name: str) -> str:
    base, _colons, tone = name.partition("::skin-tone-")
    characters = emoji_for(base)
    if characters is None:
        return ""
    return _put_tone(characters, int(tone)) if tone else characters


def slack_name(name: str) -> str:
    """Return what Slack calls the emoji of a canonical name."""
    base, colons, tone = name.partition("::")
    return {"thumbsup": "+1", "thumbsdown": "-1"}.get(base, base) + colons + tone


def _of_characters(text: str) -> Named | None:
    tones = _TONE.findall(text)
    name = canonical_name(_TONE.sub("", text)) if tones else canonical_name(text)
    if name is None:
        return None
    if not tones:
        return Named(name, emoji_for(name) or text)
    # Of two people of different tones the first one's stands for both.
    return _with_tone(name, ord(tones[0]) - _FIRST_TONE + TONES.start)


def _with_tone(text: str, tone: int) -> Named | None:
    plain = named(text)
    if plain is None or not plain.characters:
        return None
    if plain.name not in _toned():
        return plain
    return Named(f"{plain.name}::skin-tone-{tone}", _put_tone(plain.characters, tone))


def _put_tone(characters: str, tone: int) -> str:
    modifier = chr(_FIRST_TONE + tone - TONES.start)
    # A modifier stands right after each person or hand, in place of a selector; not after what
    # joins two people.
    return _base().sub(lambda found: found[1] + modifier, characters)


@lru_cache(maxsize=1)
def _toned() -> frozenset[str]:
    return frozenset(_lines("tones.txt"))


@lru_cache(maxsize=1)
def _base() -> re.Pattern[str]:
    written = ((emoji_for(name) or "").translate(_SELECTORS) for name in _toned())
    bases = "".join(sorted(each for each in written if len(each) == 1))
    return re.compile(f"(?<!\u200d(?=\U0001f91d))([{bases}])\ufe0f?")


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    pairs = (line.split("\t") for line in _lines("aliases.txt"))
    return dict(pairs)  # type: ignore[arg-type, unused-ignore]


def _lines(name: str) -> list[str]:
    text = files(__package__).joinpath(f"data/{name}").read_text(encoding="utf-8")
    return text.split("\n")[:-1]
