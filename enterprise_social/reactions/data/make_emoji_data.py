"""Write what the picker and the names of reactions need, from the npm package `emojibase-data`.

That package (MIT licence, see emojibase.LICENSE) has the order, groups and search words of the
Unicode CLDR and the names of other programs. Beside this file it writes `aliases.txt` (names
that Slack has and we lack, with ours) and `tones.txt` (the emoji that have skin tones), and for
each language of LANGUAGES `static/emoji/<language>.json`, which the picker loads. Run it with the
folder of the unpacked package, version 17.0.0: `python make_emoji_data.py package`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from enterprise_social.core.text.emoji import emoji_for
from enterprise_social.reactions.emoji import canonical_name

HERE = Path(__file__).parent
STATIC = HERE.parents[2] / "static" / "emoji"
# Those that the pages speak; the package has some thirty.
LANGUAGES = ("en",)
# The groups of Unicode that are offered, in the picker's order; 2 holds parts of emoji.
GROUPS = (0, 1, 3, 4, 5, 6, 7, 8, 9)
SELECTORS = dict.fromkeys(map(ord, "\ufe0e\ufe0f"))


def bare(characters: str) -> str:
    """Return an emoji without selectors of its presentation."""
    return characters.translate(SELECTORS)


def offered(data: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return name, characters and facts of each emoji that we have a name for, in order."""
    found = []
    for facts in sorted(data, key=lambda each: each.get("order", 0)):
        name = canonical_name(bare(facts["emoji"]))
        if name is not None and facts.get("group") in GROUPS:
            found.append((name, emoji_for(name) or "", facts))
    return found


def words_of(name: str, facts: dict[str, Any], others: list[str]) -> str:
    """Return what an emoji is found by besides its name and its label."""
    known = {name, *facts["label"].lower().split()}
    return " ".join(
        dict.fromkeys(each for each in [*others, *facts.get("tags", [])] if each not in known)
    )


def table(data: list[dict[str, Any]], names: dict[str, list[str]]) -> dict[str, Any]:
    """Return what the picker loads: by group, for each emoji its facts."""
    groups: dict[int, list[Any]] = {group: [] for group in GROUPS}
    for name, characters, facts in offered(data):
        others = [each for each in names.get(facts["hexcode"], []) if each != name]
        words = words_of(name, facts, others)
        toned = 1 if "skins" in facts else 0
        groups[facts["group"]].append([name, characters, facts["label"], words, toned])
    return {"groups": [groups[group] for group in GROUPS]}


def main(package: Path) -> None:
    """Write the files."""
    english = json.loads((package / "en/data.json").read_text("utf-8"))
    codes = json.loads((package / "en/shortcodes/iamcal.json").read_text("utf-8"))
    names = {code: [each] if isinstance(each, str) else each for code, each in codes.items()}
    aliases = {
        alias: name
        for name, _characters, facts in offered(english)
        for alias in names.get(facts["hexcode"], [])
        if emoji_for(alias) is None
    }
    toned = [name for name, _characters, facts in offered(english) if "skins" in facts]
    lines = [f"{alias}\t{name}\n" for alias, name in sorted(aliases.items())]
    (HERE / "aliases.txt").write_text("".join(lines), "utf-8")
    (HERE / "tones.txt").write_text("".join(f"{name}\n" for name in sorted(toned)), "utf-8")
    STATIC.mkdir(exist_ok=True)
    for language in LANGUAGES:
        data = json.loads((package / language / "data.json").read_text("utf-8"))
        text = json.dumps(table(data, names), ensure_ascii=False, separators=(",", ":"))
        (STATIC / f"{language}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
