"""Code blocks: a figure with the language as caption, coloured by a few CSS classes.

Pygments splits the code; its some hundred token types are folded into nine classes, and
neighbours of one class share a span, so that the HTML of a post stays small.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from typing import Any

from markdown_it.common.utils import escapeHtml
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String
from pygments.util import ClassNotFound

from enterprise_social.core.text.cleaning import BIDI_CONTROLS

# Past this, hostile input to some lexers (their time is quadratic) could be felt.
MAX_COLOURED = 4_000
_SLOW = re.compile(r"[^\n]{500}|(?:[ \t]*\n){20}")
MAX_LANGUAGE = 30
CLASSES = {
    Comment: "c",
    Keyword: "k",
    Operator.Word: "k",
    Name.Tag: "k",
    Name.Function: "f",
    Name.Class: "f",
    Name.Attribute: "a",
    Name.Decorator: "a",
    String: "s",
    Literal: "s",
    Number: "m",
    Generic.Deleted: "gd",
    Generic.Inserted: "gi",
    Generic.Subheading: "c",
    Generic.Heading: "c",
    Generic.Prompt: "c",
}
# Lexers that Pygments' authors, or our measurements, know to be slow on hostile input,
# or that only guess or delegate, stay out: what isn't named here is shown plain.
LANGUAGES = frozenset(
    re.findall(
        r"\S+",
        """
        bash batch c clojure cmake console cpp css dart diff docker elixir elm erlang fsharp
        go graphql groovy haskell html http ini java javascript json jsx julia kotlin lua make
        mysql nginx nix objective-c ocaml perl php postgresql powershell properties protobuf
        pycon pytb python r ruby rust scala scheme scss sql sqlite3 swift terraform tex toml
        tsx typescript xml yaml zig
        """,
    )
)


def figure(code: str, language: str, room: int) -> tuple[str, int]:
    """Return the HTML of a code block and how many characters were coloured.

    `language` is the fence's first word, perhaps empty; `room` is how many characters
    of this text may still be coloured. Bidirectional controls are left out, so that code
    reads in the order in which it runs (CVE-2021-42574).
    """
    code = BIDI_CONTROLS.sub("", code)
    known = _languages().get(language.lower())
    title = known[0] if known else BIDI_CONTROLS.sub("", language)[:MAX_LANGUAGE]
    coloured = known is not None and len(code) <= room and not _SLOW.search(code)
    body = _coloured(code, known[1]) if known and coloured else escapeHtml(code)
    caption = label = ""
    if title:
        caption = f"<figcaption><span>{escapeHtml(title)}</span></figcaption>"
        label = f' aria-label="{escapeHtml(title)}"'
    block = f'<pre tabindex="0"{label}><code>{body}</code></pre>'
    html = f'<figure class="code">{caption}{block}</figure>\n'
    return html, len(code) if coloured else 0


@lru_cache(maxsize=1)
def _languages() -> dict[str, tuple[str, str]]:
    """Return (title, name for Pygments) by every alias; loads no lexer."""
    known: dict[str, tuple[str, str]] = {}
    for title, aliases, _, _ in get_all_lexers(plugins=False):
        if LANGUAGES.intersection(aliases):
            for alias in aliases:
                known[alias.lower()] = (title, aliases[0])
    return known


@lru_cache(maxsize=64)
def _lexer(name: str) -> Any:
    return get_lexer_by_name(name, stripnl=False, ensurenl=False)


@lru_cache(maxsize=1024)
def _class_of(kind: Any) -> str:
    while kind is not None:
        if kind in CLASSES:
            return CLASSES[kind]
        kind = kind.parent
    return ""


def _coloured(code: str, name: str) -> str:
    try:
        pieces = [(_class_of(kind), text) for kind, text in _lexer(name).get_tokens(code)]
    except (ClassNotFound, RecursionError):
        return escapeHtml(code)
    out = []
    for css_class, run in groupby(pieces, key=lambda piece: piece[0]):
        text = escapeHtml("".join(part for _, part in run))
        out.append(f'<span class="{css_class}">{text}</span>' if css_class else text)
    return "".join(out)
