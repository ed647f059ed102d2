"""Finds what a message says where it says it in layout blocks only, as programs often do.

Slack's Block Kit nests texts in sections, fields, contexts and rich text; here they become the
markup that a message's ``text`` has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_DEEPEST = 8
_LINES = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})


def text_of_blocks(blocks: Iterable[Mapping[str, Any]]) -> str:
    """The blocks' texts in Slack's markup, a line each."""
    return "\n".join(line for block in blocks for line in _lines(block, 0) if line.strip())


def escaped(text: str) -> str:
    """`text` with the three characters escaped that have a meaning in Slack's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _lines(block: Any, depth: int) -> list[str]:
    if not isinstance(block, dict) or depth > _DEEPEST:
        return []
    if block.get("type") in _LINES:
        line = "".join(_inline(one) for one in _children(block, "elements"))
        return [f"```{line}```" if block["type"] == "rich_text_preformatted" else line]
    text = block.get("text")
    if isinstance(text, dict):
        lines = _lines(text, depth + 1)
    elif isinstance(text, str):
        lines = [escaped(text) if block.get("type") == "plain_text" else text]
    else:
        lines = []
    for name in ("fields", "elements"):
        for child in _children(block, name):
            lines += _lines(child, depth + 1)
    return lines


def _inline(element: Mapping[str, Any]) -> str:
    def field(name: str) -> str:
        value = element.get(name)
        return value if isinstance(value, str) else ""

    match element.get("type"):
        case "text":
            return escaped(field("text"))
        case "link":
            label = field("text")
            return f"<{field('url')}|{escaped(label)}>" if label else f"<{field('url')}>"
        case "user":
            return f"<@{field('user_id')}>"
        case "channel":
            return f"<#{field('channel_id')}>"
        case "broadcast":
            return f"<!{field('range')}>"
        case "emoji":
            return f":{field('name')}:"
    return ""


def _children(block: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = block.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
