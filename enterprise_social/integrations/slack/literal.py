"""Writes plain text so that Markdown reads it as just that.

Only what CommonMark 0.31, its tables and strikethrough would take for markup is escaped, as the
text stays readable where somebody edits it later.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_PUNCTUATION = r"!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~"
_INLINE = re.compile(
    rf"(?P<backslash>\\(?=[{_PUNCTUATION}]|$))"
    r"|(?P<star>\*+)"
    r"|(?P<tick>`+)"
    r"|(?P<underscore>(?<![^\W_])_+|_+(?![^\W_]))"
    r"|(?P<tilde>~{2,})"
    r"|(?P<bracket>\](?=[(\[:]))"
    r"|(?P<angle><(?=[A-Za-z/!?]))"
    r"|(?P<entity>&(?=\#?[A-Za-z0-9]+;))"
    r"|(?P<mention>(?<![\w@])@(?=(?P<name>\w[\w.-]*)))"
)
_HEADING = re.compile(r"\s*#{1,6}(?=\s|$)")
_LIST_ITEM = re.compile(r"\s*[-+](?=\s|$)")
_NUMBERED = re.compile(r"(\s*\d{1,9})([.)])(?=\s|$)")
# Rules, underlines of headings, and the second line of a table.
_RULE = re.compile(r"\s*(?=[|:\s]*[-=])[-=|:][-=|:\s]*")
_INDENT = re.compile(r"[ \t]+")
_QUOTE = re.compile(r"\s*>")
_SPACES_OF_CODE = 4
_SAFE_IN_ADDRESS = re.compile(r"[^\s<>\\]+")


def _nobody(_name: str) -> bool:
    return False


def escape_inline(text: str, is_mention: Callable[[str], bool] = _nobody) -> str:
    """Escapes what has a meaning within a line.

    Args:
        text: a line, or a part of one.
        is_mention: whether ``@name`` would address somebody, so that it has to be escaped.
    """

    def escaped(match: re.Match[str]) -> str:
        kind = match.lastgroup
        if match["entity"]:
            return "&amp;"
        if match["mention"] is not None:
            return "\\@" if is_mention(match["name"]) else "@"
        if kind == "star" and _stands_free(match):
            return match.group()
        return "".join("\\" + char for char in match.group())

    return _INLINE.sub(escaped, text)


def escape_label(text: str) -> str:
    """Escapes what has a meaning inside a link's ``[…]``."""
    pieces = re.split(r"([\[\]])", text)
    return "".join("\\" + one if one in {"[", "]"} else escape_inline(one) for one in pieces)


def escape_line_start(line: str) -> str:
    """Escapes what has a meaning at the start of a line, its indentation included."""
    if match := _INDENT.match(line):
        width = len(match.group().expandtabs(_SPACES_OF_CODE))
        if width >= _SPACES_OF_CODE and len(line) > match.end():
            # Four spaces begin a code block; no-break spaces look the same and don't.
            line = "\N{NO-BREAK SPACE}" * width + line[match.end() :]
    if _RULE.fullmatch(line) or _QUOTE.match(line):
        return _behind_space(line)
    if _HEADING.match(line) or _LIST_ITEM.match(line):
        return _behind_space(line)
    return _NUMBERED.sub(r"\1\\\2", line, count=1) if _NUMBERED.match(line) else line


def link_target(address: str) -> str:
    """`address` with the characters percent-encoded that would end a ``<…>`` target."""

    def encoded(char: str) -> str:
        return "".join(f"%{byte:02X}" for byte in char.encode())

    return "".join(char if _SAFE_IN_ADDRESS.match(char) else encoded(char) for char in address)


def _behind_space(line: str) -> str:
    start = len(line) - len(line.lstrip())
    return f"{line[:start]}\\{line[start:]}" if start < len(line) else line


def _stands_free(match: re.Match[str]) -> bool:
    """Whether stars have white space on both sides: then they are neither end of an emphasis.

    At the start of a line they could be a list item or a rule instead.
    """
    before, after = match.string[: match.start()], match.string[match.end() :]
    return bool(before.strip()) and before[-1].isspace() and after[:1].isspace()
