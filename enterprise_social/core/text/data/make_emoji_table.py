"""Write `emoji.txt` from the PyPI package `emoji` (New BSD licence, see emoji.LICENSE).

The package itself is needed only here: it holds a dozen languages and every skin tone,
of which the application uses none. Run: `pip install emoji==2.16.0`, then
`python make_emoji_table.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import emoji  # type: ignore[import-not-found, unused-ignore]

NAME = re.compile(r"[a-z0-9_+'&-]{1,64}")
# Names known from chat programs that the package lacks.
MORE = {
    "simple_smile": "🙂",
    "thinking_face": "🤔",
    "party_parrot": "🦜",
    **{f"skin-tone-{number}": chr(0x1F3F9 + number) for number in range(2, 7)},
}


def flag_names(characters: str) -> list[str]:
    """Return `flag-de` and the like for a pair of regional indicators."""
    points = [ord(character) - 0x1F1E6 for character in characters]
    if len(points) != 2 or not all(0 <= point < 26 for point in points):
        return []
    return ["flag-" + "".join(chr(ord("a") + point) for point in points)]


def table() -> dict[str, str]:
    """Return characters by shortcode, the preferred name of each emoji first."""
    names: dict[str, str] = {}
    formal: dict[str, str] = {}
    for characters, facts in emoji.EMOJI_DATA.items():
        if facts["status"] != emoji.STATUS["fully_qualified"] or "skin_tone" in facts["en"]:
            continue
        aliases = sorted(facts.get("alias", []), key=lambda alias: (len(alias), alias))
        for name in [*aliases, *flag_names(characters)]:
            names.setdefault(name.strip(":").lower(), characters)
        formal.setdefault(facts["en"].strip(":").lower(), characters)
    merged = {**MORE, **formal, **names}
    ordered = [*names, *formal, *MORE]
    return {name: merged[name] for name in dict.fromkeys(ordered) if NAME.fullmatch(name)}


if __name__ == "__main__":
    lines = [f"{name}\t{characters}\n" for name, characters in table().items()]
    Path(__file__).with_name("emoji.txt").write_text("".join(lines), encoding="utf-8")
