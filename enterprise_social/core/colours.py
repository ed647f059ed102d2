"""One accent colour made into all that the pages need of it, each with enough contrast.

Relative luminance and contrast ratio as WCAG 2.2 defines them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

ENOUGH, ENOUGH_OF_SHAPES = 4.5, 3.0
WHITE = "#ffffff"
# The surfaces that accents stand on in tokens.css; the hardest ones are the last.
LIGHT_GROUNDS = ("#ffffff", "#f5f5f3", "#f1f1ee", "#e8e8e4")
DARK_GROUNDS = ("#17191a", "#111314", "#1f2223", "#2a2e2f")
STEPS = 100
_HEX = re.compile(r"#[0-9a-f]{6}")


class Check(NamedTuple):
    """Two colours that meet, how well they are told apart, and how well they must be."""

    colour: str
    ground: str
    ratio: float
    least: float


def parse(text: str) -> str:
    """Return a colour as ``#rrggbb``. Raises ValueError for anything else."""
    colour = text.strip().lower()
    if not colour.startswith("#"):
        colour = f"#{colour}"
    if len(colour) == 4:
        colour = "#" + "".join(digit * 2 for digit in colour[1:])
    if not _HEX.fullmatch(colour):
        raise ValueError(text)
    return colour


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def worst(colour: str, grounds: tuple[str, ...]) -> float:
    """Return the smallest contrast of a colour with any of the grounds."""
    return min(contrast(colour, ground) for ground in grounds)


def mix(colour: str, other: str, share: float) -> str:
    """Return ``colour`` with a ``share`` of 0 to 1 of ``other`` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def fits(colour: str) -> bool:
    """Tell whether a colour can be an accent as it is: read on every light surface."""
    return worst(colour, LIGHT_GROUNDS) >= ENOUGH


def nearest_that_fits(colour: str) -> str:
    """Return the colour, darkened as little as makes it an accent."""
    return _first(colour, "#000000", lambda each: worst(each, LIGHT_GROUNDS) >= ENOUGH)


def palette(accent: str) -> dict[str, tuple[str, str]]:
    """Return the tokens that follow from an accent, each for light and dark.

    ``accent`` is one that ``fits``; what stands on dark surfaces is lightened until it does too.
    """
    text = _first(accent, WHITE, lambda each: worst(each, DARK_GROUNDS) >= ENOUGH)
    solid = _first(accent, WHITE, lambda each: worst(each, DARK_GROUNDS[:2]) >= ENOUGH_OF_SHAPES)
    if contrast(solid, WHITE) < ENOUGH:
        solid = _first(solid, "#000000", lambda each: contrast(each, WHITE) >= ENOUGH)
    return {
        "accent": (accent, text),
        "accent-solid": (accent, solid),
        "accent-solid-hover": (mix(accent, "#000000", 0.18), mix(solid, "#000000", 0.12)),
        "accent-tint": _tint(accent, text),
        "accent-line": (mix(accent, WHITE, 0.62), mix(text, DARK_GROUNDS[0], 0.62)),
        "plot-1": (accent, text),
        "plot-2": (mix(accent, WHITE, 0.28), mix(text, WHITE, 0.4)),
        "plot-fill": (f"{accent}1f", f"{text}26"),
    }


def checks(accent: str) -> list[Check]:
    """Return every pair that the accent's tokens meet in, with its contrast."""
    made = palette(accent)
    found: list[Check] = []
    for mode, grounds in enumerate((LIGHT_GROUNDS, DARK_GROUNDS)):
        met = (*grounds, made["accent-tint"][mode])
        found += [_check(made["accent"][mode], ground, ENOUGH) for ground in met]
        found += [
            _check(WHITE, made[token][mode], ENOUGH)
            for token in ("accent-solid", "accent-solid-hover")
        ]
        found.append(_check(made["accent-solid"][mode], grounds[0], ENOUGH_OF_SHAPES))
    return found


def style_sheet(accent: str) -> str:
    """Return the style sheet that puts an accent in the place of the default one."""
    lines = [
        f"  --{token}: light-dark({light}, {dark});"
        for token, (light, dark) in palette(accent).items()
    ]
    return ":root {\n" + "\n".join(lines) + "\n}\n"


def _check(colour: str, ground: str, least: float) -> Check:
    return Check(colour, ground, contrast(colour, ground), least)


def _tint(accent: str, text: str) -> tuple[str, str]:
    """Return grounds with a breath of the accent on which it is still read."""
    light, dark = WHITE, DARK_GROUNDS[0]
    for step in range(12, 0, -1):
        share = step / 100
        if contrast(accent, mix(WHITE, accent, share)) >= ENOUGH:
            light = mix(WHITE, accent, share)
            break
    for step in range(20, 0, -1):
        share = step / 100
        if contrast(text, mix(DARK_GROUNDS[0], text, share)) >= ENOUGH:
            dark = mix(DARK_GROUNDS[0], text, share)
            break
    return light, dark


def _first(colour: str, towards: str, good: Callable[[str], bool]) -> str:
    """Return the first step from a colour towards another that is good; at the worst the other."""
    for step in range(STEPS + 1):
        mixed = mix(colour, towards, step / STEPS)
        if good(mixed):
            return mixed
    return towards


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (
        each / 255 / 12.92 if each / 255 <= 0.04045 else ((each / 255 + 0.055) / 1.055) ** 2.4
        for each in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
