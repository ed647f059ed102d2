"""Text without markup, and its beginning for snippets and notifications."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from markdown_it.token import Token

from enterprise_social.core.text.cleaning import BIDI_CONTROLS, JOINERS, is_mark

_VARIATIONS = "\ufe0e\ufe0f"


def plain_of(tokens: Sequence[Token]) -> str:
    """Return the text of parsed `tokens`: a line a block, cells of a row set apart by tabs.

    Bidirectional controls are left out: this text is shown inside other text.
    """
    lines: list[str] = []
    row: list[str] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            lines.append("\t".join(row or ()))
            row = None
        elif token.type == "inline":
            (lines if row is None else row).append(_inline(token.children or ()))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip("\n"))
    return BIDI_CONTROLS.sub("", "\n".join(lines)).strip()


def _inline(children: Sequence[Token]) -> str:
    out = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            out.append("\n")
        elif child.type == "task_open":
            out.append("☑ " if child.meta["done"] else "☐ ")
        else:
            out.append(child.content)
    return "".join(out)


def plain_excerpt(plain: str, length: int) -> str:
    """Return the beginning of `plain` on one line, at most `length` characters with the `…`.

    It ends between words where one ends in the last third, and never inside a letter
    with its marks or a joined emoji.
    """
    # What is beyond can't be seen; `split` on a long post would be for nothing.
    text = " ".join(plain[: length * 8 + 1000].split())
    if len(text) <= length:
        return text
    if length < 2:
        return "…"[:length]
    end = length - 1
    space = text.rfind(" ", 0, end + 1)
    if space >= end * 2 // 3:
        end = space
    while end > 0 and _holds_together(text, end):
        end -= 1
    return text[:end].rstrip() + "…"


def _holds_together(text: str, end: int) -> bool:
    before, after = text[end - 1], text[end]
    joined = is_mark(after) or after in JOINERS + _VARIATIONS or before in JOINERS
    # A virama binds the next letter; a skin tone colours the one before.
    return joined or unicodedata.combining(before) == 9 or "\U0001f3fb" <= after <= "\U0001f3ff"
